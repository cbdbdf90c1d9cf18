#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Nonsense on the links between our own processes and on the control socket: the link or the client that sent it
# goes, everything else stays.
# shellcheck disable=SC2154 # work, capture ... are the library's
. "$(dirname "$0")/../e2e/lib"
s=$work/state
school "$s"
ask() { "$BEIANCTL" -f "$s/beiand.conf" "$@"; }
answers() { ask --json status >/dev/null 2>&1; }
pids() { pgrep -P "$daemon" -f "^beiand: $1"; }
start_daemon "$s"
check "the daemon starts" wait_until 10 answers
ask filings import --kind provider "$TOP/tests/capture/register-provider.csv" >/dev/null

# inject PID WHICH: writes a frame of a type that does not exist into that process's links, as if it had sent it.
# WHICH: super (descriptor 3) or peers (its other sockets).
inject() {
	python3 - "$@" <<'P'
import ctypes, os, socket, stat, sys
libc = ctypes.CDLL(None, use_errno=True)
pid, which = int(sys.argv[1]), sys.argv[2]
pidfd = libc.syscall(434, pid, 0)
sent = 0
for name in sorted(os.listdir(f"/proc/{pid}/fd"), key=int):
    fd = int(name)
    if fd < 3 or (which == "super") != (fd == 3):
        continue
    got = libc.syscall(438, pidfd, fd, 0)
    if got < 0:
        sys.exit(77)
    if stat.S_ISSOCK(os.fstat(got).st_mode):
        s = socket.socket(fileno=got)
        if s.family == socket.AF_UNIX and s.type == socket.SOCK_SEQPACKET:
            s.send(b"\xee" + b"nonsense")
            sent += 1
sys.exit(0 if sent else 1)
P
}
restarted() { # ROLE COUNT
	[ "$(ask --json status | jq -r "select(.process == \"$1\") | .restarts")" = "$2" ]
}
if python3 -c 'import os, sys; os.listdir(sys.argv[1])' "/proc/$(pids store)/fd" 2>/dev/null; then
	check "nonsense from the notifier to the supervisor" inject "$(pids notifier)" super
	check "costs the notifier its life, and a new one comes" wait_until 10 restarted notifier 1
	check "it is said in the log" grep -q 'notifier 的报文不可信' "$work/err"
	check "nonsense from the notifier to the store" inject "$(pids notifier)" peers
	check "costs it its link, and a new one comes" wait_until 15 restarted notifier 2
	check "the store still answers" answers
else
	skip "nonsense on links" "needs root to reach into a process"
fi

# -- the control socket
cat >"$work/abuse.py" <<'P'
import os, socket, struct, sys, time
path, what = sys.argv[1], sys.argv[2]
def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(path) # waits when many wait
    s.settimeout(100)
    return s
def request(*words):
    return bytes([64, len(words)]) + b"".join(struct.pack(">H", len(w)) + w for w in words)
def closed(s):
    try:
        return s.recv(70000) == b""
    except ConnectionError:
        return True
def end(s):
    while True:
        f = s.recv(70000)
        if f == b"" or f[0] == 66:
            return f
if what == "garbage":
    for bad in (b"\x00", b"\xff" * 1000, b"\x40", b"\x40\x05", b"\x40\x01\xff\xff", request(b"status") + b"x",
                b"\x40\xff" + b"\x00\x00" * 255, request(b"a\x00b"), b"\x10" + bytes(16)):
        s = connect()
        s.send(bad)
        assert closed(s), bad
elif what == "oversized":
    s = connect()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    s.send(b"\x40" * 65538)
    assert closed(s)
elif what == "unknown":
    for words in ((b"flyaway",), (), (b"dissect",), (b"",), ("'; DROP TABLE app; --".encode(),)):
        s = connect()
        s.send(request(*words))
        assert end(s)[1] == 2, words
elif what == "pipe":
    r, w = os.pipe()
    s = connect()
    socket.send_fds(s, [request(b"filings", b"import", b"x.csv")], [r])
    assert end(s)[1] == 2
    s = connect()
    s.send(request(b"filings", b"import", b"x.csv"))
    assert end(s)[1] == 2
elif what == "fds":
    fds = [os.open("/dev/null", os.O_RDONLY) for _ in range(100)]
    s = connect()
    socket.send_fds(s, [request(b"status")], fds)
    assert closed(s)
elif what == "many":
    crowd = [connect() for _ in range(64)]
    late = connect()
    told = end(late)  # why
    assert told[1] == 1 and "64".encode() in told, told
    assert closed(late)
    crowd[5].send(request(b"status"))
    assert end(crowd[5])[1] == 0
    for c in crowd:
        c.close()
elif what == "together":
    crowd = [connect() for _ in range(40)]
    for _ in range(5):
        for c in crowd:
            c.send(request(b"filings", b"list"))
        for c in crowd:
            assert end(c)[1] == 0
elif what == "deaf":  # asks and asks, never reads, until it is sent away
    s, other = connect(), connect()
    try:
        while True:
            s.send(request(b"filings", b"list"))
            other.send(request(b"status"))
            assert end(other)[1] == 0
    except ConnectionError:
        pass
elif what == "leave":  # asks and leaves at once
    for _ in range(50):
        s = connect()
        s.send(request(b"filings", b"list"))
        s.close()
        s = connect()
        s.send(request(b"reload"))
        s.close()
P
abuse() { timeout 200 python3 "$work/abuse.py" "$s/control.sock" "$1" && wait_until 5 answers && [ "$(pgrep -P "$daemon" -f '^beiand: store')" = "$store" ]; }
store=$(pids store)
check "garbage as a request ends that client only" abuse garbage
check "an over-long frame ends that client only" abuse oversized
check "what is no command is refused with 2" abuse unknown
check "a pipe or no file where a file is due is refused" abuse pipe
check "a hundred descriptors end that client only" abuse fds
check "more clients than there is room for: the others go on" abuse many
check "forty at once all get their answers" abuse together
check "those that leave before the answer do no harm" abuse leave
python3 -c 'print("单位名称,应用名称,域名")
for i in range(3000): print("示例大学" + "很长的名称" * 40 + f",应用{i},a{i}.shili-demo.edu.cn")' >"$work/many.csv"
check "a long register" ask filings import --kind provider "$work/many.csv"
check "one that never reads does not hold the others up" abuse deaf
few() { [ "$(find "/proc/$store/fd" -type l 2>/dev/null | wc -l)" -le 30 ]; }
if [ -r "/proc/$store/fd" ]; then
	check "no descriptor has leaked" wait_until 5 few
else
	skip "no descriptor has leaked" "needs root to look"
fi
stop() {
	kill -TERM "$daemon"
	wait "$daemon"
	local status=$?
	cat "$work/err"
	[ $status -eq 0 ]
}
check "SIGTERM ends it well" stop
sound() { [ "$(sqlite3 "$s/beiand.db" 'PRAGMA integrity_check')" = ok ]; }
check "the database is sound" sound
finish
