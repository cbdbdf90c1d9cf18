/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Thresholds, and what a finding says. */
#include "policy/rules.h"

#include "tests/unit/policy/scene.h"

#define JW "host:jw.hnust.edu.cn"

static size_t jw_with(struct scene *s, uint64_t clients)
{
	size_t i = scene_host(s, "jw.hnust.edu.cn");
	s->subject[i].clients = clients;
	return i;
}

static void test_finding_says_rule_app_and_clause(void **state)
{
	struct scene *s = scene_new("hnust");
	const struct finding *f;
	const char *text;
	(void)state;

	jw_with(s, 3);
	assert_int_equal(scene_findings(s, JW), 1);
	f = &scene_app(s, JW)->finding[0];
	assert_string_equal(f->rule, "R01");
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_string_equal(f->title, "疑似未备案,待核: jw.hnust.edu.cn");
	assert_int_equal(f->rule_row->cites.count, 2);
	text = scene_step(s, JW, "rule");
	assert_non_null(strstr(text, "文号一 三(二);文号二"));
	scene_free(s);
}

static void test_too_few_clients(void **state)
{
	struct scene *s = scene_new("hnust");
	const char *text;
	(void)state;

	jw_with(s, 2);
	assert_int_equal(scene_status(s, JW), APP_UNFILED);
	assert_int_equal(scene_findings(s, JW), 0);
	text = scene_step(s, JW, "below-threshold");
	assert_non_null(text);
	assert_non_null(strstr(text, "<3 个(阈值 3)"));
	scene_free(s);
}

static void test_configuration_overrides_the_profile(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t i = jw_with(s, 2);
	(void)state;

	s->conf.policy.min_clients = 2;
	assert_int_equal(scene_findings(s, JW), 1);
	s->conf.policy.min_days = 2;
	scene_judge(s);
	assert_int_equal(scene_findings(s, JW), 0);
	s->subject[i].days = 2;
	s->day_list[i][1] = DAY + 1;
	scene_judge(s);
	assert_int_equal(scene_findings(s, JW), 1);
	scene_free(s);
}

/* Two hosts of one app, each below the thresholds alone. */
static void test_clients_and_days_are_united(void **state)
{
	struct scene *s = scene_new("hnust");
	struct sketch one, two;
	size_t a = scene_host(s, "hnust.vendor-x.com"), b = scene_host(s, "m.vendor-x.com");
	(void)state;

	sketch_init(&one);
	sketch_init(&two);
	sketch_add(&one, 11);
	sketch_add(&one, 22);
	sketch_add(&two, 22);
	sketch_add(&two, 33);
	s->subject[a].sketch = &one;
	s->subject[b].sketch = &two;
	s->subject[a].clients = s->subject[b].clients = 2;
	s->day_list[b][0] = DAY + 1;
	assert_int_equal(scene_app(s, "host:vendor-x.com")->clients, 3);
	assert_int_equal(scene_app(s, "host:vendor-x.com")->days, 2);
	assert_int_equal(scene_findings(s, "host:vendor-x.com"), 1);
	s->day_list[b][0] = DAY;
	scene_judge(s);
	assert_int_equal(scene_app(s, "host:vendor-x.com")->days, 1);
	scene_free(s);
}

static void test_sketches_of_different_keys_do_not_merge(void **state)
{
	struct scene *s = scene_new("hnust");
	struct sketch one, two;
	size_t a = scene_host(s, "hnust.vendor-x.com"), b = scene_host(s, "m.vendor-x.com");
	(void)state;

	sketch_init(&one);
	sketch_init(&two);
	sketch_add(&one, 11);
	sketch_add(&one, 22);
	sketch_add(&two, 33);
	s->subject[a].sketch = &one;
	s->subject[b].sketch = &two;
	s->subject[b].sketch_epoch = 1;
	s->subject[a].clients = 2;
	s->subject[b].clients = 1;
	assert_int_equal(scene_app(s, "host:vendor-x.com")->clients, 2);
	scene_free(s);
}

static void test_name_that_was_only_asked_for(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t i = jw_with(s, 50);
	(void)state;

	memset(s->subject[i].count_via, 0, sizeof(s->subject[i].count_via));
	s->subject[i].count_via[VIA_DNS_QUERY] = 10;
	assert_int_equal(scene_status(s, JW), APP_UNFILED);
	assert_int_equal(scene_findings(s, JW), 0);
	assert_non_null(scene_step(s, JW, "asked-only"));
	s->subject[i].count_via[VIA_TLS] = 1;
	scene_judge(s);
	assert_int_equal(scene_findings(s, JW), 1);
	scene_free(s);
}

static void test_no_rule_no_finding(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t count = s->data.rules.count;
	(void)state;

	jw_with(s, 50);
	s->data.rules.count = 0;
	assert_int_equal(scene_findings(s, JW), 0);
	assert_non_null(scene_step(s, JW, "rule-missing"));
	s->data.rules.count = count;
	scene_free(s);
}

static void test_filed_app_has_no_finding(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	jw_with(s, 50);
	scene_provider(s, "教务", "jw.hnust.edu.cn");
	assert_int_equal(scene_findings(s, JW), 0);
	scene_free(s);
}

/* A name server or a printer has a campus name as well. */
static void test_campus_name_without_a_connection(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t i = jw_with(s, 50), product = scene_host(s, "www.mosoteach.cn");
	size_t tenant = scene_host(s, "hnust.vendor-x.com"), server = scene_host(s, "www.vendor-z.com");
	size_t rule = scene_host(s, "jwxt.hnust.edu.cn");
	(void)state;

	for (size_t k = 0; k < s->in.subject_count; k++) {
		memset(s->subject[k].count_via, 0, sizeof(s->subject[k].count_via));
		s->subject[k].count_via[VIA_DNS_QUERY] = s->subject[k].count_via[VIA_DNS_ANSWER] = 10;
	}
	s->subject[server].campus_server = true;
	assert_int_equal(scene_findings(s, JW), 0);
	assert_non_null(strstr(scene_step(s, JW, "dns-only"), "没有任何连接"));
	s->subject[i].hides = true; /* where hellos are encrypted, that none shows it says nothing */
	scene_judge(s);
	assert_int_equal(scene_findings(s, JW), 0);
	assert_non_null(strstr(scene_step(s, JW, "dns-only"), "ECH"));
	assert_null(strstr(scene_step(s, JW, "dns-only"), "没有任何连接"));
	assert_int_equal(scene_findings(s, "host:www.vendor-z.com"), 0);
	assert_int_equal(scene_findings(s, "host:mosoteach.cn"), 1);
	assert_int_equal(scene_findings(s, "host:vendor-x.com"), 1);
	assert_int_equal(scene_findings(s, "host:jwxt.hnust.edu.cn"), 1);
	s->subject[i].count_via[VIA_QUIC] = 1;
	scene_judge(s);
	assert_int_equal(scene_findings(s, JW), 1);
	(void)product, (void)tenant, (void)rule;
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finding_says_rule_app_and_clause),
		cmocka_unit_test(test_too_few_clients),
		cmocka_unit_test(test_configuration_overrides_the_profile),
		cmocka_unit_test(test_clients_and_days_are_united),
		cmocka_unit_test(test_sketches_of_different_keys_do_not_merge),
		cmocka_unit_test(test_name_that_was_only_asked_for),
		cmocka_unit_test(test_no_rule_no_finding),
		cmocka_unit_test(test_filed_app_has_no_finding),
		cmocka_unit_test(test_campus_name_without_a_connection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
