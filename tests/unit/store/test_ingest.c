/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>

#include "base/neighbour.h"
#include "store/decoy.h"
#include "store/detail.h"
#include "tests/unit/store/fixture.h"

static int64_t begin(bool replay)
{
	int64_t source;

	fx_ok(store_source_begin(fx.store, "s", replay, &source));
	return source;
}

static json_t *subject(const char *name)
{
	json_t *line, *s;

	fx_ok(store_judge(fx.store));
	if (fx_ask(-1, "explain", name, NULL) != 0)
		fail_msg("%s", fx.error);
	line = fx_line(0);
	s = json_incref(json_object_get(line, "subject"));
	json_decref(line);
	return s;
}

static int64_t number(const json_t *o, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(o, key));
}

static void repeated_batch_changes_nothing(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	int64_t source = begin(true);
	json_t *s;

	(void)state;
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	fx_end(source, "a");
	s = subject("jw.example.edu.cn");
	assert_int_equal(number(s, "count"), 10);
	json_decref(s);
}

static int64_t counted(const char *name)
{
	int64_t n = 0;
	json_t *line, *source, *sources;
	size_t i;

	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	line = fx_line(0);
	sources = json_object_get(line, "sources");
	json_array_foreach(sources, i, source) n += number(json_object_get(source, "counters"), name);
	json_decref(line);
	return n;
}

static void full_database_refuses_new_subjects_and_counts_them(void **state)
{
	static const char *const names[] = { "a.example.edu.cn", "b.example.edu.cn", "c.example.edu.cn",
					     "d.example.edu.cn" };
	struct observation o;
	int64_t source = begin(false);
	json_t *s;

	(void)state;
	fx.conf.store.subjects = 2;
	for (uint64_t i = 0; i < 4; i++) {
		o = fx_host(names[i], 5);
		fx_ok(store_batch(fx.store, source, i + 1, &o, 1));
	}
	o = fx_host(names[0], 5); /* known ones go on */
	fx_ok(store_batch(fx.store, source, 5, &o, 1));
	s = subject(names[0]);
	assert_int_equal(number(s, "count"), 20);
	json_decref(s);
	assert_int_equal(counted("subjects-refused"), 2);
	assert_int_equal(fx_ask(-1, "explain", names[3], NULL), 1);
}

/* Names that anybody can make up take no more than their part: the last quarter is the campus's, and
 * identifiers'. */
static void the_last_subjects_are_the_campus_s(void **state)
{
	struct observation o;
	int64_t source = begin(false);
	uint64_t seq = 0;
	char name[64];

	(void)state;
	fx.conf.store.subjects = 8;
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "x%02d.made-up.com", i);
		o = fx_host(name, 5);
		fx_ok(store_batch(fx.store, source, ++seq, &o, 1));
	}
	assert_int_equal(counted("subjects-refused"), 14);
	o = fx_host("jw.example.edu.cn", 5);
	fx_ok(store_batch(fx.store, source, ++seq, &o, 1));
	o = fx_seen(SUBJECT_WECHAT_MINI, "wx00000000000000aa", VIA_HTTP_REFERER, 0, 4);
	fx_ok(store_batch(fx.store, source, ++seq, &o, 1));
	assert_int_equal(counted("subjects-refused"), 14);
	o = fx_host("lib.example.edu.cn", 5);
	fx_ok(store_batch(fx.store, source, ++seq, &o, 1));
	assert_int_equal(counted("subjects-refused"), 15);
	json_decref(subject("jw.example.edu.cn"));
}

static void gap_in_a_capture_is_refused(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	int64_t source = begin(true);

	(void)state;
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	assert_int_equal(store_batch(fx.store, source, 3, &o, 1), -EPROTO);
	assert_non_null(strstr(store_error(fx.store), "缺第 2 批"));
	fx_ok(store_batch(fx.store, source, 2, &o, 1));
	assert_int_equal(store_batch(fx.store, 99, 1, &o, 1), -ENOENT);
	fx_ok(store_batch(fx.store, begin(false), 7, &o, 1)); /* live goes on after a gap */
}

/* Windows of one day become one row: clients are counted once, messages add up. In whatever order they come,
 * and whether they meet in memory or in the database. */
