/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/details.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "watch/hidden.h"
#include "watch/pending.h"
#include "watch/plain.h"

_Static_assert((int)PLAIN_MAX <= (int)RECORD_VALUE_MAX, "plain texts fit in records");

struct details {
	struct subjects *table; /* borrowed */
	struct plain *plain;
	struct pending pending;
	struct ech *ech, *own; /* own: NULL when that is another's */
	struct hidden hidden;
	struct details_stats stats;
};

struct details *details_new(struct subjects *t)
{
	struct details *d = xcalloc(1, sizeof(*d));

	d->table = t;
	d->plain = plain_new();
	pending_init(&d->pending);
	d->ech = d->own = ech_new();
	hidden_init(&d->hidden, &(struct resolvers){ 0 });
	return d;
}

void details_free(struct details *d)
{
	if (d == NULL)
		return;
	hidden_clear(&d->hidden);
	ech_free(d->own);
	pending_clear(&d->pending);
	plain_free(d->plain);
	free(d);
}

void details_ech(struct details *d, struct ech *shared)
{
	ech_free(d->own);
	d->own = NULL;
	d->ech = shared;
}

void details_resolvers(struct details *d, const struct resolvers *table)
{
	hidden_clear(&d->hidden);
	hidden_init(&d->hidden, table);
}

const struct details_stats *details_stats(struct details *d)
{
	d->stats.evicted = d->pending.evicted;
	return &d->stats;
}

void details_subject(struct details *d, struct subject *s)
{
	s->hidden = hidden_find(&d->hidden, s->name, s->len) & 7;
}

/* --- values --- */

static void tell(struct details *d, struct subject *s, enum detail type, const char *value, size_t n)
{
	if (n == 0)
		d->stats.refused++;
	else if (!subject_add_detail(d->table, s, type, values_number(&d->table->values, value, n), 1))
		d->stats.more++;
}

/* A field that is absent tells nothing. */
static void tell_plain(struct details *d, struct subject *s, enum detail type, struct dissect_str field,
		       size_t (*plain)(char[PLAIN_MAX], struct dissect_str))
{
	char value[PLAIN_MAX];

	if (field.n > 0)
		tell(d, s, type, value, plain(value, field));
}

static void tell_hidden(struct details *d, struct subject *s, unsigned bits)
{
	static const struct {
		unsigned bit;
		const char *value;
	} rows[] = { { HIDDEN_DOT, "dot" }, { HIDDEN_DOH, "doh" }, { HIDDEN_DOQ, "doq" } };

	for (size_t i = 0; s != NULL && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bits & rows[i].bit)
			tell(d, s, DETAIL_HIDDEN_DNS, rows[i].value, strlen(rows[i].value));
}

/* --- pairing --- */

/* Whose answer this is; NULL, counted `weight` times, when that is not known. */
static struct subject *asked(struct details *d, const struct dissect_message *m, bool last, uint64_t weight)
{
	uint32_t number = PENDING_NONE;

	switch (pending_take(&d->pending, &m->flow, d->table->window, last, &number)) {
	case PENDING_KNOWN:
		return subjects_at(d->table, number);
	case PENDING_NAMELESS:
		d->stats.nameless += weight;
		return NULL;
	case PENDING_MIXED:
		d->stats.mixed++;
		return NULL;
	default:
		d->stats.unpaired++;
		return NULL;
	}
}

/* --- messages --- */

void details_lookup(struct details *d, struct subject *s)
{
	if (s->hidden != 0) {
		d->stats.hidden_lookups++;
		tell_hidden(d, s, s->hidden);
	}
}

/* What needs no subject. Returns what it says of hidden look-ups. */
static unsigned learn_service(struct details *d, const struct dissect_message *m)
{
	unsigned hidden = hidden_service(m);

	ech_learn(d->ech, m);
	d->stats.more += m->service.ech_more;
	d->stats.hidden_designated += hidden != 0;
	return hidden;
}

/* A list mostly has several configurations with one public name, which is told once. */
static bool has_new_name(const struct dissect_message *m, size_t i)
{
	const struct dissect_ech *ech = m->service.ech_config;

	for (size_t k = 0; k < i; k++)
		if (ech[k].name.n == ech[i].name.n &&
		    memcmp(ech[k].name.p, ech[i].name.p, ech[i].name.n) == 0)
			return false;
	return true;
}

