/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/hpack.h"

static struct hpack_tables tables;

/* Reads a block written in hex and compares what it held: authority host method path referer user-agent,
 * hidden. A table that was lost is dropped. */
static void expect_in(struct hpack_table *table, const char *hex, bool whole, const char *want)
{
	static uint8_t room[HPACK_ROOM];
	uint8_t bytes[512], *exact;
	struct hpack_request h = { .hidden = false };
	struct buf b = { 0 };
	size_t n = 0;

	for (; hex[2 * n] != '\0'; n++) {
		const char byte[] = { hex[2 * n], hex[2 * n + 1], '\0' };
		bytes[n] = (uint8_t)strtoul(byte, NULL, 16);
	}
	exact = seen_exact(bytes, n);
	assert_int_equal(hpack_read(rd_init(exact, n), &h, room, table), whole);
	seen_str(&b, h.authority);
	seen_str(&b, h.host);
	seen_str(&b, h.method);
	seen_str(&b, h.path);
	seen_str(&b, h.referer);
	seen_str(&b, h.user_agent);
	seen_str(&b, h.requested_with);
	buf_puts(&b, h.hidden ? " hidden" : "");
	if (h.lost && table != NULL)
		hpack_table_drop(&tables, table->ticket);
	assert_string_equal(b.p, want);
	buf_clear(&b);
	free(exact);
}

static void expect(const char *hex, bool whole, const char *want) { expect_in(NULL, hex, whole, want); }

/* RFC 7541 appendices C.2 to C.4 */
static void test_examples(void **state)
{
	(void)state;
	expect("400a637573746f6d2d6b65790d637573746f6d2d686561646572", true, " - - - - - - -");
	expect("040c2f73616d706c652f70617468", true, " - - - [/sample/path] - - -");
	expect("100870617373776f726406736563726574", true, " - - - - - - -");
	expect("82", true, " - - [GET] - - - -");
	expect("828684410f7777772e6578616d706c652e636f6d", true, " [www.example.com] - [GET] [/] - - -");
	expect("828684be58086e6f2d6361636865", true, " - - [GET] [/] - - - hidden");
	expect("828684418cf1e3c2e5f23a6ba0ab90f4ff", true, " [www.example.com] - [GET] [/] - - -");
	expect("828684be5886a8eb10649cbf", true, " - - [GET] [/] - - - hidden");
	expect("418cf1e3c2e5f23a6ba0ab90f4ff7a86a8eb10649cbf", true,
	       " [www.example.com] - - - - [no-cache] -");
	expect("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", true,
	       " - - [GET] [/index.html] - - - hidden");
}

static void test_forms(void **state)
{
	(void)state;
	expect("8366016873016c7a016d", true, " - [h] [POST] - [l] [m] -");
	/* two table sizes, a never-indexed field, a literal name, twice the same */
	expect("203fe11f"
	       "1101610f2a0178"
	       "000a3a617574686f726974790162",
	       true, " [a] - - - - - -");
	expect("0010782d7265717565737465642d776974680163", true, " - - - - - - [c]");
	expect("008cf2b585ed695092c8b783267f0163", true, " - - - - - - [c]"); /* Huffman coded */
	expect("0004686f7374017a", true, " - [z] - - - - -");
	expect("7f80010178", true, " - - - - - - - hidden"); /* a name of the connection's table */
	expect("", true, " - - - - - - -");
}

static void test_broken(void **state)
{
	(void)state;
	expect("8241", false, " - - [GET] - - - -");
	expect("824105", false, " - - [GET] - - - -");
	expect("82410561", false, " - - [GET] - - - -");
	expect("82ffffffffffffff", false, " - - [GET] - - - -");
	expect("82417fffffffffffffff", false, " - - [GET] - - - -");
	/* Huffman: EOS inside, padding of a byte or more, padding that is not all ones */
	expect("824184ffffffff", false, " - - [GET] - - - -");
	expect("82418507ffffffff", false, " - - [GET] - - - -");
	expect("824182"
	       "07ff",
	       false, " - - [GET] - - - -");
	expect("824181"
	       "06",
	       false, " - - [GET] - - - -");
	expect("82410161", true, " [a] - [GET] - - - -");
	expect("824181"
	       "1f",
	       true, " [a] - [GET] - - - -");
	expect("00881fffffffffffffff0161", false, " - - - - - - -"); /* a name */
}

