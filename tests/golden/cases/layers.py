# SPDX-License-Identifier: GPL-2.0-or-later
"""Link layers and tunnels: each carries the three of core.trio."""
import struct

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.packet import Raw

from cases.core import (CLIENT, CLIENT6, RESOLVER, TUNNEL, TUNNEL6, case, dns, eth, frame, ip4, ip6, tagged, trio)


def ethertype(ip):
    return 0x86dd if ip[0] >> 4 == 6 else 0x0800


def tags(*pairs):
    return lambda ip: [tagged(pairs, ethertype(ip), ip)]


def mpls(*labels):
    """Entries of a stack, the last one with the bottom bit (RFC 3032 section 2.1)"""
    return b"".join(struct.pack(">I", label << 12 | (i == len(labels) - 1) << 8 | 64) for i, label in enumerate(labels))


def over(proto, header=b"", outer=ip4, ends=None):
    """Behind an outer IP header: wrap(payload bytes)"""
    ends = ends or (TUNNEL6 if outer is ip6 else TUNNEL)
    return lambda inner: [frame(outer(proto, header + inner, **ends))]


def in_udp(port, header, v6=False, sport=49152, checksum=True):
    def wrap(inner):
        net = IPv6(**TUNNEL6) if v6 else IP(**TUNNEL)
        u = UDP(sport=sport, dport=port) if checksum else UDP(sport=sport, dport=port, chksum=0)
        return [frame(bytes(net / u / Raw(header + bytes(inner))))]
    return wrap


def gre(flags, kind, optional=b""):
    return struct.pack(">HH", flags, kind) + optional


def bridged(wrap, inner=frame):
    return lambda ip: wrap(inner(ip))


def ppp(ip):
    return struct.pack(">H", 0x57 if ip[0] >> 4 == 6 else 0x21) + ip


def pppoe(ip, code=0, kind=0x8864):
    body = ppp(ip)
    return kind, struct.pack(">BBHH", 0x11, code, 7, len(body)) + body


def vlan_inside(ip):
    return tagged([(0x8100, 5)], ethertype(ip), ip)


GRE_ALL = struct.pack(">HHII", 0, 0, 7, 1)  # checksum is not looked at; key, sequence number