static void fold_windows(bool live, int batches)
{
	struct observation o[3];
	int64_t source = begin(!live);
	json_t *s;

	o[0] = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_TLS, 0, 5);
	o[1] = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_TLS, 3, 5);
	o[2] = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_DNS_QUERY, 7, 4);
	o[1].from += 300000000;
	o[1].to += 300000000;
	o[2].from += one_day;
	o[2].to += one_day;
	o[0].server_count = o[1].server_count = 2;
	memset(o[0].servers, 0, sizeof(o[0].servers));
	memset(o[1].servers, 0, sizeof(o[1].servers));
	o[0].servers[1].port = o[1].servers[0].port = 443; /* one of them in both */
	o[1].servers[1].port = 8443;
	if (batches == 1)
		fx_ok(store_batch(fx.store, source, 1, o, 3));
	for (size_t i = 0; batches == 3 && i < 3; i++)
		fx_ok(store_batch(fx.store, source, i + 1, &o[i], 1));
	assert_int_equal(fx_number(STMT_STATUS_DAYS), live ? 2 : 0);
	fx_end(source, live ? NULL : "a");
	assert_int_equal(fx_number(STMT_STATUS_DAYS), 2);
	assert_int_equal(fx_number(STMT_STATUS_SERVERS), 3);
	s = subject("jw.example.edu.cn");
	assert_int_equal(number(s, "count"), 28);
	assert_int_equal(number(s, "clients"), 11);
	assert_int_equal(number(s, "days"), 2);
	assert_int_equal(number(json_object_get(s, "via"), "tls"), 20);
	assert_int_equal(number(json_object_get(s, "via"), "dns-query"), 8);
	assert_string_equal(json_string_value(json_object_get(s, "first")), "2026-11-21T04:00:00.000000Z");
	assert_string_equal(json_string_value(json_object_get(s, "last")), "2026-11-22T04:00:01.000000Z");
	json_decref(s);
}

/* The row of a day keeps the channels that a batch does not speak of, and folds those that it does. */
static void channels_of_a_day_stay(void **state)
{
	static const enum via told[] = { VIA_TLS, VIA_DNS_QUERY, VIA_TLS, VIA_HTTP, VIA_DNS_QUERY, VIA_QUIC };
	int64_t source = begin(false);
	json_t *s, *via;

	(void)state;
	for (int i = 0; i < (int)(sizeof(told) / sizeof(told[0])); i++) {
		struct observation o = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", told[i], i, 1);
		o.server_count = 1;
		memset(o.servers, 0, sizeof(o.servers[0]));
		o.servers[0].port = (uint16_t)(1000 + told[i]);
		fx_ok(store_batch(fx.store, source, (uint64_t)i + 1, &o, 1));
	}
	fx_end(source, NULL);
	assert_int_equal(fx_number(STMT_STATUS_DAYS), 4);
	assert_int_equal(fx_number(STMT_STATUS_SERVERS), 4);
	s = subject("jw.example.edu.cn");
	via = json_object_get(s, "via");
	assert_int_equal(number(s, "clients"), 6);
	assert_int_equal(number(via, "tls"), 2 * number(via, "http"));
	assert_int_equal(number(via, "dns-query"), 2 * number(via, "quic"));
	assert_int_equal(number(s, "count"), 6 * number(via, "http"));
	json_decref(s);
}

static void windows_of_a_day_fold(void **state)
{
	(void)state;
	fold_windows(false, 1);
}

static void windows_in_batches_fold(void **state)
{
	(void)state;
	fold_windows(false, 3);
}

static void windows_of_a_live_run_fold(void **state)
{
	(void)state;
	fold_windows(true, 1);
}

static void windows_fold_in_the_database(void **state)
{
	(void)state;
	fold_windows(true, 3);
}

/* A window across midnight in Beijing has a message on either day. */
static void window_across_midnight_is_two_days(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	json_t *s;

	(void)state;
	o.from = noon + one_day / 2 - 1000000;
	o.to = noon + one_day / 2 + 1000000;
	fx_capture("a", &o, 1);
	s = subject("jw.example.edu.cn");
	assert_int_equal(number(s, "days"), 2);
	json_decref(s);
}

static void many_clients_stay_counted(void **state)
{
	struct observation o[2];
	json_t *s;
	int64_t clients;

	(void)state;
	o[0] = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_TLS, 0, 3000); /* a dense sketch */
	o[1] = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_HTTP, 2900, 100);
	fx_capture("a", o, 2);
	s = subject("jw.example.edu.cn");
	clients = number(s, "clients");
	assert_in_range(clients, 2700, 3300);
	json_decref(s);
}

/* Sketches under different keys do not merge: the larger of the two epochs is the estimate. */
static void epochs_do_not_merge(void **state)
{
	struct observation o = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_TLS, 0, 5);
	struct hash_key key;
	int64_t epoch, source;
	json_t *s;

	(void)state;
	fx_ok(store_client_key(fx.store, false, noon, &key, &epoch));
	source = begin(false);
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	fx_ok(store_client_key(fx.store, false, noon + 400 * one_day, &key, &epoch));
	assert_int_equal(epoch, 2);
	o = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_TLS, 100, 7);
	o.from = noon + 401 * one_day;
	o.to = o.from + 1;
	fx_ok(store_batch(fx.store, source, 2, &o, 1));
	s = subject("jw.example.edu.cn");
	assert_int_equal(number(s, "clients"), 7);
	assert_int_equal(number(s, "days"), 2);
	json_decref(s);
}

