#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What "ready" is worth: all sensors that can listen do, one that hangs holds nobody up for long, and neither a reload nor
# a stop in the middle of the start says more than is true. One signal is one, also when a replay is ending by itself.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
netns "starts" veth
s=$work/state
veth_pair
hear_manager "$work/heard"
says() { grep -q -- "$1" "$work/err"; }
hears() { grep -qx -- "$1" "$work/heard"; }
start() {
	rm -rf "$s"
	school "$s"
	printf '\n[sensor]\ninterfaces = v1\nworkers = 8\nbuffer_mb = 1\n' >>"$s/beiand.conf"
	: >"$work/heard"
	start_daemon "$s"
}
sensor() { pgrep -P "$daemon" -f '^beiand: sensor\[v1#8\]'; }
begun() { # its last sensor was started
	until sensor >/dev/null; do kill -0 "$daemon" || return 1; done
}
end() {
	local status
	kill -TERM "$daemon"
	wait "$daemon"
	status=$?
	cat "$work/err" "$work/heard"
	[ $status -eq 0 ] && wait_until 5 hears STOPPING=1
}

# Whoever waits for "ready" may send, and nobody is still on the way.
listen() { [ "$(awk '$4 == "0003"' /proc/net/packet | wc -l | tee /dev/stderr)" -eq "$1" ]; }
all_listen() {
	start
	until says 已就绪; do kill -0 "$daemon" || return 1; done
	listen 8
}
check "when it says that it is ready all of its sensors listen" all_listen
check "it ends well" end
check "the service manager heard it once" sh -c '[ "$(grep -cx READY=1 "$1")" -eq 1 ]' sh "$work/heard"

hangs() { # one stands still before it listens
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		start
		begun && kill -STOP "$(sensor)" && wait_until 1 listen 7 && sleep 1 && listen 7 && ! says 已就绪 && return 0
		kill -CONT "$(sensor)"
		end >/dev/null
	done
	return 1
}
check "a sensor stands still: not ready" hangs
check "ready without it after a while" wait_until 15 hears READY=1
check "which is said, with its name" says '服务启动 10 秒后,sensor\[v1#8\] 仍未就绪'
goes_on() { kill -CONT "$(sensor)" && wait_until 5 listen 8; }
check "it listens as soon as it can" goes_on
check "it ends well" end

reloads() { # before it is ready
	for _ in 1 2 3 4 5; do
		start
		begun
		for _ in 1 2 3 4 5 6 7 8; do kill -HUP "$daemon" && sleep 0.005; done
		wait_until 10 says 已就绪 && wait_until 5 hears READY=1
		end || return 1
		[ "$(head -n 1 "$work/heard")" = READY=1 ] || return 1
	done
}
check "a reload while it starts says nothing of being ready" reloads

stops() { # before it is ready
	local status
	hangs || return 1
	kill -TERM "$daemon"
	wait_until 5 hears STOPPING=1
	kill -CONT "$(sensor)"
	wait "$daemon"
	status=$?
	cat "$work/err" "$work/heard"
	[ $status -eq 0 ] && [ "$(tail -n 1 "$work/heard")" = STOPPING=1 ]
}
check "a stop while it starts is the last that is heard" stops

# The notifier stands still, so that the end lasts.
ends_itself() {
	local notifier status
	rm -rf "$s"
	school "$s"
	"$BEIAND" -f "$s/beiand.conf" --replay "$capture" 2>"$work/err" &
	daemon=$!
	children+=("$daemon")
	until notifier=$(pgrep -P "$daemon" -f '^beiand: notifier'); do kill -0 "$daemon" || return 1; done
	kill -STOP "$notifier"
	wait_until 10 sh -c '[ "$(pgrep -P "$1")" = "$2" ]' sh "$daemon" "$notifier" || return 1
	kill -TERM "$daemon"
	wait "$daemon"
	status=$?
	cat "$work/err"; echo "status $status"
	[ $status -eq 0 ] && ! says '警告: 立即结束'
}
check "a replay that has read all takes one signal for one" ends_itself
finish
