# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP as a mirror port shows it: disorder, copies, holes, one side, forgeries."""
import itertools

from wire import client_hello, cname_answer, framed, query, records, request

from cases.core import CLIENT, CLIENT6, RESOLVER, SERVER, SERVER6, Talk, case, dns, eth, frame, quic_over, tagged, udp


def http(cap, host, target="/", **fields):
    """A request on a connection of its own; the Talk of it, its SYN sent"""
    return Talk(cap, request(target, host, **fields), 80, **cap_port(cap)).syn()


def cap_port(cap):
    """Another client port for each connection of a capture"""
    cap.ports = getattr(cap, "ports", 40000) + 1
    return dict(sport=cap.ports)


def told(cap, host, packets, target="/"):
    cap.row("http-request", host, "GET " + target, packets)


@case()
def tcp_every_order(cap):
    """A request in four segments, in each of the 24 orders."""
    for i, order in enumerate(itertools.permutations([(0, 9), (9, 30), (30, 45), (45, None)])):
        host = "order%d.example.cn" % i
        told(cap, host, http(cap, host).cuts(*order))
    cap.counts(tcp_hole=0, http_request=24)


@case()
def tcp_reversed(cap):
    """A head of twelve segments, the last one first."""
    talk = http(cap, "reversed.example.cn", Cookie="c" * 1000)
    told(cap, "reversed.example.cn", talk.cuts(*[(n * 100, n * 100 + 100) for n in reversed(range(12))]))
    cap.counts(tcp_hole=0)


@case(loss=False)
def tcp_byte_by_byte(cap):
    """A request in segments of one octet."""
    talk = http(cap, "bytes.example.cn")
    told(cap, "bytes.example.cn", talk.cuts(*[(n, n + 1) for n in range(len(talk.data))]))
    cap.counts(tcp_hole=0)


@case(loss=False)
def tcp_overlap(cap):
    """Segments that overlap and differ: the copy that came first counts, whatever end it has in common."""
    talk = http(cap, "first.example.cn", X="y" * 200)
    other = b"Z" * 300
    talk.send(0, 60)
    talk.send(100, 160)
    talk.send(20, other=other[:20])                        # inside what is known
    talk.send(60, other=talk.data[60:100] + other[:40])    # fills the hole, then lies about what came
    talk.send(0, other=other[:160])
    talk.send(150, other=other[:10] + talk.data[160:])     # begins inside what is known
    told(cap, "first.example.cn", None)
    talk = http(cap, "waiting.example.cn", X="y" * 200)
    talk.send(80, 200)
    talk.send(50, other=other[:30] + other[:100])           # 50..80 is new, though false: behind a hole as well
    talk.send(0, 50)
    lie = talk.data[:50] + other[:30] + talk.data[80:]
    host = lie[lie.index(b"Host: ") + 6:].split(b"\r\n")[0]
    talk.send(200)
    cap.row("http-request", host.decode().lower(), "GET /")
    cap.counts(http_request=2, tcp_conflict=5)


@case()
def tcp_retransmitted(cap):
    """The same bytes again: whole, in other pieces, one octet in front (keep-alive), long after."""
    talk = http(cap, "again.example.cn", X="y" * 100)
    first = talk.send(0, 50)
    talk.send(0, 50)
    rest = talk.send(50)
    told(cap, "again.example.cn", first + rest)
    talk.send(30, 90)
    talk.send()
    talk.put("A", len(talk.data) - 1, b"\0")
    second = Talk(cap, talk.data + request("/2", "again.example.cn"), 80, **{"sport": cap.ports})
    told(cap, "again.example.cn", second.send(len(talk.data)), "/2")
    second.send(40)
    second.fin()
    second.send(0, 70)
    cap.counts(http_request=2, tcp_hole=0)


