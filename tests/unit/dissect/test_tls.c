/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/packet.h"

#include "dissect/tls.h"

static const struct proto_stream tls_row = { .name = "tls", .probe = tls_probe, .parse = tls_parse };

static void put_ext(struct wr *w, uint16_t type, const void *data, size_t n)
{
	wr_be16(w, type);
	wr_vec16(w, data, n);
}

static void put_sni(struct wr *w, const char *name)
{
	wr_be16(w, 0);
	wr_be16(w, (uint16_t)(strlen(name) + 5));
	wr_be16(w, (uint16_t)(strlen(name) + 3));
	wr_u8(w, 0);
	wr_str16(w, name);
}

/* Everything of a hello before its extensions */
static void put_start(struct wr *w)
{
	wr_be16(w, 0x0303);
	wr_bytes(w, "0123456789abcdef0123456789abcdef", 32);
	wr_u8(w, 4);
	wr_bytes(w, "sess", 4);
	wr_vec16(w, "\x13\x01\x13\x02\x0a\x0a", 6);
	wr_bytes(w, "\1\0", 2);
}

static void put_hello(struct wr *w, const char *name)
{
	size_t mark;
	put_start(w);
	mark = wr_open16(w);
	put_ext(w, 0x2a2a, "", 0); /* GREASE */
	put_ext(w, 16, "\0\3\2h2", 5);
	if (name != NULL)
		put_sni(w, name);
	put_ext(w, 43, "\2\3\4", 3);
	wr_close16(w, mark);
}

