# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS: questions and answers in all their forms, over UDP and TCP; messages that lie."""
import struct

from wire import framed

from cases.core import CLIENT, CLIENT6, RESOLVER, SERVER6, Talk, case, frame, udp


def wire(name):
    """A name in labels, without compression"""
    labels = [] if name in (b"", b".") else name.split(b".")
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def header(flags=0x0100, questions=1, answers=0, authority=0, additional=0, ident=1):
    return struct.pack(">6H", ident, flags, questions, answers, authority, additional)


def question(name, kind=1, cls=1):
    return wire(name) + struct.pack(">HH", kind, cls)


def record(owner, kind, data, cls=1, ttl=60):
    """owner: bytes as on the wire (a pointer or wire(name))"""
    return owner + struct.pack(">HHIH", kind, cls, ttl, len(data)) + data


OPT = record(b"\0", 41, b"\0\x0a\0\x08cookie!!" + b"\0\x08\0\7\0\1\x18\0\xc0\0\2", 1232, 0)  # COOKIE, client subnet
HERE = b"\xc0\x0c"


def ask(cap, message, sport=40000, dport=53):
    return [cap.add(frame(udp(message, sport, dport, CLIENT, RESOLVER)))]


def reply(cap, message, sport=53):
    return [cap.add(frame(udp(message, sport, 40000, RESOLVER, CLIENT)))]


@case()
def dns_edns(cap):
    """Questions with EDNS (cookie, client subnet, padding), with TSIG behind, with DO and CD; answers with EDNS."""
    ask(cap, header(0x0110, 1, additional=1) + question(b"edns.example.cn", 65) + OPT)
    cap.row("dns-query", "edns.example.cn", "65")
    padded = record(b"\0", 41, b"\0\x0c\0\x40" + bytes(64), 1232, 0x8000)
    ask(cap, header(0x0100, 1, additional=1) + question(b"padded.example.cn", 28) + padded)
    cap.row("dns-query", "padded.example.cn", "28")
    tsig = record(wire(b"key.example.cn"), 250, wire(b"hmac-sha256") + bytes(6) + struct.pack(">HH", 300, 32) + bytes(32) + bytes(6), 255, 0)
    ask(cap, header(0x0100, 1, additional=2) + question(b"signed.example.cn") + OPT + tsig)
    cap.row("dns-query", "signed.example.cn", "1")
    reply(cap, header(0x8180, 1, 1, 0, 1) + question(b"edns.example.cn") + record(HERE, 1, b"\xc6\x33\x64\x07") + OPT)
    cap.row("dns-answer", "edns.example.cn", "A:198.51.100.7")
    cap.counts(dns_query=3, dns_answer=1, dns_bad=0)


@case()
def dns_chain(cap):
    """A chain of eight CNAMEs with compression, then two addresses; each link is kept."""
    body = header(0x8180, 1, 10) + question(b"c0.example.cn")
    suffix = 12 + 1 + 2  # of "example.cn" in the question
    for i in range(8):
        owner = HERE if i == 0 else struct.pack(">H", 0xc000 | at)
        target = b"\2c%d" % (i + 1) + struct.pack(">H", 0xc000 | suffix)
        at = len(body) + len(owner) + 10
        body += record(owner, 5, target)
    last = struct.pack(">H", 0xc000 | at)
    body += record(last, 1, b"\xc6\x33\x64\x08") + record(last, 28, bytes.fromhex("20010db8000000000000000000000008"))
    got = reply(cap, body)
    for i in range(8):
        cap.row("dns-answer", "c%d.example.cn" % i, "CNAME:c%d.example.cn" % (i + 1), got)
    cap.row("dns-answer", "c8.example.cn", "A:198.51.100.8", got)
    cap.row("dns-answer", "c8.example.cn", "AAAA:2001:db8::8", got)
    cap.counts(dns_answer=10, dns_bad=0)


def service_params(*pairs):
    return b"".join(struct.pack(">HH", k, len(v)) + v for k, v in pairs)


def ech_configs(*configs):
    """ECHConfigList (RFC 9849 section 4) of these (config_id, public_name), or of a whole one as bytes"""
    out = b""
    for one in configs:
        if isinstance(one, bytes):
            out += one
            continue
        config, name = one
        body = bytes([config]) + b"\0\x20" + struct.pack(">H", 32) + bytes(32) + b"\0\4\0\1\0\1" + b"\x40" + bytes([len(name)]) + name + b"\0\0"
        out += b"\xfe\x0d" + struct.pack(">H", len(body)) + body
    return struct.pack(">H", len(out)) + out


