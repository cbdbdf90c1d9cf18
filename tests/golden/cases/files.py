# SPDX-License-Identifier: GPL-2.0-or-later
"""Capture file formats, written by hand: pcap of four kinds, pcapng of both byte orders, and link types."""
import struct

from cases.core import case, dns, eth, frame, tagged, trio
from cases.layers import SNAP, wifi

# name: (magic, fraction of a second per microsecond)
PCAP = {"pcap": ("<", 0xa1b2c3d4, 1), "pcap-be": (">", 0xa1b2c3d4, 1), "pcap-nsec": ("<", 0xa1b23c4d, 1000),
        "pcap-nsec-be": (">", 0xa1b23c4d, 1000)}
PCAPNG = {"pcapng": "<", "pcapng-be": ">"}


def pcap(cap):
    order, magic, unit = PCAP[cap.form]
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, cap.linktype)
    for at, raw, wire, _ in cap.packets:
        out += struct.pack(order + "IIII", at // 1000000, at % 1000000 * unit, len(raw), wire) + raw
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def pcapng(cap):
    """interfaces: (linktype, ticks of a second, snap length). The blocks that hold no packets are there as well."""
    order = PCAPNG[cap.form]
    out = block(order, 0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1)
                + option(order, 4, b"golden") + option(order, 0, b""))
    interfaces = cap.interfaces or [(cap.linktype, 1000000, 0)]
    for linktype, ticks, snap in interfaces:
        resolution = {1000000: 6, 1000000000: 9, 1000: 3, 1 << 20: 0x80 | 20}[ticks]
        out += block(order, 1, struct.pack(order + "HHI", linktype, 0, snap) + option(order, 2, b"port")
                     + option(order, 9, bytes([resolution])) + option(order, 0, b""))
    out += block(order, 4, struct.pack(order + "HH", 0, 0))
    out += block(order, 0x0bad, b"unknown kind of block")
    for at, raw, wire, interface in cap.packets:
        ticks = -(-at * interfaces[interface][1] // 1000000)
        body = struct.pack(order + "IIIII", interface, ticks >> 32, ticks & 0xffffffff, len(raw), wire)
        out += block(order, 6, body + raw + bytes(-len(raw) % 4) + option(order, 1, b"seen") + option(order, 0, b""))
    out += block(order, 5, struct.pack(order + "III", 0, 0, 0))
    return out


def written(cap):
    return pcap(cap) if cap.form in PCAP else pcapng(cap)


def suffix(cap):
    return ".pcapng" if cap.form in PCAPNG else ".pcap"


def kind_of(ip):
    return 0x86dd if ip[0] >> 4 == 6 else 0x0800


LINKS = {
    "null": (0, lambda ip: [struct.pack("<I", 24 if ip[0] >> 4 == 6 else 2) + ip], "BSD loopback, little endian"),
    "null-be": (0, lambda ip: [struct.pack(">I", 30 if ip[0] >> 4 == 6 else 2) + ip], "BSD loopback, big endian"),
    "loop": (108, lambda ip: [struct.pack(">I", 28 if ip[0] >> 4 == 6 else 2) + ip], "OpenBSD loopback"),
    "raw": (101, lambda ip: [ip], "raw IP"),
    "ipv4": (228, lambda ip: [ip], "raw IPv4"),
    "ipv6": (229, lambda ip: [ip], "raw IPv6"),
    "sll": (113, lambda ip: [struct.pack(">HHH8sH", 4, 1, 6, b"\2\0\0\0\0\1\0\0", kind_of(ip)) + ip], "Linux cooked, version 1"),
    "sll-vlan": (113, lambda ip: [struct.pack(">HHH8sHHH", 0, 1, 6, b"\2\0\0\0\0\1\0\0", 0x8100, 7, kind_of(ip)) + ip],
                 "Linux cooked, version 1, with a VLAN tag"),
    "sll2": (276, lambda ip: [struct.pack(">HHIHBB8s", kind_of(ip), 0, 3, 1, 4, 6, b"\2\0\0\0\0\1\0\0") + ip], "Linux cooked, version 2"),
    "ppp": (9, lambda ip: [b"\xff\3" + struct.pack(">H", 0x57 if ip[0] >> 4 == 6 else 0x21) + ip], "PPP"),
    "ppp-short": (9, lambda ip: [bytes([0x57 if ip[0] >> 4 == 6 else 0x21]) + ip], "PPP, all compressed away (RFC 1661 section 6)"),
    "ppp-serial": (50, lambda ip: [b"\xff\3" + struct.pack(">H", 0x57 if ip[0] >> 4 == 6 else 0x21) + ip], "PPP in HDLC framing"),
    "ppp-ether": (51, lambda ip: [struct.pack(">BBHHH", 0x11, 0, 7, len(ip) + 2, 0x57 if ip[0] >> 4 == 6 else 0x21) + ip], "PPPoE"),
    "chdlc": (104, lambda ip: [b"\x0f\0" + struct.pack(">H", kind_of(ip)) + ip], "Cisco HDLC"),
}


def nflog(ip, order="<"):
    """Attributes of Linux netfilter's log in the file's byte order: a prefix of three octets, then the packet"""
    return [struct.pack(">BBH", 10 if ip[0] >> 4 == 6 else 2, 0, 5) + struct.pack(order + "HH", 7, 10) + b"in:\0" +
            struct.pack(order + "HH", len(ip) + 4, 9) + ip + bytes(-len(ip) % 4)]


LINKS.update({
    "nflog": (239, nflog, "Linux netfilter log"),
    "nflog-be": (239, lambda ip: nflog(ip, ">"), "Linux netfilter log, written on a big-endian machine"),
    "pktap": (258, lambda ip: [struct.pack("<III", 108, 1, 1) + bytes(96) + frame(ip)], "Apple's PKTAP around Ethernet"),
    "wifi": (105, lambda ip: [wifi(ip)], "802.11"),
    "wifi-qos": (105, lambda ip: [wifi(ip, b"\x88\x03", bytes(6) + bytes(2))], "802.11 with QoS between access points"),
    "radiotap": (127, lambda ip: [b"\0\0" + struct.pack("<HI", 12, 2) + bytes(4) + wifi(ip)], "802.11 with a radiotap header"),
})


def link(name, linktype, wrap, doc):
    def make(cap):
        trio(cap, wrap, "link-" + name, v6=name == "ipv6")
        if name not in ("ipv4", "ipv6"):
            cap.add_all(wrap(dns("six.link.example.cn", "AAAA", v6=True)))
            cap.row("dns-query", "six.link.example.cn", "28")
    make.__doc__ = "Link type: %s." % doc
    case("link-" + name, linktype=linktype, form="pcap-be" if name == "nflog-be" else "pcap")(make)


def form(name):
    def make(cap):
        trio(cap, lambda ip: [frame(ip)], "file-" + name)
    make.__doc__ = "File format %s." % name
    case("file-" + name, form=name)(make)


for _name, (_type, _wrap, _doc) in LINKS.items():
    link(_name, _type, _wrap, _doc)
for _name in list(PCAP) + list(PCAPNG):
    form(_name)


def several(name, form, doc):
    def make(cap):
        cap.interfaces = [(1, 1000000, 0), (113, 1000000000, 262144), (101, 1 << 20, 0), (1, 1000, 65535), (0, 1000000, 0)]
        wraps = (lambda ip: [frame(ip)], LINKS["sll"][1], LINKS["raw"][1], lambda ip: [tagged([(0x8100, 4)], kind_of(ip), ip)],
                 LINKS["null" if form == "pcapng" else "null-be"][1])
        for turn in range(2):
            for i, wrap in enumerate(wraps):
                cap.add(wrap(dns("if%d-%d.example.cn" % (i, turn)))[0], interface=i)
                cap.row("dns-query", "if%d-%d.example.cn" % (i, turn), "1")
        cap.counts(packets=10, dns_query=10, link_unknown=0)
    make.__doc__ = doc
    case(name, form=form)(make)


several("file-interfaces", "pcapng", "Five interfaces with four link types and four resolutions of time.")
several("file-interfaces-be", "pcapng-be", "The same in the other byte order.")


@case(linktype=147)
def link_unknown(cap):
    """A link type that nobody knows: every packet counted, none lost without a word."""
    for i in range(3):
        cap.add(eth(0x0800, dns("no.example.cn")))
    cap.counts(link_unknown=3, packets=3)


@case(linktype=105)
def link_wifi_others(cap):
    """802.11 frames that show no IP: a beacon, an encrypted frame, a null frame, LLC of another organisation; then one that does."""
    ip = dns("no.example.cn")
    for raw in (wifi(ip, b"\x80\0"), wifi(ip, b"\x08\x41"), wifi(ip, b"\x48\x01"), wifi(ip).replace(SNAP, b"\xaa\xaa\x03\0\0\x0c")):
        cap.add(raw)
    cap.add(wifi(dns("yes.example.cn")))
    cap.row("dns-query", "yes.example.cn", "1")
    cap.counts(link_unknown=4, dns_query=1)
