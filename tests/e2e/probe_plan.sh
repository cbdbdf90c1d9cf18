#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What would be asked of whom, without a daemon and without a packet: the plan of the bundled capture, by
# beianctl on the database alone; pause and resume; who opted out, is exempt or was never judged is left alone.
. "$(dirname "$0")/lib"
s=$work/state
probing() { # FURTHER LINES..: the school's configuration with probing on
	school "$s" hnust
	printf '\n[probe]\nenabled = on\ncontact = https://nic.shili-demo.edu.cn/probe\n' >>"$s/beiand.conf"
	printf '%s\n' "$@" >>"$s/beiand.conf"
}
school "$s" hnust
check "the three sample registers import" register "$s"
check "replay ends well" replay "$s"

dry() { ctl "$s" --json probe --dry-run "$@" >"$work/dry"; }
asked() { jq -r 'select(.asked == true) | .name' "$work/dry" | sort -u; }
total() { jq -es '.[-1] | .probing == $on and .asked > 20' --arg on "$1" "$work/dry"; }
before() { dry && total off && ! ctl "$s" --json probes | jq -es 'length > 1'; }
check "before probing is on, the dry run says what would be asked, and no job exists" before
governed() { # asked are members of unfiled, probable and filed apps, and no others
	ctl "$s" --json apps >"$work/apps" || return 1
	jq -r 'select(.status == "unfiled" or .status == "probable" or .status == "filed") | .subjects[]' "$work/apps" | sort -u >"$work/may"
	asked >"$work/asked"
	[ -s "$work/asked" ] && comm -23 "$work/asked" "$work/may" | (! grep .)
}
check "asked are members of governed apps alone" governed
all_hosts() { # every host of apps of hosts
	jq -r 'select(.asked == false) | .name' "$work/dry" | sort -u >"$work/not"
	jq -r 'select(.kinds == ["host"] and (.status == "unfiled" or .status == "probable" or .status == "filed")) | .subjects[]' "$work/apps" | sort -u |
		comm -23 - <(sort -u "$work/asked" "$work/not") | (! grep .)
}
check "and nobody of them is passed over without a reason" all_hosts
why() { jq -es 'map(select(.name)) | length > 0 and all(.[]; (.why | length > 0) and (.asked or (.refusal | length > 0)))' "$work/dry"; }
check "each line says why, or why not" why
polite() { jq -es 'map(select(.asked == true)) | all(.[]; (.method == "GET" or .method == "HEAD") and (.url | test("^https?://[a-z0-9.-]+/")))' "$work/dry"; }
check "each is a GET or HEAD of a plain URL" polite

probing
check "with probing on the next judgement plans" replay "$s"
planned() { ctl "$s" --json probes --all >"$work/jobs" && jq -r 'select(.job) | .name' "$work/jobs" | sort -u | diff - "$work/asked"; }
check "the jobs are those of the dry run" planned
same() { cp "$work/jobs" "$work/jobs.1" && replay "$s" && ctl "$s" --json probes --all >"$work/jobs" &&
	diff <(jq -c 'select(.job) | [.job, .name, .probe, .next]' "$work/jobs.1") <(jq -c 'select(.job) | [.job, .name, .probe, .next]' "$work/jobs"); }
check "planning again changes nothing" same
first() { jq -rs 'map(select(.job)) | sort_by(.next) | .[0].probe' "$work/jobs" | grep -x page; }
check "the page comes first" first

pause() { ctl "$s" probe pause && ctl "$s" --json probes | jq -es '.[0].probing == "paused"' && ctl "$s" probe resume && ctl "$s" --json probes | jq -es '.[0].probing == "on"'; }
check "pause and resume stand in the database" pause
alone() { ! ctl "$s" probe www.zhihuishu.com 2>"$work/err" && grep -q -e '--dry-run' "$work/err"; }
check "without the daemon nobody asks" alone
usage() { ctl "$s" probe 2>"$work/err"; [ $? -eq 2 ] && grep -q -e '--dry-run' "$work/err"; }
check "probe without a subject is a usage error" usage
unknown() { ctl "$s" probes nobody.example.com 2>"$work/err"; [ $? -eq 1 ] && grep -q nobody.example.com "$work/err"; }
check "an unknown subject is refused by name" unknown

wanted() { ctl "$s" --json probes | jq -rs 'map(select(.job)) | .[].name' | sort -u; }
probing 'opt_out = zhihuishu.com'
opted_out() { replay "$s" && wanted | grep -q chaoxing && ! wanted | grep zhihuishu && dry www.zhihuishu.com && jq -es 'map(select(.name)) | all(.[]; .refusal == "opted-out")' "$work/dry"; }
check "who opted out has no job any more, and the dry run says so" opted_out
exempt() { wanted | grep -q icourse163 && ctl "$s" exempt www.icourse163.org 试验 && ! wanted | grep icourse163 && ctl "$s" unexempt www.icourse163.org && wanted | grep icourse163; }
check "an exemption ends the jobs at once, and its end brings them back" exempt
shown() { ctl "$s" probes | grep -q '预算' && ctl "$s" probe --dry-run | grep -q '缘由' && ctl "$s" status | grep -q '探测' && ctl "$s" status --metrics | grep -q '^beiand_probe_jobs{state="wanted"} [1-9]'; }
same_rule() { # however it is written
	local to
	for to in "" :443 /login; do ctl "$s" --json probe --dry-run "WWW.zhihuishu.com$to" | jq -es 'length > 1' && ctl "$s" probes "https://www.ZHIHUISHU.com.$to" || return 1; done
}
check "a subject may be written many ways" same_rule
itself() { dry https://www.icourse163.org:443/login && ctl "$s" probe --dry-run https://www.icourse163.org:443/login && jq -es 'length == 2 and (.[0] | .asked and .robots and .url == "https://www.icourse163.org/login" and (.why | test("不在计划里")))' "$work/dry"; }
check "a URL is told as itself" itself
hours() {
	local opens
	opens=$(TZ=UTC-8 date -d '2 hours' +%H:00)
	probing "hours = $opens-$(TZ=UTC-8 date -d '3 hours' +%H:00)"
	dry && jq -es --arg t "$opens" '(.[-1] | .remark | test("不在时段.*,.* \($t)")) and (.[-1].unasked | has("paused") | not)' "$work/dry"
}
check "outside the hours the dry run says when they open" hours
check "people see the same in Chinese, monitoring in numbers" shown
finish
