#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The prober's engine against real servers, honest and nasty: every outcome has its name, the servers' own logs prove
# method, User-Agent, rate and scope, memory stays flat, and a pause stops all of it.
# shellcheck disable=SC2154,SC1010 # work, domain ... are the libraries'; done is an outcome
. "$(dirname "$0")/lib_probe"
netns "the prober's engine" nginx dnsmasq openssl jq

run() { # CONF ARG...: runs of the driver; what it says is kept
	local conf=$1
	shift
	timeout 120 "$drive" -f "$work/$conf" "$@" >"$work/out" 2>"$work/drive.err"
	local status=$?
	cat "$work/out" "$work/drive.err"
	return $status
}
says() { # JQ: holds of each run that was just made, and there is one
	jq -es "[.[] | select(has(\"run\"))] | length > 0 and all(.[]; $1)" "$work/out" && return
	jq -c "select(has(\"all\") or ($1 | not))" "$work/out" | tail -5
	return 1
}
sum() { # JQ: holds of the line of all
	jq -es "[.[] | select(has(\"all\"))][0] | $1" "$work/out" || { cat "$work/out"; return 1; }
}
# ends OUTCOME URL [JQ]: one run of one ask ends so
ends() {
	run conf -t "$2" >/dev/null && says ".run == \"$1\" and (${3:-true})"
}
log() { cut -d '|' -f "$1" "$work/access.log"; }

check "servers start" servers
[ "$failures" -eq 0 ] || finish
settings >"$work/conf"
settings "host_seconds = 1" >"$work/polite.conf"
settings "host_seconds = 3600" >"$work/rare.conf"
settings "per_second = 20" >"$work/slow.conf"
settings "timeout = 60" >"$work/big.conf"
settings "opt_out = optout.$domain" >"$work/optout.conf"
for to in 'sixth [fd77::1]:5353' 'nobody 10.77.1.98' 'mute 10.77.1.57' 'scoped [fe80::53%lo]:5353' 'later 10.77.1.55:5300'; do
	settings | sed "s/^resolver = .*/resolver = ${to#* }/" >"$work/${to% *}.conf"
done
settings "opt_out = alias.example" >"$work/optalias.conf"
settings "opt_out = 10.77.1.3, 10.77.1.0/30" >"$work/optnet.conf"
settings "hours = $(TZ=Asia/Shanghai date -d '+2 hours' +%H:%M)-$(TZ=Asia/Shanghai date -d '+3 hours' +%H:%M)" >"$work/closed.conf"

