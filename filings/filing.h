/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row of the register, as the forms of policy.md section 3 hold it, and what was wrong with
 * the rows that could not be read. Owned by the set; filing_set_clear() frees all.
 */
#ifndef FILINGS_FILING_H
#define FILINGS_FILING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "conf/data.h"

enum filing_field {
	FILING_NAME,      /* 应用名称 / 所用应用 / 移动应用名称: the key column, required */
	FILING_OPERATOR,  /* 主管单位 / 提供者 单位名称 */
	FILING_DEVELOPER, /* 开发者 单位名称, 开发公司 */
	FILING_UNIT,      /* 本校使用、填报的二级单位 */
	FILING_NUMBER,    /* 教育App备案号 */
	FILING_DOMAINS,   /* several separated by , ; 、 or white space; URL forms accepted */
	FILING_IPS,
	FILING_ICP,      /* ICP备案号 */
	FILING_DJBH,     /* 等级保护备案号 */
	FILING_APPIDS,   /* 小程序/公众号 appid, any platform */
	FILING_PACKAGES, /* 安卓包名 */
	FILING_BUNDLES,  /* iOS bundle id */
	FILING_VERSION,
	FILING_PLATFORM,
	FILING_AUDIENCE,
	FILING_NATURE,      /* 使用性质: 要求/推荐 */
	FILING_COLLECTIVE,  /* 是否集体决策 */
	FILING_AGREEMENT,   /* 是否签订协议/合同 */
	FILING_DEPLOYMENT,  /* 部署系统/部署位置 */
	FILING_PERSONAL,    /* 个人信息采集 */
	FILING_CONTACT,     /* kept out of alerts and JSON by default: personal data */
	FILING_DATE,        /* 填报/备案日期 */
	FILING_CERT,        /* 安全认证号 */
	FILING_CATEGORY,    /* 功能类型 */
	FILING_PERMISSIONS, /* 获取的权限 */
	FILING_FIELD_COUNT,
};

struct filing {
	/* UTF-8, trimmed; NULL when the form has no such column or the cell is empty. Lists (domains, ips,
	 * djbh, appids, packages, bundles) hold only well-formed items, domains without scheme, port and
	 * path, joined by ','. */
	char *field[FILING_FIELD_COUNT];
	unsigned row; /* as a spreadsheet numbers it: from 1, title, header and empty rows included */
};

/* A row or cell that was refused (row in: nothing of it is used) or doubtful (row kept). */
struct filing_problem {
	unsigned row;
	char *column; /* header text, or NULL when the whole row is meant */
	char *reason; /* Chinese, says what was expected */
	int fatal; /* 1: the row was not taken; 0: it was, without the bad value, or it repeats an earlier row
		    */
};

struct filing_set {
	enum filing_kind kind;
	char *charset; /* "UTF-8", "UTF-8 BOM", "GB18030", "UTF-16" */
	struct filing *row;
	size_t count, cap;
	struct filing_problem *problem;
	size_t problem_count, problem_cap;
	size_t problem_more;   /* problems beyond the most that are kept; the last one kept says so */
	char **ignored_column; /* header cells that no alias knows */
	size_t ignored_count, ignored_cap;
};

/* Heads the column of an export that says which form each row is of, as filing_kind_zh() writes it. */
#define FILINGS_KIND_HEADER "备案类别"

const char *filing_field_name(enum filing_field f); /* "name", "operator" ... */
const char *filing_field_zh(enum filing_field f);
bool filing_field_find(const char *name, enum filing_field *out);

/* 0, or -1 with one Chinese line in error and *out empty; what *out held before is overwritten.
 * Which form this is when the operator did not say; FILING_KIND_COUNT: let the header decide. */
int filings_read_csv(struct filing_set *out, const uint8_t *bytes, size_t n, enum filing_kind kind,
		     const struct aliases *aliases, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));
void filing_set_clear(struct filing_set *s);

#endif
