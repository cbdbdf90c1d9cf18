#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Alerts whose receivers are away: a replay does not wait for them, nothing is lost, and they arrive in order, at
# least once, as soon as the receiver is there.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
s=$work/state
school "$s"
sed -i -e "s,^syslog =.*,syslog = $work/log\nretry_seconds = 1," -e "s,^file = .*,file = $work/later/alerts.jsonl," "$s/beiand.conf"
ask() { "$BEIANCTL" -f "$s/beiand.conf" "$@"; }
answers() { ask --json status >/dev/null 2>&1; }
away() {
	timeout 120 "$BEIAND" -f "$s/beiand.conf" --replay "$capture" 2>"$work/err"
	local status=$?
	cat "$work/err"
	[ $status -eq 0 ] && grep -q '未送达' "$work/err"
}
check "a replay ends although both receivers are away, and says what is left" away
ctl "$s" --json alerts | jq -r .alert | sort >"$work/open"
check "there are alerts" test -s "$work/open"
check "they are pending" sh -c '[ "$(sqlite3 -readonly "$1" "SELECT count(*) FROM outbox WHERE delivered IS NULL")" -eq "$2" ]' \
	sh "$s/beiand.db" $((2 * $(wc -l <"$work/open")))

start_daemon "$s"
check "the daemon starts" wait_until 10 answers
failed() { # SINK: was tried and failed
	[ "$(ask --json status | jq -r "select(.sink == \"$1\" and .failed != null) | .failed")" -ge "$2" ]
}
check "the file is tried again" wait_until 15 failed file 2
check "syslog is tried again" wait_until 15 failed syslog 2
mkdir "$work/later"
python3 - "$work/log" >"$work/heard" <<'P' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(s.recv(1 << 20).decode().split("\ufeff")[1], flush=True)
P
children+=($!)
lines() { [ "$(wc -l <"$1" 2>/dev/null || echo 0)" -ge "$(wc -l <"$work/open")" ]; }
check "the file gets them all" wait_until 30 lines "$work/later/alerts.jsonl"
check "syslog gets them all" wait_until 30 lines "$work/heard"
same_order() { diff <(jq -r .alert "$work/later/alerts.jsonl") <(jq -r .alert "$work/heard"); }
check "both in the same order" same_order
complete() { jq -r .alert "$1" | sort -u | diff "$work/open" -; }
check "the file has each of them" complete "$work/later/alerts.jsonl"
check "syslog has each of them" complete "$work/heard"
check "none was sent twice" sh -c '! jq -r .alert "$1" | sort | uniq -d | grep .' sh "$work/heard"
nothing_left() { [ "$(sqlite3 -readonly "$s/beiand.db" 'SELECT count(*) FROM outbox WHERE delivered IS NULL')" -eq 0 ]; }
check "nothing is left" wait_until 5 nothing_left

# An import resolves one while the daemon runs: the sinks hear of it.
resolved() { jq -r .state "$1" | grep -q resolved; }
raise() { ask filings import --kind provider "$TOP/tests/capture/register-provider.csv"; }
check "an import through the daemon" raise
check "the file hears that alerts are resolved" wait_until 10 resolved "$work/later/alerts.jsonl"
check "so does syslog" wait_until 10 resolved "$work/heard"
stop() {
	kill -TERM "$daemon"
	wait "$daemon"
	local status=$?
	cat "$work/err"
	[ $status -eq 0 ]
}
check "SIGTERM ends it well" stop
finish
