/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second opinion on whole tables is in test_apk.c: those that Android's own tool made. */
#include "probes/arsc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/unit/probes/axml_write.h"

static struct axml_write w;

struct config {
	const char *language, *country;
	uint8_t rest; /* a byte behind: for some devices only */
};

enum { CONFIG = 28 };
#define ID 0x7f020001u

static size_t open_chunk(uint16_t type, uint16_t header)
{
	aw_le(&w, type | (uint32_t)header << 16, 4);
	aw_le(&w, 0, 4);
	return w.n - 8;
}

static void close_chunk(size_t at) { aw_set32(&w, at + 4, (uint32_t)(w.n - at)); }

/* One ResTable_type with two entries, of which the second holds (type, data). `form`: 0 plain, 1 sparse,
 * 2 offsets of 16 bits, 3 plain and compact. */
static void add_type(const struct config *c, unsigned form, uint8_t type, uint32_t data)
{
	size_t at = open_chunk(0x0201, 20 + CONFIG), start;

	aw_le(&w, 2 | (form == 3 ? 0 : form) << 8, 4);
	aw_le(&w, form == 1 ? 1 : 2, 4);
	start = w.n;
	aw_le(&w, 0, 4);
	aw_le(&w, CONFIG, 4);
	aw_le(&w, 0, 4);
	for (unsigned i = 0; i < 2; i++)
		aw_le(&w, c->language[0] ? (uint8_t)c->language[i] : 0, 1);
	for (unsigned i = 0; i < 2; i++)
		aw_le(&w, c->country[0] ? (uint8_t)c->country[i] : 0, 1);
	aw_le(&w, c->rest, 1);
	w.n += CONFIG - 13;
	if (form == 1)
		aw_le(&w, 1 | 2 << 16, 4); /* entry 1 at 8 */
	else if (form == 2)
		aw_le(&w, 0xffff | 2 << 16, 4);
	else
		aw_le(&w, UINT32_MAX, 4), aw_le(&w, 8, 4);
	aw_set32(&w, start, (uint32_t)(w.n - at));
	w.n += 8;
	if (form == 3) {
		aw_le(&w, 0 | (8 | (uint32_t)type << 8) << 16, 4);
		aw_le(&w, data, 4);
	} else {
		aw_le(&w, 8, 4);
		aw_le(&w, 0, 4);
		aw_le(&w, 8 | (uint32_t)type << 24, 4);
		aw_le(&w, data, 4);
	}
	close_chunk(at);
}

static size_t table, package;

static void begin(void)
{
	memset(&w, 0, sizeof(w));
	for (unsigned i = 0; i < 4; i++)
		aw_string(&w, (const char *const[]){ "默认", "中文", "国内", "other" }[i], 0);
	table = open_chunk(0x0002, 12);
	aw_le(&w, 1, 4);
	aw_pool(&w);
	package = open_chunk(0x0200, 288);
	aw_le(&w, 0x7f, 4);
	w.n += 288 - 12;
}

static void finish(void)
{
	close_chunk(package);
	close_chunk(table);
}

static enum arsc_result whole(const uint8_t *p, size_t n, uint32_t id, const char *language,
			      char text[ARSC_TEXT_MAX])
{
	const struct arsc_piece all = { p, 0, n };
	struct arsc a = { .piece = &all, .pieces = 1, .size = n };

	return arsc_find(&a, id, language, text);
}

static const char *found(uint32_t id, const char *language)
{
	static char text[ARSC_TEXT_MAX];
	uint8_t *copy = malloc(w.n);
	bool ok;

	memcpy(copy, w.p, w.n);
	ok = whole(copy, w.n, id, language, text) == ARSC_FOUND;
	free(copy);
	return ok ? text : "-";
}

static const struct config any = { "", "", 0 }, zh = { "zh", "", 0 }, cn = { "zh", "CN", 0 },
			   tw = { "zh", "TW", 0 }, en = { "en", "", 0 }, wide = { "", "", 3 };

static void test_forms_of_entries(void **state)
{
	(void)state;
	for (unsigned form = 0; form < 4; form++) {
		begin();
		add_type(&any, form, AXML_STRING, 0);
		finish();
		assert_string_equal(found(ID, ""), "默认");
		assert_string_equal(found(ID, "zh"), "-");
		assert_string_equal(found(ID - 1, ""), "-");
		assert_string_equal(found(ID + 1, ""), "-");
		assert_string_equal(found(ID + 0x10000, ""), "-");
		assert_string_equal(found(ID + 0x01000000, ""), "-");
	}
}

