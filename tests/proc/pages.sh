#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The page probe over pages made by templates, true by construction: three sets that no version was tuned to alone.
set -uo pipefail
set -- "$O/tests/unit/probes/test_page"
[ -x "$1" ] || { echo "1..1"; echo "not ok 1 - $1 is not built"; exit 1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0 bad=0
for seed in 1 7 2026; do
	n=$((n + 1))
	mkdir -p "$work/$seed"
	if python3 "$TOP/tests/probes/generate.py" "$work/$seed" "$seed" 400 &&
		PAGES=$work/$seed "$1" >"$work/log" 2>&1; then
		echo "ok $n - 400 pages of seed $seed"
	else
		echo "not ok $n - 400 pages of seed $seed"
		bad=1
	fi
	grep '^# ' "$work/log" | tail -n 40
done
echo "1..$n"
exit $bad
