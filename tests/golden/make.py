#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the golden captures anew: tests/golden/make.py [NAME...], `made` for all of made/ (tests/golden/cases/).

Each case below builds packets with scapy and says, packet by packet, what they mean. Those lines are the truth that
expected.jsonl holds; beiand has no part in them. All names and addresses are invented (RFC 2606, RFC 5737, RFC 3849).
The same input gives the same bytes: times, addresses and sequence numbers are fixed.
"""
import datetime
import json
import logging
import os
import struct
import sys

logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.layers.dns import DNS, DNSQR, DNSRR  # noqa: E402
from scapy.layers.inet import IP, TCP, UDP, fragment  # noqa: E402
from scapy.layers.inet6 import (IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,  # noqa: E402
                                IPv6ExtHdrRouting)
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether  # noqa: E402
from scapy.layers.vxlan import VXLAN  # noqa: E402
from scapy.utils import PcapWriter  # noqa: E402
from cases import core, files, fragments, http, layers, names, quic, tcp, tls  # noqa: E402,F401
from wire import (CNAME_ROWS, Quic, client_hello, cname_answer, crypto, framed, gquic, query, records,  # noqa: E402
                  request)

START = 1795248000  # 2026-11-21T08:00:00Z
CLIENT, SERVER, RESOLVER = "192.0.2.10", "198.51.100.80", "192.0.2.53"
CLIENT6, SERVER6 = "2001:db8::10", "2001:db8:80::80"
CASES = {}


def case(fn):
    CASES[fn.__name__.replace("_", "-")] = fn
    return fn


class Capture:
    """Packets, 1 ms apart, and the lines that they mean, in the order in which they become known."""

    def __init__(self):
        self.packets, self.lines = [], []

    def add(self, layer3, vlan=(), snap=None):
        eth = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
        for tag in vlan:
            eth = eth / tag
        raw = bytes(eth / layer3)
        self.packets.append((raw[:snap], len(raw)))
        return len(self.packets) - 1

    def time(self, i):
        at = datetime.datetime.fromtimestamp(START, datetime.timezone.utc) + datetime.timedelta(milliseconds=i)
        return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def means(self, kind, name, extra, ends, i=None):
        """A message that packet i (the last one added) completed; ends: (source, destination) as printed."""
        i = len(self.packets) - 1 if i is None else i
        self.lines.append(dict(kind=kind, name=name, extra=extra, t=self.time(i), src=ends[0], dst=ends[1]))

    def write(self, folder):
        with PcapWriter(os.path.join(folder, "input.pcap"), linktype=1) as w:
            w.write_header(None)
            for i, (raw, wire) in enumerate(self.packets):
                w.write_packet(raw, sec=START, usec=i * 1000, caplen=len(raw), wirelen=wire)
        with open(os.path.join(folder, "expected.jsonl"), "w", encoding="utf-8") as f:
            for line in self.lines:
                f.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n")


class Stream:
    """One direction of a TCP connection; segments are cut out of its bytes by offset."""

    def __init__(self, cap, data, dport, sport=40000, base=None, seq=1000):
        self.cap, self.data, self.seq = cap, data, seq
        self.base = base if base is not None else IP(src=CLIENT, dst=SERVER)
        v6 = IPv6 in self.base
        form = "[%s]:%d" if v6 else "%s:%d"
        self.ends = (form % (self.base.src, sport), form % (self.base.dst, dport))
        self.ports = dict(sport=sport, dport=dport)

    def packet(self, flags, seq, payload=b""):
        tcp = TCP(flags=flags, seq=seq % 2 ** 32, ack=0 if flags == "S" else 5000, window=64240, **self.ports)
        return self.base / tcp / payload

    def syn(self):
        self.cap.add(self.packet("S", self.seq - 1))
        return self

    def send(self, start=0, end=None, other=None, snap=None):
        """data[start:end], or other bytes in its place"""
        part = self.data[start:end] if other is None else other
        return self.cap.add(self.packet("PA", self.seq + start, part), snap=snap)

    def fin(self):
        self.cap.add(self.packet("FA", self.seq + len(self.data)))

    def means(self, kind, name, extra, i=None):
        self.cap.means(kind, name, extra, self.ends, i)


# -- the cases

EDGE = dict(sport=50000, dport=443)
EDGES = (CLIENT + ":50000", SERVER + ":443")


def datagram(payload, **fields):
    return IP(src=CLIENT, dst=SERVER) / UDP(**{**EDGE, **fields}) / payload


@case
def quic_scrambled(cap):
    """A post-quantum hello of three datagrams in disorder, its CRYPTO frames shuffled among padding, pings and ACKs:
    plain, in VXLAN, in IP fragments, in QinQ with IPv6, and with version 2."""
    def over(i, version, wrap):
        name = "pq%d.example.cn" % i
        hello = client_hello(name, 1900)
        q = Quic(version, b"original%02d" % i)
        cuts = [n * 137 for n in (11, 3, 7, 0, 14, 5, 9, 1, 12, 2, 8, 4, 13, 6, 10)]
        packets = []
        for part in (cuts[:5], cuts[5:10], cuts[10:]):
            frames = b"".join(crypto(hello, at, at + 137) + (b"\x01", b"\0\0\0", b"\x02\x05\0\x01\0\0\0")[at % 3] for at in part)
            packets.append(q.initial(frames))
        for part in (2, 0, 1):
            for layer3, tags in wrap(packets[part]):
                cap.add(layer3, tags)
        return name, "0x%08x" % version

    cap.means("quic-sni", *over(0, 1, lambda p: [(datagram(p), ())]), EDGES)
    inner = Ether(src="02:00:00:00:01:01", dst="02:00:00:00:01:02")
    cap.means("quic-sni", *over(1, 1, lambda p: [
        (IP(src="203.0.113.1", dst="203.0.113.2") / UDP(sport=40000, dport=4789) / VXLAN(vni=7) / inner / datagram(p), ())]), EDGES)
    cap.means("quic-sni", *over(2, 0x6b3343cf, lambda p: [(f, ()) for f in reversed(fragment(datagram(p), 600))]), EDGES)
    cap.means("quic-sni", *over(3, 0xff00001d, lambda p: [
        (IPv6(src=CLIENT6, dst=SERVER6) / UDP(**EDGE) / p, (Dot1AD(vlan=5), Dot1Q(vlan=6)))]),
        ("[%s]:50000" % CLIENT6, "[%s]:443" % SERVER6))


@case
def quic_handshakes(cap):
    """What surrounds a hello: coalesced packets, 0-RTT, a Retry, a connection id that changes, repetitions, a forged packet
    and a server's answer. Each hello is told once."""
    hello, rtt0 = client_hello("first.example.cn", 700), b"\xd0\0\0\0\1\x08original\0\x05zrtt!"
    q = Quic()
    first = q.initial(crypto(hello, 0, 400), 0)
    whole = first + rtt0 + q.initial(crypto(hello, 400, len(hello)), 0)
    cap.add(datagram(whole))
    cap.means("quic-sni", "first.example.cn", "0x00000001", EDGES)
    cap.add(datagram(whole))
    cap.add(IP(src=SERVER, dst=CLIENT) / UDP(sport=443, dport=50000) / Quic(dcid=b"whatever").initial(b"\x02\0\0\0\0", dcid=b""))
    cap.add(datagram(q.initial(b"\x02\0\0\0\0", dcid=b"of the server")))

    hello = client_hello("retried.example.cn", 1500)
    before, after = Quic(dcid=b"before it"), Quic(dcid=b"its")
    cap.add(datagram(before.initial(crypto(hello, 0, 1000)), sport=50001))
    cap.add(IP(src=SERVER, dst=CLIENT) / UDP(sport=443, dport=50001) / (b"\xf0\0\0\0\1\0\x03itstoken" + bytes(16)))
    cap.add(datagram(after.initial(crypto(hello, 1000, len(hello)), token=b"token"), sport=50001))
    cap.add(datagram(after.initial(crypto(hello, 0, 1000), token=b"token"), sport=50001))
    cap.means("quic-sni", "retried.example.cn", "0x00000001", (CLIENT + ":50001", EDGES[1]))

    hello = client_hello("moved.example.cn", 1500)
    q = Quic(scid=b"client")
    cap.add(datagram(q.initial(crypto(hello, 1000, len(hello))), sport=50002))
    cap.add(datagram(q.initial(crypto(hello, 0, 1000), dcid=b"srv"), sport=50002))
    cap.means("quic-sni", "moved.example.cn", "0x00000001", (CLIENT + ":50002", EDGES[1]))

    forged = bytearray(Quic().initial(crypto(client_hello("forged.example.cn"), 0, 2000)))
    forged[-1] ^= 1
    cap.add(datagram(bytes(forged), sport=50003))
    cap.add(datagram(b"\xca\x1a\x2a\x3a\x4a" + first[5:], sport=50004))
    half = client_hello("half.example.cn", 1500)
    cap.add(datagram(Quic().initial(crypto(half, 0, 1000)), sport=50005))