static void take_service(struct details *d, const struct dissect_message *m, struct subject *s)
{
	struct dissect_str alpn = m->service.alpn;
	unsigned hidden = learn_service(d, m);

	if (s == NULL) {
		d->stats.unpaired++;
		return;
	}
	tell_hidden(d, s, hidden);
	for (size_t i = 0; i < m->service.ech_configs; i++)
		if (has_new_name(m, i))
			tell_plain(d, s, DETAIL_ECH_NAME, m->service.ech_config[i].name, plain_certificate);
	for (size_t at = 0; at < alpn.n && alpn.n - at > alpn.p[at]; at += 1u + alpn.p[at])
		tell_plain(d, s, DETAIL_SERVICE_ALPN, (struct dissect_str){ alpn.p + at + 1, alpn.p[at] },
			   plain_token);
}

/* --- notes --- */

/* A field that is absent tells nothing. */
static void note(struct details *d, struct details_notes *n, enum detail type, struct dissect_str field,
		 size_t (*plain)(char[PLAIN_MAX], struct dissect_str))
{
	char value[PLAIN_MAX];
	size_t len;

	if (field.n == 0)
		return;
	len = plain(value, field);
	n->note[n->count].type = (uint8_t)type;
	n->note[n->count].refused = len == 0;
	n->note[n->count].value = values_number(&d->table->values, value, len);
	n->count++;
}

static void note_own(struct details *d, struct details_notes *n, enum detail type, const char *value)
{
	n->note[n->count].type = (uint8_t)type;
	n->note[n->count].refused = false;
	n->note[n->count].value = values_number(&d->table->values, value, strlen(value));
	n->count++;
}

/* All that a record may tell fits, but for those that list more than anybody has. */
static bool is_short(const struct dissect_message *m)
{
	struct dissect_str alpn = m->service.alpn;
	size_t n = m->service.ech_configs;

	for (size_t at = 0; at < alpn.n && n <= DETAILS_NOTES; at += 1u + alpn.p[at])
		n++;
	return n <= DETAILS_NOTES;
}

static bool note_service(struct details *d, const struct dissect_message *m, struct details_notes *n)
{
	struct dissect_str alpn = m->service.alpn;

	if (hidden_service(m) != 0 || !is_short(m))
		return false;
	learn_service(d, m);
	for (size_t i = 0; i < m->service.ech_configs; i++)
		if (has_new_name(m, i))
			note(d, n, DETAIL_ECH_NAME, m->service.ech_config[i].name, plain_certificate);
	for (size_t at = 0; at < alpn.n && alpn.n - at > alpn.p[at]; at += 1u + alpn.p[at])
		note(d, n, DETAIL_SERVICE_ALPN, (struct dissect_str){ alpn.p + at + 1, alpn.p[at] },
		     plain_token);
	return true;
}

static void note_ask(const struct details *d, const struct dissect_message *m, enum details_asks asks,
		     struct details_notes *n)
{
	n->asks = (uint8_t)asks;
	n->flow = pending_flow(&d->pending, &m->flow);
}

static bool note_hello(struct details *d, const struct dissect_message *m, struct details_notes *n)
{
	const struct dissect_hello *hello = m->kind == DISSECT_QUIC ? &m->quic.hello : &m->tls.hello;

	if (m->kind == DISSECT_TLS)
		note_ask(d, m, DETAILS_ASKS, n);
	n->hidden = (uint8_t)hidden_hello(m, 0);
	n->hidden_known = (uint8_t)hidden_hello(m, HIDDEN_DOH);
	n->ech = hello->ech;
	n->ech_config = hello->ech_config;
	n->time = m->time;
	note(d, n, DETAIL_ALPN, hello->alpn, plain_token);
	if (hello->ja4[0] != '\0')
		note_own(d, n, DETAIL_JA4, hello->ja4);
	return true;
}

static bool note_request(struct details *d, const struct dissect_message *m, struct details_notes *n)
{
	static const char connect[] = "CONNECT";
	struct dissect_str method = m->http.method;

	/* what answers CONNECT is the proxy (RFC 9110 section 9.3.6) */
	if (method.n == sizeof(connect) - 1 && memcmp(method.p, connect, method.n) == 0) {
		note_ask(d, m, DETAILS_ASKS_PROXY, n);
		return true;
	}
	note_ask(d, m, DETAILS_ASKS, n);
	n->hidden = (uint8_t)hidden_request(m, 0);
	n->hidden_known = (uint8_t)hidden_request(m, HIDDEN_DOH);
	return true;
}

bool details_note(struct details *d, const struct dissect_message *m, struct details_notes *n)
{
	static bool (*const take[DISSECT_KIND_COUNT])(struct details *, const struct dissect_message *,
						      struct details_notes *) = {
		[DISSECT_HTTP] = note_request,  [DISSECT_TLS] = note_hello,
		[DISSECT_QUIC] = note_hello,    [DISSECT_DNS_SERVICE] = note_service,
		[DISSECT_HTTP2] = note_request,
	};

	n->count = n->hidden = n->hidden_known = 0;
	n->ech = false;
	n->asks = DETAILS_ASKS_NOT;
	n->kind = (uint8_t)m->kind;
	n->taken = take[m->kind](d, m, n);
	return n->taken;
}

