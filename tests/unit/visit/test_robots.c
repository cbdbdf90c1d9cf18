/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/robots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct robots r;

static void parse(const char *text) { robots_parse(&r, text, strlen(text), "beiand"); }

struct row {
	const char *text, *path;
	bool want;
};

static const struct row rows[] = {
	/* nothing said */
	{ "", "/x", true },
	{ "<html>User-agent: *</html>", "/x", true },
	{ "Disallow: /", "/x", true }, /* of no group */
	{ "User-agent: *\nDisallow:\n", "/x", true },
	{ "User-agent: *\nDisallow: /\n", "/x", false },
	{ "User-agent: *\nDisallow: /\n", "/", false },
	{ "User-agent: *\nDisallow: /\n", "", false },
	{ "User-agent: *\nDisallow: /\n", "/robots.txt", true },
	/* groups */
	{ "User-agent: beiand\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n", "/a", false },
	{ "User-agent: beiand\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n", "/b", true },
	{ "User-agent: *\nDisallow: /b\nUser-agent: BeiAnd/1.0\nDisallow: /a\n", "/b", true },
	{ "User-agent: *\nDisallow: /b\nUser-agent: BeiAnd/1.0\nDisallow: /a\n", "/a", false },
	{ "User-agent: other\nUser-agent: beiand\nDisallow: /a\n", "/a", false },
	{ "User-agent: beiand\nUser-agent: other\nDisallow: /a\n", "/a", false },
	{ "User-agent: beiand\nSitemap: /s\nCrawl-delay: 1\nUser-agent: other\nDisallow: /a\n", "/a", false },
	{ "User-agent: beiand\nDisallow: /a\nUser-agent: x\nDisallow: /c\nUser-agent: beiand\nDisallow: /b\n",
	  "/a", false },
	{ "User-agent: beiand\nDisallow: /a\nUser-agent: x\nDisallow: /c\nUser-agent: beiand\nDisallow: /b\n",
	  "/b", false },
	{ "User-agent: beiand\nDisallow: /a\nUser-agent: x\nDisallow: /c\nUser-agent: beiand\nDisallow: /b\n",
	  "/c", true },
	{ "User-agent: beiandbot\nDisallow: /\n", "/x", true },
	{ "User-agent: beian\nDisallow: /\n", "/x", true },
	{ "User-agent: beiand\n\nUser-agent: *\nDisallow: /x\n", "/x", false }, /* one group of two names */
	{ "User-agent: beiand\nDisallow:\nUser-agent: *\nDisallow: /\n", "/x", true },
	/* RFC 9309 section 5.1 and 5.2 */
	{ "User-Agent: beiand\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
	  "/example/page/disallowed.gif", false },
	{ "User-Agent: beiand\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
	  "/example/page/x", true },
	{ "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n", "/publications/x",
	  true },
	{ "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n", "/a/b.gif",
	  false },
	{ "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n", "/a/b.gifs",
	  true },
	/* length decides, and of equals the allowing one */
	{ "User-agent: *\nDisallow: /\nAllow: /p\n", "/page", true },
	{ "User-agent: *\nAllow: /page\nDisallow: /page\n", "/page", true },
	{ "User-agent: *\nDisallow: /page\nAllow: /page\n", "/page", true },
	{ "User-agent: *\nAllow: /page\nDisallow: /*.html\n", "/page.html", false },
	{ "User-agent: *\nAllow: /page\nDisallow: /*.ph\n", "/page.php5", true },
	{ "User-agent: *\nAllow: /$\nDisallow: /\n", "/", true },
	{ "User-agent: *\nAllow: /$\nDisallow: /\n", "/page", false },
	/* '*' and '$' */
	{ "User-agent: *\nDisallow: /a*b*c\n", "/axxbyyczz", false },
	{ "User-agent: *\nDisallow: /a*b*c$\n", "/axxbyyczz", true },
	{ "User-agent: *\nDisallow: /a*b*c$\n", "/axbcxc", false },
	{ "User-agent: *\nDisallow: /a*b*c\n", "/acb", true },
	{ "User-agent: *\nDisallow: /**x\n", "/yx", false },
	{ "User-agent: *\nDisallow: /fish*\n", "/fish", false },
	{ "User-agent: *\nDisallow: /fish/\n", "/fish", true },
	{ "User-agent: *\nDisallow: /a$b\n", "/a$b",
	  true }, /* a '$' within is not an end; the path's is %24 */
	{ "User-agent: *\nDisallow: /a%24b\n", "/a$b", false },
	{ "User-agent: *\nDisallow: /a%2Ab\n", "/a*b", false },
	{ "User-agent: *\nDisallow: /a%2ab\n", "/axb", true },
	{ "User-agent: *\nDisallow: *\n", "/x", false },
	{ "User-agent: *\nDisallow: $\n", "/x", true },
	{ "User-agent: *\nDisallow: /*?id=\n", "/a?b=1&id=2", true },
	{ "User-agent: *\nDisallow: /*?id=\n", "/a?id=2", false },
	/* case and percent-encoding (section 2.2.2) */
	{ "User-agent: *\nDisallow: /Fish\n", "/fish", true },
	{ "user-AGENT : *\ndisallow : /x # why\n", "/x", false },
	{ "User-agent: *\nDisallow: /foo/bar?baz=%7E\n", "/foo/bar?baz=~", false },
	{ "User-agent: *\nDisallow: /%61\n", "/a", false },
	{ "User-agent: *\nDisallow: /a\n", "/%61", false },
	{ "User-agent: *\nDisallow: /a%2fb\n", "/a%2Fb", false },
	{ "User-agent: *\nDisallow: /a%2Fb\n", "/a/b", true },
	{ "User-agent: *\nDisallow: /\xe5\xad\xa6\n", "/%E5%AD%A6/x", false },
	{ "User-agent: *\nDisallow: /%e5%ad%a6\n", "/\xe5\xad\xa6/x", false },
	{ "User-agent: *\nDisallow: /a%zz\n", "/a%zz", false },
	{ "User-agent: *\nDisallow: /a%4\n", "/a%4", false },
	/* how people write */
	{ "\xef\xbb\xbfUser-agent: *\nDisallow: /x\n", "/x", false },
	{ "User-agent: *\rDisallow: /x\r", "/x", false },
	{ "User-agent: *\r\n\r\nDisallow: /x\r\n", "/x", false },
	{ "User-agent: *\n\tDisallow:\t/x\t\n", "/x", false },
	{ "User-agent *\nDisallow /x\n", "/x", false },
	{ "User-agent: *\nDissallow: /x\n", "/x", false },
	{ "User-agent: *\nDisallow: x\n", "/x", false },
	{ "User-agent: *\nDisallow: /\nAllow: x\n", "/x", false },
	{ "User-agent: *\nDisallow: /x", "/x", false },
	{ "User-agent: *\nDisallow: #/x", "/x", true },
	{ "# User-agent: beiand\nUser-agent: *\nDisallow: /x\n", "/x", false },
};

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		parse(rows[i].text);
		if (robots_allows(&r, rows[i].path) != rows[i].want)
			fail_msg("%s | %s: want %d", rows[i].text, rows[i].path, rows[i].want);
	}
}