/* Wraps a hello's body as a handshake message in records of at most `piece` bytes. */
static size_t wrap(uint8_t *out, size_t cap, const uint8_t *body, size_t n, size_t piece)
{
	static uint8_t message[70000];
	struct wr m = wr_init(message, sizeof(message)), w = wr_init(out, cap);

	wr_u8(&m, 1);
	wr_u8(&m, (uint8_t)(n >> 16));
	wr_be16(&m, (uint16_t)n);
	wr_bytes(&m, body, n);
	for (size_t at = 0; at < wr_len(&m); at += piece) {
		wr_bytes(&w, "\x16\x03\x01", 3);
		wr_vec16(&w, message + at, wr_len(&m) - at < piece ? wr_len(&m) - at : piece);
	}
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static size_t hello(uint8_t *out, size_t cap, const char *name, size_t piece)
{
	uint8_t body[1024];
	struct wr w = wr_init(body, sizeof(body));
	put_hello(&w, name);
	return wrap(out, cap, body, wr_len(&w), piece);
}

static void expect(const void *bytes, size_t n, const char *lines, enum proto_result end, unsigned bad)
{
	for (size_t step = 1; step <= n; step = step < 8 ? step + 1 : step * 2) {
		struct seen s;
		seen_init(&s, 40000, 8443);
		assert_int_equal(seen_stream(&s, &tls_row, bytes, n, step), end);
		assert_string_equal(s.lines.p, lines);
		assert_int_equal(s.stats.reasons[DISSECT_TLS_BAD], bad);
		buf_clear(&s.lines);
	}
}

static void test_hello_over_records_and_segments(void **state)
{
	uint8_t p[4096];
	(void)state;

	for (size_t piece = 1; piece < 200; piece++)
		expect(p, hello(p, sizeof(p), "WWW.Example.cn.", piece), "tls [www.example.cn] 0303\n",
		       PROTO_SKIP, 0);
}

/* Once the message says its size, nothing is gathered until that much can be there. */
static void test_tiny_records_are_waited_for(void **state)
{
	uint8_t p[4096];
	size_t n = hello(p, sizeof(p), "www.example.cn", 1), message = n / 6, used = 0, gathered = 0;
	struct proto_state st = { 0 };
	uint64_t skip = 0, left = 0;
	struct seen s;
	(void)state;

	seen_init(&s, 40000, 443);
	for (size_t have = 1; have < n; have++) {
		assert_int_equal(tls_parse(p, have, &st, &used, &skip, &s.out), PROTO_MORE);
		gathered += st.left != left;
		left = st.left;
		if (have == 24)
			assert_int_equal(left, 24 + 5 + message - 4);
	}
	assert_true(gathered < 64);
	assert_int_equal(tls_parse(p, n, &st, &used, &skip, &s.out), PROTO_SKIP);
	assert_string_equal(s.lines.p, "tls [www.example.cn] 0303\n");
	buf_clear(&s.lines);
}

static void test_no_name(void **state)
{
	uint8_t p[1024];
	struct seen s;
	size_t n;
	(void)state;

	n = hello(p, sizeof(p), NULL, 500);
	expect(p, n, "tls - 0303\n", PROTO_SKIP, 0);
	seen_init(&s, 40000, 443);
	seen_stream(&s, &tls_row, p, n, n);
	assert_int_equal(s.stats.reasons[DISSECT_TLS_NO_NAME], 1);
	buf_clear(&s.lines);
	expect(p, hello(p, sizeof(p), "", 500), "tls - 0303\n", PROTO_SKIP, 0);
}

/* The very old have no extensions at all. */
static void test_no_extensions(void **state)
{
	uint8_t body[256], p[512];
	struct wr w = wr_init(body, sizeof(body));
	(void)state;

	put_start(&w);
	expect(p, wrap(p, sizeof(p), body, wr_len(&w), 400), "tls - 0303\n", PROTO_SKIP, 0);
	wr_u8(&w, 7); /* a trailing byte */
	expect(p, wrap(p, sizeof(p), body, wr_len(&w), 400), "", PROTO_BAD, 1);
}

static void test_truncated_at_every_length(void **state)
{
	uint8_t p[1024], body[512], q[1024];
	size_t n = hello(p, sizeof(p), "a.example", 500), whole;
	struct wr w = wr_init(body, sizeof(body));
	(void)state;

	for (size_t cut = 1; cut < n; cut++)
		expect(p, cut, "", PROTO_MORE, 0);

	/* the same where the message itself says that it is so short */
	put_hello(&w, "a.example");
	whole = wr_len(&w);
	for (size_t cut = 0; cut < whole; cut++) {
		bool bare = cut == 2 + 32 + 5 + 8 + 2;
		expect(q, wrap(q, sizeof(q), body, cut, 500), bare ? "tls - 0303\n" : "",
		       bare ? PROTO_SKIP : PROTO_BAD, !bare);
	}
}

static void test_trailing_byte(void **state)
{
	uint8_t body[512], p[1024];
	struct wr w = wr_init(body, sizeof(body));
	(void)state;

	put_hello(&w, "a.example");
	wr_u8(&w, 0);
	expect(p, wrap(p, sizeof(p), body, wr_len(&w), 500), "", PROTO_BAD, 1);
}

static void expect_exts(const void *exts, size_t n, const char *lines, enum proto_result end, unsigned bad)
{
	uint8_t body[1024], p[2048];
	struct wr w = wr_init(body, sizeof(body));
	put_start(&w);
	wr_vec16(&w, exts, n);
	expect(p, wrap(p, sizeof(p), body, wr_len(&w), 1500), lines, end, bad);
}

static void test_server_name_list(void **state)
{
	(void)state;
	/* another type of name first, then two host names: the first host name counts */
	expect_exts("\0\0\0\x10\0\x0e\x07\0\1x\0\0\1a\0\0\3b.c", 20, "tls [a] 0303\n", PROTO_SKIP, 0);
	/* the list says more than the extension has, and less */
	expect_exts("\0\0\0\6\0\5\0\0\1a", 10, "tls - 0303\n", PROTO_SKIP, 1);
	expect_exts("\0\0\0\6\0\3\0\0\1a", 10, "tls - 0303\n", PROTO_SKIP, 1);
	/* the name says more than the list has */
	expect_exts("\0\0\0\6\0\4\0\0\2a", 10, "tls - 0303\n", PROTO_SKIP, 1);
	/* a trailing byte behind the list */
	expect_exts("\0\0\0\7\0\4\0\0\1a!", 11, "tls [a] 0303\n", PROTO_SKIP, 1);
	/* twice the extension: the first counts, and it is odd */
	expect_exts("\0\0\0\6\0\4\0\0\1a\0\0\0\6\0\4\0\0\1b", 20, "tls [a] 0303\n", PROTO_SKIP, 1);
	/* an empty extension is what servers send */
	expect_exts("\0\0\0\0", 4, "tls - 0303\n", PROTO_SKIP, 1);
	/* bytes that are no name are kept as they are */
	expect_exts("\0\0\0\7\0\5\0\0\2\xe4\0", 11, "tls [\\xe4\\x00] 0303\n", PROTO_SKIP, 0);
	/* an unknown extension that lies about its length, behind a good name: the name still counts */
	expect_exts("\0\0\0\6\0\4\0\0\1a\x7f\x7f\0\5x", 15, "tls [a] 0303\n", PROTO_SKIP, 1);
}

static void test_name_too_long(void **state)
{
	char name[257];
	uint8_t p[1024];
	(void)state;

	memset(name, 'n', 256);
	name[256] = '\0';
	expect(p, hello(p, sizeof(p), name, 900), "tls - 0303\n", PROTO_SKIP, 0);
}

static void test_lying_records(void **state)
{
	static uint8_t body[17000], p[20000];
	uint8_t q[1024];
	size_t n = hello(q, sizeof(q), "a.example", 60);
	(void)state;

	/* a message longer than we hold is refused as soon as it says so */
	expect(p, wrap(p, sizeof(p), body, 16385, 16000), "", PROTO_BAD, 1);
	/* an alert in the middle, an empty record, one larger than RFC 8446 allows */
	q[65] = 21;
	expect(q, n, "", PROTO_BAD, 1);
	hello(q, sizeof(q), "a.example", 60);
	q[66] = 2; /* no version of TLS */
	expect(q, n, "", PROTO_BAD, 1);
	hello(q, sizeof(q), "a.example", 60);
	q[68] = q[69] = 0;
	expect(q, n, "", PROTO_BAD, 1);
	q[68] = 0x40;
	q[69] = 1;
	expect(q, n, "", PROTO_BAD, 1);
	q[68] = 0x40; /* more than there is, but the hello is whole */
	q[69] = 0;
	expect(q, n, "tls [a.example] 0303\n", PROTO_SKIP, 0);
	expect(q, n - 1, "", PROTO_MORE, 0);
}

/* What an endpoint puts up with before a hello, and a sensor too. */
static void test_prefix(void **state)
{
	static const char *const prefixes[] = {
		"15 0301 0002 0100", /* close_notify as a warning */
		"14 0303 0001 01",   /* change_cipher_spec */
		"16 0301 0000",      /* an empty record */
		"15 0300 0002 0170 14 0303 0001 01 16 0301 0000",
		"16 0301 0000 16 0301 0000 16 0301 0000 16 0301 0000",
	};
	uint8_t p[1024];
	(void)state;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct wr w = wr_init(p, 64);
		size_t before, n;
		put_hex(&w, prefixes[i]);
		before = wr_len(&w);
		n = before + hello(p + before, sizeof(p) - before, "a.example", 70);
		for (size_t cut = 0; cut < before + 6; cut++)
			assert_int_equal(tls_probe(p, cut), PROTO_MORE);
		assert_int_equal(tls_probe(p, n), PROTO_OK);
		expect(p, n, "tls [a.example] 0303\n", PROTO_SKIP, 0);
	}
	/* five of them are no prefix; nor are alerts of another size, or data before the hello */
	memset(p, 0, sizeof(p));
	for (size_t i = 0; i < 5; i++)
		memcpy(p + 5 * i, "\x16\3\1\0\0", 5);
	hello(p + 25, sizeof(p) - 25, "a.example", 70);
	assert_int_equal(tls_probe(p, 200), PROTO_SKIP);
	hello(p + 8, sizeof(p) - 8, "a.example", 70);
	memcpy(p, "\x15\3\3\0\3\1\0\0", 8);
	assert_int_equal(tls_probe(p, 200), PROTO_SKIP);
	memcpy(p, "\x17\3\3\0\3\1\0\0", 8);
	assert_int_equal(tls_probe(p, 200), PROTO_SKIP);
}