/* --- what was noted --- */

static void tell_asked(struct details *d, const struct subject *s, const struct details_notes *n)
{
	bool known = s != NULL && n->asks == DETAILS_ASKS;

	pending_ask(&d->pending, n->flow, known ? subjects_number(d->table, s) : PENDING_NONE,
		    d->table->window);
}

static void count_hidden(struct details *d, struct subject *s, const struct details_notes *n)
{
	unsigned bits = n->hidden | (s != NULL ? s->hidden & n->hidden_known : 0u);

	if (bits == 0)
		return;
	d->stats.hidden_dot += bits == HIDDEN_DOT;
	d->stats.hidden_doh += bits == HIDDEN_DOH;
	d->stats.hidden_doq += bits == HIDDEN_DOQ;
	tell_hidden(d, s, bits);
}

void details_prefetch(const struct details *d, const struct details_notes *n)
{
	if (n->taken && n->asks != DETAILS_ASKS_NOT)
		recent_prefetch_entry(&d->pending.flows, n->flow);
}

void details_tell(struct details *d, struct subject *s, const struct details_notes *n)
{
	if (n->asks != DETAILS_ASKS_NOT)
		tell_asked(d, s, n);
	d->stats.unpaired += s == NULL && n->kind == DISSECT_DNS_SERVICE;
	d->stats.ech_unproven += s == NULL && n->ech;
	count_hidden(d, s, n);
	for (size_t i = 0; s != NULL && i < n->count; i++) {
		if (n->note[i].refused)
			d->stats.refused++;
		else if (!subject_add_detail(d->table, s, (enum detail)n->note[i].type, n->note[i].value,
					     n->count - i))
			d->stats.more++;
	}
}

bool details_outer(struct details *d, struct subject *s, const struct subject *first, uint8_t ech_config,
		   int64_t time)
{
	static const char unproven[] = "grease-or-unproven";
	struct dissect_str name = { (const uint8_t *)first->name, first->len };
	bool outer = ech_is_outer(d->ech, ech_config, name, time);

	d->stats.hidden_ech += outer;
	d->stats.ech_unproven += !outer;
	if (outer)
		subject_add_outer(d->table, s);
	else
		tell(d, s, DETAIL_ECH, unproven, sizeof(unproven) - 1);
	return outer;
}

/* --- answers --- */

static void take_page(struct details *d, const struct dissect_message *m, struct subject *s)
{
	char title[PLAIN_MAX];

	tell_plain(d, s, DETAIL_CONTENT_TYPE, m->http_answer.content_type, plain_type);
	if (m->http_answer.title.n > 0)
		tell(d, s, DETAIL_TITLE, title,
		     plain_title(d->plain, title, m->http_answer.title, m->http_answer.content_type,
				 m->http_answer.charset));
}

static void take_response(struct details *d, const struct dissect_message *m)
{
	uint16_t status = m->http_answer.status;
	struct subject *s;

	/* more follows a 1xx, but for 101 (RFC 9110 section 15.2) */
	s = asked(d, m, status >= 200 || status == 101, 1);
	if (s == NULL)
		return;
	tell_plain(d, s, DETAIL_HTTP_SERVER, m->http_answer.server, plain_token);
	if (status >= 200 && status < 300)
		take_page(d, m, s);
	else
		d->stats.refused += m->http_answer.title.n > 0;
	/* a relative one, or one to somewhere else on the host, tells nothing */
	if (m->http_answer.location.n > 0 && m->http_answer.location.p[0] != '/')
		tell_plain(d, s, DETAIL_LOCATION, m->http_answer.location, plain_location);
}

static void take_certificate(struct details *d, const struct dissect_message *m)
{
	struct subject *s = asked(d, m, true, m->cert.names + m->cert.names_more);
	if (s == NULL)
		return;
	for (size_t i = 0; i < m->cert.names; i++)
		tell_plain(d, s, DETAIL_CERTIFICATE, m->cert.name[i], plain_certificate);
	subject_miss_details(d->table, s, m->cert.names_more);
	d->stats.more += m->cert.names_more;
}

void details_message(struct details *d, const struct dissect_message *m, struct subject *s)
{
	switch (m->kind) {
	case DISSECT_HTTP_ANSWER:
		take_response(d, m);
		break;
	case DISSECT_TLS_CERT:
		take_certificate(d, m);
		break;
	case DISSECT_DNS_SERVICE:
		take_service(d, m, s);
		break;
	default:
		break;
	}
}
