/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a run may go: as far as its subject's own domains, and no further. */
#include "store/reach.h"

#include "tests/unit/store/probing.h"

static struct job j;

static void fill(enum subject_kind kind, const char *name, int64_t app)
{
	struct db_txn t;

	j = (struct job){ .kind = kind };
	snprintf(j.name, sizeof(j.name), "%s", name);
	db_begin(&t, fx.store->db, DB_READ);
	reach_fill(fx.store, &t, app, &j);
	assert_int_equal(db_end(&t), 0);
}

static bool reaches(const char *host) { return reach_holds(&fx.conf, &j, host); }

static void its_registered_domain(void **state)
{
	(void)state;
	fill(SUBJECT_HOST, "a.b.partner.com.cn", 0);
	assert_int_equal(j.scope_count, 1);
	assert_string_equal(j.scope[0], "partner.com.cn");
	assert_true(reaches("a.b.partner.com.cn"));
	assert_true(reaches("login.partner.com.cn"));
	assert_false(reaches("partner.com"));
	assert_false(reaches("notpartner.com.cn"));
	assert_false(reaches("other.com.cn"));
	assert_false(reaches("127.0.0.1"));
}

/* What is registered below a public suffix of the private section is another's. */
static void not_its_neighbours_at_a_hoster(void **state)
{
	(void)state;
	fill(SUBJECT_HOST, "ours.github.io", 0);
	assert_true(reaches("www.ours.github.io"));
	assert_false(reaches("theirs.github.io"));
	assert_false(reaches("github.io"));
	fill(SUBJECT_HOST, "github.io", 0); /* a suffix itself */
	assert_int_equal(j.scope_count, 0);
	assert_true(reaches("github.io"));
	assert_false(reaches("theirs.github.io"));
}

static void all_domains_of_its_product(void **state)
{
	const struct catalog_entry *two = NULL;

	(void)state;
	for (size_t i = 0; i < fx.data.catalog.count && two == NULL; i++)
		if (fx.data.catalog.entry[i].domains.count >= 2)
			two = &fx.data.catalog.entry[i];
	assert_non_null(two);
	fill(SUBJECT_HOST, two->domains.item[0], 0);
	for (size_t i = 0; i < two->domains.count; i++)
		assert_true(reaches(two->domains.item[i]));
	assert_false(reaches("www.unknown-shop.com"));
}

static void the_other_hosts_of_its_app(void **state)
{
	struct observation o[2];

	(void)state;
	o[0] = fx_seen(SUBJECT_WECHAT_MINI, "wx00000000000000aa", VIA_HTTP_REFERER, 0, 4);
	fx_link(&o[0], SUBJECT_HOST, "mini.example.edu.cn");
	o[1] = fx_host("mini.example.edu.cn", 4);
	fx_capture("a", o, 2);
	fill(SUBJECT_WECHAT_MINI, "wx00000000000000aa", 1);
	assert_int_equal(j.scope_count, 1);
	assert_string_equal(j.scope[0], "mini.example.edu.cn");
}

/* Who queries random names below a product's domain makes its app as large as he likes. */
static void no_more_domains_than_a_job_holds(void **state)
{
	struct observation o[60];
	char name[64];

	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "r%02d.zhihuishu.com", i);
		o[i] = fx_host(name, 5);
	}
	fx_capture("a", o, 60);
	fill(SUBJECT_WECHAT_MINI, "wx00000000000000aa", 1);
	assert_int_equal(j.scope_count, JOB_SCOPE_MAX);
	fill(SUBJECT_HOST, "r01.zhihuishu.com", 1); /* one domain holds them all */
	assert_true(j.scope_count < 4);
}

static void campus_and_also_are_in_reach_of_all(void **state)
{
	(void)state;
	px_open("also = download.example.cn\n");
	fill(SUBJECT_HOST, "www.partner.com", 0);
	assert_true(reaches("x.download.example.cn"));
	assert_true(reaches("jw.example.edu.cn"));
	assert_true(reach_configured(&fx.conf, "download.example.cn"));
	assert_false(reach_configured(&fx.conf, "www.partner.com"));
}

static void opt_out_wins(void **state)
{
	(void)state;
	px_open("also = download.example.cn\nopt_out = download.example.cn, 203.0.113.0/24, www.partner.com, "
		"jw.example.edu.cn\n");
	fill(SUBJECT_HOST, "www.partner.com", 0);
	assert_false(reaches("www.partner.com"));
	assert_false(reaches("x.download.example.cn"));
	assert_false(reaches("jw.example.edu.cn"));
	assert_true(reaches("m.partner.com"));
	fill(SUBJECT_HOST, "203.0.113.9", 0);
	assert_false(reaches("203.0.113.9"));
	fill(SUBJECT_HOST, "203.0.112.9", 0);
	assert_true(reaches("203.0.112.9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_TEST(its_registered_domain),
		PX_TEST(not_its_neighbours_at_a_hoster),
		PX_TEST(all_domains_of_its_product),
		PX_TEST(the_other_hosts_of_its_app),
		PX_TEST(no_more_domains_than_a_job_holds),
		PX_TEST(campus_and_also_are_in_reach_of_all),
		PX_TEST(opt_out_wins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
