/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "watch/show.h"

enum { MAX = 2000 };

static struct subject_key key_of(const struct subjects *t, enum via via, const char *name)
{
	struct subject_key k = { .kind = SUBJECT_HOST, .via = via, .name = name, .len = strlen(name) };

	k.hash = subjects_hash(t, &k);
	return k;
}

static struct subject *add(struct subjects *t, const char *name)
{
	struct subject_key k = key_of(t, VIA_TLS, name);

	return subjects_add(t, &k, 5);
}

static void finds_what_was_added(void **state)
{
	static struct subject *added[MAX];
	struct subjects t;
	struct subject_key k;
	char name[32];
	(void)state;

	subjects_init(&t, MAX);
	for (int i = 0; i < MAX; i++) {
		snprintf(name, sizeof(name), "h%d.example.com", i);
		added[i] = add(&t, name);
		assert_non_null(added[i]);
	}
	assert_int_equal(t.mask, t.slots_most - 1);
	assert_null(add(&t, "one.too.many"));
	for (int i = 0; i < MAX; i++) {
		struct subject *s;
		snprintf(name, sizeof(name), "h%d.example.com", i);
		k = key_of(&t, VIA_TLS, name);
		s = subjects_find(&t, &k);
		assert_ptr_equal(s, added[i]);
		assert_ptr_equal(s, subjects_at(&t, subjects_number(&t, s)));
		assert_int_equal(s->from, 5);
		k.via = VIA_QUIC;
		assert_null(subjects_find(&t, &k));
	}
	subjects_reset(&t);
	k = key_of(&t, VIA_TLS, "h1.example.com");
	assert_null(subjects_find(&t, &k));
	subjects_clear(&t);
}

/* Lists full of what strangers chose never keep further names from being seen, however long they are. */
static void lists_leave_room_for_names(void **state)
{
	struct subjects t;
	char name[RECORD_NAME_MAX];
	(void)state;

	subjects_init(&t, MAX);
	for (int i = 0; i < MAX / 2; i++) {
		struct subject *s;
		snprintf(name, sizeof(name), "%0250d", i);
		s = add(&t, name);
		assert_non_null(s);
		for (uint64_t c = 1; c < 1000; c++)
			subject_add_client(&t, s, c << 40 | (uint64_t)i);
		for (int l = 0; l < RECORD_LINKS_MAX; l++) {
			snprintf(name, sizeof(name), "%0250d", l);
			subject_add_link(&t, s, name, 250);
		}
	}
	for (int i = MAX / 2; i < MAX; i++) {
		snprintf(name, sizeof(name), "%0250d", i);
		assert_non_null(add(&t, name));
	}
	assert_true(t.arena.used <= t.arena.cap);
	subjects_clear(&t);
}

/* A name stands once, whatever it was seen in; each channel has its own counts, and all share what is known
 * of the name. */
static void channels_of_a_name_are_a_chain(void **state)
{
	static const enum via vias[] = { VIA_TLS, VIA_DNS_ANSWER, VIA_HTTP, VIA_DNS_QUERY };
	enum { COUNT = sizeof(vias) / sizeof(vias[0]) };
	static struct observation o;
	struct subject *s[COUNT];
	struct subjects t;
	(void)state;

	subjects_init(&t, MAX);
	for (int i = 0; i < COUNT; i++) {
		struct subject_key k = key_of(&t, vias[i], "dns.example.com");
		assert_null(subjects_find(&t, &k));
		s[i] = subjects_add(&t, &k, i);
		assert_non_null(s[i]);
		s[i]->count = 10u + (unsigned)i;
		s[0]->hidden = 5;
	}
	assert_int_equal(t.count, COUNT);
	assert_int_equal(t.names, 1);
	for (int i = 0; i < COUNT; i++) {
		struct subject_key k = key_of(&t, vias[i], "dns.example.com");
		struct subject *first = subjects_find_first(&t, &k);
		assert_ptr_equal(first, s[0]);
		assert_true(subjects_is(first, &k));
		assert_ptr_equal(subjects_find(&t, &k), s[i]);
		assert_ptr_equal(subjects_via(&t, first, vias[i]), s[i]);
		assert_int_equal(s[i]->hidden, 5);
		show_name(first, &o);
		show_subject(&t, s[i], &o);
		assert_string_equal(o.name, "dns.example.com");
		assert_int_equal(o.via, vias[i]);
		assert_int_equal(o.count, 10 + i);
		assert_int_equal(o.from, i);
	}
	assert_null(subjects_via(&t, s[0], VIA_QUIC));
	assert_null(subjects_via(&t, NULL, VIA_TLS));
	subjects_clear(&t);
}

