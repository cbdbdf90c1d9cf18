# SPDX-License-Identifier: GPL-2.0-or-later
"""second.py DOMAIN FROM TO: what tshark reads in recorded captures, as truth.tsv for compare.py. Called by record.sh.

tshark shows a message where it became whole; here it is counted once for each connection, as a client sends it: a hello that is
said again after a HelloRetryRequest is one. `packets` of a row are all packets of that direction up to there.
"""
import collections
import json
import os
import shutil
import subprocess
import sys

TITLE = "示例大学 教务系统"
NAMES = {  # what each client was told to ask for, and what has to be there at least
    "chromium-tls": {("tls-sni", "chromium.%s")},
    "chromium-quic": {("quic-sni", "quic.%s")},
    "curl": {("http-request", "plain.%s"), ("tls-sni", "tls.%s"), ("tls-sni", "tls12.%s"), ("tls-sni", "two.%s"),
             ("tls-cert", "*.%s"), ("dns-query", "www.%s"), ("dns-query", "web.%s")},
    "curl-h2c": {("dns-query", "h2c.%s"), ("http2-request", "h2c.%s")},
    "nghttp-h2c": {("http2-request", "table.%s"), ("http2-request", "small.%s"), ("http2-request", "upgraded.%s"),
                   ("http-request", "upgraded.%s")},
    "openssl": {("tls-sni", "tls12.%s"), ("tls-sni", "retried.%s"), ("tls-sni", "tls13.%s"), ("tls-cert", "*.%s")},
    "ngtcp2": {("quic-sni", "ngtcp2.%s")},
}


def escaped(text):
    return "".join(chr(c) if 0x20 <= c < 0x7f and c != 0x5c else "\\x%02x" % c for c in text.encode())


def tshark(path, show, *fields):
    """A dictionary of lists for each frame that `show` selects"""
    argv = ["tshark", "-2", "-n", "-r", path, "-Y", show, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|",
            "-o", "tcp.reassemble_out_of_order:TRUE"]
    for f in fields:
        argv += ["-e", f]
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    for line in p.stdout.decode().splitlines():
        yield {f: v.split("|") if v else [] for f, v in zip(fields, line.split("\t"))}