# name: (what it shows, wrap, with IPv6 inside)
WRAPS = {
    "eth-llc-snap": ("IEEE 802.3 with LLC and SNAP (RFC 1042)",
                     lambda ip: [eth(len(ip) + 8, b"\xaa\xaa\x03\0\0\0" + struct.pack(">H", ethertype(ip)) + ip)], False),
    "vlan-one": ("one 802.1Q tag", tags((0x8100, 7)), False),
    "vlan-priority": ("a priority tag: VLAN 0", tags((0x8100, 0xa000)), False),
    "vlan-8021ad": ("802.1ad outside, 802.1Q inside", tags((0x88a8, 100), (0x8100, 7)), False),
    "vlan-8021ad-alone": ("one 802.1ad tag", tags((0x88a8, 100)), True),
    "vlan-9100": ("the old 0x9100 outside, 802.1Q inside", tags((0x9100, 100), (0x8100, 7)), False),
    "vlan-nested": ("0x9100, 802.1ad, 802.1Q and a priority tag, all four", tags((0x9100, 1), (0x88a8, 2), (0x8100, 3), (0x8100, 0)), True),
    "vlan-snap": ("802.1Q in front of an 802.3 length with LLC and SNAP",
                  lambda ip: [tagged([(0x8100, 7)], len(ip) + 8, b"\xaa\xaa\x03\0\0\0" + struct.pack(">H", ethertype(ip)) + ip)], False),
    "mpls-one": ("one MPLS label", lambda ip: [eth(0x8847, mpls(1000) + ip)], False),
    "mpls-three": ("three MPLS labels, IPv6 inside", lambda ip: [eth(0x8847, mpls(1000, 16, 30) + ip)], True),
    "mpls-null": ("explicit null and an entropy label (RFC 6790)", lambda ip: [eth(0x8848, mpls(1000, 7, 555, 0) + ip)], False),
    "mpls-vlan": ("MPLS behind a VLAN tag", lambda ip: [tagged([(0x8100, 9)], 0x8847, mpls(20) + ip)], False),
    "pw-control-word": ("Ethernet pseudo-wire with control word (RFC 4448 section 4.6)",
                        lambda ip: [eth(0x8847, mpls(1000, 2000) + bytes(4) + frame(ip))], False),
    "pw-control-word-number": ("the same, the sequence number counts",
                               lambda ip: [eth(0x8847, mpls(2000) + b"\0\0\x12\x34" + frame(ip))], False),
    "pw-plain-02": ("without control word; the inner address begins with 02, which looks like one",
                    lambda ip: [eth(0x8847, mpls(2000) + frame(ip))], False),
    "pw-plain-48": ("without control word; the inner address begins with 48, which looks like IPv4",
                    lambda ip: [eth(0x8847, mpls(2000) + eth(ethertype(ip), ip, dst="480000000002"))], False),
    "pw-plain-60": ("without control word; the inner address begins with 60, which looks like IPv6",
                    lambda ip: [eth(0x8847, mpls(2000) + eth(ethertype(ip), ip, dst="600000000002"))], False),
    "pw-plain-b8": ("without control word; the inner address is like nothing else; a VLAN tag inside",
                    lambda ip: [eth(0x8847, mpls(2000) + b"\xb8" + vlan_inside(ip)[1:])], True),
    "pppoe": ("PPPoE session", lambda ip: [eth(*pppoe(ip))], False),
    "pppoe-v6": ("PPPoE session behind a VLAN tag, IPv6 inside", lambda ip: [tagged([(0x8100, 7)], *pppoe(ip))], True),
    "gre": ("GRE (RFC 2784)", lambda ip: over(47, gre(0, ethertype(ip)))(ip), False),
    "gre-key": ("GRE with a key (RFC 2890)", lambda ip: over(47, gre(0x2000, ethertype(ip), b"\0\0\0\7"))(ip), False),
    "gre-checksum": ("GRE with a checksum", lambda ip: over(47, gre(0x8000, ethertype(ip), b"\x12\x34\0\0"))(ip), True),
    "gre-sequence": ("GRE with a sequence number", lambda ip: over(47, gre(0x1000, ethertype(ip), b"\0\0\0\1"))(ip), False),
    "gre-all": ("GRE with checksum, key and sequence number", lambda ip: over(47, gre(0xb000, ethertype(ip), GRE_ALL))(ip), False),
    "gre-bridged": ("Ethernet in GRE, a VLAN tag inside", bridged(over(47, gre(0, 0x6558)), vlan_inside), False),
    "gre-mpls": ("MPLS in GRE (RFC 4023)", over(47, gre(0, 0x8847) + mpls(77)), False),
    "gre-over-v6": ("GRE over IPv6", lambda ip: over(47, gre(0x2000, ethertype(ip), b"\0\0\0\7"), ip6)(ip), False),
    "gre-pptp": ("PPTP: GRE version 1 with PPP (RFC 2637), sequence and acknowledgement",
                 lambda ip: over(47, gre(0x3081, 0x880b, struct.pack(">HHII", len(ppp(ip)), 9, 1, 1)))(ppp(ip)), False),
    "erspan-1": ("ERSPAN type I: GRE without a sequence number, then the frame", bridged(over(47, gre(0, 0x88be))), False),
    "erspan-2": ("ERSPAN type II", bridged(over(47, gre(0x1000, 0x88be, b"\0\0\0\1") + struct.pack(">II", 0x10050003, 9))), False),
    "erspan-2-vlan": ("ERSPAN type II, a tagged frame inside",
                      bridged(over(47, gre(0x1000, 0x88be, b"\0\0\0\1") + struct.pack(">II", 0x10051803, 9)), vlan_inside), True),
    "erspan-3": ("ERSPAN type III", bridged(over(47, gre(0x1000, 0x22eb, b"\0\0\0\1") + struct.pack(">III", 0x20050003, 1, 0))), False),
    "erspan-3-platform": ("ERSPAN type III with the platform's eight octets",
                          bridged(over(47, gre(0x1000, 0x22eb, b"\0\0\0\1") + struct.pack(">IIIQ", 0x20050003, 1, 1, 3 << 58))), False),
    "vxlan": ("VXLAN (RFC 7348), UDP checksum 0", bridged(in_udp(4789, b"\x08\0\0\0\0\0\7\0", checksum=False)), False),
    "vxlan-8472": ("VXLAN on Linux's first port, a tagged frame inside", bridged(in_udp(8472, b"\x08\0\0\0\0\0\7\0"), vlan_inside), False),
    "vxlan-over-v6": ("VXLAN over IPv6, IPv6 inside", bridged(in_udp(4789, b"\x08\0\0\0\0\0\7\0", True)), True),
    "vxlan-gbp": ("VXLAN with a group policy id in the reserved bits", bridged(in_udp(4789, b"\x88\0\0\x11\0\0\7\0")), False),
    "vxlan-gpe-eth": ("VXLAN-GPE with an Ethernet frame", bridged(in_udp(4790, b"\x0c\0\0\3\0\0\7\0")), False),
    "vxlan-gpe-ipv4": ("VXLAN-GPE with IPv4", in_udp(4790, b"\x0c\0\0\1\0\0\7\0"), False),
    "vxlan-gpe-ipv6": ("VXLAN-GPE with IPv6", in_udp(4790, b"\x0c\0\0\2\0\0\7\0"), True),
    "geneve": ("GENEVE (RFC 8926) with an Ethernet frame", bridged(in_udp(6081, b"\0\0\x65\x58\0\0\7\0")), False),
    "geneve-options": ("GENEVE with 12 octets of options, one of them critical",
                       bridged(in_udp(6081, b"\3\x40\x65\x58\0\0\7\0" + b"\1\1\x80\1\1\2\3\4" + b"\1\1\2\0")), False),
    "geneve-options-most": ("GENEVE with 252 octets of options",
                            bridged(in_udp(6081, b"\x3f\0\x65\x58\0\0\7\0" + (b"\1\1\2\x0f" + bytes(60)) * 3 + b"\1\1\2\x0e" + bytes(56))), False),
    "geneve-ipv4": ("GENEVE with IPv4 and no Ethernet", in_udp(6081, b"\0\0\x08\0\0\0\7\0"), False),
    "geneve-ipv6": ("GENEVE with IPv6 over IPv6", in_udp(6081, b"\0\0\x86\xdd\0\0\7\0", True), True),
    "ip-in-ip": ("IPv4 in IPv4 (RFC 2003)", over(4), False),
    "6in4": ("IPv6 in IPv4 (RFC 4213)", over(41), True),
    "4in6": ("IPv4 in IPv6 (RFC 2473)", over(4, outer=ip6), False),
    "6in6": ("IPv6 in IPv6 (RFC 2473)", over(41, outer=ip6), True),
    "etherip": ("EtherIP (RFC 3378)", bridged(over(97, b"\x30\0")), False),
    "teredo": ("Teredo (RFC 4380) with authentication and origin headers",
               in_udp(3544, b"\0\1\0\0" + bytes(9) + b"\0\0\x12\x34" + bytes(4)), True),
    "gtp-u": ("GTP-U with a sequence number and an extension header",
              lambda ip: in_udp(2152, struct.pack(">BBHI", 0x36, 255, len(ip) + 8, 5) + b"\0\1\0\x85" + b"\1\x10\2\0")(ip), False),
    "vxlan-in-gre": ("VXLAN in GRE over IPv6 in 802.1ad and 802.1Q",
                     lambda ip: [tagged([(0x88a8, 1), (0x8100, 2)], 0x86dd,
                                        ip6(47, gre(0, 0x0800) + bridged(in_udp(4789, b"\x08\0\0\0\0\0\7\0"))(ip)[0][14:], **TUNNEL6))], False),
    "erspan-of-vxlan": ("a mirrored VXLAN packet: ERSPAN II around VXLAN around Ethernet",
                        lambda ip: over(47, gre(0x1000, 0x88be, b"\0\0\0\1") + struct.pack(">II", 0x10050003, 9))(
                            bridged(in_udp(4789, b"\x08\0\0\0\0\0\7\0"))(ip)[0]), True),
}



