/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/sightings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "watch/show.h"

enum { MOST = 100, MANY = 5000, NAMES = 150 };

static struct sighting *see(struct sightings *q, enum via via, const char *name)
{
	struct subject_key k = { .kind = SUBJECT_HOST, .via = via, .name = name, .len = strlen(name) };

	k.hash = subjects_hash(q->table, &k);
	return sightings_add(q, &k);
}

/* However they are grouped, the table is what telling them one by one makes of it. */
static void groups_change_nothing(void **state)
{
	struct subjects t[2];
	struct details *d[2];
	struct reserve r = { 0 };
	struct sightings *q = malloc(2 * sizeof(*q));
	(void)state;

	for (int i = 0; i < 2; i++) {
		subjects_init(&t[i], MOST);
		d[i] = details_new(&t[i]);
		sightings_init(&q[i], &t[i], d[i], &r);
	}
	for (uint32_t n = 0, random = 7; n < 2 * MANY; n++) {
		struct sightings *to = &q[n % 2];
		char name[32];
		struct sighting *g;
		if (n % 2 == 0)
			random = random * UINT32_C(1664525) + UINT32_C(1013904223);
		snprintf(name, sizeof(name), "h%u.example.com", (random >> 8) % NAMES);
		g = see(to, (random >> 20) % 2 ? VIA_DNS_QUERY : VIA_TLS, name);
		memset(name, 'x', sizeof(name)); /* it was copied */
		g->time = n / 2;
		g->client = random >> 24;
		g->server[g->server_count++] = (struct record_server){ .port = (uint16_t)(random >> 28) };
		g->known_only = (random >> 10) % 8 == 0;
		if (n % 2 == 0)
			sightings_settle(to);
	}
	sightings_settle(&q[1]);
	assert_int_equal(t[0].count, MOST);
	assert_int_equal(t[1].count, MOST);
	assert_memory_equal(&q[0].stats, &q[1].stats, sizeof(q[0].stats));
	assert_true(q[0].stats.evicted > 0);
	assert_int_equal(t[0].end, t[1].end);
	for (uint32_t i = subjects_first(); i != t[0].end;
	     i = subjects_behind(&t[0], subjects_at(&t[0], i))) {
		const struct subject *s[] = { subjects_at(&t[0], i), subjects_at(&t[1], i) };
		struct observation a = { 0 }, b = { 0 };
		show_subject(&t[0], s[0], &a);
		show_subject(&t[1], s[1], &b);
		assert_int_equal(s[0]->len, s[1]->len);
		assert_memory_equal(s[0]->name, s[1]->name, s[0]->len);
		assert_int_equal(s[0]->next, s[1]->next);
		assert_memory_equal(&a.clients.hash, &b.clients.hash, a.clients.exact * sizeof(uint64_t));
		assert_memory_equal(a.servers, b.servers, sizeof(a.servers));
		assert_true(a.from == b.from && a.to == b.to && a.via == b.via && a.count == b.count &&
			    a.server_count == b.server_count);
	}
	for (int i = 0; i < 2; i++) {
		details_free(d[i]);
		subjects_clear(&t[i]);
	}
	free(q);
}

static void the_last_is_told(void **state)
{
	struct subjects t;
	struct reserve r = { 0 };
	struct sightings *q = malloc(sizeof(*q));
	struct details *d;
	struct sighting *g;
	(void)state;

	subjects_init(&t, 1);
	d = details_new(&t);
	sightings_init(q, &t, d, &r);
	assert_null(sightings_settle(q));
	g = see(q, VIA_TLS, "a.example.com");
	g->known_only = true;
	assert_null(sightings_settle(q));
	assert_int_equal(q->stats.evicted, 0);
	g = see(q, VIA_TLS, "a.example.com");
	g->time = 3;
	g->client = 1;
	assert_ptr_equal(sightings_settle(q), subjects_at(&t, subjects_first()));
	assert_int_equal(subjects_at(&t, subjects_first())->count, 1);
	g = see(q, VIA_TLS, "a.example.com");
	g->known_only = true;
	assert_ptr_equal(sightings_settle(q), subjects_at(&t, subjects_first()));
	assert_int_equal(subjects_at(&t, subjects_first())->count, 1);
	g = see(q, VIA_TLS, "b.example.com");
	g->client = 1;
	assert_null(sightings_settle(q));
	assert_int_equal(q->stats.evicted, 1);
	details_free(d);
	subjects_clear(&t);
	free(q);
}

static void flood(struct sightings *q, const char *domain)
{
	char name[64];

	for (int i = 0; i < 3 * MOST; i++) {
		snprintf(name, sizeof(name), "x%d.%s", i, domain);
		see(q, VIA_DNS_QUERY, name)->client = 1;
	}
	sightings_settle(q);
}

/* Whatever strangers make up, the campus's own names are observed; up to the same maximum. */
static void campus_gets_the_last_room(void **state)
{
	struct subjects t;
	struct reserve r;
	struct conf conf;
	struct sightings *q = malloc(sizeof(*q));
	struct details *d;
	(void)state;

	conf_init(&conf);
	conf.campus.domains.item[conf.campus.domains.count++] = strdup("example.edu.cn");
	reserve_init(&r, &conf);
	conf_clear(&conf);
	subjects_init(&t, MOST);
	d = details_new(&t);
	sightings_init(q, &t, d, &r);
	flood(q, "example.com");
	assert_int_equal(t.count, MOST * 3 / 4);
	assert_int_equal(q->stats.evicted, 3 * MOST - MOST * 3 / 4);
	assert_int_equal(q->stats.reserved, 0);
	see(q, VIA_TLS, "jw.example.edu.cn")->client = 2;
	assert_non_null(sightings_settle(q));
	assert_int_equal(q->stats.reserved, 1);
	flood(q, "example.edu.cn");
	assert_int_equal(t.count, MOST);
	assert_int_equal(q->stats.reserved, MOST / 4);
	details_free(d);
	subjects_clear(&t);
	reserve_clear(&r);
	free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_change_nothing),
		cmocka_unit_test(the_last_is_told),
		cmocka_unit_test(campus_gets_the_last_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
