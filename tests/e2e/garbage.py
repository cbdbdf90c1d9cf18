#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames that no sane network carries, between the ones it does.

garbage.py OUT.pcap IN.pcap: each frame of IN as it is, and behind every third one some that are noise, cut short, mutilated
in their headers, wrapped in more VLAN tags than there should be, or in chains of IPv6 extension headers. Prints how many.
Always the same for the same input. What is mutilated has addresses of its own (TEST-NET-2), so that it is part of no flow
of IN's.
"""
import random
import struct
import sys

ETHER = bytes.fromhex("0200000000020200000000 01".replace(" ", ""))
TAGS = (0x8100, 0x88A8, 0x9100)


def ipv4(rng, payload, proto):
    head = bytearray(struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), rng.randrange(65536), 0, 64, proto, 0,
                                 b"\xc6\x33\x64" + rng.randbytes(1), b"\xcb\x00\x71" + rng.randbytes(1)))
    return head + payload


def ipv6_chain(rng, payload):
    chain, kinds = b"", [rng.choice((0, 43, 60, 135, 44, 51)) for _ in range(rng.randrange(1, 12))]
    for following in kinds[1:] + [rng.choice((6, 17, 59, 255))]:
        chain += bytes((following, rng.choice((0, 0, 1, 200)))) + rng.randbytes(6)
    body = chain + payload
    return struct.pack(">IHBB", 0x60000000, min(len(body), 65535), kinds[0], 64) + b"\x20\x01\x0d\xb8" + rng.randbytes(28) + body


def mutilate(rng, frame, where):
    frame = bytearray(frame)
    for _ in range(rng.randrange(1, 4)):
        frame[rng.randrange(where, min(len(frame), where + 48))] = rng.randrange(256)
    return bytes(frame)


def noise(rng):
    kind = rng.randrange(8)
    payload = rng.choice((b"", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nHost: ", b"\x17\x03\x03\x40\x00")) + rng.randbytes(
        rng.choice((0, 1, 20, 64, 600, 1400, 8800)))
    tcp = struct.pack(">HHIIBBHHH", rng.randrange(65536), rng.choice((80, 443, 53, 9)), rng.getrandbits(32), 0,
                      rng.choice((0x50, 0x50, 0xF0, 0x00)), rng.randrange(256), 9, 0, rng.randrange(65536)) + payload
    udp = struct.pack(">HHHH", rng.randrange(65536), rng.choice((53, 443, 4789, 2152, 6081, 9)), rng.choice((0, 8, len(payload) + 8)),
                      0) + payload
    if kind == 0:  # a type that nobody knows, or an 802.3 length
        return ETHER + struct.pack(">H", rng.randrange(65536)) + rng.randbytes(rng.choice((0, 1, 46, 1500)))
    if kind == 1:  # nothing but tags, and one frame behind a tower of them
        tower = b"".join(struct.pack(">HH", rng.choice(TAGS), rng.randrange(65536)) for _ in range(rng.randrange(4, 40)))
        return ETHER + tower + rng.choice((b"", b"\x08", b"\x08\x00" + ipv4(rng, tcp, 6)))
    if kind == 2:
        return mutilate(rng, ETHER + b"\x08\x00" + ipv4(rng, tcp, 6), 32)
    if kind == 3:
        return mutilate(rng, ETHER + b"\x08\x00" + ipv4(rng, udp, 17), 32)
    if kind == 4:
        return ETHER + b"\x86\xdd" + ipv6_chain(rng, tcp)
    if kind == 5:  # cut anywhere
        frame = ETHER + b"\x08\x00" + ipv4(rng, tcp, 6)
        return frame[: rng.randrange(14, len(frame) + 1)]
    if kind == 6:  # a lying length and header length
        head = ipv4(rng, tcp, 6)
        head[0] = rng.randrange(256)
        head[2:4] = rng.randbytes(2)
        return ETHER + b"\x08\x00" + bytes(head)
    return ETHER + b"\x88\x64" + rng.randbytes(rng.randrange(1, 60))  # PPPoE


def main():
    rng = random.Random(7)
    count = 0
    with open(sys.argv[1], "wb") as out, open(sys.argv[2], "rb") as file:
        out.write(file.read(24))
        while head := file.read(16):
            seconds, us, captured, _ = struct.unpack("<IIII", head)
            frames = [file.read(captured)]
            if count % 3 == 0:
                frames += [noise(rng)[:8900] for _ in range(rng.randrange(1, 4))]
            for frame in frames:
                out.write(struct.pack("<IIII", seconds, us, len(frame), len(frame)) + frame)
                count += 1
    print(count)


main()
