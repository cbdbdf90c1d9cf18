/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store that remembers says what one says that reads everything anew each time. */
#include "store/recall.h"

#include "tests/unit/store/fixture.h"

enum { STEPS = 60, AT_ONCE = 4 };

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % below;
}

/* A host of a stranger or of the campus, sometimes with a server on campus; or a mini-program. */
static struct observation someone(void)
{
	struct observation o;
	char name[64];

	if (draw(8) == 0) {
		snprintf(name, sizeof(name), "wx000000000000000%u", draw(4));
		o = fx_seen(SUBJECT_WECHAT_MINI, name, VIA_HTTP_REFERER, (int)draw(20), 3);
		snprintf(name, sizeof(name), "h%u.dom%u.com", draw(3), draw(12));
		fx_link(&o, SUBJECT_HOST, name);
		return o;
	}
	if (draw(4) == 0)
		snprintf(name, sizeof(name), "s%u.example.edu.cn", draw(5));
	else
		snprintf(name, sizeof(name), "h%u.dom%u.com", draw(3), draw(12));
	o = fx_seen(SUBJECT_HOST, name, draw(3) == 0 ? VIA_DNS_ANSWER : VIA_TLS, (int)draw(50), 5);
	if (draw(3) == 0)
		fx_link(&o, SUBJECT_HOST, "alias.dom3.com");
	if (draw(3) == 0) {
		o.server_count = 1;
		o.servers[0] = (struct record_server){ .port = 443 };
		o.servers[0].addr[10] = o.servers[0].addr[11] = 0xff;
		o.servers[0].addr[12] = 10;
		o.servers[0].addr[15] = (uint8_t)draw(3);
	}
	return o;
}

/* Broken off somewhere, when it has that much to do at all; then whole. */
static void failed_judgement(void)
{
	int result;

	db_fail_at(fx.store->db, 4 + draw(12));
	result = store_judge(fx.store);
	assert_true(result == 0 || result == -EIO);
	db_fail_at(fx.store->db, 0);
	fx_ok(store_judge(fx.store));
}

/* Of all apps that there are, those of bystanders included, status tells as many as the list has. */
static void counted_as_listed(void)
{
	int listed = fx_line_count();
	json_t *line;

	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	line = fx_line(0);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(line, "derived"), "apps")),
			 listed);
	json_decref(line);
}

static void step(int i, struct buf *said)
{
	struct observation o[AT_ONCE];
	enum store_verdict verdict;
	char name[32];
	int64_t source;

	for (size_t k = 0; k < AT_ONCE; k++)
		o[k] = someone();
	snprintf(name, sizeof(name), "step%d", i);
	if (draw(4) == 0) {
		fx_capture(name, o, AT_ONCE);
	} else {
		fx_ok(store_source_begin(fx.store, name, false, &source));
		fx_ok(store_batch(fx.store, source, 1, o, AT_ONCE));
		if (draw(3) == 0)
			failed_judgement();
		fx_ok(store_source_end(fx.store, source, NULL, &verdict));
	}
	if (draw(6) == 0)
		fx_ask(-1, draw(2) ? "exempt" : "unexempt", draw(2) ? "dom1.com" : "h0.dom2.com", "试", NULL);
	fx_ask(-1, "apps", NULL);
	buf_puts(said, fx.lines.p);
	counted_as_listed();
	fx_ask(-1, "findings", NULL);
	buf_puts(said, fx.lines.p);
	fx_ask(-1, "app", draw(2) ? "A1" : "A5", NULL); /* not explain: it tells an alert's random name */
	buf_puts(said, fx.lines.p);
}

enum memory { REMEMBERS, INHERITS, FORGETS };

static void run(struct buf *said, uint32_t from, enum memory memory)
{
	seed = from;
	for (int i = 0; i < STEPS; i++) {
		if (memory == FORGETS)
			recall_clear(&fx.store->recall);
		step(i, said);
		if (memory != REMEMBERS)
			fx_reopen();
		assert_true(fx.store->recall.generation > 0);
	}
	fx_counts_hold();
}

