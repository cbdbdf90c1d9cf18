/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  body of a ClientHello
 *  version random session ciphers compressions extensions
 *    16     32*8   <8..>   <16..>     <8..>       <16..>
 *
 * Extensions are first indexed by their rows, then read in the order of the table: the sender does not decide
 * the order of our code.
 */
#include "dissect/tls_hello.h"

#include "dissect/ja4.h"

enum {
	EXT_HEADER = 4, /* type, size */
	HOST_NAME = 0,
	ECH_OUTER = 0,
	ECH_INNER = 1,
};

/* RFC 6066 section 3: a list of (type, name); only host_name was ever defined. */
static bool get_server_name(struct rd *r, struct tls_hello *h)
{
	struct rd list = rd_sub16(r);

	h->named = true;
	while (rd_ok(&list) && rd_left(&list) > 0) {
		uint8_t type = rd_u8(&list);
		struct rd name = rd_sub16(&list);
		if (rd_ok(&name) && type == HOST_NAME && h->host.p == NULL)
			h->host = (struct dissect_str){ name.base, rd_left(&name) };
	}
	return rd_ok(&list) && rd_done(r);
}

/* RFC 7301 section 3.1: names of 1 to 255 bytes; the first is the one that the client likes best. */
static bool get_alpn(struct rd *r, struct tls_hello *h)
{
	struct rd list = rd_sub16(r), first = rd_sub8(&list);

	if (rd_ok(&first) && rd_left(&first) > 0)
		h->alpn = (struct dissect_str){ first.base, rd_left(&first) };
	while (rd_ok(&list) && rd_left(&list) > 0)
		rd_sub8(&list);
	return h->alpn.p != NULL && rd_ok(&list) && rd_done(r);
}

/* RFC 8446 section 4.2.1 */
static bool get_versions(struct rd *r, struct tls_hello *h)
{
	h->versions = rd_sub8(r);
	return rd_done(r) && rd_left(&h->versions) % 2 == 0;
}

/* RFC 8446 section 4.2.3 */
static bool get_algorithms(struct rd *r, struct tls_hello *h)
{
	h->algorithms = rd_sub16(r);
	return rd_done(r) && rd_left(&h->algorithms) % 2 == 0;
}

/* RFC 9849 section 5. The inner form stands in hellos that nobody sees in the clear. */
static bool get_ech(struct rd *r, struct tls_hello *h)
{
	uint8_t type = rd_u8(r), config;
	struct rd payload;

	if (type == ECH_INNER)
		return rd_done(r);
	rd_skip(r, 4); /* key derivation and cipher of HPKE */
	config = rd_u8(r);
	rd_sub16(r);
	payload = rd_sub16(r);
	if (type != ECH_OUTER || !rd_done(r) || rd_left(&payload) == 0)
		return false;
	h->ech = true;
	h->ech_config = config;
	return true;
}

/* draft-ietf-tls-esni-02 section 4: it has no config_id. */
static bool get_esni(struct rd *r, struct tls_hello *h)
{
	rd_skip(r, 4); /* cipher suite, group */
	rd_sub16(r);   /* key share */
	rd_sub16(r);   /* digest of the keys */
	rd_sub16(r);
	h->ech = rd_done(r) || h->ech;
	return rd_done(r);
}

/* Where the data of each extension is. Low types have places of their own, of those that there are. */
enum { AT_ECH = TLS_LOW, AT_ESNI, AT_COUNT };

/* What we read, in the order in which we read it. */
static const struct {
	uint8_t at;
	bool (*get)(struct rd *data, struct tls_hello *h);
} reads[] = {
	{ TLS_EXT_SERVER_NAME, get_server_name },
	{ TLS_EXT_ALPN, get_alpn },
	{ TLS_EXT_ALGORITHMS, get_algorithms },
	{ TLS_EXT_VERSIONS, get_versions },
	{ AT_ECH, get_ech },
	{ AT_ESNI, get_esni },
};

