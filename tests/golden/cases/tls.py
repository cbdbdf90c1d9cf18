# SPDX-License-Identifier: GPL-2.0-or-later
"""TLS over TCP: hellos in pieces, hellos of every kind, certificates in the clear, upgrades."""
import datetime
import itertools
import struct

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from wire import Hello, Quic, client_hello, crypto, ext, records, request

from cases.core import CLIENT, SERVER, Talk, case, frame, udp
from cases.names import HERE, ech_configs, header, question, record, reply, service_params


class Ports:
    """A new connection for each hello of a capture"""

    def __init__(self, cap):
        self.cap, self.port = cap, 40000

    def talk(self, data, dport=443, **fields):
        self.port += 1
        return Talk(self.cap, data, dport, self.port, **fields).syn()


def named(cap, name, packets, **more):
    cap.row("tls-sni", name, "-", packets, **more)


@case()
def tls_two_segments(cap):
    """A hello in two segments, in both orders, cut inside the record header, the handshake header, the random, the name
    and behind the name."""
    ports = Ports(cap)
    for i, at in enumerate((1, 3, 5, 7, 9, 40, -60, -4)):
        for order in (0, 1):
            name = "two%d-%d.example.cn" % (i, order)
            data = records(client_hello(name))
            at = at if at > 0 else len(data) + at
            parts = [(0, at), (at, None)]
            named(cap, name, ports.talk(data).cuts(*(parts[::-1] if order else parts)))
    cap.counts(tls_hello=16, tcp_hole=0, tls_bad=0)


@case()
def tls_three_segments(cap):
    """A hello in three segments, in each of the six orders, with cuts near its beginning and of a usual size."""
    ports = Ports(cap)
    for i, (a, b) in enumerate(((4, 8), (600, 1200))):
        for j, order in enumerate(itertools.permutations([(0, a), (a, b), (b, None)])):
            name = "three%d-%d.example.cn" % (i, j)
            named(cap, name, ports.talk(records(client_hello(name, 1200))).cuts(*order))
    cap.counts(tls_hello=12, tcp_hole=0, tls_bad=0)


@case()
def tls_many_records(cap):
    """A hello over two records, over records of 100 octets, of one octet; the records' segments swapped, the second record
    of another minor version."""
    ports = Ports(cap)
    for size in (3, 5, 100, 1):
        name = "records%d.example.cn" % size
        named(cap, name, ports.talk(records(client_hello(name), size)).send())
    data = records(client_hello("swapped.example.cn"), 100)
    named(cap, "swapped.example.cn", ports.talk(data).cuts((105, 210), (210, None), (0, 105)))
    data = bytearray(records(client_hello("minor.example.cn"), 100))
    data[107] = 3
    named(cap, "minor.example.cn", ports.talk(data).send())
    name = "byte-by-byte.example.cn"
    data = records(client_hello(name), 1)
    named(cap, name, ports.talk(data).cuts(*[(i, i + 9) for i in range(0, len(data), 9)]))
    cap.counts(tls_hello=7, tls_bad=0)


@case()
def tls_grease(cap):
    """GREASE (RFC 8701) among versions, ciphers, groups and extensions, first and last."""
    ports = Ports(cap)
    for i, value in enumerate((0x0a0a, 0x3a3a, 0xeaea)):
        h = Hello("grease%d.example.cn" % i, grease=value)
        named(cap, h.name, ports.talk(records(h.bytes())).send(), ja4=h.ja4(), alpn="h2")
    cap.counts(tls_bad=0)


@case()
def tls_post_quantum(cap):
    """X25519MLKEM768 makes hellos of 1.7 kB, larger groups of 12 kB; in segments of 1400, in order, reversed and with the
    first one last."""
    ports = Ports(cap)
    for key in (1216, 11500):
        for i, turn in enumerate((lambda p: p, lambda p: p[::-1], lambda p: p[1:] + p[:1])):
            h = Hello("pq%d-%d.example.cn" % (key, i), key=key)
            data = records(h.bytes())
            parts = [(at, at + 1400) for at in range(0, len(data), 1400)]
            named(cap, h.name, ports.talk(data).cuts(*turn(parts)), ja4=h.ja4())
    cap.counts(tls_hello=6, tcp_hole=0, tcp_cap=0)