# -- honest servers
check "a page" ends done "http://www.$domain/" '.answers[0].size > 20 and .answers[0].type == "text/html" and .requests == 1'
by_six() { run conf -t "http://$1.lies.$domain/" >/dev/null && says '.run == "done" and .requests == 1 and (.transcript | test("  fd77::1 HTTP"))'; }
check "by IPv6" by_six onlysix
h2() {
	ends done "https://h2.$domain/" '.answers[0].certs == 2 and .answers[0].verify == 0' && log 14 | tail -1 | grep -qx HTTP/2.0
}
check "HTTP/2, and a chain that the roots know" h2
check "an expired certificate is looked at and told" ends done "https://expired.$domain/" '.answers[0].verify == 10 and .answers[0].certs == 1'
check "a self-signed one too" ends done "https://self.$domain/" '.answers[0].verify == 18'
check "another name's certificate is no failure of the chain" ends done "https://wrong.$domain/" '.answers[0].verify == 0'
check "a server that only knows TLS 1.0" ends done "https://old.$domain/" '.answers[0].certs == 2'
sni() { log 15 | grep -qx "self.$domain" && log 15 | grep -qx "h2.$domain"; }
check "SNI is the host's" sni
check "HEAD" ends done "head,plain@http://www.$domain/index.html" '.answers[0].size == 0 and .answers[0].total > 20'
check "a range" ends done "range:10-19@http://www.$domain/numbers.txt" '.answers[0].status == 206 and .answers[0].size == 10 and .answers[0].from == 10 and .answers[0].total == 108894'
check "a range of a server that knows none is cut off" ends done "range:0-99@http://whole-for-range.$domain/" '.answers[0].status == 200 and .answers[0].size == 100 and .answers[0].truncated'
check "the names of cookies, not their values" ends done "http://www.$domain/cookies" '.answers[0].cookies == "session lang" and (tostring | contains("VERYSECRET") | not)'
conditional() {
	ends done "conditional@http://www.$domain/index.html" '.etag != ""' || return 1
	local tag
	tag=$(jq -rs '.[0].etag' "$work/out")
	run conf -e "$tag" "conditional@http://www.$domain/index.html" && says '.run == "unchanged" and .etag != ""'
}
check "ETag: unchanged" conditional
check "404 is an answer" ends done "http://www.$domain/nothing" '.answers[0].status == 404'
check "410 too" ends done "http://www.$domain/gone" '.answers[0].status == 410'
check "500 is an error of HTTP" ends http-error "http://www.$domain/broken" '.answers[0].status == 500'
check "204" ends done "http://www.$domain/empty" '.answers[0].size == 0'
if command -v caddy >/dev/null; then
	check "caddy: http to its own https" ends done "http://caddy.$domain/" '.answers[0].url == "https://caddy.'"$domain"'/" and .answers[0].redirects == 1'
fi
many() {
	local i urls=()
	for i in $(seq 300); do urls+=("http://v$i.$domain/"); done
	run conf "${urls[@]}" >/dev/null && says '.run == "done"' && sum '.done == 300 and .requests == 300' &&
		[ "$(log 3 | grep -cE '^v[0-9]+\.')" -eq 300 ]
}
check "300 virtual hosts at once" many