/* An empty record between two parts of a hello: against RFC 8446 section 5.1, and servers take it. */
static void test_empty_record_inside(void **state)
{
	uint8_t p[1024], q[1024];
	size_t n = hello(p, sizeof(p), "a.example", 60);
	(void)state;

	memcpy(q, p, 65);
	memcpy(q + 65, "\x16\3\3\0\0", 5);
	memcpy(q + 70, p + 65, n - 65);
	expect(q, n + 5, "tls [a.example] 0303\n", PROTO_SKIP, 1);
}

/* Many of them are bait: without an end each would be walked over again with every segment that comes. */
static void test_many_empty_records(void **state)
{
	uint8_t p[1024], q[1024];
	size_t n = hello(p, sizeof(p), "a.example", 60);
	(void)state;

	memcpy(q, p, 65);
	for (size_t i = 0; i < 33; i++)
		memcpy(q + 65 + 5 * i, "\x16\3\3\0\0", 5);
	memcpy(q + 65 + 5 * 33, p + 65, n - 65);
	expect(q, n + 5 * 33, "", PROTO_BAD, 1);
	memcpy(q + 65 + 5 * 32, p + 65, n - 65);
	expect(q, n + 5 * 32, "tls [a.example] 0303\n", PROTO_SKIP, 1);
}

