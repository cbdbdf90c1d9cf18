/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/hidden.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	PORT_DNS_TLS = 853, /* RFC 7858 section 3.1, RFC 9250 section 4.1.1 */
	PORT_HTTPS = 443,
	END = sizeof(uint64_t), /* bytes at the end of a name by which most are known not to be here */
};

static const struct {
	const char *word;
	uint8_t bit;
} transports[] = { { "doh", HIDDEN_DOH }, { "dot", HIDDEN_DOT }, { "doq", HIDDEN_DOQ } };

static uint8_t bits_of(const struct data_list *list)
{
	uint8_t bits = 0;

	for (size_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < sizeof(transports) / sizeof(transports[0]); k++)
			if (strcmp(list->item[i], transports[k].word) == 0)
				bits |= transports[k].bit;
	return bits;
}

/* Which bit its last bytes give. */
static size_t end_of(const char *name, size_t n)
{
	uint64_t end = 0;

	if (n >= END) /* so long it is copied at once */
		memcpy(&end, name + n - END, END);
	else
		memcpy(&end, name, n);
	return end * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (HIDDEN_ENDS - 1);
}

static void end_add(struct hidden *h, const struct hidden_name *name, bool below)
{
	size_t end = end_of(name->name, name->len);

	if (below && name->len < END) /* with any bytes before it */
		memset(h->ends, 0xff, sizeof(h->ends));
	h->ends[end / 64] |= UINT64_C(1) << end % 64;
}

static bool end_may_be(const struct hidden *h, const char *name, size_t n)
{
	size_t end = end_of(name, n);

	return h->ends[end / 64] >> end % 64 & 1;
}

static int compare(const void *a, const void *b)
{
	const struct hidden_name *x = a, *y = b;

	return x->len != y->len ? x->len - y->len : memcmp(x->name, y->name, x->len);
}

void hidden_init(struct hidden *h, const struct resolvers *table)
{
	*h = (struct hidden){ .name = xcalloc(table->count + 1, sizeof(*h->name)),
			      .suffix = xcalloc(table->count + 1, sizeof(*h->suffix)) };
	for (size_t i = 0; i < table->count; i++) {
		const char *name = table->entry[i].name;
		bool below = name[0] == '*';
		struct hidden_name n = { name + below, (uint8_t)strlen(name + below),
					 bits_of(&table->entry[i].transports) };
		end_add(h, &n, below);
		if (below) {
			h->suffix[h->suffix_count++] = n;
			continue;
		}
		h->name[h->count++] = n;
	}
	qsort(h->name, h->count, sizeof(*h->name), compare);
}

void hidden_clear(struct hidden *h)
{
	free(h->name);
	free(h->suffix);
	*h = (struct hidden){ 0 };
}

unsigned hidden_find(const struct hidden *h, const char *name, size_t n)
{
	struct hidden_name key = { name, (uint8_t)n, 0 };
	const struct hidden_name *found = NULL;

	if (n > UINT8_MAX || !end_may_be(h, name, n))
		return 0;
	found = bsearch(&key, h->name, h->count, sizeof(key), compare);
	if (found != NULL)
		return found->transports;
	for (size_t i = 0; i < h->suffix_count; i++) {
		const struct hidden_name *s = &h->suffix[i];
		if (n > s->len && memcmp(name + n - s->len, s->name, s->len) == 0)
			return s->transports;
	}
	return 0;
}

static bool is_alpn(const struct dissect_hello *hello, const char *id)
{
	size_t n = strlen(id);

	return hello->alpn.n == n && memcmp(hello->alpn.p, id, n) == 0;
}

unsigned hidden_hello(const struct dissect_message *m, unsigned known)
{
	bool quic = m->kind == DISSECT_QUIC;
	const struct dissect_hello *hello = quic ? &m->quic.hello : &m->tls.hello;

	if (quic && (is_alpn(hello, "doq") || m->flow.dport == PORT_DNS_TLS))
		return HIDDEN_DOQ;
	if (!quic && (is_alpn(hello, "dot") || m->flow.dport == PORT_DNS_TLS))
		return HIDDEN_DOT;
	return m->flow.dport == PORT_HTTPS ? known & HIDDEN_DOH : 0;
}

/* The path that RFC 8484 uses, which nearly all resolvers took over, whatever the host's name. */
unsigned hidden_request(const struct dissect_message *m, unsigned known)
{
	static const char path[] = "/dns-query";
	const size_t n = sizeof(path) - 1;
	struct dissect_str target = m->http.target;

	if (target.n >= n && memcmp(target.p, path, n) == 0 && (target.n == n || target.p[n] == '?'))
		return HIDDEN_DOH;
	return known & HIDDEN_DOH;
}

unsigned hidden_service(const struct dissect_message *m)
{
	static const char label[] = "_dns.";
	struct dissect_str alpn = m->service.alpn;
	unsigned bits = 0;

	if (m->name.n < sizeof(label) - 1 || memcmp(m->name.p, label, sizeof(label) - 1) != 0)
		return 0;
	for (size_t at = 0; at < alpn.n && alpn.n - at > alpn.p[at]; at += 1u + alpn.p[at]) {
		const uint8_t *id = alpn.p + at + 1;
		if (alpn.p[at] == 3 && memcmp(id, "dot", 3) == 0)
			bits |= HIDDEN_DOT;
		else if (alpn.p[at] == 3 && memcmp(id, "doq", 3) == 0)
			bits |= HIDDEN_DOQ;
		else if (alpn.p[at] == 2 && (memcmp(id, "h2", 2) == 0 || memcmp(id, "h3", 2) == 0))
			bits |= HIDDEN_DOH;
	}
	return bits;
}