static void test_which_configuration(void **state)
{
	static const struct {
		const struct config *c[3];
		const char *plain, *chinese;
	} rows[] = {
		{ { &any, &zh, &cn }, "默认", "国内" }, /* as a device in China sees it */
		{ { &any, &cn, &zh }, "默认", "中文" },
		{ { &en, &any, &tw }, "中文", "-" },
		{ { &wide, &any, &en }, "中文", "-" },
		{ { &wide, &cn, &en }, "默认", "中文" }, /* better than none */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		for (uint32_t j = 0; j < 3; j++)
			add_type(rows[i].c[j], 0, AXML_STRING, j);
		finish();
		assert_string_equal(found(ID, ""), rows[i].plain);
		assert_string_equal(found(ID, "zh"), rows[i].chinese);
	}
}

static void test_references_have_an_end(void **state)
{
	(void)state;
	begin();
	add_type(&any, 0, AXML_REFERENCE, ID); /* to itself */
	finish();
	assert_string_equal(found(ID, ""), "-");
	begin();
	add_type(&any, 0, AXML_DECIMAL, 5);
	finish();
	assert_string_equal(found(ID, ""), "-");
	begin();
	add_type(&any, 0, AXML_STRING, 99);
	finish();
	assert_string_equal(found(ID, ""), "-");
}

/* A table as large as those of real apps, of which only what is asked for is handed over. */
static void test_in_pieces(void **state)
{
	static const struct {
		const char *language, *want;
	} rows[] = { { "", "默认" }, { "zh", "中文" }, { "en", NULL } };
	enum { TYPES = 40, PIECES = 16 };
	struct arsc_piece piece[PIECES];
	char text[ARSC_TEXT_MAX];

	(void)state;
	begin();
	for (unsigned i = 0; i < TYPES; i++) { /* of another type, large */
		size_t at = open_chunk(0x0201, 20 + CONFIG);
		aw_le(&w, 9, 4);
		w.n += 5000;
		close_chunk(at);
	}
	add_type(&any, 0, AXML_STRING, 0);
	add_type(&zh, 1, AXML_STRING, 1);
	finish();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arsc a = { .piece = piece, .size = w.n };
		enum arsc_result res;
		size_t bytes = 0;
		while ((res = arsc_find(&a, ID, rows[i].language, text)) == ARSC_MORE) {
			assert_true(a.pieces < PIECES);
			assert_true(a.need < w.n && a.need_n <= w.n - a.need);
			bytes += a.need_n;
			piece[a.pieces++] = (struct arsc_piece){ w.p + a.need, a.need, a.need_n };
		}
		assert_int_equal(res, rows[i].want ? ARSC_FOUND : ARSC_NONE);
		if (rows[i].want)
			assert_string_equal(text, rows[i].want);
		assert_true(a.pieces <= 4);
		assert_true(bytes <= w.n + 3 * 4096);
	}
}

static void test_cut_and_turned_over(void **state)
{
	char text[ARSC_TEXT_MAX];
	uint8_t *copy;

	(void)state;
	begin();
	add_type(&any, 0, AXML_STRING, 0);
	add_type(&zh, 1, AXML_STRING, 1);
	finish();
	copy = malloc(w.n);
	for (size_t n = 0; n < w.n; n++) {
		uint8_t *cut = malloc(n ? n : 1);
		memcpy(cut, w.p, n);
		assert_int_equal(whole(cut, n, ID, "", text), ARSC_NONE);
		free(cut);
	}
	for (size_t at = 0; at < w.n; at++)
		for (unsigned mask = 1; mask < 256; mask = mask * 5 + 1) {
			memcpy(copy, w.p, w.n);
			copy[at] ^= (uint8_t)mask;
			whole(copy, w.n, ID, "zh", text);
			whole(copy, w.n, ID, "", text);
		}
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms_of_entries),       cmocka_unit_test(test_which_configuration),
		cmocka_unit_test(test_references_have_an_end), cmocka_unit_test(test_in_pieces),
		cmocka_unit_test(test_cut_and_turned_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
