#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages of Android and iOS behind a real server: made by Android's own tool and Python's, read by ranges alone. The
# server's log proves how little was fetched.
# shellcheck disable=SC2154,SC1010 # work, domain ... are the libraries'
. "$(dirname "$0")/lib_probe"
netns "packages behind a server" nginx dnsmasq openssl jq aapt python3

run() { # PROBE URL [ARG...]
	local probe=$1 url=$2
	shift 2
	: >"$work/access.log"
	timeout 60 "$drive" -f "$work/conf" -r "$probe" "$@" "$url" >"$work/out" 2>"$work/drive.err"
	local status=$?
	cat "$work/out" "$work/drive.err" "$work/access.log"
	return $status
}
says() { jq -es "[.[] | select(has(\"run\"))][0] | $1" "$work/out"; }
fact() { # TYPE VALUE
	says "[.facts[] | select(.type == \"$1\") | .value] == $2"
}
sent() { # octets of bodies that the server sent
	awk -F '|' '{ n += $16 } END { print n + 0 }' "$work/access.log"
}

# Attributes with the platform's ids in a framework of our own: Android's is not needed.
make_apk() {
	mkdir -p "$work/fw/res/values" "$work/app/res/values" "$work/app/res/values-zh"
	python3 - "$work" <<'X'
import sys
work = sys.argv[1]
NS = "xmlns:android='http://schemas.android.com/apk/res/android'"
ids = {"label": 0x01010001, "name": 0x01010003, "minSdkVersion": 0x0101020c, "versionCode": 0x0101021b,
       "versionName": 0x0101021c, "targetSdkVersion": 0x01010270}
form = {"label": "reference|string", "name": "string", "versionName": "string"}
def put(path, text):
    with open(f"{work}/{path}", "w", encoding="utf-8") as f:
        f.write(text)
put("fw/AndroidManifest.xml", f"<manifest {NS} package='android'/>")
put("fw/res/values/v.xml", "<resources>" + "".join(
    f"<public type='attr' name='{n}' id='{i:#010x}'/><attr name='{n}' format='{form.get(n, 'integer')}'/>"
    for n, i in ids.items()) + "</resources>")
put("app/AndroidManifest.xml", f"""<manifest {NS} package='cn.edu.example.campus' android:versionCode='317'
 android:versionName='3.1.7'><uses-sdk android:minSdkVersion='21' android:targetSdkVersion='33'/>
 <uses-permission android:name='android.permission.CAMERA'/><uses-permission android:name='android.permission.READ_CONTACTS'/>
 <application android:label='@string/app'/></manifest>""")
put("app/res/values/s.xml", "<resources><string name='app'>Example Campus</string></resources>")
put("app/res/values-zh/s.xml", "<resources><string name='app'>示例校园</string></resources>")
for where in ("values", "values-zh"):
    rows = "".join(f"<string name='many{n}'>{where}, text number {n} of a very large table</string>" for n in range(9000))
    put(f"many-{where}.xml", f"<resources>{rows}</resources>")
X
	(cd "$work" && aapt package -f -x -M fw/AndroidManifest.xml -S fw/res -F fw.apk &&
		aapt package -f -M app/AndroidManifest.xml -S app/res -I fw.apk -F app.apk &&
		mv many-values.xml app/res/values/many.xml && mv many-values-zh.xml app/res/values-zh/many.xml &&
		aapt package -f -M app/AndroidManifest.xml -S app/res -I fw.apk -F large.apk)
}
# The real manifest between 20 MB of other files, and an iOS package with its list.
make_packages() {
	make_apk && python3 - "$work" "$domain" <<'X'
import os, plistlib, sys, zipfile
work, domain = sys.argv[1:]
when = (2026, 5, 1, 12, 30, 0)
def add(z, name, data, how=zipfile.ZIP_DEFLATED):
    i = zipfile.ZipInfo(name, when)
    i.compress_type = how
    z.writestr(i, data)
small = zipfile.ZipFile(f"{work}/app.apk")
noise = os.urandom(10_000_000)
with zipfile.ZipFile(f"{work}/www/app.apk", "w") as z:
    add(z, "lib/arm64-v8a/a.so", noise, zipfile.ZIP_STORED)
    for n in range(3000):
        add(z, f"res/drawable-xhdpi/picture_{n:05}.png", b"x")
    for n in small.namelist():
        add(z, n, small.read(n))
    add(z, "classes.dex", noise, zipfile.ZIP_STORED)
large = zipfile.ZipFile(f"{work}/large.apk")
with zipfile.ZipFile(f"{work}/www/large.apk", "w") as z:
    for n in large.namelist():
        add(z, n, large.read(n), zipfile.ZIP_STORED if n == "resources.arsc" else zipfile.ZIP_DEFLATED)
    add(z, "classes.dex", noise, zipfile.ZIP_STORED)
info = {"CFBundleIdentifier": "cn.edu.example.campus", "CFBundleDisplayName": "示例校园", "CFBundleName": "campus",
        "CFBundleShortVersionString": "4.2", "CFBundleVersion": "4210", "NSCameraUsageDescription": "扫码签到"}
with zipfile.ZipFile(f"{work}/www/app.ipa", "w") as z:
    add(z, "Payload/campus.app/campus", noise, zipfile.ZIP_STORED)
    add(z, "Payload/campus.app/Info.plist", plistlib.dumps(info, fmt=plistlib.FMT_BINARY))
with open(f"{work}/www/manifest.plist", "wb") as f:
    plistlib.dump({"items": [{"assets": [{"kind": "software-package", "url": f"http://www.{domain}/app.ipa"}],
                              "metadata": {"bundle-identifier": "cn.edu.example.campus", "bundle-version": "4.2",
                                           "kind": "software", "title": "示例"}}]}, f)
with open(f"{work}/www/page.apk", "w") as f:
    f.write("<html>请登录</html>" * 10000)
with open(f"{work}/www/half.apk", "wb") as f:
    f.write(open(f"{work}/www/app.apk", "rb").read(7_000_000))
X
}

