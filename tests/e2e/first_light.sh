#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole loop on the bundled capture: import, replay, judge, alert, another scope, the missing filing.
. "$(dirname "$0")/lib"
s=$work/state
school_with_syslog() {
	school "$s" "$1"
	sed -i "s,^syslog =.*,syslog = $s/log.sock," "$s/beiand.conf"
}
school_with_syslog hnust
# The local syslog daemon's end: one datagram a line.
python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True: print(s.recv(65536).decode(), flush=True)' "$s/log.sock" >"$work/syslog" &
children+=($!)
wait_until 10 test -S "$s/log.sock"

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
in_syslog() { # RFC 5424: <priority>version time host app procid msgid structured-data message
	ctl "$s" --json alerts | jq -r .alert | while read -r id; do
		grep -qE "^<[0-9]+>1 [0-9]{4}-[0-9]{2}-[0-9]{2}T[^ ]+ [^ ]+ beiand [^ ]+ [^ ]+ .*$id" "$work/syslog" || { echo "missing $id"; cat "$work/syslog"; return 1; }
	done
}
check "and so has the local syslog" wait_until 5 in_syslog
explained() { ctl "$s" explain "$1" | tee "$work/x" && [ "$(wc -l <"$work/x")" -ge 3 ]; }
check "an unfiled host is explained" explained www.zhihuishu.com
check "a mini-program is explained" explained wx00000000000000b2
check "a general tool is explained" explained www.xuexi.cn

private() { # neither query values, cookies and bodies nor client addresses (text or bytes) reach the disk
	local marker found
	marker=$(sed -n 's/^MARKER=//p' "$TOP/tests/capture/clients.sh")
	found=$(LC_ALL=C grep -a -l -P -e "$marker|192\.0\.2\.1[1-7]|2001:db8:10::1[1-7]|\xc0\x00\x02[\x0b-\x11]" "$s"/beiand.db* "$s/alerts.jsonl")
	echo "$found"
	[ -n "$marker" ] && [ -s "$s/beiand.db" ] && [ -z "$found" ]
}
check "no private data in the state folder" private

# The same observations under another school's scope.
ctl "$s" --json alerts | jq -r .app | sort >"$work/hnust-alerts"
ctl "$s" --json apps >"$work/apps"
school_with_syslog xust
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
school_with_syslog hnust
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
check "and the local syslog too" wait_until 5 grep -q "resolved.*${before#open }\|${before#open }.*resolved" "$work/syslog"
finish
