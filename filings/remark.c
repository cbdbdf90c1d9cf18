/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/remark.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "filings/cell.h"

/* What may follow the word: its end always may. */
enum follow {
	FOLLOW_COLON, /* or a number and then a colon or the like: "注1:", "说明一、" */
	FOLLOW_COUNT, /* or a number, a colon or parentheses: "合计 12 个", "小计(教务处)" */
	FOLLOW_ANY,
};

struct word {
	const char *text;
	enum remark remark;
	enum follow follow;
};

static const struct word words[] = {
	{ "合计", REMARK_SUM, FOLLOW_COUNT },     { "总计", REMARK_SUM, FOLLOW_COUNT },
	{ "小计", REMARK_SUM, FOLLOW_COUNT },     { "共计", REMARK_SUM, FOLLOW_COUNT },
	{ "总合计", REMARK_SUM, FOLLOW_COUNT },   { "本页合计", REMARK_SUM, FOLLOW_COUNT },
	{ "本页小计", REMARK_SUM, FOLLOW_COUNT }, { "注", REMARK_NOTE, FOLLOW_COLON },
	{ "附注", REMARK_NOTE, FOLLOW_COLON },    { "备注", REMARK_NOTE, FOLLOW_COLON },
	{ "说明", REMARK_NOTE, FOLLOW_COLON },    { "填表人", REMARK_NOTE, FOLLOW_COLON },
	{ "填报人", REMARK_NOTE, FOLLOW_COLON },  { "审核人", REMARK_NOTE, FOLLOW_COLON },
	{ "填表说明", REMARK_NOTE, FOLLOW_ANY },  { "填报说明", REMARK_NOTE, FOLLOW_ANY },
	{ "填写说明", REMARK_NOTE, FOLLOW_ANY },  { "填表须知", REMARK_NOTE, FOLLOW_ANY },
};

/* A number in either script, at most three characters, for "注1" and "注二". */
static const char *skip_number(const char *s)
{
	static const char *const zh[] = { "一", "二", "三", "四", "五", "六", "七", "八", "九", "十" };

	for (size_t i = 0; i < sizeof(zh) / sizeof(zh[0]); i++)
		if (strncmp(s, zh[i], strlen(zh[i])) == 0)
			return s + strlen(zh[i]);
	return s + strspn(s, "0123456789");
}

static bool is_colon(const char *s)
{
	return *s == ':' || *s == '.' || *s == ')' || strncmp(s, "、", strlen("、")) == 0;
}

static bool follows(enum follow how, const char *rest)
{
	const char *behind = skip_number(rest);

	if (how == FOLLOW_ANY || *rest == '\0' || *rest == ':')
		return true;
	if (how == FOLLOW_COUNT)
		return behind > rest || *rest == '(';
	return behind > rest && is_colon(behind);
}

/* Without spaces, width and what people set around such words: "【注】", "*合 计:". */
static char *bare(const char *cell)
{
	static const char *const dropped[] = { " ",  "\t", "\n", "*", "\xc2\xa0", "　",
					       "【", "】", "[",  "]", "※" };
	char *folded = cell_fold(cell);
	struct buf out = { 0 };

	buf_add(&out, "", 0);
	for (const char *s = folded; *s != '\0';) {
		size_t skip = 0;
		for (size_t i = 0; skip == 0 && i < sizeof(dropped) / sizeof(dropped[0]); i++)
			if (strncmp(s, dropped[i], strlen(dropped[i])) == 0)
				skip = strlen(dropped[i]);
		if (skip == 0)
			buf_add(&out, s, 1);
		s += skip > 0 ? skip : 1;
	}
	free(folded);
	return out.p;
}

enum remark remark_of(const char *cell)
{
	char *text = bare(cell);
	enum remark found = REMARK_NONE;

	for (size_t i = 0; found == REMARK_NONE && i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i].text);
		if (strncmp(text, words[i].text, n) == 0 && follows(words[i].follow, text + n))
			found = words[i].remark;
	}
	free(text);
	return found;
}