/* One kind's name is not another's, though they are spelt alike. */
static void kinds_are_apart(void **state)
{
	struct subjects t;
	struct subject_key k;
	(void)state;

	subjects_init(&t, MAX);
	k = key_of(&t, VIA_HTTP, "wx0123456789abcdef");
	assert_non_null(subjects_add(&t, &k, 0));
	k.kind = SUBJECT_WECHAT_MINI;
	assert_null(subjects_find(&t, &k));
	assert_non_null(subjects_add(&t, &k, 0));
	assert_int_equal(t.names, 2);
	assert_int_equal(subjects_find(&t, &k)->kind, SUBJECT_WECHAT_MINI);
	subjects_clear(&t);
}

/* Clients and servers share a block that moves as it grows; in whatever order they come, all are there. */
static void lists_grow_together(void **state)
{
	static struct observation o;
	struct record_server server = { .addr = { [10] = 0xff, [11] = 0xff } };
	struct subjects t;
	struct subject *s;
	(void)state;

	subjects_init(&t, MAX);
	for (uint32_t round = 0; round < 300; round++) {
		char name[32];
		uint32_t random = round + 1;
		uint64_t clients = round, servers = round % 9;
		snprintf(name, sizeof(name), "h%u.example.com", round);
		s = add(&t, name);
		for (uint64_t c = 0, v = 0; c < clients || v < servers;) {
			random = random * 1664525 + 1013904223;
			if (v < servers && (c == clients || random >> 31 != 0)) {
				server.port = (uint16_t)(1000 - v++);
				subject_add_servers(&t, s, &server, 1);
				subject_add_servers(&t, s, &server, 1);
			}
			if (c < clients) {
				uint64_t hash = (c + 1) * UINT64_C(0x9e3779b97f4a7c15);
				assert_true(subject_add_client(&t, s, hash));
				assert_true(subject_add_client(&t, s, hash));
				c++;
			}
		}
		show_name(s, &o);
		show_subject(&t, s, &o);
		assert_int_equal(o.server_count, servers < RECORD_SERVERS_MAX ? servers : RECORD_SERVERS_MAX);
		assert_int_equal(o.servers_more, servers > RECORD_SERVERS_MAX ? 2 : 0);
		for (size_t i = 0; i < o.server_count; i++)
			assert_int_equal(
				o.servers[i].port,
				1000 - (servers < RECORD_SERVERS_MAX ? servers : RECORD_SERVERS_MAX) + 1 + i);
		if (clients <= SKETCH_EXACT)
			assert_int_equal(sketch_count(&o.clients), clients);
		else
			assert_in_range(sketch_count(&o.clients), clients - clients / 10,
					clients + clients / 10);
	}
	subjects_clear(&t);
}

static struct record_server server_of(uint32_t random)
{
	struct record_server s = { .port = random >> 20 & 15 ? 53 : 5353 };

	s.addr[15] = random >> 24 & 7;
	s.addr[12] = 10;
	if (random >> 30 & 1)
		memset(s.addr, 0x20, 3);
	else
		s.addr[10] = s.addr[11] = 0xff;
	return s;
}

static int compare_servers(const void *a, const void *b)
{
	const struct record_server *x = a, *y = b;
	int c = memcmp(x->addr, y->addr, sizeof(x->addr));

	return c != 0 ? c : x->port - y->port;
}

/* The plain way to say it: the first eight that differ. */
static size_t keep(struct record_server kept[RECORD_SERVERS_MAX], size_t n, struct record_server s)
{
	for (size_t i = 0; i < n; i++)
		if (compare_servers(&kept[i], &s) == 0)
			return n;
	if (n < RECORD_SERVERS_MAX)
		kept[n++] = s;
	return n;
}

