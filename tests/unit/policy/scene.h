/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small campus to judge: rows of the data tables as text, subjects, links, filings and decisions added by
 * one call each, and questions about what came out. All names are invented but for catalogue rows.
 */
#ifndef TESTS_UNIT_POLICY_SCENE_H
#define TESTS_UNIT_POLICY_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "conf/tables.h"
#include "policy/policy.h"

enum { SCENE_MAX = 64 };

#define MINI_A "wxaaaaaaaaaaaaaaaa"
#define MINI_B "wxbbbbbbbbbbbbbbbb"
#define DAY    INT64_C(20000)

struct scene {
	struct conf conf;
	struct data data;
	struct policy_subject subject[SCENE_MAX];
	int64_t day_list[SCENE_MAX][4];
	struct sketch five; /* the clients of every subject unless changed */
	struct policy_link link[SCENE_MAX];
	struct policy_filing filing[SCENE_MAX];
	struct policy_decision decision[SCENE_MAX];
	struct policy_fact fact[SCENE_MAX];
	struct policy_input in;
	struct judgement out;
	bool judged;
};

static inline void scene_table(struct scene *s, const char *file, const char *text)
{
	char error[CONF_ERROR_MAX] = "";
	const struct data_table *t = data_table_find(file);

	assert_non_null(t);
	if (data_parse(&s->data, t, file, text, strlen(text), error) != 0)
		fail_msg("%s", error);
}

static inline void scene_tables(struct scene *s)
{
	scene_table(s, "catalog.tsv",
		    "product\toperator\tcategory\taudience\taudience_"
		    "class\tdomains\tpackages\tbundles\tappids\tsource\n"
		    "学习通/超星泛雅\t超星\t学习类\t本专科生\thigher\tchaoxing.com,xuexi365.com\t"
		    "com.chaoxing.mobile\tcom.ssreader.ChaoXingStudy\t\ts\n"
		    "腾讯微校\t腾讯\t管理服务类\t本专科生\thigher\tweixiao.qq.com\t\t\t\ts\n"
		    "我在校园\t我在校园\t管理服务类\t本专科生\thigher\twozaixiaoyuan."
		    "com\t\t\twxce6d08f781975d91\ts\n"
		    "某中小学作业\t甲\t学习类\t中小学生\tk12\tzuoye-k12.com\tcom.k12.zuoye\t\t\ts\n"
		    "云班课(蓝墨云)\t蓝墨\t学习类\t本专科生\tall\tmosoteach.cn\t\t\t\ts\n");
	scene_table(s, "exempt.tsv",
		    "kind\tname\tproduct\treason\tcontainer\n"
		    "host\tqq.com\tQQ\t通用社交工具\tno\n"
		    "host\ttool.example.net\t某工具\t通用工具\tno\n"
		    "host\tstatus.mosoteach.cn\t状态页\t不是应用\tno\n"
		    "android-package\tcom.tencent.mm\t微信\t宿主\tyes\n"
		    "android-package\tcom.tencent.wemeet.app\t腾讯会议\t通用会议工具\tno\n");
	scene_table(s, "profiles.tsv",
		    "name\ttitle\tkinds\taudiences\texempt_center\tmin_clients\tmin_days\tbasis\n"
		    "hnust\t甲\t*\thigher,all\tyes\t3\t1\t甲文号\n"
		    "xust\t乙\thost,android-package,ios-bundle\thigher,all\tno\t3\t1\t乙文号\n");
	scene_table(s, "rules.tsv",
		    "id\tprofile\tseverity\ttitle\tcites\tduty\n"
		    "R01\t*\thigh\t疑似未备案,待核: {app}\t文号一 三(二),文号二\t应完成提供者备案\n"
		    "R12\t*\tlow\t疑似半年未更新: {app}\t文号一\t应整合或关停\n"
		    "R14\txust\tlow\t备案信息疑似已变更: {app}\t文号一\t应及时更新\n");
	scene_table(s, "education.tsv",
		    "id\tkind\tpattern\treason\n"
		    "smart\thost\t.smartedu.cn\t统一后缀\n"
		    "jwxt\thost\tjwxt.*\t教务系统\n"
		    "pkg\tandroid-package\tcn.edu.\t学校包名\n");
}

