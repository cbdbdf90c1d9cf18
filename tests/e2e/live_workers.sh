#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One process or three on an interface, with and without the kernel's prefilter: the database holds what a replay of the
# same frames puts there. The frames are those of the bundled capture and of all golden ones: fragments, tunnels, tags,
# hellos in pieces and out of order, DNS over TCP, pipelined requests; once more with noise between them.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/lib"
netns "workers and prefilter" veth tcpreplay
veth_pair w0 w1 mtu 9000 arp off
ref=$work/ref
school "$ref"
# Each capture gets addresses of its own: one flow in two of them would be one flow to one process, and may be two to
# processes that share the frames.
mapfile -t golden < <(find "$TOP/tests/golden" -name '*.pcap' | sort)
sent=$("$TOP/tests/e2e/merge.py" "$work/all.pcap" "$capture" "${golden[@]}")
check "there are frames of many captures" test "$sent" -gt 4000

sql() { sqlite3 -readonly "$1/beiand.db" "$2"; }
# What does not depend on times, keys, and the number of sources. Datagrams that ask for never.example.cn and
# span.example.cn are alike: they count once or twice, as they come close together or not.
seen() { # FOLDER
	local subject='JOIN observed_subject s ON s.id = o.subject'
	"$TOP/tests/days" "$1/beiand.db" | sed -E 's/^(seen [^ ]+ (never|span)\.example\.cn [^ ]+) [0-9]+$/\1/'
	sql "$1" "SELECT 'link', s.name, t.name, sum(o.count) FROM observed_link o $subject
		JOIN observed_subject t ON t.id = o.target GROUP BY 2, 3 ORDER BY 2, 3"
	ctl "$1" --json apps | jq -c 'select(.clients != null) | [.subjects[0], (.subjects | length), .clients]' | sort
}
counter() { # FOLDER NAME: of all sources
	sql "$1" "SELECT coalesce(sum(value), 0) FROM source_counter WHERE name = '$2'"
}
sources() { [ "$(sql "$1" 'SELECT count(*) FROM source' 2>/dev/null)" = "$2" ]; }

check "a replay of the frames" replay "$ref" "$work/all.pcap"
seen "$ref" >"$work/want"
check "it has names of many kinds" sh -c 'test "$(grep -c ^seen "$1")" -gt 150 && grep -q ^link "$1" && test "$(grep -c ^detail "$1")" -gt 50' sh "$work/want"

played=$work/all.pcap
# nice: frames that belong together are to stay together on a busy machine, too
live() { # FOLDER WORKERS PREFILTER [FILTER]
	local daemon status
	school "$1"
	printf '\n[sensor]\ninterfaces = w1\nbuffer_mb = 16\nworkers = %s\nprefilter = %s\nfilter = %s\n' "$2" "$3" "${4-}" >>"$1/beiand.conf"
	start_daemon "$1" "$1/err"
	wait_until 15 sources "$1" "$2" && nice -n -20 tcpreplay -q -i w0 --pps 4000 "$played" >"$1/tcpreplay" 2>&1
	status=$?
	kill -TERM "$daemon"
	wait "$daemon" || status=1
	cat "$1/err"
	return $status
}
parts() { # FOLDER: each packet is in exactly one count
	local taken left dropped
	taken=$(counter "$1" packets) left=$(counter "$1" prefiltered) dropped=$(counter "$1" kernel-drop)
	echo "sent $sent = analysed $taken + prefiltered $left + dropped $dropped"
	[ $((taken + left + dropped)) -eq "$sent" ]
}
all_work() { # FOLDER WORKERS: each of them had packets
	[ "$(sql "$1" "SELECT count(*) FROM source_counter WHERE name = 'packets' AND value > 0")" -eq "$2" ]
}
for workers in 1 3; do
	for prefilter in off on; do
		s=$work/$workers-$prefilter
		what="$workers worker(s), prefilter $prefilter"
		check "$what: played and ended" live "$s" $workers $prefilter
		seen "$s" >"$s/seen"
		check "$what: as replayed" diff "$work/want" "$s/seen"
		check "$what: the parts make up all packets" parts "$s"
		check "$what: all of them work" all_work "$s" $workers
		[ $prefilter = off ] || grep -q 内核预过滤没有启用 "$s/err" ||
			check "$what: packets stayed in the kernel" test "$(counter "$s" prefiltered)" -gt 500
	done
done

# A filter of the user's beside the prefilter and the sharing: all hold.
dns="udp port 53 or (vlan and udp port 53)"
only_dns() { # FOLDER
	[ "$(counter "$1" dns-query)" -gt 100 ] && [ "$(counter "$1" tls-hello)" -eq 0 ] && [ "$(counter "$1" http-request)" -eq 0 ]
}
live "$work/plain" 1 off "$dns" >/dev/null
seen "$work/plain" >"$work/dns"
for how in "1 on" "3 off" "3 on"; do
	s=$work/filter-${how/ /-}
	# shellcheck disable=SC2086 # two words
	check "a filter, workers and prefilter $how: played and ended" live "$s" $how "$dns"
	seen "$s" >"$s/seen"
	check "only what the filter takes is seen" only_dns "$s"
	check "and as much as by one process without the prefilter" diff "$work/dns" "$s/seen"
done

# Noise between the frames: nothing of it takes a process down, hides a name, or is lost without a count.
sent=$("$TOP/tests/e2e/garbage.py" "$work/garbage.pcap" "$work/all.pcap")
played=$work/garbage.pcap
school "$work/noise"
check "a replay among noise" replay "$work/noise" "$played"
seen "$work/noise" >"$work/noise/seen"
for how in "1 off" "1 on" "3 on"; do
	s=$work/noise-${how/ /-}
	# shellcheck disable=SC2086
	check "noise, workers and prefilter $how: played and ended" live "$s" $how
	seen "$s" >"$s/seen"
	check "as replayed" diff "$work/noise/seen" "$s/seen"
	check "the parts make up all packets" parts "$s"
	check "no process died" sh -c '! grep -q "意外结束\|被信号" "$1"' sh "$s/err"
done
finish
