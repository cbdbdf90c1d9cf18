#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What `make run` prints and how it ends: once, staying until a signal, and on a mirror port that is not there.
. "$(dirname "$0")/lib"
export O=${O:-$TOP/build} STATE=$work/state
unset CI

once() { ONCE=1 "$TOP/scripts/run" >"$work/out" 2>&1 </dev/null; }
check "make run ONCE=1 ends well" once
printed() {
	local word
	for word in 今日校园 知到/智慧树 疑似未备案 教技司〔2019〕265号 wx00000000000000b2; do
		grep -q "$word" "$work/out" || { echo "no $word"; cat "$work/out"; return 1; }
	done
}
check "it prints apps, alerts, clauses and reasons" printed
check "a second time as well" once
if [ "$(id -u)" -eq 0 ]; then
	STAY=1 "$TOP/scripts/run" >"$work/stay" 2>&1 </dev/null &
	child=$!
	children+=("$child")
	answers() { "$BEIANCTL" -f "$1" --json status >/dev/null 2>&1; }
	ended() { ! kill -0 "$child" 2>/dev/null; }
	up() { # CONFIGURATION
		wait_until 15 eval "answers $1 || ended"
		answers "$1" && return
		cat "$work/stay"
		return 1
	}
	check "left to itself, the daemon stays and answers" up "$STATE/live.conf"
	check "the result of the replay is there" sh -c '"$1" -f "$2" --json apps | grep zhihuishu' sh "$BEIANCTL" "$STATE/live.conf"
	kill -TERM "$child"
	wait "$child"
	status=$?
	cp "$work/stay" "$work/.check"
	check "SIGTERM ends it well" test "$status" -eq 0
	gone() { ! "$BEIANCTL" -f "$STATE/live.conf" status; }
	check "and no daemon is left" gone

	# An operator's configuration on an interface: its folders are made, no sample data comes in.
	sed "s,$STATE,$work/own/var,g" "$STATE/beiand.conf" >"$work/own.conf"
	IFACE=lo CONF=$work/own.conf "$TOP/scripts/run" >"$work/stay" 2>&1 </dev/null &
	child=$!
	children+=("$child")
	check "IFACE=lo runs on the operator's configuration" up "$work/own.conf"
	check "without sample data" sh -c '"$1" -f "$2" --json filings list >"$3" && test ! -s "$3"' sh "$BEIANCTL" "$work/own.conf" "$work/list"
	kill -TERM "$child"
	wait "$child"
	status=$?
	cp "$work/stay" "$work/.check"
	check "SIGTERM ends that well, too" test "$status" -eq 0
else
	skip "left to itself, the daemon stays" "needs root"
fi
no_interface() {
	IFACE=nosuch0 CONF=$STATE/beiand.conf "$TOP/scripts/run" >"$work/iface" 2>&1 </dev/null && return 1
	tail -n 1 "$work/iface" | grep nosuch0
}
check "a mirror port that is not there is named" no_interface
no_conf() {
	IFACE=lo CONF=$work/nowhere.conf "$TOP/scripts/run" >"$work/iface" 2>&1 </dev/null && return 1
	tail -n 1 "$work/iface" | grep nowhere.conf
}
check "a configuration that is not there is named" no_conf
bad_line() {
	printf '[sensor]\ninterfaces = eth7\nsnaplen = 1\n' >"$work/bad.conf"
	IFACE=lo CONF=$work/bad.conf "$TOP/scripts/run" >"$work/iface" 2>&1 </dev/null && return 1
	cat "$work/iface"
	grep -q "$work/bad.conf:3: .*snaplen" "$work/iface" && ! grep -q 'beiand-run\.' "$work/iface"
}
if [ "$(id -u)" -eq 0 ]; then
	check "a bad line is named by the operator's own file and line" bad_line
else
	skip "a bad line is named by the operator's own file and line" "needs root"
fi
no_state() {
	ONCE=1 STATE=/proc/nowhere "$TOP/scripts/run" >"$work/nostate" 2>&1 </dev/null && return 1
	tail -n 1 "$work/nostate" | grep '建不了目录 /proc/nowhere'
}
check "a folder that cannot be made is named" no_state
kept() { # FILE: it is somebody's, and STATE names its folder
	rm -rf "$work/mine" && mkdir "$work/mine" && echo "name = 我们大学" >"$work/mine/$1"
	ONCE=1 STATE=$work/mine "$TOP/scripts/run" >"$work/kept" 2>&1 </dev/null && return 1
	cat "$work/kept"
	grep -q '我们大学' "$work/mine/$1" && tail -n 1 "$work/kept" | grep "$work/mine"
}
check "a configuration that is not the sample's stays" kept beiand.conf
check "a database that is not the sample's stays" kept beiand.db
finish