/* Addresses of both kinds, some at once, some when other subjects stand behind: the same are kept. */
static void servers_are_kept_wherever_they_stand(void **state)
{
	static struct observation o;
	struct subjects t;
	uint32_t random = 3;
	(void)state;

	subjects_init(&t, MAX);
	for (int round = 0; round < MAX / 2; round++) {
		struct record_server kept[RECORD_SERVERS_MAX];
		struct subject *s;
		size_t n = 0, behind = (random >> 9) % 12;
		char name[32];
		snprintf(name, sizeof(name), "%d.cn", round);
		s = add(&t, name);
		for (size_t i = 0; i < 12; i++) {
			struct record_server server;
			random = random * 1664525 + 1013904223;
			server = server_of(random);
			n = keep(kept, n, server);
			if (i == behind) {
				snprintf(name, sizeof(name), "behind.%d.cn", round);
				add(&t, name);
			}
			subject_add_servers(&t, s, &server, 1);
		}
		qsort(kept, n, sizeof(kept[0]), compare_servers);
		show_subject(&t, s, &o);
		assert_int_equal(o.server_count, n);
		assert_memory_equal(o.servers, kept, n * sizeof(kept[0]));
	}
	subjects_clear(&t);
}

/* So many as an observation holds, whichever of them stands in the subject. */
static void links_are_kept_wherever_they_stand(void **state)
{
	static struct observation o;
	struct subjects t;
	(void)state;

	subjects_init(&t, MAX);
	for (int round = 0; round < 80; round++) {
		char name[32];
		struct subject *s;
		int links = round / 4;
		snprintf(name, sizeof(name), "h%d.cn", round);
		s = add(&t, name);
		snprintf(name, sizeof(name), "behind.%d.cn", round);
		if (round % 2 == 0)
			add(&t, name); /* and so s grows no more */
		for (int i = 0; i < 3 * links; i++) {
			snprintf(name, sizeof(name), "%02d.link.cn", i % links);
			assert_int_equal(subject_add_link(&t, s, name, strlen(name)),
					 i % links < RECORD_LINKS_MAX);
			if (round % 4 == 3)
				subject_add_servers(&t, s, &(struct record_server){ .port = (uint16_t)i }, 1);
		}
		show_subject(&t, s, &o);
		assert_int_equal(o.link_count, links < RECORD_LINKS_MAX ? links : RECORD_LINKS_MAX);
		assert_int_equal(o.links_more, links > RECORD_LINKS_MAX ? 3 * (links - RECORD_LINKS_MAX) : 0);
		for (int i = 0; i < o.link_count; i++) {
			snprintf(name, sizeof(name), "%02d.link.cn", i);
			assert_string_equal(o.links[i].name, name);
			assert_int_equal(o.links[i].kind, SUBJECT_HOST);
			assert_int_equal(o.links[i].count, 3);
		}
	}
	subjects_clear(&t);
}

/* Whoever fills the arena, a subject can still count what it left out. */
static void what_finds_no_room_is_counted(void **state)
{
	static struct observation o;
	struct record_server server = { .addr = { [10] = 0xff, [11] = 0xff } };
	struct subjects t;
	struct subject *s;
	uint64_t more = 0;
	char name[RECORD_NAME_MAX];
	(void)state;

	subjects_init(&t, MAX);
	for (int i = 0; i < MAX; i++) {
		uint64_t refused = 0;
		snprintf(name, sizeof(name), "h%d.example.com", i);
		s = add(&t, name);
		for (uint64_t c = 1; c < 1000; c++)
			subject_add_client(&t, s, c << 40 | (uint64_t)i);
		for (int v = 0; v < RECORD_SERVERS_MAX; v++) {
			server.port = (uint16_t)v;
			refused += subject_add_servers(&t, s, &server, 1);
		}
		snprintf(name, sizeof(name), "%0250d", i);
		subject_add_link(&t, s, name, 250);
		show_subject(&t, s, &o);
		assert_int_equal(o.server_count + o.servers_more, RECORD_SERVERS_MAX);
		assert_int_equal(o.servers_more, refused);
		assert_int_equal(o.link_count + o.links_more, 1);
		more += o.links_more;
	}
	assert_true(more > 0);
	assert_true(t.arena.used <= t.arena.cap);
	subjects_clear(&t);
}

static void expect_detail(const struct record_detail *d, enum detail type, const char *value, uint64_t count)
{
	assert_int_equal(d->type, type);
	assert_string_equal(d->value, value);
	assert_int_equal(d->count, count);
}

