/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public record page of a WeChat mini-program (fingerprints B9): its script holds `cgiData = {nickname,
 * category_list, request_domain, ...}`. The only public link between an appid, its name and its hosts. Off
 * until its URL is configured; made for change: a page without a nickname is unrecognised, never a guess.
 */
#ifndef PROBES_RECORD_H
#define PROBES_RECORD_H

#include "probes/probe.h"

/* False: no record in it. `remark` gets a line when the record says that there is no such app any more. */
bool record_facts(struct probe_facts *out, const char *page, size_t n, char remark[PROBE_NOTE_MAX]);

/* "record". */
extern const struct probe probe_record;

#endif
