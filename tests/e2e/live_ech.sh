#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two mirror ports: the HTTPS records come by on one, the hellos on the other, to a sensor each; and the one that saw the
# records is killed before the hellos come. They are still outer ones, as in a replay of all.
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
s=$work/state
school "$s"
printf '\n[sensor]\ninterfaces = a1, b1\nbuffer_mb = 16\nwindow = 1\n' >>"$s/beiand.conf"
ask() { "$BEIANCTL" -f "$s/beiand.conf" --json status; } # the daemon
sum() { jq -s "[.[] | .sources? // [] | .[].counters[\"$1\"] // 0] | add"; }
ready() { [ "$(ask 2>/dev/null | jq -s '[.[] | .sources? // [] | .[]] | length')" -ge "$1" ]; }
sensor() { ask | jq -r 'select(.process == "sensor[a1]") | .pid'; }
play() { tcpreplay -q -i "$1" --pps 2000 "$2"; }

start_daemon "$s"
check "two sensors listen" wait_until 10 ready 2
check "the records come by" play a0 "$work/dns.pcap"
heard() { [ "$(ask | sum dns-service)" -gt 0 ]; }
check "and are read" wait_until 10 heard
old=$(sensor)
kill -9 "$old"
again() { new=$(sensor) && [ "${new:-0}" -gt 0 ] && [ "$new" != "$old" ] && ready 3; }
check "their sensor is killed, and comes back" wait_until 20 again
check "the hellos come by on the other interface" play b0 "$work/hellos.pcap"
kill -TERM "$daemon"
wait "$daemon"
check "it ends well" test $? -eq 0
for name in cover front; do
	check "$name: all its hellos were outer ones" explains "$s" $name.shili-demo.edu.cn ech-outer "24 次问候只把它当作 ECH 外层名称"
	check "$name: nobody visited it" explains "$s" $name.shili-demo.edu.cn no-app "没有人访问过它"
done
school "$work/whole"
check "a replay of all" replay "$work/whole" "$outer"
as_many() { [ "$(ctl "$s" --json status | sum hidden-ech)" = "$(ctl "$work/whole" --json status | sum hidden-ech)" ]; }
check "tells as many" as_many
finish