SNAP = b"\xaa\xaa\x03\0\0\0"


def wifi(ip, flags=b"\x08\x01", more=b""):
    """An 802.11 data frame; more: what stands behind its three addresses and sequence"""
    return flags + bytes(2) + bytes.fromhex("020000000001020000000002020000000003") + bytes(2) + more + SNAP + \
        struct.pack(">H", ethertype(ip)) + ip


def capwap(flags, binding=1, ident=0, offset=0):
    return struct.pack(">IHH", 2 << 19 | 1 << 14 | binding << 9 | flags, ident, offset)


def capwap_fragments(ip):
    """The last one first; the identification is of the bytes, so that two packets do not share it"""
    body = wifi(ip)
    half, ident = len(body) // 16 * 8, sum(ip) & 0xffff
    return [in_udp(5247, capwap(0x1c0, 1, ident, half))(body[half:])[0], in_udp(5247, capwap(0x180, 1, ident, 0))(body[:half])[0]]


def swapped(ip):
    """As some controllers mirror it: the octets of the frame control exchanged"""
    return wifi(ip, b"\x01\x08")


WRAPS.update({
    "pbb": ("provider backbone bridge (IEEE 802.1ah): B-TAG, I-TAG and the customer's tagged frame",
            lambda ip: [tagged([(0x88a8, 10)], 0x88e7, b"\0\0\x12\x34" + vlan_inside(ip))], False),
    "vntag": ("VN-Tag in front of an 802.1Q tag", lambda ip: [eth(0x8926, b"\0\1\0\2" + vlan_inside(ip)[12:])], False),
    "etag": ("E-TAG (IEEE 802.1BR)", lambda ip: [eth(0x893f, b"\0\0\0\1\0\2" + frame(ip)[12:])], False),
    "fabricpath": ("FabricPath", lambda ip: [eth(0x8903, b"\0\x60" + frame(ip))], False),
    "nsh": ("service chain (RFC 8300) with metadata, over Ethernet, a frame inside",
            lambda ip: [eth(0x894f, struct.pack(">HBBI", 0x0fc6, 1, 3, 0x0102ff) + bytes(16) + frame(ip))], False),
    "nsh-ipv6": ("service chain in VXLAN-GPE, IPv6 inside", in_udp(4790, b"\x0c\0\0\4\0\0\7\0" + struct.pack(">HBBI", 0x0fc2, 2, 2, 0x0102ff)), True),
    "vxlan-gpe-plain": ("VXLAN-GPE without the P flag is VXLAN", bridged(in_udp(4790, b"\x08\0\0\0\0\0\7\0")), False),
    "l2tp": ("L2TP version 2 with length and sequence fields",
             lambda ip: in_udp(1701, struct.pack(">HHHHHH", 0x4802, len(ppp(ip)) + 14, 5, 6, 1, 1) + b"\xff\3")(ppp(ip)), False),
    "capwap-ethernet": ("CAPWAP with an Ethernet frame", bridged(in_udp(5247, capwap(0, 0))), False),
    "capwap-wifi": ("CAPWAP with an 802.11 frame, its control in the order of the standard", bridged(in_udp(5247, capwap(0x100)), wifi), False),
    "capwap-swapped": ("CAPWAP with an 802.11 frame whose control has its octets exchanged", bridged(in_udp(5247, capwap(0x100)), swapped), True),
    "capwap-fragments": ("CAPWAP fragments, the last one first", capwap_fragments, False),
    "gre-aruba": ("an 802.11 frame in a controller's GRE", lambda ip: over(47, gre(0, 0x8210))(wifi(ip)), False),
})


