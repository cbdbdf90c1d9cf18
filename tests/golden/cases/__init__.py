# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of made/: each module registers its makers with core.case."""
