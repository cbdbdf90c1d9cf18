#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two mirror ports: the HTTPS records come by on one, the hellos on the other, to a sensor each; the one that saw the records
# is killed before the hellos come, or reads them later than the other one the hellos. They are outer ones, as in a replay of all.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/lib"
netns "ECH on two interfaces" veth tcpreplay
veth_pair a0 a1 mtu 9000 arp off
veth_pair b0 b1 mtu 9000 arp off
outer=$TOP/tests/golden/made/ech-outer.pcap
split() { # DNS REST: the frames of the capture in two
	python3 - "$outer" "$@" <<'PY'
import struct, sys
data = open(sys.argv[1], "rb").read()
parts, at = ([data[:24]], [data[:24]]), 24
while at < len(data):
    end = at + 16 + struct.unpack("<I", data[at + 8:at + 12])[0]
    frame = data[at + 16:end]
    dns = frame[23] == 17 and b"\0\x35" in (frame[34:36], frame[36:38])
    parts[not dns].append(data[at:end])
    at = end
for name, part in zip(sys.argv[2:], parts):
    assert len(part) > 10
    open(name, "wb").write(b"".join(part))
PY
}
check "records and hellos come apart" split "$work/dns.pcap" "$work/hellos.pcap"
ask() { "$BEIANCTL" -f "$s/beiand.conf" --json status; } # the daemon
counter() { jq -s "[.[] | .sources? // [] | .[].counters[\"$1\"] // 0] | add"; }
ready() { [ "$(ask 2>/dev/null | jq -s '[.[] | .sources? // [] | .[]] | length')" -ge "$1" ]; }
sensor() { ask | jq -r 'select(.process == "sensor[a1]") | .pid'; }
play() { tcpreplay -q -i "$1" --pps 2000 "$2"; }
begin() { # FOLDER WINDOW
	s=$1
	school "$s"
	printf '\n[sensor]\ninterfaces = a1, b1\nbuffer_mb = 16\nwindow = %s\n' "$2" >>"$s/beiand.conf"
	start_daemon "$s"
	check "two sensors listen" wait_until 10 ready 2
	check "each writes a table of its own" sh -c '! grep "只凭自己所见" "$1"' sh "$work/err"
	old=$(sensor)
}
end() {
	kill -TERM "$daemon"
	wait "$daemon"
	check "it ends well" test $? -eq 0
	for name in cover front; do
		check "$name: all its hellos were outer ones" explains "$s" $name.shili-demo.edu.cn ech-outer "24 次问候只把它当作 ECH 外层名称"
		check "$name: nobody visited it" explains "$s" $name.shili-demo.edu.cn no-app "没有人访问过它"
	done
	check "as many as in a replay of all" as_many
}
as_many() { [ "$(ctl "$s" --json status | counter hidden-ech)" = "$(ctl "$work/whole" --json status | counter hidden-ech)" ]; }
school "$work/whole"
check "a replay of all" replay "$work/whole" "$outer"

begin "$work/killed" 1
check "the records come by" play a0 "$work/dns.pcap"
records=$(ctl "$work/whole" --json status | counter dns-service)
heard() { [ "$(ask | counter dns-service)" -eq "$records" ]; }
check "and all $records are read" wait_until 10 heard
kill -9 "$old"
again() { new=$(sensor) && [ "${new:-0}" -gt 0 ] && [ "$new" != "$old" ] && ready 3; }
check "their sensor is killed, and comes back" wait_until 20 again
check "the hellos come by on the other interface" play b0 "$work/hellos.pcap"
end

# The records wait in the ring of a sensor that stands still, while the other one has read the hellos that came after them.
begin "$work/stopped" 300
kill -STOP "$old"
check "the records come by one that stands still" play a0 "$work/dns.pcap"
check "then the hellos by the other" play b0 "$work/hellos.pcap"
sleep 1.2
kill -CONT "$old"
sleep 3
end
check "each hello had waited" test "$(ctl "$s" --json status | counter ech-hurried)" -eq 0
finish
