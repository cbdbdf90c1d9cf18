#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP: the house rules of scripts/lint hold, and the repository names nothing that is only of one machine.
cd "$TOP" || exit 2
if scripts/lint; then echo "ok 1 - lint"; else echo "not ok 1 - lint"; fi