# -- one stay: runs for one host, over one connection, and nothing of its front page twice
connections() { awk -F '|' -v h="$1.$domain" '$3 == h { print $17 }' "$work/access.log" | sort -u | wc -l; }
requests() { awk -F '|' -v h="$1.$domain" '$3 == h && $5 ~ /'"${2:-.}"'/' "$work/access.log" | wc -l; }
one_connection() { # HOST SCHEME CERTS
	run conf -t "$2://$1.$domain/ $2://$1.$domain/index.html head@$2://$1.$domain/?1 $2://$1.$domain/?2" "$2://$1.$domain/?3" >/dev/null &&
		says ".run == \"done\" and all(.answers[]; .certs == $3)" && sum '.requests == 6 and .reused == 5' &&
		[ "$(requests "$1")" -eq 6 ] && [ "$(connections "$1")" -eq 1 ]
}
check "one connection for all of a host: HTTP/2" one_connection one-h2 https 2
check "HTTP/1.1 over TLS, too" one_connection one.old https 2
check "and without" one_connection one-plain http 0
verified() {
	run conf "https://one-v.$domain/ https://one-v.$domain/index.html" >/dev/null && says '.answers | length == 2 and all(.[]; .certs == 2 and .verify == 0)'
}
check "each answer has the certificates of its connection" verified
two_hosts() { # and neither's name or certificate goes to the other
	run conf "https://self.$domain/?a https://h2.$domain/?a https://self.$domain/?b https://h2.$domain/?b" >/dev/null &&
		says '[.answers[].certs] == [1, 2, 1, 2] and [.answers[].verify] == [18, 0, 18, 0]' && sum '.reused == 4' && # robots.txt of each, too

		[ "$(awk -F '|' '$5 ~ /[?][ab]$/ { print $3 == $15, $17 }' "$work/access.log" | sort -u | tr '\n' ' ' | wc -w)" -eq 4 ] &&
		! awk -F '|' '$5 ~ /[?][ab]$/ && $3 != $15' "$work/access.log" | grep -q .
}
check "two hosts in turns: one connection each, SNI and Host their own" two_hosts
dropped() { # RFC 9112 section 9.3.1: who is dropped asks once more, over a new connection, and no more than that
	run conf -t "http://drops.$domain/ http://drops.$domain/ http://drops.$domain/" >/dev/null && says '[.answers[].outcome] == ["done", "done", "done"] and .requests == 5' &&
		sum '.requests == 5' && [ "$(grep -c '^drops GET' "$work/nasty.log")" -eq 5 ] &&
		[ "$(jq -rs '.[0].transcript' "$work/out" | grep -c ' GET http://drops')" -eq 5 ]
}
check "who drops a connection that he kept is asked once more, and each is told" dropped
dropped_slowly() {
	run polite.conf "http://slowly.drops.$domain/ http://slowly.drops.$domain/" >/dev/null && says '.requests == 3' && sum '.waits == 3 and .seconds > 2'
}
check "and in his own time" dropped_slowly
wants_old() { # told so once, and remembered as long as the stay
	run conf "https://wants-old-tls.$domain/ https://wants-old-tls.$domain/" >/dev/null && says '[.answers[] | .outcome, .size] == ["done", 3, "done", 3] and .requests == 3' &&
		[ "$(grep -c '^wants_old_tls HEADERS' "$work/nasty.log")" -eq 1 ]
}
check "who offers HTTP/2 and wants HTTP/1.1 gets it" wants_old
goes_away() {
	run conf "https://goes-away-tls.$domain/ https://goes-away-tls.$domain/" >/dev/null && says '[.answers[].outcome] == ["done", "done"] and .requests == 3'
}
check "who goes away from a connection that he kept is asked once more" goes_away
short() { # there are descriptors for a few: nobody else is to blame, and nobody hears of those that were not asked
	local i urls=()
	for i in $(seq 60); do urls+=("http://few$i.$domain/ http://few$i.$domain/?1" "http://10.77.1.1/?$i"); done
	(ulimit -n 24 && run conf -t "${urls[@]}" >/dev/null) || return 1
	says '.run == "done" or .run == "shortage"' && sum '.shortage > 0 and .all == 120' &&
		jq -es 'any(.[]; .run == "shortage" and .requests == 0)' "$work/out" &&
		[ "$(awk -F '|' '$3 ~ /^few/' "$work/access.log" | wc -l)" -eq "$(jq -s '[.[] | select(has("run")) | select(.transcript | test("few")) | .requests] | add' "$work/out")" ]
}
check "our own shortage has its own name" short
moves() { # a connection to an address that the name has no more is not used
	run conf "http://moves.lies.$domain/ http://moves.lies.$domain/" >/dev/null &&
		says '[.answers[].outcome] == ["done", "connect-failed"]' && sum '.reused == 0'
}
check "who moves is looked for where he went" moves
settings "host_seconds = 13" >"$work/rarely.conf"
unkept() {
	run rarely.conf "http://unkept.$domain/ http://unkept.$domain/" >/dev/null && says '.run == "done"' && sum '.reused == 0' && [ "$(connections unkept)" -eq 2 ]
}
check "nobody's socket is held where we come that rarely" unkept
shared() { # the second and third run of one host take what the first was told
	run conf -t "https://sh.$domain/" "head@https://sh.$domain/" "https://sh.$domain/" >/dev/null &&
		says '.run == "done" and .status == 200 and .answers[0].certs == 2' && sum '.requests == 1 and .shared == 2' &&
		[ "$(requests sh)" -eq 1 ] &&
		jq -es '[.[] | select(has("run")) | .requests] | sort == [0, 0, 1]' "$work/out" &&
		jq -es '[.[] | select(has("run") and .requests == 0) | .transcript | test("不再问 (GET|HEAD) https://sh.*用 .* 的答复")] | all' "$work/out"
}
check "three runs of a host's front page are one request" shared
shared_way() {
	run conf -t "http://leads2.$domain/" "http://leads2.$domain/" >/dev/null && says '.answers[0].redirects == 1 and .answers[0].url == "http://leads2.'"$domain"'/in"' &&
		sum '.requests == 3 and .shared == 2' # with robots.txt for /in
}
check "with the way that it led" shared_way
shared_failure() {
	run conf "https://closed.$domain/" "head@https://closed.$domain/" >/dev/null && says '.run == "connect-failed"' && sum '.requests == 1 and .shared == 1'
}
check "and so are three that nobody answers" shared_failure
unshared() { # other pages, other questions
	run conf "http://un.$domain/index.html" "http://un.$domain/index.html" "range:0-3@http://un.$domain/" "http://un.$domain/" "plain@http://un.$domain/" >/dev/null &&
		says '.run == "done"' && sum '.shared == 0' && [ "$(requests un '^.index')" -eq 2 ] && [ "$(requests un '^.$')" -eq 3 ]
}
check "what is not the same is asked" unshared
whole() { # nobody gets a 304 for a page that he never saw
	run conf -e '"x"' "conditional@http://wh.$domain/" "conditional@http://wh.$domain/" >/dev/null && says '.run == "done"' && sum '.requests == 1' &&
		[ "$(awk -F '|' '$3 == "wh.'"$domain"'" { print $12 }' "$work/access.log")" = - ]
}
check "no condition where another run needs the page" whole

