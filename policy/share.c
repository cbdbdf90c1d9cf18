/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/share.h"

static uint64_t connections(const struct policy_subject *s)
{
	return s->count_via[VIA_HTTP] + s->count_via[VIA_TLS] + s->count_via[VIA_QUIC];
}

/* Who only asks for a name does not use it, so connections say more; NULL: nothing to compare. */
static const struct sketch *clients_of(const struct policy_subject *host)
{
	return connections(host) > 0 ? host->connect_sketch : host->sketch;
}

/* All clients of the identifiers; false when the host's cannot be compared with them. */
static bool merge_clients(const struct policy_input *in, size_t host, const size_t *from, size_t n,
			  struct sketch *out)
{
	sketch_init(out);
	for (size_t i = 0; i < n; i++) {
		const struct policy_subject *s = &in->subject[from[i]];
		if (s->sketch == NULL || s->sketch_epoch != in->subject[host].sketch_epoch)
			return false;
		sketch_merge(out, s->sketch);
	}
	return n > 0;
}

static struct share share_of_messages(const struct policy_subject *host, uint64_t count)
{
	uint64_t all = connections(host);
	/* a host that only a link names has no connection of others either */
	return (struct share){ .part = count, .whole = all > count ? all : count };
}

struct share share_of(const struct policy_input *in, size_t host, const size_t *from, size_t n,
		      uint64_t count)
{
	const struct sketch *of_host = clients_of(&in->subject[host]);
	struct share s = { .people = true };
	struct sketch all;
	uint64_t theirs, both;

	if (of_host == NULL || sketch_count(of_host) == 0 || !merge_clients(in, host, from, n, &all))
		return share_of_messages(&in->subject[host], count);
	theirs = sketch_count(&all);
	sketch_merge(&all, of_host);
	both = sketch_count(&all);
	s.whole = sketch_count(of_host);
	s.part = s.whole + theirs > both ? s.whole + theirs - both : 0;
	/* estimates may leave the range that is possible */
	s.part = s.part > s.whole ? s.whole : s.part;
	return s;
}

bool share_is_most(const struct share *s) { return s->part >= s->whole - s->whole / 2; }
