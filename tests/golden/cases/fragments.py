# SPDX-License-Identifier: GPL-2.0-or-later
"""IP fragments: of DNS, of QUIC Initials, of TCP segments; in disorder, overlapping, too many, nested."""
import struct

from wire import client_hello, records

from cases.core import RESOLVER, SERVER, TUNNEL, Talk, case, dns, eth, frame, ip4, trio


def piece4(ip, start, end, ident, last, body=None):
    """Octets start..end of an IPv4 packet's payload as a fragment"""
    body = ip[20:][start:end] if body is None else body
    flags = (0 if last else 0x2000) | start // 8
    return frame(ip4(ip[9], body, ".".join(map(str, ip[12:16])), ".".join(map(str, ip[16:20])), id=ident,
                     flags=flags >> 13, frag=flags & 0x1fff))


def cut4(ip, size, ident):
    """All fragments of an IPv4 packet, in order"""
    whole = len(ip) - 20
    return [piece4(ip, at, min(at + size, whole), ident, at + size >= whole) for at in range(0, whole, size)]


def cut6(ip, size, ident):
    whole, out = ip[40:], []
    for at in range(0, len(whole), size):
        body = whole[at:at + size]
        head = struct.pack(">BBHI", ip[6], 0, at | (at + size < len(whole)), ident)
        out.append(eth(0x86dd, ip[:4] + struct.pack(">HB", len(body) + 8, 44) + ip[7:40] + head + body))
    return out


class Cutter:
    """A wrap for core.trio that fragments each packet under an identification of its own."""

    def __init__(self, cut, size, order=lambda frames: frames):
        self.cut, self.size, self.order, self.ident = cut, size, order, 0

    def __call__(self, ip):
        self.ident += 1
        return self.order(self.cut(ip, self.size, self.ident))


def register(name, doc, cut, size, order, v6):
    def make(cap):
        trio(cap, Cutter(cut, size, order), name, v6)
        cap.counts(ip_fragment=0, dns_query=1, tls_hello=1, quic_hello=1)
    make.__doc__ = doc
    case(name)(make)


def inside_out(frames):
    return frames[1::2] + frames[::2]


register("fragments-v4", "Each packet in IPv4 fragments of 24 octets, in order: the TCP header is in two of them at most.",
         cut4, 24, list, False)
register("fragments-v4-tiny", "IPv4 fragments of 8 octets, the last one first: the TCP header lies over three.",
         cut4, 8, lambda f: f[::-1], False)
register("fragments-v4-mixed", "IPv4 fragments, those with odd numbers first.", cut4, 64, inside_out, False)
register("fragments-v6", "IPv6 fragments, in order.", cut6, 64, list, True)
register("fragments-v6-reversed", "IPv6 fragments, the last one first.", cut6, 40, lambda f: f[::-1], True)


@case()
def fragments_of_tunnels(cap):
    """Packets in a tunnel whose outer packets are fragments."""
    outer = Cutter(cut4, 400, inside_out)
    trio(cap, lambda ip: outer(ip4(4, ip, id=0, **TUNNEL)), "outer-cut")
    cap.counts(ip_fragment=0)


@case()
def fragments_in_fragments(cap):
    """Fragments in a tunnel whose outer packets are fragments too."""
    inner = Cutter(cut4, 64, lambda f: f[::-1])

    def both(ip):
        out = []
        for i, f in enumerate(inner(ip)):
            out += cut4(ip4(47, struct.pack(">HH", 0, 0x0800) + f[14:], **TUNNEL), 40, inner.ident * 100 + i)
        return out
    trio(cap, both, "both-cut")
    cap.counts(ip_fragment=0)


