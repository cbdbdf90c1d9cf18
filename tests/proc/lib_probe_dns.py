#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A DNS server that lies as the first label says: lib_probe_dns.py ADDRESS LOG. Each question goes to LOG."""
import socket
import struct
import sys

GOOD, LOOPBACK, METADATA = "10.77.1.1", "127.0.0.1", "169.254.169.254"
asked = {}


def v6(text):
    return socket.inet_pton(socket.AF_INET6, text)


def answers(label, kind, times):
    """Addresses for the label, or a number: the rcode; None: no answer at all; "tc": truncated."""
    a, aaaa = kind == 1, kind == 28
    if label == "flip":  # first good, then ours
        return [GOOD if times == 1 else LOOPBACK] if a else []
    if label == "moves":  # to where nobody listens
        return [GOOD if times == 1 else "10.77.1.99"] if a else []
    if label.startswith("aside"):  # the first one does not answer, each in a network of its own
        return [f"10.77.{100 + int(label[5:])}.99", GOOD] if a else []
    if label == "both":
        return [GOOD, LOOPBACK] if a else []
    if label == "six":
        return [GOOD] if a else ["::1"] if aaaa else []
    if label == "mapped":
        return ["::ffff:127.0.0.1"] if aaaa else []
    if label == "metadata":
        return [METADATA] if a else []
    if label == "zero":
        return ["0.0.0.0"] if a else []
    if label == "many":
        return [f"10.77.3.{i}" for i in range(1, 28)] + [LOOPBACK] if a else []
    if label == "servfail":
        return 2
    if label == "refused":
        return 5
    if label == "silent":
        return None
    if label == "truncated":
        return "tc"
    if label == "halfdead":  # AAAA is beyond it, as for many
        return [GOOD] if a else 4
    if label == "noaddress":
        return []
    return 3


def reply(data):
    ident, flags, count = struct.unpack(">HHH", data[:6])
    at, labels = 12, []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode("latin1"))
        at += 1 + data[at]
    kind = struct.unpack(">H", data[at + 1:at + 3])[0]
    question = data[12:at + 5]
    name = ".".join(labels).lower()
    key = (name, kind)
    asked[key] = asked.get(key, 0) + 1
    log.write(f"{name} {kind}\n")
    got = answers(labels[0].lower(), kind, asked[key])
    if got is None:
        return None
    rcode = got if isinstance(got, int) else 0
    records = got if isinstance(got, list) else []
    bits = 0x8180 | rcode | (0x0200 if got == "tc" else 0)
    out = struct.pack(">HHHHHH", ident, bits, 1, len(records), 0, 0) + question
    for r in records:
        raw = v6(r) if ":" in r else socket.inet_aton(r)
        out += struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(raw)) + raw
    return out


log = open(sys.argv[2], "a", buffering=1)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
print("ready", flush=True)
while True:
    data, peer = s.recvfrom(4096)
    try:
        answer = reply(data)
    except (IndexError, struct.error):
        continue
    if answer is not None:
        s.sendto(answer, peer)