/* The hello is the first message of a record; whatever follows there is not read. */
static void test_messages_behind(void **state)
{
	uint8_t p[1024];
	size_t n = hello(p, sizeof(p), "a.example", 1000);
	(void)state;

	memcpy(p + n, "\x14\0\0\x0c", 4);
	p[3] = (uint8_t)((n - 5 + 16) >> 8);
	p[4] = (uint8_t)(n - 5 + 16);
	expect(p, n + 16, "tls [a.example] 0303\n", PROTO_SKIP, 0);
	expect(p, n, "tls [a.example] 0303\n", PROTO_SKIP, 0);
}

/* As large as is held, in records as large as they may be and in small ones. */
static void test_largest(void **state)
{
	static const size_t pieces[] = { 16384, 16000, 1400, 100 };
	static uint8_t body[16385], p[20000];
	struct wr w = wr_init(body, sizeof(body));
	size_t exts, filler;
	(void)state;

	put_start(&w);
	exts = wr_open16(&w);
	wr_be16(&w, 51); /* a key_share as post-quantum groups have it */
	filler = wr_open16(&w);
	while (wr_len(&w) < 16384 - 4 - 18)
		wr_u8(&w, (uint8_t)wr_len(&w));
	wr_close16(&w, filler);
	put_sni(&w, "a.example.cn.");
	wr_close16(&w, exts);
	assert_int_equal(wr_len(&w), 16384);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct seen s;
		size_t n = wrap(p, sizeof(p), body, wr_len(&w), pieces[i]);
		seen_init(&s, 40000, 443);
		assert_int_equal(seen_stream(&s, &tls_row, p, n, 1400), PROTO_SKIP);
		assert_string_equal(s.lines.p, "tls [a.example.cn] 0303\n");
		assert_int_equal(s.stats.reasons[DISSECT_TLS_BAD], 0);
		buf_clear(&s.lines);
	}
}

