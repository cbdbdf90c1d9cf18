#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Records recorded/: real clients against real servers on the loopback of a network namespace of their own, one capture for
# each client: Chromium over TLS and over QUIC, curl (HTTP, TLS, HTTP/2, HTTP/2 in the clear), nghttp, openssl s_client (TLS 1.2 with
# its certificate, TLS 1.3, a HelloRetryRequest), ngtcp2's client; servers are caddy, openssl s_server and dnsmasq. The
# truth is what tshark reads in the same packets (second.py), held against what each client was told to ask for.
# Needs root and `scripts/deps record`; takes about half a minute.
#   tests/golden/record.sh [FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1-}" != --inside ]; then
	[ "$(id -u)" -eq 0 ] || { echo "record: 需要 root(网络命名空间与抓包)" >&2; exit 1; }
	for tool in chromium caddy curl nghttp openssl gtlsclient dnsmasq dig tcpdump tshark ip ethtool; do
		command -v "$tool" >/dev/null || { echo "record: 缺少 $tool,请先运行 scripts/deps record" >&2; exit 1; }
	done
	exec unshare -n -m bash "$0" --inside "$(realpath -m "${1:-$here/recorded}")"
fi
out=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/beiand-clients.XXXXXX")
started=()
clean() {
	local pid
	for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap clean EXIT
cd "$work"
domain=shili-demo.edu.cn
resolver=127.0.0.53

network() {
	ip link set lo mtu 1500 up
	ethtool -K lo tx off gso off gro off tso off tx-udp-segmentation off >/dev/null 2>&1 || true
	echo "127.0.0.1 localhost" >hosts
	printf 'nameserver %s\noptions timeout:2 attempts:2\n' $resolver >resolv.conf
	mount --bind hosts /etc/hosts
	mount --bind resolv.conf /etc/resolv.conf
}

certificates() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=示例 recording CA" -utf8 \
		-keyout ca.key -out ca.pem 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$domain" -keyout key -out csr 2>/dev/null
	echo "subjectAltName=DNS:$domain,DNS:*.$domain" >san
	openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile san -out leaf 2>/dev/null
	cat leaf ca.pem >cert
	spki=$(openssl x509 -in leaf -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
}

servers() {
	mkdir www
	echo '<!doctype html><meta charset=utf-8><title>示例大学 教务系统</title><link rel=icon href=data:,><p>'"$(seq 300)" >www/index.html
	cat >Caddyfile <<-END
		{
			admin off
			auto_https off
			storage file_system $work/caddy
			servers {
				protocols h1 h2 h2c h3
			}
		}
		http://:80 {
			redir /old /index.html 302
			encode gzip
			root * $work/www
			file_server
		}
		https://:443 {
			tls $work/cert $work/key
			encode gzip
			root * $work/www
			file_server
		}
	END
	HOME=$work caddy run --config Caddyfile --adapter caddyfile >caddy.log 2>&1 &
	started+=($!)
	# HTTPS record (RFC 9460): priority 1, the name itself, alpn h3 and h2
	dnsmasq -C /dev/null -k -u root --no-resolv --no-hosts --no-ping --bind-interfaces --listen-address=$resolver \
		--address=/$domain/127.0.0.1 --cname=www.$domain,web.$domain --host-record=web.$domain,127.0.0.1,::1 \
		--dns-rr=quic.$domain,65,0001000001000602683302683 2>dnsmasq.log >&2 &
	started+=($!)
	openssl s_server -quiet -www -tls1_2 -accept 8443 -cert leaf -cert_chain ca.pem -key key >/dev/null 2>&1 &
	started+=($!)
	openssl s_server -quiet -www -tls1_3 -groups P-521 -accept 8444 -cert leaf -key key >/dev/null 2>&1 &
	started+=($!)
	for _ in $(seq 50); do
		dig +short +time=1 +tries=1 "portal.$domain" 2>/dev/null | grep -q 127.0.0.1 && curl -s -o /dev/null "http://portal.$domain/" &&
			curl -ks -o /dev/null "https://portal.$domain/" && return
		sleep 0.2
	done
	echo "record: 服务器没有启动:" >&2
	tail -3 caddy.log dnsmasq.log >&2
	exit 1
}

