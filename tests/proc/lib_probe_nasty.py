#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that misbehave in one way each, an address each: lib_probe_nasty.py LOG CERT KEY.
The way is the name; 10.77.2.N is the N-th of WAYS (from 1), port 80, and port 443 for those that end in _tls.
Each connection and request line goes to LOG. Prints "ready" once all listen."""
import asyncio
import gzip
import socket
import ssl
import struct
import sys

log = open(sys.argv[1], "a", buffering=1)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
two = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
two.load_cert_chain(sys.argv[2], sys.argv[3])
two.set_alpn_protocols(["h2"])
either = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
either.load_cert_chain(sys.argv[2], sys.argv[3])
either.set_alpn_protocols(["h2", "http/1.1"])
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
WAYS = {}


def way(f):
    WAYS[f.__name__] = f
    return f


def reset(w):
    s = w.get_extra_info("socket")
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    w.transport.abort()


async def request(r, name):
    head = await r.readuntil(b"\r\n\r\n")
    log.write(f"{name} {head.split(bytes([13]))[0].decode('latin1')}\n")
    return head


async def pour(w, piece, pause=0):
    while True:
        w.write(piece)
        await w.drain()
        await asyncio.sleep(pause)


def path(head):
    return head.split(b" ")[1].decode()


def gzipped(body, layers=1):
    return OK + b"Content-Encoding: " + b", ".join([b"gzip"] * layers) + b"\r\n\r\n" + body


PART = b"HTTP/1.1 206 Partial Content\r\n"
TWICE = gzip.compress(gzip.compress(bytes(64 << 20), 9), 9)
ANSWERS = {  # to each request, and then the connection is closed
    "short_body": OK + b"Content-Length: 1000\r\n\r\n" + b"x" * 100,
    "bomb": gzipped(gzip.compress(bytes(256 << 20), 9)),  # 256 MiB of zeros in 256 KiB
    "bomb_twice": gzipped(TWICE, 2),
    "bomb_layers": gzipped(TWICE, 30),
    "bad_gzip": gzipped(b"no gzip at all" * 20),
    "http09": b"<html><title>x</title></html>\n",
    "garbage": bytes(range(256)) * 8,
    "bad_chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n",
    "bad_length": OK + b"Content-Length: -5\r\n\r\nxx",
    "part_unasked": PART + b"Content-Range: bytes 0-1/2\r\nContent-Length: 2\r\n\r\nxx",
    "part_nameless": PART + b"Content-Length: 2\r\n\r\nxx",
    "no_status": b"HTTP/1.1 \r\nContent-Length: 2\r\n\r\nxx",
}
ENDLESS = {  # what comes first, and what then comes for ever, with so many seconds between
    "slow_head": (OK, b"X", 0.5),
    "slow_body": (OK + b"\r\n", b"x", 0.5),
    "endless_body": (OK + b"\r\n", b"x" * 65536, 0),
    "endless_head": (OK, (b"X-More: " + b"x" * 100 + b"\r\n") * 100, 0),
    "endless_interim": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", 0),
    "endless_line": (OK + b"X-Long: ", b"x" * 4096, 0),
    "endless_trailer": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X-More: " + b"x" * 100 + b"\r\n", 0),
    "padding": (gzipped(gzip.compress(b"")[:10]), b"\0\0\0\xff\xff" * 4096, 0),  # empty blocks: it unpacks to nothing
    "padding_name": (gzipped(b"\x1f\x8b\x08\x08\0\0\0\0\0\x03"), b"x" * 16384, 0),  # the name of the file has no end
    "whole_for_range": (OK + b"Content-Length: 100000000\r\n\r\n", b"y" * 65536, 0),
}


async def answer(r, w, n):
    await request(r, n)
    w.write(ANSWERS[n])


async def endless(r, w, n):
    first, piece, pause = ENDLESS[n]
    await request(r, n)
    w.write(first)
    await pour(w, piece, pause)


WAYS.update(dict.fromkeys(ANSWERS, answer))
WAYS.update(dict.fromkeys(ENDLESS, endless))


@way
async def reset_accept(r, w, n):
    await asyncio.sleep(0.2)  # sooner, and the client would not even see it connect
    reset(w)


@way
async def close_accept(r, w, n):
    pass


@way
async def reset_request(r, w, n):
    await request(r, n)
    reset(w)


@way
async def reset_head(r, w, n):
    await request(r, n)
    w.write(b"HTTP/1.1 200 OK\r\nServer: x")
    await w.drain()
    await asyncio.sleep(0.2)
    reset(w)


@way
async def reset_body(r, w, n):
    await request(r, n)
    w.write(OK + b"Content-Length: 1000\r\n\r\n" + b"x" * 100)
    await w.drain()
    await asyncio.sleep(0.2)
    reset(w)


@way
async def silent(r, w, n):
    await request(r, n)
    await asyncio.sleep(3600)


@way
async def drops(r, w, n):
    """Keeps the connection, and drops whoever asks again over it."""
    await request(r, n)
    w.write(OK + b"Content-Length: 2\r\n\r\nok")
    await w.drain()
    await request(r, n)


@way
async def endless_hops(r, w, n):
    head = await request(r, n)
    here = path(head)
    if here == "/robots.txt":
        w.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        return
    to = int(here[1:] or "0") + 1
    w.write(f"HTTP/1.1 302 Found\r\nLocation: /{to}\r\nContent-Length: 0\r\n\r\n".encode())


@way
async def plain_tls(r, w, n):
    """Speaks in the clear where TLS is spoken."""
    w.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await w.drain()


@way
async def reset_tls(r, w, n):
    await r.read(5)
    reset(w)


@way
async def silent_tls(r, w, n):
    await asyncio.sleep(3600)


@way
async def rude_tls(r, w, n):
    """A body without a length, and no close_notify."""
    await request(r, n)
    w.write(OK + b"\r\nwhole")
    await w.drain()
    await asyncio.sleep(0.2)
    raw = w.get_extra_info("socket")
    socket.socket(fileno=socket.dup(raw.fileno())).shutdown(socket.SHUT_RDWR)


FRAMES = bytes([0, 0, 5, 2, 0, 0, 0, 0, 3, 0, 0, 0, 1, 16]) * 1170


@way
async def endless_frames_tls(r, w, n):
    """HTTP/2: SETTINGS, then PRIORITY frames (RFC 9113 section 6.3) and nothing else."""
    await r.read(65536)
    w.write(bytes([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0]))
    await pour(w, FRAMES * 64)


HEADERS, RST_STREAM, SETTINGS, GOAWAY = 1, 3, 4, 7


def frame(kind, stream, payload=b"", flags=0):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


async def asked_in_frames(r, w, n):
    """The first request of HTTP/2."""
    w.write(frame(SETTINGS, 0))
    await r.readexactly(24)
    await next_in_frames(r, n)


async def next_in_frames(r, n):
    while True:
        head = await r.readexactly(9)
        await r.readexactly(int.from_bytes(head[:3], "big"))
        if head[3] == HEADERS:
            log.write(f"{n} HEADERS\n")
            return


@way
async def wants_old_tls(r, w, n):
    """Offers HTTP/2 and then wants HTTP/1.1 (RFC 9113 section 7), as IIS does where one may log in."""
    if w.get_extra_info("ssl_object").selected_alpn_protocol() == "h2":
        await asked_in_frames(r, w, n)
        w.write(frame(RST_STREAM, 1, struct.pack(">I", 13)))
        await r.read()
    else:
        await request(r, n)
        w.write(OK + b"Connection: close\r\nContent-Length: 3\r\n\r\nold")


@way
async def goes_away_tls(r, w, n):
    """Answers once, and did not look at what came after that (RFC 9113 section 6.8)."""
    if w.get_extra_info("ssl_object").selected_alpn_protocol() != "h2":
        return await wants_old_tls(r, w, n)
    await asked_in_frames(r, w, n)
    w.write(frame(HEADERS, 1, b"\x88", 5) + frame(SETTINGS, 0, flags=1))
    await next_in_frames(r, n)
    w.write(frame(GOAWAY, 0, struct.pack(">II", 1, 0)))
    await r.read()


def serve(name, f):
    async def one(r, w):
        try:
            log.write(f"{name} connection\n")
            await f(r, w, name)
            await w.drain()
            w.close()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, OSError):
            w.transport.abort()

    return one


CONTEXTS = {
    "rude_tls": context,
    "endless_frames_tls": two,
    "wants_old_tls": either,
    "goes_away_tls": either,
}


async def main():
    for i, (name, f) in enumerate(WAYS.items(), 1):
        tls = CONTEXTS.get(name)
        port = 443 if name.endswith("_tls") else 80
        await asyncio.start_server(serve(name, f), f"10.77.2.{i}", port, ssl=tls)
        print(f"address=/{name.replace('_', '-')}.probe-demo.edu.cn/10.77.2.{i}", flush=True)
    print("ready", flush=True)
    await asyncio.sleep(3600)


asyncio.run(main())