# -- redirects
check "redirects are followed" ends done "http://leads.$domain/three" '.answers[0].redirects == 3 and .answers[0].status == 200'
check "http to https" ends done "http://leads.$domain/up" '.answers[0].url == "https://h2.'"$domain"'/"'
check "a loop" ends too-many-hops "http://leads.$domain/loop" '.answers[0].redirects == 1'
check "to itself" ends too-many-hops "http://leads.$domain/self"
check "more than five" ends too-many-hops "http://endless-hops.$domain/" '.answers[0].redirects == 5'
for to in loopback odd decimal mapped metadata liar; do
	check "redirect to a forbidden address: $to" ends bad-address "http://leads.$domain/$to" '.answers[0].status == 302 and .answers[0].location != ""'
done
check "redirect out of scope" ends out-of-scope "http://leads.$domain/outside" '.answers[0].location == "http://outside.example.edu.cn/"'
check "redirect to a port that is none of ours" ends bad-port "http://leads.$domain/port"
for to in file login localhost; do
	check "redirect to what is no URL to ask: $to" ends bad-url "http://leads.$domain/$to"
done
check "https to another host's http" ends downgrade "https://h2.$domain/down"
check "https to its own http" ends done "https://h2.$domain/down-same"

# -- scope; the subject is another host, so what may be asked comes from the campus alone
of() { # OUTCOME URL [CONF]
	run "${3:-conf}" -u "www.$domain" "$2" >/dev/null && says ".run == \"$1\" and .requests == 0"
}
check "out of scope" of out-of-scope "http://outside.example.edu.cn/"
check "a suffix that only looks like the campus" of out-of-scope "http://evil$domain/"
check "a port that is none of ours" of bad-port "http://www.$domain:8080/"
check "opted out by address: a name that leads there" of opted-out "http://www.$domain/" optnet.conf
check "and the address itself" of opted-out "http://10.77.1.1/" optnet.conf
opt_near() { run optnet.conf "http://closed.$domain/" >/dev/null && says '.run == "connect-failed"'; }
check "and no other" opt_near
check "opted out" of opted-out "http://www.optout.$domain/" optout.conf
for url in ftp://www.$domain/ http://u:p@www.$domain/ gopher://www.$domain/ //www.$domain/ http://[/ ; do
	check "no URL to ask: $url" of bad-url "$url"