@case()
def tls_fingerprints(cap):
    """JA4 and ALPN of different clients: TLS 1.2 alone, without ALPN, with one odd protocol, with shuffled extensions."""
    ports = Ports(cap)
    for h, alpn in ((Hello("ja4a.example.cn", versions=()), "h2"), (Hello("ja4b.example.cn", alpn=()), None),
                    (Hello("ja4c.example.cn", alpn=("dot",)), "dot"),
                    (Hello("ja4d.example.cn", extra=[(0xff01, b"\0"), (5, b"\1\0\0\0\0"), (0x4469, b"\0\3\2h2")]), "h2"),
                    (Hello("ja4e.example.cn", ciphers=(0xc030, 0xc02f, 0x009d, 0x1301), algorithms=(0x0804, 0x0403)), "h2")):
        more = dict(alpn=alpn) if alpn else {}
        named(cap, h.name, ports.talk(records(h.bytes())).send(), ja4=h.ja4(), **more)


@case()
def tls_ech(cap):
    """Encrypted hellos: the outer name is told with the config that hid the inner one; GREASE looks the same. Without the
    extension nothing is said."""
    ports = Ports(cap)
    for h, config in ((Hello("public.example.cn", ech=7), 7), (Hello("other.example.cn", ech=255, grease=0x2a2a), 255)):
        named(cap, h.name, ports.talk(records(h.bytes())).send(), ech=config)
    h = Hello("plain.example.cn")
    named(cap, h.name, ports.talk(records(h.bytes())).send(), ech=None)


@case()
def ech_outer(cap):
    """A campus host's record publishes two ECH configurations; twelve clients then greet only the outer names, over TLS and over
    QUIC, while twelve visit an unfiled host beside it. Twelve visit one that publishes a configuration for itself, and one that a
    stranger shows with every config_id there is. tests/e2e/ech_outer.sh judges this capture."""
    school = "shili-demo.edu.cn"

    def publish(owner, *configs):
        params = service_params((1, b"\2h2\2h3"), (5, ech_configs(*[(i, (name + "." + school).encode()) for i, name in configs])))
        body = header(0x8180, 1, 1, ident=configs[0][0]) + question(owner.encode(), 65) + record(HERE, 65, b"\0\1\0" + params)
        told = [{"ech": i, "ech_name": name + "." + school} for i, name in configs]
        one = {} if owner == "stranger.example" else dict(told[0], ech_others=told[1:] or None)
        cap.row("dns-service", owner, "HTTPS:.", reply(cap, body), **one)

    publish("hidden." + school, (7, "cover"), (8, "front"))
    publish("own." + school, (9, "own"))
    for i in range(0, 256, 4):
        publish("stranger.example", *[(i + k, "shown") for k in range(4)])
    ports = Ports(cap)
    for i in range(12):
        ends = dict(src="192.0.2.%d" % (100 + i), dst="203.0.113.7")
        for name, config in (("cover", 7), ("front", 8)):
            h = Hello("%s.%s" % (name, school), ech=config)
            named(cap, h.name, ports.talk(records(h.bytes()), **ends).send(), ech=config, ja4=h.ja4())
            h = Hello(h.name, alpn=("h3",), ech=config)
            packet = Quic(dcid=b"outer%d-%d" % (config, i)).initial(crypto(h.bytes(), 0, 1100))
            cap.row("quic-sni", h.name, "0x00000001", cap.add_all([frame(udp(packet, 50000 + i, 443, **ends))]), ech=config)
        for name, config in (("visited", None), ("own", 9), ("shown", 20 * i)):
            h = Hello("%s.%s" % (name, school), ech=config)
            named(cap, h.name, ports.talk(records(h.bytes()), **ends).send(), **({} if name == "shown" else {"ech": config}))
    cap.counts(hidden_ech=48, ech_unproven=24, tls_hello=60, quic_hello=24)


@case()
def tls_no_name(cap):
    """Hellos without a server name, with an empty one, without extensions at all: counted, no row."""
    ports = Ports(cap)
    bare = b"\x03\x01" + bytes(range(32)) + b"\0\0\2\0\x2f\1\0"
    for hello in (Hello(None).bytes(), b"\1" + struct.pack(">I", len(bare))[1:] + bare, client_hello("")):
        ports.talk(records(hello)).send()
    cap.counts(tls_hello=3, tls_no_name=3)


