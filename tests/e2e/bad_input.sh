#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input: one clear line on standard error that names the thing, the contract's exit code, nothing lost.
. "$(dirname "$0")/lib"
s=$work/state
school "$s"
register "$s" >/dev/null
mounted=()
clean_more() {
	local m
	for m in "${mounted[@]}"; do umount -l "$m" 2>/dev/null; done
}

# refuses EXIT-REGEX REGEX COMMAND...: ends with EXIT, says one line that matches, and no sanitizer or signal is involved.
refuses() {
	local want=$1 regex=$2 status
	shift 2
	timeout 100 "$@" >"$work/.out" 2>"$work/.err" </dev/null
	status=$?
	cat "$work/.err"
	[[ $status =~ ^($want)$ ]] || { echo "exit $status, not $want"; return 1; }
	[ "$(grep -c . "$work/.err")" -eq 1 ] || { echo "not one line"; return 1; }
	grep -qE -- "$regex" "$work/.err" || { echo "does not match $regex"; return 1; }
}
# The same for the daemon, which logs: the first line above the level of a notice matches; what follows it is who
# ended because of it. 78 (EX_CONFIG) tells systemd not to try again.
complains() { # EXIT-REGEX REGEX COMMAND...
	local want=$1 regex=$2 status
	shift 2
	timeout 100 "$@" >"$work/.out" 2>"$work/.err" </dev/null
	status=$?
	cat "$work/.err"
	[[ $status =~ ^($want)$ ]] || { echo "exit $status, not $want"; return 1; }
	grep -vE '已入库: [0-9]+ 个包' "$work/.err" >"$work/.complaints" # a capture that went well is no complaint
	[ "$(grep -c . "$work/.complaints")" -le "${most:-4}" ] || { echo "too many lines"; return 1; }
	grep -v ': 开始重放$' "$work/.complaints" | head -n 1 | grep -qE -- "$regex" || { echo "the first does not match $regex"; return 1; }
}

# -- captures
: >"$work/empty.pcap"
head -c 24 "$capture" >"$work/nothing.pcap"
head -c 100000 "$capture" >"$work/cut.pcap"
echo 'this is no capture' >"$work/text.pcap"
run=("$BEIAND" -f "$s/beiand.conf" --replay)
check "replay: a capture that is not there" complains 1 'nowhere\.pcap' "${run[@]}" "$work/nowhere.pcap"
check "replay: a folder" complains 1 "$work" "${run[@]}" "$work"
check "replay: an empty file" complains 1 'empty\.pcap' "${run[@]}" "$work/empty.pcap"
check "replay: a foreign file" complains 1 'text\.pcap' "${run[@]}" "$work/text.pcap"
check "replay: a capture without packets is fine" "${run[@]}" "$work/nothing.pcap"
check "replay: a capture cut in the middle of a packet is taken up to there" complains 0 'cut\.pcap.*526' "${run[@]}" "$work/cut.pcap"
for tool in dissect observe; do
	case $tool in
	observe) run=("$BEIANCTL" observe -f "$s/beiand.conf" -r) ;;
	dissect) run=("$BEIANCTL" dissect -r) ;;
	esac
	check "$tool: a capture that is not there" refuses 1 'nowhere\.pcap' "${run[@]}" "$work/nowhere.pcap"
	check "$tool: a folder" refuses 1 "$work" "${run[@]}" "$work"
	check "$tool: an empty file" refuses 1 'empty\.pcap' "${run[@]}" "$work/empty.pcap"
	check "$tool: a foreign file" refuses 1 'text\.pcap' "${run[@]}" "$work/text.pcap"
	check "$tool: a capture without packets is fine" "${run[@]}" "$work/nothing.pcap"
	check "$tool: a capture cut in the middle of a packet" refuses 1 'cut\.pcap' "${run[@]}" "$work/cut.pcap"
done
goes_on() { # a damaged file in front hides nothing of the next one
	"$BEIANCTL" observe -f "$s/beiand.conf" -r "$work/cut.pcap" "$capture" >"$work/.both" 2>/dev/null && return 1
	"$BEIANCTL" observe -f "$s/beiand.conf" -r "$capture" >"$work/.one"
	[ "$(jq -s '.[-1].stats.packets' "$work/.both")" -gt "$(jq -s '.[-1].stats.packets' "$work/.one")" ]
}
check "observe: files behind a damaged one are read" goes_on
gzip -c "$capture" >"$work/packed.pcap.gz"
check "observe: a packed capture" refuses 1 'packed\.pcap\.gz.*gunzip' "$BEIANCTL" observe -f "$s/beiand.conf" -r "$work/packed.pcap.gz"
kept() { ctl "$s" --json apps | jq -e -s 'length > 0'; }
check "what stood before the cut is kept" kept
cut_counted() { ctl "$s" --json status | jq -e -s '[.[0].sources[] | select(.name == "cut.pcap") | .counters["capture-cut"]] == [1]'; }
check "that it was cut is counted" cut_counted

