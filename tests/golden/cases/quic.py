# SPDX-License-Identifier: GPL-2.0-or-later
"""QUIC: client hellos in one and several Initials, what may stand around them, forgeries."""
import itertools
import struct

from scapy.layers.inet import IP, UDP
from scapy.packet import Raw
from wire import Hello, Quic, client_hello, crypto, varint

from cases.core import CLIENT, SERVER, case, dns, frame, udp

VERSIONS = {0x00000001: "0x00000001", 0x6b3343cf: "0x6b3343cf", 0xff00001d: "0xff00001d"}


def sent(cap, packet, sport, **fields):
    return cap.add(frame(udp(packet, sport, 443, CLIENT, SERVER, **fields)))


def back(cap, packet, dport):
    return cap.add(frame(udp(packet, 443, dport, SERVER, CLIENT)))


def named(cap, name, packets, version=1, **more):
    cap.row("quic-sni", name, VERSIONS.get(version, "0x%08x" % version), packets, **more)


@case()
def quic_versions(cap):
    """Versions 1 and 2 and draft 29, each with a hello in one and in two Initials, with ALPN and fingerprint."""
    for i, version in enumerate(VERSIONS):
        h = Hello("v%d-one.example.cn" % i, alpn=("h3",))
        q = Quic(version, b"version%d" % i)
        named(cap, h.name, [sent(cap, q.initial(crypto(h.bytes(), 0, 2000)), 50000 + i)], version, alpn="h3", ja4=h.ja4("q"))
        h = Hello("v%d-two.example.cn" % i, alpn=("h3",), key=1216)
        raw, q = h.bytes(), Quic(version, b"versions" + bytes([i]))
        got = [sent(cap, q.initial(crypto(raw, 0, 1000)), 50100 + i), sent(cap, q.initial(crypto(raw, 1000, 3000)), 50100 + i)]
        named(cap, h.name, got, version, ja4=h.ja4("q"))
    cap.counts(quic_hello=6, quic_bad=0, quic_auth=0)


@case()
def quic_every_order(cap):
    """A hello over three datagrams, in each of the six orders; over two in both."""
    port = 50000
    for size, cuts in ((2400, [(0, 900), (900, 1800), (1800, 3000)]), (1500, [(0, 900), (900, 2000)])):
        for i, order in enumerate(itertools.permutations(cuts)):
            port += 1
            name = "order%d-%d.example.cn" % (size, i)
            q, hello = Quic(1, struct.pack(">Q", port)), client_hello(name, size)
            named(cap, name, [sent(cap, q.initial(crypto(hello, a, b)), port) for a, b in order])
    cap.counts(quic_hello=8, quic_hole=0)


@case()
def quic_shuffled_frames(cap):
    """One Initial whose CRYPTO frames are many, shuffled, repeated and mixed with PING, PADDING and ACK; the name's frames
    last; frames of one octet."""
    hello = client_hello("shuffled.example.cn", 500)
    order = [(i * 37) % 21 for i in range(21)]
    frames = b"".join((b"\1", b"\0\0", b"\2\0\0\0\0", b"")[i % 4] + crypto(hello, i * 32, i * 32 + 40) for i in order)
    named(cap, "shuffled.example.cn", [sent(cap, Quic(dcid=b"shuffled").initial(frames), 50001)])
    hello = client_hello("octets.example.cn")
    frames = b"".join(crypto(hello, i, i + 1) for i in reversed(range(len(hello))))
    named(cap, "octets.example.cn", [sent(cap, Quic(dcid=b"octetsoc").initial(frames), 50002)])
    cap.counts(quic_hello=2, quic_bad=0)


@case(loss=False)
def quic_overlap(cap):
    """CRYPTO bytes that overlap and differ, inside a packet and between packets: the first copy counts."""
    hello, lie = client_hello("truth.example.cn", 1200), client_hello("liar.example.cn", 1201)
    q = Quic(dcid=b"overlaps")
    sent(cap, q.initial(crypto(hello, 600, 1400) + crypto(lie, 700, 900)), 50001)
    sent(cap, q.initial(crypto(hello, 0, 600) + crypto(lie, 0, 500)), 50001)
    named(cap, "truth.example.cn", None)
    cap.counts(quic_hello=1)


