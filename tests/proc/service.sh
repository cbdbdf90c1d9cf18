#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon without an interface: start, status, restarts, reload, two of a kind, orderly and other ends.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
s=$work/state
school "$s"
sed -i "s,^syslog =.*,syslog = $work/log," "$s/beiand.conf"
ask() { "$BEIANCTL" -f "$s/beiand.conf" "$@"; }
pids() { pgrep -P "$daemon" -f "^beiand: $1" || true; }
answers() { ask --json status >/dev/null 2>&1; }
begin() {
	start_daemon "$s"
	wait_until 10 answers
}
# end SIGNAL STATUS: the daemon leaves with that status and no process stays.
end() {
	local all status
	all=$(pgrep -P "$daemon")
	kill -"$1" "$daemon"
	wait "$daemon"
	status=$?
	cat "$work/err"
	for p in $all; do wait_until 5 gone "$p" || { echo "$p is still there"; return 1; }; done
	[ "$status" -eq "$2" ] || { echo "status $status, not $2"; return 1; }
}

exec 9</dev/null
hear_manager "$work/heard"
export WATCHDOG_USEC=400000
check "the daemon starts" begin
unset NOTIFY_SOCKET WATCHDOG_USEC
roles() { ask --json status | jq -r 'select(.process != null) | "\(.process) \(.pid > 0)"' | diff - <(printf 'store true\nnotifier true\n'); }
check "status names its processes" wait_until 10 roles
check "status names its sinks" sh -c '"$1" -f "$2" --json status | jq -e -s "map(select(.sink)) | length == 2"' sh "$BEIANCTL" "$s/beiand.conf"
mode() { [ "$(stat -c %a "$s/control.sock")" = 660 ]; }
check "the control socket is for owner and group" mode
check "the service manager hears READY=1" wait_until 5 grep -qx READY=1 "$work/heard"
check "and the watchdog" wait_until 5 grep -qx WATCHDOG=1 "$work/heard"

fds() { # a child holds no descriptor that we had open
	local p
	for p in $(pgrep -P "$daemon"); do
		[ -e "/proc/$p/fd/9" ] && [ "$(readlink "/proc/$p/fd/9")" = /dev/null ] && return 1
		[ "$(readlink "/proc/$p/fd/0")" = /dev/null ] || return 1
		grep -q '^NoNewPrivs:.*1' "/proc/$p/status" || return 1
	done
}
if [ -r "/proc/$(pids store)/fd/0" ]; then
	check "children inherit nothing and gain nothing" fds
else
	skip "children inherit nothing and gain nothing" "needs root to look"
fi

