#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Golden captures: for each folder NAME with input.pcap and expected.jsonl, `beianctl dissect -r` must print exactly
# the expected lines. A bug report becomes such a folder; its README.md says where the capture comes from.
#   O=build tests/golden/run.sh [NAME...]
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
beianctl=${BEIANCTL:-${O:-build}/beianctl}
out=$(mktemp) && trap 'rm -f "$out" "$out.err" "$out.diff"' EXIT
export LC_ALL=C.UTF-8 UBSAN_OPTIONS=print_stacktrace=1

golden() {
	local dir=$here/$1 status
	"$beianctl" dissect -r "$dir/input.pcap" >"$out" 2>"$out.err"
	status=$?
	if [ "$status" -eq 0 ] && [ ! -s "$out.err" ] && diff -u "$dir/expected.jsonl" "$out" >"$out.diff"; then
		echo "ok $n - golden $1"
		return
	fi
	echo "not ok $n - golden $1"
	failed=$((failed + 1))
	echo "# exit $status; alone: O=${O:-build} tests/golden/run.sh $1"
	sed 's/^/# /' "$out.err" "$out.diff"
}

n=0 failed=0
[ $# -gt 0 ] || set -- "$here"/*/
for name in "$@"; do
	name=$(basename "$name")
	n=$((n + 1))
	: >"$out.diff"
	for part in input.pcap expected.jsonl README.md; do
		[ -r "$here/$name/$part" ] || echo "$part is missing" >>"$out.diff"
	done
	if [ -s "$out.diff" ]; then
		echo "not ok $n - golden $name"
		sed 's/^/# /' "$out.diff"
		failed=$((failed + 1))
	else
		golden "$name"
	fi
done
echo "1..$n"
[ "$failed" -eq 0 ] && [ "$n" -gt 0 ]