/* What is there when no more will come: the name of a hello whose end was lost, if it is whole. */
static void test_end_lost(void **state)
{
	uint8_t p[1024];
	size_t n = hello(p, sizeof(p), "a.example", 1000);
	(void)state;

	for (size_t cut = 1; cut < n; cut++) {
		struct proto_state st = { .last = false };
		bool named = cut >= n - 7; /* supported_versions stands behind the name */
		uint8_t *part = seen_exact(p, cut);
		uint64_t skip;
		size_t used;
		struct seen s;
		seen_init(&s, 40000, 443);
		assert_int_equal(tls_parse(part, cut, &st, &used, &skip, &s.out), PROTO_MORE);
		st.last = true;
		assert_int_equal(tls_parse(part, cut, &st, &used, &skip, &s.out),
				 named ? PROTO_SKIP : PROTO_MORE);
		assert_string_equal(s.lines.p, named ? "tls [a.example] 0303\n" : "");
		assert_int_equal(s.stats.reasons[DISSECT_TLS_BAD], named);
		buf_clear(&s.lines);
		free(part);
	}
}

/* RFC 5246 appendix E.2: a hello for servers that know nothing newer than SSL 2.0. */
static void test_ssl2(void **state)
{
	static const char good[] =
		"802e 01 0301 0015 0000 0010 00002f 000035 00000a 010080 030080 00000a 0000ff"
		"00112233445566778899aabbccddeeff";
	static const struct {
		size_t at;
		uint8_t value;
	} lies[] = { { 0, 0x82 }, { 0, 0 }, { 1, 0x2f }, { 2, 2 },   { 3, 4 },  { 6, 0x14 },
		     { 6, 0 },    { 8, 1 }, { 8, 16 },   { 10, 15 }, { 10, 33 } };
	uint8_t p[64], q[64];
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;
	(void)state;

	put_hex(&w, good);
	for (size_t n = 0; n <= wr_len(&w); n++)
		assert_int_equal(tls_probe(p, n), n < 11 ? PROTO_MORE : PROTO_OK);
	seen_init(&s, 40000, 443);
	assert_int_equal(seen_stream(&s, &tls_row, p, wr_len(&w), wr_len(&w)), PROTO_SKIP);
	assert_string_equal(s.lines.p, "tls - 0301\n");
	assert_int_equal(s.stats.reasons[DISSECT_TLS_NO_NAME], 1);
	buf_clear(&s.lines);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		memcpy(q, p, sizeof(q));
		q[lies[i].at] = lies[i].value;
		assert_int_not_equal(tls_probe(q, wr_len(&w)), PROTO_OK);
	}
	memcpy(q, p, sizeof(q));
	memcpy(q + 3, "\0\2", 2); /* SSL 2.0 itself */
	assert_int_equal(tls_probe(q, wr_len(&w)), PROTO_OK);
}

/* -- behind the plain beginning of another protocol, through the front door */

struct talk {
	struct lab *l;
	uint32_t seq[2];
};

static void talk_send(struct talk *t, bool back, const void *data, size_t n)
{
	put_ipv4(&t->l->w, (struct ipv4_spec){ .proto = IPPROTO_TCP, .back = back, .payload = 20 + n });
	wr_be16(&t->l->w, back ? 8080 : 40000);
	wr_be16(&t->l->w, back ? 40000 : 8080);
	wr_be32(&t->l->w, t->seq[back]);
	wr_be32(&t->l->w, t->seq[!back]);
	put_hex(&t->l->w, "5018 ffff 0000 0000");
	wr_bytes(&t->l->w, data, n);
	lab_send(t->l, LINK_RAW);
	t->seq[back] += (uint32_t)n;
}

/* CONNECT, SOCKS 5 and 4. */
static bool through_proxy(const char *first)
{
	return strncmp(first, ">CONNECT", 8) == 0 || strncmp(first, ">#05", 4) == 0 ||
	       strncmp(first, ">#04", 4) == 0;
}

