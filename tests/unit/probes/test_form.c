/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];

/* The fields of one form, each with the text in front of it. */
static void form_of(struct probe_facts *f, const char *html)
{
	struct form form = { 0 };
	struct html h;
	struct html_token t;
	struct html_str label = { "", 0 };

	*f = (struct probe_facts){ .fact = room };
	form_begin(&form);
	html_init(&h, html, strlen(html));
	while (html_next(&h, &t)) {
		if (t.what == HTML_TEXT)
			label = t.text;
		if (t.what != HTML_START || (strcmp(t.name, "input") != 0 && strcmp(t.name, "select") != 0))
			continue;
		form_field(&form, &t, label.p, label.n);
		label.n = 0;
	}
	form_end(&form, f);
}

static void test_rows(void **state)
{
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "<input name=xm><input name=sfzh>", "id-card person " },
		{ "<input name='stu[id_card]'><input name=user.realName>", "id-card person " },
		{ "<input id=txtPhone>", "phone " },
		{ "身份证号码：<input name=f1>手机号<input name=f2>", "id-card phone " },
		{ "<input placeholder='请输入家庭住址'>", "address " },
		{ "<input name=xh><select name=mz>", "school-number person " },
		{ "<input type=file name=face>银行卡号<input name=x>", "face bank-card " },
		/* to log in is no collection */
		{ "学号<input name=xh>密码<input type=password>", "login " },
		{ "<input name=phone><input type=password><input name=captcha>", "login " },
		{ "<input name=phone><input name=code placeholder=短信验证码>", "login " },
		{ "<input name=username><input type=password><input type=password><input name=sfzh><input "
		  "name=phone>",
		  "id-card phone " },
		/* a search, and what is nobody's */
		{ "<input name=name>", "" },
		{ "联系电话：0731-88880000<input name=q>", "" },
		{ "手机号(11位)<input name=q>", "phone " },
		{ "<input name=keyword><input type=submit value=手机>", "" },
		{ "<input type=hidden name=sfzh value=1>", "" },
		{ "<input name=photo type=file><input name=zp>", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_facts f;
		char line[256] = "";
		size_t at = 0;
		form_of(&f, rows[i].html);
		for (size_t k = 0; k < f.count; k++) {
			assert_int_equal(room[k].type, FACT_FORM_FIELD);
			at += (size_t)snprintf(line + at, sizeof(line) - at, "%s ", room[k].value);
		}
		if (strcmp(line, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].html, line);
	}
}

/* A name says more than words do, and the note is what told it. */
static void test_confidence(void **state)
{
	struct probe_facts f;

	(void)state;
	form_of(&f, "身份证<input name=a>姓名<input name=xm>");
	assert_int_equal(f.count, 2);
	assert_int_equal(room[0].confidence, 75);
	assert_string_equal(room[0].note, "身份证");
	assert_int_equal(room[1].confidence, 85);
	assert_string_equal(room[1].note, "xm");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_confidence) };

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
