#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A filter that asks what only the kernel knows, the direction of a packet, holds from the first one on.
# shellcheck disable=SC2154 # work, daemon ... are the library's
. "$(dirname "$0")/../e2e/lib"
netns "a filter of directions" veth python3
veth_pair
frames() { # INTERFACE COUNT
	python3 -c '
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for i in range(int(sys.argv[2])):
    s.send(b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x88\xb5" + bytes(46))' "$@"
}
told() { # FOLDER NAME VALUE
	local is
	is=$(sqlite3 -readonly "$1/beiand.db" "SELECT sum(value) FROM source_counter WHERE name = '$2'")
	echo "$2: $is"
	[ "${is:-0}" -eq "$3" ]
}
for prefilter in off on; do
	s=$work/$prefilter
	school "$s"
	printf '\n[sensor]\ninterfaces = v1\nbuffer_mb = 8\nfilter = inbound\nprefilter = %s\n' $prefilter >>"$s/beiand.conf"
	start_daemon "$s"
	listens() { [ "$(sqlite3 -readonly "$s/beiand.db" 'SELECT count(*) FROM source' 2>/dev/null)" = 1 ]; }
	check "prefilter $prefilter: it listens" wait_until 10 listens
	frames v0 7 && frames v1 5
	kill -TERM "$daemon"
	wait "$daemon"
	status=$?
	check "it ends well" test $status -eq 0
	check "all that came in was seen, and nothing that went out" told "$s" packets 7
	check "nor does the kernel tell more" told "$s" kernel-received 7
done
finish