done
for host in 127.0.0.1 127.1 0x7f000001 2130706433 0177.0.0.1 127.0.0.1. '[::1]' '[::ffff:127.0.0.1]' '[::ffff:7f00:1]' \
	169.254.169.254 0.0.0.0 10.78.0.1 192.168.1.1 224.0.0.1 255.255.255.255 '[fe80::1]' '[ff02::1]'; do
	check "a forbidden address: $host" of bad-address "http://$host/"
done
check "an address of the campus, as the subject" ends done "http://10.77.1.1/" '.answers[0].status == 200'

# -- names
check "no such name" of no-name "http://nowhere.$domain/"
check "no address" of no-name "http://noaddress.lies.$domain/"
check "SERVFAIL" of resolver-failed "http://servfail.lies.$domain/"
check "REFUSED" of resolver-failed "http://refused.lies.$domain/"
check "a resolver that is silent" of resolver-failed "http://silent.lies.$domain/"
check "truncated: asked again over TCP" ends done "http://truncated.lies.$domain/"
tcp_asked() { grep -qx "truncated.lies.$domain 1 tcp" "$work/liar.log"; }
check "as the server saw" tcp_asked
check "230 addresses, over TCP" ends done "http://crowd.lies.$domain/"
big() { # of a server that is not ours
	run conf -t "http://big.$domain/" >/dev/null && says '.transcript | test("DNS big.* …")'
}
check "40 addresses of dnsmasq" big
check "truncated, and nobody answers over TCP" of resolver-failed "http://tcpless.lies.$domain/"
check "AAAA that fails does not hinder A" ends done "http://halfdead.lies.$domain/"
check "a resolver that takes its time" ends done "http://slow.lies.$domain/"
check "an answer to no question of ours is none" ends done "http://wrongid.lies.$domain/"
check "an answer for another name" ends done "http://othername.lies.$domain/"
check "an answer from somebody else" ends done "http://stranger.lies.$domain/"
check "an answer in letters that were not ours" of resolver-failed "http://othercase.lies.$domain/"
check "garbage" of resolver-failed "http://garbage.lies.$domain/"
check "an answer that ends too soon" of resolver-failed "http://cutoff.lies.$domain/"
check "a name that is another's" ends done "http://aliased.lies.$domain/"
check "and that one opted out" of opted-out "http://aliased.lies.$domain/" optalias.conf
check "or is too long to tell whether it did" of resolver-failed "http://winding.lies.$domain/" optalias.conf
for name in dangling circle; do check "a name that is another's: $name" of no-name "http://$name.lies.$domain/"; done
sixth() { ends done "http://truncated.lies.$domain/" && run sixth.conf "http://truncated.lies.$domain/" >/dev/null && says '.run == "done"' && [ -s "$work/sixth.log" ]; }
check "a resolver by IPv6, on a port of its own" sixth
# whose servers are silent is told so as long as the resolver says anything; whose resolver is, has no network
unheard() { run "$1" -t "http://www.$domain/" >/dev/null && says '.run == "shortage" and .requests == 0 and (.transcript | test("DNS 服务器什么也不答"))'; }
check "a resolver that is not there is our lack" unheard nobody.conf
check "and so is one that says nothing to anybody" unheard mute.conf
scoped() { run scoped.conf "http://truncated.lies.$domain/" >/dev/null && says '.run == "done"' && [ -s "$work/scoped.log" ]; }
check "and at a link-local address, with its interface" scoped
several() { # one that is not there, one that refuses, one that answers
	settings | sed '/^resolver/d' >"$work/plain.conf"
	printf 'search example.edu.cn\nnameserver 10.77.1.98\nnameserver 10.77.1.54\nnameserver 10.77.1.53\noptions ndots:9 timeout:60\n' >"$work/resolv.conf"
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$work/resolv.conf" \
		timeout 120 "$drive" -f "$work/plain.conf" "http://refused.$domain/" >"$work/out" && says '.run == "done"' && grep -q "^refused.$domain 1" "$work/liar.log"
}
check "several resolvers, of resolv.conf" several
returns() {
	local again
	ip route add unreachable 10.77.1.55/32 table local || return 1
	run later.conf "http://truncated.lies.$domain/" >/dev/null &
	again=$!
	sleep 1 # long enough for the first question, which nobody hears
	ip route del unreachable 10.77.1.55/32 table local
	wait "$again" && says '.run == "done"'
}
check "a resolver that is away for a moment" returns
crowd() { # as many as there are transfers, each with its own name
	local i urls=()
	for i in $(seq 400); do urls+=("http://w$i.$domain/"); done
	run conf "${urls[@]}" >/dev/null && says '.run == "done"' && sum '.done == 400'
}
check "400 names, 200 at a time" crowd
for name in both six mapped metadata zero many crowded; do
	check "a name with a forbidden address: $name" of bad-address "http://$name.lies.$domain/"
