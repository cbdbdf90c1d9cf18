#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same capture gives the same result, in a new database and in the same one.
. "$(dirname "$0")/lib"
for s in a b; do
	school "$work/$s"
	check "$s: register" register "$work/$s"
	check "$s: replay" replay "$work/$s"
	outcome "$work/$s" >"$work/$s.out"
done
check "something came out" test -s "$work/a.out"
check "two databases, byte-equal apps, findings and alerts" cmp "$work/a.out" "$work/b.out"

whole() { ctl "$work/a" --json apps && ctl "$work/a" --json findings && ctl "$work/a" --json alerts --all; }
whole >"$work/one"
cp "$work/a/alerts.jsonl" "$work/one.jsonl"
check "the same capture over the same database" replay "$work/a"
whole >"$work/two"
check "changes nothing, ids included" cmp "$work/one" "$work/two"
check "and sends nothing anew" cmp "$work/one.jsonl" "$work/a/alerts.jsonl"
cp "$capture" "$work/renamed.pcap"
check "a copy under another name is known by its digest" replay "$work/a" "$work/renamed.pcap"
whole >"$work/three"
check "and changes nothing either" cmp "$work/one" "$work/three"

# The order of import and capture does not matter for what is decided.
school "$work/c"
check "c: replay before the register is there" replay "$work/c"
check "c: register" register "$work/c"
ctl "$work/c" --json apps >"$work/c.apps"
ctl "$work/a" --json apps >"$work/a.apps"
check "the same apps" cmp "$work/a.apps" "$work/c.apps"
finish
