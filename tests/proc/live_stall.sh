#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The store stands still for five seconds, windows close meanwhile, and the sensor is told to stop with packets still in
# its ring: each packet is counted once, all messages are in the database, nothing was dropped.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
netns "a store that stands still" veth
veth_pair
s=$work/state
school "$s"
printf '\n[sensor]\ninterfaces = v1\nbuffer_mb = 64\nwindow = 1\n' >>"$s/beiand.conf"
start_daemon "$s"
sql() { sqlite3 -readonly "$s/beiand.db" "$1"; }
listens() { [ "$(sql 'SELECT count(*) FROM source' 2>/dev/null)" = 1 ]; }
check "it starts" wait_until 10 listens
# COUNT DNS queries for names of their own, FROM there on, spread over SECONDS. Never so many at once as the kernel's queue
# of the other end, which holds a thousand.
say() { # FROM COUNT SECONDS
	python3 - "$@" <<'P'
import socket, struct, sys, time
start, count, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("v0", 0))
for i in range(start, start + count):
    name = "host%d.stall-demo.edu.cn" % i
    q = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\0" + struct.pack(">HH", 1, 1)
    dns = struct.pack(">HHHHHH", i & 0xffff, 0x100, 1, 0, 0, 0) + q
    udp = struct.pack(">HHHH", 40000, 53, 8 + len(dns), 0) + dns
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), i & 0xffff, 0, 64, 17, 0,
                     bytes([192, 0, 2, 1 + i % 200]), bytes([198, 51, 100, 53]))
    s.send(b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0" + ip + udp)
    if i % 100 == 0:
        time.sleep(max(seconds * 100 / count, 0.001))
P
}
store=$(pgrep -P "$daemon" -f '^beiand: store')
kill -STOP "$store"
check "packets while the store stands still" say 0 30000 4
sleep 1
kill -CONT "$store"
check "more, up to the end" say 30000 20000 0
kill -TERM "$daemon"
wait "$daemon"
status=$?
cat "$work/err" >"$work/.check"
check "SIGTERM right after them ends it well" test $status -eq 0
counted() { # NAME VALUE
	local is
	is=$(sql "SELECT sum(value) FROM source_counter WHERE name = '$1'")
	echo "$1: $is"
	[ "$is" -eq "$2" ]
}
check "each packet is counted" counted packets 50000
check "none was dropped" counted kernel-drop 0
names() {
	local is
	is=$(sql "SELECT count(*) FROM observed_subject WHERE name LIKE 'host%.stall-demo.edu.cn'")
	echo "names: $is"
	[ "$is" -eq 50000 ]
}
check "each name is in the database" names

# A worker that does not leave in time takes along what it had not handed on: that is no good end.
start_daemon "$s"
again() { [ "$(sql 'SELECT count(*) FROM source' 2>/dev/null)" = 2 ]; }
check "it starts anew" wait_until 10 again
worker=$(pgrep -P "$daemon" -f '^beiand: sensor')
kill -STOP "$worker"
say 0 100 0
kill -TERM "$daemon"
wait "$daemon"
status=$?
cat "$work/err" >"$work/.check"
check "a worker that stands still at SIGTERM makes the status 1" test $status -eq 1
check "it is named" grep -q '没有收完就结束了' "$work/err"
check "and counted" counted worker-lost 1
check "with the time that it is about" test "$(sql "SELECT sum(value) FROM source_counter WHERE name = 'worker-lost-seconds'")" -ge 10

# One that dies and is not back before the end: no other one can tell.
start_daemon "$s"
third() { [ "$(sql 'SELECT count(*) FROM source' 2>/dev/null)" = 4 ]; }
check "it starts a third time" wait_until 10 third
worker=$(pgrep -P "$daemon" -f '^beiand: sensor')
kill -9 "$worker" && kill -TERM "$daemon"
wait "$daemon"
check "a worker that died just before the end is counted" counted worker-lost 2
finish
