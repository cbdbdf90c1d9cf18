#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""merge.py OUT CAPTURE..: the Ethernet frames of many captures as one, each frame as if whole, a quarter of a
millisecond apart, so that a file of it and the wire it is played to show the same. Prints how many there are. Each
capture gets documentation addresses of its own: many of them hold the same flow in another wrapping."""
import struct
import sys

LEAST, MOST = 20, 9014  # bytes of a frame that the wire takes; the kernel keeps VLAN tags with nothing behind to itself
ORDER = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}
DOC_V4, DOC_V6 = b"\xc0\x00\x02", b"\x20\x01\x0d\xb8"  # RFC 5737, RFC 3849


def frames(path, number):
    with open(path, "rb") as f:
        data = f.read()
    order = ORDER.get(data[:4])
    if order is None or struct.unpack(order + "I", data[20:24])[0] != 1:
        return
    at = 24
    while at + 16 <= len(data):
        size = struct.unpack(order + "I", data[at + 8 : at + 12])[0]
        frame = data[at + 16 : at + 16 + size]
        for old, new in ((DOC_V4, b"\x0a" + number.to_bytes(2, "big")), (DOC_V6, b"\x20\x01" + (number + 0x4000).to_bytes(2, "big"))):
            frame = frame.replace(old, new)
        if LEAST <= len(frame) <= MOST:
            yield frame
        at += 16 + size


count = 0
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for number, name in enumerate(sys.argv[2:]):
        for frame in frames(name, number):
            time = 1700000000 * 4000 + count
            out.write(struct.pack("<IIII", time // 4000, time % 4000 * 250, len(frame), len(frame)) + frame)
            count += 1
print(count)