/* `n` clients, the first of them numbered `from`. */
static inline void scene_clients(struct sketch *out, uint64_t from, uint64_t n)
{
	sketch_init(out);
	for (uint64_t i = from; i < from + n; i++)
		sketch_add(out, (i + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

static inline struct scene *scene_new(const char *profile)
{
	struct scene *s = xcalloc(1, sizeof(*s));

	conf_init(&s->conf);
	s->conf.campus.domains.item[s->conf.campus.domains.count++] = xstrdup("hnust.edu.cn");
	s->conf.campus.labels.item[s->conf.campus.labels.count++] = xstrdup("hnust");
	scene_tables(s);
	s->in = (struct policy_input){
		.subject = s->subject,
		.link = s->link,
		.filing = s->filing,
		.decision = s->decision,
		.fact = s->fact,
		.conf = &s->conf,
		.data = &s->data,
		.profile = data_profile(&s->data, profile),
	};
	assert_non_null(s->in.profile);
	scene_clients(&s->five, 0, 5);
	return s;
}

static inline void scene_free(struct scene *s)
{
	for (size_t i = 0; i < s->in.filing_count; i++) {
		free(s->filing[i].domains.item);
		free(s->filing[i].appids.item);
		free(s->filing[i].packages.item);
		free(s->filing[i].bundles.item);
	}
	judgement_clear(&s->out);
	data_clear(&s->data);
	conf_clear(&s->conf);
	free(s);
}

/* Index of the subject; it has 5 clients on one day unless changed. */
static inline size_t scene_see(struct scene *s, enum subject_kind kind, const char *name)
{
	size_t i = s->in.subject_count++;
	enum via via = kind == SUBJECT_HOST ? VIA_TLS : VIA_HTTP_REFERER;

	assert_true(i < SCENE_MAX);
	s->day_list[i][0] = DAY;
	s->subject[i] = (struct policy_subject){
		.id = (int64_t)i + 1,
		.kind = kind,
		.name = name,
		.count = 10,
		.clients = 5,
		.sketch = &s->five,
		.connect_sketch = kind == SUBJECT_HOST ? &s->five : NULL,
		.days = 1,
		.day_list = s->day_list[i],
		.first = 100,
		.last = 200,
	};
	s->subject[i].count_via[via] = 10;
	return i;
}

static inline size_t scene_host(struct scene *s, const char *name)
{
	return scene_see(s, SUBJECT_HOST, name);
}

static inline void scene_link(struct scene *s, size_t from, size_t to, uint64_t count)
{
	assert_true(s->in.link_count < SCENE_MAX);
	s->link[s->in.link_count++] = (struct policy_link){ .from = from, .to = to, .count = count };
}

static inline struct policy_filing *scene_filing(struct scene *s, enum filing_kind kind, const char *name)
{
	struct policy_filing *f = &s->filing[s->in.filing_count++];

	assert_true(s->in.filing_count <= SCENE_MAX);
	*f = (struct policy_filing){ .id = (int64_t)s->in.filing_count, .kind = kind, .name = name };
	return f;
}

/* One more item in a list of a filing. */
static inline void scene_key(struct data_list *list, const char *text)
{
	list->item = xrealloc(list->item, (list->count + 1) * sizeof(*list->item));
	memcpy(&list->item[list->count++], &text, sizeof(text));
}

/* The most common filing: a provider's, with one domain. */
static inline struct policy_filing *scene_provider(struct scene *s, const char *name, const char *domain)
{
	struct policy_filing *f = scene_filing(s, FILING_PROVIDER, name);
	scene_key(&f->domains, domain);
	return f;
}

static inline void scene_decide(struct scene *s, enum decision_kind decision, enum subject_kind kind,
				const char *name)
{
	s->decision[s->in.decision_count++] = (struct policy_decision){
		.decision = decision, .kind = kind, .name = name, .reason = "理由", .by = "某人"
	};
}

/* What a probe learnt, certainly, on DAY; added in the order of the subjects. */
static inline struct policy_fact *scene_fact(struct scene *s, size_t subject, enum fact type,
					     const char *value, const char *note)
{
	struct policy_fact *f = &s->fact[s->in.fact_count++];

	assert_true(s->in.fact_count <= SCENE_MAX);
	assert_true(f == s->fact || f[-1].subject <= subject);
	*f = (struct policy_fact){ .subject = subject,
				   .type = type,
				   .value = value,
				   .note = note,
				   .confidence = 95,
				   .first = DAY * 86400000000,
				   .last = DAY * 86400000000 };
	return f;
}

/* Seen for so many days. */
static inline void scene_standing(struct policy_fact *f, int64_t days)
{
	f->first = f->last - days * INT64_C(86400000000);
}

/* Judges anew. */
static inline void scene_judge(struct scene *s)
{
	judgement_clear(&s->out);
	policy_judge(&s->in, &s->out);
	s->judged = true;
}

static inline const struct app *scene_app(struct scene *s, const char *key)
{
	if (!s->judged)
		scene_judge(s);
	for (size_t i = 0; i < s->out.count; i++) {
		if (strcmp(s->out.app[i].key, key) == 0)
			return &s->out.app[i];
	}
	return NULL;
}

static inline enum app_status scene_status(struct scene *s, const char *key)
{
	const struct app *a = scene_app(s, key);
	if (a == NULL)
		fail_msg("no app %s", key);
	return a->status;
}

static inline size_t scene_findings(struct scene *s, const char *key)
{
	const struct app *a = scene_app(s, key);
	return a ? a->finding_count : 0;
}

/* Text of the first step with this word; NULL: none. */
static inline const char *scene_step(struct scene *s, const char *key, const char *word)
{
	const struct app *a = scene_app(s, key);
	for (size_t i = 0; a != NULL && i < a->step_count; i++) {
		if (strcmp(a->step[i].word, word) == 0)
			return a->step[i].text;
	}
	return NULL;
}

/* Key of the app that holds the subject; NULL: none. */
static inline const char *scene_home(struct scene *s, size_t subject)
{
	size_t at;
	if (!s->judged)
		scene_judge(s);
	at = s->out.app_of_subject[subject];
	return at == SIZE_MAX ? NULL : s->out.app[at].key;
}

static inline enum tie scene_tie(struct scene *s, size_t subject)
{
	const struct app *a = scene_app(s, scene_home(s, subject));
	for (size_t i = 0; a != NULL && i < a->member_count; i++) {
		if (a->member[i].subject == subject)
			return a->member[i].tie;
	}
	return TIE_COUNT;
}

#endif
