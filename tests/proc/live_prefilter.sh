#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two daemons on one interface, the prefilter on in one of them: a filter means the same to both, whatever tags the frames
# have, and the one's packets are the other's besides those that it counts as left in the kernel. Nor does it lose requests.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
netns "the prefilter beside a sensor without one" veth python3
veth_pair v0 v1 mtu 9000
# Onto the wire: queries in frames with no tag, one of either sort, two, three; and bulk, tagged and not.
cat >"$work/send" <<'P'
import socket, struct, sys, time
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("v0", 0))
sent = 0
def send(tags, l3):
    global sent
    types = b"".join(struct.pack(">HH", t, 7 + i) for i, t in enumerate(tags))
    wire.send(b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01" + types + b"\x08\0" + l3)
    sent += 1
    if sent % 50 == 49:  # the kernel's queue of the other end holds a thousand
        time.sleep(0.002)
def ip4(source, target, proto, rest):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(rest), sent & 0xffff, 0, 64, proto, 0)
    return head + socket.inet_aton(source) + socket.inet_aton(target) + rest
def tcp(client, sport, seq, payload, dport=80, flags=0x10):
    head = struct.pack(">HHIIBBHHH", sport, dport, seq & 0xffffffff, 1, 0x50, flags, 512, 0, 0)
    return ip4(client, "203.0.113.5", 6, head + payload)
def query(name, client, i):
    q = b"".join(bytes([len(x)]) + x.encode() for x in name.split(".")) + b"\0\0\1\0\1"
    dns = struct.pack(">HHHHHH", i, 0x100, 1, 0, 0, 0) + q
    return ip4(client, "198.51.100.53", 17, struct.pack(">HHHH", 40000 + i, 53, 8 + len(dns), 0) + dns)
def filters():
    wrappings = { "plain": (), "ctag": (0x8100,), "stag": (0x88a8,), "qinq": (0x88a8, 0x8100), "old": (0x9100,),
                  "three": (0x88a8, 0x8100, 0x8100) }
    for name, tags in wrappings.items():
        for i in range(40):
            send(tags, query(f"{name}.example.org", f"192.0.2.{1 + i}", i))
    for tags in (), (0x8100,), (0x88a8, 0x8100):
        for client in "192.0.2.99", "192.0.2.100":
            for i in range(100):
                send(tags, tcp(client, 30000 + len(tags), i * 1400, b"\xaa" * 1400))
class Upload:
    def __init__(self, client, begun=False):
        self.client, self.seq = client, 1000
        begun or send((), tcp(client, 41000, 999, b"", flags=2))
    def __call__(self, payload, piece=1000):
        for i in range(0, len(payload), piece):
            send((), tcp(self.client, 41000, self.seq, payload[i:i + piece]))
            self.seq = self.seq + len(payload[i:i + piece])
def clear():
    get = "GET / HTTP/1.1\r\nHost: %s.example.org\r\n\r\n"
    for i in range(10):  # a body with such bytes at the beginning of a segment, the next head behind its end
        up = Upload(f"192.0.2.{1 + i}")
        up(b"POST / HTTP/1.1\r\nHost: body.example.org\r\nContent-Length: 90000\r\n\r\n")
        up(b"x" * 20000 + b"\x17\x03\x03" + b"x" * 69000)
        up(b"x" * 997 + (get % "tail").encode(), 2000)
        # HTTP/2 (RFC 9113 section 4.1): of a frame of 9000 bytes a segment begins so
        up = Upload(f"192.0.2.{101 + i}")
        frame = lambda kind, flags, stream, body: struct.pack(">IBI", len(body) << 8 | kind, flags, stream) + body
        head = lambda name: b"\x83\x86\x84\x01" + bytes([len(name)]) + name
        up(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b""))
        for stream in range(1, 20, 2):
            up(frame(1, 4, stream, head(b"h%d.example.org" % stream)))
            up(frame(0, 1, stream, b"x" * 991 + b"\x17\x03\x03" + b"x" * 8006))