@case()
def tls_odd_names(cap):
    """Names as they come: capitals, a dot at the end, an A-label, an underscore, an address, 253 octets, two names in the
    list, bytes that are no ASCII."""
    ports = Ports(cap)
    longest = ".".join(["a" * 49] * 5) + ".cn"
    for sent, seen in (("WWW.Example.CN", "www.example.cn"), ("dot.example.cn.", "dot.example.cn"),
                       ("xn--fiqs8s.example.cn", "xn--fiqs8s.example.cn"), ("_tls.example.cn", "_tls.example.cn"),
                       ("192.0.2.7", "192.0.2.7"), (longest, longest)):
        named(cap, seen, ports.talk(records(client_hello(sent))).send())
    h = Hello(None, extra=[(0, struct.pack(">HBH", 20, 0, 17) + b"first\xe5.example.cn")])
    named(cap, "first\\xe5.example.cn", ports.talk(records(h.bytes())).send())
    one, two = b"one.example.cn", b"two.example.cn"
    both = b"".join(struct.pack(">BH", 0, len(n)) + n for n in (one, two))
    h = Hello(None, extra=[(0, struct.pack(">H", len(both)) + both)])
    named(cap, "one.example.cn", ports.talk(records(h.bytes())).send())


@case()
def tls_lies(cap):
    """Hellos whose lengths lie, records too large, an alert in the middle: no name is made up, the name that is whole stays."""
    ports = Ports(cap)
    good = records(client_hello("good.example.cn"))
    for at, value in ((4, 0), (5, 2)):                     # record of nothing, a ServerHello
        bad = bytearray(good)
        bad[at] = value
        ports.talk(bad).send()
    bad = bytearray(records(client_hello("no.example.cn")))
    bad[43] = 200                                          # the session id is longer than it can be
    ports.talk(bad).send()
    part = records(client_hello("no.example.cn"), 100)
    ports.talk(part[:105] + b"\x15\x03\x03\0\2\2\x28" + part[105:]).send()
    named(cap, "good.example.cn", ports.talk(good).send())
    cap.counts(tls_hello=1)


@case()
def tls_odd_port(cap):
    """Hellos on ports of other protocols: 80, 53, 25, 8080, 65535 and 1, and from a server's port to a client's."""
    ports = Ports(cap)
    for port in (80, 53, 25, 8080, 65535, 1):
        name = "port%d.example.cn" % port
        named(cap, name, ports.talk(records(client_hello(name)), port).send())
    talk = Talk(cap, records(client_hello("reverse.example.cn")), 40000, 443, src=SERVER, dst=CLIENT).syn()
    named(cap, "reverse.example.cn", talk.send())


