/* fuzz: filings conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The register's forms: the first byte chooses the kind, the rest is the file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/value.h"
#include "filings/filing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char any[] = "*", user[] = "user", selfcheck[] = "selfcheck", provider[] = "provider";
static char name[] = "name", unit[] = "unit", operator_[] = "operator", domains[] = "domains", icp[] = "icp";
static char number[] = "number", appids[] = "appids", packages[] = "packages", bundles[] = "bundles";
static char nature[] = "nature", ips[] = "ips", djbh[] = "djbh", contact[] = "contact";
static char h_name[] = "应用名称", h_used[] = "所用应用", h_mobile[] = "移动应用名称", h_unit[] = "单位名称";
static char h_group[] = "主管单位-单位名称", h_domains[] = "域名", h_icp[] = "ICP备案号",
	    h_number[] = "备案号";
static char h_appid[] = "appid", h_package[] = "包名", h_bundle[] = "BundleID", h_nature[] = "使用性质";
static char h_ip[] = "IP", h_djbh[] = "等保备案号", h_contact[] = "联系人";

static struct alias rows[] = {
	{ any, name, h_name },       { any, name, h_used },         { any, name, h_mobile },
	{ user, name, h_used },      { selfcheck, name, h_mobile }, { provider, name, h_name },
	{ user, unit, h_unit },      { selfcheck, unit, h_unit },   { any, operator_, h_group },
	{ any, domains, h_domains }, { any, icp, h_icp },           { any, number, h_number },
	{ any, appids, h_appid },    { any, packages, h_package },  { any, bundles, h_bundle },
	{ any, nature, h_nature },   { user, nature, h_nature },    { any, ips, h_ip },
	{ any, djbh, h_djbh },       { any, contact, h_contact },
};

static const struct aliases table = { .entry = rows, .count = sizeof(rows) / sizeof(rows[0]) };

/* Every item of a list must be what its field promises. */
static void check_list(const char *list, bool (*valid)(const char *))
{
	char item[512];
	while (list && *list) {
		size_t n = strcspn(list, ",");
		if (n == 0)
			abort();
		if (n < sizeof(item)) {
			memcpy(item, list, n);
			item[n] = '\0';
			if (!valid(item))
				abort();
		}
		list += n + (list[n] == ',');
	}
}

/* A wildcard leads, or there is none. */
static bool is_domain(const char *s)
{
	if (strncmp(s, "*.", 2) == 0)
		s += 2;
	return strchr(s, '*') == NULL && strchr(s, '.') != NULL;
}

static void check_row(const struct filing *f)
{
	if (f->field[FILING_NAME] == NULL || f->row == 0)
		abort();
	for (size_t i = 0; i < FILING_FIELD_COUNT; i++)
		if (f->field[i] &&
		    (f->field[i][0] == '\0' || !text_is_utf8(f->field[i], strlen(f->field[i]))))
			abort();
	check_list(f->field[FILING_DOMAINS], is_domain);
	check_list(f->field[FILING_PACKAGES], value_package);
	check_list(f->field[FILING_BUNDLES], value_bundle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[CONF_ERROR_MAX] = "";
	struct filing_set s;

	if (size == 0)
		return 0;
	if (filings_read_csv(&s, data + 1, size - 1, (enum filing_kind)(data[0] % (FILING_KIND_COUNT + 1)),
			     &table, error) != 0 &&
	    error[0] == '\0')
		abort();
	for (size_t i = 0; i < s.count; i++)
		check_row(&s.row[i]);
	for (size_t i = 0; i < s.problem_count; i++)
		if (s.problem[i].reason == NULL || s.problem[i].row == 0)
			abort();
	filing_set_clear(&s);
	return 0;
}