@case()
def span_duplicates(cap):
    """A mirror session of both directions shows each routed packet twice: the second copy has another VLAN tag, other
    addresses of the frame and a TTL less by one. TCP and QUIC are told once."""
    def twice(ip):
        low = bytearray(ip)
        if ip[0] >> 4 == 6:
            low[7] -= 1
        else:
            low[8] -= 1
            total = (low[10] << 8 | low[11]) + 0x100  # RFC 1141
            low[10:12] = ((total & 0xffff) + (total >> 16)).to_bytes(2, "big")
        kind = 0x86dd if ip[0] >> 4 == 6 else 0x0800
        return [tagged([(0x8100, 10)], kind, ip), eth(kind, bytes(low), "020000000003", "020000000004")]

    talk = Talk(cap, request("/1", "span.example.cn") + request("/2", "span.example.cn"), 80, wrap=twice).syn()
    half = len(request("/1", "span.example.cn"))
    told(cap, "span.example.cn", talk.send(0, half)[:1], "/1")
    told(cap, "span.example.cn", talk.send(half)[:1], "/2")
    talk.fin()
    talk = Talk(cap, records(client_hello("span-tls.example.cn")), sport=40001, src=CLIENT6, dst=SERVER6, wrap=twice).syn()
    got = talk.cuts((60, None), (0, 60))
    cap.row("tls-sni", "span-tls.example.cn", "-", got[::2])
    talk = Talk(cap, framed(query("span-dns.example.cn")), 53, 40002, dst=RESOLVER, wrap=twice).syn()
    cap.row("dns-query", "span-dns.example.cn", "1", talk.send()[:1])
    hello = client_hello("span-quic.example.cn", 900)
    got = sum((cap.add_all(f) for f in quic_over(hello, ([(700, 2000), (0, 300)], [(300, 700)]), twice)), [])
    cap.row("quic-sni", "span-quic.example.cn", "0x00000001", [got[0], got[2]])
    cap.counts(http_request=2, tls_hello=1, dns_query=1, quic_hello=1)


@case()
def span_datagrams(cap):
    """Queries and answers that the mirror shows twice, with another TTL and VLAN tag: told once. Asked again half a second
    later, with another id, or by another client, they count again."""
    def twice(ip, gap=0.0):
        low = bytearray(ip)
        low[8] -= 1
        low[10:12] = b"\0\0"
        first = cap.add(tagged([(0x8100, 10)], 0x0800, ip))
        cap.wait(gap)
        cap.add(eth(0x0800, bytes(low), "020000000003", "020000000004"))
        return [first]

    def asked(*args, **fields):
        cap.row("dns-query", "span.example.cn", "1", twice(dns("span.example.cn", *args, **fields)))
    asked()
    cap.wait(0.5)
    asked()
    asked(ident=2)
    asked(src="192.0.2.11")
    cap.row("dns-answer", "www.example.edu.cn", "CNAME:edge.example.edu.cn", got := twice(udp(cname_answer(), 53, 40000, RESOLVER, CLIENT)))
    for name, extra in (("edge.example.edu.cn", "A:198.51.100.7"), ("edge.example.edu.cn", "AAAA:2001:db8::7")):
        cap.row("dns-answer", name, extra, got)
    cap.counts(dns_query=4, dns_answer=3, span_duplicate=5)


@case()
def span_twice(cap):
    """Each packet of a hello and of a request comes twice in a row, octet by octet the same."""
    def twice(ip):
        return [frame(ip), frame(ip)]
    talk = Talk(cap, records(client_hello("twice.example.cn")), wrap=twice).syn()
    cap.row("tls-sni", "twice.example.cn", "-", talk.cuts((60, None), (0, 60))[::2])
    talk.fin()
    talk = Talk(cap, request("/", "twice.example.cn"), 80, 40001, wrap=twice).syn()
    told(cap, "twice.example.cn", talk.send()[:1])
    cap.counts(http_request=1, tls_hello=1)


@case()
def one_sided(cap):
    """The mirror shows one direction only: clients without servers, a resolver's answers without its clients."""
    talk = Talk(cap, request("/", "client-only.example.cn") * 3, 80).syn()
    one = len(talk.data) // 3
    for i in range(3):
        told(cap, "client-only.example.cn", talk.send(i * one, i * one + one))
    talk.fin()
    answers = Talk(cap, framed(cname_answer()), 40001, 53, src=RESOLVER, dst=CLIENT).syn("SA")
    got = answers.send()
    for name, extra in (("www.example.edu.cn", "CNAME:edge.example.edu.cn"), ("edge.example.edu.cn", "A:198.51.100.7"),
                        ("edge.example.edu.cn", "AAAA:2001:db8::7")):
        cap.row("dns-answer", name, extra, got)
    tls = Talk(cap, records(client_hello("one-sided.example.cn")), 443, 40002)
    tls.put("S", -1)
    cap.row("tls-sni", "one-sided.example.cn", "-", tls.send())


