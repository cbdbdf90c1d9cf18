#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Golden captures: what `beianctl dissect -r` prints is held against the truth beside each capture, which was written by
# whoever made the capture or by another decoder, never by beiand. A bug report becomes a folder or a row here.
#   NAME/ (input.pcap, expected.jsonl, README.md)   exactly these lines, in this order
#   made/, recorded/ (captures, truth.tsv)          exactly these rows, this often; and what counters.tsv says
# Then the captures of made/ with packets lost or cut at random (loss.py; LOSS_ROUNDS=30 for many).
#   O=build tests/golden/run.sh [NAME...]
export LC_ALL=C.UTF-8 UBSAN_OPTIONS=print_stacktrace=1 PYTHONDONTWRITEBYTECODE=1
here=$(dirname "$0")
beianctl=${BEIANCTL:-${O:-build}/beianctl}
status=0
python3 "$here/compare.py" "$beianctl" "$@" || status=1
[ $# -gt 0 ] || python3 "$here/loss.py" "$beianctl" || status=1
exit $status
