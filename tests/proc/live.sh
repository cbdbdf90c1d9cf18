#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sensors on interfaces: a killed one comes back, a missing one is tried again, none at all or no right to listen ends
# the start; what was on the wire before SIGTERM, or before its interface went, is in the database.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
# With root: in a network namespace of its own, which goes with the last process.
if [ -z "${BEIAND_NETNS:-}" ] && [ "$(id -u)" -eq 0 ] &&
	unshare -n ip link add v0 type veth peer name v1 2>/dev/null; then
	rm -rf "$work"
	BEIAND_NETNS=1 exec unshare -n "$0"
fi
s=$work/state
interfaces() { # LIST: a fresh state folder that listens there
	rm -rf "$s"
	school "$s"
	printf '\n[sensor]\ninterfaces = %s\n' "$1" >>"$s/beiand.conf"
}
fails() { # STATUS PATTERN COMMAND...
	local want=$1 pattern=$2 status
	shift 2
	timeout 100 "$@" 2>"$work/err"
	status=$?
	cat "$work/err"
	[ $status -eq "$want" ] && grep -q "$pattern" "$work/err"
}
if [ "$(id -u)" -eq 0 ]; then
	interfaces nosuch0,nosuch1
	check "no interface of that name: status 1 and its name" fails 1 nosuch0 "$BEIAND" -f "$s/beiand.conf"
	chmod 755 "$work" && interfaces lo && chown -R nobody "$s"
	as_nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups --bounding-set=-net_raw)
	if "${as_nobody[@]}" test -x "$BEIAND" && "${as_nobody[@]}" test -r "$TOP/conf/rules.tsv"; then
		check "no right to listen: status 77" fails 77 CAP_NET_RAW "${as_nobody[@]}" "$BEIAND" -f "$s/beiand.conf"
	else
		skip "no right to listen: status 77" "nobody can not read the build folder"
	fi
else
	interfaces lo
	check "no right to listen: status 77" fails 77 CAP_NET_RAW "$BEIAND" -f "$s/beiand.conf"
fi
if [ -z "${BEIAND_NETNS:-}" ]; then
	skip "live sensors" "needs root and veth"
	finish
fi
make_pair() {
	veth_pair
	ip addr add 192.0.2.9/32 dev v0 # of one of the clients: without probing it counts like the others
}
make_pair

ask() { "$BEIANCTL" -f "$s/beiand.conf" "$@"; }
answers() { ask --json status >/dev/null 2>&1; }
running() { [ -n "$(pgrep -P "$daemon" -f "^beiand: sensor\\[$1\\]")" ]; }
row() { # ROLE FIELD
	ask --json status | jq -r "select(.process == \"$1\") | .$2"
}
begin() {
	start_daemon "$s"
	wait_until 10 answers && wait_until 10 grep -q 已就绪 "$work/err"
}
end() {
	kill -TERM "$daemon"
	wait "$daemon"
	local status=$?
	cat "$work/err"
	[ $status -eq 0 ]
}
# A DNS query for a name onto the wire, made here, byte by byte.
say() { # NAME COUNT
	python3 - "$@" <<'P'
import socket, struct, sys, time
name, count = sys.argv[1], int(sys.argv[2])
q = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\0" + struct.pack(">HH", 1, 1)
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("v0", 0))
for i in range(count):
    dns = struct.pack(">HHHHHH", i & 0xffff, 0x100, 1, 0, 0, 0) + q
    udp = struct.pack(">HHHH", 40000, 53, 8 + len(dns), 0) + dns
    src = bytes([192, 0, 2, 1 + i % 200])
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), i & 0xffff, 0, 64, 17, 0, src, bytes([198, 51, 100, 53]))
    s.send(b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0" + ip + udp)
    if i % 100 == 99:  # the kernel's queue of the other end holds a thousand
        time.sleep(0.001)
P
}
interfaces v1,nosuch0
check "with one of two interfaces it starts" begin
check "the missing one is tried again" wait_until 10 sh -c '[ "$("$1" -f "$2" --json status | jq -r "select(.process == \"sensor[nosuch0]\") | .restarts")" -ge 2 ]' sh "$BEIANCTL" "$s/beiand.conf"
again() {
	ip link add nosuch0 type veth peer name other0 && ip link set nosuch0 up
	wait_until 20 running nosuch0
}
check "and found once it is there" again
comes_back() {
	local before
	before=$(row 'sensor[v1]' restarts)
	kill -9 "$(pgrep -P "$daemon" -f '^beiand: sensor\[v1\]')"
	wait_until 10 sh -c '[ "$("$1" -f "$2" --json status | jq -r "select(.process == \"sensor[v1]\") | .restarts")" -gt "$3" ]' sh "$BEIANCTL" "$s/beiand.conf" "$before"
}
check "a killed sensor comes back" comes_back
listens_again() { [ "$(sqlite3 -readonly "$s/beiand.db" "SELECT count(*) FROM source WHERE name = 'v1'")" = 2 ]; }
check "and listens" wait_until 10 listens_again
check "the others went on" answers
check "packets on the wire" say jw.shili-demo.edu.cn 3000
check "SIGTERM right after them ends it well" end
ask_db() { "$BEIANCTL" -f "$s/beiand.conf" --db "$s/beiand.db" "$@"; }
seen() { # NAME CLIENTS
	ask_db --json apps | tee "$work/apps" | jq -e "select(.subjects | tostring | contains(\"$1\")) | .clients == $2"
	local status=$?
	cat "$work/apps"
	return $status
}
check "all clients are in the database" seen jw.shili-demo.edu.cn 200
messages() { # NAME COUNT
	[ "$("$TOP/tests/days" "$s/beiand.db" | awk -v name="$1" '$1 == "seen" && $3 == name { n += $5 }
		END { print n }')" -eq "$2" ]
}
check "and all messages" messages jw.shili-demo.edu.cn 3000

# What its ring holds when an interface goes is read all the same: the sensor could not run meanwhile.
check "it starts anew" begin
taken_away() {
	local sensor status
	sensor=$(pgrep -P "$daemon" -f '^beiand: sensor\[v1\]') || return 1
	kill -STOP "$sensor"
	say ring.shili-demo.edu.cn 800 && ip link del v1
	status=$?
	kill -CONT "$sensor"
	return $status
}
check "an interface goes with packets that nobody read yet" taken_away
check "which is told" wait_until 10 grep -q '网卡 v1 不可用' "$work/err"
check "it ends well" end
check "all messages are in the database" messages ring.shili-demo.edu.cn 800
unread() { ask_db --json status | jq -s -e '[.[].sources? // [] | .[] | .counters["ring-unread"] // 0] | add == 0'; }
check "none was left in the ring" unread
make_pair

# What this machine asks itself is nobody's use, once it probes.
printf '[probe]\nenabled = on\ncontact = https://nic.shili-demo.edu.cn/beiand\nresolver = 192.0.2.9\nopt_out = shili-demo.edu.cn\n' >>"$s/beiand.conf"
sed -i 's/^interfaces = .*/interfaces = v1/' "$s/beiand.conf"
check "it starts anew, and probes" begin
check "packets on the wire, some of them its own" say oa.shili-demo.edu.cn 400
check "it ends well" end
check "others are in the database" seen oa.shili-demo.edu.cn 199
own() { ask_db --json status | jq -s -e '[.[].sources? // [] | .[].counters["own-messages"] // 0] | add == 2'; }
check "its own are counted" own
finish
