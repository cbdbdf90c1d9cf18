# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes packets out of the golden captures at random, shows some twice, or cuts them short: what is told must be true, and
whatever message has all its packets left must be told. Speaks TAP. Called by run.sh; LOSS_ROUNDS says how often (with other seeds)."""
import collections
import concurrent.futures
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = ("made", "recorded")
LOST = 0.05
CUTS = (60, 90, 128, 200, 400)


class Pcap:
    """A classic capture file of any byte order: its packets can be written again, some left out or cut."""

    def __init__(self, path):
        with open(path, "rb") as f:
            data = f.read()
        self.head, self.packets, at = data[:24], [], 24
        self.order = "<" if data[0] in (0xd4, 0x4d) else ">"
        while at + 16 <= len(data):
            size = struct.unpack(self.order + "I", data[at + 8:at + 12])[0]
            self.packets.append((data[at:at + 16], data[at + 16:at + 16 + size]))
            at += 16 + size

    def write(self, path, keep, snap=None):
        with open(path, "wb") as f:
            f.write(self.head)
            for i in keep:
                head, body = self.packets[i]
                if snap is not None and len(body) > snap:
                    head, body = head[:8] + struct.pack(self.order + "I", snap) + head[12:], body[:snap]
                f.write(head + body)


def told(beianctl, path):
    p = subprocess.run((beianctl, "dissect", "-r", path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if p.returncode != 0 or p.stderr:
        raise RuntimeError("exit status %d: %s" % (p.returncode, p.stderr.decode("utf-8", "replace")[-400:]))
    lines = [json.loads(line) for line in p.stdout.decode("utf-8", "replace").splitlines()]
    return collections.Counter((x["kind"], x["name"], x["extra"]) for x in lines)


def truths(folder):
    """For each capture: {(kind, name, extra): the packets of each message}; not those where loss changes what others mean."""
    out = collections.defaultdict(dict)
    with open(os.path.join(HERE, folder, "truth.tsv"), encoding="utf-8", newline="\n") as f:
        for line in list(f)[1:]:
            name, kind, host, extra, _, packets, _ = line.rstrip("\n").split("\t")
            out[name][kind, host, extra] = None if packets == "-" else [
                set(map(int, group.split(","))) for group in packets.split(";")]
    return {name: rows for name, rows in out.items() if name.endswith(".pcap") and None not in rows.values()}


def round_of_loss(beianctl, pcap, rows, seed, path):
    keep = [i for i in range(len(pcap.packets)) if random.Random("%s %d" % (seed, i)).random() >= LOST]
    pcap.write(path, keep)
    have, left = told(beianctl, path), set(keep)
    wrong = ["%s: invented" % " ".join(key) for key in have if key not in rows]
    for key, messages in rows.items():
        whole = sum(1 for packets in messages if packets <= left)
        if have[key] < whole:
            wrong.append("%s: told %d times, %d have all their packets" % (" ".join(key), have[key], whole))
        if have[key] > len(messages):
            wrong.append("%s: told %d times, there are %d" % (" ".join(key), have[key], len(messages)))
    return ["seed %s, without %s: %s" % (seed, sorted(set(range(len(pcap.packets))) - left), w) for w in wrong]


def round_of_cuts(beianctl, pcap, rows, snap, path):
    pcap.write(path, range(len(pcap.packets)), snap)
    return ["cut to %d: %s: invented" % (snap, " ".join(key)) for key in told(beianctl, path) if key not in rows]


def round_of_copies(beianctl, pcap, rows, seed, path):
    """A mirror session that shows packets twice changes nothing."""
    keep = [i for i in range(len(pcap.packets)) for _ in range(1 + (random.Random("%s %d" % (seed, i)).random() < 0.3))]
    pcap.write(path, keep)
    have = told(beianctl, path)
    wrong = ["%s: invented" % " ".join(key) for key in have if key not in rows]
    wrong += ["%s: told %d times, there are %d" % (" ".join(key), have[key], len(m)) for key, m in rows.items() if have[key] != len(m)]
    return ["seed %s, copies: %s" % (seed, w) for w in wrong]


def rounds(beianctl, folder, name, rows, first):
    pcap, wrong = Pcap(os.path.join(HERE, folder, name)), []
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "left.pcap")
        for i in range(int(os.environ.get("LOSS_ROUNDS", "1"))):
            wrong += round_of_loss(beianctl, pcap, rows, "%s %d" % (name, i), path)
            wrong += round_of_copies(beianctl, pcap, rows, "%s %d" % (name, i), path)
            wrong += round_of_cuts(beianctl, pcap, rows, CUTS[(i + first) % len(CUTS)], path)
    return wrong


def main():
    beianctl, wanted = sys.argv[1], sys.argv[2:]
    captures = [(d, name, rows) for d in TABLES for name, rows in sorted(truths(d).items())
                if not wanted or name in wanted or name.split(".")[0] in wanted]
    n = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tests = pool.map(lambda x: rounds(beianctl, *x[1], x[0]), enumerate(captures))
        for (_, name, _), wrong in zip(captures, tests):
            n += 1
            failed += bool(wrong)
            print("%sok %d - loss in %s" % ("not " if wrong else "", n, name))
            print("\n".join("# " + w for w in wrong[:20]), end="\n" if wrong else "")
    print("1..%d" % n)
    return 1 if failed or n == 0 else 0


sys.exit(main())
