#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Golden captures: what `beianctl dissect -r` prints is held against the truth beside each capture, which was written by
# whoever made the capture or by another decoder, never by beiand. A bug report becomes a folder or a row here.
#   NAME/ (input.pcap, expected.jsonl, README.md)   exactly these lines, in this order
#   made/NAME.*, with rows in made/truth.tsv        exactly these rows, this often; and the counters named there
#   O=build tests/golden/run.sh [NAME...]
export LC_ALL=C.UTF-8 UBSAN_OPTIONS=print_stacktrace=1 PYTHONDONTWRITEBYTECODE=1
exec python3 "$(dirname "$0")/compare.py" "${BEIANCTL:-${O:-build}/beianctl}" "$@"