@case()
def dns_services(cap):
    """HTTPS and SVCB records (RFC 9460): alias, service with ALPN, port, hints and ECH, a target of its own."""
    full = service_params((1, b"\2h3\2h2"), (3, b"\x20\xfb"), (4, b"\xc6\x33\x64\x07"), (5, ech_configs((42, b"public.example.cn"))))
    body = header(0x8180, 1, 3) + question(b"web.example.cn", 65)
    body += record(HERE, 65, b"\0\1\0" + full)
    body += record(HERE, 65, b"\0\2" + wire(b"other.example.cn") + service_params((1, b"\2h2")))
    body += record(HERE, 65, b"\0\0" + wire(b"alias.example.cn"))
    got = reply(cap, body)
    cap.row("dns-service", "web.example.cn", "HTTPS:.", got, priority=1, port=8443, ech=42, ech_name="public.example.cn")
    cap.row("dns-service", "web.example.cn", "HTTPS:other.example.cn", got, priority=2)
    cap.row("dns-service", "web.example.cn", "HTTPS:alias.example.cn", got, priority=0)
    body = header(0x8180, 1, 1) + question(b"_dns.example.cn", 64) + \
        record(HERE, 64, b"\0\1" + wire(b"dot.example.cn") + service_params((1, b"\3dot"), (3, b"\x03\x55")))
    got = reply(cap, body)
    cap.row("dns-service", "_dns.example.cn", "SVCB:dot.example.cn", got, priority=1, port=853)
    cap.counts(dns_service=4, dns_bad=0)


@case()
def dns_ech_configs(cap):
    """Several ECH configurations in a record: behind one of another version, with one that is too short to be read, and more
    than are kept. A client may take any of them."""
    later = b"\xfe\x0a\0\3abc"
    broken = b"\xfe\x0d\0\2\7\0"
    two = ech_configs(later, (1, b"first.example.cn"), broken, (2, b"second.example.cn"))
    six = ech_configs(*[(i, b"cover.example.cn") for i in range(10, 16)])
    body = header(0x8180, 1, 3) + question(b"hidden.example.cn", 65)
    for owner, params in ((b"two", two), (b"six", six), (b"none", ech_configs(later))):
        body += record(wire(owner + b".example.cn"), 65, b"\0\1\0" + service_params((5, params)))
    got = reply(cap, body)
    cap.row("dns-service", "two.example.cn", "HTTPS:.", got, ech=1, ech_name="first.example.cn",
            ech_others=[{"ech": 2, "ech_name": "second.example.cn"}], ech_more=None)
    cap.row("dns-service", "six.example.cn", "HTTPS:.", got, ech=10, ech_name="cover.example.cn",
            ech_others=[{"ech": i, "ech_name": "cover.example.cn"} for i in (11, 12, 13)], ech_more=2)
    cap.row("dns-service", "none.example.cn", "HTTPS:.", got, ech=0, ech_name=None, ech_others=None)
    cap.counts(dns_service=3, dns_bad=0)


@case()
def dns_odd_questions(cap):
    """The root, labels with dots, blanks and octets that are no ASCII, capitals, a name of 253 octets, types ANY, PTR, TXT and
    65535, classes CH and ANY, inverse query names."""
    longest = b".".join([b"a" * 63] * 3 + [b"b" * 61])
    rows = ((b".", 2, 1, "."), (b"MiXeD.Example.CN", 1, 1, "mixed.example.cn"), (longest, 1, 1, longest.decode()),
            (b"\xd6\xd0\xce\xc4.example.cn", 1, 1, "\\xd6\\xd0\\xce\\xc4.example.cn"), (b"any.example.cn", 255, 1, "any.example.cn"),
            (b"7.100.51.198.in-addr.arpa", 12, 1, "7.100.51.198.in-addr.arpa"), (b"txt.example.cn", 16, 1, "txt.example.cn"),
            (b"strange.example.cn", 65535, 1, "strange.example.cn"), (b"version.bind", 16, 3, "version.bind"),
            (b"class.example.cn", 1, 255, "class.example.cn"), (b"_sip._udp.example.cn", 33, 1, "_sip._udp.example.cn"),
            (b"a b.example.cn", 1, 1, "a b.example.cn"))
    for name, kind, cls, seen in rows:
        ask(cap, header() + question(name, kind, cls))
        cap.row("dns-query", seen, str(kind))
    ask(cap, header() + b"\7a.b\\c d\2cn\0\0\1\0\1")
    cap.row("dns-query", "a.b\\x5cc d.cn", "1")
    cap.counts(dns_query=len(rows) + 1, dns_bad=0)


@case()
def dns_several_questions(cap):
    """Two questions in one message; a notify and an update, of which the one asks and the other does not."""
    got = ask(cap, header(0x0100, 2) + question(b"first.example.cn") + question(b"second.example.cn", 28))
    cap.row("dns-query", "first.example.cn", "1", got)
    cap.row("dns-query", "second.example.cn", "28", got)
    ask(cap, header(0x2800) + question(b"update.example.cn", 6))
    cap.counts(dns_query=2)


