#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Records the golden capture quic-client: ngtcp2's client and server (GnuTLS) on the loopback of a network namespace of
# their own. The expected lines come from tshark, which reads the same capture on its own; each name must be one that a
# client was told to ask for, and none may be missing. Needs root and `scripts/deps record`; takes some seconds.
#   tests/golden/quic-client.sh [FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1-}" != --inside ]; then
	[ "$(id -u)" -eq 0 ] || { echo "quic-client: 需要 root(网络命名空间与抓包)" >&2; exit 1; }
	for tool in gtlsclient gtlsserver openssl tcpdump tshark ip ethtool; do
		command -v "$tool" >/dev/null || { echo "quic-client: 缺少 $tool,请先运行 scripts/deps record" >&2; exit 1; }
	done
	exec unshare -n -m bash "$0" --inside "$(realpath -m "${1:-$here/quic-client}")"
fi
out=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/beiand-quic.XXXXXX")
started=()
clean() {
	for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap clean EXIT
cd "$work"

# name | port | options: 4433 takes a client at once, 4434 sends a Retry first
clients() {
	cat <<'END'
v1.shili-demo.edu.cn        | 4433 | -v 0x1
to-v2.shili-demo.edu.cn     | 4433 | -v 0x1 --preferred-versions=0x709a50c4,0x1
draft29.shili-demo.edu.cn   | 4433 | -v 0xff00001d
retry.shili-demo.edu.cn     | 4434 | -v 0x1
long-ids.shili-demo.edu.cn  | 4433 | -v 0x1 --dcid=000102030405060708090a0b0c0d0e0f1011 --scid=f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff0001
first.shili-demo.edu.cn     | 4433 | -v 0x1 --session-file=session --tp-file=tp
first.shili-demo.edu.cn     | 4433 | -v 0x1 --session-file=session --tp-file=tp --token-file=token
grease.shili-demo.edu.cn    | 4433 | -v 0x1a2a3a4a
END
}

ip link set lo mtu 1500 up
ethtool -K lo tx off gso off gro off tso off tx-udp-segmentation off >/dev/null 2>&1 || true
clients | awk '{ print ($1 ~ /^retry/ ? "::1" : "127.0.0.1"), $1 }' | sort -u >hosts
mount --bind hosts /etc/hosts
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 30 -subj /CN=shili-demo.edu.cn 2>/dev/null
mkdir www && echo ok >www/index.html
for address in 127.0.0.1 ::1; do
	gtlsserver -q -d www "$address" 4433 key cert >>server.log 2>&1 &
	started+=($!)
	gtlsserver -q -V -d www "$address" 4434 key cert >>server.log 2>&1 &
	started+=($!)
done
tcpdump -Z root -q -n -U -s 0 -i lo -w input.pcap udp 2>tcpdump.log &
started+=($!)
capture=$!
touch tcpdump.log
until grep -q 'listening on' tcpdump.log; do sleep 0.1; done
sleep 0.5
clients | while IFS='|' read -r name port options; do
	name=${name// /} port=${port// /}
	# shellcheck disable=SC2086
	timeout 5 gtlsclient -q --exit-on-all-streams-close --timeout=1s $options "$name" "$port" "https://$name:$port/" >>client.log 2>&1 ||
		[ "${name%%.*}" = grease ] || { echo "quic-client: $name 没有成功:" >&2; tail -3 client.log >&2; exit 1; }
done
sleep 0.5
kill -INT "$capture"
wait "$capture" 2>/dev/null || true

# tshark shows a hello as often as it was sent: once a connection is what is expected,
# and nothing of a version that is reserved to be refused (RFC 9000 section 15).
tshark -n -r input.pcap -Y 'quic && tls.handshake.type == 1 && tls.handshake.extensions_server_name' -T fields -E separator='|' \
	-e frame.time_epoch -e ip.src -e ipv6.src -e udp.srcport -e ip.dst -e ipv6.dst -e udp.dstport \
	-e tls.handshake.extensions_server_name -e quic.version 2>/dev/null |
	python3 -c '
import datetime, decimal, json, sys
seen = set()
for line in sys.stdin:
    t, s4, s6, sport, d4, d6, dport, name, version = line.rstrip("\n").split("|")
    if (sport, name) in seen or int(version.split(",")[0], 16) & 0x0f0f0f0f == 0x0a0a0a0a:
        continue
    seen.add((sport, name))
    at = datetime.datetime.fromtimestamp(int(decimal.Decimal(t)), datetime.timezone.utc)
    at = at.replace(microsecond=int(decimal.Decimal(t) % 1 * 1000000))
    end = lambda v4, v6, port: ("%s:%s" % (v4, port) if v4 else "[%s]:%s" % (v6, port))
    print(json.dumps(dict(kind="quic-sni", name=name, extra="0x%08x" % int(version.split(",")[0], 16),
        t=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), src=end(s4, s6, sport), dst=end(d4, d6, dport)), separators=(",", ":")))
' >expected.jsonl
diff <(clients | awk '!/^grease/ { print $1 }' | sort) <(sed 's/.*"name":"\([^"]*\)".*/\1/' expected.jsonl | sort)
mkdir -p "$out"
cp input.pcap expected.jsonl "$out/"
echo "quic-client: $(wc -l <expected.jsonl) hellos, $(stat -c %s input.pcap) bytes"