static void test_delay_is_a_hint(void **state)
{
	static const struct {
		const char *text;
		uint32_t want;
	} delays[] = {
		{ "User-agent: *\nDisallow: /x\n", 0 },
		{ "User-agent: *\nCrawl-delay: 10\n", 10 },
		{ "User-agent: *\nCrawl-delay: 0.5\n", 1 },
		{ "User-agent: *\nCrawl-delay: 2.0\n", 2 },
		{ "User-agent: *\nCrawl-delay: 999999999999999999999\n", ROBOTS_DELAY_MAX },
		{ "User-agent: *\nCrawl-delay: -1\n", 0 },
		{ "User-agent: *\nCrawl-delay: x\n", 0 },
		{ "Crawl-delay: 5\nUser-agent: *\n", 0 },
		{ "User-agent: *\nCrawl-delay: 50\nUser-agent: beiand\nCrawl-delay: 5\nDisallow: /\n", 5 },
		{ "User-agent: *\nCrawl-delay: 50\nDisallow: /\nUser-agent: beiand\nDisallow: /\n", 0 },
		{ "User-agent: *\nCrawl-delay: 5", 5 },
		{ "User-agent: *\nCrawl-delay: 5.", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		parse(delays[i].text);
		if (r.delay != delays[i].want)
			fail_msg("%s: %u", delays[i].text, r.delay);
	}
}

/* Rules that found no room may have forbidden it: then only what is allowed by name is. */
static void test_too_many_rules_are_counted_and_close(void **state)
{
	size_t cap = ROBOTS_PARSE_MAX, n = 0;
	char *text = malloc(cap);

	(void)state;
	n += (size_t)snprintf(text, cap, "User-agent: *\nAllow: /open\n");
	for (unsigned i = 0; i < ROBOTS_RULES_MAX + 9; i++)
		n += (size_t)snprintf(text + n, cap - n, "Disallow: /%u\n", i);
	parse(text);
	assert_int_equal(r.count, ROBOTS_RULES_MAX);
	assert_int_equal(r.more, 10);
	assert_true(robots_allows(&r, "/open"));
	assert_false(robots_allows(&r, "/other"));
	/* ... and those of a group that does not hold are not kept, so they are not too many */
	n += (size_t)snprintf(text + n, cap - n, "User-agent: beiand\nDisallow: /z\n");
	parse(text);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.more, 0);
	assert_true(robots_allows(&r, "/other"));
	free(text);
}