done
rebinds() {
	run conf "http://flip.lies.$domain/ http://flip.lies.$domain/" >/dev/null &&
		says '.answers[0].outcome == "done" and .answers[1].outcome == "bad-address" and .requests == 1'
}
check "a name that changes its address between two asks" rebinds
check "a wildcard name is a name" ends done "http://made-up-$RANDOM.$domain/"
no_search() { ! grep -v "\.$domain " "$work/liar.log" && ! grep -E 'query\[.*\] [^ ]*(outside|localhost|google)' "$work/dns.log"; }
check "no name was asked for that was refused, nor any of the resolver's own" no_search

# -- our own network
roadless() { # one of the families, then the only one
	by_six roadless &&
		run conf -t "http://www.$domain/ $(printf 'http://[fd77::5]/?%s ' {1..7})" >/dev/null &&
		says '[.answers[1:][].outcome] | length == 7 and all(.[]; . == "connect-failed")' &&
		says '.requests == 1 and .retry_after == 0 and (.transcript | test("本机没有通往该地址的路由"))'
}
check "an address that no route leads to is not asked, and its host not held for it" roadless
cut_off() {
	local i urls=()
	for i in $(seq 7); do urls+=("http://10.77.1.1/?$i"); done
	ip route del local 10.77.0.0/16 dev lo table local || return 1
	run conf "${urls[@]}" >/dev/null
	says '.run == "shortage" and .requests == 0 and .retry_after == 0' && unheard conf
	local ended=$?
	ip route add local 10.77.0.0/16 dev lo && [ "$ended" -eq 0 ] && ends done "http://10.77.1.1/?0"
}
check "no route to anybody: that is our lack, and nobody is held for it" cut_off

# -- robots.txt
check "robots.txt: refused" ends robots "http://rules.$domain/private/x" '.requests == 1'
check "robots.txt: allowed for us by name" ends done "http://rules.$domain/index.html" '.requests == 2'
check "robots.txt is not asked for /" ends done "http://rules.$domain/" '.requests == 1'
check "robots.txt: 500 means no" ends robots "http://rules500.$domain/index.html" '.requests == 1'
check "robots.txt: 403 means yes" ends done "http://rules403.$domain/index.html" '.requests == 2'
check "robots.txt: 429 means wait" ends held-back "http://rules429.$domain/index.html" '.requests == 1 and .retry_after == 60'
check "robots.txt out of scope means no" ends robots "http://rulesaway.$domain/index.html"
check "robots.txt elsewhere is read" ends robots "http://ruleshop.$domain/private/" '.requests == 2'
check "robots.txt that leads nowhere means yes" ends done "http://rulesloop.$domain/index.html"
once() {
	local i urls=() before after
	before=$(grep -c '|rules\..*|/robots.txt|' "$work/access.log")
	for i in $(seq 40); do urls+=("http://rules.$domain/index.html?$i"); done
	run conf "${urls[@]}" >/dev/null && says '.run == "done"' && sum '.robots == 1 and .robots_kept == 39' || return 1
	after=$(grep -c '|rules\..*|/robots.txt|' "$work/access.log")
	[ $((after - before)) -eq 1 ]
}
check "robots.txt is asked once for 40 runs at once" once

