/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct subject *add(struct subjects *t, const char *name)
{
	struct subject_key k = {
		.kind = SUBJECT_HOST, .via = VIA_DNS_ANSWER, .name = name, .len = strlen(name)
	};

	k.hash = subjects_hash(t, &k);
	return subjects_add(t, &k, 7);
}

/* What hung there before must not show through. */
static void the_least_shows_nothing_else(void **state)
{
	static struct observation o;
	struct subjects t;
	struct subject *s;
	(void)state;

	memset(&o, 0xff, sizeof(o));
	subjects_init(&t, 64);
	s = add(&t, "a.cn");
	s->count = 3;
	show_name(s, &o);
	show_subject(&t, s, &o);
	assert_string_equal(o.name, "a.cn");
	assert_int_equal(o.kind, SUBJECT_HOST);
	assert_int_equal(o.via, VIA_DNS_ANSWER);
	assert_true(o.from == 7 && o.to == 7 && o.count == 3);
	assert_int_equal(sketch_count(&o.clients), 0);
	assert_int_equal(o.server_count + o.link_count + o.detail_count, 0);
	assert_true(o.servers_more == 0 && o.links_more == 0 && o.details_more == 0);
	subjects_clear(&t);
}

static void the_longest_name_is_whole(void **state)
{
	static struct observation o;
	char name[RECORD_NAME_MAX];
	struct subjects t;
	(void)state;

	subjects_init(&t, 64);
	memset(name, 'x', sizeof(name));
	for (size_t n = 1; n < sizeof(name); n++) {
		name[n] = '\0';
		subjects_reset(&t);
		show_name(add(&t, name), &o);
		assert_string_equal(o.name, name);
		name[n] = 'x';
	}
	subjects_clear(&t);
}

/* In whatever order they came. */
static void lists_are_sorted(void **state)
{
	static const char *const hosts[] = { "c.cn", "a.cn", "b.cn" };
	static struct observation o;
	struct record_server server = { .addr = { 0x20, 1 } };
	struct subjects t;
	struct subject *s;
	(void)state;

	subjects_init(&t, 64);
	s = add(&t, "www.example.edu.cn");
	for (uint16_t i = 0; i < RECORD_SERVERS_MAX; i++) {
		server.addr[15] = (uint8_t)(i * 5 % RECORD_SERVERS_MAX);
		assert_int_equal(subject_add_servers(&t, s, &server, 1), 0);
	}
	for (size_t i = 0; i < 3; i++)
		assert_true(subject_add_link(&t, s, hosts[i], strlen(hosts[i])));
	show_subject(&t, s, &o);
	assert_int_equal(o.server_count, RECORD_SERVERS_MAX);
	for (int i = 0; i < RECORD_SERVERS_MAX; i++)
		assert_int_equal(o.servers[i].addr[15], i);
	assert_int_equal(o.link_count, 3);
	assert_string_equal(o.links[0].name, "a.cn");
	assert_string_equal(o.links[1].name, "b.cn");
	assert_string_equal(o.links[2].name, "c.cn");
	subjects_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_shows_nothing_else),
		cmocka_unit_test(the_longest_name_is_whole),
		cmocka_unit_test(lists_are_sorted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