/* What is well formed and still an error (RFC 7541 sections 6.1 and 4.2) costs the rest of the block, and the
 * table. */
static void test_refused(void **state)
{
	static const struct {
		const char *hex, *want;
	} rows[] = {
		{ "8280410162", " - - [GET] - - - -" }, /* no field has the index 0 */
		{ "be20", " [a] - - - - - -" },         /* a size behind a field: one of the table, */
		{ "8220", " - - [GET] - - - -" },       /* of the static one, */
		{ "44016220", " - - - [b] - - -" },     /* that goes into the table, */
		{ "04016220", " - - - [b] - - -" },     /* that does not; */
		{ "7f80", " - - - - - - -" },           /* an index that is cut off */
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t ticket = hpack_table_new(&tables);
		expect_in(hpack_table_of(&tables, ticket), "3fe11f410161", true, " [a] - - - - - -");
		expect_in(hpack_table_of(&tables, ticket), "203fe11f410161", true, " [a] - - - - - -");
		assert_non_null(hpack_table_of(&tables, ticket));
		expect_in(hpack_table_of(&tables, ticket), rows[i].hex, false, rows[i].want);
		assert_null(hpack_table_of(&tables, ticket));
	}
}

/* What fits is told, what does not is absent, and nothing is written behind the room. */
static void test_room(void **state)
{
	static uint8_t block[16400], room[HPACK_ROOM + 1];
	struct hpack_request h = { .hidden = false };
	(void)state;

	/* :authority, Huffman coded; a 0 of five bits is the digit 0: 8192 of them in 5120 bytes, */
	memcpy(block, "\x41\xff\x81\x27", 4);
	room[HPACK_ROOM] = 0xee;
	assert_true(hpack_read(rd_init(block, 4 + 5120), &h, room, NULL));
	assert_int_equal(h.authority.n, HPACK_ROOM);
	assert_int_equal(room[HPACK_ROOM], 0xee);
	/* and 25600 in 16000 */
	h = (struct hpack_request){ .hidden = false };
	memcpy(block, "\x41\xff\x81\x7c", 4);
	assert_true(hpack_read(rd_init(block, 4 + 16000), &h, room, NULL));
	assert_null(h.authority.p);
	assert_int_equal(room[HPACK_ROOM], 0xee);
}

/* The longest code, behind so many of the shortest that it begins at each place. */
static void test_every_place(void **state)
{
	static uint8_t room[HPACK_ROOM];
	(void)state;

	for (size_t k = 0; k <= 80; k++) {
		size_t at = 5 * k, n = (at + 30 + 7) / 8;
		uint8_t block[2 + 64] = { 0x04, (uint8_t)(0x80 | n) };
		struct hpack_request h = { .hidden = false };
		for (size_t i = at; i < n * 8; i++) /* LF is 28 ones and two zeros; then comes the padding */
			if (i < at + 28 || i >= at + 30)
				block[2 + i / 8] |= (uint8_t)(0x80 >> i % 8);
		assert_true(hpack_read(rd_init(block, 2 + n), &h, room, NULL));
		assert_int_equal(h.path.n, k + 1);
		assert_int_equal(h.path.p[k], '\n');
	}
}

/* Each symbol that a byte can be, in one string; the codes come from the encoder of another library. */
static void test_all_symbols(void **state)
{
	static uint8_t room[HPACK_ROOM];
	struct hpack_request h = { .hidden = false };
	(void)state;

#include "tests/unit/dissect/hpack_symbols.h"
	assert_true(hpack_read(rd_init(packed, sizeof(packed)), &h, room, NULL));
	assert_int_equal(h.path.n, 256);
	for (size_t i = 0; i < 256; i++)
		assert_int_equal(h.path.p[i], i);
}

