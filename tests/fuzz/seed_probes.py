#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/fuzz/seed_probes.py [TARGET...]: writes the inputs below tests/fuzz/corpus/TARGET that are not text and that
nobody could write by hand: of axml, certificate, html (UTF-16), job, msg, plist and zip; without a TARGET all of them.
Needs aapt (for axml and the packages of zip) and openssl (for certificate): scripts/deps test. All but certificates,
whose keys are new each time, come out the same; findings of the fuzzers that lie beside them are left alone.
What each target makes of its first bytes stands in tests/fuzz/fuzz_TARGET.c, the forms of job and msg in ipc/."""
import io
import os
import plistlib
import struct
import subprocess
import sys
import tempfile
import zipfile

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def write(target, name, *parts):
    os.makedirs(os.path.join(CORPUS, target), exist_ok=True)
    with open(os.path.join(CORPUS, target, name), "wb") as f:
        f.write(b"".join(parts))


# -- frames: big endian, texts behind their length

def u8(n):
    return struct.pack(">B", n)


def u16(n):
    return struct.pack(">H", n)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def text(s):
    return u16(len(s.encode())) + s.encode()


def texts(*all_of_them):
    return b"".join(text(s) for s in all_of_them)


TIME = 1795276800000000  # microseconds


def result(outcome, remark, facts, transcript):
    head = u64(7) + u8(outcome) + u16(200) + u16(1) + u16(2) + u32(60) + texts('"x"', "Sat, 21 Nov 2026 08:00:00 GMT", remark)
    told = b"".join(u8(kind) + u8(sure) + texts(value, note) for kind, sure, value, note in facts)
    return head + u16(len(facts)) + told + u64(0) + text(transcript)


def job():
    facts = [(0, 100, "教务系统", ""), (1, 90, "京ICP备05000001号-1", "江州理工大学")]
    write("job", "done", u8(0), result(0, "备注", facts, "> GET /\n< 200\n"))
    write("job", "empty", u8(0), result(3, "", [], ""))
    write("job", "host", u8(1), u64(7), u8(0), texts("jw.example.edu.cn", "page", "", 'W/"a"', ""), u8(0), u32(0xabc), u8(2),
          texts("example.edu.cn", "example.com"))
    write("job", "mini", u8(1), u64(7), u8(1), texts("wx0123456789abcdef", "record", "", "", ""), u8(1), u32(0xffffffff), u8(0))
    write("job", "view", u8(2), u8(1), text("requests"), u64(12), u32(3), u8(1), text("jw.example.edu.cn"), u64(TIME), u8(1), u32(5))


def msg():
    one = u64(1) + u64(2) + u8(0) + text("jw.example.edu.cn") + u8(3) + u64(3)
    sketch = u16(1) + u64(42)
    servers = u8(1) + bytes(16) + u16(443) + u64(0)
    links = u8(1) + u8(0) + text("a.cn") + u64(1) + u64(0)
    messages = {  # the order of `readers` in fuzz_msg.c
        "peer": u8(2) + text("sensor[eth0]"),
        "result": u8(1) + text("没有"),
        "roles": u8(1) + text("store") + u32(7) + u32(0) + u64(1),
        "hello": text("sensor") + u8(1),
        "welcome": u64(9) + bytes(16) + u8(1),
        "source": text("a.pcap"),
        "ended": u64(9) + u8(1),
        "ack": u64(9) + u64(1),
        "counters": u64(9) + u8(1) + text("packets") + u64(7),
        "deliver": u64(9) + text("file") + u8(1) + b"{}",
        "delivered": u64(9) + text("file") + u8(1) + text("full"),
        "request": u8(2) + texts("app", "A1"),
        "end": u64(9) + texts("ab" * 16, "cd" * 32),
        "event": u8(1) + u8(1) + u64(TIME) + texts("eth1#2", "网卡 eth1 没有链路"),
        "batch": u64(9) + u64(1) + u16(1) + one + sketch + servers + links + u8(0) + u64(0),
    }
    for i, (name, body) in enumerate(messages.items()):
        write("msg", name, u8(i), body)
    write("msg", "batch-empty", u8(len(messages) - 1), u64(9), u64(1), u16(0))


def html():
    write("html", "utf16", b"text/html\n", "\ufeff<title>教务</title>湘ICP备05000001号".encode("utf-16-le"))
    write("html", "utf16be", b"text/html\n", "\ufeff<title>教务</title>湘ICP备05000001号".encode("utf-16-be"))


# -- property lists

INFO = {
    "CFBundleIdentifier": "cn.edu.example.app", "CFBundleShortVersionString": "1.2", "CFBundleVersion": "3",
    "CFBundleDisplayName": "示例 App", "CFBundleName": "short", "MinimumOSVersion": "13.0",
    "NSCameraUsageDescription": "扫码签到", "Nested": [{"c": "x"}, 9, -1, 1.5, True, b"bytes"],
}
LIST = {"items": [{"assets": [{"kind": "software-package", "url": "https://a.cn/x.ipa"}],
                   "metadata": {"bundle-identifier": "a.b", "bundle-version": "1", "title": "t"}}]}


def plist():
    write("plist", "binary", plistlib.dumps(INFO, fmt=plistlib.FMT_BINARY))
    write("plist", "xml", plistlib.dumps(INFO))
    write("plist", "list", plistlib.dumps(LIST))


# -- Android's own tool

PUBLIC = {"label": 0x01010001, "name": 0x01010003, "minSdkVersion": 0x0101020c, "versionCode": 0x0101021b,
          "versionName": 0x0101021c, "targetSdkVersion": 0x01010270}
MANIFEST = """<manifest xmlns:android='http://schemas.android.com/apk/res/android' package='%s' %s>%s</manifest>"""
APP = MANIFEST % ("cn.edu.example.app", "android:versionCode='317' android:versionName='3.1.7'",
                  "<uses-sdk android:minSdkVersion='21' android:targetSdkVersion='30'/>"
                  "<uses-permission android:name='android.permission.CAMERA'/>"
                  "<application android:label='@string/app'><activity android:name='.A'/></application>")


def put(folder, name, content):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(content)


def aapt(folder, *args):
    subprocess.run(["aapt", "package", "-f", *args], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def compiled(*options):
    """The manifest and the resource table that aapt makes of APP."""
    with tempfile.TemporaryDirectory() as folder:
        rows = "".join(f"<public type='attr' name='{k}' id='{v:#010x}'/>" for k, v in PUBLIC.items())
        rows += "".join(f"<attr name='{k}' format='reference|string|integer'/>" for k in PUBLIC)
        put(folder, "fw/AndroidManifest.xml", MANIFEST % ("android", "", ""))
        put(folder, "fw/res/values/v.xml", f"<resources>{rows}</resources>")
        put(folder, "app/AndroidManifest.xml", APP)
        put(folder, "app/res/values/s.xml", "<resources><string name='app'>@string/b</string><string name='b'>Example</string></resources>")
        put(folder, "app/res/values-zh/s.xml", "<resources><string name='b'>示例</string></resources>")
        put(folder, "app/res/values-zh-rTW/s.xml", "<resources><string name='b'>範例</string></resources>")
        aapt(folder, "-x", "-M", "fw/AndroidManifest.xml", "-S", "fw/res", "-F", "fw.apk")
        aapt(folder, "-M", "app/AndroidManifest.xml", "-S", "app/res", "-I", "fw.apk", "-F", "app.apk", *options)
        with zipfile.ZipFile(os.path.join(folder, "app.apk")) as z:
            return z.read("AndroidManifest.xml"), z.read("resources.arsc")


def axml():
    for name, options in (("", []), ("16", ["--utf16"])):
        manifest, table = compiled(*options)
        write("axml", "manifest" + name, b"\0", manifest)
        write("axml", "table" + name, b"\1", table)


# -- archives: the first byte is how the server answers

def entry(name):
    e = zipfile.ZipInfo(name, (2026, 5, 1, 12, 30, 0))
    e.compress_type = zipfile.ZIP_DEFLATED
    return e


def archive(files, zip64=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in files.items():
            with z.open(entry(name), "w", force_zip64=zip64) as f:
                f.write(data)
    return out.getvalue()


def end64(data):
    """The same with its end in the form of ZIP64 (APPNOTE.TXT 4.3.14 and 4.3.15)."""
    at = data.rindex(b"PK\5\6")
    entries, size, start = struct.unpack("<HII", data[at + 10:at + 20])
    record = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, entries, entries, size, start)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, at, 1)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
    return data[:at] + record + locator + end


def archives():
    manifest, table = compiled()
    files = {"AndroidManifest.xml": manifest, "resources.arsc": table, "res/x.png": b"x" * 40}
    info, place = plistlib.dumps(INFO, fmt=plistlib.FMT_BINARY), "Payload/示例.app/Info.plist"
    apk = archive(files)
    write("zip", "apk", b"\0", apk)
    write("zip", "short", b"\1", apk)
    write("zip", "whole", b"\2", apk)
    write("zip", "zip64", b"\0", archive(files, zip64=True))
    write("zip", "end64", b"\0", end64(apk))
    write("zip", "ipa", b"\0", archive({place: info, "Payload/示例.app/PlugIns/x.appex/Info.plist": b"x"}))
    write("zip", "ipa-xml", b"\0", archive({place: plistlib.dumps(INFO)}))
    write("zip", "list", b"\0", plistlib.dumps(LIST))


# -- certificates

def signed(folder, *options):
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-keyout", os.devnull, "-outform", "DER", "-out", "c.der", *options],
                   cwd=folder, check=True, stderr=subprocess.DEVNULL)
    with open(os.path.join(folder, "c.der"), "rb") as f:
        return f.read()


def certificate():
    with tempfile.TemporaryDirectory() as folder:
        ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        rsa = signed(folder, "-newkey", "rsa:1024", "-subj", "/CN=x")
        write("certificate", "rsa", rsa)
        write("certificate", "short", rsa[:100])
        write("certificate", "san", signed(
            folder, *ec, "-utf8", "-subj", "/C=CN/O=示例大学/CN=jw.example.edu.cn", "-days", "90", "-addext",
            "subjectAltName=DNS:jw.example.edu.cn,DNS:*.example.edu.cn,IP:192.0.2.1,email:a@example.edu.cn"))


TARGETS = {"axml": axml, "certificate": certificate, "html": html, "job": job, "msg": msg, "plist": plist, "zip": archives}

if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in TARGETS]
    if unknown:
        sys.exit(f"seed_probes.py: 没有 {unknown[0]};可选: {' '.join(TARGETS)}")
    for target in sys.argv[1:] or TARGETS:
        TARGETS[target]()
