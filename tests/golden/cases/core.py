# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture in the making: its packets, and what they mean. Rows are written down while the packets are built."""
import json
import struct

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.packet import Raw
from wire import Quic, client_hello, crypto, query, records

START = 1795248000  # 2026-11-21T08:00:00Z
CLIENT, SERVER, RESOLVER = "192.0.2.10", "198.51.100.80", "192.0.2.53"
CLIENT6, SERVER6 = "2001:db8::10", "2001:db8:80::80"
TUNNEL = dict(src="203.0.113.1", dst="203.0.113.2")
TUNNEL6 = dict(src="2001:db8:ffff::1", dst="2001:db8:ffff::2")
CASES = {}


def case(name=None, **options):
    """Registers a maker: fn(cap), its docstring says what the capture shows. options go to Cap."""
    def add(fn):
        CASES[name or fn.__name__.replace("_", "-")] = (fn, options)
        return fn
    return add


class Cap:
    """loss: whether packets may be taken out at random without changing what the others mean."""

    def __init__(self, linktype=1, form="pcap", loss=True):
        self.linktype, self.form, self.loss = linktype, form, loss
        self.packets, self.rows, self.counters = [], {}, {}
        self.clock = START * 1000000
        self.interfaces = []  # of pcapng: (linktype, options)

    def add(self, raw, snap=None, interface=0):
        """One packet, a millisecond after the one before it; its number."""
        raw = bytes(raw)
        self.packets.append((self.clock, raw[:snap], len(raw), interface))
        self.clock += 1000
        return len(self.packets) - 1

    def add_all(self, frames):
        return [self.add(f) for f in frames]

    def wait(self, seconds):
        self.clock += int(seconds * 1000000)

    def row(self, kind, name, extra="-", packets=None, **more):
        """A message; packets: those that carry its bytes (the last one unless said)."""
        row = self.rows.setdefault((kind, name, extra), dict(count=0, packets=[], more={}))
        row["count"] += 1
        row["packets"].append(sorted(packets if packets is not None else [len(self.packets) - 1]))
        row["more"].update(more)

    def counts(self, **counters):
        for name, value in counters.items():
            self.counters[name.replace("_", "-")] = value

    def truth(self):
        for (kind, name, extra), row in self.rows.items():
            groups = ";".join(",".join(map(str, g)) for g in row["packets"]) if self.loss else "-"
            more = json.dumps(row["more"], ensure_ascii=False, sort_keys=True) if row["more"] else "-"
            yield kind, name, extra, str(row["count"]), groups, more


# -- layers, by hand: header bytes in front of what they carry

def eth(kind, payload, src="020000000001", dst="020000000002"):
    return bytes.fromhex(dst + src) + struct.pack(">H", kind) + bytes(payload)


def tagged(tags, kind, payload):
    """tags: (type, tag control) from the outside in"""
    for tpid, control in reversed(tags):
        payload, kind = struct.pack(">HH", control, kind) + bytes(payload), tpid
    return eth(kind, payload)


def ip4(proto, payload, src=CLIENT, dst=SERVER, **fields):
    return bytes(IP(src=src, dst=dst, proto=proto, **fields) / Raw(bytes(payload)))


def ip6(proto, payload, src=CLIENT6, dst=SERVER6, **fields):
    return bytes(IPv6(src=src, dst=dst, nh=proto, **fields) / Raw(bytes(payload)))


def frame(ip):
    """An Ethernet frame around a packet of either version."""
    ip = bytes(ip)
    return eth(0x86dd if ip[0] >> 4 == 6 else 0x0800, ip)


def udp(payload, sport=40000, dport=53, src=CLIENT, dst=SERVER, **fields):
    net = IPv6 if ":" in src else IP
    return bytes(net(src=src, dst=dst, **fields) / UDP(sport=sport, dport=dport) / Raw(bytes(payload)))


def dns(name, qtype="A", ident=1, v6=False, **fields):
    """An IP packet with a query"""
    ends = dict(src=CLIENT6, dst=SERVER6) if v6 else dict(src=CLIENT, dst=RESOLVER)
    return udp(bytes(query(name, qtype, ident)), **{**ends, **fields})


class Talk:
    """One direction of a TCP connection; segments are cut out of its bytes by offset. wrap: IP packet -> frames."""

    def __init__(self, cap, data, dport=443, sport=40000, seq=1000, wrap=None, src=CLIENT, dst=SERVER, **fields):
        self.cap, self.data, self.seq = cap, bytes(data), seq
        self.ports = dict(sport=sport, dport=dport)
        self.net = (IPv6 if ":" in src else IP)(src=src, dst=dst, **fields)
        self.wrap = wrap or (lambda ip: [frame(ip)])
        self.acks = 5000
        self.opened = []

    def packet(self, flags, at, payload=b""):
        ack = 0 if flags == "S" else self.acks
        tcp = TCP(flags=flags, seq=(self.seq + at) % 2 ** 32, ack=ack, window=64240, **self.ports)
        return bytes(self.net / tcp / Raw(payload)) if payload else bytes(self.net / tcp)

    def put(self, flags, at, payload=b"", snap=None):
        """The numbers of the packets it took"""
        return [self.cap.add(f, snap) for f in self.wrap(self.packet(flags, at, payload))]

    def syn(self, flags="S"):
        self.opened = self.put(flags, -1)
        return self

    def send(self, start=0, end=None, other=None, snap=None):
        return self.put("PA", start, self.data[start:end] if other is None else other, snap)

    def cuts(self, *order):
        """Sends the parts between the given offsets, in this order: cuts((0, 10), (20, None), (10, 20)). When it is not
        the first one that comes first, only the handshake tells that something is missing: it belongs to the message."""
        return sum((self.send(a, b) for a, b in order), list(self.opened) if order[0][0] else [])

    def fin(self):
        return self.put("FA", len(self.data))

    def rst(self, at=None):
        return self.put("R", len(self.data) if at is None else at)


def quic_over(hello, parts, wrap, version=1, dcid=b"original", sport=50000, src=CLIENT, dst=SERVER, **fields):
    """The frames of Initials that carry hello; parts: for each datagram a list of (start, end) in sending order."""
    q = Quic(version, dcid)
    for ranges in parts:
        frames = b"".join(crypto(hello, a, b) for a, b in ranges)
        yield wrap(udp(q.initial(frames), sport, 443, src, dst, **fields))


def trio(cap, wrap, label, v6=False, tcp=True):
    """What each tunnel has to carry: a DNS query, a TLS hello in two swapped segments behind its SYN, and a QUIC hello
    whose two datagrams are swapped. wrap: IP packet -> frames."""
    ends = dict(src=CLIENT6, dst=SERVER6) if v6 else {}
    got = cap.add_all(wrap(dns("dns.%s.example.cn" % label, v6=v6)))
    cap.row("dns-query", "dns.%s.example.cn" % label, "1", got)
    if tcp:
        hello = records(client_hello("tls.%s.example.cn" % label))
        talk = Talk(cap, hello, wrap=wrap, **ends).syn()
        cap.row("tls-sni", "tls.%s.example.cn" % label, "-", talk.cuts((60, None), (0, 60)))
    hello = client_hello("quic.%s.example.cn" % label, 900)
    got = []
    for frames in reversed(list(quic_over(hello, ([(700, 2000), (0, 300)], [(300, 700)]), wrap, **ends))):
        got += cap.add_all(frames)
    cap.row("quic-sni", "quic.%s.example.cn" % label, "0x00000001", got)