@case
def quic_google(cap):
    """gQUIC's own hello (CHLO) in the clear, with the header of Q043, without a version, and of Q046; then one that the
    hash does not prove."""
    cid = b"connect!"
    rows = ((b"\x09" + cid + b"Q043\1", b"\xa0\1\0\4", b"q043.example.cn", "Q043"),
            (b"\x08" + cid + b"\2", b"\x40\2\1\6\0\xa0\1\0\4", b"later.example.cn", "-"),
            (b"\xc3Q046\x50" + cid + b"\0\0\0\1", b"\xa0\1\0\4", b"q046.example.cn", "Q046"))
    for header, frame, name, version in rows:
        cap.add(datagram(gquic(header, frame, name)))
        cap.means("quic-sni", name.decode(), version, EDGES)
    bad = bytearray(gquic(*rows[1][:2], b"bad.example.cn"))
    bad[40] ^= 1
    cap.add(datagram(bytes(bad)))


@case
def tls_split(cap):
    """A ClientHello over two segments, cut in the middle of the server name; another over ten records."""
    hello = records(client_hello("JW.example.edu.cn"))
    s = Stream(cap, hello, 443).syn()
    cut = hello.index(b"example") + 3
    s.send(0, cut)
    s.send(cut)
    s.means("tls-sni", "jw.example.edu.cn", "-")
    many = client_hello("pan.example.edu.cn")
    s = Stream(cap, records(many, len(many) // 9), 8443, 40001).syn()
    s.send()
    s.means("tls-sni", "pan.example.edu.cn", "-")


@case
def tls_swapped(cap):
    """A large ClientHello in three segments that arrive 1, 3, 2; then one whose second segment comes first."""
    hello = records(client_hello("xk.example.edu.cn", padding=2400))
    s = Stream(cap, hello, 443).syn()
    s.send(0, 1000)
    s.send(2000)
    s.send(1000, 2000)
    s.means("tls-sni", "xk.example.edu.cn", "-")
    s = Stream(cap, hello, 443, 40001, seq=2 ** 32 - 700).syn()  # the sequence number wraps inside
    s.send(1300)
    s.send(0, 1300)
    s.means("tls-sni", "xk.example.edu.cn", "-")


@case
def tcp_retransmit(cap):
    """Segments sent again: the same bytes, other bytes in the same place (the first ones count), and an overlap."""
    first = request("/first", "one.example.cn")
    s = Stream(cap, first, 80).syn()
    s.send(0, 20)
    s.send(0, 20)
    s.send(0, 20, other=b"GET /other HTTP/1.1\r\n"[:20])
    s.send(10)
    s.means("http-request", "one.example.cn", "GET /first")
    s.send()
    s.send(other=b"X" * len(first))
    s.fin()


@case
def vlan(cap):
    """802.1Q, priority tag, QinQ (802.1ad) and two 802.1Q tags around DNS, and a reply with compressed names."""
    udp = UDP(sport=40000, dport=53)
    ends = (CLIENT + ":40000", RESOLVER + ":53")
    tags = [(), (Dot1Q(vlan=7),), (Dot1Q(vlan=0, prio=5),), (Dot1AD(vlan=3), Dot1Q(vlan=4)), (Dot1Q(vlan=5), Dot1Q(vlan=6))]
    for i, tag in enumerate(tags):
        cap.add(IP(src=CLIENT, dst=RESOLVER) / udp / query("V%d.Example.edu.cn" % i, "AAAA"), tag)
        cap.means("dns-query", "v%d.example.edu.cn" % i, "28", ends)
    cap.add(IP(src=RESOLVER, dst=CLIENT) / UDP(sport=53, dport=40000) / cname_answer(), (Dot1Q(vlan=7),))
    for name, extra in CNAME_ROWS:
        cap.means("dns-answer", name, extra, ends[::-1])


@case
def ipv6_exthdr(cap):
    """IPv6 with hop-by-hop, routing and destination options headers before UDP and TCP, and a fragmented answer."""
    exts = IPv6ExtHdrHopByHop() / IPv6ExtHdrRouting(addresses=[]) / IPv6ExtHdrDestOpt()
    ends = ("[%s]:40000" % CLIENT6, "[%s]:53" % SERVER6)
    cap.add(IPv6(src=CLIENT6, dst=SERVER6) / exts / UDP(sport=40000, dport=53) / query("six.example.cn"))
    cap.means("dns-query", "six.example.cn", "1", ends)
    s = Stream(cap, request("/6", "[2001:DB8:80::80]:8080"), 8080, 40001, IPv6(src=CLIENT6, dst=SERVER6) / exts).syn()
    s.ends = ("[%s]:40001" % CLIENT6, "[%s]:8080" % SERVER6)
    s.send()
    s.means("http-request", "[2001:db8:80::80]:8080", "GET /6")
    whole = bytes(IPv6(src=SERVER6, dst=CLIENT6) / UDP(sport=53, dport=40000) / cname_answer())[40:]
    for offset, end, more in ((48, None, 0), (0, 48, 1)):  # the last fragment first
        frag = IPv6ExtHdrFragment(nh=17, id=9, offset=offset // 8, m=more)
        cap.add(IPv6(src=SERVER6, dst=CLIENT6) / frag / whole[offset:end])
    for name, extra in CNAME_ROWS:
        cap.means("dns-answer", name, extra, ends[::-1])


@case
def ip_fragments(cap):
    """An IPv4 answer in fragments that arrive last first, and a query in one fragment too few."""
    answer = IP(src=RESOLVER, dst=CLIENT, id=77) / UDP(sport=53, dport=40000) / cname_answer()
    for part in reversed(fragment(answer, fragsize=40)):
        cap.add(part)
    for name, extra in CNAME_ROWS:
        cap.means("dns-answer", name, extra, (RESOLVER + ":53", CLIENT + ":40000"))
    lost = IP(src=CLIENT, dst=RESOLVER, id=78) / UDP(sport=40000, dport=53) / query("never-whole.example.cn")
    cap.add(fragment(lost, fragsize=24)[0])


@case
def dns_tcp(cap):
    """DNS over TCP: two queries in one segment, answers cut inside the length and inside a record."""
    data = framed(query("a.example.cn")) + framed(query("b.example.cn", "CNAME", 2))
    s = Stream(cap, data, 53, base=IP(src=CLIENT, dst=RESOLVER)).syn()
    s.send()
    s.means("dns-query", "a.example.cn", "1")
    s.means("dns-query", "b.example.cn", "5")
    answers = framed(cname_answer()) + framed(DNS(id=2, qr=1, qd=DNSQR(qname="b.example.cn", qtype="A"),
                                                  an=DNSRR(rrname="b.example.cn", type="A", rdata="198.51.100.9")))
    one = 2 + len(cname_answer())
    r = Stream(cap, answers, 40000, 53, IP(src=RESOLVER, dst=CLIENT), 9000)
    r.send(0, 1)
    r.send(1, 60)
    r.send(60, one + 1)
    for name, extra in CNAME_ROWS:
        r.means("dns-answer", name, extra)
    r.send(one + 1)
    r.means("dns-answer", "b.example.cn", "A:198.51.100.9")


@case
def dns_by_content(cap):
    """DNS on another port is known by its content; mDNS, LLMNR and NetBIOS are not DNS; nor is a broken message."""
    base = IP(src=CLIENT, dst=RESOLVER)
    cap.add(base / UDP(sport=40000, dport=9953) / query("odd.example.cn"))
    cap.means("dns-query", "odd.example.cn", "1", (CLIENT + ":40000", RESOLVER + ":9953"))
    cap.add(base / UDP(sport=40000, dport=9953) / (bytes(query("odd.example.cn")) + b"!"))
    for port in (5353, 5355, 137):
        cap.add(base / UDP(sport=port, dport=port) / query("printer.local"))
    cap.add(base / UDP(sport=40000, dport=53) / query("."))
    cap.means("dns-query", ".", "1", (CLIENT + ":40000", RESOLVER + ":53"))
    loop = struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0) + b"\xc0\x0c\0\x01\0\x01"
    cap.add(base / UDP(sport=40000, dport=53) / loop)
    odd = struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0) + b"\x03a.\\\x02\xe5\xad\0\0\x10\0\x01"
    cap.add(base / UDP(sport=40000, dport=53) / odd)
    cap.means("dns-query", "a.\\x5c.\\xe5\\xad", "16", (CLIENT + ":40000", RESOLVER + ":53"))


@case
def http_pipelined(cap):
    """Three requests in one segment, the fourth over two; a folded field; the reply's body only looks like a request."""
    referer = "https://servicewechat.com/wx0123456789abcdef/12/page-frame.html"
    one = request("/1?q=a", "APP.Example.cn:8080", User_Agent="Agent/1.0 (x; y)", Referer=referer)
    two = request("/2", "app.example.cn", User_Agent="long\r\n  folded") + b"\r\n"
    three = b"GET /3 HTTP/1.0\n\n"
    four = request("*", "app.example.cn", "OPTIONS")
    s = Stream(cap, one + two + three + four, 8080).syn()
    split = len(one + two + three) + 11
    s.send(0, split)
    s.means("http-request", "app.example.cn:8080", "GET /1?q=a")
    s.means("http-referer", referer, "app.example.cn:8080")
    s.means("http-user-agent", "Agent/1.0 (x; y)", "app.example.cn:8080")
    s.means("http-request", "app.example.cn", "GET /2")
    s.means("http-user-agent", "long folded", "app.example.cn")
    s.means("http-request", "-", "GET /3")
    s.send(split)
    s.means("http-request", "app.example.cn", "OPTIONS *")
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\nGET /no HTTP/1.1\r\nHost: no.example\r\n\r\n...."
    back = Stream(cap, reply, 40000, 8080, IP(src=SERVER, dst=CLIENT), 9000)
    back.send()
    back.means("http-answer", "-", "200")


@case
def http_keepalive(cap):
    """Bodies by length and in chunks hold text that looks like requests; only what follows them is one."""
    inner = request("/no", "no.example")
    one = request("/upload", "up.example.cn", "POST", Content_Length=len(inner)) + inner
    chunks = b"%x;ext=1\r\n%s\r\n5\r\nabcde\r\n0\r\nTrailer: t\r\n\r\n" % (len(inner), inner)
    two = request("/chunked", "up.example.cn", "PUT", Transfer_Encoding="chunked") + chunks
    three = request("/after", "up.example.cn")
    s = Stream(cap, one + two + three, 80).syn()
    a, b = len(one), len(one + two)
    s.send(0, a - 10)
    s.means("http-request", "up.example.cn", "POST /upload")
    s.send(a - 10, b - len(chunks) + 2)  # in the middle of a chunk's size
    s.means("http-request", "up.example.cn", "PUT /chunked")
    s.send(b - len(chunks) + 2, b - 30)
    s.send(b - 30)
    s.means("http-request", "up.example.cn", "GET /after")
    s.fin()


@case
def http_tunnel(cap):
    """CONNECT and the ClientHello inside its tunnel; a WebSocket, after which nothing is HTTP any more."""
    head = request("vpn.example.edu.cn:443", "vpn.example.edu.cn:443", "CONNECT")
    s = Stream(cap, head + records(client_hello("vpn.example.edu.cn")), 3128).syn()
    s.send(0, len(head))
    s.means("http-request", "vpn.example.edu.cn:443", "CONNECT vpn.example.edu.cn:443")
    s.send(len(head))
    s.means("tls-sni", "vpn.example.edu.cn", "-")
    head = request("/ws", "live.example.cn", Connection="Upgrade", Upgrade="websocket")
    s = Stream(cap, head + b"\x81\x85abcdXXXXX" + request("/no", "no.example"), 80, 40001).syn()
    s.send(0, len(head))
    s.means("http-request", "live.example.cn", "GET /ws")
    s.send(len(head))


@case
def tcp_hole(cap):
    """A segment that the mirror lost: the request across it is given up, the next one is found; a body may have holes."""
    one = request("/lost", "lost.example.cn", Cookie="c" * 400)
    two = request("/found", "found.example.cn")
    s = Stream(cap, one + two, 80).syn()
    s.send(0, 100)
    s.send(len(one))  # 100 .. len(one) never comes
    found = len(cap.packets) - 1
    s.fin()
    first = s
    body = request("/body", "up.example.cn", "POST", Content_Length=3000)
    s = Stream(cap, body + b"b" * 3000 + two, 80, 40001).syn()
    s.send(0, len(body) + 1000)
    s.means("http-request", "up.example.cn", "POST /body")
    s.send(len(body) + 2000)  # 1000 bytes of the body never come
    s.means("http-request", "found.example.cn", "GET /found")
    # until the end of the capture the lost segment might still have come
    first.means("http-request", "found.example.cn", "GET /found", found)


@case
def tcp_midstream(cap):
    """Connections that began before the capture: no SYN, rubbish first, then a request at a segment's start."""
    data = b"\x00\x01tail of something\xff" * 20 + request("/mid", "mid.example.cn")
    s = Stream(cap, data, 80)
    cut = data.index(b"GET /mid")
    s.send(0, cut)
    s.send(cut)
    s.means("http-request", "mid.example.cn", "GET /mid")


@case
def snapped(cap):
    """Packets cut by a short snap length: a question that is whole counts, a hello or a head that is cut does not."""
    udp = IP(src=CLIENT, dst=RESOLVER) / UDP(sport=40000, dport=53)
    raw = bytes(query("whole.example.cn"))
    cap.add(udp / (raw[:10] + b"\0\x01" + raw[12:] + b"\0\0\x29\x04\xd0\0\0\0\0\0\0"), snap=14 + 28 + len(raw) + 4)
    cap.means("dns-query", "whole.example.cn", "1", (CLIENT + ":40000", RESOLVER + ":53"))
    cap.add(udp / query("cut.example.cn"), snap=14 + 28 + 20)
    Stream(cap, records(client_hello("cut.example.cn")), 443).syn().send(snap=128)
    s = Stream(cap, request("/cut", "cut.example.cn", Cookie="c" * 200), 80, 40001).syn()
    s.send(snap=128)


MADE = """# made

Captures that `tests/golden/make.py made` makes (tests/golden/cases/; packets and names are invented), one defect or layer
each. What they hold is written down while the packets are built:

- `truth.tsv`: capture, kind, name, extra, count; `packets`: the packets (from 0) that carry each message, `;` between
  messages, `-` where a lost packet changes what the others mean; `more`: further members of the printed line.
- `counters.tsv`: counters of `beianctl observe` that have to show exactly this.

| capture | what it shows |
|---|---|"""

README = """# {name}

{doc}

Made by `tests/golden/make.py {name}` (scapy; packets and names are invented). The expected lines are written by the
generator from what it put into the packets.
"""


def write_folder(name):
    here = os.path.dirname(os.path.abspath(__file__))
    cap, folder = Capture(), os.path.join(here, name)
    CASES[name](cap)
    os.makedirs(folder, exist_ok=True)
    cap.write(folder)
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as f:
        f.write(README.format(name=name, doc=CASES[name].__doc__.strip()))


def write_made():
    """All of made/ at once, since its captures share the tables beside them."""
    made = os.path.join(os.path.dirname(os.path.abspath(__file__)), "made")
    os.makedirs(made, exist_ok=True)
    truth, counters, about = [], [], []
    for name, (fn, options) in sorted(core.CASES.items()):
        cap = core.Cap(**options)
        fn(cap)
        name += files.suffix(cap)
        with open(os.path.join(made, name), "wb") as f:
            f.write(files.written(cap))
        truth += ["\t".join((name,) + row) for row in cap.truth()]
        counters += ["%s\t%s\t%d" % (name, c, v) for c, v in cap.counters.items()]
        about.append("| %s | %s |" % (name, " ".join(fn.__doc__.split())))
    for name, head, lines in (("truth.tsv", "capture\tkind\tname\textra\tcount\tpackets\tmore", truth),
                              ("counters.tsv", "capture\tcounter\tvalue", counters), ("README.md", MADE, about)):
        with open(os.path.join(made, name), "w", encoding="utf-8") as f:
            f.write("\n".join([head] + lines) + "\n")


def main():
    for name in sys.argv[1:] or list(CASES) + ["made"]:
        write_made() if name == "made" else write_folder(name)


main()