# -- manners
check "429 is obeyed and told" ends held-back "http://busy.$domain/" '.status == 429 and .retry_after == 120'
check "503 too" ends held-back "http://down.$domain/" '.status == 503 and .retry_after == 77'
held() {
	run conf "http://busy.$domain/ http://busy.$domain/" "http://busy.$domain/" >/dev/null &&
		says '.run == "held-back"' && sum '.requests <= 2' && jq -es 'any(.[]; .answers[1].outcome == "held-back" and .retry_after > 100)' "$work/out"
}
check "who asked to wait is not asked again" held
# A server's log says when it came round to it: on a busy machine that may be late once; who asks too soon does so each time.
thrice() { "$@" || "$@" || "$@"; }
spaced() {
	local before
	before=$(wc -l <"$work/access.log")
	run polite.conf "http://polite.$domain/ http://polite.$domain/?1 http://polite.$domain/?2 http://polite.$domain/?3" >/dev/null &&
		says '.run == "done"' && sum '.waits > 0' || return 1
	tail -n +$((before + 1)) "$work/access.log" | awk -F '|' '{ print $1 } NR > 1 && $1 - last < 0.95 { bad = 1 } { last = $1 } END { exit bad || NR != 5 }'
}
check "one host: a second between two requests, robots.txt included" thrice spaced
paced() {
	local before i urls=()
	before=$(wc -l <"$work/access.log")
	for i in $(seq 50); do urls+=("http://r$i.$domain/"); done
	run slow.conf "${urls[@]}" >/dev/null && says '.run == "done"' || return 1
	tail -n +$((before + 1)) "$work/access.log" | cut -d '|' -f 1 | awk '{ t[NR] = $1 } NR > 21 && t[NR] - t[NR - 21] < 0.95 { bad = 1 } END { exit bad || NR != 50 }'
}
check "all hosts: never more than 20 in a second" thrice paced
settings "net_minute = 60" >"$work/net.conf"
elsewhere() { # each name's first address is in a network of its own, and nobody is there
	local before i urls=()
	before=$(wc -l <"$work/access.log")
	for i in $(seq 5); do urls+=("http://aside$i.lies.$domain/"); done
	run net.conf "${urls[@]}" >/dev/null && says '.run == "done"' || return 1
	tail -n +$((before + 1)) "$work/access.log" | awk -F '|' 'NR > 1 && $1 - last < 0.9 { bad = 1 } { last = $1 } END { exit bad || NR != 5 }'
}
check "one network: a second between two, whichever address it is that answers" elsewhere
rare() { of held-back "http://www.$domain/" rare.conf && says '.retry_after > 3500 and .retry_after <= 3600'; }
check "a wait that is too long is left to the store" rare
check "outside the hours nothing is asked" of paused "http://www.$domain/" closed.conf

# -- nasty servers: OUTCOME WAY [JQ]
nasty() { ends "$1" "http://$2.$domain/" "${3:-true}"; }
for way in close-accept reset-accept reset-request reset-head reset-body short-body; do
	check "$way" nasty reset $way
done
check "nobody listens" nasty connect-failed closed
for way in slow-head slow-body silent; do check "$way" nasty timeout $way; done
for way in endless-body endless-head endless-interim endless-line endless-trailer bomb padding padding-name; do
	check "$way" nasty too-large $way
done
for way in bomb-twice bomb-layers bad-gzip http09 garbage bad-chunk bad-length part-unasked part-nameless no-status; do
	check "$way" nasty bad-response $way
