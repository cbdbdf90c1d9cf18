/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/alike.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct alike a, b;

static bool compare(const char *x, const char *y)
{
	alike_read(&a, (const uint8_t *)x, strlen(x));
	alike_read(&b, (const uint8_t *)y, strlen(y));
	assert_int_equal(alike_is(&a, &b), alike_is(&b, &a));
	return alike_is(&a, &b);
}

#define HEAD                                                                                                 \
	"<html><head><title>综合门户</title></"                                                          \
	"head><body><ul><li>新闻<li>通知<li>教务<li>学工<li>财务<li>图书"

static void test_alike(void **state)
{
	(void)state;
	assert_true(compare("x", "x"));
	assert_true(compare(HEAD "<p>token=1</p></body></html>", HEAD "<p>token=2</p></body></html>"));
	assert_false(compare("", ""));
	assert_false(compare("x", "y"));
	assert_false(compare("<p>1", "<p>2"));
	assert_false(compare(
		HEAD, "<html><head><title>教务系统</title></head><body><form><input><input><a><a><a><p>"));
	assert_false(compare(HEAD, HEAD "<p>a<p>b<p>c<p>d<p>e<p>f"));
}

/* No more than its memory, however many tags there are. */
static void test_long(void **state)
{
	size_t n = (size_t)ALIKE_PIECES_MAX * 4;
	char *page = malloc(n + 1);

	(void)state;
	for (size_t i = 0; i < n; i += 4)
		memcpy(page + i, "<p>x", 4);
	page[n] = '\0';
	alike_read(&a, (const uint8_t *)page, n);
	assert_int_equal(a.count, ALIKE_PIECES_MAX);
	memcpy(page, "<q>y<q>y", 8);
	assert_true(compare(page, page));
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_alike), cmocka_unit_test(test_long) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
