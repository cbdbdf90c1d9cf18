#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A DNS server, UDP and TCP, that lies as the first label says: lib_probe_dns.py ADDRESS LOG [PORT]. Each question goes to LOG."""
import socket
import struct
import sys
import threading

GOOD, LOOPBACK, METADATA = "10.77.1.1", "127.0.0.1", "169.254.169.254"
asked = {}


def v6(text):
    return socket.inet_pton(socket.AF_INET6, text)


def answers(label, kind, times):
    """Addresses for the label, or a number: the rcode; None: no answer at all."""
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
    if label == "onlysix":
        return ["fd77::1"] if aaaa else []
    if label == "roadless":  # nothing leads to its IPv4 address
        return ["10.77.200.9"] if a else ["fd77::1"] if aaaa else []
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
    if label == "halfdead":  # AAAA is beyond it, as for many
        return [GOOD] if a else 4
    if label == "noaddress":
        return []
    return 3


def parse(data):
    """The first label, the name in small letters, the type, and the question as it stands."""
    at, labels = 12, []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode("latin1"))
        at += 1 + data[at]
    kind = struct.unpack(">H", data[at + 1:at + 3])[0]
    name = ".".join(labels).lower()
    return name.split(".")[0], name, kind, data[12:at + 5]


def record(owner, kind, raw):
    return owner + struct.pack(">HHIH", kind, 1, 0, len(raw)) + raw


def address(owner, kind, text):
    return record(owner, kind, v6(text) if ":" in text else socket.inet_aton(text))


def packet(data, question, records, rcode=0, truncated=False):
    bits = 0x8180 | rcode | (0x0200 if truncated else 0)
    return data[:2] + struct.pack(">HHHHH", bits, 1, len(records), 0, 0) + question + b"".join(records)


SELF, ALIAS = b"\xc0\x0c", b"\x05alias\x07example\x00"
WINDING = (b"\x3c" + b"\x01" * 60) * 3 + ALIAS  # four characters an octet as people would read it


def alias(label, kind):
    """Records of a name that is another's, None if it is none."""
    if label == "aliased":
        return [record(SELF, 5, ALIAS)] + ([address(ALIAS, 1, GOOD)] if kind == 1 else [])
    if label == "winding":
        return [record(SELF, 5, WINDING)] + ([address(WINDING, 1, GOOD)] if kind == 1 else [])
    if label == "dangling":
        return [record(SELF, 5, ALIAS)]
    if label == "circle":
        return [record(SELF, 5, SELF)]
    return None


def reply(data, tcp):
    """What is sent back, in turn: (seconds from now, from whom, packet)."""
    label, name, kind, question = parse(data)
    if not tcp:
        key = (name, kind)
        asked[key] = asked.get(key, 0) + 1
    log.write(f"{name} {kind}{' tcp' if tcp else ''}\n")
    good = packet(data, question, [address(SELF, 1, GOOD)] if kind == 1 else [])
    bad = packet(data, question, [address(SELF, kind, "::1" if kind == 28 else LOOPBACK)])
    if label in ("truncated", "crowd", "crowded", "tcpless") and not tcp:
        return [(0, s, packet(data, question, [], truncated=True))]
    if label == "truncated":
        return [(0, s, good)]
    if label in ("crowd", "crowded"):
        last = LOOPBACK if label == "crowded" else GOOD
        all_of = [GOOD] + [f"10.77.3.{i}" for i in range(1, 29)] + [last] + [f"10.77.4.{i}" for i in range(1, 200)]
        return [(0, s, packet(data, question, [address(SELF, 1, a) for a in all_of] if kind == 1 else []))]
    if label == "tcpless":
        return []
    if label == "slow":
        return [(4, s, good)]
    if label == "wrongid":
        return [(0, s, bytes([data[0] ^ 1, data[1]]) + bad[2:]), (0.3, s, good)]
    if label == "othername":
        return [(0, s, packet(data, b"\x05other" + question[1 + question[0]:], [address(SELF, 1, LOOPBACK)])), (0.3, s, good)]
    if label == "stranger":
        return [(0, stranger, bad), (0.3, s, good)]
    if label == "othercase":
        return [(0, s, packet(data, question.swapcase()[:-4] + question[-4:], [address(SELF, 1, GOOD)]))]
    if label == "garbage":
        return [(0, s, data[:2] + b"\xff" * 40), (0, s, b"x"), (0, s, b"")]
    if label == "cutoff":  # says that there is an address, and ends
        return [(0, s, good[:6] + b"\0\1" + good[8:12] + question + SELF + b"\0\1")]
    records = alias(label, kind)
    if records is not None:
        return [(0, s, packet(data, question, records))]
    got = answers(label, kind, asked.get((name, kind), 1))
    if got is None:
        return []
    if isinstance(got, int):
        return [(0, s, packet(data, question, [], rcode=got))]
    return [(0, s, packet(data, question, [address(SELF, kind, a) for a in got]))]


def serve_tcp():
    while True:
        c = listener.accept()[0]
        try:
            while True:
                size = struct.unpack(">H", c.recv(2, socket.MSG_WAITALL))[0]
                out = reply(c.recv(size, socket.MSG_WAITALL), True)
                if not out:
                    break
                for piece in (struct.pack(">H", len(out[0][2])), out[0][2][:300], out[0][2][300:]):
                    c.sendall(piece)
        except (IndexError, struct.error, OSError):
            pass
        c.close()


def sender(sock, data, peer):
    return lambda: sock.sendto(data, peer)


host, port = sys.argv[1], int(sys.argv[3]) if len(sys.argv) > 3 else 53
family, _, _, _, here = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
log = open(sys.argv[2], "a", buffering=1)
s = socket.socket(family, socket.SOCK_DGRAM)
s.bind(here)
stranger = socket.socket(family, socket.SOCK_DGRAM)
listener = socket.socket(family, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(here)
listener.listen(64)
threading.Thread(target=serve_tcp, daemon=True).start()
print("ready", flush=True)
while True:
    data, peer = s.recvfrom(4096)
    try:
        out = reply(data, False)
    except (IndexError, struct.error):
        continue
    for seconds, sock, answer in out:
        if seconds:
            threading.Timer(seconds, sender(sock, answer, peer)).start()
        else:
            sock.sendto(answer, peer)