@case()
def tls_after_starttls(cap):
    """A hello behind the plain beginning of another protocol: SMTP, IMAP, POP3, FTP, XMPP, LDAP, PostgreSQL, SOCKS 5 and the
    PROXY protocol. Each step is a segment, as clients send it."""
    steps = {
        "smtp": (25, [b"EHLO mail.example.cn\r\n", b"STARTTLS\r\n"]),
        "imap": (143, [b"a CAPABILITY\r\n", b"b STARTTLS\r\n"]),
        "pop3": (110, [b"CAPA\r\n", b"STLS\r\n"]),
        "ftp": (21, [b"FEAT\r\n", b"AUTH TLS\r\n"]),
        "xmpp": (5222, [b"<?xml version='1.0'?><stream:stream to='example.cn' version='1.0'>",
                        b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"]),
        "ldap": (389, [b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"]),
        "postgresql": (5432, [b"\0\0\0\x08\x04\xd2\x16\x2f"]),
        "socks": (1080, [b"\5\1\0", b"\5\1\0\3\x0cexample.test\1\xbb"]),
        "proxy": (443, [b"PROXY TCP4 192.0.2.1 198.51.100.1 1234 443\r\n"]),
    }
    ports = Ports(cap)
    for what, (port, before) in steps.items():
        name = "%s.example.cn" % what
        hello = records(client_hello(name))
        talk = ports.talk(b"".join(before) + hello, port)
        at = 0
        for part in before:
            talk.send(at, at + len(part))
            at += len(part)
        named(cap, name, talk.cuts((at, at + 100), (at + 100, None)))
    cap.counts(tls_hello=9)


@case()
def tls_behind_proxy(cap):
    """A balancer's PROXY header (version 1, version 2 with and without addresses) in front of a hello: in the same segment, in
    one of its own, cut in the middle; HTTP behind one; a header that is none."""
    two = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x13" + bytes(12) + b"\4\0\4abcd"  # addresses and a TLV
    heads = (b"PROXY TCP4 192.0.2.1 198.51.100.1 1234 443\r\n", b"PROXY UNKNOWN\r\n", two, two[:12] + b"\x20\0\0\0")
    ports = Ports(cap)
    for i, head in enumerate(heads):
        for j, cut in enumerate((None, len(head), 7)):
            name = "proxy%d-%d.example.cn" % (i, j)
            data = head + records(client_hello(name))
            named(cap, name, ports.talk(data).cuts(*([(0, None)] if cut is None else [(0, cut), (cut, None)])))
    got = ports.talk(two + request("/", "proxy-http.example.cn"), 80).cuts((0, 20), (20, None))
    cap.row("http-request", "proxy-http.example.cn", "GET /", got)
    ports.talk(two[:12] + b"\x31\x11\0\x0c" + bytes(12) + b"GET /no HTTP/1.1\r\nHost: no.example\r\n\r\n").send()
    ports.talk(b"PROXY " + b"x" * 200 + b"\r\nGET /no HTTP/1.1\r\nHost: no.example\r\n\r\n").send()
    cap.counts(tls_hello=12, http_request=1)


def hello_retry(port):
    """HelloRetryRequest: a ServerHello with the random of RFC 8446 section 4.1.3"""
    magic = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
    exts = ext(43, b"\x03\x04") + ext(51, b"\0\x17")
    body = b"\x03\x03" + magic + b"\x20" + bytes(range(32)) + b"\x13\x01\0" + struct.pack(">H", len(exts)) + exts
    return records(b"\2" + struct.pack(">I", len(body))[1:] + body)


@case()
def tls_hello_retry(cap):
    """A HelloRetryRequest: the client says its hello again with another key share. Told once."""
    first, second = Hello("retry.example.cn", key=32), Hello("retry.example.cn", key=65)
    data = records(first.bytes())
    talk = Talk(cap, data + b"\x14\x03\x03\0\1\1" + records(second.bytes())).syn()
    named(cap, "retry.example.cn", talk.send(0, len(data)))
    Talk(cap, hello_retry(443), 40000, 443, src=SERVER, dst=CLIENT).send()
    talk.send(len(data))
    # ... of which the first was not captured
    lost = Talk(cap, data.replace(b"retry", b"again") + b"\x14\x03\x03\0\1\1" + records(Hello("again.example.cn", key=65).bytes()),
                sport=40001).syn()
    named(cap, "again.example.cn", lost.send(len(data)))
    lost.fin()
    joined = Talk(cap, b"\x14\x03\x03\0\1\1" + records(Hello("joined.example.cn", key=65).bytes()), sport=40002)
    named(cap, "joined.example.cn", joined.send())
    cap.counts(tls_hello=3, tls_bad=0)


@case()
def tls_socks(cap):
    """A hello, and a request, through SOCKS 4, 4a and 5, with a password, in one go."""
    ways = ((b"\4\1\1\xbb\xc0\0\2\7\0",), (b"\4\1\1\xbb\0\0\0\1\0socks.example.cn\0",), (b"\5\1\0", b"\5\1\0\1\xc0\0\2\7\1\xbb"),
            (b"\5\2\0\2", b"\1\4user\6secret", b"\5\1\0\3\x10socks.example.cn\1\xbb"), (b"\5\1\0", b"\5\1\0\4" + bytes(15) + b"\1\1\xbb"))
    ports, hello = Ports(cap), records(client_hello("socks.example.cn"))
    for parts in ways:
        for last, row in ((hello, ("tls-sni", "socks.example.cn", "-")),
                          (request("/in", "socks.example.cn"), ("http-request", "socks.example.cn", "GET /in"))):
            talk, at = ports.talk(b"".join(parts) + last, 1080), 0
            for part in parts:
                talk.send(at, at + len(part))
                at += len(part)
            cap.row(*row, talk.send(at))
    talk = ports.talk(b"\5\1\0\5\1\0\1\xc0\0\2\7\1\xbb" + hello, 1080)  # does not wait for the proxy's word
    talk.send(0, 3)
    cap.row("tls-sni", "socks.example.cn", "-", talk.send(3))
    cap.counts(tls_hello=6, http_request=5, tls_bad=0, http_bad=0)


@case()
def tls_ssl2_hello(cap):
    """A hello in the form of SSL 2.0 (RFC 5246 appendix E.2) and SSL 3.0's without extensions: no name can be there."""
    ports = Ports(cap)
    body = b"\1\3\1" + struct.pack(">HHH", 9, 0, 16) + b"\0\0\x2f\0\0\x35\1\0\x80" + bytes(range(16))
    ports.talk(struct.pack(">H", 0x8000 | len(body)) + body).send()
    bare = b"\x03\0" + bytes(range(32)) + b"\0\0\2\0\x2f\1\0"
    ports.talk(records(b"\1" + struct.pack(">I", len(bare))[1:] + bare)).send()
    cap.counts(tls_no_name=2)


# A key that protects nothing: fixed, so that the certificates are the same each time but for their signatures,
# which is why the signature is cut out and replaced below.
KEY = ec.derive_private_key(7, ec.SECP256R1())


def certificate(common, names, extra=0):
    """DER with these names; the signature replaced by fixed octets, nobody verifies it"""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "示例" + "x" * min(extra, 60)),
                         x509.NameAttribute(NameOID.COMMON_NAME, common)])
    build = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(KEY.public_key())
    build = build.serial_number(1).not_valid_before(datetime.datetime(2026, 1, 1)).not_valid_after(datetime.datetime(2027, 1, 1))
    if names:
        build = build.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
    der = build.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    tbs = x509.load_der_x509_certificate(der).tbs_certificate_bytes
    rest = bytes.fromhex("300a06082a8648ce3d040302") + b"\3\x41\0" + b"\x5a" * 64  # ecdsa-with-SHA256, BIT STRING
    size = len(tbs) + len(rest)
    return b"\x30\x82" + struct.pack(">H", size) + tbs + rest


def server_flight(*certificates, version=0x0303, exts=b""):
    body = struct.pack(">H", version) + bytes(range(32)) + b"\x20" + bytes(range(32)) + b"\xc0\x2b\0"
    body += struct.pack(">H", len(exts)) + exts if exts else b""
    out = b"\2" + struct.pack(">I", len(body))[1:] + body
    chain = b"".join(struct.pack(">I", len(c))[1:] + c for c in certificates)
    body = struct.pack(">I", len(chain))[1:] + chain
    return out + b"\x0b" + struct.pack(">I", len(body))[1:] + body + b"\x0e\0\0\0"


def answer(cap, data, port):
    return Talk(cap, data, port, 443, seq=9000, src=SERVER, dst=CLIENT).syn("SA")


@case()
def tls_certificate(cap):
    """The names of the leaf certificate of TLS 1.2: in one record, over records, over swapped segments, without a subject
    alternative name, with twenty; not those of the CA, and none of TLS 1.3."""
    ca = certificate("CA of nobody", ["ca.example"])
    leaf = certificate("ignored.example.cn", ["www.cert.example.cn", "*.Cert.example.cn"])
    got = answer(cap, records(server_flight(leaf, ca)), 40001).send()
    for name in ("www.cert.example.cn", "*.Cert.example.cn"):
        cap.row("tls-cert", name, "-", got)
    got = answer(cap, records(server_flight(certificate("cn-only.example.cn", []), ca), 300), 40002).send()
    cap.row("tls-cert", "cn-only.example.cn", "-", got)
    flight = records(server_flight(certificate("x", ["swapped.cert.example.cn"]), ca))
    got = answer(cap, flight, 40003).cuts((500, None), (0, 200), (200, 500))
    cap.row("tls-cert", "swapped.cert.example.cn", "-", got)
    many = ["n%d.cert.example.cn" % i for i in range(20)]
    got = answer(cap, records(server_flight(certificate("x", many))), 40004).send()
    for name in many[:16]:
        cap.row("tls-cert", name, "-", got)
    answer(cap, records(server_flight(leaf, exts=ext(43, b"\x03\x04"))), 40005).send()
    cap.counts(tls_cert=4)