static void few_clients_are_not_told(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 2);
	json_t *s;

	(void)state;
	fx_capture("a", &o, 1);
	s = subject("jw.example.edu.cn");
	assert_string_equal(json_string_value(json_object_get(s, "clients")), "<3");
	json_decref(s);
}

static void batch_is_all_or_nothing(void **state)
{
	struct observation o[2] = { fx_host("a.example.edu.cn", 5), fx_host("b.example.edu.cn", 5) };
	int64_t source = begin(false);
	unsigned nth = 0;

	(void)state;
	fx_link(&o[1], SUBJECT_HOST, "c.example.edu.cn");
	o[0].server_count = 1;
	do {
		db_fail_at(fx.store->db, ++nth);
		if (store_batch(fx.store, source, 1, o, 2) == 0)
			break;
		assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), 0);
	} while (nth < 100);
	db_fail_at(fx.store->db, 0);
	assert_in_range(nth, 9, 99);
	assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), 3);
	assert_int_equal(fx_number(STMT_STATUS_SERVERS), 1);
}

/* More of everything than a subject may have. */
static struct observation many_of_all(int i)
{
	struct observation o = fx_host("cdn.example.com", 1);
	char name[64];

	o.server_count = RECORD_SERVERS_MAX;
	for (int k = 0; k < RECORD_SERVERS_MAX; k++) {
		memset(&o.servers[k], 0, sizeof(o.servers[k]));
		o.servers[k].addr[14] = (uint8_t)i;
		o.servers[k].addr[15] = (uint8_t)k;
	}
	for (int k = 0; k < RECORD_LINKS_MAX; k++) {
		snprintf(name, sizeof(name), "c%d.example.com", i * RECORD_LINKS_MAX + k);
		fx_link(&o, SUBJECT_HOST, name);
	}
	for (int k = 0; k < 8; k++) {
		struct record_detail *d = &o.details[o.detail_count++];
		*d = (struct record_detail){ .type = DETAIL_TITLE, .count = 1 };
		snprintf(d->value, sizeof(d->value), "title %04d", i * 8 + k);
	}
	return o;
}

/* The name that our probes make up beside hosts of a suffix. */
static struct observation neighbour(const char *host, uint32_t more)
{
	char name[RECORD_NAME_MAX];

	assert_true(neighbour_put(name, sizeof(name), host, decoy_chance(fx.store, host, noon) + more));
	return fx_host(name, 5);
}

/* With them goes what they lead to. Others may have such names, too. */
static void take_neighbours(bool live)
{
	struct observation o[3] = { fx_host("jw.example.edu.cn", 5), neighbour("jw.example.edu.cn", 0),
				    neighbour("jw.example.edu.cn", 1) };
	int64_t source = begin(!live);

	fx_link(&o[1], SUBJECT_HOST, "cname.example.edu.cn");
	fx_ok(store_batch(fx.store, source, 1, o, 3));
	fx_ok(store_batch(fx.store, source, 2, &o[1], 1)); /* nothing else in it */
	fx_end(source, live ? NULL : "a");
	assert_int_equal(counted("own-names"), 2);
	assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), 2);
	assert_int_equal(fx_number(STMT_STATUS_LINKS), 0);
	assert_int_equal(fx_ask(-1, "explain", o[1].name, NULL), 1);
	json_decref(subject(o[2].name));
	json_decref(subject("jw.example.edu.cn"));
}

static void own_names_are_not_taken(void **state)
{
	(void)state;
	take_neighbours(false);
}

static void nor_live(void **state)
{
	(void)state;
	take_neighbours(true);
}

/* A batch that breaks off leaves nothing behind, nor does what was counted of it. */
static void broken_batch_is_not_counted(void **state)
{
	static uint8_t bytes[2 * RECORD_NAME_MAX + 4096];
	struct observation o = neighbour("jw.example.edu.cn", 0);
	struct wr w = wr_init(bytes, sizeof(bytes));
	int64_t source = begin(false);
	struct rd r;

	(void)state;
	observation_put(&w, &o);
	assert_true(wr_ok(&w));
	r = rd_init(bytes, wr_len(&w));
	assert_int_equal(store_take(fx.store, source, 1, &r, 2), -EBADMSG);
	r = rd_init(bytes, wr_len(&w));
	fx_ok(store_take(fx.store, source, 1, &r, 1));
	fx_ok(store_flush(fx.store, source));
	assert_int_equal(counted("own-names"), 1);
}