#define LOW_READ                                                                                             \
	(UINT64_C(1) << TLS_EXT_SERVER_NAME | UINT64_C(1) << TLS_EXT_ALPN |                                  \
	 UINT64_C(1) << TLS_EXT_ALGORITHMS | UINT64_C(1) << TLS_EXT_VERSIONS)

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static void high_add(uint16_t type, const uint8_t *data, struct tls_hello *h, const uint8_t *at[AT_COUNT])
{
	struct tls_types *t = &h->types;
	int i = type == 0xfe0d ? AT_ECH : type == 0xffce ? AT_ESNI : AT_COUNT;

	if (tls_is_grease(type))
		return;
	t->count++;
	if (t->highs < TLS_HIGH_MAX)
		t->high[t->highs++] = type;
	else
		t->odd = true;
	if (i == AT_COUNT)
		return;
	if (at[i] != NULL)
		h->odd = true;
	else
		at[i] = data;
}

/* A size stands before the data. */
static void extensions_read(struct tls_hello *h, const uint8_t *const at[AT_COUNT])
{
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		unsigned k = reads[i].at;
		struct rd data;
		if (k < TLS_LOW ? (h->types.low >> k & 1) == 0 : at[k] == NULL)
			continue;
		data = rd_init(at[k], be16(at[k] - 2));
		if (!reads[i].get(&data, h))
			h->odd = true;
	}
}

/* RFC 8446 section 4.2: no more than one extension of a type; of a second one only the oddity is kept.
 * Clients shuffle them: nothing here may depend on what comes when. Storms are made of this loop. */
static bool extensions(struct rd r, struct tls_hello *h)
{
	const uint8_t *at[AT_COUNT], *p = r.p;
	uint64_t low = 0, twice = 0;
	size_t size, count = 0;

	at[AT_ECH] = at[AT_ESNI] = NULL;
	for (; r.end - p >= EXT_HEADER && (size = be16(p + 2)) <= (size_t)(r.end - p) - EXT_HEADER;
	     p += size) {
		uint16_t type = be16(p);
		p += EXT_HEADER;
		if (type >= TLS_LOW) {
			high_add(type, p, h, at);
			continue;
		}
		count++;
		twice |= low & UINT64_C(1) << type;
		if ((low >> type & 1) == 0)
			at[type] = p;
		low |= UINT64_C(1) << type;
	}
	h->types.low = low;
	h->types.count = (uint16_t)(h->types.count + count);
	h->types.odd |= twice != 0;
	h->odd |= (twice & LOW_READ) != 0;
	extensions_read(h, at);
	return p == r.end;
}

/* Before TLS 1.3 the extensions may be missing (RFC 5246 section 7.4.1.2). */
static bool hello_get(struct rd *r, bool cut, struct tls_hello *h)
{
	size_t size;

	*h = (struct tls_hello){ .version = rd_be16(r) };
	rd_skip(r, TLS_RANDOM_SIZE);
	rd_sub8(r);
	h->ciphers = rd_sub16(r);
	rd_sub8(r);
	if (!rd_ok(r))
		return false;
	h->odd = rd_left(&h->ciphers) % 2 != 0;
	if (rd_left(r) == 0)
		return true;
	size = rd_be16(r);
	h->extensions = rd_sub(r, cut && size > rd_left(r) ? rd_left(r) : size);
	return rd_done(r) && extensions(h->extensions, h);
}

bool tls_hello_read(const uint8_t *body, size_t n, struct tls_hello *h)
{
	struct rd r = rd_init(body, n);

	return hello_get(&r, false, h);
}

void tls_hello_read_part(const uint8_t *body, size_t n, struct tls_hello *h)
{
	struct rd r = rd_init(body, n);

	hello_get(&r, true, h);
}

bool tls_hello_facts(const struct tls_hello *h, char transport, struct ja4_cache *cache,
		     struct dissect_hello *facts)
{
	*facts = (struct dissect_hello){ .alpn = h->alpn, .ech = h->ech, .ech_config = h->ech_config };
	return ja4_make(cache, transport, h, facts->ja4);
}