@case()
def midstream(cap):
    """Connections without their SYN: a hello, a second request in order, a second request behind a body whose start was not
    seen, a hello whose halves are swapped."""
    cap.row("tls-sni", "mid-tls.example.cn", "-", Talk(cap, records(client_hello("mid-tls.example.cn"))).send())
    talk = Talk(cap, b"x" * 700 + request("/", "mid-http.example.cn"), 80, 40001)
    talk.send(0, 700)
    told(cap, "mid-http.example.cn", talk.send(700))
    talk = Talk(cap, b"tail of a body\r\n" * 200 + request("/", "mid-body.example.cn"), 80, 40002)
    talk.send(0, 1600)
    talk.send(1600, 3200)
    told(cap, "mid-body.example.cn", talk.send(3200))


@case()
def midstream_swapped(cap):
    """No SYN, and the second half of a hello and of a request come before the first."""
    talk = Talk(cap, records(client_hello("mid-swapped.example.cn")))
    cap.row("tls-sni", "mid-swapped.example.cn", "-", talk.cuts((60, None), (0, 60)))
    talk = Talk(cap, request("/", "mid-swapped.example.cn"), 80, 40001)
    told(cap, "mid-swapped.example.cn", talk.cuts((25, None), (0, 25)))


@case()
def syn_lost(cap):
    """The SYN is lost and a hello's halves are swapped: the SYN+ACK of the other side, or the client's own ACK, still tells
    where it begins. A keep-alive, one octet before what it asks for, is not taken for such an ACK."""
    for i, said in enumerate(("SYN+ACK", "ACK")):
        name = "syn-lost%d.example.cn" % i
        talk = Talk(cap, records(client_hello(name)), sport=40000 + i)
        if said == "SYN+ACK":
            back = Talk(cap, b"", 40000 + i, 443, seq=4999, src=SERVER, dst=CLIENT)
            back.acks = talk.seq
            a = back.put("SA", 0)
        else:
            a = talk.put("A", 0)
        cap.row("tls-sni", name, "-", a + talk.cuts((60, None), (0, 60)))
    talk = Talk(cap, b"\n" + request("/", "alive.example.cn"), 80, 40009)
    talk.put("A", 0)
    told(cap, "alive.example.cn", talk.send(1))
    cap.counts(tcp_hole=0)


@case()
def holes(cap):
    """Lost segments. What lies across a hole is given up and counted, the next message that begins a segment is found:
    in HTTP, in DNS over TCP, in a hello that never becomes whole."""
    one, two = request("/1", "hole.example.cn", Cookie="c" * 500), request("/2", "hole.example.cn")
    talk = Talk(cap, one + two, 80).syn()
    talk.send(0, 200)
    told(cap, "hole.example.cn", talk.send(len(one)), "/2")
    talk.fin()
    data = framed(query("lost.example.cn")) + framed(query("found.example.cn"))
    at = len(framed(query("lost.example.cn")))
    talk = Talk(cap, data, 53, 40001, dst=RESOLVER).syn()
    talk.send(0, 20)
    cap.row("dns-query", "found.example.cn", "1", talk.send(at))
    talk.fin()
    talk = Talk(cap, records(client_hello("never.example.cn", 3000)), sport=40002).syn()
    talk.send(0, 1000)
    talk.send(2000)
    talk.fin()
    cap.counts(tcp_hole=3, http_request=1, dns_query=1, tls_hello=0)