done
check "the first bytes of what is too large are there" nasty too-large endless-body '.answers[0].size == 524288 and .answers[0].truncated'
check "a prefix of it is an answer, if that was asked for" ends done "prefix,max:1000@http://endless-body.$domain/" '.answers[0].size == 1000 and .answers[0].truncated'
for way in plain-tls reset-tls; do check "$way" ends tls-failed "https://$way.$domain/"; done
check "silent-tls" ends timeout "https://silent-tls.$domain/"
# libcurl would read on and on in one call: were that left to it, the pause would come first, or nothing at all
busy() { run big.conf -p 20000 "https://endless-frames-tls.$domain/" >/dev/null && says '.run == "timeout"'; }
check "frames of HTTP/2 without end keep nobody waiting" busy
check "a body that ends without close_notify is whole" ends done "https://rude-tls.$domain/" '.answers[0].size == 5'
check "a page that is too large" ends too-large "http://www.$domain/huge.html"

# -- memory: what a run takes does not depend on what the server sends
flat() {
	local small big i bombs=() pages=()
	for i in $(seq 300); do
		pages+=("http://p$i.$domain/" "http://q$i.$domain/")
		bombs+=("http://b$i.bomb.$domain/" "http://h$i.endless-head.$domain/")
	done
	run big.conf "${pages[@]}" >/dev/null && says '.run == "done"' && small=$(jq -s '.[-1].rss_kb' "$work/out") &&
		run big.conf "${bombs[@]}" >/dev/null && says '.run == "too-large"' && big=$(jq -s '.[-1].rss_kb' "$work/out") || return 1
	echo "# pages: $small kB, bombs: $big kB"
	[ "$big" -lt $((small + 200 * 1100)) ] # 200 at once: 512 KiB of body each, and as much again while it grows
}
if nm "$drive" 2>/dev/null | grep -q __asan_init; then
	skip "600 bombs do not fill the memory" "a sanitizer's memory says nothing"
else
	check "600 bombs do not fill the memory" flat
fi

# -- pause
pause() {
	local i urls=()
	for i in $(seq 60); do urls+=("http://silent.$domain/?$i" "http://slow-body.$domain/?$i" "http://silent.lies.$domain/?$i"); done
	run conf -p 700 "${urls[@]}" >/dev/null && says '.run == "paused"' && sum '.paused == 180 and .ended_after_pause < 2'
}
check "a pause ends 180 runs within two seconds" pause
check "and leaves no connection" wait_until 5 sh -c '! ss -Htn state established dst 10.77.0.0/16 | grep -q .'

# -- what the servers saw
methods() { [ "$(log 4 | sort -u | tr '\n' ' ')" = "GET HEAD " ]; }
check "nothing but GET and HEAD" methods
agents() { [ "$(log 7 | sort -u)" = "beiand/0.1.0 (+https://nic.$domain/beiand)" ]; }
check "one User-Agent, with the contact" agents
private() { [ "$(log 8 | sort -u)" = - ] && [ "$(log 9 | sort -u)" = - ] && [ "$(log 10 | sort -u)" = - ]; }
check "no cookies, no credentials, no referrer" private
hosts() { ! log 3 | grep -vE "(^|\.)$domain$|^10\.77\.1\.1$"; }
check "no host but those in scope" hosts
canary() { [ ! -s "$work/canary.log" ]; }
check "nobody came to 127.0.0.1, ::1, the metadata address or port 8080" canary
redacted() {
	run conf -t "http://www.$domain/index.html;jsessionid=TOPSECRET?token=TOPSECRET&a=b" >/dev/null &&
		jq -rs '.[0].transcript' "$work/out" | tee "$work/transcript" | grep -q 'token=…&a=…' && ! grep -q TOPSECRET "$work/transcript"
}
check "the transcript tells names of parameters, no values" redacted
proxyless() {
	http_proxy=http://127.0.0.1:80 https_proxy=http://127.0.0.1:80 all_proxy=http://127.0.0.1:80 ends done "http://www.$domain/" && canary
}
check "no proxy of the environment" proxyless
finish
