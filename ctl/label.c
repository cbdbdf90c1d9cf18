/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/words.h"
#include "policy/policy.h"
#include "probes/list.h"

static void add_safe(struct buf *out, const char *s, size_t n)
{
	size_t cap = n * 4 + 1; /* each byte may become \xHH */
	char *safe = xmalloc(cap);

	buf_add(out, safe, text_safe(safe, cap, s, n));
	free(safe);
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

/* Where zero stands for none. */
static void show_nonzero(struct buf *out, const json_t *v)
{
	if (!json_is_integer(v) || json_integer_value(v) != 0)
		show_plain(out, v);
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
SHOW_WORD(detail)
SHOW_WORD(fact)
SHOW_WORD(probe_outcome)

/* Words that stand in no enumeration. */
static void show_one_word(struct buf *out, const json_t *v)
{
	static const struct {
		const char *word, *zh;
	} words[] = {
		{ "open", "未解除" },      { "resolved", "已解除" },   { "active", "有效" },
		{ "undone", "已撤销" },    { "running", "进行中" },    { "complete", "完成" },
		{ "exact", "一致" },       { "probable", "疑似" },     { "none", "不一致" },
		{ "domain", "域名" },      { "appid", "appid" },       { "package", "安卓包名" },
		{ "bundle", "苹果包名" },  { "number", "备案号" },     { "name", "名称" },
		{ "exempt", "豁免" },      { "unexempt", "取消豁免" }, { "education", "教育应用" },
		{ "ok", "正常" },          { "added", "新增" },        { "changed", "变更" },
		{ "unchanged", "未变" },   { "on", "启用" },           { "off", "未启用" },
		{ "paused", "已暂停" },    { "waiting", "等待" },      { "ready", "到期" },
		{ "handed", "已发出" },    { "unwanted", "不再需要" }, { "plan", "计划" },
		{ "fact", "由事实引出" },  { "person", "人工" },       { "asked-to-wait", "对方要求等待" },
		{ "failing", "屡次失败" }, { "down", "没有运行" },
	};
	for (size_t i = 0; json_is_string(v) && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, json_string_value(v)) == 0) {
			buf_puts(out, words[i].zh);
			return;
		}
	}
	show_plain(out, v);
}

static void show_word(struct buf *out, const json_t *v) { show_words(out, v, show_one_word); }

static bool step_is_among(const char *words, const char *word)
{
	for (size_t n; *words != '\0'; words += n + 1) {
		n = strcspn(words, " ");
		if (words[n - 1] == '*' ? strncmp(words, word, n - 1) == 0
					: strlen(word) == n && strncmp(words, word, n) == 0)
			return true;
	}
	return false;
}

/* The stage of the judgement that a step belongs to; what it found stands in its text. */
static void show_step(struct buf *out, const json_t *v)
{
	static const struct {
		const char *zh,
			*words; /* each word ends with a space; one with '*' stands for all that begin so */
	} stages[] = {
		{ "归组", "member group-* tie-* learnt-apart shared-host portal not-exclusive not-governed "
			  "campus-proxy no-app ech-outer " },
		{ "教育属性", "decision-education catalog register campus-suffix campus-server campus-tenant "
			      "education-rule speaks-to record-domain unfocused nobody undecided " },
		{ "探测所见", "learnt " },
		{ "豁免", "exempt exempt-center decision-exempt " },
		{ "口径", "in-scope scope-kind scope-audience " },
		{ "备案比对", "match-* near-miss part-filed beside-filed selfcheck-only " },
		{ "责任单位", "unit " },
		{ "状态", "status " },
		{ "阈值", "threshold below-threshold asked-only dns-only " },
		{ "规则", "rule rule-missing drift-* stale " },
		{ "预警", "alert " },
	};
	const char *word = json_string_value(v);

	for (size_t i = 0; word != NULL && i < sizeof(stages) / sizeof(stages[0]); i++) {
		if (step_is_among(stages[i].words, word)) {
			buf_puts(out, stages[i].zh);
			return;
		}
	}
	show_plain(out, v);
}

static void show_tie(struct buf *out, const json_t *v)
{
	for (int t = 0; json_is_string(v) && t < TIE_COUNT; t++) {
		if (strcmp(tie_name((enum tie)t), json_string_value(v)) == 0) {
			buf_puts(out, tie_zh((enum tie)t));
			return;
		}
	}
	show_plain(out, v);
}

static void show_probe(struct buf *out, const json_t *v)
{
	const struct probe_row *p = json_is_string(v) ? probe_row_find(json_string_value(v)) : NULL;

	if (p != NULL)
		buf_add(out, p->zh, strcspn(p->zh, ":")); /* what it asks for in detail is for longer texts */
	else
		show_plain(out, v);
}

