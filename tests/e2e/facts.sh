#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What probes learn changes what the store says: a replay, a real server, the daemon with its prober. Hosts that are one
# app become one, the evidence stands in explain and in the alert; what a package declares is held against the filing.
# shellcheck disable=SC2154 # work ... are the library's
. "$(dirname "$0")/lib"
netns "facts of a real server" nginx openssl python3 sqlite3
server=192.0.2.80 # of the campus, so it may be asked
campus=shili-demo.edu.cn
appid=wx00000000000000f7
ip link set lo up
ip addr add "$server/32" dev lo
chmod 755 "$work" # nginx's workers have a user of their own

# people FILE HOST..: five people open each host over TLS, and a mini-program in the clear.
cat >"$work/people.py" <<'P'
import os, ssl, struct, sys
out, campus, appid, *hosts = sys.argv[1:]
def packet(src, dst, sport, dport, seq, ack, flags, data=b""):
    t = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65535, 0, 0) + data
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(t), 0, 0, 64, 6, 0, src, dst)
    s = sum(struct.unpack(">10H", ip))
    s = (s & 0xffff) + (s >> 16)
    return b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" + ip[:10] + struct.pack(">H", ~(s + (s >> 16)) & 0xffff) + ip[12:] + t
def hello(name):
    inp, outp = ssl.MemoryBIO(), ssl.MemoryBIO()
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        c.wrap_bio(inp, outp, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        return outp.read()
flows = [(h + "." + campus, [192, 0, 2, 80]) for h in hosts] + [("api.shili-vendor.com", [203, 0, 113, 9])]
n, port, begin = 0, 20000, int(os.environ.get("BEGIN", 1795000000))
with open(out, "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    def flow(client, server, dport, data):
        global n, port
        port += 1
        a, b = bytes(client), bytes(server)
        for p in (packet(a, b, port, dport, 99, 0, 2), packet(b, a, dport, port, 499, 100, 0x12),
                  packet(a, b, port, dport, 100, 500, 0x10), packet(a, b, port, dport, 100, 500, 0x18, data)):
            f.write(struct.pack("<IIII", begin + n // 1000, n % 1000 * 1000, len(p), len(p)) + p)
            n += 1
    for who in range(5):
        client = [198, 51, 100, 10 + who]
        for name, address in flows:
            flow(client, address, 443, hello(name))
        flow(client, [192, 0, 2, 80], 80, f"GET /api HTTP/1.1\r\nHost: mini.{campus}\r\nUser-Agent: Mozilla/5.0 MicroMessenger/8.0\r\n"
             f"Referer: https://servicewechat.com/{appid}/7/page-frame.html\r\n\r\n".encode())
P
people() { python3 "$work/people.py" "$work/$1" "$campus" "$appid" "${@:2}"; }
people people.pcap jw jwc kaoqin kq lib xyt
python3 - "$server" <<'P' &
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
while True:
    q, who = s.recvfrom(2048)
    end = q.index(b"\0", 12) + 5
    a = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(sys.argv[1]) if q[end - 3] == 1 else b""
    s.sendto(q[:2] + b"\x81\x80\0\1\0" + (b"\1" if a else b"\0") + b"\0\0\0\0" + q[12:end] + a, who)
P
children+=($!)
page() { # FOLDER TITLE [BODY]
	mkdir -p "$work/html/$1"
	printf '<!doctype html><html><head><meta charset="utf-8"><title>%s</title></head><body>%s</body></html>' "$2" "${3:-}" >"$work/html/$1/index.html"
}
page jw 示例科技大学教务平台
page lib 示例科技大学图书馆
page kq 示例科技大学考勤通 '<footer>湘ICP备05000001号-7</footer>'
page kaoqin 示例科技大学考勤通 '<footer>湘ICP备05000001号-7</footer>'
page mini 接口
page xyt 示例校园通 '<a href="/xyt.ipa">苹果版</a>'
page record 资料 "<script>window.cgiData = {nickname: \"示例助手\", category_list: {cate: [\"教育\"]}, request_domain: {item: [\"https://api.shili-vendor.com\", \"https://mini.$campus\",]}};</script>"
python3 - "$work/html/xyt/xyt.ipa" <<'P'
import plistlib, sys, zipfile
info = {"CFBundleIdentifier": "cn.edu.shilidemo.xyt", "CFBundleDisplayName": "示例校园通", "CFBundleName": "xyt",
        "CFBundleShortVersionString": "2.1", "CFBundleVersion": "21", "MinimumOSVersion": "12.0",
        "NSCameraUsageDescription": "扫码签到", "NSLocationWhenInUseUsageDescription": "校内导航"}
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("Payload/xyt.app/Info.plist", plistlib.dumps(info))
    z.writestr("Payload/xyt.app/xyt", b"\0" * 5000)
P
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 30 -subj "/CN=$campus" 2>/dev/null
cat >"$work/nginx.conf" <<X
daemon off;
master_process off; # so that its end is the end of it
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
	log_format host '\$host \$request_uri';
	access_log $work/access.log host;
	ssl_certificate $work/cert.pem;
	ssl_certificate_key $work/key.pem;
	types { text/html html; }
	server {
		listen $server:80 default_server;
		listen $server:443 ssl default_server;
		location / { return 404; }
	}
	server {
		listen $server:80;
		listen $server:443 ssl;
		server_name jwc.$campus;
		location = /robots.txt { return 404; }
		location / { return 301 https://jw.$campus\$request_uri; }
	}
	server {
		listen $server:80;
		listen $server:443 ssl;
		server_name ~^(?<name>jw|lib|kq|kaoqin|mini|xyt|record)\.;
		root $work/html/\$name;
	}
}
X
nginx -c "$work/nginx.conf" 2>/dev/null &
children+=($!)

s=$work/state
configure() { # PROFILE
	school "$s" "$1"
	cat >>"$s/beiand.conf" <<X
[probe]
enabled = on
contact = https://nic.$campus/beiand
resolver = $server
host_seconds = 0
net_minute = 100000
per_second = 40
transfers = 8
wechat_record = https://record.$campus/?appid=
X
}
says() { grep -q -- "$1" "$work/err"; }
facts() { [ "$(sqlite3 -readonly -cmd '.timeout 5000' "$s/beiand.db" "SELECT count(*) FROM probe_fact WHERE $1")" -ge "$2" ]; }
app_of() { ctl "$s" --json explain "$1" | jq -r 'select(.step == "member") | .text'; }
belongs() { app_of "$1" | grep -qF "($2)"; }
alone() { belongs "$1.$campus" "host:$1.$campus"; }

printf '应用名称,单位名称,域名,教育APP备案号,获取的权限\n示例校园通,示例科技大学,xyt.%s,教APP备4300009号,相机、存储\n' "$campus" >"$work/filed.csv"
configure hnust
check "the register with its permissions is imported" ctl "$s" filings import --kind provider "$work/filed.csv"
check "a replay asks nobody" replay "$s" "$work/people.pcap"
before() { for h in jw jwc kq kaoqin lib xyt; do alone $h || return 1; done && belongs api.shili-vendor.com host:shili-vendor.com; }
check "by their names all are apps of their own" before

"$BEIAND" -f "$s/beiand.conf" >"$work/out" 2>"$work/err" &
daemon=$!
children+=("$daemon")
check "the daemon starts" wait_until 20 says 'beiand: 警告: 没有配置监听接口'
# By the numbers of enum fact (base/words.h), which are stored.
check "the move is learnt" wait_until 60 facts "type = 23 AND note = 'http permanent' AND name LIKE 'jwc.%'" 1
check "so are titles and numbers" wait_until 60 facts "type = 1 AND name LIKE 'k%'" 2
check "the record of the mini-program" wait_until 60 facts "type = 37" 2
check "and what the package declares" wait_until 60 facts "type = 38" 2
moved() { belongs "jwc.$campus" "host:jw.$campus"; }
check "a host that moved for good is one with the other" wait_until 30 moved
twins() { belongs "kaoqin.$campus" "host:kq.$campus" || belongs "kq.$campus" "host:kaoqin.$campus"; }
check "so are two with one service number and one title" wait_until 30 twins
check "a host of the record is the mini-program's" wait_until 30 belongs api.shili-vendor.com "wechat-mini:$appid"
kill -TERM "$daemon"
check "the daemon ends well" wait "$daemon"

others() { alone lib && alone xyt && alone jw; }
check "all others stay what they were" others
told() { ctl "$s" --json explain "$1" | jq -r 'select(.step == "tie-learnt") | .text' | grep -F "$2"; }
check "explain says why: the move" told "jwc.$campus" "永久跳转到 jw.$campus"
check "the twins" told "kq.$campus" 备案号都相同
check "the record" told api.shili-vendor.com 微信小程序资料页
sent() { ctl "$s" --json alerts | jq -es --arg name "$1" 'map(select(any(.subjects[]; . == $name))) | length == 1 and any(.[0].facts[]; .fact == "tie-learnt")'; }
check "one alert for the two, with the evidence" sent "jwc.$campus"
check "and one for the mini-program with its host" sent api.shili-vendor.com
filed() { ctl "$s" --json apps | jq -es --arg name "xyt.$campus" 'map(select(any(.subjects[]; . == $name or .name? == $name))) | .[0].status == "filed"'; }
check "the filed app is filed" filed
drift() { ctl "$s" --json explain "xyt.$campus" | jq -r 'select(.step == "drift-permissions") | .text' | grep -F NSLocationWhenInUseUsageDescription | grep -F 相机、存储; }
check "what it declares beyond its filing is told" drift

# By the rules of a school that has the clause: first before the days are over, then a month later.
configure xust
anew() { sqlite3 "$s/beiand.db" "${1:-} UPDATE judge_state SET dirty = 1" && replay "$s" "$work/people.pcap"; }
check "a judgement by the rules that have a clause for it" anew
quiet() {
	ctl "$s" --json explain "xyt.$campus" >"$work/steps" && grep '口径 xust' "$work/steps" && grep '"drift-grace"' "$work/steps" &&
		drift && ctl "$s" --json alerts >"$work/alerts" && ! grep '"R14"' "$work/alerts"
}
check "accuses nobody before ten working days are over" quiet
check "a month later" anew "UPDATE probe_fact SET first = first - 30 * 86400000000;"
accused() { ctl "$s" --json alerts | jq -es --arg name "xyt.$campus" 'map(select(.rule == "R14")) | length == 1 and any(.[0].subjects[]; . == $name) and any(.[0].facts[]; .fact == "drift-permissions")'; }
check "it is an alert, with the evidence" accused
still() { belongs "jwc.$campus" "host:jw.$campus" && twins; }
check "who is one app is so still" still

# The register learns of the new host: what a provider filed is its own, and the old name is probably covered.
printf '应用名称,单位名称,域名,教育APP备案号\n示例教务,示例科技大学,jw.%s,教APP备4300010号\n' "$campus" >"$work/jw.csv"
check "a filing of one of two" ctl "$s" filings import --kind provider "$work/jw.csv"
apart() {
	alone jw && alone jwc && ctl "$s" --json apps | jq -es --arg a "jw.$campus" --arg b "jwc.$campus" '
		def of($n): map(select(any(.subjects[]; . == $n or .name? == $n)))[0].status; of($a) == "filed" and of($b) == "probable"'
}
check "parts them: it is filed, the other waits for a person" apart

# The sensor sees whom the prober asks, too: the name made up beside the hosts is nobody's app, however many look it up.
made_up() { sed -nE "s,^(bd[0-9a-f]{8})[.]$campus /$,\1,p" "$work/access.log" | sort -u; }
check "one name was made up for all hosts of the campus" test "$(made_up | wc -l)" -eq 1
BEGIN=$(date +%s) people made_up.pcap "$(made_up)" bd0badcafe # ours on the day on which we asked, and the next
check "a replay in which it is opened" replay "$s" "$work/made_up.pcap"
app_names() { ctl "$s" --json apps | jq -r '.subjects[]? | .name? // .'; }
innocent() { app_names >"$work/names" && grep -F bd0badcafe "$work/names" && ! grep -F "$(made_up)" "$work/names"; }
check "makes no app, though others that look like it do" innocent
unknown() { ctl "$s" explain "$(made_up).$campus"; [ $? -eq 1 ]; }
check "nor a subject" unknown
told_own() { ctl "$s" --json status | jq -es 'any(.[].sources[]?; .counters["own-names"] > 0)'; }
check "and is counted" told_own
finish