/* RFC 7541 appendices C.3 and C.4: three requests of one connection. */
static void test_connection(void **state)
{
	static const char *const requests[2][3] = {
		{ "828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
		  "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565" },
		{ "828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
		  "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf" },
	};
	(void)state;

	for (int i = 0; i < 2; i++) {
		struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
		expect_in(t, requests[i][0], true, " [www.example.com] - [GET] [/] - - -");
		assert_int_equal(t->size, 57); /* so say the appendices */
		expect_in(t, requests[i][1], true, " [www.example.com] - [GET] [/] - - -");
		assert_int_equal(t->size, 110);
		expect_in(t, requests[i][2], true, " [www.example.com] - [GET] [/index.html] - - -");
		assert_int_equal(t->size, 164);
	}
}

/* What a block points at may leave the table while it is read. */
static void test_evicted_meanwhile(void **state)
{
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	(void)state;

	expect_in(t, "410161", true, " [a] - - - - - -");
	expect_in(t, "3f24", true, " - - - - - - -"); /* 67 bytes: for one field */
	expect_in(t,
		  "be"
		  "440162",
		  true, " [a] - - [b] - - -");
	expect_in(t, "be", true, " - - - [b] - - -");
	expect_in(t, "bf", true, " - - - - - - - hidden"); /* the one before it left */
	expect_in(t,
		  "20"
		  "be",
		  true, " - - - - - - - hidden");
	assert_int_equal(t->size, 0);
}

/* An index that is cut off is not the field that its first octet names. */
static void test_index_cut(void **state)
{
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	(void)state;

	for (int i = 0; i < 66; i++)
		expect_in(t, "410161", true, " [a] - - - - - -");
	expect_in(t, "ff00", true, " [a] - - - - - -");
	expect_in(t, "ff", false, " - - - - - - -");
	expect_in(t, "7f", false, " - - - - - - -");
}

/* The same field again and again is copied out of the table once: there is room left for another one. */
static void test_copied_once(void **state)
{
	static uint8_t block[2 * (4 + HPACK_VALUE_MAX)], room[HPACK_ROOM];
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	struct hpack_request h = { .hidden = false };
	(void)state;

	memset(block, 'a', sizeof(block));
	memcpy(block, "\x41\x7f\x81\x03", 4);                       /* :authority, of 512 octets, */
	memcpy(block + 4 + HPACK_VALUE_MAX, "\x7a\x7f\x80\x03", 4); /* and user-agent, of 511 */
	assert_true(hpack_read(rd_init(block, 8 + 2 * HPACK_VALUE_MAX - 1), &h, room, t));
	h = (struct hpack_request){ .hidden = false };
	memset(block, 0xbf, HPACK_ROOM / HPACK_VALUE_MAX + 1);
	block[HPACK_ROOM / HPACK_VALUE_MAX + 1] = 0xbe;
	assert_true(hpack_read(rd_init(block, HPACK_ROOM / HPACK_VALUE_MAX + 2), &h, room, t));
	assert_int_equal(h.authority.n, HPACK_VALUE_MAX);
	assert_int_equal(h.user_agent.n, HPACK_VALUE_MAX - 1);
	assert_false(h.hidden);
}

/* One that is too long to be told is passed over, and said. */
static void test_long(void **state)
{
	static uint8_t block[4 + HPACK_VALUE_MAX + 1], room[HPACK_ROOM];
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	struct hpack_request h = { .hidden = false };
	(void)state;

	memset(block, 'a', sizeof(block));
	memcpy(block, "\x41\x7f\x82\x03", 4);
	assert_true(hpack_read(rd_init(block, sizeof(block)), &h, room, t));
	assert_int_equal(h.authority.n, HPACK_VALUE_MAX + 1);
	assert_false(h.hidden);
	expect_in(t, "82be", true, " - - [GET] - - - - hidden");
	assert_int_equal(t->size, 10 + 32 + HPACK_VALUE_MAX + 1);
}

