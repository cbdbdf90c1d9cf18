#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A capture recorded anew holds the same truth as the bundled one. Runs where `scripts/deps record` was run.
. "$(dirname "$0")/lib"
for tool in chromium nginx dnsmasq dig curl openssl tcpdump ethtool; do
	command -v "$tool" >/dev/null && continue
	skip "a capture recorded anew" "needs $tool: scripts/deps record"
	finish
done
if [ "$(id -u)" -ne 0 ] || ! unshare -n true 2>/dev/null; then
	skip "a capture recorded anew" "needs root"
	finish
fi
check "the recording succeeds" timeout 180 "$TOP/tests/capture/record.sh" "$work/anew.pcap"
left() { ! ip netns list | grep -q "^bq[0-9]*-"; }
check "no namespace is left behind" left
for profile in hnust xust; do
	s=$work/$profile
	school "$s" "$profile"
	register "$s" >/dev/null
	check "$profile: replay" replay "$s" "$work/anew.pcap"
	check "$profile: every planted app has its status and alert" as_planted "$s" "$profile"
done
for tool in caddy gtlsclient tshark; do
	command -v "$tool" >/dev/null && continue
	skip "golden captures recorded anew" "needs $tool: scripts/deps record"
	finish
done
check "the golden recording succeeds" timeout 540 "$TOP/tests/golden/record.sh" "$work/golden"
check "what its clients asked for is found, and nothing else" "$TOP/tests/golden/run.sh" "$work/golden"
finish