class Capture:
    def __init__(self, path):
        self.path, self.rows, self.sides = path, {}, collections.defaultdict(list)
        for f in tshark(path, "tcp or udp", "frame.number", "tcp.stream", "udp.stream", "ip.src", "ipv6.src", "tcp.srcport", "udp.srcport"):
            self.sides[self.side(f)].append(int(f["frame.number"][0]) - 1)
        self.of = {n: side for side, numbers in self.sides.items() for n in numbers}

    @staticmethod
    def side(f):
        return tuple(tuple(f[k]) for k in ("tcp.stream", "udp.stream", "ip.src", "ipv6.src", "tcp.srcport", "udp.srcport"))

    def row(self, f, kind, name, extra="-", **more):
        number = int(f["frame.number"][0]) - 1
        packets = [n for n in self.sides[self.of[number]] if n <= number]
        if kind.startswith("dns") and self.of[number][1]:  # over UDP a packet is all of it
            packets = [number]
        row = self.rows.setdefault((kind, name.lower() if kind != "tls-cert" else name, extra), dict(packets=[], more={}))
        row["packets"].append(packets)
        row["more"].update(more)
        return packets

    def hellos(self):
        told = set()
        for f in tshark(self.path, "tls.handshake.type == 1 && tcp", "frame.number", "tcp.stream", "tls.handshake.extensions_server_name"):
            if f["tls.handshake.extensions_server_name"] and f["tcp.stream"][0] not in told:
                self.row(f, "tls-sni", f["tls.handshake.extensions_server_name"][0])
            told.add(f["tcp.stream"][0])
        told = set()
        for f in tshark(self.path, "quic && tls.handshake.type == 1", "frame.number", "udp.stream",
                        "tls.handshake.extensions_server_name", "quic.version"):
            if f["udp.stream"][0] not in told:
                self.row(f, "quic-sni", f["tls.handshake.extensions_server_name"][0], "0x%08x" % int(f["quic.version"][0], 16))
            told.add(f["udp.stream"][0])
        for f in tshark(self.path, "tls.handshake.type == 11 && tcp", "frame.number", "x509ce.dNSName"):
            for name in f["x509ce.dNSName"]:
                self.row(f, "tls-cert", name)

    def names(self):
        for f in tshark(self.path, "dns.flags.response == 0", "frame.number", "dns.qry.name", "dns.qry.type"):
            for name, kind in zip(f["dns.qry.name"], f["dns.qry.type"]):
                self.row(f, "dns-query", name, kind)
        for f in tshark(self.path, "dns.flags.response == 1", "frame.number", "dns.count.answers", "dns.resp.name", "dns.resp.type",
                        "dns.a", "dns.aaaa", "dns.cname"):
            values = {"1": ("A", f["dns.a"]), "28": ("AAAA", f["dns.aaaa"]), "5": ("CNAME", f["dns.cname"])}
            for name, kind in list(zip(f["dns.resp.name"], f["dns.resp.type"]))[:int((f["dns.count.answers"] or ["0"])[0])]:
                if kind in values:
                    self.row(f, "dns-answer", name, "%s:%s" % (values[kind][0], values[kind][1].pop(0)))
                elif kind == "65":
                    self.row(f, "dns-service", name, "HTTPS:.", priority=1)

    def http(self):
        for f in tshark(self.path, "http.request && tcp", "frame.number", "http.host", "http.request.method", "http.request.uri",
                        "http.referer", "http.user_agent"):
            if f["http.request.method"] == ["PRI"]:
                continue
            host = (f["http.host"] or ["-"])[0]
            packets = self.row(f, "http-request", host, f["http.request.method"][0] + " " + f["http.request.uri"][0])
            for kind, field in (("http-referer", "http.referer"), ("http-user-agent", "http.user_agent")):
                if f[field]:
                    self.rows.setdefault((kind, f[field][0], host), dict(packets=[], more={}))["packets"].append(packets)
        for f in tshark(self.path, "http.response && tcp", "frame.number", "http.response.code", "http.response_for.uri",
                        "http.content_type", "http.server", "http.location"):
            more = {k: f[field][0] for k, field in (("content_type", "http.content_type"), ("server", "http.server"),
                                                    ("location", "http.location")) if f[field]}
            if f["http.response.code"] == ["200"] and "html" in more.get("content_type", ""):
                more["title"] = escaped(TITLE)
            self.row(f, "http-answer", "-", f["http.response.code"][0], **more)
        for f in tshark(self.path, "http2.headers.method && tcp", "frame.number", "http2.headers.authority", "http2.headers.method",
                        "http2.headers.path"):
            for name, method, target in zip(f["http2.headers.authority"], f["http2.headers.method"], f["http2.headers.path"]):
                self.row(f, "http2-request", name, "%s %s" % (method, target))


def main():
    domain, source, out = sys.argv[1:]
    truth = []
    for name in NAMES:
        path = os.path.join(source, name + ".pcap")
        cap = Capture(path)
        cap.hellos()
        cap.names()
        cap.http()
        have = {(kind, host) for kind, host, _ in cap.rows}
        missing = {(k, n % domain) for k, n in NAMES[name]} - have
        strange = {h for k, h in have if not (h.endswith(domain) or k in ("http-answer", "http-user-agent", "http-referer"))}
        if missing or strange:
            sys.exit("second: %s: missing %s, strange %s" % (name, sorted(missing), sorted(strange)))
        for (kind, host, extra), row in cap.rows.items():
            groups = [",".join(map(str, g)) for g in row["packets"]]
            more = json.dumps(row["more"], ensure_ascii=False, sort_keys=True) if row["more"] else "-"
            truth.append("\t".join((name + ".pcap", kind, host, extra, str(len(groups)), ";".join(groups), more)))
        shutil.copy(path, out)
        print("record: %s: %d rows, %d bytes" % (name, len(cap.rows), os.path.getsize(path)))
    with open(os.path.join(out, "truth.tsv"), "w", encoding="utf-8") as f:
        f.write("\n".join(["capture\tkind\tname\textra\tcount\tpackets\tmore"] + truth) + "\n")


main()
