# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP/1: requests as clients send them, responses with titles, tunnels and upgrades."""
import gzip
import struct
import zlib

from wire import client_hello, records, request

from cases.core import CLIENT, CLIENT6, SERVER, SERVER6, Talk, case


class Ports:
    """A new connection for each exchange of a capture"""

    def __init__(self, cap):
        self.cap, self.port = cap, 40000

    def talk(self, data, dport=80, **fields):
        self.port += 1
        return Talk(self.cap, data, dport, self.port, **fields).syn()

    def back(self, data):
        """The server's side of the last one"""
        return Talk(self.cap, data, self.port, 80, seq=9000, src=SERVER, dst=CLIENT).syn("SA")


def asked(cap, host, packets, line="GET /"):
    cap.row("http-request", host, line, packets)


@case()
def http_odd_requests(cap):
    """Odd and legal, or broken and common: bare LF, blanks around, tabs, names in capitals, no Host, an absolute target, an
    IPv6 host with a port, user and password in the target, octets that are no ASCII, methods of WebDAV and unknown ones."""
    ports = Ports(cap)
    rows = (
        (b"GET /lf HTTP/1.1\nHost: lf.example.cn\n\n", "lf.example.cn", "GET /lf"),
        (b"\r\n\r\nGET /breaks HTTP/1.1\r\nHost: breaks.example.cn\r\n\r\n", "breaks.example.cn", "GET /breaks"),
        (b"GET /case HTTP/1.1\r\nhOST:CASE.Example.CN\r\n\r\n", "case.example.cn", "GET /case"),
        (b"GET /blank HTTP/1.1\r\nHost: \t blank.example.cn \t\r\n\r\n", "blank.example.cn", "GET /blank"),
        (b"GET http://absolute.example.cn/a?b HTTP/1.1\r\nHost: absolute.example.cn\r\n\r\n", "absolute.example.cn",
         "GET http://absolute.example.cn/a?b"),
        (b"GET /none HTTP/1.0\r\n\r\n", "-", "GET /none"),
        (b"GET /port HTTP/1.1\r\nHost: port.example.cn:8080\r\n\r\n", "port.example.cn:8080", "GET /port"),
        (b"GET /six HTTP/1.1\r\nHost: [2001:DB8::1]:81\r\n\r\n", "[2001:db8::1]:81", "GET /six"),
        (b"PROPFIND /dav HTTP/1.1\r\nHost: dav.example.cn\r\nDepth: 1\r\n\r\n", "dav.example.cn", "PROPFIND /dav"),
        (b"FETCH-ALL /own HTTP/1.1\r\nHost: own.example.cn\r\n\r\n", "own.example.cn", "FETCH-ALL /own"),
        (b"GET /\xe4\xb8\xad HTTP/1.1\r\nHost: bytes.example.cn\r\n\r\n", "bytes.example.cn", "GET /\\xe4\\xb8\\xad"),
        (b"OPTIONS * HTTP/1.1\r\nHost: star.example.cn\r\n\r\n", "star.example.cn", "OPTIONS *"),
        (b"GET /dot HTTP/1.1\r\nHost: dot.example.cn.\r\n\r\n", "dot.example.cn", "GET /dot"),
        (b"GET /twice HTTP/1.1\r\nHost: twice.example.cn\r\nHost: other.example.cn\r\n\r\n", "twice.example.cn", "GET /twice"),
    )
    for data, host, line in rows:
        asked(cap, host, ports.talk(data).send(), line)
    asked(cap, "v6.example.cn", ports.talk(request("/v6", "v6.example.cn"), 8080, src=CLIENT6, dst=SERVER6).send(), "GET /v6")
    cap.counts(http_request=len(rows) + 1)


@case()
def http_empty_fields(cap):
    """Fields that are there and empty tell what absent ones tell: "-"."""
    got = Ports(cap).talk(b"GET /empty HTTP/1.1\r\nHost:\r\nUser-Agent:\r\nReferer: \r\n\r\n").send()
    for kind, extra in (("http-request", "GET /empty"), ("http-user-agent", "-"), ("http-referer", "-")):
        cap.row(kind, "-", extra, got)
    cap.counts(http_request=1)


@case()
def http_folds(cap):
    """Folded fields (RFC 9112 section 5.2): each is one value with a blank in place of the fold."""
    data = (b"GET /fold HTTP/1.1\r\nHost:\r\n fold.example.cn\r\nUser-Agent: one\r\n\t two\r\n   three\r\n"
            b"Referer: http://from.example.cn/\r\n\r\n")
    got = Ports(cap).talk(data).cuts((0, 30), (60, None), (30, 60))
    asked(cap, "fold.example.cn", got, "GET /fold")
    cap.row("http-user-agent", "one two three", "fold.example.cn", got)
    cap.row("http-referer", "http://from.example.cn/", "fold.example.cn", got)