/* RFC 7541 appendix A: the names of the static table, a blank behind each, */
static const char static_names[] =
	":authority :method :method :path :path :scheme :scheme :status :status :status :status "
	":status :status :status accept-charset accept-encoding accept-language accept-ranges "
	"accept access-control-allow-origin age allow authorization cache-control "
	"content-disposition content-encoding content-language content-length content-location "
	"content-range content-type cookie date etag expect expires from host if-match "
	"if-modified-since if-none-match if-range if-unmodified-since last-modified link location "
	"max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after "
	"server set-cookie strict-transport-security transfer-encoding user-agent vary via "
	"www-authenticate ";
/* and what is told of it. */
static const struct {
	size_t index;
	const char *want;
} static_told[] = {
	{ 1, " [] - - - - - -" },  { 2, " - - [GET] - - - -" },         { 3, " - - [POST] - - - -" },
	{ 4, " - - - [/] - - -" }, { 5, " - - - [/index.html] - - -" }, { 38, " - [] - - - - -" },
	{ 51, " - - - - [] - -" }, { 58, " - - - - - [] -" },           { 0, NULL },
};

/* What is wanted of it comes with its value; all its names count in the size of the other table. */
static void test_static_table(void **state)
{
	static uint8_t room[HPACK_ROOM];
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	size_t i = 1, row = 0, n;
	(void)state;

	for (const char *name = static_names; *name != '\0'; name += n + 1, i++) {
		char hex[] = { "89ab"[i >> 4], "0123456789abcdef"[i & 15], '\0' };
		uint8_t literal[] = { 0x20, 0x3f, 0xe1, 0x1f, (uint8_t)(0x40 + i), 0 };
		bool told = static_told[row].index == i;
		struct hpack_request h = { .hidden = false };
		n = strcspn(name, " ");
		expect_in(t, hex, true, told ? static_told[row].want : " - - - - - - -");
		row += told;
		assert_true(hpack_read(rd_init(literal, sizeof(literal)), &h, room, t));
		assert_int_equal(t->count, 1);
		assert_int_equal(t->size, n + 32);
	}
	assert_int_equal(i - 1, 61);
	assert_int_equal(static_told[row].index, 0);
}

/* What is not to go into the table does not, though it is told (RFC 7541 sections 6.2.2 and 6.2.3). */
static void test_not_kept(void **state)
{
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	(void)state;

	expect_in(t, "410161", true, " [a] - - - - - -");
	expect_in(t, "040162", true, " - - - [b] - - -");
	expect_in(t, "140162", true, " - - - [b] - - -");
	expect_in(t, "00053a706174680163", true, " - - - [c] - - -");
	expect_in(t, "0f2f0164", true, " [d] - - - - - -"); /* its name out of the table */
	assert_int_equal(t->count, 1);
	expect_in(t, "be", true, " [a] - - - - - -");
	expect_in(t, "500162", true, " - - - - - - -"); /* nobody wants its value, and it is not held */
	assert_int_equal(t->count, 2);
	assert_int_equal(t->end, 1);
}

/* What goes into it does, told or not, with a name of the table as well. */
static void test_kept(void **state)
{
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	(void)state;

	expect_in(t, "41811f41818f", true, " [a] - - - - - -"); /* Huffman coded, a and b */
	expect_in(t, "be", true, " [b] - - - - - -");
	assert_int_equal(t->size, 2 * (10 + 1 + 32));
	expect_in(t, "7e0163", true, " [c] - - - - - -");
	assert_int_equal(t->size, 3 * (10 + 1 + 32));
	expect_in(t, "be", true, " [c] - - - - - -");
}

/* The first of each counts, in whatever form it comes. */
static void test_twice(void **state)
{
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	(void)state;

	expect_in(t, "4101617a01626601637a0164", true, " [a] [c] - - - [b] -");
	expect_in(t, "8382", true, " - - [POST] - - - -");
	expect_in(t, "bebfc0c1410164", true, " [a] [c] - - - [d] -");
}

