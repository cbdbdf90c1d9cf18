/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose clients a host has: who brings fewer than half of them does not take it. */
#include "policy/share.h"

#include "tests/unit/policy/scene.h"

#define HOST(s, name)    scene_host(s, name)
#define WECHAT(s, name)  scene_see(s, SUBJECT_WECHAT_MINI, name)
#define KEY_A            "wechat-mini:" MINI_A
#define SAME(s, at, key) assert_string_equal(scene_home(s, at), key)

/* One client with a forged Referer does not hide a system that others use. */
static void test_few_clients_do_not_take_a_host(void **state)
{
	struct scene *s = scene_new("xust");
	size_t mini = WECHAT(s, MINI_A), host = HOST(s, "hd.hnust.edu.cn");
	struct sketch few;
	const char *why;
	(void)state;

	scene_clients(&few, 0, 2);
	s->subject[mini].sketch = &few;
	scene_link(s, mini, host, 99);
	SAME(s, host, "host:hd.hnust.edu.cn");
	assert_int_equal(scene_findings(s, "host:hd.hnust.edu.cn"), 1);
	why = scene_step(s, "host:hd.hnust.edu.cn", "not-exclusive");
	assert_non_null(why);
	assert_non_null(strstr(why, "5 个客户端中的 <3 个"));
	scene_clients(&few, 0, 3);
	scene_judge(s);
	SAME(s, host, KEY_A);
	scene_clients(&few, 3, 90); /* many clients, but few of the host's */
	scene_judge(s);
	SAME(s, host, "host:hd.hnust.edu.cn");
	scene_free(s);
}

/* Who only asked for the name is no user of the host. */
static void test_share_is_of_connections(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), host = HOST(s, "hd.hnust.edu.cn");
	struct sketch asked;
	(void)state;

	scene_clients(&asked, 0, 90);
	s->subject[host].sketch = &asked;
	scene_link(s, mini, host, 1);
	SAME(s, host, KEY_A);
	s->subject[host].connect_sketch = &asked;
	scene_judge(s);
	SAME(s, host, "host:hd.hnust.edu.cn");
	scene_free(s);
}

/* Sketches of different keys say nothing of each other: messages decide. */
static void test_share_of_messages(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), host = HOST(s, "hd.hnust.edu.cn");
	(void)state;

	s->subject[host].sketch_epoch = 1;
	scene_link(s, mini, host, 4);
	SAME(s, host, "host:hd.hnust.edu.cn");
	assert_non_null(scene_step(s, "host:hd.hnust.edu.cn", "not-exclusive"));
	s->link[0].count = 5;
	scene_judge(s);
	SAME(s, host, KEY_A);
	s->subject[host].sketch_epoch = 0;
	s->subject[mini].sketch = NULL;
	s->link[0].count = 4;
	scene_judge(s);
	SAME(s, host, "host:hd.hnust.edu.cn");
	scene_free(s);
}

/* The identifiers of one product have their clients together. */
static void test_share_of_a_product(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t a = scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.chaoxing.mobile");
	size_t b = scene_see(s, SUBJECT_IOS_BUNDLE, "com.ssreader.ChaoXingStudy"),
	       host = HOST(s, "cx.hnust.edu.cn");
	struct sketch one, other;
	(void)state;

	scene_clients(&one, 0, 2);
	scene_clients(&other, 2, 2);
	s->subject[a].sketch = &one;
	s->subject[b].sketch = &other;
	scene_link(s, b, host, 1);
	scene_link(s, a, host, 1);
	SAME(s, host, "host:chaoxing.com");
	s->in.link_count = 1;
	scene_judge(s);
	SAME(s, host, "host:cx.hnust.edu.cn");
	scene_free(s);
}

/* A catalogued mini-program with one client does not take its product's web out of the scope. */
static void test_web_of_a_product_stays_in_scope(void **state)
{
	struct scene *s = scene_new("xust");
	size_t mini = WECHAT(s, "wxce6d08f781975d91"), web = HOST(s, "www.wozaixiaoyuan.com");
	struct sketch few;
	(void)state;

	scene_clients(&few, 0, 1);
	scene_link(s, mini, web, 3);
	assert_int_equal(scene_status(s, "host:wozaixiaoyuan.com"), APP_OUT_OF_SCOPE);
	s->subject[mini].sketch = &few;
	scene_judge(s);
	assert_int_equal(scene_status(s, "host:wozaixiaoyuan.com"), APP_UNFILED);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_clients_do_not_take_a_host),
		cmocka_unit_test(test_share_is_of_connections),
		cmocka_unit_test(test_share_of_messages),
		cmocka_unit_test(test_share_of_a_product),
		cmocka_unit_test(test_web_of_a_product_stays_in_scope),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