@case()
def http_pipeline(cap):
    """Twenty requests without waiting, cut at every 70 octets: among them bodies by length and in chunks that hold requests."""
    inner = request("/no", "no.example")
    data, ends = b"", []
    for i in range(20):
        if i % 5 == 3:
            data += request("/%d" % i, "pipe.example.cn", "POST", Content_Length=len(inner))
            ends.append((len(data), "POST"))
            data += inner
        elif i % 5 == 4:
            data += request("/%d" % i, "pipe.example.cn", "PUT", Transfer_Encoding="chunked")
            ends.append((len(data), "PUT"))
            data += b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)
        else:
            data += request("/%d" % i, "pipe.example.cn")
            ends.append((len(data), "GET"))
    talk = Ports(cap).talk(data)
    got = talk.cuts(*[(at, at + 70) for at in range(0, len(data), 70)])
    for i, (end, method) in enumerate(ends):
        # what came before decides where each one begins
        asked(cap, "pipe.example.cn", got[:(end - 1) // 70 + 1], "%s /%d" % (method, i))
    cap.counts(http_request=20, http_bad=0)


@case()
def http_large_head(cap):
    """A head of 12 kB in nine segments, the first one last; a target of 4000 octets."""
    ports = Ports(cap)
    data = request("/large", "large.example.cn", Cookie="c" * 12000)
    asked(cap, "large.example.cn", ports.talk(data).cuts(*([(at, at + 1400) for at in range(1400, len(data), 1400)] + [(0, 1400)])),
          "GET /large")
    long = "/" + "t" * 3999
    data = request(long, "target.example.cn")
    asked(cap, "target.example.cn", ports.talk(data).cuts((1400, None), (0, 1400)), "GET " + long)
    cap.counts(http_request=2, tcp_hole=0, tcp_cap=0)


@case()
def http_tunnels(cap):
    """CONNECT with a hello behind it, with HTTP behind it, refused and tried again; a WebSocket, after which nothing is HTTP."""
    ports = Ports(cap)
    head = request("tls.example.cn:443", "tls.example.cn:443", "CONNECT")
    talk = ports.talk(head + records(client_hello("tls.example.cn")), 3128)
    first = talk.send(0, len(head))
    asked(cap, "tls.example.cn:443", first, "CONNECT tls.example.cn:443")
    cap.row("tls-sni", "tls.example.cn", "-", first + talk.cuts((len(head) + 60, None), (len(head), len(head) + 60)))
    head = request("plain.example.cn:80", "plain.example.cn:80", "CONNECT")
    talk = ports.talk(head + request("/in", "plain.example.cn"), 3128)
    asked(cap, "plain.example.cn:80", talk.send(0, len(head)), "CONNECT plain.example.cn:80")
    asked(cap, "plain.example.cn", talk.send(len(head)), "GET /in")
    head = request("/chat", "ws.example.cn", Connection="Upgrade", Upgrade="websocket")
    talk = ports.talk(head + b"\x81\x85abcdXXXXX" + request("/no", "no.example"))
    asked(cap, "ws.example.cn", talk.send(0, len(head)), "GET /chat")
    talk.send(len(head))


def page(title, body=b"", charset=b""):
    return b"<!doctype html><html><head>" + charset + b"<title>" + title + b"</title></head><body>" + body + b"</body></html>"


def response(body, status=b"200 OK", *fields, length=True):
    head = b"HTTP/1.1 " + status + b"\r\n" + b"".join(f + b"\r\n" for f in fields)
    if length:
        head += b"Content-Length: %d\r\n" % len(body)
    return head + b"\r\n" + body


def chunked(body, size):
    out = b""
    for at in range(0, len(body), size):
        out += b"%x\r\n%s\r\n" % (len(body[at:at + size]), body[at:at + size])
    return out + b"0\r\n\r\n"


HTML = b"Content-Type: text/html"


def packed(body):
    """gzip with a fixed time"""
    return gzip.compress(body, mtime=0)


def titled(name, data, title, doc, segments=None):
    """One capture for each title, since the rows of all would be the same."""
    def make(cap):
        ports = Ports(cap)
        ports.talk(b"")
        size = segments or len(data)
        parts = [(at, at + size) for at in range(0, len(data), size)]
        got = ports.back(data).cuts(*(parts[:1] + parts[2:3] + parts[1:2] + parts[3:]))
        more = {} if title is None else dict(title=title)
        cap.row("http-answer", "-", data[9:12].decode(), got, **more)
    make.__doc__ = doc
    case("http-title-" + name)(make)


def escaped(raw):
    return "".join(chr(c) if 0x20 <= c < 0x7f and c != 0x5c else "\\x%02x" % c for c in raw)


CHINESE = "示例大学 教务系统"
titled("plain", response(page(b"Plain title"), b"200 OK", HTML), "Plain title", "A page's title, in one segment.")
titled("swapped", response(page(b"Over swapped segments", b"y" * 200), b"200 OK", HTML), "Over swapped segments",
       "A title that lies over segments, the second and the third swapped.", 50)
titled("utf8", response(page(CHINESE.encode()), b"200 OK", HTML + b"; charset=utf-8"), escaped(CHINESE.encode()), "A title in UTF-8, as sent.")
titled("gb18030", response(page(CHINESE.encode("gb18030")), b"200 OK", HTML + b"; charset=gb18030"),
       escaped(CHINESE.encode("gb18030")), "A title in GB18030, as sent.")
titled("chunked", response(chunked(page(b"In chunks"), 17), b"200 OK", HTML, b"Transfer-Encoding: chunked", length=False), "In chunks",
       "A title cut by the borders of chunks, and by segments.", 60)
titled("gzip", response(packed(page(b"Packed", b"x" * 3000)), b"200 OK", HTML, b"Content-Encoding: gzip"), "Packed", "A title in gzip.")
titled("deflate", response(zlib.compress(page(b"Deflated")), b"200 OK", HTML, b"Content-Encoding: deflate"), "Deflated",
       "A title in deflate with zlib's wrapping (RFC 9110 section 8.4.1.2).")
titled("gzip-chunked", response(chunked(packed(page(b"Packed in chunks")), 30), b"200 OK", HTML, b"Content-Encoding: gzip",
                                b"Transfer-Encoding: chunked", length=False), "Packed in chunks", "A title in gzip in chunks in segments.", 70)
titled("comment", response(b"<!-- <title>no</title> --><TITLE lang=zh>  Behind a comment\n</TITLE >", b"200 OK", HTML), "Behind a comment",
       "A title in capitals with an attribute and blanks, behind a comment that holds another one.")
titled("no-length", response(page(b"Until the end"), b"200 OK", HTML, length=False), "Until the end",
       "A body without a length: it lasts as long as the connection.")
titled("not-html", response(b"GIF89a<title>no</title>", b"200 OK", b"Content-Type: image/gif"), None, "A picture has no title.")
titled("error", response(page(b"404 - nothing here"), b"404 Not Found", HTML), "404 - nothing here", "The page of an error.")


@case()
def http_redirects(cap):
    """Redirects and servers: Location, Server and content type of responses without a page; 100 and 304 between; answers
    that come in one segment."""
    ports = Ports(cap)
    ports.talk(b"")
    one = response(b"", b"302 Found", b"Location: https://sso.example.cn/login?back=1", b"Server: nginx/1.26.1")
    two = response(b"", b"301 Moved Permanently", b"LOCATION: /other", b"Server: Apache", b"Content-Type: text/plain")
    got = ports.back(one).send()
    cap.row("http-answer", "-", "302", got, location="https://sso.example.cn/login?back=1", server="nginx/1.26.1")
    ports.talk(b"")
    data = b"HTTP/1.1 100 Continue\r\n\r\n" + two + b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n" + \
        response(b"{}", b"200 OK", b"Content-Type: application/json")
    back = ports.back(data)
    got = back.cuts((0, 60), (60, None))
    cap.row("http-answer", "-", "100", got[:1])
    cap.row("http-answer", "-", "301", got, location="/other", server="Apache", content_type="text/plain")
    cap.row("http-answer", "-", "304", got)
    cap.row("http-answer", "-", "200", got, content_type="application/json")
    cap.counts(http_answer=5)


@case()
def http_not(cap):
    """What only looks like HTTP: RTSP, SIP, a text with GET in it, a head that never ends; and HTTP that is broken."""
    ports = Ports(cap)
    for data in (b"OPTIONS rtsp://no.example/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", b"INVITE sip:a@no.example SIP/2.0\r\nVia: x\r\n\r\n",
                 b"see GET /no HTTP/1.1 there\r\nHost: no.example\r\n\r\n", b"GET /no HTTP/1.1\r\nHost: no.example\r\nX: y\r\n",
                 b"GETGETGET /no HTTP/9\r\nHost: no.example\r\n\r\n", b"\0GET /no HTTP/1.1\r\nHost: no.example\r\n\r\n"):
        ports.talk(data).send()
    asked(cap, "yes.example.cn", ports.talk(request("/yes", "yes.example.cn")).send(), "GET /yes")
    cap.counts(http_request=1)


def frame2(kind, flags, stream, body):
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body


def literal(index, value):
    """HPACK: a literal without indexing, its name from the static table (RFC 7541 section 6.2.2)"""
    assert index < 15 and len(value) < 127
    return bytes([index, len(value)]) + value.encode()


@case()
def http2_cleartext(cap):
    """HTTP/2 with prior knowledge (RFC 9113 section 3.3), its request in literals that need no table begun before."""
    head = bytes([0x82, 0x86]) + literal(4, "/h2c") + literal(1, "h2c.example.cn")
    data = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame2(4, 0, 0, b"") + frame2(1, 5, 1, head)
    got = Ports(cap).talk(data).cuts((0, 30), (50, None), (30, 50))
    cap.row("http2-request", "h2c.example.cn", "GET /h2c", got)
    cap.counts(h2c=1, http_bad=0)