check "servers start" servers
[ "$failures" -eq 0 ] || finish
settings >"$work/conf"
check "packages are made" make_packages

apk() {
	run apk "http://www.$domain/app.apk" && says '.run == "done" and .remark == ""' &&
		fact android-package '["cn.edu.example.campus"]' && fact app-name '["示例校园", "Example Campus"]' &&
		fact app-version '["3.1.7"]' && fact app-updated '["2026-05-01T12:30:00Z"]' &&
		fact permission '["android.permission.CAMERA", "android.permission.READ_CONTACTS"]'
}
check "an Android package of 20 MB" apk
little() { # of the directory's 240 kB, the end and the start: the rest was not sent
	sent && [ "$(sent)" -lt 600000 ] && [ "$(grep -c '|GET|/app.apk|206|' "$work/access.log")" -le 6 ] &&
		[ "$(grep '|/app.apk|' "$work/access.log" | grep -cv '|GET|/app.apk|206|')" -eq 0 ]
}
check "... of which it read what it had to" little
again() {
	local tag
	tag=$(says .etag | jq -r .)
	run apk "http://www.$domain/app.apk" -e "$tag" && says '.run == "unchanged" and .facts == []' &&
		[ "$(grep -c '|/app.apk|' "$work/access.log")" -eq 1 ]
}
check "unchanged since, it is one request" again
large() { # the way to two strings in a table of 2 MB
	run apk "http://www.$domain/large.apk" && says '.run == "done" and .remark == ""' &&
		fact app-name '["示例校园", "Example Campus"]' && [ "$(sent)" -lt 1600000 ] &&
		[ "$(grep -c '|GET|/large.apk|206|' "$work/access.log")" -le 12 ]
}
check "a name in a table that is too large to be fetched whole" large
ipa() {
	run ipa "http://www.$domain/app.ipa" && says '.run == "done"' && fact ios-bundle '["cn.edu.example.campus"]' &&
		fact app-name '["示例校园"]' && fact app-version '["4.2"]' && fact permission '["NSCameraUsageDescription"]' &&
		[ "$(sent)" -lt 200000 ]
}
check "an iOS package of 10 MB" ipa
list() {
	run ipa "http://www.$domain/manifest.plist" && says '.run == "done"' && fact app-name '["示例校园"]' &&
		grep -q '|/app.ipa|206|' "$work/access.log"
}
check "the list for Apple's devices leads to it" list
refused() { # PROBE URL WORDS: unrecognised, for that reason, without a fact
	run "$1" "$2" && says ".run == \"unrecognised\" and .facts == [] and (.remark | contains(\"$3\"))"
}
check "a page instead of a package" refused apk "http://www.$domain/page.apk" "不是 ZIP"
check "half a package" refused apk "http://www.$domain/half.apk" "结尾"
check "an iOS package is no Android one" refused apk "http://www.$domain/app.ipa" "没有要找的"
check "a server that knows no ranges is not drained" refused apk "http://noranges.$domain/app.apk" "不支持按字节范围"
check "... it was cut off" eval 'sent; [ "$(sent)" -lt 6000000 ]'
gone() { run apk "http://www.$domain/none.apk" && says '.run == "done" and .facts == [] and .status == 404'; }
check "a package that is gone" gone
finish
