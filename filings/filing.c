/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/filing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "filings/set.h"

struct field {
	const char *name, *zh;
};

static const struct field fields[FILING_FIELD_COUNT] = {
	[FILING_NAME] = { "name", "应用名称" },
	[FILING_OPERATOR] = { "operator", "主管单位" },
	[FILING_DEVELOPER] = { "developer", "开发者" },
	[FILING_UNIT] = { "unit", "使用单位" },
	[FILING_NUMBER] = { "number", "教育App备案号" },
	[FILING_DOMAINS] = { "domains", "域名" },
	[FILING_IPS] = { "ips", "IP地址" },
	[FILING_ICP] = { "icp", "ICP备案号" },
	[FILING_DJBH] = { "djbh", "等级保护备案号" },
	[FILING_APPIDS] = { "appids", "小程序或公众号appid" },
	[FILING_PACKAGES] = { "packages", "安卓包名" },
	[FILING_BUNDLES] = { "bundles", "iOS bundle id" },
	[FILING_VERSION] = { "version", "版本号" },
	[FILING_PLATFORM] = { "platform", "应用平台" },
	[FILING_AUDIENCE] = { "audience", "使用对象" },
	[FILING_NATURE] = { "nature", "使用性质" },
	[FILING_COLLECTIVE] = { "collective", "是否集体决策" },
	[FILING_AGREEMENT] = { "agreement", "是否签订协议" },
	[FILING_DEPLOYMENT] = { "deployment", "部署" },
	[FILING_PERSONAL] = { "personal", "个人信息采集" },
	[FILING_CONTACT] = { "contact", "联系人" },
	[FILING_DATE] = { "date", "日期" },
	[FILING_CERT] = { "cert", "安全认证号" },
	[FILING_CATEGORY] = { "category", "功能类型" },
	[FILING_PERMISSIONS] = { "permissions", "获取的权限" },
};

const char *filing_field_name(enum filing_field f)
{
	return (unsigned)f < FILING_FIELD_COUNT ? fields[f].name : "?";
}

const char *filing_field_zh(enum filing_field f)
{
	return (unsigned)f < FILING_FIELD_COUNT ? fields[f].zh : "?";
}

bool filing_field_find(const char *name, enum filing_field *out)
{
	for (int i = 0; i < FILING_FIELD_COUNT; i++) {
		if (strcmp(fields[i].name, name) == 0) {
			*out = (enum filing_field)i;
			return true;
		}
	}
	return false;
}

/* The last problem stands for all that did not fit. */
static void problem_overflow(struct filing_set *s, bool fatal)
{
	struct filing_problem *last = &s->problem[s->problem_count - 1];
	char text[96];

	s->problem_more++;
	snprintf(text, sizeof(text), "另有 %zu 处问题没有逐一列出, 请先改正以上各处再导入", s->problem_more);
	free(last->reason);
	last->reason = xstrdup(text);
	last->fatal = last->fatal || fatal;
}

void filing_problem_add(struct filing_set *s, unsigned row, const char *column, const char *reason,
			bool fatal)
{
	struct filing_problem *p;

	if (s->problem_count > FILINGS_PROBLEMS_MAX) {
		problem_overflow(s, fatal);
		return;
	}
	s->problem = xgrow(s->problem, &s->problem_cap, s->problem_count + 1, sizeof(*s->problem));
	p = &s->problem[s->problem_count++];
	*p = (struct filing_problem){ .row = row, .reason = xstrdup(reason), .fatal = fatal };
	if (s->problem_count > FILINGS_PROBLEMS_MAX)
		problem_overflow(s, fatal);
	else
		p->column = column ? xstrdup(column) : NULL;
}

void filing_ignore_column(struct filing_set *s, const char *header)
{
	s->ignored_column =
		xgrow(s->ignored_column, &s->ignored_cap, s->ignored_count + 1, sizeof(*s->ignored_column));
	s->ignored_column[s->ignored_count++] = xstrdup(header);
}

void filing_add(struct filing_set *s, const struct filing *row)
{
	s->row = xgrow(s->row, &s->cap, s->count + 1, sizeof(*s->row));
	s->row[s->count++] = *row;
}

void filing_clear(struct filing *row)
{
	for (size_t i = 0; i < FILING_FIELD_COUNT; i++)
		free(row->field[i]);
	*row = (struct filing){ 0 };
}

void filing_set_clear(struct filing_set *s)
{
	for (size_t i = 0; i < s->count; i++)
		filing_clear(&s->row[i]);
	for (size_t i = 0; i < s->problem_count; i++) {
		free(s->problem[i].column);
		free(s->problem[i].reason);
	}
	for (size_t i = 0; i < s->ignored_count; i++)
		free(s->ignored_column[i]);
	free(s->row);
	free(s->problem);
	free(s->ignored_column);
	free(s->charset);
	*s = (struct filing_set){ 0 };
}
