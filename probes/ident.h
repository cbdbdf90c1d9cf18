/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identifiers that platforms give to apps, wherever in a page's code they stand: appid, original id, corpid,
 * appKey. Their form says the platform; what stands in front says which of its kinds: an authorisation URL
 * and wx.config name a 公众号, weixin://dl/business and wx-open-launch-weapp a mini-program. Those of a
 * site's scan-to-log-in (connect/qrconnect) are neither and are left out. Facts: fingerprints A1, A5.
 */
#ifndef PROBES_IDENT_H
#define PROBES_IDENT_H

#include "probes/probe.h"

/* In text[from..n); what is in front of `from` only says what a find is. where: what the text is, for the
 * note. */
void ident_scan(struct probe_facts *f, unsigned confidence, const char *text, size_t n, size_t from,
		const char *where);

/* In an attribute that names the mini-program which an element opens. */
void ident_opened(struct probe_facts *f, unsigned confidence, const char *value, size_t n, const char *where);

/* Digits and letters that nobody was given: counted up, one piece over and over. */
bool ident_is_made_up(const char *p, size_t n);

/* The original name of an account (gh_…) in the text that a page shows, where its label says so. */
void ident_account(struct probe_facts *f, unsigned confidence, const char *text, size_t n);

#endif
