# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what beianctl makes of the golden captures with the truth beside them; speaks TAP. Called by run.sh."""
import collections
import concurrent.futures
import difflib
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "conf")
TABLES = ("made", "recorded")  # folders whose captures share one truth.tsv
BASE = ("kind", "name", "extra", "t", "src", "dst")


def run(*argv):
    """The lines printed, and what else was wrong."""
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    wrong = ["exit status %d" % p.returncode] if p.returncode else []
    wrong += p.stderr.decode("utf-8", "replace").splitlines()
    return p.stdout.decode("utf-8", "replace").splitlines(), wrong


def table(path):
    with open(path, encoding="utf-8", newline="\n") as f:
        head = f.readline().rstrip("\n").split("\t")
        for line in f:
            yield dict(zip(head, line.rstrip("\n").split("\t")))


def members(line, wanted):
    """What of the line is compared: what every line has, and what the truth names beyond that."""
    return {k: line.get(k) for k in list(BASE) + [k for k in wanted if k not in BASE]}


def folder(beianctl, name):
    """Exactly the expected lines; members that they do not name may be there as well."""
    here = os.path.join(HERE, name)
    missing = [f for f in ("input.pcap", "expected.jsonl", "README.md") if not os.access(os.path.join(here, f), os.R_OK)]
    if missing:
        return ["%s is missing" % f for f in missing]
    with open(os.path.join(here, "expected.jsonl"), encoding="utf-8") as f:
        want = [json.loads(line) for line in f]
    lines, wrong = run(beianctl, "dissect", "-r", os.path.join(here, "input.pcap"))
    have = [json.loads(line) for line in lines]
    have = [members(h, want[i] if i < len(want) else ()) for i, h in enumerate(have)]
    want = [members(w, w) for w in want]
    if have != want:
        a, b = ([json.dumps(x, ensure_ascii=False) for x in side] for side in (want, have))
        wrong += list(difflib.unified_diff(a, b, "expected.jsonl", "printed", lineterm="", n=1))
    return wrong


def row_wrong(row, lines):
    """None when a line of this (kind, name, extra) is there so often and says all that `more` says."""
    same = [x for x in lines if (x["kind"], x["name"], x["extra"]) == (row["kind"], row["name"], row["extra"])]
    text = "%s %s %s" % (row["kind"], row["name"], row["extra"])
    if len(same) != int(row["count"]):
        return "%s: %d times, not %s" % (text, len(same), row["count"])
    more = json.loads(row["more"]) if row["more"] != "-" else {}
    for line in same:
        for key, value in more.items():
            if line.get(key) != value:
                return "%s: %s is %r, not %r" % (text, key, line.get(key), value)
    return None


def tabled(beianctl, path, rows, counters):
    lines, wrong = run(beianctl, "dissect", "-r", path)
    lines = [json.loads(line) for line in lines]
    known = {(r["kind"], r["name"], r["extra"]) for r in rows}
    wrong += [w for w in (row_wrong(r, lines) for r in rows) if w]
    extra = collections.Counter((x["kind"], x["name"], x["extra"]) for x in lines)
    wrong += ["%s %s %s: not in the truth" % key for key in sorted(extra) if key not in known]
    if counters:
        lines, more = run(beianctl, "observe", "--data", DATA, "--json", "-r", path)
        stats = json.loads(lines[-1]).get("stats", {}) if lines else {}
        wrong += more
        wrong += ["%s: %r, not %s" % (c["counter"], stats.get(c["counter"]), c["value"]) for c in counters
                  if stats.get(c["counter"]) != int(c["value"])]
    return wrong


def grouped(path):
    out = collections.defaultdict(list)
    if os.path.exists(path):
        for row in table(path):
            out[row["capture"]].append(row)
    return out


def table_cases(beianctl, where):
    truth, counters = (grouped(os.path.join(where, f)) for f in ("truth.tsv", "counters.tsv"))
    captures = sorted(f for f in os.listdir(where) if "pcap" in f)
    for name in captures:
        yield name, lambda name=name: tabled(beianctl, os.path.join(where, name), truth[name], counters[name])
    for name in sorted(set(truth) | set(counters)):
        if name not in captures:
            yield name, lambda: ["the capture is missing"]


def cases(beianctl):
    for name in sorted(os.listdir(HERE)):
        where = os.path.join(HERE, name)
        if name in TABLES:
            yield from table_cases(beianctl, where)
        elif os.path.isdir(where) and name not in ("cases", "__pycache__"):
            yield name, lambda name=name: folder(beianctl, name)


def main():
    beianctl, wanted = sys.argv[1], sys.argv[2:]
    elsewhere = wanted and os.path.isdir(wanted[0]) and os.sep in wanted[0]  # a folder recorded anew
    tests = table_cases(beianctl, wanted.pop(0)) if elsewhere else cases(beianctl)
    chosen = [(n, t) for n, t in tests if not wanted or n in wanted or n.split(".")[0] in wanted]
    n = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, _), wrong in zip(chosen, pool.map(lambda x: x[1](), chosen)):
            n += 1
            failed += bool(wrong)
            print("%sok %d - golden %s" % ("not " if wrong else "", n, name))
            if wrong:
                print("# alone: O=%s tests/golden/run.sh %s" % (os.environ.get("O", "build"), name))
                print("\n".join("# " + w for w in wrong[:40]))
    print("1..%d" % n)
    return 1 if failed or n == 0 else 0


sys.exit(main())
