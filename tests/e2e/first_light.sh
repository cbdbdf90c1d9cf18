#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole loop on the bundled capture: import, replay, judge, alert, another scope, the missing filing.
. "$(dirname "$0")/lib"
s=$work/state
school "$s"

import_again_changes_nothing() {
	ctl "$s" --json filings list >"$work/before" && register "$s" && ctl "$s" --json filings list >"$work/after" &&
		cmp "$work/before" "$work/after" && [ -s "$work/before" ]
}
check "the three sample registers import" register "$s"
check "importing them again changes nothing" import_again_changes_nothing
check "replay ends well" replay "$s"
check "every planted app has its status and alert (hnust)" as_planted "$s" hnust

alert_has_cite() { ctl "$s" --json alerts | jq -e -s 'length > 0 and all(.[]; .rule == "R01" and (.cites | length > 0) and (.facts | length > 0) and (.title | test("疑似未备案")))'; }
check "each alert names its rule, clause and facts, in careful words" alert_has_cite
open_alerts() { jq -rs 'map(select(.state == "open") | .alert) | unique | .[]' "$1" | sort; }
in_file() { # every open alert of the database stands in the JSON-lines file, each line whole
	ctl "$s" --json alerts >"$work/a" && jq -e . "$s/alerts.jsonl" >/dev/null && diff <(open_alerts "$work/a") <(open_alerts "$s/alerts.jsonl")
}
check "the alert file has exactly the open alerts" in_file
explained() { ctl "$s" explain "$1" | tee "$work/x" && [ "$(wc -l <"$work/x")" -ge 3 ]; }
check "an unfiled host is explained" explained www.zhihuishu.com
check "a mini-program is explained" explained wx00000000000000b2
check "a general tool is explained" explained www.xuexi.cn

private() { # neither query values, cookies and bodies nor client addresses reach the disk
	! grep -a -l -e "$(sed -n 's/^MARKER=//p' "$TOP/tests/capture/clients.sh")" -e '192\.0\.2\.1[1-7]' -r "$s"
}
check "no private data in the state folder" private

# The same observations under another school's scope.
ctl "$s" --json alerts | jq -r .app | sort >"$work/hnust-alerts"
ctl "$s" --json apps >"$work/apps"
school "$s" xust
check "xust: replaying the known capture judges anew" replay "$s"
check "every planted app has its status and alert (xust)" as_planted "$s" xust
ctl "$s" --json alerts | jq -r .app | sort >"$work/xust-alerts"
only_mini() { # what went is every app whose kinds have neither host alone nor package: mini-programs and official accounts
	comm -13 "$work/hnust-alerts" "$work/xust-alerts" | grep . && return 1
	comm -23 "$work/hnust-alerts" "$work/xust-alerts" >"$work/gone"
	jq -rs 'map(select(.status == "unfiled" and any(.kinds[]; test("-mini$|-oa$")))) | .[].app' "$work/apps" | sort >"$work/mini"
	[ -s "$work/gone" ] && diff "$work/mini" "$work/gone"
}
check "xust removes exactly the alerts of mini-programs and accounts" only_mini
school "$s" hnust
check "back to hnust" replay "$s"
check "and every alert is as before" as_planted "$s" hnust

# The missing filing arrives.
zuowei() { ctl "$s" --json alerts "$@" | jq -r --arg a "$(ctl "$s" --json apps | jq -r 'select(any(.subjects[]; tostring | test("zuowei"))) | .app')" 'select(.app == $a) | .state + " " + .alert'; }
before=$(zuowei)
missing() { ctl "$s" filings import --kind provider --dry-run "$TOP/tests/capture/register-missing.csv" && [ "$(zuowei)" = "$before" ]; }
check "a dry run resolves nothing" missing
check "the missing filing imports" ctl "$s" filings import --kind provider "$TOP/tests/capture/register-missing.csv"
resolved() { [ -z "$(zuowei)" ] && [ -n "$before" ] && zuowei --all | grep -Fx "resolved ${before#open }"; }
check "it resolves the alert" resolved
check "what is left in the outbox is sent at the next start" replay "$s"
said() { jq -e -s --arg id "${before#open }" 'map(select(.alert == $id and .state == "resolved")) | length > 0' "$s/alerts.jsonl"; }
check "and the alert file says so under the same id" said
finish
