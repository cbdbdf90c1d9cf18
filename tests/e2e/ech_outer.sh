#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A name that was only shown as the outer one of encrypted hellos is nobody's use: no app, no finding, no alert. The host
# beside it that the same clients visited is accused all the same, and so are one that publishes itself as its own outer name
# and one that a stranger shows as the outer name of every configuration there is.
. "$(dirname "$0")/lib"
s=$work/state
outer=$TOP/tests/golden/made/ech-outer.pcap
school "$s" hnust
check "the sample registers import" register "$s"
check "replay ends well" replay "$s" "$outer"
ctl "$s" --json apps >"$work/apps"
ctl "$s" --json alerts >"$work/alerts"
ctl "$s" --json findings >"$work/findings"

apps_are() { jq -r ".subjects[] | if type == \"object\" then .name else sub(\"^host:\"; \"\") end" "$work/apps" | sort | diff - <(printf "%s\n" "$@" | sort); }
check "only the hosts that were visited or answered for are apps" apps_are {hidden,own,shown,visited}.shili-demo.edu.cn stranger.example
accused() { grep -o '[a-z]*\.shili-demo\.edu\.cn' <(jq -r .title "$1") | sort | diff - <(printf '%s.shili-demo.edu.cn\n' own shown visited); }
check "only the visited hosts have an alert" accused "$work/alerts"
check "and a finding" accused "$work/findings"
clients() { jq -es --arg n "$1" 'any(.[]; (.name | contains($n)) and .clients == 12)' "$work/apps"; }
for name in visited shown; do check "$name: with all its clients" clients $name; done

for name in cover front; do
	check "$name: how often it was shown is told" explains "$s" $name.shili-demo.edu.cn ech-outer "24 次问候只把它当作 ECH 外层名称"
	check "$name: and that it is no app" explains "$s" $name.shili-demo.edu.cn no-app "没有人访问过它"
done
check "of the hidden host it is said that connections may be hidden" explains "$s" hidden.shili-demo.edu.cn dns-only "它发布了 ECH 配置"

observed() { # each channel of an outer name: messages, no client, no server
	"$BEIANCTL" -f "$s/beiand.conf" observe --json -r "$outer" | tee "$work/x" | jq -es '[.[] | select((.name // "") | test("^(cover|front)"))] | length == 4 and
		all(.[]; .count == 12 and .clients == 0 and .servers == [] and any(.details[]; .type == "ech" and .value == "outer" and .count == 12))' || { cat "$work/x"; return 1; }
}
check "observe shows them without clients" observed
check "the same capture again changes nothing" replay "$s" "$outer"
same() { ctl "$s" --json alerts | diff - "$work/alerts"; }
check "nor does another process" same
finish
