#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kill -9 of each child in the middle of a replay that takes a while: the service mends itself (or ends, when it was
# the store, and is run again), and the state is that of a run that nobody disturbed.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
FILES=${FILES:-24}
# The bundled capture again and again, each time an hour later: different captures, the same apps.
python3 - "$capture" "$work" "$FILES" <<'P'
import struct, sys
data = open(sys.argv[1], "rb").read()
order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
for n in range(int(sys.argv[3])):
    out, at = bytearray(data[:24]), 24
    while at + 16 <= len(data):
        sec, frac, cap, wire = struct.unpack_from(order + "IIII", data, at)
        out += struct.pack(order + "IIII", sec + 3600 * n, frac, cap, wire) + data[at + 16:at + 16 + cap]
        at += 16 + cap
    open(f"{sys.argv[2]}/part{n:03}.pcap", "wb").write(out)
P
parts=("$work"/part*.pcap)
clean_state=$work/clean
school "$clean_state"
register "$clean_state" >/dev/null
check "a clean run" replay "$clean_state" "${parts[@]}"
outcome "$clean_state" >"$work/clean.out"
check "it has an outcome" test -s "$work/clean.out"

child() { pgrep -P "$leader" -f "^beiand: $1"; }
launch() { # FOLDER
	"$BEIAND" -f "$1/beiand.conf" --replay "${parts[@]}" 2>"$1/err" &
	leader=$!
	children+=("$leader")
}
# Waits until this many captures are in, so that the kill comes in the middle; not 0 if all was done before that.
progress() { # FOLDER COUNT
	while kill -0 "$leader" 2>/dev/null; do
		[ "$(sqlite3 -readonly "$1/beiand.db" 'SELECT count(*) FROM source' 2>/dev/null || echo 0)" -ge "$2" ] && return
		sleep 0.01
	done
	return 1
}
fresh() { # FOLDER: where nothing was replayed
	rm -rf "$1"
	school "$1"
	register "$1" >/dev/null
}
# Where the replay was faster than who watches it, there was nothing to see: it is tried anew.
in_the_middle() { # FOLDER COMMAND...: which says 3 for that
	local status
	for _ in 1 2 3 4 5 6; do
		fresh "$1"
		"${@:2}"
		status=$?
		[ $status -eq 3 ] || return $status
		echo "it was done before"
	done
	return 1
}
same() { outcome "$1" >"$1/out" && diff "$work/clean.out" "$1/out"; }
each_once() { # every capture is one source, whole
	[ "$(sqlite3 -readonly "$1/beiand.db" 'SELECT count(*), count(DISTINCT digest) FROM source')" = "$FILES|$FILES" ]
}
in_file() { diff <(ctl "$1" --json alerts | jq -r .alert | sort) <(jq -r .alert "$1/alerts.jsonl" | sort -u); }
murder() { # FOLDER ROLE STATUS: kills it on the way, twice if it is back in time; the service must end with that status
	local status n pid killed=0
	launch "$1"
	for n in 3 9; do
		progress "$1" "$n" && pid=$(child "$2") && kill -9 "$pid" && killed=$((killed + 1))
		[ "$3" -eq 0 ] || break
	done
	wait "$leader"
	status=$?
	cat "$1/err"
	echo "killed $killed times"
	[ $killed -gt 0 ] || return 3
	[ $status -eq "$3" ]
}
for role in sensor notifier; do
	s=$work/$role
	check "a killed $role comes back and the replay ends well" in_the_middle "$s" murder "$s" "$role" 0
	check "$role: the state is that of a clean run" same "$s"
	check "$role: each capture is in once" each_once "$s"
	check "$role: each alert was sent" in_file "$s"
done
s=$work/store
check "a killed store ends the service with status 1" in_the_middle "$s" murder "$s" store 1
said() { grep '错误' "$s/err"; }
check "and a message" said
check "the same replay again ends well" replay "$s" "${parts[@]}"
check "store: the state is that of a clean run" same "$s"
check "store: each capture is in once" each_once "$s"
check "store: each alert was sent" in_file "$s"

s=$work/term
stopped() { # an orderly stop in the middle
	local status
	launch "$s"
	progress "$s" 5 && kill -TERM "$leader" || return 3
	wait "$leader"
	status=$?
	cat "$s/err"
	[ $status -eq 0 ]
}
check "SIGTERM in the middle ends it well" in_the_middle "$s" stopped
check "the same replay again ends well" replay "$s" "${parts[@]}"
check "term: the state is that of a clean run" same "$s"
finish
