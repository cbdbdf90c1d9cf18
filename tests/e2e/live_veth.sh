#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The bundled capture, put on one end of a veth pair, is seen on the other as it is seen in the file.
. "$(dirname "$0")/lib"
netns "live capture" veth tcpreplay
veth_pair e2e0 e2e1
play() { tcpreplay -q -i e2e0 --pps 4000 "$capture" >"$work/tcpreplay.log" 2>&1; }
# What does not depend on when, in which windows and with which key it was seen.
lines() {
	jq -cS -s 'map(select(.stats == null)) | group_by([.kind, .name, .via])[]
		| {kind: .[0].kind, name: .[0].name, via: .[0].via, count: (map(.count) | add), servers: (map(.servers[]) | unique)}' "$1"
}

school "$work"
"$BEIANCTL" observe -f "$work/beiand.conf" -r "$capture" >"$work/file.json"
"$BEIANCTL" observe -f "$work/beiand.conf" -i e2e1 >"$work/live.json" 2>"$work/live.err" &
children+=($!)
observer=$!
listens() { grep -q 'socket:' "/proc/$observer/maps"; } # the kernel's ring
check "observe listens" wait_until 10 listens
check "tcpreplay" play
kill -INT "$observer"
wait "$observer"
status=$?
check "observe ends well on SIGINT" test "$status" -eq 0
lines "$work/file.json" >"$work/file"
lines "$work/live.json" >"$work/live"
check "the file has observations" test -s "$work/file"
check "live sees the same messages as the file" diff "$work/file" "$work/live"
check "the last line of both is stats" sh -c 'tail -n 1 "$1" | jq -e .stats && tail -n 1 "$2" | jq -e .stats' sh "$work/file.json" "$work/live.json"

# The daemon on the same wire, ended by SIGTERM right after the last packet.
s=$work/state
school "$s"
register "$s" >/dev/null
printf '\n[sensor]\ninterfaces = e2e1\n' >>"$s/beiand.conf"
start_daemon "$s" "$work/daemon.err"
answers() { "$BEIANCTL" -f "$s/beiand.conf" --json status >/dev/null 2>&1; }
check "the daemon answers on its control socket" wait_until 10 answers
check "a second daemon is refused" sh -c '! timeout 100 "$1" -f "$2" 2>"$3" && grep . "$3"' sh "$BEIAND" "$s/beiand.conf" "$work/second.err"
listens() { [ "$(sqlite3 -readonly "$s/beiand.db" 'SELECT count(*) FROM source' 2>/dev/null)" = 1 ]; }
check "and listens" wait_until 10 listens
check "tcpreplay to the daemon" play
kill -TERM "$daemon"
wait "$daemon"
status=$?
cat "$work/daemon.err" >"$work/.check"
check "the daemon ends well on SIGTERM" test "$status" -eq 0
check "and every planted app has its status and alert" as_planted "$s" hnust
finish
