/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/vendor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "conf/source.h"
#include "conf/tsv.h"

enum { SAMPLES_BYTES = 1 << 20 };

static int load(void **state)
{
	struct data *d = xcalloc(1, sizeof(*d));
	char error[CONF_ERROR_MAX];

	if (data_load(d, "conf", error) != 0)
		return -1;
	*state = d;
	return 0;
}

static int unload(void **state)
{
	data_clear(*state);
	free(*state);
	return 0;
}

struct samples {
	const struct fingerprints *table;
	unsigned *positive, *negative, wrong;
};

static bool sample_matches(const struct fingerprint *row, const struct tsv_row *t)
{
	char *body = xstrdup(t->cell[2]), *cookie = xstrdup(t->cell[3]);
	struct vendor_page p = { .body = body,
				 .size = strlen(body),
				 .server = "",
				 .cookies = cookie,
				 .has_favicon = t->cell[4][0] != '\0',
				 .favicon = (int32_t)strtol(t->cell[4], NULL, 10) };
	unsigned confidence = 0;
	bool yes;

	vendor_fold(body, strlen(body));
	vendor_fold(cookie, strlen(cookie));
	yes = vendor_holds(row, &p, &confidence);
	assert_true(!yes || (confidence > 0 && confidence < 100));
	free(body);
	free(cookie);
	return yes;
}

static char *take_sample(void *arg, const struct tsv_row *t, const char **column)
{
	struct samples *in = arg;
	bool match = strcmp(t->cell[1], "match") == 0;
	size_t i = 0;

	while (i < in->table->count && strcmp(in->table->entry[i].id, t->cell[0]) != 0)
		i++;
	*column = i == in->table->count ? "id" : "verdict";
	if (i == in->table->count || (!match && strcmp(t->cell[1], "no-match") != 0))
		return xstrdup("no such row, or neither match nor no-match");
	++*(match ? &in->positive[i] : &in->negative[i]);
	if (sample_matches(&in->table->entry[i], t) != match) {
		print_error("fingerprints-samples.tsv:%u: %s does not hold\n", t->line, t->cell[0]);
		in->wrong++;
	}
	return NULL;
}

static void test_samples(void **state)
{
	static const char *const columns[] = { "id", "verdict", "body", "cookie", "favicon" };
	struct data *d = *state;
	struct samples in = { .table = &d->fingerprints };
	char error[CONF_ERROR_MAX] = "";
	struct buf text = { 0 };

	in.positive = xcalloc(in.table->count, sizeof(unsigned));
	in.negative = xcalloc(in.table->count, sizeof(unsigned));
	if (source_read("conf/fingerprints-samples.tsv", SAMPLES_BYTES, "", &text, error) != 0 ||
	    tsv_read("fingerprints-samples.tsv", text.p, text.len, columns, 5, take_sample, &in, error) != 0)
		fail_msg("%s", error);
	for (size_t i = 0; i < in.table->count; i++)
		if (in.positive[i] == 0 || in.negative[i] == 0)
			fail_msg("%s has too few samples", in.table->entry[i].id);
	assert_int_equal(in.wrong, 0);
	buf_clear(&text);
	free(in.positive);
	free(in.negative);
}

/* More that holds says more; what must be missing says nothing by itself. */
static void test_confidence(void **state)
{
	static struct fingerprint rows[] = {
		{ .id = "a", .product = "甲", .kind = "vendor", .when = "body=abc" },
		{ .id = "b",
		  .product = "甲",
		  .kind = "vendor",
		  .when = "body=abc && body=a longer text of it" },
		{ .id = "c", .product = "甲", .kind = "vendor", .when = "body=abc && !body=xyz" },
	};
	struct vendor_page p = { .body = "abc a longer text of it", .size = 23, .server = "", .cookies = "" };
	unsigned a, b, c;

	(void)state;
	assert_true(vendor_holds(&rows[0], &p, &a) && vendor_holds(&rows[1], &p, &b) &&
		    vendor_holds(&rows[2], &p, &c));
	assert_true(b > a);
	assert_int_equal(a, c);
}

static void test_alternatives(void **state)
{
	static struct fingerprint rows[] = {
		{ .id = "a", .product = "甲", .kind = "vendor", .when = "body=abcdef" },
		{ .id = "x", .product = "乙", .kind = "parked", .when = "body=nothing here" },
		{ .id = "b", .product = "甲", .kind = "vendor", .when = "cookie=jid" },
	};
	const struct fingerprints table = { rows, 3 };
	struct vendor_page p = { .body = "abcdef", .size = 6, .server = "", .cookies = "jid" };
	static struct probe_fact room[PROBE_FACTS_MAX];
	struct probe_facts one = { .fact = room };
	unsigned first;

	(void)state;
	vendor_facts(&table, &p, &one);
	assert_int_equal(one.count, 1);
	assert_int_equal(room[0].type, FACT_VENDOR);
	assert_string_equal(room[0].note, "a");
	assert_true(vendor_holds(&rows[0], &p, &first) && room[0].confidence > first);
	p = (struct vendor_page){ .body = "nothing here", .size = 12, .server = "", .cookies = "" };
	one.count = 0;
	vendor_facts(&table, &p, &one);
	assert_int_equal(one.count, 1);
	assert_int_equal(room[0].type, FACT_PARKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_samples, load, unload),
		cmocka_unit_test(test_confidence),
		cmocka_unit_test(test_alternatives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