static void tell_apart(const char *one, const char *other)
{
	size_t i = 0;

	while (one[i] != '\0' && one[i] == other[i])
		i++;
	if (one[i] != other[i])
		fail_msg("%.300s\n%.300s", one + (i > 200 ? i - 200 : 0), other + (i > 200 ? i - 200 : 0));
}

static void it_makes_no_difference(void **state)
{
	(void)state;
	for (uint32_t from = 1; from <= 3; from++) {
		struct buf said[FORGETS + 1] = { 0 };
		for (enum memory m = REMEMBERS; m <= FORGETS; m++) {
			run(&said[m], from, m);
			assert_true(said[m].len > 10000);
			tell_apart(said[0].p, said[m].p);
			fx_tear_down(NULL);
			fx_set_up(NULL);
		}
		for (enum memory m = REMEMBERS; m <= FORGETS; m++)
			buf_clear(&said[m]);
	}
}

/* It holds for the database as it was left, and for nothing else. */
static void it_forgets_in_time(void **state)
{
	struct observation o = fx_host("www.some.com", 5), other = fx_host("www.other.com", 5);
	enum store_verdict verdict;
	struct db_txn t;
	int64_t source;

	(void)state;
	fx_capture("a", &o, 1);
	db_begin(&t, fx.store->db, DB_READ);
	assert_true(recall_holds(fx.store, &t));
	fx.store->recall.generation++;
	assert_false(recall_holds(fx.store, &t));
	fx.store->recall.generation--;
	db_abandon(&t);
	fx_conf("xust", "");
	store_configure(fx.store, &fx.conf, &fx.data);
	db_begin(&t, fx.store->db, DB_READ);
	assert_false(recall_holds(fx.store, &t));
	db_abandon(&t);
	fx_ok(store_judge(fx.store));
	fx_ok(store_source_begin(fx.store, "half", true, &source));
	fx_ok(store_batch(fx.store, source, 1, &other, 1));
	fx_ok(store_flush(fx.store, source));
	assert_true(recall_face(&fx.store->recall, 2)->seen);
	fx_ok(store_source_end(fx.store, source, NULL, &verdict));
	assert_int_equal(verdict, STORE_GIVEN_UP);
	assert_int_equal(fx.store->recall.generation, 0);
}

static void seen_on(const char *name, bool judge)
{
	struct observation o = fx_host(name, 5);
	enum store_verdict verdict;
	int64_t source;

	fx_ok(store_source_begin(fx.store, name, false, &source));
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	if (judge)
		fx_ok(store_source_end(fx.store, source, NULL, &verdict));
}

/* Left behind for those days and that configuration, and for no others. */
static void it_is_inherited_in_time(void **state)
{
	(void)state;
	seen_on("www.some.com", true);
	fx_reopen();
	assert_true(fx.store->recall.generation > 0);
	assert_true(recall_face(&fx.store->recall, 1)->seen);
	seen_on("www.other.com", false); /* and the process ends before it judged */
	assert_true(recall_face(&fx.store->recall, 2)->seen);
	fx_reopen();
	assert_int_equal(fx.store->recall.generation, 0);
	fx_ok(store_judge(fx.store));
	fx_reopen();
	assert_true(recall_face(&fx.store->recall, 2)->seen);
	store_close(fx.store);
	fx_conf("xust", "");
	fx_open();
	assert_int_equal(fx.store->recall.generation, 0);
}

/* A store that only reads takes it and leaves nothing. */
static void a_reader_inherits(void **state)
{
	(void)state;
	seen_on("www.some.com", true);
	store_close(fx.store);
	fx.store = store_open(&fx.conf, &fx.data, true, fx.error);
	assert_non_null(fx.store);
	assert_true(fx.store->recall.generation > 0);
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	fx_reopen();
	assert_true(fx.store->recall.generation > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(it_makes_no_difference),
		FX_TEST(it_forgets_in_time),
		FX_TEST(it_is_inherited_in_time),
		FX_TEST(a_reader_inherits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