def ext(kind, nxt):
    """One IPv6 extension header (RFC 8200 section 4) that says what comes next"""
    if kind == 51:  # RFC 4302: length in 4-octet units, minus 2
        return struct.pack(">BBHII", nxt, 4, 0, 9, 1) + bytes(12)
    if kind == 43:
        return struct.pack(">BBBB", nxt, 2, 4, 0) + bytes(4) + bytes.fromhex("20010db8008000000000000000000080")
    if kind == 0:
        return bytes([nxt, 0]) + b"\5\2\0\0\1\0"
    return bytes([nxt, 1]) + b"\1\x0c" + bytes(12)


def chained(*kinds):
    def wrap(ip):
        proto, out = ip[6], b""
        order = list(kinds) + [proto]
        for i, kind in enumerate(kinds):
            out += ext(kind, order[i + 1])
        body = ip[40:]
        head = ip[:4] + struct.pack(">HB", len(out) + len(body), order[0]) + ip[7:40]
        return [eth(0x86dd, head + out + body)]
    return wrap


def authenticated(ip):
    """AH in front of what an IPv4 packet carries"""
    head = bytearray(ip[:20])
    body = ext(51, head[9]) + ip[20:]
    return [frame(ip4(51, body, CLIENT, ".".join(str(b) for b in head[16:20])))]


WRAPS["ipv6-hop-by-hop"] = ("a hop-by-hop header", chained(0), True)
WRAPS["ipv6-routing"] = ("a segment routing header", chained(43), True)
WRAPS["ipv6-destination"] = ("a destination options header", chained(60), True)
WRAPS["ipv6-ah"] = ("an authentication header", chained(51), True)
WRAPS["ipv6-all"] = ("hop-by-hop, destination, routing, AH and destination again", chained(0, 60, 43, 51, 60), True)
WRAPS["ipv4-ah"] = ("AH in transport mode over IPv4 (RFC 4302)", authenticated, False)
WRAPS["ipv4-options"] = ("IPv4 with 40 octets of options",
                         lambda ip: [eth(0x0800, bytes([0x4f]) + ip[1:2] + struct.pack(">H", len(ip) + 40) + ip[4:20] + b"\1" * 40 + ip[20:])], False)
WRAPS["ethernet-padding"] = ("padding and a trailer behind the IP packet", lambda ip: [frame(ip) + b"GET /no HTTP/1.1\r\nHost: no.example\r\n\r\n"], False)


