#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The prober against a real server: kill -9 of it and of the store on the way, a pause, a stall, a stop. The server's own
# access log says that nobody was asked twice, by whom, and when; the database says that no job is lost.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
netns "the prober against a real server" nginx openssl python3 sqlite3
HOSTS=${HOSTS:-60}
server=192.0.2.80 # of the campus, so it may be asked
ip link set lo up
killer=192.0.2.81 # who comes here kills the prober, once there is a file $work/deadly
ip addr add "$server/32" dev lo
ip addr add "$killer/32" dev lo
chmod 755 "$work" # nginx's workers have a user of their own

# Each host is looked up by five people, and every name has the server's address.
python3 - "$work/hosts.pcap" "$HOSTS" <<'P'
import struct, sys
def udp(src, dst, sport, dport, data):
    u = struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(u), 0, 0, 64, 17, 0, src, dst)
    s = sum(struct.unpack(">10H", ip))
    s = (s & 0xffff) + (s >> 16)
    ip = ip[:10] + struct.pack(">H", ~(s + (s >> 16)) & 0xffff) + ip[12:]
    return b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" + ip + u
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    n = 0
    for i in range(int(sys.argv[2])):
        name = b"".join(bytes([len(p)]) + p for p in (b"h%02d" % i, b"shili-demo", b"edu", b"cn")) + b"\0"
        for client in range(5):
            q = name + b"\0\1\0\1"
            who, dns = bytes([198, 51, 100, 10 + client]), bytes([198, 51, 100, 2])
            ask = struct.pack(">HHHHHH", i, 0x100, 1, 0, 0, 0) + q
            tell = struct.pack(">HHHHHH", i, 0x8180, 1, 1, 0, 0) + q + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes([192, 0, 2, 80])
            for p in (udp(who, dns, 40000 + i, 53, ask), udp(dns, who, 53, 40000 + i, tell)):
                f.write(struct.pack("<IIII", 1795000000 + n // 1000, n % 1000 * 1000, len(p), len(p)) + p)
                n += 1
P
python3 - "$server" "$killer" "$work/deadly" <<'P' &
import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
while True:
    q, who = s.recvfrom(2048)
    end = q.index(b"\0", 12) + 5
    where = sys.argv[2] if q[13:16].lower() == b"h59" and os.path.exists(sys.argv[3]) else sys.argv[1]
    a = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(where) if q[end - 3] == 1 else b""
    s.sendto(q[:2] + b"\x81\x80\0\1\0" + (b"\1" if a else b"\0") + b"\0\0\0\0" + q[12:end] + a, who)
P
children+=($!)
mkdir "$work/html"
echo '<!doctype html><html><head><meta charset="utf-8"><title>教务系统</title></head><body>示例</body></html>' >"$work/html/index.html"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 30 \
	-subj /CN=shili-demo.edu.cn 2>/dev/null
seen=$work/access.log
cat >"$work/nginx.conf" <<X
daemon off;
master_process off; # so that its end is the end of it
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
	log_format probe '\$msec \$scheme \$host \$request_method \$request_uri \$status \$request_time "\$http_user_agent"';
	access_log $seen probe;
	server {
		listen $server:80 default_server;
		listen $server:443 ssl default_server;
		ssl_certificate $work/cert.pem;
		ssl_certificate_key $work/key.pem;
		location / { return 404; } # nobody is here by chance
	}
	server {
		listen $server:80;
		listen $server:443 ssl;
		server_name ~^h[0-9]+\.;
		ssl_certificate $work/cert.pem;
		ssl_certificate_key $work/key.pem;
		root $work/html;
	}
}
X
touch "$seen"
nginx -c "$work/nginx.conf" 2>/dev/null &
nginx=$!
children+=("$nginx")

s=$work/state
school "$s"
cat >>"$s/beiand.conf" <<X
[probe]
enabled = on
contact = https://nic.shili-demo.edu.cn/beiand
resolver = $server
ports = 80, 443, 8080
host_seconds = 0
net_minute = 100000
per_second = 8
transfers = 8
stall_seconds = 2
X
sql() { sqlite3 -readonly -cmd '.timeout 5000' "$s/beiand.db" "$1"; }
count() { sql "SELECT count(*) FROM probe_job WHERE $1"; }
at_least() { [ "$(count "$1")" -ge "$2" ]; }
none() { [ "$(count "$1")" -eq 0 ]; }
says() { grep -q -- "$1" "$work/err"; }
ask() { "$BEIANCTL" -f "$s/beiand.conf" "$@"; }
child() { pgrep -P "$daemon" -f "^beiand: $1"; }
launch() {
	: >"$work/err" # or the words of the one before are taken for its own
	"$BEIAND" -f "$s/beiand.conf" >"$work/out" 2>"$work/err" &
	daemon=$!
	echo "$daemon" >"$work/daemon"
	children+=("$daemon")
	wait_until 10 says 'beiand: 警告: 没有配置监听接口'
}
stop() {
	kill -TERM "$daemon"
	wait "$daemon"
	local status=$?
	cat "$work/err"
	[ $status -eq 0 ]
}
fresh='attempts = 0 AND wanted = 1 AND outcome IS NULL'
answered='tried IS NOT NULL'
lost='outcome = 23' # PROBE_LOST
cut='outcome = 11' # PROBE_PAUSED

check "a replay asks nobody" replay "$s" "$work/hosts.pcap"
check "and plans nothing for anybody else" test ! -s "$seen"
check "the daemon starts" launch
check "jobs are planned for each host" wait_until 10 at_least "name LIKE 'h%.shili-demo.edu.cn'" $((3 * HOSTS))
jobs=$(count 1)
check "and run" wait_until 20 at_least "$answered" 10
prober=$(child prober)
holds_little() { # whatever it has open: sockets, its event loop, the log
	local fd
	for fd in /proc/"$prober"/fd/*; do readlink "$fd"; done | grep -vE '^(socket|pipe):|^anon_inode:|^/dev/null$' | grep -vxE "$work/(out|err)"
}
check "the prober holds no file" sh -c '! [ "$1" ]' sh "$(holds_little)"
check "and listens nowhere" sh -c '! [ "$1" ]' sh "$(ss -Hltnp | grep "pid=$prober,")"
check "nor has it rights of its own left to gain" grep -q 'NoNewPrivs:[[:space:]]*1' "/proc/$prober/status"

cut_now() { date +%s.%3N >>"$work/cuts"; } # what a stay had been told is forgotten
# Killed while it waits for answers: the server stands still meanwhile.
asks() { ss -Htn state established "src $server and ( sport = :80 or sport = :443 )" | awk '$1 > 0 { n++ } END { exit n == 0 }'; } # unread
back() { now=$(child prober) && [ -n "$now" ] && [ "$now" != "$prober" ]; }
cut_now
kill -STOP "$nginx"
check "requests are out" wait_until 5 asks
kill -9 "$prober"
kill -CONT "$nginx"
check "a killed prober comes back" wait_until 20 back
check "what it had asked is lost, for now" wait_until 5 at_least "$lost" 1
check "no more than was on its way" test "$(count "$lost")" -le 8
not_soon() { [ "$(sql "SELECT count(*) FROM probe_job WHERE $lost AND due < (unixepoch() + 1800) * 1000000")" -eq 0 ]; }
check "and not asked again before its time" not_soon
check "the others go on" wait_until 20 at_least "$answered" 45

# Paused on the way.
cut_now
check "probe pause is taken" ask probe pause
sleep 2
lines=$(wc -l <"$seen")
sleep 2
check "two seconds later nobody is asked any more" test "$(wc -l <"$seen")" -eq "$lines"
check "though jobs wait" at_least "$fresh" 1
check "probes says so" sh -c '[ "$1" = paused ]' sh "$(ask --json probes | jq -r 'select(.probing) | .probing' | head -n 1)"
check "probe resume is taken" ask probe resume
goes_on() { [ "$(wc -l <"$seen")" -gt "$lines" ]; }
check "and it goes on" wait_until 5 goes_on

manners() { ask --json probes | jq -e 'select(.manners) | .manners.requests > 0 and .manners["answered-done"] > 0'; }
check "probes shows what the prober counted" wait_until 5 manners

# Frozen on the way: jobs are due and none is answered.
tells() { jq -r "select(.event == \"probing-stalled\" and .state == \"$1\") | .event" "$s/alerts.jsonl" 2>/dev/null | wc -l; }
sent() { [ "$(tells "$1")" -gt "$2" ]; }
raised=$(tells raised)
cleared=$(tells cleared)
prober=$(child prober)
kill -STOP "$prober"
check "a prober that hangs is told" wait_until 15 says '探测停滞'
check "and sent" wait_until 5 sent raised "$raised"
kill -CONT "$prober"
check "so is its end" wait_until 15 says '探测恢复'
check "which is sent, too" wait_until 5 sent cleared "$cleared"

# A person asks, with the others still on their way.
once() {
	ask --json probe h00.shili-demo.edu.cn >"$work/once"
	local status=$?
	cat "$work/once"
	[ $status -eq 0 ] && jq -r 'select(.fact? == "title") | .value' "$work/once" | grep -qx 教务系统
}
asked_by_hand=h00
check "beianctl probe prints the facts" once
check "and the transcript" sh -c 'jq -r ".transcript? // empty" "$1" | grep -q h00.shili-demo.edu.cn' sh "$work/once"
unanswered() { ask --json probe http://h00.shili-demo.edu.cn:8080/x >"$work/once" 2>"$work/why"; [ $? -eq 1 ] && grep -q 连接失败 "$work/why" && grep -q transcript "$work/once"; }
error_page() { ask --json probe h00.shili-demo.edu.cn/none >"$work/once" 2>"$work/why" && [ ! -s "$work/why" ] && jq -es 'any(.[]; .http? == 404)' "$work/once"; }
check "an error page is an answer" error_page
check "who does not answer is told, and the exit code says so" unanswered
bad_port() { ask probe h00.shili-demo.edu.cn:65536 2>"$work/why"; [ $? -eq 1 ] && grep -q 端口 "$work/why" && ! ask probe h00.shili-demo.edu.cn:8443 2>"$work/why" && grep -q 端口不许访问 "$work/why"; }
check "a port that nobody may ask is refused at once" bad_port
jobs=$(count 1)
refused() { ask probe www.example.net; [ $? -eq 1 ]; }
check "who is not in scope is not asked" refused

# The store is killed on the way: the service ends, and is run again, as systemd would. Until here the pace is slow, so
# that on no machine the work is done before.
handed() { [ "$(count 'handed IS NOT NULL')" -ge 1 ]; }
check "jobs are out" wait_until 10 handed
cut_now
kill -9 "$(child store)"
wait "$daemon"
check "a killed store ends the service" test $? -eq 1
sed -i 's/^per_second = .*/per_second = 40/' "$s/beiand.conf"
check "it starts again" launch
check "what was out is lost, for now" wait_until 5 none 'handed IS NOT NULL AND handed < (unixepoch() - 5) * 1000000'
check "all that nobody was asked for is asked" wait_until 60 none "$fresh"
check "and answered" wait_until 20 none 'handed IS NOT NULL'
check "no job is lost" test "$(count 1)" -eq "$jobs"
left() {
	local still="wanted = 1 AND done IS NULL AND NOT ($lost OR $cut)"
	none "$still" || { sql "SELECT name, probe, outcome FROM probe_job WHERE $still"; return 1; }
}
check "each is answered, or waits for its time" left
check "that is still ahead" not_soon

# What the server saw. A front page is asked once for all probes of a host, unless the stay was cut short in between.
twice() {
	awk -v hand="$asked_by_hand" 'NR == FNR { cut[NR] = $1; cuts = NR; next }
		$5 == "/robots.txt" || $3 ~ "^" hand || $3 ~ /^bd[0-9a-f]+\./ { next } # a neighbour is asked for each of its hosts
		{ a = $2 " " $3 " " $4 " " $5; fine = !(a in last) }
		$5 == "/" { for (i = 1; i <= cuts && !fine; i++) fine = last[a] - 1 < cut[i] && cut[i] < $1 }
		!fine { print a }
		{ last[a] = $1 - $7 }' "$work/cuts" "$seen" # when it was asked; told at its end
}
check "nobody was asked for anything twice" sh -c '! [ "$1" ]' sh "$(twice)"
check "nor was a job tried twice" none "attempts > 1 AND name NOT LIKE '$asked_by_hand.%'"
neighbours() { awk '$3 ~ /^bd[0-9a-f]+\./ { print $3 }' "$seen" | sort -u | wc -l; }
check "one name is made up for all hosts, whoever asks" test "$(neighbours)" -eq 1
# Three probers, each with eight hosts at once that do not know yet what the others are about to be told.
check "and is not asked anew for each of them" test "$(grep -c ' bd[0-9a-f]*\.' "$seen")" -le 24
robots() { awk '$5 == "/robots.txt" { print $3 }' "$seen" | sort | uniq -c | awk '$1 > 4'; }
check "robots.txt at most once by each prober" sh -c '! [ "$1" ]' sh "$(robots)"
check "by GET and HEAD only" sh -c '! cut -d " " -f 4 "$1" | grep -vxE "GET|HEAD"' sh "$seen"
check "and says who asks" sh -c '! grep -v "(+https://nic.shili-demo.edu.cn/beiand)\"\$" "$1"' sh "$seen"
pace() { awk '{ n[int($1)]++ } END { for (t in n) if (n[t] > 80) { print t, n[t]; bad = 1 } exit bad }' "$seen"; }
check "in no second more than the budget and its burst" pace

# The supervisor is killed: nobody is left that asks.
orphans=$(pgrep -P "$daemon")
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
ended() { for p in $orphans; do [ -e "/proc/$p" ] && return 1; done; return 0; }
check "without a supervisor all end" wait_until 15 ended
check "it starts after that" launch
check "and has nothing to ask" none "$fresh"

# What was lost is asked when its time has come.
check "SIGTERM ends it well" stop
again=$(count "$lost")
check "some were lost" test "$again" -ge 1
before=$(wc -l <"$seen")
sqlite3 "$s/beiand.db" "UPDATE probe_job SET due = 0 WHERE $lost OR $cut"
check "it starts once more" launch
check "what was lost is asked then" wait_until 30 none "$lost"
check "of the server, too" test "$(wc -l <"$seen")" -gt "$before"
check "none is left" wait_until 10 none 'wanted = 1 AND done IS NULL'
known() { sql "SELECT count(DISTINCT name) FROM probe_fact WHERE value = '教务系统'"; }
check "the title of each is known" test "$(known)" -eq "$HOSTS"
check "SIGTERM ends that one well" stop

# A host that kills the prober, whatever is asked of it, among others that are due as well.
python3 - "$killer" "$work/daemon" "$work/deaths" <<'P' &
import asyncio, os, signal, subprocess, sys
log = open(sys.argv[3], "a", buffering=1)
async def come(r, w):
    daemon = open(sys.argv[2]).read().strip()
    got = subprocess.run(["pgrep", "-P", daemon, "-f", "^beiand: prober"], capture_output=True, text=True).stdout.split()
    log.write("killed %s\n" % got)
    for pid in got:
        os.kill(int(pid), signal.SIGKILL)
    w.close()
async def main():
    for port in (80, 443):
        await asyncio.start_server(come, sys.argv[1], port)
    await asyncio.Event().wait()
asyncio.run(main())
P
children+=($!)
listens() { ss -Hltn "src $killer:443" | grep -q .; }
check "a server that kills" wait_until 10 listens
deaths() { wc -l <"$work/deaths"; }
: >"$work/deadly"
host59="name = 'h59.shili-demo.edu.cn' AND wanted = 1"
others="name LIKE 'h1_.shili-demo.edu.cn' AND wanted = 1"
jobs59=$(count "$host59")
poison='outcome = 24' # PROBE_POISON
again() { sqlite3 -cmd '.timeout 5000' "$s/beiand.db" "UPDATE probe_job SET due = 0 WHERE $1"; }
again "($host59) OR ($others)"
since=$(date +%s)
check "it starts among them" launch
check "each of its jobs is lost once" wait_until 120 at_least "$host59 AND $lost" "$jobs59"
check "the others are asked" wait_until 60 none "($others) AND due = 0"
check "or were, when it died" none "($others) AND coalesce(tried, 0) < $since * 1000000"
check "and most are answered" at_least "($others) AND NOT ($lost)" $((jobs59 * 3))
check "it died once for each" test "$(deaths)" -eq "$jobs59"
check "none of them is tried again before its time" none "$host59 AND due < (unixepoch() + 1800) * 1000000"
again "$host59"
check "SIGTERM ends that one, too" stop
check "it starts with them" launch
check "the second time they are poison" wait_until 120 at_least "$host59 AND $poison" "$jobs59"
check "and wait for longer" none "$host59 AND due < (unixepoch() + 3 * 3600) * 1000000"
check "it died once more for each" test "$(deaths)" -eq $((2 * jobs59))
poison_told() { ask --json probes --all | jq -es 'any(.[]; .outcome? == "poison")'; }
check "probes names it" poison_told
rm "$work/deadly"
check "SIGTERM ends it as well" stop
again "$host59"
check "it starts a last time" launch
check "who kills nobody any more is answered" wait_until 60 none "$host59 AND $poison"
# Our own network goes: nobody is blamed, and it is told until somebody answers.
shortage='outcome = 25' # PROBE_SHORTAGE
host10="name LIKE 'h10.%' AND wanted = 1"
failed=$(count "$host10 AND failures > 0")
recovered() { grep -c 探测恢复 "$work/err"; }
ip addr del "$server/32" dev lo
again "$host10"
stop >"$work/last"
check "SIGTERM ends the last one" test $? -eq 0
check "it starts without a network" launch
check "what cannot be asked is our lack" wait_until 60 none "($host10) AND NOT ($shortage)"
check "which is told" wait_until 15 says '探测停滞'
none_answers() { sleep 3 && [ "$(recovered)" -eq 0 ]; } # an answer that nobody gave is none
check "and nothing else" none_answers
check "no job has failed of it" test "$(count "$host10 AND failures > 0")" -eq "$failed"
ip addr add "$server/32" dev lo
check "with the network all of them are asked" wait_until 120 none "($host10) AND ($shortage)"
check "and that is told, too" wait_until 15 says '探测恢复'
check "SIGTERM ends that, too" stop
finish