# Runs a client with a capture of its own.
record() { # name client arguments...
	local name=$1 pid
	shift
	: >tcpdump.log
	tcpdump -Z root -q -n -U -s 0 -i lo -w "$name.pcap" 2>tcpdump.log &
	pid=$!
	started+=("$pid")
	until grep -q 'listening on' tcpdump.log; do sleep 0.1; done
	sleep 0.3
	"$@" >"$name.log" 2>&1 || { echo "record: $name 没有成功:" >&2; tail -5 "$name.log" >&2; exit 1; }
	sleep 0.7
	kill -INT "$pid"
	wait "$pid" 2>/dev/null || true
}

browser() { # url options...
	local url=$1
	shift
	timeout 60 chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-sync --disable-background-networking \
		--disable-component-update --disable-default-apps --disable-extensions --no-pings --no-default-browser-check \
		--disable-features=OptimizationHints,MediaRouter,Translate,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable \
		--disable-domain-reliability --disable-client-side-phishing-detection --ignore-certificate-errors-spki-list="$spki" \
		--host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE *.$domain" --user-data-dir="$work/profile" "$@" --dump-dom "$url" | grep -q 教务系统
	local status=$?
	rm -rf "$work/profile"
	return $status
}

curls() {
	curl -sf -o /dev/null "http://plain.$domain/old" -A 'Example/1.0 (campus)' -e "http://portal.$domain/"
	curl -sf -o /dev/null --compressed "http://plain.$domain/index.html" "http://plain.$domain/"
	curl -sf -o /dev/null --cacert ca.pem "https://tls.$domain/"
	curl -sf -o /dev/null --cacert ca.pem --http1.1 --tls-max 1.2 "https://tls12.$domain/"
	curl -sf -o /dev/null --cacert ca.pem --http2 "https://two.$domain/" "https://two.$domain/index.html"
	dig +short "www.$domain" AAAA
	dig +short +tcp "web.$domain" A
}

curl_h2c() { curl -sf -o /dev/null --http2-prior-knowledge "http://h2c.$domain/"; }

# Several requests of one connection: the later ones point into its table, which is too small for them all the second time.
nghttp_h2c() {
	nghttp -n -m 3 "http://table.$domain/" "http://table.$domain/index.html"
	nghttp -n -m 2 --encoder-header-table-size=200 -H 'user-agent: Example/1.0 (campus)' "http://small.$domain/" "http://small.$domain/index.html"
	nghttp -n -u "http://upgraded.$domain/" "http://upgraded.$domain/index.html"
}

openssls() {
	echo | openssl s_client -connect 127.0.0.1:8443 -servername "tls12.$domain" -CAfile ca.pem
	echo | openssl s_client -connect 127.0.0.1:8444 -servername "retried.$domain" -groups X25519:P-521 -CAfile ca.pem
	echo | openssl s_client -connect 127.0.0.1:443 -servername "tls13.$domain" -CAfile ca.pem
	echo | openssl s_client -connect 127.0.0.1:443 -noservername
}

ngtcp2() { gtlsclient -q --exit-on-all-streams-close --timeout=2s "ngtcp2.$domain" 443 "https://ngtcp2.$domain/"; }

network
certificates
servers
recordings() {
	record chromium-tls browser "https://chromium.$domain/" --disable-quic
	record chromium-quic browser "https://quic.$domain/" --enable-quic --origin-to-force-quic-on="quic.$domain:443"
	record curl curls
	record curl-h2c curl_h2c
	record nghttp-h2c nghttp_h2c
	record openssl openssls
	record ngtcp2 ngtcp2
}
mkdir -p "$out"
# On a busy machine a client says its hello again and again, which tshark does not always put together: then all is recorded anew.
for _ in 1 2; do
	recordings
	python3 "$here/second.py" "$domain" "$work" "$out" && exit
done
recordings
python3 "$here/second.py" "$domain" "$work" "$out"