# -- configuration
config() { # LINES...: the sample's configuration and these lines; sections may be opened again
	cp "$s/beiand.conf" "$work/bad.conf"
	printf '%s\n' "$@" >>"$work/bad.conf"
}
bad_config() { refuses 1 "bad\.conf:[0-9]+: " "$BEIAND" -f "$work/bad.conf" -n && refuses '1|78' "bad\.conf:[0-9]+: " "$BEIAND" -f "$work/bad.conf" --replay "$capture"; }
config '[policy]' 'profile = xust'
check "config: an option twice" bad_config
config '[policy]' 'colour = blue'
check "config: an unknown key" bad_config
config '[kitchen]' 'colour = blue'
check "config: an unknown section" bad_config
config '[sensor]' 'flows = 3'
check "config: a number out of range" bad_config
config '[sensor]' 'flows = many'
check "config: a word for a number" bad_config
config '[campus]' 'prefixes = 300.1.2.3/8'
check "config: a bad prefix" bad_config
config '[probe]' 'also = com.cn'
check "config: leave to probe all of com.cn" bad_config
config '[sensor]' 'interfaces = lo' 'workers = 60' 'subjects = 4194304' 'flows = 16777216'
check "config: tables that no memory here holds" refuses 1 'sensor: 60 .*MiB' "$BEIAND" -f "$work/bad.conf" -n
config '[sensor]' 'filter = prot 53 and and'
check "config: a filter that libpcap does not take" refuses 1 'bad\.conf:[0-9]*: \[sensor\] filter: ' "$BEIAND" -f "$work/bad.conf" -n
check "config: no such file" refuses 1 'nowhere\.conf' "$BEIAND" -f "$work/nowhere.conf" -n
check "beianctl: no such configuration" refuses 1 'nowhere\.conf' "$BEIANCTL" -f "$work/nowhere.conf" apps
sed 's/^profile = .*/profile = moon/' "$s/beiand.conf" >"$work/bad.conf"
check "config: a profile that no table has" complains '1|78' 'moon' "$BEIAND" -f "$work/bad.conf" --replay "$capture"
sed "s,^data = .*,data = $work/no-data," "$s/beiand.conf" >"$work/bad.conf"
check "config: no data tables" complains '1|78' 'no-data' "$BEIAND" -f "$work/bad.conf" --replay "$capture"
check "the sample configuration is good" "$BEIAND" -f "$s/beiand.conf" -n

# -- registers
import() { ctl "$s" filings import --kind provider "$@"; }
filings() { ctl "$s" --json filings list; }
export -f import ctl
export BEIAND BEIANCTL s
bad_csv() { # REGEX FILE
	filings >"$work/f1"
	refuses 1 "$1" "$BEIANCTL" -f "$s/beiand.conf" --db "$s/beiand.db" filings import --kind provider "$2" || return 1
	filings >"$work/f2"
	cmp "$work/f1" "$work/f2"
}
: >"$work/empty.csv"
printf '单位名称,应用名称\n\xff\xfe\xff,\x81\x20\n' >"$work/charset.csv"
printf '单位名称,域名\n示例,a.shili-demo.edu.cn\n' >"$work/nokey.csv"
check "csv: no such file" bad_csv 'nowhere\.csv' "$work/nowhere.csv"
check "csv: empty" bad_csv . "$work/empty.csv"
check "csv: neither UTF-8 nor GB18030" bad_csv . "$work/charset.csv"
check "csv: no key column" bad_csv '应用名称' "$work/nokey.csv"
check "csv: a database file" bad_csv . "$s/beiand.db"
printf '单位名称,应用名称,域名\n示例,好应用甲,a.shili-demo.edu.cn\n示例\n示例,,b.shili-demo.edu.cn\n示例,好应用乙,c.shili-demo.edu.cn,太,多,了\n示例,好应用丙,d.shili-demo.edu.cn\n' >"$work/ragged.csv"
printf '单位名称,应用名称\n示例,好应用丁\n' | iconv -t UTF-16 >"$work/utf16.csv"
utf16() { import "$work/utf16.csv" && filings | grep 好应用丁 >/dev/null; }
check "csv: UTF-16, as some spreadsheets save it, is read too" utf16
ragged() { # good rows go in, each bad one is named with its row
	import --json "$work/ragged.csv" >"$work/.out" 2>"$work/.err"
	cat "$work/.out" "$work/.err"
	filings | grep 好应用甲 >/dev/null && filings | grep 好应用丙 >/dev/null && grep -qE '"row": ?3' "$work/.out" && grep -qE '"row": ?4' "$work/.out"
}
check "csv: ragged rows are named, the good ones go in" ragged