@case()
def holes_filled(cap):
    """The first of each four requests comes behind the first of the next four, a hundred times: there is always a hole, and
    it is always filled."""
    parts = [request("/%d" % i, "filled.example.cn") for i in range(400)]
    ends = list(itertools.accumulate(map(len, parts)))
    talk = Talk(cap, b"".join(parts), 80).syn()
    order = [1, 2, 3] + [i // 4 * 4 + (5, 6, 7, 0)[i % 4] for i in range(396)] + [396]
    for i in order:
        told(cap, "filled.example.cn", talk.send(ends[i] - len(parts[i]), ends[i]), "/%d" % i)
    cap.counts(tcp_hole=0, http_request=400)


@case()
def holes_then_rubbish(cap):
    """Behind a hole come bytes that are no start, then a segment that begins a message: found, whether the hole stays or is
    filled when nobody waits for a message there; and two lines before a hello that came in the wrong order."""
    tail = b"tail of a body. " * 50
    data = request("/lost", "rubbish.example.cn", Cookie="c" * 500) + tail + request("/kept", "rubbish.example.cn")
    talk = Talk(cap, data, 80).syn()
    at = len(data) - len(tail) - len(request("/kept", "rubbish.example.cn"))
    talk.send(0, 200)
    talk.send(at, at + 400)
    talk.send(at + 400, at + 800)
    told(cap, "rubbish.example.cn", talk.send(at + 800), "/kept")
    talk.fin()
    lines, hello = [b"EHLO client.example.cn\r\n", b"STARTTLS\r\n"], records(client_hello("lines.example.cn"))
    talk = Talk(cap, b"".join(lines) + hello, 25, 40001).syn()
    a, b = len(lines[0]), len(lines[0] + lines[1])
    cap.row("tls-sni", "lines.example.cn", "-", talk.cuts((a, b), (b + 50, None), (b, b + 50), (0, a)))


@case(loss=False)
def given_up(cap):
    """Joined in the middle of a long upload, then a request; and ten lines of a protocol that nobody knows, then a hello:
    what was given up is looked at again where a message plainly begins."""
    upload = [bytes([128 + i]) * 100 for i in range(70)]
    talk = Talk(cap, b"".join(upload) + request("/", "behind.example.cn"), 80, sport=40001)
    for i in range(70):
        talk.send(i * 100, i * 100 + 100)
    told(cap, "behind.example.cn", talk.send(7000))
    lines = [b"%d unknown\r\n" % (100 + i) for i in range(10)]
    talk = Talk(cap, b"".join(lines) + records(client_hello("lines-behind.example.cn")), 2000, 40002).syn()
    for i in range(10):
        talk.send(i * 13, i * 13 + 13)
    cap.row("tls-sni", "lines-behind.example.cn", "-", talk.cuts((130, 200), (200, None)))
    cap.counts(tcp_unknown=2, tcp_hole=0)


@case()
def sequence_wrap(cap):
    """The sequence number passes 2^32 inside a head, at its first and at its last octet, in order and not."""
    data = request("/", "wrap.example.cn", X="y" * 300)
    for i, before in enumerate((1, 150, len(data), len(data) - 1)):
        talk = Talk(cap, data, 80, 40000 + i, seq=2 ** 32 - before).syn()
        told(cap, "wrap.example.cn", talk.cuts((0, 100), (200, None), (100, 200)))
    talk = Talk(cap, data, 80, 40009, seq=0).syn()
    told(cap, "wrap.example.cn", talk.cuts((100, None), (0, 100)))
    cap.counts(http_request=5, tcp_hole=0)


@case()
def bare_syns(cap):
    """Three hundred SYNs of forged sources, and the SYN+ACKs that answer some: no entry in the table."""
    for i in range(300):
        src = "203.0.113.%d" % (i % 250)
        Talk(cap, b"", 80 + i % 7, 1024 + i, seq=i * 7919, src=src).syn()
        if i % 3 == 0:
            Talk(cap, b"", 1024 + i, 80 + i % 7, src=SERVER, dst=src).syn("SA")
    told(cap, "behind.example.cn", http(cap, "behind.example.cn").send())
    cap.counts(flows=1)


@case()
def resets(cap):
    """RST: far outside the window, in it but forged (data goes on), and true; then the same ports are used again."""
    talk = http(cap, "far.example.cn", X="y" * 100)
    a = talk.send(0, 50)
    talk.rst(0x40000000)
    told(cap, "far.example.cn", a + talk.send(50))
    talk = Talk(cap, request("/1", "near.example.cn") + request("/2", "near.example.cn"), 80, **cap_port(cap)).syn()
    half = len(request("/1", "near.example.cn"))
    told(cap, "near.example.cn", talk.send(0, half), "/1")
    talk.rst(half)
    told(cap, "near.example.cn", talk.send(half), "/2")
    talk.rst()
    again = Talk(cap, request("/3", "near.example.cn"), 80, cap.ports, seq=70000000).syn()
    told(cap, "near.example.cn", again.send(), "/3")
    cap.counts(http_request=4)


@case()
def ports_again(cap):
    """The same four ends one after the other: closed by FIN on both sides, by nothing at all, and a late copy
    between the first and the second."""
    def talks(name, seq):
        return Talk(cap, request("/", name), 80, 41000, seq=seq)
    first = talks("first-use.example.cn", 1000).syn()
    told(cap, "first-use.example.cn", first.send())
    first.fin()
    Talk(cap, b"", 41000, 80, seq=5000, src=SERVER, dst=CLIENT).fin()
    first.send()
    second = talks("second-use.example.cn", 900000000).syn()
    told(cap, "second-use.example.cn", second.send())
    third = talks("third-use.example.cn", 3000000000).syn()
    told(cap, "third-use.example.cn", third.send())
    third.send()


@case()
def ports_again_nearby(cap):
    """A second connection on the same ports whose numbers begin among those of the first, which nobody closed: its SYN could
    be a copy, its answer tells."""
    for name, seq, answer in (("first-near.example.cn", 100000, 5000), ("second-near.example.cn", 99000, 70000000)):
        talk, back = Talk(cap, request("/", name), 80, seq=seq).syn(), Talk(cap, b"x", 40000, 80, answer, src=SERVER, dst=CLIENT)
        back.acks = seq
        back.syn("SA")
        told(cap, name, talk.send())
        back.send()


@case()
def fin_overtakes(cap):
    """The last bytes of a direction come behind its own FIN, and behind the FIN of the other."""
    for i in range(2):
        name = "overtaken%d.example.cn" % i
        data = request("/1", name) + request("/2", name)
        talk, back = Talk(cap, data, 80, 40000 + i).syn(), Talk(cap, b"", 40000 + i, 80, 5000, src=SERVER, dst=CLIENT)
        told(cap, name, talk.send(0, len(data) // 2), "/1")
        for end in (talk, back)[::1 - 2 * i]:
            end.fin()
        told(cap, name, talk.send(len(data) // 2), "/2")
        talk.send(len(data) // 2)
    cap.counts(http_request=4, tcp_hole=0, flows=2)


@case()
def odd_flags(cap):
    """Data on the SYN (RFC 7413), with FIN, with URG, ECN and options; empty segments and window probes between."""
    talk = Talk(cap, request("/", "fast-open.example.cn"), 80)
    got = talk.put("S", -1, talk.data[:20])
    told(cap, "fast-open.example.cn", got + talk.send(20))
    talk = Talk(cap, request("/", "fin.example.cn"), 80, 40001).syn()
    a = talk.send(0, 30)
    talk.put("A", 30)
    told(cap, "fin.example.cn", a + talk.put("FPA", 30, talk.data[30:]))
    talk = Talk(cap, request("/", "flags.example.cn"), 80, 40002).syn("SEC")
    a = talk.put("PAUEC", 0, talk.data[:25])
    talk.put("A", 24, talk.data[24:25])
    told(cap, "flags.example.cn", a + talk.put("A", 25, talk.data[25:]))


@case()
def both_ways(cap):
    """Requests in both directions of one connection, on one port on both ends."""
    a = Talk(cap, request("/a", "there.example.cn"), 9000, 9000).syn()
    b = Talk(cap, request("/b", "back.example.cn"), 9000, 9000, seq=5000, src=SERVER, dst=CLIENT).syn("SA")
    first = a.send(0, 20)
    told(cap, "back.example.cn", b.cuts((20, None), (0, 20)), "/b")
    told(cap, "there.example.cn", first + a.send(20), "/a")


@case()
def many_flows(cap):
    """Two hundred connections at once, each with a hole that is filled after all the others have begun."""
    talks = [Talk(cap, request("/%d" % i, "many.example.cn"), 80, 42000 + i) for i in range(200)]
    last = [t.send(30) for t in [t.syn() for t in talks]]
    for i, t in enumerate(talks):
        told(cap, "many.example.cn", t.opened + last[i] + t.send(0, 30), "/%d" % i)
    cap.counts(http_request=200, tcp_full=0, tcp_hole=0, tcp_cap=0)


@case(loss=False)
def snapped_stream(cap):
    """A snap length cuts segments: what stood in the rest is not invented, and the next message is found."""
    talk = Talk(cap, request("/cut", "cut.example.cn", X="y" * 200) + request("/whole", "whole.example.cn"), 80).syn()
    at = talk.data.index(b"GET /whole")
    talk.send(0, at, snap=100)
    talk.send(at)
    told(cap, "whole.example.cn", None, "/whole")
    talk = Talk(cap, records(client_hello("cut.example.cn", 500)), sport=40001).syn()
    talk.send(snap=200)
    cap.counts(snapped=2, http_request=1, tls_hello=0)