/* A channel, a list of them, or how many messages came through each. */
static void show_channels(struct buf *out, const json_t *v)
{
	const char *key;
	json_t *count;
	bool first = true;

	if (!json_is_object(v)) {
		show_via(out, v);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)v, key, count)
	{
		enum via via;
		buf_printf(out, "%s%s ", first ? "" : "、", via_find(key, &via) ? via_zh(via) : "?");
		show_plain(out, count);
		first = false;
	}
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
	{ "age_days", "距今天数", show_plain },
	{ "agreement", "协议", show_plain },
	{ "alert", "预警编号", show_plain },
	{ "alerts_open", "未解除预警", show_plain },
	{ "alerts_resolved", "已解除预警", show_plain },
	{ "answered", "已答", show_plain },
	{ "app", "应用编号", show_plain },
	{ "appids", "小程序/公众号", show_list },
	{ "apps", "应用", show_plain },
	{ "asked", "会问", show_plain },
	{ "attempts", "次数", show_plain },
	{ "audience", "使用对象", show_plain },
	{ "backup", "备份", show_plain },
	{ "begun", "开始", show_time },
	{ "budget", "预算", show_plain },
	{ "bundles", "苹果包名", show_list },
	{ "by", "决定人", show_plain },
	{ "bytes", "字节", show_plain },
	{ "category", "功能类型", show_plain },
	{ "cert", "安全认证号", show_plain },
	{ "change", "变化", show_word },
	{ "changed", "变更", show_plain },
	{ "charset", "编码", show_plain },
	{ "cites", "依据", show_list },
	{ "clients", "使用人数", show_plain },
	{ "collective", "集体决策", show_plain },
	{ "column", "列", show_plain },
	{ "confidence", "可信度(%)", show_plain },
	{ "contact", "联系人", show_plain },
	{ "count", "次数", show_plain },
	{ "counter", "计数", show_plain },
	{ "counters", "计数", show_plain },
	{ "current", "现行", show_plain },
	{ "database", "数据库", show_plain },
	{ "date", "日期", show_plain },
	{ "day", "日期", show_plain },
	{ "days", "天数", show_plain },
	{ "decided", "人工决定", show_plain },
	{ "decision", "决定", show_word },
	{ "decisions", "决定", show_plain },
	{ "delivered", "已送达", show_plain },
	{ "deployment", "部署", show_plain },
	{ "derived", "判定结果", show_plain },
	{ "details", "线索", show_list },
	{ "details_more", "未列出的线索", show_plain },
	{ "developer", "开发者", show_plain },
	{ "digest", "校验摘要", show_plain },
	{ "djbh", "等保备案号", show_plain },
	{ "domains", "域名", show_list },
	{ "done", "成功", show_time },
	{ "dry_run", "试运行", show_plain },
	{ "due", "待研判", show_plain },
	{ "duty", "义务", show_plain },
	{ "ech_outer", "只作ECH外层名称的问候", show_plain },
	{ "error", "最近错误", show_plain },
	{ "evidence", "立案时的证据", show_plain },
	{ "exempt", "豁免", show_plain },
	{ "expected", "应完成", show_plain },
	{ "fact", "事实", show_fact },
	{ "facts", "事实", show_list },
	{ "facts_more", "未列出的事实", show_plain },
	{ "failed", "失败", show_plain },
	{ "failures", "连续失败", show_plain },
	{ "failures_in_a_row", "连续失败", show_plain },
	{ "file", "文件", show_plain },
	{ "filed", "备案登记", show_plain },
	{ "filing", "备案编号", show_plain },
	{ "filings", "备案", show_plain },
	{ "finding", "问题编号", show_plain },
	{ "findings", "问题", show_list },
	{ "first", "首次", show_time },
	{ "fresh", "从未问过", show_plain },
	{ "from", "自", show_plain },
	{ "generation", "研判次数", show_plain },
	{ "gone", "消失于", show_time },
	{ "grade", "程度", show_word },
	{ "handed", "已发出", show_plain },
	{ "held", "暂不打扰", show_plain },
	{ "held_total", "暂不打扰的主机", show_plain },
	{ "host_seconds", "同一主机间隔(秒)", show_plain },
	{ "hours", "时段", show_plain },
	{ "http", "HTTP状态", show_nonzero },
	{ "icp", "ICP备案号", show_plain },
	{ "ignored_columns", "未识别的列", show_list },
	{ "import", "导入批次", show_plain },
	{ "imports", "导入", show_plain },
	{ "in_flight", "在途", show_plain },
	{ "integrity", "完整性", show_word },
	{ "ips", "IP地址", show_list },
	{ "job", "任务", show_plain },
	{ "jobs", "任务", show_plain },
	{ "judgement", "研判", show_plain },
	{ "kept", "保留", show_plain },
	{ "keys", "相符的键", show_word },
	{ "kind", "类别", show_kind },
	{ "kinds", "类别", show_subject_kind },
	{ "last", "最近", show_time },
	{ "last_import", "最近导入", show_plain },
	{ "links", "关联", show_list },
	{ "listed", "列出(全部: --all)", show_plain },
	{ "lost", "中断", show_plain },
	{ "manners", "探测进程计数", show_plain },
	{ "matches", "备案比对", show_list },
	{ "members", "组成", show_list },
	{ "members_more", "未列出的成员", show_plain },
	{ "messages", "报文", show_plain },
	{ "method", "方法", show_plain },
	{ "most_jobs", "任务上限", show_plain },
	{ "name", "名称", show_plain },
	{ "nature", "使用性质", show_plain },
	{ "net_minute", "同一网段每分钟", show_plain },
	{ "next", "下次", show_time },
	{ "note", "旁证", show_plain },
	{ "number", "备案号", show_plain },
	{ "observations", "观测", show_plain },
	{ "observed", "观测", show_plain },
	{ "on", "启用", show_plain },
	{ "operator", "主管/提供单位", show_plain },
	{ "origin", "来由", show_word },
	{ "out-of-scope", "不在范围", show_plain },
	{ "outbox", "待发预警", show_plain },
	{ "outcome", "结果", show_probe_outcome },
	{ "packages", "安卓包名", show_list },
	{ "path", "路径", show_plain },
	{ "pending", "待送", show_plain },
	{ "per_day", "每日", show_plain },
	{ "per_second", "每秒", show_plain },
	{ "permissions", "获取的权限", show_plain },
	{ "personal", "个人信息", show_plain },
	{ "pid", "进程号", show_plain },
	{ "platform", "平台", show_plain },
	{ "poison", "一再使探测进程中断", show_plain },
	{ "probable", "疑似已备案", show_plain },
	{ "probe", "探测", show_probe },
	{ "probe_counters", "探测计数", show_plain },
	{ "probe_runs", "探测结局", show_plain },
	{ "probes", "探测", show_plain },
	{ "probing", "探测", show_word },
	{ "problem", "问题行", show_plain },
	{ "process", "进程", show_plain },
	{ "profile", "口径", show_plain },
	{ "progress", "最近进展", show_time },
	{ "ready", "到期", show_plain },
	{ "reason", "原因", show_word },
	{ "refusal", "不问的原因", show_probe_outcome },
	{ "refused", "未采纳", show_plain },
	{ "remark", "备注", show_plain },
	{ "repeated", "同一文件已导入", show_plain },
	{ "resolution", "解除原因", show_plain },
	{ "restarts", "重启次数", show_plain },
	{ "robots", "先读robots.txt", show_plain },
	{ "row", "行", show_plain },
	{ "rows", "行数", show_plain },
	{ "rule", "规则", show_plain },
	{ "runs", "各次结局", show_plain },
	{ "schema", "库结构版本", show_plain },
	{ "school", "学校", show_plain },
	{ "scope", "可到的域名", show_list },
	{ "score", "把握", show_plain },
	{ "servers", "服务器", show_list },
	{ "severity", "级别", show_severity },
	{ "sha256", "SHA-256", show_plain },
	{ "shortage", "本机资源或网络不足", show_plain },
	{ "since", "暂停自", show_time },
	{ "sink", "去向", show_plain },
	{ "source", "来源", show_plain },
	{ "sources", "来源", show_plain },
	{ "state", "状态", show_word },
	{ "status", "状态", show_app_status },
	{ "step", "步骤", show_step },
	{ "steps", "判定过程", show_list },
	{ "subject", "观测对象", show_plain },
	{ "subjects", "观测对象", show_list },
	{ "suffix_list", "公共后缀表", show_plain },
	{ "target", "网址", show_plain },
	{ "text", "说明", show_plain },
	{ "tie", "归属理由", show_tie },
	{ "time", "时间", show_time },
	{ "title", "标题", show_plain },
	{ "to", "至", show_plain },
	{ "transcript", "过程", show_plain },
	{ "transcript_of", "任务", show_plain },
	{ "transfers", "同时请求", show_plain },
	{ "tried", "上次", show_time },
	{ "type", "种类", show_detail },
	{ "unasked", "不问", show_plain },
	{ "unchanged", "未变", show_plain },
	{ "undecided", "未判定", show_plain },
	{ "unfiled", "疑似未备案", show_plain },
	{ "unit", "二级单位", show_plain },
	{ "until", "到", show_time },
	{ "up_seconds", "运行秒数", show_plain },
	{ "url", "网址", show_plain },
	{ "value", "值", show_plain },
	{ "version", "版本", show_plain },
	{ "via", "渠道", show_channels },
	{ "wanted", "需要", show_plain },
	{ "why", "缘由", show_plain },
	{ "windows", "窗口", show_plain },
};

void label_show_value(struct buf *out, const char *type, const json_t *value)
{
	const char *s = json_string_value(value), *zh = s;
	enum fact f = FACT_COUNT;

	if (s != NULL && fact_find(type, &f))
		zh = fact_value_zh(f, s);
	else if (s != NULL && strcmp(type, detail_name(DETAIL_ECH)) == 0)
		zh = strcmp(s, "outer") == 0 ? "外层名称" : "可能只是掩护(GREASE)";
	if (zh != s)
		buf_puts(out, zh);
	else if (f == FACT_CERT_FROM || f == FACT_CERT_UNTIL || f == FACT_APP_UPDATED)
		show_time(out, value);
	else
		show_list(out, value);
}

const struct label *label_at(size_t i) { return i < sizeof(labels) / sizeof(labels[0]) ? &labels[i] : NULL; }

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