@case()
def quic_coalesced(cap):
    """Several packets in a datagram: Initial and 0-RTT, 0-RTT first, two Initials, an Initial behind a Handshake packet, and
    octets behind the last one that are no packet."""
    def rtt0(cid):
        return b"\xd1\0\0\0\1" + bytes([len(cid)]) + cid + b"\0" + varint(60) + bytes(60)

    def handshake(cid):
        return b"\xe1\0\0\0\1" + bytes([len(cid)]) + cid + b"\0" + varint(40) + bytes(40)
    shapes = {
        "zero-rtt": lambda q, one, two: q.initial(one + two) + rtt0(q.dcid),
        "zero-rtt-first": lambda q, one, two: rtt0(q.dcid) + q.initial(one + two),
        "two": lambda q, one, two: q.initial(two, 0) + q.initial(one),
        "handshake": lambda q, one, two: handshake(q.dcid) + q.initial(one + two),
        "rubbish": lambda q, one, two: q.initial(one + two) + b"\0" * 40,
    }
    for i, (name, shape) in enumerate(shapes.items()):
        host = "%s.example.cn" % name
        hello = client_hello(host)
        packet = shape(Quic(dcid=b"coalesc%d" % i), crypto(hello, 0, 90), crypto(hello, 90, 999))
        named(cap, host, [sent(cap, packet, 50000 + i)])
    cap.counts(quic_hello=5)


@case()
def quic_ids(cap):
    """Connection ids of 8 and of 20 octets, a source id of none and of 20, tokens of 1, 63, 64 and 900 octets."""
    for i, (dcid, scid, token) in enumerate(((8, 0, 0), (20, 20, 0), (8, 20, 1), (13, 4, 63), (20, 0, 64), (9, 9, 900))):
        name = "ids%d.example.cn" % i
        q = Quic(1, bytes([i + 1]) * dcid, bytes([i + 101]) * scid)
        packet = q.initial(crypto(client_hello(name), 0, 999), token=b"t" * token)
        named(cap, name, [sent(cap, packet, 50000 + i)])
    cap.counts(quic_hello=6, quic_bad=0)


@case()
def quic_retry(cap):
    """A Retry: the hello again under the keys of the server's id, with a token; and a server that answers with its own id
    while the hello is under way. Told once each."""
    hello, q = client_hello("retry.example.cn", 1500), Quic(dcid=b"first-id", scid=b"me")
    sent(cap, q.initial(crypto(hello, 0, 1000)), 50001)
    back(cap, b"\xf0\0\0\0\1\2me\x09server-id" + b"token" + bytes(16), 50001)
    q = Quic(dcid=b"server-id", scid=b"me")
    got = [sent(cap, q.initial(crypto(hello, a, b), token=b"token"), 50001) for a, b in ((1000, 3000), (0, 1000))]
    named(cap, "retry.example.cn", got)
    hello, q = client_hello("answered.example.cn", 1500), Quic(dcid=b"second-id", scid=b"me")
    one = sent(cap, q.initial(crypto(hello, 0, 1000)), 50002)
    back(cap, Quic(dcid=b"whatever").initial(b"\2\0\0\0\0", dcid=b"me"), 50002)
    two = sent(cap, q.initial(crypto(hello, 1000, 3000), dcid=b"of-the-server"), 50002)
    named(cap, "answered.example.cn", [one, two])
    cap.counts(quic_hello=2)


@case()
def quic_hello_retry(cap):
    """A HelloRetryRequest (RFC 8446 section 4.1.4) within QUIC: the second hello stands behind the first in the same stream
    of CRYPTO frames. Told once, also when the first was cut in two."""
    for port, cut in ((50000, None), (50001, 300)):
        name = "retry%d.example.cn" % port
        first, second, q = client_hello(name, 600), client_hello(name, 900), Quic(dcid=struct.pack(">Q", port))
        stream = first + second
        got = [sent(cap, q.initial(crypto(stream, 0, cut or len(first))), port)]
        if cut:
            got.append(sent(cap, q.initial(crypto(stream, cut, len(first))), port))
        named(cap, name, got)
        sent(cap, q.initial(crypto(stream, len(first), len(stream))), port)
    cap.counts(quic_hello=2, quic_hole=0, quic_bad=0)


@case()
def quic_repeated(cap):
    """A client that hears nothing says its hello again, in new packets and in other pieces: told once."""
    hello, q = client_hello("repeated.example.cn", 1500), Quic(dcid=b"repeated")
    got = [sent(cap, q.initial(crypto(hello, 0, 1000)), 50001)]
    cap.wait(0.3)
    got.append(sent(cap, q.initial(crypto(hello, 1000, 2000)), 50001))
    named(cap, "repeated.example.cn", got)
    for parts in ([(0, 1000)], [(1000, 2000)], [(0, 500), (1200, 2000)], [(500, 1200)]):
        cap.wait(0.6)
        sent(cap, q.initial(b"".join(crypto(hello, a, b) for a, b in parts)), 50001)
    cap.counts(quic_hello=1)