/* Numbers take four octets more at the most, and all of them count (RFC 7541 section 5.1). */
static void test_numbers(void **state)
{
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	(void)state;

	expect_in(t, "3e", true, " - - - - - - -");
	assert_int_equal(t->max, 30);
	expect_in(t, "3f00", true, " - - - - - - -");
	assert_int_equal(t->max, 31);
	expect_in(t, "3f9a0a", true, " - - - - - - -"); /* the example of section C.1.2 */
	assert_int_equal(t->max, 1337);
	expect_in(t, "3f81828304", true, " - - - - - - -");
	assert_int_equal(t->max, 31 + 1 + (2 << 7) + (3 << 14) + (4 << 21));
	expect_in(t, "3f8080808000", false, " - - - - - - -");
	expect("ff80808000", true, " - - - - - - - hidden");
	expect("ff8080808000", false, " - - - - - - -");
	expect("04ff808080800000", false, " - - - - - - -");
}

/* What no longer fits is absent: it is written neither behind the room nor over what stands there. */
static void test_room_of_the_table(void **state)
{
	static uint8_t block[5200];
	struct hpack_table *t = hpack_table_of(&tables, hpack_table_new(&tables));
	struct hpack_request h = { .hidden = false };
	uint8_t *room = malloc(HPACK_ROOM);
	(void)state;

	assert_non_null(room);
	expect_in(t, "410361616166026262730163", true, " [aaa] [bb] - - [c] - -");
	/* a path of 8187 symbols, which leaves 5 octets: one for 3, one for 2, none for 1 */
	memcpy(block, "\x04\xff\xfe\x26", 4);
	block[4 + 5116] = 0x01;
	memcpy(block + 4 + 5117, "\xc0\xbf\xbe", 3);
	assert_true(hpack_read(rd_init(block, 4 + 5117 + 3), &h, room, t));
	assert_int_equal(h.path.n, 8187);
	assert_int_equal(h.authority.n, 3);
	assert_memory_equal(h.authority.p, "aaa", 3);
	assert_int_equal(h.host.n, 2);
	assert_memory_equal(h.host.p, "bb", 2);
	assert_null(h.referer.p);
	assert_true(h.hidden);
	assert_int_equal(h.path.p[8186], '0');
	free(room);
}

/* A field whose name, or whose value, is not known makes all that follow unknown. */
static void test_lost(void **state)
{
	uint32_t ticket = hpack_table_new(&tables);
	(void)state;

	expect_in(hpack_table_of(&tables, ticket),
		  "410161"
		  "7f800162",
		  false, " [a] - - - - - - hidden");
	assert_null(hpack_table_of(&tables, ticket));
	ticket = hpack_table_new(&tables);
	expect_in(hpack_table_of(&tables, ticket),
		  "410161"
		  "7f000162"
		  "c5",
		  true, " [a] - - - - - - hidden");
	assert_null(hpack_table_of(&tables, ticket));
	ticket = hpack_table_new(&tables); /* it may grow to 5000 bytes, */
	expect_in(hpack_table_of(&tables, ticket), "3fe926", true, " - - - - - - -");
	for (int i = 0; i < 4096 / 43; i++)
		expect_in(hpack_table_of(&tables, ticket), "410161", true, " [a] - - - - - -");
	expect_in(hpack_table_of(&tables, ticket), "be", true, " [a] - - - - - -");
	/* and does, beyond what we keep */
	expect_in(hpack_table_of(&tables, ticket), "be440162be", true, " [a] - - [b] - - - hidden");
	assert_null(hpack_table_of(&tables, ticket));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_every_place),
		cmocka_unit_test(test_all_symbols),
		cmocka_unit_test(test_connection),
		cmocka_unit_test(test_evicted_meanwhile),
		cmocka_unit_test(test_index_cut),
		cmocka_unit_test(test_copied_once),
		cmocka_unit_test(test_static_table),
		cmocka_unit_test(test_not_kept),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_room_of_the_table),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
