#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Records the bundled capture anew: a small school in network namespaces, with real clients (Chromium, curl, dig) and real
# servers (nginx with TLS, dnsmasq). No outside network. Needs root and `scripts/deps record`; takes about a minute.
#   tests/capture/record.sh [OUTPUT.pcap]
#
#   c1..c7 -- switch -- trunk: here tcpdump stands, as a mirror port would -- router -- servers: all addresses of hosts.tsv
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "${1:-$here/campus.pcap}")
resolver=198.51.100.53
if [ "$(id -u)" -ne 0 ]; then
	echo "record: 需要 root(网络命名空间与抓包)" >&2
	exit 1
fi
for tool in chromium nginx dnsmasq dig curl openssl tcpdump ethtool ip; do
	command -v "$tool" >/dev/null || { echo "record: 缺少 $tool,请先运行 scripts/deps record" >&2; exit 1; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/beiand-record.XXXXXX")
spaces="sw router servers c1 c2 c3 c4 c5 c6 c7"
started=()
space() { echo "bq$$-$1"; }
clean() {
	local pid s
	for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
	for s in $spaces; do
		# whatever still runs in our namespaces, and nothing else
		for pid in $(ip netns pids "$(space "$s")" 2>/dev/null); do kill -9 "$pid" 2>/dev/null || true; done
	done
	for s in $spaces; do ip netns del "$(space "$s")" 2>/dev/null || true; done
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

# Runs a command in a namespace; clients get the recording's resolver by a mount that only they see.
# It becomes the command: call it in a subshell.
become() {
	local s=$1
	shift
	exec ip netns exec "$(space "$s")" unshare -m sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$work/resolv.conf" "$@"
}
in_space() { (become "$@"); }
ipn() {
	local s=$1
	shift
	ip -n "$(space "$s")" "$@"
}
hosts() { grep -v -e '^#' -e '^name' "$here/hosts.tsv"; }

# Two ends of a cable. Offload is turned off: packets are to be as on a wire, with their checksums.
cable() { # space device space device
	ip link add "$2" netns "$(space "$1")" type veth peer name "$4" netns "$(space "$3")"
	local side
	for side in "$1 $2" "$3 $4"; do
		set -- $side
		ip netns exec "$(space "$1")" ethtool -K "$2" tx off rx off tso off gso off gro off >/dev/null 2>&1 || true
		ipn "$1" link set "$2" up
	done
}

make_network() {
	local s i
	for s in $spaces; do
		ip netns add "$(space "$s")"
		ip netns exec "$(space "$s")" sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0
		ipn "$s" link set lo up
	done
	ip netns exec "$(space router)" sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ipn sw link add br0 type bridge mcast_snooping 0
	ipn sw link set br0 up
	cable sw up0 router trunk
	ipn sw link set up0 master br0
	ipn router addr add 192.0.2.1/24 dev trunk
	ipn router addr add 2001:db8:10::1/64 dev trunk nodad
	for i in 1 2 3 4 5 6 7; do
		cable sw "p$i" "c$i" eth0
		ipn sw link set "p$i" master br0
		ipn "c$i" addr add "192.0.2.$((10 + i))/24" dev eth0
		ipn "c$i" route add default via 192.0.2.1
		ipn "c$i" addr add "2001:db8:10::1$i/64" dev eth0 nodad
		ipn "c$i" -6 route add default via 2001:db8:10::1
	done
	cable router srv0 servers eth0
	ipn router addr add 10.0.0.1/30 dev srv0
	ipn router addr add 2001:db8:1::1/64 dev srv0 nodad
	ipn servers addr add 10.0.0.2/30 dev eth0
	ipn servers addr add 2001:db8:1::2/64 dev eth0 nodad
	ipn servers route add default via 10.0.0.1
	ipn servers -6 route add default via 2001:db8:1::1
	ipn router route add 198.51.100.0/24 via 10.0.0.2
	ipn router route add 203.0.113.0/24 via 10.0.0.2
	ipn router -6 route add 2001:db8:100::/48 via 2001:db8:1::2
	ipn router -6 route add 2001:db8:f00::/48 via 2001:db8:1::2
	{
		echo "$resolver -"
		hosts | cut -f 2,3
	} | while read -r v4 v6; do
		[ "$v4" = - ] || ipn servers addr add "$v4/32" dev lo 2>/dev/null || true
		[ "$v6" = - ] || ipn servers addr add "$v6/128" dev lo nodad 2>/dev/null || true
	done
}

# One CA and one certificate for all names; browsers and curl are told not to check it.
make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=示例 recording CA" -utf8 \
		-keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=shili-demo.edu.cn \
		-keyout "$work/server.key" -out "$work/server.csr" 2>/dev/null
	hosts | cut -f 1 | sed 's/^/DNS:/' | paste -sd, | sed 's/^/subjectAltName=/' >"$work/san"
	openssl x509 -req -in "$work/server.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 3650 \
		-extfile "$work/san" -out "$work/server.pem" 2>/dev/null
}

start_servers() {
	printf 'nameserver %s\noptions timeout:2 attempts:2\n' "$resolver" >"$work/resolv.conf"
	{
		echo "user=root
no-daemon
no-resolv
no-hosts
no-ping
local=/#/
listen-address=$resolver
bind-interfaces
cname=study.example.org,www.zhihuishu.com"
		hosts | awk -F '\t' '{ printf "host-record=%s", $1; if ($2 != "-") printf ",%s", $2; if ($3 != "-") printf ",%s", $3; print "" }'
	} >"$work/dnsmasq.conf"
	mkdir -p "$work/www"
	{
		echo '<!doctype html><meta charset=utf-8><title>示例科技大学</title><link rel=icon href=data:,>'
		hosts | awk -F '\t' '$4 == "page" { printf "<img src=https://%s/t.gif>\n", $1 }'
	} >"$work/www/index.html"
	cat >"$work/nginx.conf" <<-END
		daemon off;
		user root;
		worker_processes 1;
		pid $work/nginx.pid;
		error_log $work/nginx.log;
		events { worker_connections 512; }
		http {
			access_log off;
			client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3;
			uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
			large_client_header_buffers 4 32k;
			server {
				listen 80; listen [::]:80; listen 8080; listen [::]:8080;
				listen 443 ssl http2; listen [::]:443 ssl http2;
				ssl_certificate $work/server.pem; ssl_certificate_key $work/server.key;
				root $work/www;
				default_type text/plain;
				location = / { add_header Content-Type "text/html; charset=utf-8"; try_files /index.html =404; }
				location / { return 200 "{}\n"; }
				location ~ \.gif$ { empty_gif; }
			}
		}
	END
	become servers dnsmasq -C "$work/dnsmasq.conf" 2>"$work/dnsmasq.log" &
	started+=($!)
	become servers nginx -c "$work/nginx.conf" -e "$work/nginx.log" &
	started+=($!)
	local i
	for i in $(seq 50); do
		in_space servers dig +short +time=1 +tries=1 "@$resolver" portal.shili-demo.edu.cn >/dev/null 2>&1 &&
			in_space servers curl -s -o /dev/null http://198.51.100.10/ && return
		sleep 0.2
	done
	echo "record: 服务器没有启动:" >&2
	cat "$work/nginx.log" "$work/dnsmasq.log" >&2
	exit 1
}

start_capture() {
	become router tcpdump -Z root -q -n -U -s 0 -i trunk -w "$work/campus.pcap" 2>"$work/tcpdump.log" &
	started+=($!)
	capture=$!
	local i
	for i in $(seq 50); do
		grep -q 'listening on' "$work/tcpdump.log" && return
		sleep 0.1
	done
	cat "$work/tcpdump.log" >&2
	exit 1
}

# shellcheck source=tests/capture/clients.sh
. "$here/clients.sh"

make_network
make_certificate
start_servers
start_capture
play
sleep 1
kill -INT "$capture"
wait "$capture" 2>/dev/null || true
sed -n 's/^\([0-9]* packets\)/record: \1/p' "$work/tcpdump.log" >&2
cp "$work/campus.pcap" "$out"
echo "record: $out $(stat -c %s "$out") bytes" >&2