@case()
def dns_answers(cap):
    """Answers of other types beside addresses, of another class, in an NXDOMAIN with a CNAME, without a question, truncated
    (TC): what is whole is told."""
    body = header(0x8180, 1, 4) + question(b"mixed.example.cn", 255) + record(HERE, 16, b"\3txt") + record(HERE, 1, b"\1\2\3\4", 3)
    body += record(HERE, 15, b"\0\x0a" + wire(b"mail.example.cn")) + record(HERE, 1, b"\xc6\x33\x64\x09")
    reply(cap, body)
    cap.row("dns-answer", "mixed.example.cn", "A:198.51.100.9")
    body = header(0x8183, 1, 1) + question(b"gone.example.cn") + record(HERE, 5, wire(b"nowhere.example.cn"))
    reply(cap, body)
    cap.row("dns-answer", "gone.example.cn", "CNAME:nowhere.example.cn")
    reply(cap, header(0x8400, 0, 1) + record(wire(b"bare.example.cn"), 1, b"\xc6\x33\x64\x0a"))
    cap.row("dns-answer", "bare.example.cn", "A:198.51.100.10")
    reply(cap, header(0x8380, 1, 0) + question(b"cut.example.cn"))
    cap.counts(dns_answer=3, dns_bad=0)


@case()
def dns_lies(cap):
    """Compression that loops, points forward or into the header, labels of 64 octets, a name of 300, counts too high, an
    address of 5 octets, a record longer than the message: refused and counted; what came whole before is told."""
    ask(cap, header() + HERE + b"\0\1\0\1")
    ask(cap, header() + b"\1a\xc0\x0c\0\1\0\1")
    ask(cap, header() + b"\xc0\x20" + bytes(30))
    ask(cap, header() + b"\x40" + b"x" * 64 + b"\0\0\1\0\1")
    ask(cap, header() + wire(b".".join([b"y" * 60] * 5)) + b"\0\1\0\1")
    ask(cap, header(questions=5) + question(b"counted.example.cn"))
    cap.row("dns-query", "counted.example.cn", "1")
    reply(cap, header(0x8180, 1, 2) + question(b"five.example.cn") + record(HERE, 1, b"\1\2\3\4\5") + record(HERE, 1, b"\xc6\x33\x64\x0b"))
    cap.row("dns-answer", "five.example.cn", "A:198.51.100.11")
    reply(cap, header(0x8180, 1, 1) + question(b"long.example.cn") + HERE + struct.pack(">HHIH", 1, 1, 60, 400) + b"\1\2\3\4")
    ask(cap, header()[:11])
    cap.counts(dns_query=1, dns_answer=1, dns_bad=9)


@case()
def dns_over_tcp(cap):
    """Over TCP: the length alone in a segment, two messages in one, one over three swapped segments, IPv6; on another port."""
    one, two = header() + question(b"one.tcp.example.cn"), header(ident=2) + question(b"two.tcp.example.cn", 28)
    talk = Talk(cap, framed(one) + framed(two), 53, dst=RESOLVER).syn()
    got = talk.cuts((0, 2), (2, 20), (20, None))
    cap.row("dns-query", "one.tcp.example.cn", "1", got)
    cap.row("dns-query", "two.tcp.example.cn", "28", got)
    talk = Talk(cap, framed(header() + question(b"swapped.tcp.example.cn")), 53, 40001, dst=RESOLVER).syn()
    cap.row("dns-query", "swapped.tcp.example.cn", "1", talk.cuts((10, 30), (30, None), (0, 10)))
    talk = Talk(cap, framed(header() + question(b"six.tcp.example.cn", 65)), 53, 40002, src=CLIENT6, dst=SERVER6).syn()
    cap.row("dns-query", "six.tcp.example.cn", "65", talk.send())
    talk = Talk(cap, framed(header() + question(b"odd.tcp.example.cn")), 5300, 40003, dst=RESOLVER).syn()
    cap.row("dns-query", "odd.tcp.example.cn", "1", talk.send())
    cap.counts(dns_query=5, dns_bad=0)


@case()
def dns_not(cap):
    """Asked of the link and not of a server (mDNS, LLMNR, NetBIOS), or no DNS at all though on its port."""
    for port in (5353, 5355, 137):
        ask(cap, header() + question(b"printer.local"), port, port)
    ask(cap, b"\x16\x03\x01" + bytes(range(60)))
    ask(cap, header() + question(b"odd-port.example.cn"), 40000, 9953)
    cap.row("dns-query", "odd-port.example.cn", "1")
    ask(cap, header() + question(b"no.example.cn") + b"trailing", 40000, 9953)
    cap.counts(dns_query=1)
