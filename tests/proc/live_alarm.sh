#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A mirror port that goes quiet, loses its link or goes away: one line when it begins, one when it ends, the same to each
# sink, and the seconds in `status`. Of several workers one tells. A worker that is killed comes back and shares the interface again.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
netns "alarms of the interface" veth
says() { grep -q -- "$1" "$work/err"; }
# A frame that nobody knows, as from a switch; many of them, ten in a second, end with the link.
frames() { # COUNT
	python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("v0", 0))
try:
    for i in range(int(sys.argv[1])):
        s.send(b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x88\xb5" + bytes(46))
        time.sleep(0.1)
except OSError:
    pass' "$1"
}
ask() { "$BEIANCTL" -f "$s/beiand.conf" --json status; }
number() { # SOURCE COUNTER: of the newest source of that name
	ask | jq -s "[.[] | .sources? // [] | .[] | select(.name == \"$1\")][0].counters[\"$2\"]"
}
at_least() { [ "$(number "$1" "$2")" -ge "$3" ]; }
restarts() { # PROCESS COUNT: at least
	[ "$(ask | jq -r "select(.process == \"sensor[$1]\") | .restarts")" -ge "$2" ]
}
pid() { ask | jq -r "select(.process == \"sensor[$1]\") | .pid"; }
# An event in the alert file: event, state, what, and what its text says.
sent() { # COUNT EVENT STATE WHAT TEXT
	[ "$(jq -r --arg e "$2" --arg s "$3" --arg w "$4" --arg t "$5" \
		'select(.event == $e and .state == $s and .what == $w and (.text | contains($t))) | .event' "$s/alerts.jsonl" 2>/dev/null | wc -l)" -eq "$1" ]
}

s=$work/state
school "$s"
printf '\n[sensor]\ninterfaces = v1\nworkers = 2\nbuffer_mb = 8\nquiet_seconds = 2\n' >>"$s/beiand.conf"
veth_pair
start_daemon "$s"
check "it starts with two workers" wait_until 10 says 已就绪
check "silence is told" wait_until 10 says '网卡 v1 已有 .* 秒没有收到任何包'
check "silence goes to the alert file" wait_until 5 sent 1 interface-silent raised 'v1#1' 没有收到任何包
check "and in status" wait_until 5 at_least 'v1#1' interface-silent 2
check "an alarm is open" wait_until 5 at_least 'v1#1' interface-alarms 1
frames 1
sleep 3 # were it the end, silence would begin anew after two
check "a single frame is no end of it" sh -c '! grep -q "网卡 v1 恢复" "$1"' sh "$work/err"
frames 100000 &
children+=($!)
check "frames that keep coming are" wait_until 10 says '网卡 v1 恢复:又收到包了'
check "the file hears of its end" wait_until 5 sent 1 interface-silent cleared 'v1#1' 又收到包了
check "by one worker" test "$(grep -c 没有收到任何包 "$work/err")" -eq 1
ip link set v0 down
check "a link that is gone is told" wait_until 5 says '网卡 v1 没有链路'
check "and sent" wait_until 5 sent 1 interface-down raised 'v1#1' 没有链路
sleep 1
ip link set v0 up
check "and its end" wait_until 15 says '网卡 v1 恢复:链路通了'
check "which is sent" wait_until 5 sent 1 interface-down cleared 'v1#1' 链路通了
check "its seconds are in status" wait_until 5 at_least 'v1#1' interface-down 1

if ip link set v1 name v9 2>/dev/null; then # before Linux 6.2 only a port that is switched off gets another name
	sleep 3
	check "another name is no alarm" test "$(grep -c '没有链路\|正在丢包' "$work/err")" -eq 1
	ip link set v9 name v1
fi
before=$(pid 'v1#2')
kill -9 "$before"
comes_back() { now=$(pid 'v1#2') && [ "$now" -gt 0 ] && [ "$now" != "$before" ]; }
check "a killed worker comes back" wait_until 10 comes_back
check "and takes its share again" wait_until 10 sh -c '! grep -q "不能由几个抓包进程分担" "$1"' sh "$work/err"
check "what it had not handed on is told" wait_until 5 says 'sensor\[v1#2\] 意外结束:尚未入库的观测'
check "and noted, with the time that it is about" wait_until 10 at_least 'v1#2' worker-lost 1
check "which began before it died" test "$(number 'v1#2' worker-lost-seconds)" -ge 3
check "of that one alone" test "$(number 'v1#1' worker-lost)" -eq 0

ip link del v1
check "an interface that goes away is told" wait_until 10 says '网卡 v1 不可用'
check "the file hears of it from each worker" wait_until 10 sent 1 interface-gone raised 'v1#2' 不可用
gone_at=$SECONDS
check "the start of one worker is tried again and again" wait_until 10 restarts 'v1#1' 3
check "and of the other, who was killed before" wait_until 10 restarts 'v1#2' 4
lines=$(grep -c '不可用\|没有这个网络接口' "$work/err")
check "once for each worker, not at each new start" test "$lines" -eq 2
away=$((SECONDS - gone_at))
veth_pair
check "and that it is back" wait_until 40 says 'sensor\[v1#1\] 恢复:网卡又可用了'
check "which is sent, too" wait_until 5 sent 1 interface-gone cleared 'v1#1' 网卡又可用了
check "how long it was away is in status" wait_until 5 at_least 'v1#1' interface-down "$away"
check "nobody was lost by that" test "$(number 'v1#1' worker-lost)" -eq 0
stop() {
	kill -TERM "$daemon"
	wait "$daemon"
	local status=$?
	cat "$work/err"
	[ $status -eq 0 ]
}
is_whole() { # every event has all its fields; what ended began before
	jq -e 'select(.event) | .v == 1 and .school != "" and .since <= .at and (.text | length) > 0' "$s/alerts.jsonl" | grep -qv true && return 1
	[ "$(jq -r 'select(.event) | .event' "$s/alerts.jsonl" | wc -l)" -ge 6 ]
}
check "each event is whole" is_whole
ip link set v0 down
check "a link that is gone" wait_until 5 sent 2 interface-down raised 'v1#1' 没有链路
check "SIGTERM ends it well" stop
start_daemon "$s"
check "a new start begins anew: what stood is over" wait_until 10 sent 1 interface-down cleared 'v1#1' 重新启动
check "and still wrong, which is told again" wait_until 20 sent 3 interface-down raised 'v1#1' 没有链路
check "SIGTERM ends that one well" stop
finish
