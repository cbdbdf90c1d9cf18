# SPDX-License-Identifier: GPL-2.0-or-later
# Read by record.sh: what the clients of the recording do. Each function is one habit of real traffic; truth.tsv says what
# beiand has to make of it. MARKER stands wherever private data would: it must never be found in the database.
# shellcheck shell=bash
MARKER=geheim7f3a
iphone='Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'
android='Mozilla/5.0 (Linux; Android 14; 22081212C Build/UKQ1.230917.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.122 Mobile Safari/537.36'
wechat_ua="$iphone MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN"
alipay_ua="$android UCBS/3.22.2.63 AliApp(AP/10.6.30.8000) AlipayClient/10.6.30.8000 Language/zh-Hans Ariver/10.6.30 MiniProgram APXWebView"
douyin_ua="$android aweme/300100 ToutiaoMicroApp/3.24.0 PluginVersion/30010076"

get() { # client curl-arguments...
	local c=$1
	shift
	in_space "$c" curl -s --max-time 10 --compressed "$@" >/dev/null || echo "record: $c curl $* failed" >&2
}

browse() { # client: opens the portal, which shows a picture from each site with 'page' in hosts.tsv
	in_space "$1" timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync \
		--disable-background-networking --disable-component-update --disable-default-apps --disable-extensions \
		--disable-features=OptimizationHints,MediaRouter,Translate,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable \
		--no-pings --no-default-browser-check --disable-domain-reliability --disable-client-side-phishing-detection \
		--ignore-certificate-errors --user-data-dir="$work/profile-$1" --dump-dom \
		http://portal.shili-demo.edu.cn/ >/dev/null 2>"$work/chromium-$1.log" || echo "record: chromium in $1 failed" >&2
	rm -rf "$work/profile-$1"
}

# Mini-programs: requests of the platform's logic layer, with the platform's own Referer (fingerprints A1).
wechat_mini() { # client appid release url...
	local c=$1 referer="https://servicewechat.com/$2/$3/page-frame.html"
	shift 3
	get "$c" -A "$wechat_ua" -e "$referer" -H 'content-type: application/json' "$@"
}
alipay_mini() { # client appid url...
	local c=$1 referer="https://$2.hybrid.alipay-eco.com/$2/0.2.2312121202.40/index.html#pages/index/index"
	shift 2
	get "$c" -A "$alipay_ua" -e "$referer" "$@"
}
douyin_mini() { # client appid url...
	local c=$1 referer="https://tmaservice.developer.toutiao.com/?appid=$2&version=2.6.1"
	shift 2
	get "$c" -A "$douyin_ua" -e "$referer" "$@"
}

mini_programs() { # client
	local d=shili-demo.edu.cn
	# 示例校园卡: in the register by its appid.
	wechat_mini "$1" wx00000000000000a1 58 "http://card.$d/api/balance?xh=$MARKER" "http://card.$d/api/bills?page=1" "http://card.$d/api/bills?page=2"
	# Not in the register: repair orders; a form with personal data whose body spans segments.
	wechat_mini "$1" wx00000000000000b2 7 -H "Cookie: session=$MARKER$(printf '%04000d' 0)" \
		-d "xm=$MARKER&sjh=$MARKER" "http://baoxiu.$d/api/orders"
	alipay_mini "$1" 2021000000000013 "http://yushi.$d/rooms" "http://yushi.$d/book?uid=$MARKER"
	douyin_mini "$1" tt00000000000000d4 "http://huodong.$d/list" "http://huodong.$d/join?id=3"
	# Two mini-programs behind one gateway.
	wechat_mini "$1" wx00000000000000e5 12 "http://gw.$d/kebiao/week"
	douyin_mini "$1" tt00000000000000f6 "http://gw.$d/xinwen/top"
}

phone_apps() { # client
	# 步道乐跑 fetched from an app store: the query names package and version (fingerprints A6).
	get "$1" -A "$android" "http://imtt.dd.qq.com/16891/apk/9F1C2E0BBC10673C9F1C2E0BBC10673C.apk?mkey=$MARKER&fsname=com.lptiyu.tanke_6.2.0_620.apk&csr=1bbd"
	# A page inside the app 完美校园.
	get "$1" -A "$android" -H 'X-Requested-With: com.newcapec.mobile.ncp' "http://open.17wanxiao.com/api/authorize?client_id=1&state=$MARKER"
	# An official account sends its user to sign in; the page it returns to is on campus.
	get "$1" -A "$wechat_ua" "http://open.weixin.qq.com/connect/oauth2/authorize?appid=wx00000000000000c7&redirect_uri=http%3A%2F%2Fwx.shili-demo.edu.cn%2Fback%3Fu%3D1&response_type=code&scope=snsapi_base&state=$MARKER"
	get "$1" -A "$wechat_ua" "http://wx.shili-demo.edu.cn/back?u=1&code=$MARKER"
}

resolve() { # client
	in_space "$1" dig +short jw.shili-demo.edu.cn AAAA >/dev/null
	in_space "$1" dig +short +tcp study.example.org A >/dev/null
	in_space "$1" dig +short -x 198.51.100.11 >/dev/null
	in_space "$1" dig +short TXT example.org >/dev/null
}

# What else is on a campus wire.
noise() { # client
	local i
	for i in $(seq 40); do echo "n$i.example.org"; done >"$work/names"
	in_space "$1" dig +short -f "$work/names" >/dev/null
	ipn "$1" route add 224.0.0.0/4 dev eth0
	in_space "$1" dig +time=1 +tries=1 @224.0.0.251 -p 5353 _ipps._tcp.local PTR >/dev/null || true
	in_space "$1" bash -c 'for i in 1 2 3; do printf "\x23%047d" 0 >/dev/udp/198.51.100.53/123; sleep 0.1; done' || true
	in_space "$1" bash -c 'for p in $(seq 20 60) 3306 6379; do (: </dev/tcp/198.51.100.12/$p) 2>/dev/null; done' || true
	get "$1" http://media.example.com/a http://media.example.com:8080/b
	get "$1" -k https://www.example.net/
	get "$1" -T "$here/hosts.tsv" http://media.example.com/upload
}

play() {
	local c
	( browse c1; browse c5 ) &
	local first=$!
	( browse c2; browse c3; browse c6 ) &
	local second=$!
	for c in c1 c2 c4 c5; do
		mini_programs "$c"
		phone_apps "$c"
		resolve "$c"
		get "$c" -k "https://jw.shili-demo.edu.cn/jwglxt/"
		get "$c" "http://jw.shili-demo.edu.cn:8080/jwglxt/xtgl/"
	done
	get c4 -k -4 https://lab.shili-demo.edu.cn/
	noise c7
	wait "$first" "$second"
}