/* How many details the only row of a host holds. */
static int details(const char *name)
{
	struct detail_entry e;
	struct db_txn t;
	struct query q;
	struct rd list;
	size_t size;
	int n = 0;

	db_begin(&t, fx.store->db, DB_READ);
	query_open(&q, &t, STMT_SUBJECT_FIND);
	query_int(&q, SUBJECT_HOST);
	query_text(&q, name);
	int64_t id = query_one(&q, 0);
	query_open(&q, &t, STMT_DETAILS_OF);
	query_int(&q, id);
	assert_true(query_row(&q));
	const void *bytes = query_get_blob(&q, 2, &size);
	list = rd_init(bytes, size);
	while (detail_next(&list, &e))
		n++;
	assert_true(rd_done(&list));
	assert_false(query_row(&q));
	assert_int_equal(db_end(&t), 0);
	return n;
}

static void cap_all(bool live)
{
	enum { BATCHES = 80 };
	struct observation o;
	int64_t source = begin(!live);

	for (int i = 0; i < BATCHES; i++) {
		o = many_of_all(i);
		fx_ok(store_batch(fx.store, source, (uint64_t)i + 1, &o, 1));
	}
	o = many_of_all(0); /* what is held goes on */
	fx_ok(store_batch(fx.store, source, BATCHES + 1, &o, 1));
	fx_end(source, live ? NULL : "a");
	assert_int_equal(fx_number(STMT_STATUS_SERVERS), 64);
	assert_int_equal(fx_number(STMT_STATUS_LINKS), 1024);
	assert_int_equal(details("cdn.example.com"), 64);
	assert_int_equal(counted("servers-full"), BATCHES * RECORD_SERVERS_MAX - 64);
	assert_int_equal(counted("links-full"), BATCHES * RECORD_LINKS_MAX - 1024);
	assert_int_equal(counted("details-full"), BATCHES * 8 - 64);
	assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), BATCHES * RECORD_LINKS_MAX + 1);
}

static void servers_links_details_are_capped(void **state)
{
	(void)state;
	cap_all(false);
}

static void and_batch_by_batch(void **state)
{
	(void)state;
	cap_all(true);
}

/* 50 000 observations in batches, then the judgement of as many subjects: seconds, not minutes. */
static void fifty_thousand_observations(void **state)
{
	enum { BATCH = 500, BATCHES = 100 };
	struct observation *o = calloc(BATCH, sizeof(*o));
	int64_t source = begin(true);
	struct timespec a, b, c;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int k = 0; k < BATCHES; k++) {
		for (int i = 0; i < BATCH; i++) {
			char name[64];
			snprintf(name, sizeof(name), "h%d.site%d.com", i % 10, k * BATCH / 10 + i / 10);
			o[i] = fx_host(name, 4);
		}
		fx_ok(store_batch(fx.store, source, (uint64_t)k + 1, o, BATCH));
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	fx_end(source, "a");
	clock_gettime(CLOCK_MONOTONIC, &c);
	print_message("ingest %.2f s, judge %.2f s\n",
		      (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9,
		      (double)(c.tv_sec - b.tv_sec) + (double)(c.tv_nsec - b.tv_nsec) / 1e9);
	assert_int_equal(fx_number(STMT_STATUS_DAYS), BATCH * BATCHES);
	assert_int_equal(fx_number(STMT_STATUS_APPS), 0); /* of bystanders, who have no rows */
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), BATCH * BATCHES / 10);
	free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_COUNTED_TEST(repeated_batch_changes_nothing),
		FX_COUNTED_TEST(gap_in_a_capture_is_refused),
		FX_COUNTED_TEST(full_database_refuses_new_subjects_and_counts_them),
		FX_COUNTED_TEST(the_last_subjects_are_the_campus_s),
		FX_COUNTED_TEST(channels_of_a_day_stay),
		FX_COUNTED_TEST(windows_of_a_day_fold),
		FX_COUNTED_TEST(windows_in_batches_fold),
		FX_COUNTED_TEST(windows_of_a_live_run_fold),
		FX_COUNTED_TEST(windows_fold_in_the_database),
		FX_COUNTED_TEST(window_across_midnight_is_two_days),
		FX_COUNTED_TEST(many_clients_stay_counted),
		FX_COUNTED_TEST(epochs_do_not_merge),
		FX_COUNTED_TEST(own_names_are_not_taken),
		FX_COUNTED_TEST(nor_live),
		FX_COUNTED_TEST(broken_batch_is_not_counted),
		FX_COUNTED_TEST(few_clients_are_not_told),
		FX_COUNTED_TEST(batch_is_all_or_nothing),
		FX_COUNTED_TEST(servers_links_details_are_capped),
		FX_COUNTED_TEST(and_batch_by_batch),
		FX_COUNTED_TEST(fifty_thousand_observations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