static void test_too_much_text_is_counted(void **state)
{
	size_t cap = 3 * ROBOTS_TEXT_MAX, n;
	char *text = malloc(cap);

	(void)state;
	n = (size_t)snprintf(text, cap, "User-agent: *\nDisallow: /");
	memset(text + n, 'a', ROBOTS_TEXT_MAX);
	n += ROBOTS_TEXT_MAX;
	n += (size_t)snprintf(text + n, cap - n, "\nDisallow: /x\nAllow: /y\n");
	robots_parse(&r, text, n, "beiand");
	assert_int_equal(r.more, 1);
	assert_int_equal(r.count, 2);
	assert_false(robots_allows(&r, "/x"));
	assert_true(robots_allows(&r, "/y"));
	assert_false(robots_allows(&r, "/z"));
	free(text);
}

/* Exactly as long as the store for rules, and one longer. */
static void test_the_last_byte_of_room(void **state)
{
	char *text = malloc(ROBOTS_TEXT_MAX + 64);

	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		size_t n = (size_t)snprintf(text, 64, "User-agent: *\nDisallow: ");
		memset(text + n, 'a', ROBOTS_TEXT_MAX + extra - 1); /* its '/' is added */
		n += ROBOTS_TEXT_MAX + extra - 1;
		robots_parse(&r, text, n, "beiand");
		assert_int_equal(r.count, 1 - extra);
		assert_int_equal(r.more, extra);
	}
	free(text);
}

static void test_only_the_first_half_megabyte(void **state)
{
	size_t n = ROBOTS_PARSE_MAX + 100, at;
	char *text = malloc(n);

	(void)state;
	memset(text, '\n', n);
	memcpy(text, "User-agent: *\n", 14);
	at = ROBOTS_PARSE_MAX - 12;
	memcpy(text + at, "Disallow: /x", 12);
	robots_parse(&r, text, n, "beiand"); /* the line ends where the limit is, but who knows that */
	assert_int_equal(r.count, 0);
	robots_parse(&r, text, ROBOTS_PARSE_MAX, "beiand");
	assert_false(robots_allows(&r, "/x"));
	memmove(text + at - 1, text + at, 13);
	robots_parse(&r, text, n, "beiand");
	assert_false(robots_allows(&r, "/x"));
	free(text);
}

static void test_cut_at_every_length(void **state)
{
	static const char text[] =
		"\xef\xbb\xbfUser-agent: *\r\nDisallow: /%e5%ad%a6*x$\r\nAllow: /y%2\nCrawl-delay: 3.5\n";

	const size_t whole = (size_t)(strchr(text, '/') - text) + 1;

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		char *copy = malloc(n > 0 ? n : 1);
		memcpy(copy, text, n);
		robots_parse(&r, copy, n, "beiand");
		/* "Disallow: /" alone says more than what was cut off it */
		assert_int_equal(robots_allows(&r, "/z"), n == 0 || copy[n - 1] != '/' || n > whole);
		free(copy);
	}
}

static void test_paths_that_are_too_long_are_not_asked(void **state)
{
	char path[ROBOTS_PATH_MAX + 2];

	(void)state;
	parse("User-agent: *\nDisallow: /no\n");
	memset(path, 0x80, sizeof(path));
	path[0] = '/';
	path[ROBOTS_PATH_MAX] = '\0';
	assert_false(robots_allows(&r, path));
	path[ROBOTS_PATH_MAX - 1] = '\0';
	assert_true(robots_allows(&r, path));
}

/* Wildcards against the plain definition, tried out at random. */
static bool glob(const char *p, const char *s)
{
	if (*p == '\0' || (p[0] == '$' && p[1] == '\0'))
		return *p == '\0' || *s == '\0';
	if (*p == '*')
		return glob(p + 1, s) || (*s && glob(p, s + 1));
	return *s == *p && glob(p + 1, s + 1);
}

static void test_wildcards_as_defined(void **state)
{
	unsigned seed = 11, hits = 0;

	(void)state;
	for (unsigned round = 0; round < 100000; round++) {
		static const char letters[] = "ab**$";
		char rule[12] = "/", path[12] = "/", text[64];
		size_t n = (unsigned)rand_r(&seed) % 8 + 1, m = (unsigned)rand_r(&seed) % 9 + 1;
		bool want;
		for (size_t i = 1; i < n; i++)
			rule[i] = letters[(unsigned)rand_r(&seed) % 5];
		for (size_t i = 1; i < m; i++)
			path[i] = letters[(unsigned)rand_r(&seed) % 2];
		if (strchr(rule, '$') && strchr(rule, '$')[1])
			continue;
		snprintf(text, sizeof(text), "User-agent: *\nDisallow: %s\n", rule);
		parse(text);
		want = glob(rule, path);
		hits += want;
		if (robots_allows(&r, path) == want)
			fail_msg("%s against %s", rule, path);
	}
	assert_true(hits > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_delay_is_a_hint),
		cmocka_unit_test(test_too_many_rules_are_counted_and_close),
		cmocka_unit_test(test_too_much_text_is_counted),
		cmocka_unit_test(test_the_last_byte_of_room),
		cmocka_unit_test(test_only_the_first_half_megabyte),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_paths_that_are_too_long_are_not_asked),
		cmocka_unit_test(test_wildcards_as_defined),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