@case(loss=False)
def fragments_overlap(cap):
    """Fragments that overlap: the octets that came first stay, in the question and in the hello; the same fragment again
    changes nothing."""
    ip = dns("first.example.cn")
    lie = dns("wrong.example.cn")
    size = len(ip) - 20
    cap.add(piece4(ip, 16, size, 7, True))
    cap.add(piece4(ip, 8, 40, 7, False, lie[28:60]))
    cap.add(piece4(ip, 0, 16, 7, False))
    cap.row("dns-query", "first.example.cn", "1")
    ip = dns("second.example.cn")
    for start, end, body in ((0, 24, None), (0, 24, None), (16, 40, b"#" * 24), (24, 48, None), (40, len(ip) - 20, None)):
        cap.add(piece4(ip, start, end, 8, end == len(ip) - 20, body))
    # 16..24 came first and true, 24..40 came first and false
    cap.counts(dns_query=1)


@case(loss=False)
def fragments_wrong(cap):
    """Teardrop, ping of death, a second end, a length that is no multiple of 8, and one that never comes: counted, no name."""
    ip = dns("never.example.cn")
    size = len(ip) - 20
    cap.add(piece4(ip, 0, 24, 1, False))
    cap.add(piece4(ip, 8, 16, 1, True))           # ends inside what is there
    cap.add(piece4(ip, 65512, 65536, 2, True, bytes(24)))
    cap.add(piece4(ip, 0, 20, 3, False))          # 20 is no multiple of 8
    cap.add(piece4(ip, 0, 24, 4, False))
    cap.add(piece4(ip, 24, size, 4, True))
    cap.row("dns-query", "never.example.cn", "1")
    cap.add(piece4(ip, 24, size, 5, True))
    cap.wait(40)
    cap.add(piece4(ip, 0, 24, 5, False))          # forty seconds later it is another datagram's
    cap.add(frame(dns("after.example.cn")))
    cap.row("dns-query", "after.example.cn", "1")
    cap.counts(dns_query=2, ip_fragment=6)


@case(loss=False)
def fragments_flood(cap):
    """Two hundred datagrams of which the end never comes: the table makes room, what is whole after them is read."""
    for i in range(200):
        cap.add(piece4(dns("flood%d.example.cn" % i), 0, 24, 1000 + i, False))
    for f in cut4(dns("after.example.cn"), 24, 5):
        cap.add(f)
    cap.row("dns-query", "after.example.cn", "1")
    cap.counts(dns_query=1, ip_fragment=200)


@case()
def fragments_atomic(cap):
    """IPv6 packets with a fragment header that are whole all the same (RFC 6946), even while another datagram of the same
    identification is under way."""
    def atomic(ip):
        head = struct.pack(">BBHI", ip[6], 0, 0, 9)
        return [eth(0x86dd, ip[:4] + struct.pack(">HB", len(ip) - 40 + 8, 44) + ip[7:40] + head + ip[40:])]
    under_way = cut6(dns("under-way.example.cn", v6=True), 24, 9)
    a = cap.add_all(under_way[:1])
    trio(cap, atomic, "atomic", v6=True)
    cap.row("dns-query", "under-way.example.cn", "1", a + cap.add_all(under_way[1:]))


@case()
def fragments_of_two(cap):
    """Datagrams of two protocols and of two pairs of ends under one identification, their fragments mixed."""
    one = cut4(dns("one.example.cn"), 24, 77)
    two = cut4(dns("two.example.cn", src=SERVER, dst=RESOLVER), 24, 77)
    tcp = Talk(cap, records(client_hello("three.example.cn", 200)), dst=RESOLVER)
    seg = tcp.packet("PA", 0, tcp.data)
    three = cut4(seg, 200, 77)
    names = (("dns-query", "one.example.cn", "1"), ("dns-query", "two.example.cn", "1"), ("tls-sni", "three.example.cn", "-"))
    got = [[], [], []]
    for step in range(max(len(one), len(two), len(three))):
        for i, frames in enumerate((one, two, three)):
            if step < len(frames):
                got[i].append(cap.add(frames[step]))
    for row, packets in zip(names, got):
        cap.row(*row, packets)
    cap.counts(ip_fragment=0)
