/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/record.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "conf/value.h"
#include "probes/literal.h"

enum { SURE = 95, OBJECTS_MAX = 8 /* assignments to cgiData that are looked into */ };

static const char gone[] =
	"该账号"; /* a nickname that begins so is the platform's word for a closed account */

struct reading {
	struct probe_facts *out;
	bool named, closed;
};

static void take_name(struct reading *r, const char *value, size_t n)
{
	if (n == 0)
		return;
	r->named = true;
	r->closed = n >= sizeof(gone) - 1 && memcmp(value, gone, sizeof(gone) - 1) == 0;
	if (!r->closed)
		probe_fact_note(r->out, FACT_APP_NAME, SURE, value, n, "微信小程序资料页", 24);
}

static void take_category(struct reading *r, const char *value, size_t n)
{
	probe_fact_note(r->out, FACT_APP_CATEGORY, SURE, value, n, "微信小程序资料页", 24);
}

/* "https://api.example.cn": the host. */
static void take_domain(struct reading *r, const char *value, size_t n)
{
	char host[PROBE_NAME_MAX];
	const char *sep = memmem(value, n, "://", 3), *s = sep ? sep + 3 : value;
	size_t len = 0, left = n - (size_t)(s - value);

	while (len < left && strchr(":/?#", s[len]) == NULL)
		len++;
	if (len == 0 || len >= sizeof(host))
		return;
	memcpy(host, s, len);
	host[len] = '\0';
	text_lower(host);
	if (value_domain(host))
		probe_fact_note(r->out, FACT_APP_DOMAIN, SURE, host, len, "微信小程序资料页", 24);
}

static const struct {
	const char *key;
	void (*take)(struct reading *r, const char *value, size_t n);
} members[] = {
	{ "nickname", take_name },
	{ "category_list.cate", take_category },
	{ "request_domain.item", take_domain },
};

static void take(void *arg, const char *key, const char *value, size_t n)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(key, members[i].key) == 0)
			members[i].take(arg, value, n);
}

/* Behind "cgiData": the object that is assigned to it, or NULL. */
static const char *object_of(const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n' || *s == '='))
		s++;
	return s < end && *s == '{' ? s : NULL;
}

bool record_facts(struct probe_facts *out, const char *page, size_t n, char remark[PROBE_NOTE_MAX])
{
	static const char name[] = "cgiData";
	struct reading r = { .out = out };
	const char *end = page + n, *at = page;

	for (int i = 0; i < OBJECTS_MAX && !r.named; i++) {
		const char *found = memmem(at, (size_t)(end - at), name, sizeof(name) - 1), *object;
		if (found == NULL)
			break;
		at = found + sizeof(name) - 1;
		object = object_of(at, end);
		if (object)
			literal_read(object, (size_t)(end - object), take, &r);
	}
	if (r.closed)
		snprintf(remark, PROBE_NOTE_MAX, "平台称该账号已不存在或已注销");
	return r.named;
}

static bool record_next(struct probe_run *run, struct probe_ask *ask)
{
	const struct probe_answer *a = run->answer;

	if (a == NULL)
		return probe_ask_base(run, ask);
	if (!probe_answered(run))
		return false;
	if (!record_facts(run->facts, (const char *)a->body, a->size, run->remark)) {
		run->outcome = PROBE_UNRECOGNISED;
		snprintf(run->remark, sizeof(run->remark), "资料页里没有 cgiData.nickname");
	}
	return false;
}

const struct probe probe_record = {
	.row = &probe_table[PROBE_ID_RECORD],
	.next = record_next,
};
