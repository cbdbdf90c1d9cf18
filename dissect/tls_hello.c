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

/* What we read, in the order in which we read it. */
enum ext { EXT_OTHER, EXT_SERVER_NAME, EXT_ALPN, EXT_ALGORITHMS, EXT_VERSIONS, EXT_ECH, EXT_ESNI, EXT_COUNT };

static bool (*const ext_get[EXT_COUNT])(struct rd *data, struct tls_hello *h) = {
	[EXT_SERVER_NAME] = get_server_name, [EXT_ALPN] = get_alpn, [EXT_ALGORITHMS] = get_algorithms,
	[EXT_VERSIONS] = get_versions,       [EXT_ECH] = get_ech,   [EXT_ESNI] = get_esni,
};

static const uint8_t ext_low[TLS_LOW] = { [TLS_EXT_SERVER_NAME] = EXT_SERVER_NAME,
					  [TLS_EXT_ALPN] = EXT_ALPN,
					  [TLS_EXT_ALGORITHMS] = EXT_ALGORITHMS,
					  [TLS_EXT_VERSIONS] = EXT_VERSIONS };

static bool ext_read(enum ext i, struct dissect_str data, struct tls_hello *h)
{
	struct rd r = rd_init(data.p, data.n);

	return ext_get[i](&r, h);
}

static enum ext ext_low_of(uint16_t type, struct tls_types *t)
{
	t->odd |= (t->low >> type & 1) != 0;
	t->low |= UINT64_C(1) << type;
	t->count++;
	return (enum ext)ext_low[type];
}

static enum ext ext_high_of(uint16_t type, struct tls_types *t)
{
	if (tls_is_grease(type))
		return EXT_OTHER;
	t->count++;
	if (t->highs < TLS_HIGH_MAX)
		t->high[t->highs++] = type;
	else
		t->odd = true;
	return type == 0xfe0d ? EXT_ECH : type == 0xffce ? EXT_ESNI : EXT_OTHER;
}

/* RFC 8446 section 4.2: no more than one extension of a type; of a second one only the oddity is kept.
 * Clients shuffle them: nothing here may depend on what comes when. */
static bool extensions(struct rd r, struct tls_hello *h)
{
	struct dissect_str data[EXT_COUNT];
	struct tls_types types = { 0 };
	unsigned have = 0; /* a bit for each of data[] that is set, but for the first */
	const uint8_t *head, *p;

	while (rd_left(&r) > 0 && (head = rd_bytes(&r, EXT_HEADER)) != NULL) {
		uint16_t type = (uint16_t)(head[0] << 8 | head[1]), size = (uint16_t)(head[2] << 8 | head[3]);
		enum ext i = type < TLS_LOW ? ext_low_of(type, &types) : ext_high_of(type, &types);
		if ((p = rd_bytes(&r, size)) == NULL)
			break;
		h->odd |= (have >> i & 1) != 0;
		if ((have >> i & 1) == 0)
			data[i] = (struct dissect_str){ p, size };
		have |= 1u << i & ~(1u << EXT_OTHER);
	}
	h->types = types;
	for (int i = EXT_OTHER + 1; i < EXT_COUNT; i++)
		if ((have >> i & 1) != 0 && !ext_read((enum ext)i, data[i], h))
			h->odd = true;
	return rd_ok(&r);
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
