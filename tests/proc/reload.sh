#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Data tables that change while the service runs: a bad one is refused, and hurts no sensor that comes back meanwhile;
# a good one is what running sensors go by from then on, without losing a packet.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
netns "tables that change under live sensors" veth
veth_pair
s=$work/state data=$work/tables
mkdir "$data" && cp "$TOP"/conf/*.tsv "$data"
school "$s"
sed -i "s,$TOP/conf,$data," "$s/beiand.conf"
printf '\n[sensor]\ninterfaces = v1\nworkers = 2\nbuffer_mb = 8\nwindow = 1\n' >>"$s/beiand.conf"
start_daemon "$s"
ask() { "$BEIANCTL" -f "$s/beiand.conf" "$@"; }
says() { grep -q -- "$1" "$work/err"; }
sensor() { pgrep -P "$daemon" -f "^beiand: sensor\\[v1#$1\\]"; }
listen() { [ "$(sqlite3 -readonly "$s/beiand.db" 'SELECT count(*) FROM source' 2>/dev/null)" = "$1" ]; }
counted() { # NAME VALUE
	local is
	is=$(sqlite3 -readonly "$s/beiand.db" "SELECT sum(value) FROM source_counter WHERE name = '$1'")
	echo "$1: $is"
	[ "$is" -eq "$2" ]
}
# DNS answers for a name, to many clients.
say() { # NAME COUNT
	python3 - "$@" <<'P'
import socket, struct, sys
name, count = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("v0", 0))
q = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\0" + struct.pack(">HH", 1, 1)
for i in range(count):
    dns = struct.pack(">HHHHHH", i & 0xffff, 0x8180, 1, 1, 0, 0) + q
    dns += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 300, 4) + bytes([203, 0, 113, 9])
    udp = struct.pack(">HHHH", 53, 40000, 8 + len(dns), 0) + dns
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), i & 0xffff, 0, 64, 17, 0,
                     bytes([198, 51, 100, 53]), bytes([192, 0, 2, 1 + i % 200]))
    s.send(b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0" + ip + udp)
P
}
check "it starts with two workers" wait_until 10 listen 2

echo 'BAD LINE' >>"$data/resolvers.tsv"
refused() {
	ask reload
	[ $? -eq 1 ]
}
check "a bad table is refused" refused
check "with its file and line" says 'resolvers.tsv:.*仍用原来的配置'
kill -9 "$(sensor 1)"
check "a sensor that comes back does so with the tables that were checked" wait_until 5 listen 3
check "none gave up" sh -c '! grep -q "状态 78" "$1"' sh "$work/err"
sleep 0.3
say a.shili-demo.edu.cn 400
check "and takes its share" wait_until 5 counted packets 400
cp "$TOP/conf/resolvers.tsv" "$data"

check "the same tables again change nothing" ask reload
sleep 0.5
check "no sensor began anew" listen 3
say dns.newresolver.example 100
sleep 0.5 # what is in the ring still is read by the new ones
printf 'dns.newresolver.example\tdoh\ta\tb\n' >>"$data/resolvers.tsv"
check "a new row is taken" ask reload
say b.shili-demo.edu.cn 200
check "each sensor begins anew, and none died" wait_until 5 listen 5
say dns.newresolver.example 100
check "no packet is lost by that" wait_until 5 counted packets 800
check "the row is known from then on" wait_until 1 counted hidden-lookup 100

kill -TERM "$daemon"
wait "$daemon"
status=$?
cat "$work/err" >"$work/.check"
check "it ends well" test $status -eq 0
check "what the kernel counted is told once" counted kernel-received 800
check "and who died before" counted worker-lost 1

# The store stands still at a reload: what comes until it goes on waits for sources that it has not answered yet.
begin_held() { # NAME COUNT
	local before
	before=$(sqlite3 -readonly "$s/beiand.db" 'SELECT count(*) FROM source')
	start_daemon "$s"
	wait_until 10 listen $((before + 2)) || return 1
	store=$(pgrep -P "$daemon" -f '^beiand: store')
	kill -STOP "$store"
	printf '%s\tdoh\ta\tb\n' "$1" >>"$data/resolvers.tsv"
	kill -HUP "$daemon"
	wait_until 5 says 已重读配置 || return 1
	sleep 0.3
	say "$1" "$2" && kill -TERM "$daemon" && wait_until 5 says 正在停止
}
end_held() { # STATUS
	local status
	kill -CONT "$store"
	wait_until 20 gone "$daemon" || kill -9 "$daemon"
	wait "$daemon"
	status=$?
	cat "$work/err"
	[ $status -eq "$1" ]
}
check "told to stop behind a reload" begin_held held.newresolver.example 300
check "it ends well" end_held 0
check "with all that came meanwhile" counted packets 1100
check "which the kernel counted" counted kernel-received 1100
check "by the new tables" counted hidden-lookup 400

check "once more" begin_held lost.newresolver.example 100
pkill -9 -P "$daemon" -f '^beiand: sensor'
check "sensors that do not live to take it make the status 1" end_held 1
check "they are counted" counted worker-lost 3
finish
