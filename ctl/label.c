/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/words.h"

static void add_safe(struct buf *out, const char *s, size_t n)
{
	char safe[4096];
	text_safe(safe, sizeof(safe), s, n);
	buf_puts(out, safe);
}

static void show_plain(struct buf *out, const json_t *v)
{
	if (json_is_string(v))
		add_safe(out, json_string_value(v), json_string_length(v));
	else if (json_is_integer(v))
		buf_printf(out, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		buf_printf(out, "%.2f", json_real_value(v));
	else if (json_is_boolean(v))
		buf_puts(out, json_is_true(v) ? "是" : "否");
}

static void show_list(struct buf *out, const json_t *v)
{
	size_t i;
	const json_t *item;

	if (!json_is_array(v)) {
		show_plain(out, v);
		return;
	}
	json_array_foreach(v, i, item)
	{
		buf_puts(out, i > 0 ? "、" : "");
		show_plain(out, item);
	}
}

static void show_time(struct buf *out, const json_t *v)
{
	struct tm tm = { 0 };
	char text[TEXT_TIME_MAX];
	const char *s = json_string_value(v);

	if (s == NULL || strptime(s, "%Y-%m-%dT%H:%M:%S", &tm) == NULL) {
		show_plain(out, v);
		return;
	}
	text_time_beijing(text, (int64_t)timegm(&tm) * 1000000);
	buf_puts(out, text);
}

static void show_words(struct buf *out, const json_t *v, void (*one)(struct buf *, const json_t *))
{
	const json_t *item;
	size_t i;

	if (!json_is_array(v))
		one(out, v);
	json_array_foreach(v, i, item)
	{
		buf_puts(out, i > 0 ? "、" : "");
		one(out, item);
	}
}

/* A word of base/words.h or a list of them; what is no such word is shown as it stands. */
#define SHOW_WORD(type)                                                                                      \
	static void show_one_##type(struct buf *out, const json_t *v)                                        \
	{                                                                                                    \
		enum type word;                                                                              \
		if (json_is_string(v) && type##_find(json_string_value(v), &word))                           \
			buf_puts(out, type##_zh(word));                                                      \
		else                                                                                         \
			show_plain(out, v);                                                                  \
	}                                                                                                    \
	static void show_##type(struct buf *out, const json_t *v) { show_words(out, v, show_one_##type); }

SHOW_WORD(subject_kind)
SHOW_WORD(via)
SHOW_WORD(app_status)
SHOW_WORD(severity)

static void show_state(struct buf *out, const json_t *v)
{
	static const struct {
		const char *word, *zh;
	} states[] = { { "open", "未解除" },    { "resolved", "已解除" }, { "active", "有效" },
		       { "undone", "已撤销" },  { "running", "进行中" },  { "complete", "完成" },
		       { "partial", "不完整" }, { "stopped", "已停" } };
	for (size_t i = 0; json_is_string(v) && i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(states[i].word, json_string_value(v)) == 0) {
			buf_puts(out, states[i].zh);
			return;
		}
	}
	show_plain(out, v);
}

/* `kind` is a subject's or a filing's: the two vocabularies share no word. */
static void show_kind(struct buf *out, const json_t *v)
{
	enum filing_kind filing;
	if (json_is_string(v) && filing_kind_find(json_string_value(v), &filing))
		buf_puts(out, filing_kind_zh(filing));
	else
		show_subject_kind(out, v);
}

static const struct label labels[] = {
	{ "added", "新增", show_plain },
	{ "alert", "预警编号", show_plain },
	{ "app", "应用编号", show_plain },
	{ "appids", "小程序/公众号", show_list },
	{ "by", "决定人", show_plain },
	{ "changed", "变更", show_plain },
	{ "charset", "编码", show_plain },
	{ "cites", "依据", show_list },
	{ "clients", "使用人数", show_plain },
	{ "column", "列", show_plain },
	{ "count", "次数", show_plain },
	{ "days", "天数", show_plain },
	{ "domains", "域名", show_list },
	{ "dry_run", "试运行", show_plain },
	{ "duty", "义务", show_plain },
	{ "facts", "事实", show_list },
	{ "file", "文件", show_plain },
	{ "findings", "问题", show_list },
	{ "first", "首次", show_time },
	{ "grade", "程度", show_plain },
	{ "import", "导入批次", show_plain },
	{ "keys", "相符的键", show_list },
	{ "kind", "类别", show_kind },
	{ "kinds", "类别", show_subject_kind },
	{ "last", "最近", show_time },
	{ "links", "关联", show_list },
	{ "matches", "备案比对", show_list },
	{ "members", "组成", show_list },
	{ "name", "名称", show_plain },
	{ "number", "备案号", show_plain },
	{ "operator", "主管/提供单位", show_plain },
	{ "packages", "安卓包名", show_list },
	{ "problem", "问题行", show_plain },
	{ "reason", "原因", show_plain },
	{ "refused", "未采纳", show_plain },
	{ "row", "行", show_plain },
	{ "rows", "行数", show_plain },
	{ "rule", "规则", show_plain },
	{ "score", "把握", show_plain },
	{ "severity", "级别", show_severity },
	{ "state", "状态", show_state },
	{ "status", "状态", show_app_status },
	{ "step", "步骤", show_plain },
	{ "steps", "判定过程", show_list },
	{ "subject", "观测对象", show_plain },
	{ "subjects", "观测对象", show_list },
	{ "text", "说明", show_plain },
	{ "tie", "归属理由", show_plain },
	{ "time", "时间", show_time },
	{ "title", "标题", show_plain },
	{ "unchanged", "未变", show_plain },
	{ "unit", "二级单位", show_plain },
	{ "via", "渠道", show_via },
};

static int compare(const void *key, const void *row) { return strcmp(key, ((const struct label *)row)->key); }

const struct label *label_find(const char *key)
{
	return bsearch(key, labels, sizeof(labels) / sizeof(labels[0]), sizeof(labels[0]), compare);
}

const char *label_zh(const char *key)
{
	const struct label *l = label_find(key);
	return l ? l->zh : key;
}

void label_show(struct buf *out, const char *key, const json_t *value)
{
	const struct label *l = label_find(key);
	(l ? l->show : show_list)(out, value);
}
