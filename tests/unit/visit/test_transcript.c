/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "visit/transcript.h"

static const int64_t now = INT64_C(1795219200) * 1000000;
static const uint8_t addr[2][16] = { { [10] = 0xff, 0xff, 203, 0, 113, 5 }, { [15] = 1 } };

static struct fetch_reply reply(const char *location)
{
	struct fetch_reply r = { .http = 20, .connected = true, .received = 3, .why = "" };

	memcpy(r.peer, addr[0], 16);
	r.answer = (struct probe_answer){ .outcome = PROBE_DONE,
					  .status = 302,
					  .content_type = "text/html",
					  .location = location,
					  .cookies = "session",
					  .server = "",
					  .body = (const uint8_t *)"abc",
					  .size = 3 };
	return r;
}

static void test_lines(void **state)
{
	struct transcript *t = calloc(1, sizeof(*t));
	struct fetch_reply r = reply("/login?ticket=TOPSECRET#frag");
	struct url u;
	struct fetch_order o = { .url = &u, .ranged = true, .from = 5, .to = 9, .etag = "\"TOPSECRET\"" };

	(void)state;
	assert_true(url_parse(&u, "https://a.cn/x;sid=TOPSECRET?code=TOPSECRET"));
	transcript_names(t, now, "a.cn", addr, 2);
	transcript_request(t, now, &o);
	transcript_reply(t, now, &r);
	transcript_refused(t, now, "http://u:TOPSECRET@b.cn/?a=TOPSECRET", PROBE_BAD_URL);
	transcript_waits(t, now, "a.cn", 1500000);
	transcript_waits(t, now, "a.cn", 999999);
	transcript_remark(t, now, "停在\x1b[2J此处");
	assert_string_equal(transcript_close(t),
			    "2026-11-21 08:00:00 DNS a.cn: 203.0.113.5 ::1\n"
			    "2026-11-21 08:00:00 GET https://a.cn/x;sid=…?code=… bytes=5-9 (条件请求)\n"
			    "2026-11-21 08:00:00   203.0.113.5 HTTP/2 302 text/html -> /login?ticket=…\n"
			    "2026-11-21 08:00:00   正文 3 字节, 传输 3 字节, sha256 "
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
			    "2026-11-21 08:00:00 不问 http://…@b.cn/?a=…: 网址不合法\n"
			    "2026-11-21 08:00:00 等 2 秒再问 a.cn\n"
			    "2026-11-21 08:00:00 停在\\x1b[2J此处\n");
	free(t);
}

static void test_failure(void **state)
{
	struct transcript *t = calloc(1, sizeof(*t));
	struct fetch_reply r = { .answer = { .outcome = PROBE_TIMEOUT }, .why = "no answer\r\nX" };

	(void)state;
	transcript_reply(t, now, &r);
	assert_string_equal(transcript_close(t), "2026-11-21 08:00:00   - 超时 (no answer\\x0d\\x0aX)\n");
	free(t);
}

/* A stranger chooses how many lines there are and how long; the end always stands. */
static void test_full(void **state)
{
	struct transcript *t = calloc(1, sizeof(*t));
	char location[2000];
	struct fetch_reply r;
	const char *text;

	(void)state;
	memset(location, '/', sizeof(location));
	location[sizeof(location) - 1] = '\0';
	for (size_t i = 0; i + 3 < sizeof(location); i += 3)
		memcpy(location + i, "中", 3);
	r = reply(location);
	for (int i = 0; i < 200; i++)
		transcript_reply(t, now, &r);
	assert_true(t->more > 0);
	text = transcript_close(t);
	assert_true(strlen(text) < TRANSCRIPT_MAX);
	assert_true(text_is_utf8(text, strlen(text)));
	assert_non_null(strstr(text, "行放不下\n"));
	free(t);
}

/* Budgets are asked again and again until there is room; that is one wait. */
static void one_wait_is_one_line(void **state)
{
	struct transcript *t = calloc(1, sizeof(*t));

	(void)state;
	assert_non_null(t);
	transcript_waits(t, now, "a.cn", 10000000);
	transcript_waits(t, now + 10000000, "a.cn", 2000000);
	transcript_waits(t, now + 12000000, "a.cn", 2000000);
	transcript_waits(t, now + 14000000, "b.a.cn", 2000000);
	transcript_remark(t, now + 16000000, "问");
	transcript_waits(t, now + 16000000, "b.a.cn", 1000000);
	transcript_waits(t, now + 17000000, "a.cn", 1000000);
	assert_string_equal(transcript_close(t), "2026-11-21 08:00:00 等 14 秒再问 a.cn\n"
						 "2026-11-21 08:00:14 等 2 秒再问 b.a.cn\n"
						 "2026-11-21 08:00:16 问\n"
						 "2026-11-21 08:00:16 等 1 秒再问 b.a.cn\n"
						 "2026-11-21 08:00:17 等 1 秒再问 a.cn\n");
	assert_int_equal(t->more, 0);
	free(t);
}

/* What was not asked does not look as if it had been. */
static void an_answer_that_was_there_is_told_as_such(void **state)
{
	struct transcript *t = calloc(1, sizeof(*t));
	struct fetch_reply r = reply("");
	struct url u;
	struct fetch_order o = { .url = &u, .head = true };

	(void)state;
	assert_true(url_parse(&u, "https://a.cn/?k=SECRET"));
	r.reused = true;
	transcript_again(t, now + 60000000, &o, now);
	transcript_reply(t, now + 60000000, &r);
	assert_memory_equal(
		transcript_close(t),
		"2026-11-21 08:01:00 不再问 HEAD https://a.cn/?k=…: 用 2026-11-21 08:00:00 的答复\n",
		strlen("2026-11-21 08:01:00 不再问 HEAD https://a.cn/?k=…: 用 2026-11-21 08:00:00 的答复\n"));
	assert_non_null(strstr(t->text, "HTTP/2 (续用连接) "));
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_full),
		cmocka_unit_test(one_wait_is_one_line),
		cmocka_unit_test(an_answer_that_was_there_is_told_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