def few():
    for i in range(10):  # the end of a body that was never seen to begin, then a request in two segments
        up = Upload(f"192.0.2.{1 + i}", True)
        up(b"x" * 72000, 1200)
        up(b"GET ")
        up(b"/ HTTP/1.1\r\nHost: few.example.org\r\n\r\n")
exec(sys.argv[1] + "()")
P
sql() { sqlite3 -readonly "$work/$1/beiand.db" "$2"; }
counter() { sql "$1" "SELECT coalesce(sum(value), 0) FROM source_counter WHERE name = '$2'"; }
seen() { "$TOP/tests/days" "$work/$1/beiand.db" | grep ^seen; }
begin() { # FOLDER PREFILTER FILTER
	local s=$work/$1
	rm -rf "$s"
	school "$s"
	printf '\n[sensor]\ninterfaces = v1\nbuffer_mb = 16\nprefilter = %s\nfilter = %s\n' "$2" "$3" >>"$s/beiand.conf"
	"$BEIAND" -f "$s/beiand.conf" 2>"$s/err" &
	children+=($!)
	wait_until 10 grep -qs 已就绪 "$s/err" || return 1
	[ "$2" = off ] || ! grep -q 内核预过滤没有启用 "$s/err" || { cat "$s/err"; return 77; }
}
end() {
	local pid status=0
	for pid in "${children[@]}"; do
		kill -TERM "$pid"
		wait "$pid" || status=1
	done
	children=()
	return $status
}
play() { # WHAT FILTER: as both see it
	begin off off "$2" && begin on on "$2" && sleep 0.3 && python3 "$work/send" "$1"
	local status=$?
	sleep 0.3
	end && seen off >"$work/off.seen"
	seen on >"$work/on.seen"
	return $status
}
same() {
	diff "$work/off.seen" "$work/on.seen"
}
parts() {
	echo "off: $(counter off packets) of $(counter off kernel-received); on: $(counter on packets) of $(counter on kernel-received), $(counter on prefiltered) left in the kernel"
	[ "$(counter on packets)" -eq "$(counter on kernel-received)" ] && [ "$(counter off packets)" -eq "$(counter off kernel-received)" ] &&
		[ $(($(counter on packets) + $(counter on prefiltered))) -eq "$(counter off packets)" ] &&
		[ $(($(counter on kernel-drop) + $(counter off kernel-drop))) -eq 0 ]
}
begin on on ""
[ $? -ne 77 ] || { end; skip "a filter beside the prefilter" "the kernel takes no eBPF from us"; finish; }
end

names() { # NAME..: these and no others
	[ "$(echo "$@" | tr ' ' '\n' | sort)" = "$(awk '{ sub(/\.example\.org$/, "", $3); print $3 }' "$work/off.seen" | sort -u)" ]
}
row() { # BULK FILTER NAME..: packets of the bulk that it takes, what it takes of the queries
	local bulk=$1 filter=$2
	shift 2
	check "filter '$filter': played" play filters "$filter"
	check "of the queries it takes: $*" names "$@"
	check "with the prefilter the same" same
	check "and the packets add up" parts
	check "bulk stays in the kernel, if it takes any" sh -c '[ "$1" -gt 0 ] && [ "$2" -gt $(($1 / 4)) ] || [ "$1$2" = 00 ]' sh "$bulk" "$(counter on prefiltered)"
}
row 600 "" plain ctag stag qinq old three
row 0 "udp port 53" plain ctag stag
row 400 "not net 198.51.100.0/24" qinq old three
row 400 "ether proto 0x0800" plain ctag stag
row 200 "not host 192.0.2.99 and not udp and not vlan 7"
row 400 "vlan" ctag stag qinq old three
row 0 "udp port 53 or (vlan 7 and vlan and udp port 53)" plain ctag stag qinq

# What begins like TLS's application data in the middle of requests in the clear.
check "uploads in the clear: played" play clear ""
check "requests behind them are seen" names body tail h1 h3 h5 h7 h9 h11 h13 h15 h17 h19
check "with the prefilter the same" same
check "and the packets add up" parts

check "a request whose first segment has four bytes: played" play few ""
check "it is seen" names few
check "with the prefilter the same" same
check "and the packets add up" parts
finish
