# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes of the protocols, for the makers of golden captures. Written here from the RFCs, not by the code under test."""
import hashlib
import struct

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from scapy.layers.dns import DNS, DNSQR

def client_hello(name, padding=0):
    def ext(kind, data):
        return struct.pack(">HH", kind, len(data)) + data
    host = name.encode()
    exts = ext(0x0a0a, b"") + ext(16, b"\0\x0c\x02h2\x08http/1.1") + ext(43, b"\x04\x03\x04\x03\x03")
    exts += ext(21, bytes(padding)) if padding else b""
    exts += ext(0, struct.pack(">HBH", len(host) + 3, 0, len(host)) + host)
    body = b"\x03\x03" + bytes(range(32)) + b"\x20" + bytes(range(32)) + b"\0\x06\x13\x01\x13\x02\xc0\x2f\x01\0"
    body += struct.pack(">H", len(exts)) + exts
    return b"\x01" + struct.pack(">I", len(body))[1:] + body


def records(message, size=16384):
    parts = [message[i:i + size] for i in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x01" + struct.pack(">H", len(p)) + p for p in parts)


def request(target, host, method="GET", **fields):
    lines = ["%s %s HTTP/1.1" % (method, target), "Host: " + host]
    lines += ["%s: %s" % (k.replace("_", "-"), v) for k, v in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def framed(message):
    raw = bytes(message)
    return struct.pack(">H", len(raw)) + raw


def query(name, qtype="A", ident=1):
    return DNS(id=ident, rd=1, qd=DNSQR(qname=name, qtype=qtype))


def cname_answer():
    """www -> edge -> A and AAAA, the way a resolver writes it: with compression pointers"""
    head = struct.pack(">6H", 1, 0x8180, 1, 3, 0, 0)
    head += b"\x03WWW\x07example\x03edu\x02cn\0" + struct.pack(">2H", 1, 1)
    edge = len(head) + 12
    head += b"\xc0\x0c" + struct.pack(">HHIH", 5, 1, 60, 7) + b"\x04edge\xc0\x10"
    head += struct.pack(">HHHIH", 0xc000 | edge, 1, 1, 60, 4) + bytes([198, 51, 100, 7])
    head += struct.pack(">HHHIH", 0xc000 | edge, 28, 1, 60, 16) + bytes.fromhex("20010db8000000000000000000000007")
    return head


CNAME_ROWS = [("www.example.edu.cn", "CNAME:edge.example.edu.cn"), ("edge.example.edu.cn", "A:198.51.100.7"),
              ("edge.example.edu.cn", "AAAA:2001:db8::7")]


# -- QUIC: Initial packets sealed here (RFC 9001, RFC 9369)

SALTS = {1: ("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", b"quic"), 0x6b3343cf: ("0dede3def700a6db819381be6e269dcbf9bd2ed9", b"quicv2"),
         0x5a6a7a8a: ("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", b"quic"),  # reserved; sealed as version 1
         0xff00001d: ("afbfec289993d24c9e9786f19c6111e04390a899", b"quic")}


def hmac256(key, data):
    h = hmac.HMAC(key, hashes.SHA256())
    h.update(data)
    return h.finalize()


def varint(n):
    return bytes([n]) if n < 64 else struct.pack(">H", n | 0x4000)


def crypto(hello, start, end):
    """A CRYPTO frame with hello[start:end]"""
    part = hello[start:end]
    return b"\x06" + varint(start) + varint(len(part)) + part


class Quic:
    """The client of one connection: seals frames into Initial packets."""

    def __init__(self, version=1, dcid=b"original", scid=b""):
        salt, word = SALTS[version]
        self.version, self.dcid, self.scid, self.number = version, dcid, scid, 0

        def expand(key, label, size):
            label = b"tls13 " + label
            return hmac256(key, struct.pack(">HB", size, len(label)) + label + b"\0\1")[:size]
        secret = expand(hmac256(bytes.fromhex(salt), dcid), b"client in", 32)
        self.key, self.iv, self.hp = (expand(secret, word + b" " + what, n) for what, n in ((b"key", 16), (b"iv", 12), (b"hp", 16)))

    def initial(self, frames, size=1200, token=b"", dcid=None):
        kind = 0xd3 if self.version == 0x6b3343cf else 0xc3
        cid = self.dcid if dcid is None else dcid
        head = struct.pack(">BI", kind, self.version) + bytes([len(cid)]) + cid + bytes([len(self.scid)]) + self.scid
        head += varint(len(token)) + token
        frames = frames + bytes(max(0, size - len(head) - 22 - len(frames)))
        head += struct.pack(">HI", 0x4000 | len(frames) + 20, self.number)
        nonce = bytes(a ^ b for a, b in zip(self.iv, bytes(4) + struct.pack(">Q", self.number)))
        self.number += 1
        body = AESGCM(self.key).encrypt(nonce, frames, head)
        mask = Cipher(algorithms.AES(self.hp), modes.ECB()).encryptor().update(body[:16])
        return bytes([head[0] ^ mask[0] & 15]) + head[1:-4] + bytes(a ^ b for a, b in zip(head[-4:], mask[1:])) + body


def gquic(header, frame, name):
    """An unencrypted gQUIC packet with the hash that proves it (FNV-1a, 128 bits, cut to 96)."""
    tags = struct.pack("<4sHH4sI4sI4sI", b"CHLO", 3, 0, b"PAD\0", 900, b"SNI\0", 900 + len(name), b"VER\0", 904 + len(name))
    body = frame + tags + b"-" * 900 + name + b"Q0xx" + bytes(200)
    h = 0x6c62272e07bb014262b821756295c58d
    for c in header + body + b"Client":
        h = (h ^ c) * 0x1000000000000000000013b % (1 << 128)
    return header + h.to_bytes(16, "little")[:12] + body


# -- TLS hellos in all their forms (RFC 8446), and their JA4

def ext(kind, data=b""):
    return struct.pack(">HH", kind, len(data)) + data


def sni(name):
    host = name if isinstance(name, bytes) else name.encode()
    return ext(0, struct.pack(">HBH", len(host) + 3, 0, len(host)) + host)


def vector(values, size=2):
    body = b"".join(struct.pack(">H", v) for v in values)
    return len(body).to_bytes(size, "big") + body


def is_grease(v):
    return v & 0x0f0f == 0x0a0a and v >> 8 == v & 255


class Hello:
    """A ClientHello whose parts are known, so that its fingerprint can be made from them and not from its bytes."""

    def __init__(self, name, alpn=("h2", "http/1.1"), versions=(0x0304, 0x0303), legacy=0x0303, key=32, grease=None, ech=None,
                 ciphers=(0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xcca9), algorithms=(0x0403, 0x0804, 0x0401), extra=(), session=32):
        g = [grease] if grease is not None else []
        self.name, self.alpn, self.legacy, self.session = name, alpn, legacy, session
        self.ciphers, self.algorithms = g + list(ciphers), list(algorithms)
        self.versions = g + list(versions)
        self.parts = [(v, b"") for v in g]
        if name is not None:
            self.parts.append((0, sni(name)[4:]))
        self.parts += [(23, b""), (10, vector(g + [0x11ec, 0x001d])), (13, vector(self.algorithms))]
        if alpn:
            protos = b"".join(bytes([len(p)]) + p.encode("latin-1") for p in alpn)
            self.parts.append((16, struct.pack(">H", len(protos)) + protos))
        if versions:
            self.parts += [(43, vector(self.versions, 1)), (45, b"\1\1")]
            share = struct.pack(">HH", 0x11ec if key > 32 else 0x1d, key) + bytes(i * 7 & 255 for i in range(key))
            self.parts.append((51, struct.pack(">H", len(share)) + share))
        if ech is not None:  # RFC 9849: outer, HKDF-SHA256, AES-128-GCM, config_id, enc, payload
            self.parts.append((0xfe0d, b"\0\0\1\0\1" + bytes([ech]) + b"\0\x20" + bytes(32) + b"\0\x90" + bytes(0x90)))
        self.parts += list(extra) + [(v ^ 0x1010, b"\0") for v in g]

    def bytes(self):
        exts = b"".join(ext(k, d) for k, d in self.parts)
        body = struct.pack(">H", self.legacy) + bytes(range(32)) + bytes([self.session]) + bytes(range(self.session))
        body += vector(self.ciphers) + b"\1\0" + struct.pack(">H", len(exts)) + exts
        return b"\x01" + struct.pack(">I", len(body))[1:] + body

    def ja4(self, transport="t"):
        """The text of FoxIO's JA4.md, from the parts"""
        words = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3"}
        version = words[max(v for v in self.versions if not is_grease(v)) if self.versions else self.legacy]
        ciphers = sorted("%04x" % c for c in self.ciphers if not is_grease(c))
        kinds = [k for k, _ in self.parts if not is_grease(k)]
        hashed = sorted("%04x" % k for k in kinds if k not in (0, 16))
        proto = self.alpn[0][0] + self.alpn[0][-1] if self.alpn else "00"
        tail = ",".join(hashed) + "_" + ",".join("%04x" % a for a in self.algorithms)
        short = [hashlib.sha256(t.encode()).hexdigest()[:12] for t in (",".join(ciphers), tail)]
        return "%s%s%s%02d%02d%s_%s_%s" % (transport, version, "i" if self.name is None else "d", len(ciphers), len(kinds), proto, *short)