/* Lines that begin with '<' are the server's; "\\n" ends each. */
static void expect_upgrade(const char *const lines[])
{
	struct talk t = { .l = lab_new(), .seq = { 1000, 2000 } };
	uint8_t p[1024];
	size_t n;

	for (size_t i = 0; lines[i] != NULL; i++) {
		const char *at = lines[i] + 1;
		if (lines[i][1] == '#') {
			struct wr w = wr_init(p, sizeof(p));
			put_hex(&w, at + 1);
			talk_send(&t, lines[i][0] == '<', p, wr_len(&w));
		} else {
			talk_send(&t, lines[i][0] == '<', at, strlen(at));
		}
	}
	buf_reset(&t.l->seen.lines);
	n = hello(p, sizeof(p), "a.example", 1000);
	talk_send(&t, false, p, n / 2);
	talk_send(&t, false, p + n / 2, n - n / 2);
	lab_expect(t.l,
		   through_proxy(lines[0]) ? "tls [a.example] 0303 proxied\n" : "tls [a.example] 0303\n");
	lab_free(t.l);
}

static void test_upgrades(void **state)
{
	static const char *const talks[][10] = {
		{ "<220 mx ESMTP\r\n", ">EHLO a\r\n", "<250-mx\r\n250 STARTTLS\r\n", ">STARTTLS\r\n",
		  "<220 go ahead\r\n" },
		{ "<* OK ready\r\n", ">1 STARTTLS\r\n", "<1 OK\r\n" },
		{ "<+OK\r\n", ">STLS\r\n", "<+OK\r\n" },
		{ "<220 ftp\r\n", ">AUTH TLS\r\n", "<234 ok\r\n" },
		{ "><stream:stream to='a'>", "<<stream:features/>", "><starttls/>", "<<proceed/>" },
		{ ">#301d02010177188016312e332e362e312e342e312e313436362e3230303337",
		  "<#300c02010178070a010004000400" },
		{ ">#0000000804d2162f", "<S" },
		{ ">#0300001324e00000000000010008000b000000", "<#030000130ed000001234000209080002000000" },
		{ ">#0300002a25e00000000000436f6f6b69653a206d737473686173683d61646d696e0d0a0100080001000000",
		  "<#030000130ed000001234000209080001000000" },
		{ ">#050100", "<#0500", ">#05010003096c6f63616c686f737401bb", "<#05000001000000000000" },
		{ ">#040101bb7f00000100", "<#005a000000000000" },
		{ ">#040101bb0000000161006c6f63616c686f737400", "<#005a000000000000" },
		{ ">CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
		  "<HTTP/1.1 200 Connection established\r\n\r\n" },
		/* a debugger's bridge: its STLS looks like a question for the root of no class */
		{ ">#434e584e010000010000040007000000320200 00bcb1a7b1 686f73743a3a00",
		  ">#53544c5300000001000000000000000000000000acabb3ac" },
		{ ">PROXY TCP4 192.0.2.1 198.51.100.1 1234 443\r\n" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
		expect_upgrade(talks[i]);
}

static void test_probe(void **state)
{
	static const uint8_t good[] = { 0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3 };
	static const struct {
		size_t at;
		uint8_t value;
	} lies[] = { { 0, 0x17 }, { 0, 0x80 }, { 1, 2 }, { 2, 5 }, { 3, 0x41 }, { 5, 2 } };
	(void)state;

	for (size_t n = 0; n <= sizeof(good); n++)
		assert_int_equal(tls_probe(good, n), n < 6 ? PROTO_MORE : PROTO_OK);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint8_t p[sizeof(good)];
		memcpy(p, good, sizeof(p));
		p[lies[i].at] = lies[i].value;
		assert_int_equal(tls_probe(p, sizeof(p)), PROTO_SKIP);
	}
	assert_int_equal(tls_probe((const uint8_t *)"\x16\x03\x01\0\0\1", 6), PROTO_SKIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello_over_records_and_segments),
		cmocka_unit_test(test_tiny_records_are_waited_for),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_no_extensions),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_trailing_byte),
		cmocka_unit_test(test_server_name_list),
		cmocka_unit_test(test_name_too_long),
		cmocka_unit_test(test_lying_records),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_empty_record_inside),
		cmocka_unit_test(test_many_empty_records),
		cmocka_unit_test(test_messages_behind),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_end_lost),
		cmocka_unit_test(test_ssl2),
		cmocka_unit_test(test_upgrades),
		cmocka_unit_test(test_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