@case()
def quic_reserved_versions(cap):
    """Versions reserved for greasing (?a?a?a?a): counted where nothing opens them, read where the keys of version 1 do;
    version negotiation; the connection that follows on the same ports is read."""
    for i, version in enumerate((0x1a2a3a4a, 0x0a0a0a0a, 0xfafafafa)):
        cid = b"reserved"
        sent(cap, struct.pack(">BI", 0xc3, version) + b"\x08" + cid + b"\0\0" + varint(1000) + bytes(range(250)) * 4, 50000 + i)
        offer = b"\x80\0\0\0\0\0\x08" + cid + struct.pack(">III", 1, 0x6b3343cf, 0x0a1a2a3a)
        back(cap, offer, 50000 + i)
        name = "agreed%d.example.cn" % i
        named(cap, name, [sent(cap, Quic(dcid=b"agreed-%d" % i).initial(crypto(client_hello(name), 0, 999)), 50000 + i)])
    # RFC 9000 section 15 gives these versions no keys; a client that offers one seals its first flight as version 1, and
    # what authenticates is a hello that was sent. It was only counted before.
    q = Quic(version=0x5a6a7a8a, dcid=b"greasing")
    got = [sent(cap, q.initial(crypto(client_hello("greased.example.cn", 1500), a, b)), 50010) for a, b in ((0, 1000), (1000, 2000))]
    named(cap, "greased.example.cn", got, version=0x5a6a7a8a)
    cap.counts(quic_version=3, quic_hello=4)


@case()
def quic_ech(cap):
    """An encrypted hello over QUIC shows its outer name and its config."""
    h = Hello("public.example.cn", alpn=("h3",), ech=9)
    named(cap, h.name, [sent(cap, Quic(dcid=b"outer-ech").initial(crypto(h.bytes(), 0, 1100)), 50001)], ech=9, ja4=h.ja4("q"))


@case()
def quic_no_name(cap):
    """A hello without a server name is counted."""
    sent(cap, Quic(dcid=b"nameless").initial(crypto(Hello(None, alpn=("h3",)).bytes(), 0, 1100)), 50001)
    cap.counts(quic_hello=1, quic_no_name=1)


@case()
def quic_not(cap):
    """UDP that only looks like QUIC: short headers, a long header that ends, RTP, STUN, DTLS; and QUIC that is damaged."""
    good = Quic(dcid=b"damaged!").initial(crypto(client_hello("damaged.example.cn"), 0, 999))
    for i in (0, 6, 12, 30, 400, len(good) - 1):  # flags, ids, length, ciphertext, tag
        bad = bytearray(good)
        bad[i] ^= 0x40 if i == 0 else 0x10
        sent(cap, bytes(bad), 51000 + i)
    sent(cap, good[:600], 52000)
    for i, raw in enumerate((b"\x40" + bytes(40), b"\xc3\0\0\0\1\x08", b"\x80\x60" + bytes(30), b"\0\1\0\x08\x21\x12\xa4\x42" + bytes(20),
                             b"\x16\xfe\xfd" + bytes(40))):
        sent(cap, raw, 52001 + i)
    cap.counts(quic_hello=0)


@case(loss=False)
def quic_forged(cap):
    """Four hundred forged Initials of one source and of many, then a real one and a query: both are named."""
    for i in range(400):
        cid = struct.pack(">Q", i * 2654435761)
        raw = b"\xc3\0\0\0\1\x08" + cid + b"\0\0" + varint(64) + bytes((i * 31 + n) & 255 for n in range(64))
        src = "203.0.113.7" if i % 2 else "203.0.%d.%d" % (i % 7, i % 250)
        cap.add(frame(bytes(IP(src=src, dst=SERVER) / UDP(sport=1024 + i, dport=443) / Raw(raw))))
    named(cap, "real.example.cn", [sent(cap, Quic(dcid=b"real-one").initial(crypto(client_hello("real.example.cn"), 0, 999)), 50001)])
    cap.add(frame(dns("behind.example.cn")))
    cap.row("dns-query", "behind.example.cn", "1")
    cap.counts(quic_hello=1, dns_query=1)


@case()
def quic_unfinished(cap):
    """Two of three parts of a hello, and another connection between them: counted as a hole, the other one named."""
    hello, q = client_hello("unfinished.example.cn", 2400), Quic(dcid=b"unfinish")
    sent(cap, q.initial(crypto(hello, 0, 900)), 50001)
    named(cap, "other.example.cn", [sent(cap, Quic(dcid=b"other-id").initial(crypto(client_hello("other.example.cn"), 0, 999)), 50002)])
    sent(cap, q.initial(crypto(hello, 1800, 3000)), 50001)
    cap.counts(quic_hello=1, quic_hole=1)
