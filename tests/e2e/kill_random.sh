#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kill -9 of any process at a random moment of a replay; run again; the state is that of one clean run.
#   SEED=n ROUNDS=n tests/e2e/kill_random.sh
. "$(dirname "$0")/lib"
RANDOM=${SEED:=$$}
echo "# SEED=$SEED"
clean_state=$work/clean
school "$clean_state"
register "$clean_state" >/dev/null
start=$(date +%s%N)
check "a clean run" replay "$clean_state"
span=$((($(date +%s%N) - start) / 1000000))
outcome "$clean_state" >"$work/clean.out"
check "it has an outcome" test -s "$work/clean.out"
echo "# a clean replay takes $span ms"

nobody() { ! pgrep -s "$1" >/dev/null; }
# Kills one process of the session at random, then waits until none is left (their links are closed, so all must go).
round() { # FOLDER DELAY-MS
	local leader pids victim
	setsid "$BEIAND" -f "$1/beiand.conf" --replay "$capture" 2>"$1/err" &
	leader=$!
	children+=("$leader")
	sleep "$(printf '%d.%03d' $(($2 / 1000)) $(($2 % 1000)))"
	mapfile -t pids < <(pgrep -s "$leader")
	if [ "${#pids[@]}" -gt 0 ]; then
		victim=${pids[$((RANDOM % ${#pids[@]}))]}
		echo "# after $2 ms: kill -9 $(tr '\0' ' ' <"/proc/$victim/cmdline" 2>/dev/null)"
		kill -9 "$victim" 2>/dev/null
	else
		echo "# after $2 ms it had ended"
	fi
	wait_until 20 nobody "$leader" && return
	pgrep -a -s "$leader" | sed 's/^/# still there: /'
	pkill -9 -s "$leader"
	return 1
}
sound() { [ "$(sqlite3 "$1/beiand.db" 'PRAGMA integrity_check')" = ok ]; }
same() { outcome "$1" >"$1/out" && diff "$work/clean.out" "$1/out"; }
once() { # each open alert stands in the file, at least once, and nothing that the database does not know
	diff <(ctl "$1" --json alerts | jq -r .alert | sort) <(jq -r .alert "$1/alerts.jsonl" | sort -u)
}
for n in $(seq "${ROUNDS:-5}"); do
	s=$work/k$n
	school "$s"
	register "$s" >/dev/null
	round "$s" $((RANDOM % (span + span / 5 + 1))) >"$work/.round"
	status=$?
	cat "$work/.round"
	check "$n: nothing is left behind" test "$status" -eq 0
	check "$n: the database is sound" sound "$s"
	check "$n: the same replay again ends well" replay "$s"
	check "$n: and has the state of a clean run" same "$s"
	check "$n: alerts were sent at least once" once "$s"
done
finish