# -- a notifier that dies
restarts() { [ "$(ask --json status | jq -r "select(.process == \"$1\") | .restarts")" = "$2" ]; }
killed_notifier() {
	kill -9 "$(pids notifier)"
	wait_until 10 restarts notifier 1
}
check "a killed notifier comes back" killed_notifier
check "the store went on" answers

# -- commands that write
import_csv() {
	ask filings import --kind provider "$TOP/tests/capture/register-provider.csv" || return 1
	ask --json filings list | jq -e -s 'length > 0' >/dev/null
}
check "filings are imported through the daemon" import_csv

# -- reload
profile() { sed -i "s,^profile = .*,profile = $1," "$s/beiand.conf"; }
profile xust
check "beianctl reload" ask reload
check "RELOADING=1 is heard" wait_until 5 grep -qx RELOADING=1 "$work/heard"
profile moon
bad_reload() { ! ask reload 2>"$work/reload" && cat "$work/reload" && grep -q moon "$work/reload"; }
check "a bad profile is refused and named" bad_reload
profile hnust
cp "$s/beiand.conf" "$work/good.conf"
ask_good() { "$BEIANCTL" -f "$work/good.conf" "$@"; }
printf 'colour = blue\n' >>"$s/beiand.conf"
bad_line() {
	! ask_good reload 2>"$work/reload" || return 1
	cat "$work/reload"
	grep -qE 'beiand\.conf:[0-9]+:' "$work/reload"
}
check "a bad line is refused by file and line" bad_line
cp "$work/good.conf" "$s/beiand.conf"
check "the service runs on" answers
printf '[sensor]\nwindow = 299\n' >>"$s/beiand.conf"
late() { ask_good reload 2>"$work/reload" && cat "$work/reload" && grep -q 'sensor\.window' "$work/reload"; }
check "an option that needs a restart is named" late
cp "$work/good.conf" "$s/beiand.conf"
hup() {
	local before
	before=$(grep -c '已重读配置' "$work/err")
	kill -HUP "$daemon"
	wait_until 5 sh -c '[ "$(grep -c 已重读配置 "$1")" -gt "$2" ]' sh "$work/err" "$before"
}
check "SIGHUP reloads too" hup

# -- two of a kind
second() { # PATTERN CONFIG
	timeout 100 "$BEIAND" -f "$2" 2>"$work/second"
	local status=$?
	cat "$work/second"
	[ $status -eq 1 ] && head -n 1 "$work/second" | grep -q "$1"
}
check "a second daemon on the same database is refused" second 'beiand.db' "$s/beiand.conf"
sed "s,^database = .*,database = $work/other.db," "$s/beiand.conf" >"$work/other.conf"
check "a second daemon on the same socket is refused" second 'control.sock' "$work/other.conf"
check "the first one does not mind" answers

# -- ends
check "SIGTERM ends it well" end TERM 0
check "STOPPING=1 is heard" wait_until 5 grep -qx STOPPING=1 "$work/heard"
check "its socket is gone" test ! -e "$s/control.sock"
check "it starts again" begin
check "SIGINT ends it well" end INT 0
check "it starts once more" begin
killed_store() {
	kill -9 "$(pids store)"
	wait "$daemon"
	local status=$?
	cat "$work/err"
	[ $status -eq 1 ] && grep -q 错误 "$work/err" && wait_until 5 sh -c "! pgrep -P $daemon"
}
check "a dead store ends the service with a message" killed_store
check "a stale socket is no hindrance" begin
orphans() {
	local all
	all=$(pgrep -P "$daemon")
	kill -9 "$daemon"
	for p in $all; do wait_until 20 gone "$p" || return 1; done
}
check "without a supervisor the others leave" orphans

# -- without the prober's program
printf '[probe]\nenabled = on\ncontact = https://nic.shili-demo.edu.cn/beiand\nresolver = 127.0.0.1\n' >>"$s/beiand.conf"
mkdir "$work/alone"
cp "$BEIAND" "$work/alone/beiand"
whole=$BEIAND BEIAND=$work/alone/beiand
says() { grep -q -- "$1" "$work/err"; }
check "it starts without a prober beside it" begin
check "and names the program that it lacks" wait_until 5 says "$work/alone/beiand-prober"
check "it waits longer each time" wait_until 10 says 'prober 将在 0.8 秒后重新启动'
fits() { # COMMAND SCHEMA..: each line of it, and there are some
	ask --json "$1" | python3 -c '
import json, sys
import jsonschema
rules = [jsonschema.Draft202012Validator(json.load(open(p))) for p in sys.argv[1:]]
lines = [json.loads(l) for l in sys.stdin]
bad = [l for l in lines if not any(r.is_valid(l) for r in rules)]
for l in bad: print(l)
sys.exit(bool(bad) or not lines)' "${@:2}"
}
states() { # what `status` and `probes` say of probing
	[ "$(ask --json status | jq -r '.probes?.probing // .probing? // empty' | sort -u)" = "$1" ] &&
		[ "$(ask --json probes | jq -r '.probing? // empty')" = "$1" ]
}
schemas() {
	fits status "$TOP/doc/schema/status.json" && fits probes "$TOP/doc/schema/probe.json" "$TOP/doc/schema/manners.json"
}
counted() { ask --json status | jq -es 'any(.[]; .process? == "prober" and .pid == 0 and .restarts >= 2)'; }
check "status counts the attempts" counted
check "status and probes say so alike" states down
check "as their schemas have it" schemas
check "SIGTERM ends that one, too" end TERM 0
BEIAND=$whole
check "it starts with the prober" begin
check "both say that it is on" wait_until 10 states on
counts() { ask --json probes | jq -es 'any(.[]; .manners?)'; }
check "the prober tells what it counted" wait_until 10 counts
check "all that follows the schemas" schemas
crowd() { # 300 at once, of whom 64 are let in; they stay until one of the others is told so
	python3 -c '
import select, socket, sys
all = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(300)]
for s in all: s.connect(sys.argv[1])
sys.exit(not select.select(all, [], [], 100)[0])' "$s/control.sock"
}
check "300 connections at once" crowd
check "it tells of those that it turned away" wait_until 10 says '个上限'
check "and answers again" wait_until 10 answers
told_crowd() { [ "$(grep -c '个上限' "$work/err")" -lt 5 ]; }
check "in a line or two" told_crowd
check "a pause is taken" ask probe pause
check "both say that" states paused
check "SIGTERM ends that one as well" end TERM 0

# -- a table that is wrong
mkdir "$work/data"
cp "$TOP"/conf/*.tsv "$work/data"
sed -i "s,^data = .*,data = $work/data," "$s/beiand.conf"
awk -F '\t' -v OFS='\t' '!/^#/ && n++ == 0 { for (i = 1; i <= NF; i++) if ($i == "pattern") p = i } n == 2 && !/^#/ { $p = "(?<name>[a" } 1' \
	"$TOP/conf/identifiers.tsv" >"$work/data/identifiers.tsv"
named() { ! "$BEIAND" -f "$s/beiand.conf" -n 2>"$work/wrong" && cat "$work/wrong" && grep -q "$work/data/identifiers.tsv:[1-9][0-9]*: .*正则式" "$work/wrong"; }
check "a pattern that is wrong is named by its file" named
finish