static bool tell(struct subjects *t, struct subject *s, enum detail type, const char *value)
{
	return subject_add_detail(t, s, type, values_number(&t->values, value, strlen(value)), 1);
}

static void details_are_counted_and_sorted(void **state)
{
	static struct observation o;
	struct subjects t;
	struct subject *s;
	(void)state;

	subjects_init(&t, MAX);
	s = add(&t, "jw.example.edu.cn");
	s->count = 1;
	assert_true(tell(&t, s, DETAIL_TITLE, "教务系统"));
	assert_true(tell(&t, s, DETAIL_ALPN, "http/1.1"));
	assert_true(tell(&t, s, DETAIL_ALPN, "h2"));
	assert_true(tell(&t, s, DETAIL_TITLE, "h2"));
	assert_true(tell(&t, s, DETAIL_ALPN, "h2"));
	assert_false(subject_add_detail(&t, s, DETAIL_ALPN, 0, 1));
	show_subject(&t, s, &o);
	assert_int_equal(o.detail_count, 4);
	expect_detail(&o.details[0], DETAIL_ALPN, "h2", 2);
	expect_detail(&o.details[1], DETAIL_ALPN, "http/1.1", 1);
	expect_detail(&o.details[2], DETAIL_TITLE, "h2", 1);
	expect_detail(&o.details[3], DETAIL_TITLE, "教务系统", 1);
	subjects_clear(&t);
}

/* Each type has its share: no type keeps out the others, and all together fit in an observation. */
static void each_type_has_its_share(void **state)
{
	static struct observation o;
	struct subjects t;
	struct subject *s;
	int kept[DETAIL_COUNT] = { 0 }, sum = 0;
	char value[16];
	(void)state;

	subjects_init(&t, MAX);
	s = add(&t, "jw.example.edu.cn");
	for (int i = 0; i < 40; i++) {
		snprintf(value, sizeof(value), "v%d", i);
		kept[DETAIL_JA4] += tell(&t, s, DETAIL_JA4, value);
	}
	assert_in_range(kept[DETAIL_JA4], 1, RECORD_DETAILS_MAX - 1);
	assert_true(tell(&t, s, DETAIL_ALPN, "h2"));
	assert_true(tell(&t, s, DETAIL_JA4, "v0"));
	assert_false(tell(&t, s, DETAIL_JA4, "new"));
	for (int d = 0; d < DETAIL_COUNT; d++) {
		for (int i = 0; i < 40; i++) {
			snprintf(value, sizeof(value), d == DETAIL_ECH ? "grease%d" : "v%d", i);
			tell(&t, s, (enum detail)d, value);
		}
	}
	show_subject(&t, s, &o);
	assert_in_range(o.detail_count, 1, RECORD_DETAILS_MAX);
	for (int i = 0; i < DETAIL_COUNT; i++)
		sum += kept[i];
	assert_int_equal(subject_rest(&t, s)->detail_count, o.detail_count);
	assert_true(sum > 0);
	/* and so does what is not listed */
	subject_add_outer(&t, s);
	subject_add_outer(&t, s);
	show_subject(&t, s, &o);
	assert_int_equal(subject_rest(&t, s)->detail_count + 1, o.detail_count);
	assert_in_range(o.detail_count, 1, RECORD_DETAILS_MAX);
	for (int i = 0; i < o.detail_count; i++) {
		bool outer = o.details[i].type == DETAIL_ECH && strcmp(o.details[i].value, "outer") == 0;
		sum -= outer && o.details[i].count == 2 ? sum : 0;
		assert_true(i == 0 || o.details[i - 1].type < o.details[i].type ||
			    (o.details[i - 1].type == o.details[i].type &&
			     strcmp(o.details[i - 1].value, o.details[i].value) < 0));
	}
	assert_int_equal(sum, 0);
	subjects_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added),
		cmocka_unit_test(channels_of_a_name_are_a_chain),
		cmocka_unit_test(kinds_are_apart),
		cmocka_unit_test(lists_grow_together),
		cmocka_unit_test(servers_are_kept_wherever_they_stand),
		cmocka_unit_test(links_are_kept_wherever_they_stand),
		cmocka_unit_test(what_finds_no_room_is_counted),
		cmocka_unit_test(lists_leave_room_for_names),
		cmocka_unit_test(details_are_counted_and_sorted),
		cmocka_unit_test(each_type_has_its_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