# -- beianctl
check "an unknown command is a usage error" refuses 2 . "$BEIANCTL" flyaway
check "a missing operand is a usage error" refuses 2 . "$BEIANCTL" -f "$s/beiand.conf" --db "$s/beiand.db" explain
check "no daemon and no --db" refuses 1 'control\.sock' "$BEIANCTL" -f "$s/beiand.conf" status
check "an app that does not exist" refuses 1 . "$BEIANCTL" -f "$s/beiand.conf" --db "$s/beiand.db" app A999999
check "a subject never seen" refuses 1 . "$BEIANCTL" -f "$s/beiand.conf" --db "$s/beiand.db" explain never.example.com
check "an unknown option is a usage error" refuses 2 'bogus' "$BEIANCTL" --bogus apps
check "an option without its value" refuses 2 'db' "$BEIANCTL" --db
check "an unknown letter among others" refuses 2 '^beianctl: -z ' "$BEIANCTL" -hz
for option in --bogus:不是 -nz:-z -f:缺 stray:多余; do
	foreign() { "$BEIAND" "$1" 2>"$work/.err" >/dev/null; [ $? -eq 2 ] && head -n 1 "$work/.err" | grep -q -e "^beiand: .*$2"; }
	check "beiand ${option%:*} is told in Chinese" foreign "${option%%:*}" "${option##*:}"
done
aligned() { # a Chinese character takes two columns
	"$BEIANCTL" --help >"$work/.help" && python3 - "$work/.help" <<'PY'
import re, sys, unicodedata
at = set()
for line in open(sys.argv[1], encoding="utf-8"):
    m = re.match(r"  (probe|app|exempt|backup|filings undo) {2,}.* (?=\S+$)", line.rstrip("\n"))
    if m:
        at.add(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in m.group(0)))
sys.exit(len(at) != 1)
PY
}
check "the help stands in columns" aligned
own=("$BEIANCTL" -f "$s/beiand.conf" --db "$s/beiand.db")
without_output() { # COMMAND... FILE: standard output is closed; what was to be said there must not land in the file
	"$@" >&- && return 1
	[ ! -e "${!#}" ]
}
check "a backup without standard output" without_output "${own[@]}" backup "$work/closed.db"
check "an export without standard output" without_output "${own[@]}" filings export "$work/closed.csv"
: >"$work/there.csv"
check "an export over a file" refuses 1 'there\.csv.*换一个' "${own[@]}" filings export "$work/there.csv"
check "options may stand behind the file" "${own[@]}" filings import "$TOP/tests/capture/register-user.csv" --kind user --dry-run
exported() { "${own[@]}" filings export "$work/all.csv" --json | jq -e '.export.rows > 0' && [ -s "$work/all.csv" ]; }
check "an export tells its rows in JSON" exported
echo 'no database' >"$work/text.db"
check "a foreign file as database" refuses 1 'text\.db' "$BEIANCTL" -f "$s/beiand.conf" --db "$work/text.db" apps

# -- places that cannot be written
# The disk fills at the first write, while observations come in, at the judgement; with room the same replay goes through.
full_disk() { # KIB
	local d=$work/small$1
	mkdir "$d" && mount -t tmpfs -o "size=$1k" none "$d" || return 1
	mounted+=("$d")
	school "$d"
	most=8 complains 1 '空间|磁盘|full' "$BEIAND" -f "$d/beiand.conf" --replay "$capture" || return 1
	mount -o remount,size=64m "$d" && replay "$d" && register "$d" && as_planted "$d" hnust
}
if [ "$(id -u)" -eq 0 ] && mkdir "$work/try" && mount -t tmpfs none "$work/try" 2>/dev/null; then
	mounted+=("$work/try")
	for kib in 128 320 512; do
		check "a disk full at $kib KiB, then with room" full_disk "$kib"
	done
	mkdir "$work/ro"
	mount -t tmpfs -o size=1m none "$work/ro"
	mounted+=("$work/ro")
	school "$work/ro"
	mount -o remount,ro "$work/ro"
	check "a read-only state folder" complains 1 "$work/ro" "$BEIAND" -f "$work/ro/beiand.conf" --replay "$capture"
else
	skip "a full disk" "needs root and tmpfs"
	skip "a read-only state folder" "needs root and tmpfs"
fi
sed "s,^file = .*,file = $work/no-such-folder/alerts.jsonl," "$s/beiand.conf" >"$work/noalert.conf"
sed -i "s,$s/beiand.db,$work/noalert.db," "$work/noalert.conf"
alert_kept() { # the alert file cannot be made: said, and the alerts stay in the outbox
	timeout 100 "$BEIAND" -f "$work/noalert.conf" --replay "$capture" 2>"$work/.err"
	cat "$work/.err"
	grep -q 'no-such-folder' "$work/.err" && "$BEIANCTL" -f "$work/noalert.conf" --db "$work/noalert.db" --json alerts | jq -e -s 'length > 0'
}
check "an alert file that cannot be made" alert_kept

# -- somebody who may not ask the daemon is told how to become somebody who may
if [ "$(id -u)" -eq 0 ]; then
	mkdir -m 755 "$work/all" && mkdir -m 700 "$work/all/run" && cp "$BEIANCTL" "$work/all/beianctl"
	printf '[store]\ncontrol = %s/all/run/control.sock\n' "$work" >"$work/all/beiand.conf"
	chmod 711 "$work"
	chmod 644 "$work/all/beiand.conf"
	check "no right to the control socket" refuses 1 '权限不够.*sudo.*beiand 组' \
		setpriv --reuid=65534 --regid=65534 --clear-groups "$work/all/beianctl" -f "$work/all/beiand.conf" apps
else
	skip "no right to the control socket" "needs root"
fi
finish