def register(name, doc, wrap, v6):
    def make(cap):
        trio(cap, wrap, name, v6)
    make.__doc__ = doc[0].upper() + doc[1:] + "."
    case(name)(make)


for _name, (_doc, _wrap, _v6) in WRAPS.items():
    register(_name, _doc, _wrap, _v6)


# dissect.c walks 24 layers: Ethernet, IPv4, then two for each GRE, and UDP.
def nested(count):
    def wrap(ip):
        for _ in range(count):
            ip = ip4(47, gre(0, 0x0800) + ip, **TUNNEL)
        return [frame(ip)]
    return wrap


@case()
def nested_to_the_limit(cap):
    """Ten times IPv4 in GRE: 23 layers with Ethernet, the outer IPv4 and UDP."""
    trio(cap, nested(10), "nested-limit")
    cap.counts(tunnel_depth=0)


@case()
def nested_beyond(cap):
    """Eleven times and thirty times IPv4 in GRE, and forty VLAN tags: not walked, counted. What follows is."""
    for ip in (nested(11)(dns("no.example.cn")), nested(30)(dns("no.example.cn")),
               [tagged([(0x8100, 1)] * 40, 0x0800, dns("no.example.cn"))]):
        cap.add_all(ip)
    cap.add(frame(dns("after.example.cn")))
    cap.row("dns-query", "after.example.cn", "1")
    cap.counts(tunnel_depth=3, dns_query=1)


@case()
def not_walked(cap):
    """What carries no names that we read is counted by the layer that ends the walk: ARP, a PPPoE discovery, ESP, ICMP, GRE
    with routing, GENEVE of a later version, VXLAN without its flag, an LLC frame, a service chain of something else."""
    cap.add(eth(0x0806, bytes(28)))
    cap.add(eth(0x8863, bytes(20)))
    cap.add(frame(ip4(50, bytes(40), CLIENT, RESOLVER)))
    cap.add(frame(ip4(1, b"\x08\0" + bytes(30), CLIENT, RESOLVER)))
    cap.add_all(over(47, gre(0x4000, 0x0800, bytes(4)))(dns("no.example.cn")))
    cap.add_all(in_udp(6081, b"\x40\0\x08\0\0\0\7\0")(dns("no.example.cn")))
    cap.add_all(in_udp(4789, b"\0\0\0\0\0\0\7\0")(frame(dns("no.example.cn"))))
    cap.add(eth(20, b"\x42\x42\x03" + bytes(17)))
    cap.add(eth(0x894f, struct.pack(">HBBI", 0x0fc2, 1, 9, 0x0102ff) + frame(dns("no.example.cn"))))
    cap.counts(link_unknown=4, ip_proto=3, dns_query=0, packets=9)


@case()
def lying_layers(cap):
    """Headers that are cut or lie: no name, a counter for each, and the packets between them are read."""
    good = dns("good.example.cn")
    bad = [
        (good[:2] + b"\0\x13" + good[4:], "ip"),            # total length below the header's
        (bytes([0x44]) + good[1:], "ip"),                   # header of 16 octets
        (bytes([0x55]) + good[1:], "ip"),                   # version 5
        (good[:12], "ip"),                                  # cut on the wire
        (good[:24] + b"\0\7" + good[26:], "transport"),     # UDP length below 8
    ]
    for i, (raw, _) in enumerate(bad):
        cap.add(eth(0x0800, raw))
        name = "good%d.example.cn" % i
        cap.add(frame(dns(name)))
        cap.row("dns-query", name, "1")
    cap.add(eth(0x0800, b"")[:13])
    cap.add(tagged([(0x8100, 1)], 0x0800, b"")[:15])
    cap.add(eth(0x8847, mpls(5)[:3]))
    cap.add(eth(0x8864, b"\x11\0\0\7"))
    cap.counts(ip_bad=4, transport_bad=1, link_bad=4, dns_query=5)


@case(loss=False)
def snapped_layers(cap):
    """Packets cut by the snap length inside each layer: counted as that, not as broken."""
    wraps = (tags((0x8100, 1)), lambda ip: [eth(0x8847, mpls(5, 6) + ip)], lambda ip: [eth(*pppoe(ip))])
    n = 0
    for wrap in wraps:
        for snap in (13, 15, 20, 40):
            cap.add(wrap(dns("cut.example.cn"))[0], snap=snap)
            n += 1
    cap.add(frame(dns("cut.example.cn", v6=True)), snap=14 + 48 + 20)
    cap.counts(snapped=n + 1, link_bad=0, ip_bad=0, transport_bad=0, dns_query=0)
