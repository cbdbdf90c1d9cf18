#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/fuzz/seed.py CAPTURE... FOLDER: writes each capture (classic pcap) as an input of fuzz_packet, and `cut-NAME` with its
first packet cut at each octet, on the wire or by the capture. Captures of our own only; `FUZZER -set_cover_merge=1 tests/fuzz/corpus/packet FOLDER` then keeps
those that reach something new.
   tests/fuzz/seed.py --limits FOLDER: inputs that meet the limits of the fuzz target's tables (needs scapy).
   tests/fuzz/seed.py --h2 FOLDER: an input of fuzz_h2 whose header table overflows."""
import os
import re
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MOST = 24 * 1024  # an input that long is fuzzed too slowly
DLT = {101: 12}   # LINKTYPE_RAW


def linktypes():
    with open(os.path.join(HERE, "fuzz_packet.c"), encoding="utf-8") as f:
        return [int(n) for n in re.search(r"linktypes\[\] = \{([^}]*)\}", f.read()).group(1).split(",")]


def packet(raw, cut=False, pause=False):
    """cut: the capture left something out; pause: time went by"""
    return struct.pack(">H", min(len(raw), 0x3fff) | cut << 15 | pause << 14) + raw


def read(path):
    """Link type and packets: (bytes, whether they are cut)"""
    with open(path, "rb") as f:
        data = f.read()
    order, at, out = "<" if data[0] in (0xd4, 0x4d) else ">", 24, []
    linktype = struct.unpack(order + "I", data[20:24])[0]
    while at + 16 <= len(data):
        have, wire = struct.unpack(order + "II", data[at + 8:at + 16])
        out.append((data[at + 16:at + 16 + have], wire > have))
        at += 16 + have
    return DLT.get(linktype, linktype), out


def write(folder, name, first, packets):
    raw = bytes([first]) + b"".join(packets)
    if len(raw) <= MOST:
        with open(os.path.join(folder, name), "wb") as f:
            f.write(raw)


def convert(paths, folder):
    known = linktypes()
    for path in paths:
        linktype, packets = read(path)
        if linktype not in known:
            continue
        name, first = os.path.splitext(os.path.basename(path))[0], known.index(linktype)
        write(folder, name, first, [packet(raw, cut) for raw, cut in packets])
        if packets and len(packets[0][0]) < 200:
            one = packets[0][0]
            write(folder, "cut-" + name, first, [packet(one[:n], n % 3 == 0) for n in range(len(one))])


def limits(folder):
    """Four flows, three buffers of 6000 octets, two QUIC hellos: more of each than that."""
    sys.path.insert(0, os.path.join(HERE, "..", "golden"))
    from cases import core
    from wire import client_hello, records, request

    def talks(cap, count, data, **fields):
        return [core.Talk(cap, data, 80, 40000 + i, **fields).syn() for i in range(count)]

    def holes(cap):
        all_of_them = talks(cap, 6, request("/", "holes.example.cn", Cookie="c" * 100))
        for t in all_of_them:
            t.send(30)
        for t in all_of_them:
            t.send(0, 30)

    def ranges(cap):
        t, = talks(cap, 1, request("/", "ranges.example.cn", Cookie="c" * 400))
        t.cuts(*[(n * 8, n * 8 + 4) for n in range(1, 20)], (200, 204), (12, 16), (0, 4))

    def cap(cap):
        a, b, c = talks(cap, 3, request("/", "cap.example.cn", Cookie="c" * 7000))
        a.cuts((0, 3000), (3000, 5900), (5900, None))
        b.cuts((6100, None), (5900, 6100), (0, 5900))
        c.cuts((0, 5999), (6010, None), (5999, 6010))

    def whole(cap):
        t, = talks(cap, 1, request("/", "whole.example.cn", Cookie="c" * 7000))
        t.send(0, 7000)
        t.send(7000)

    def guesses(cap):
        for i, order in enumerate((((60, None), (0, 60)), ((60, None), (60, None), (0, 60)), ((60, 100), (100, None), (0, 60)))):
            t = core.Talk(cap, records(client_hello("guess.example.cn")), 443, 40000 + i)
            t.cuts(*order)
            t.fin()
        core.Talk(cap, b"no start of anything", 443, 40010).send()

    def jumps(cap):
        a, b = talks(cap, 2, request("/", "jump.example.cn"))
        a.send(0, 20)
        a.seq += 0x40000000
        a.cuts((0, 20), (20, None))
        b.send(0, 20)
        b.put("S", 50000000)
        b.put("SA", 60000000)
        b.seq += 60000001
        b.send()
        b.fin()
        b.rst()

    def bodies(cap):
        data = request("/", "body.example.cn", "POST", Content_Length=3000) + b"b" * 3000 + request("/next", "body.example.cn")
        a, b = talks(cap, 2, data)
        head = data.index(b"bbb")
        a.cuts((0, head + 100), (head + 500, head + 700), (head + 1500, head + 1600), (head + 3000, None))
        b.cuts((0, head))
        b.send(head, head + 500, snap=14 + 40 + 100)
        b.send(head + 450, head + 600)
        b.send(head + 700, head + 900, snap=14 + 40 + 10)
        b.send(head + 3000)

    def snaps(cap):
        a, b = talks(cap, 2, records(client_hello("snap.example.cn", 300)))
        a.send(100, 300, snap=120)
        a.send(0, 100)
        a.send(0, 200, snap=160)
        b.send(0, 200, snap=100)
        b.send(150, None)

    def ends(cap):
        for i, t in enumerate(talks(cap, 5, b"\x16\x03\x01\x01\x00\x01" + bytes(40))):
            t.send(0, 5 + i)
            t.fin()
            core.Talk(cap, b"", 40000 + i, 80, seq=5000, src=core.SERVER, dst=core.CLIENT).fin()

    def unasked(cap):
        for i in range(3):
            t = core.Talk(cap, request("/", "unasked.example.cn"), 80, 40000 + i)
            t.put("A", -1)
            t.cuts((20, None), (0, 20))
        for n in range(70):
            t.send(300 + n * 4, None, b"xx")

    ethernet = linktypes().index(1)
    for fn in (holes, ranges, cap, whole, guesses, jumps, bodies, snaps, ends, unasked):
        made = core.Cap()
        fn(made)
        write(folder, "limit-" + fn.__name__, ethernet, [packet(raw, wire > len(raw)) for _, raw, wire, _ in made.packets])


def hpack_integer(first, bits, n):
    """RFC 7541 section 5.1"""
    most = (1 << bits) - 1
    if n < most:
        return bytes([first | n])
    out, n = bytes([first | most]), n - most
    while n >= 128:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def hpack_text(s):
    return hpack_integer(0, 7, len(s)) + s


def h2(folder):
    """Requests whose fields push each other out of the table: some with values that are kept, some without."""
    def request(i):
        return (b"\x82\x86\x84\x41" + hpack_text(b"h%02d." % i + b"a" * (3 * i) + b".cn") + b"\x40" + hpack_text(b"x-%d" % i) +
                hpack_text(b"y" * (60 + i)) + b"\x7a" + hpack_text(b"u%d" % i * 120) + b"\x73" +
                hpack_text(b"http://r%d.cn/" % i + b"p" * 200))

    blocks = [request(i) for i in range(14)] + [b"\x82\x86\x84\xc0\xc1"]
    frames = [len(b).to_bytes(3, "big") + b"\1\5" + (2 * i + 1).to_bytes(4, "big") + b for i, b in enumerate(blocks)]
    with open(os.path.join(folder, "evicts"), "wb") as f: # the first byte: how the target cuts it
        f.write(b" PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"".join(frames))


def main():
    *captures, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    if captures == ["--limits"]:
        limits(folder)
    elif captures == ["--h2"]:
        h2(folder)
    else:
        convert(captures, folder)


main()
