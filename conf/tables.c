/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/tables.h"

#include <string.h>

#include "base/buf.h"
#include "conf/condition.h"
#include "conf/value.h"

#define COUNT(table) (sizeof(table) / sizeof(table[0]))

static char *complain(const char *what, const char *value)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s「%s」", what, value);
	return b.p;
}

static bool one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

static bool audience_class(const char *s)
{
	static const char *const words[] = { "higher", "k12", "exam", "all", NULL };
	return one_of(s, words);
}

static bool form(const char *s)
{
	enum filing_kind k;
	return strcmp(s, "*") == 0 || filing_kind_find(s, &k);
}

/* WeChat: fingerprints A1, wx and 16 hexadecimal digits. */
static bool wechat_appid(const char *s)
{
	return strlen(s) == 18 && strncmp(s, "wx", 2) == 0 && strspn(s + 2, "0123456789abcdef") == 16;
}

static bool profile_name(const char *s) { return strcmp(s, "*") == 0 || value_word(s); }

/* -- catalog.tsv ---------------------------------------------------------------------------------- */

static const struct data_column catalog_columns[] = {
	{ "product", DATA_TEXT, offsetof(struct catalog_entry, product), true, NULL, NULL },
	{ "operator", DATA_TEXT, offsetof(struct catalog_entry, operator), true, NULL, NULL },
	{ "category", DATA_TEXT, offsetof(struct catalog_entry, category), true, NULL, NULL },
	{ "audience", DATA_TEXT, offsetof(struct catalog_entry, audience), true, NULL, NULL },
	{ "audience_class", DATA_TEXT, offsetof(struct catalog_entry, audience_class), true, audience_class,
	  " higher, k12, exam 或 all" },
	{ "domains", DATA_LIST, offsetof(struct catalog_entry, domains), false, value_domain, "小写域名" },
	{ "packages", DATA_LIST, offsetof(struct catalog_entry, packages), false, value_package, "安卓包名" },
	{ "bundles", DATA_LIST, offsetof(struct catalog_entry, bundles), false, value_bundle,
	  "iOS bundle id" },
	{ "appids", DATA_LIST, offsetof(struct catalog_entry, appids), false, wechat_appid,
	  "微信 appid(wx 加 16 位小写十六进制)" },
	{ "source", DATA_TEXT, offsetof(struct catalog_entry, source), true, NULL, NULL },
};

static const char *shared_item(const struct data_list *a, const struct data_list *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (strcmp(a->item[i], b->item[j]) == 0)
				return a->item[i];
	return NULL;
}

/* What two products claim names neither. */
static char *check_catalog(const void *entries, size_t at, const char **column)
{
	const struct catalog_entry *e = entries, *last = &e[at];
	const char *twice = NULL;

	if (last->domains.count + last->packages.count + last->bundles.count + last->appids.count == 0)
		return complain("没有任何域名、包名或 appid: ", last->product);
	for (size_t i = 0; i < at && twice == NULL; i++) {
		const struct data_list *mine[] = { &last->domains, &last->packages, &last->bundles,
						   &last->appids };
		const struct data_list *old[] = { &e[i].domains, &e[i].packages, &e[i].bundles,
						  &e[i].appids };
		static const char *const names[] = { "domains", "packages", "bundles", "appids" };
		for (size_t k = 0; k < COUNT(mine) && twice == NULL; k++) {
			twice = shared_item(mine[k], old[k]);
			*column = names[k];
		}
	}
	return twice ? complain("已属于前面的另一产品: ", twice) : NULL;
}

/* -- exempt.tsv ------------------------------------------------------------------------------------- */

static const struct data_column exempt_columns[] = {
	{ "kind", DATA_KIND, offsetof(struct exempt_entry, kind), true, NULL, NULL },
	{ "name", DATA_TEXT, offsetof(struct exempt_entry, name), true, NULL, NULL },
	{ "product", DATA_TEXT, offsetof(struct exempt_entry, product), true, NULL, NULL },
	{ "reason", DATA_TEXT, offsetof(struct exempt_entry, reason), true, NULL, NULL },
	{ "container", DATA_YES, offsetof(struct exempt_entry, container), false, NULL, NULL },
};

static bool subject_name(enum subject_kind kind, const char *name)
{
	switch (kind) {
	case SUBJECT_HOST:
		return value_domain(name);
	case SUBJECT_ANDROID_PACKAGE:
		return value_package(name);
	case SUBJECT_IOS_BUNDLE:
		return value_bundle(name);
	default:
		return value_word(name);
	}
}

static char *check_exempt(const void *entries, size_t at, const char **column)
{
	const struct exempt_entry *e = entries;

	*column = "name";
	if (!subject_name(e[at].kind, e[at].name))
		return complain("不是这个种类的标识: ", e[at].name);
	for (size_t i = 0; i < at; i++)
		if (e[i].kind == e[at].kind && strcmp(e[i].name, e[at].name) == 0)
			return complain("前面已有一行: ", e[at].name);
	return NULL;
}

/* -- profiles.tsv, rules.tsv --------------------------------------------------------------------------- */

static const struct data_column profile_columns[] = {
	{ "name", DATA_TEXT, offsetof(struct profile, name), true, value_word, "字母、数字、连字符" },
	{ "title", DATA_TEXT, offsetof(struct profile, title), true, NULL, NULL },
	{ "kinds", DATA_KINDS, offsetof(struct profile, kinds), true, NULL, NULL },
	{ "audiences", DATA_LIST, offsetof(struct profile, audiences), true, audience_class,
	  " higher, k12, exam 或 all" },
	{ "exempt_center", DATA_YES, offsetof(struct profile, exempt_center), true, NULL, NULL },
	{ "min_clients", DATA_NUMBER, offsetof(struct profile, min_clients), true, NULL, NULL },
	{ "min_days", DATA_NUMBER, offsetof(struct profile, min_days), true, NULL, NULL },
	{ "basis", DATA_TEXT, offsetof(struct profile, basis), true, NULL, NULL },
};

static char *check_profile(const void *entries, size_t at, const char **column)
{
	const struct profile *e = entries;

	*column = "name";
	for (size_t i = 0; i < at; i++)
		if (strcmp(e[i].name, e[at].name) == 0)
			return complain("前面已有一行: ", e[at].name);
	return NULL;
}

static const struct data_column rule_columns[] = {
	{ "id", DATA_TEXT, offsetof(struct rule, id), true, value_word, "规则编号, 如 R01" },
	{ "profile", DATA_TEXT, offsetof(struct rule, profile), true, profile_name, "口径名或 *" },
	{ "severity", DATA_SEVERITY, offsetof(struct rule, severity), true, NULL, NULL },
	{ "title", DATA_TEXT, offsetof(struct rule, title), true, NULL, NULL },
	{ "cites", DATA_LIST, offsetof(struct rule, cites), true, NULL, NULL },
	{ "duty", DATA_TEXT, offsetof(struct rule, duty), true, NULL, NULL },
};

static char *check_rule(const void *entries, size_t at, const char **column)
{
	const struct rule *e = entries;

	*column = "title";
	if (strstr(e[at].title, "{app}") == NULL)
		return complain("里面要有 {app}: ", e[at].title);
	*column = "profile";
	for (size_t i = 0; i < at; i++)
		if (strcmp(e[i].id, e[at].id) == 0 && strcmp(e[i].profile, e[at].profile) == 0)
			return complain("这条规则前面已有这个口径: ", e[at].profile);
	return NULL;
}

/* -- identifiers.tsv, aliases.tsv, education.tsv -----------------------------------------------------------
 */

static const struct data_column identifier_columns[] = {
	{ "id", DATA_TEXT, offsetof(struct identifier, id), true, value_word, "字母、数字、连字符" },
	{ "kind", DATA_KIND, offsetof(struct identifier, kind), true, NULL, NULL },
	{ "via", DATA_VIA, offsetof(struct identifier, via), true, NULL, NULL },
	{ "pattern", DATA_TEXT, offsetof(struct identifier, pattern), true, NULL, NULL },
	{ "tie", DATA_YES, offsetof(struct identifier, tie), false, NULL, NULL },
	{ "stops", DATA_TEXT, offsetof(struct identifier, stops), false, NULL, NULL },
	{ "source", DATA_TEXT, offsetof(struct identifier, source), true, NULL, NULL },
};

static char *check_identifier(const void *entries, size_t at, const char **column)
{
	const struct identifier *e = entries;

	*column = "id";
	for (size_t i = 0; i < at; i++)
		if (strcmp(e[i].id, e[at].id) == 0)
			return complain("前面已有一行: ", e[at].id);
	return NULL;
}

static const struct data_column alias_columns[] = {
	{ "form", DATA_TEXT, offsetof(struct alias, form), true, form, " provider, user, selfcheck 或 *" },
	{ "field", DATA_TEXT, offsetof(struct alias, field), true, value_word, "字段名, 如 name, domains" },
	{ "header", DATA_TEXT, offsetof(struct alias, header), true, NULL, NULL },
};

static char *check_alias(const void *entries, size_t at, const char **column)
{
	const struct alias *e = entries;

	*column = "header";
	for (size_t i = 0; i < at; i++)
		if (strcmp(e[i].form, e[at].form) == 0 && strcmp(e[i].header, e[at].header) == 0)
			return complain("这张表前面已有这个列名: ", e[at].header);
	return NULL;
}

static const struct data_column education_columns[] = {
	{ "id", DATA_TEXT, offsetof(struct education_rule, id), true, value_word, "字母、数字、连字符" },
	{ "kind", DATA_KIND, offsetof(struct education_rule, kind), true, NULL, NULL },
	{ "pattern", DATA_TEXT, offsetof(struct education_rule, pattern), true, NULL, NULL },
	{ "reason", DATA_TEXT, offsetof(struct education_rule, reason), true, NULL, NULL },
};

/* ".suffix.cn" or "label.*" for hosts, "cn.edu." for packages and bundles. */
static bool education_pattern(enum subject_kind kind, const char *s)
{
	char head[256];
	size_t n = strlen(s);

	if (kind == SUBJECT_HOST && s[0] == '.')
		return value_domain(s + 1);
	if (n < 2 || n >= sizeof(head))
		return false;
	memcpy(head, s, n + 1);
	if (kind == SUBJECT_HOST) {
		head[n - 2] = '\0';
		return strcmp(s + n - 2, ".*") == 0 && value_label(head);
	}
	head[n - 1] = '\0';
	return (kind == SUBJECT_ANDROID_PACKAGE || kind == SUBJECT_IOS_BUNDLE) && s[n - 1] == '.' &&
	       value_bundle(head);
}

static char *check_education(const void *entries, size_t at, const char **column)
{
	const struct education_rule *e = entries;

	*column = "pattern";
	if (!education_pattern(e[at].kind, e[at].pattern))
		return complain("应形如 .smartedu.cn, jwxt.* 或(包名)cn.edu. : ", e[at].pattern);
	*column = "id";
	for (size_t i = 0; i < at; i++)
		if (strcmp(e[i].id, e[at].id) == 0)
			return complain("前面已有一行: ", e[at].id);
	return NULL;
}

/* -- resolvers.tsv ---------------------------------------------------------------------------------- */

static bool transport(const char *s)
{
	static const char *const words[] = { "doh", "dot", "doq", NULL };
	return one_of(s, words);
}

static bool resolver_name(const char *s) { return value_domain(strncmp(s, "*.", 2) == 0 ? s + 2 : s); }

static const struct data_column resolver_columns[] = {
	{ "name", DATA_TEXT, offsetof(struct resolver, name), true, resolver_name, "小写域名, 或 *.域名" },
	{ "transports", DATA_LIST, offsetof(struct resolver, transports), true, transport,
	  " doh, dot 或 doq" },
	{ "operator", DATA_TEXT, offsetof(struct resolver, operator), true, NULL, NULL },
	{ "source", DATA_TEXT, offsetof(struct resolver, source), true, NULL, NULL },
};

static char *check_resolver(const void *entries, size_t at, const char **column)
{
	const struct resolver *e = entries;

	*column = "name";
	for (size_t i = 0; i < at; i++)
		if (strcmp(e[i].name, e[at].name) == 0)
			return complain("前面已有一行: ", e[at].name);
	return NULL;
}

/* -- fingerprints.tsv ------------------------------------------------------------------------------- */

static bool fingerprint_kind(const char *s)
{
	static const char *const words[] = { "vendor", "parked", NULL };
	return one_of(s, words);
}

static const struct data_column fingerprint_columns[] = {
	{ "id", DATA_TEXT, offsetof(struct fingerprint, id), true, value_word, "字母、数字、连字符" },
	{ "product", DATA_TEXT, offsetof(struct fingerprint, product), true, NULL, NULL },
	{ "kind", DATA_TEXT, offsetof(struct fingerprint, kind), true, fingerprint_kind,
	  " vendor 或 parked" },
	{ "when", DATA_TEXT, offsetof(struct fingerprint, when), true, condition_valid,
	  "条件, 如 body=/jkingo.js && !cookie=x(字段 body, server, cookie, favicon; 字母小写)" },
	{ "source", DATA_TEXT, offsetof(struct fingerprint, source), true, NULL, NULL },
};

static char *check_fingerprint(const void *entries, size_t at, const char **column)
{
	const struct fingerprint *e = entries;

	*column = "id";
	for (size_t i = 0; i < at; i++)
		if (strcmp(e[i].id, e[at].id) == 0)
			return complain("前面已有一行: ", e[at].id);
	return NULL;
}

/* -- general.tsv ------------------------------------------------------------------------------------ */

static bool apple_number(const char *s)
{
	size_t n = strlen(s);
	return n >= 6 && n <= 12 && strspn(s, "0123456789") == n;
}

static bool wechat_id(const char *s)
{
	return wechat_appid(s) ||
	       (strlen(s) == 15 && strncmp(s, "gh_", 3) == 0 && strspn(s + 3, "0123456789abcdef") == 12);
}

/* "cn.gov.": every package that begins so. */
static bool package_or_below(const char *s)
{
	char head[256];
	size_t n = strlen(s);

	if (n < 2 || n >= sizeof(head) || s[n - 1] != '.')
		return value_package(s);
	memcpy(head, s, n + 1);
	head[n - 1] = '\0';
	return value_package(head);
}

static bool download_place(const char *s)
{
	char host[256];
	size_t n = strcspn(s, "/");

	if (n >= sizeof(host) || strpbrk(s, "?# ") != NULL)
		return false;
	memcpy(host, s, n);
	host[n] = '\0';
	return value_domain(host);
}

static const struct data_column general_columns[] = {
	{ "product", DATA_TEXT, offsetof(struct general_entry, product), true, NULL, NULL },
	{ "packages", DATA_LIST, offsetof(struct general_entry, packages), false, package_or_below,
	  "安卓包名, 或其开头(以点结尾)" },
	{ "apple", DATA_LIST, offsetof(struct general_entry, apple), false, apple_number,
	  " App Store 编号(6 到 12 位数字)" },
	{ "appids", DATA_LIST, offsetof(struct general_entry, appids), false, wechat_id,
	  "微信 appid(wx 加 16 位小写十六进制)或原始 ID(gh_ 加 12 位)" },
	{ "downloads", DATA_LIST, offsetof(struct general_entry, downloads), false, download_place,
	  "下载地址: 小写域名, 或域名/路径" },
	{ "files", DATA_LIST, offsetof(struct general_entry, files), false, value_word,
	  "安装包文件名的开头: 字母、数字、连字符" },
	{ "reason", DATA_TEXT, offsetof(struct general_entry, reason), true, NULL, NULL },
};

static char *check_general(const void *entries, size_t at, const char **column)
{
	const struct general_entry *e = entries, *last = &e[at];
	const char *twice = NULL;

	*column = "product";
	if (last->packages.count + last->apple.count + last->appids.count + last->downloads.count +
		    last->files.count ==
	    0)
		return complain("没有任何标识: ", last->product);
	for (size_t i = 0; i < at && twice == NULL; i++) {
		twice = shared_item(&last->packages, &e[i].packages);
		twice = twice ? twice : shared_item(&last->apple, &e[i].apple);
		twice = twice ? twice : shared_item(&last->appids, &e[i].appids);
	}
	return twice ? complain("已属于前面的另一产品: ", twice) : NULL;
}

/* -- all
 * ------------------------------------------------------------------------------------------------------ */

#define TABLE(member, entry, columns)                                                                        \
	.file = #member ".tsv", .offset = offsetof(struct data, member), .entry_size = sizeof(struct entry), \
	.column = columns, .column_count = COUNT(columns)

static const struct data_table tables[] = {
	{ TABLE(catalog, catalog_entry, catalog_columns), .line_offset = offsetof(struct catalog_entry, line),
	  .check = check_catalog },
	{ TABLE(exempt, exempt_entry, exempt_columns), .check = check_exempt },
	{ TABLE(profiles, profile, profile_columns), .check = check_profile },
	{ TABLE(rules, rule, rule_columns), .line_offset = offsetof(struct rule, line), .check = check_rule },
	{ TABLE(identifiers, identifier, identifier_columns),
	  .line_offset = offsetof(struct identifier, line), .check = check_identifier },
	{ TABLE(aliases, alias, alias_columns), .check = check_alias },
	{ TABLE(education, education_rule, education_columns), .check = check_education },
	{ TABLE(resolvers, resolver, resolver_columns), .check = check_resolver },
	{ TABLE(fingerprints, fingerprint, fingerprint_columns), .check = check_fingerprint },
	{ TABLE(general, general_entry, general_columns), .check = check_general },
};

/* hand_over() in conf/data.c relies on every table being { entry, count }. */
#define SAME_SHAPE(type)                                                                                     \
	_Static_assert(offsetof(struct type, entry) == offsetof(struct catalog, entry) &&                    \
			       offsetof(struct type, count) == offsetof(struct catalog, count),              \
		       #type)
SAME_SHAPE(exempt);
SAME_SHAPE(profiles);
SAME_SHAPE(rules);
SAME_SHAPE(identifiers);
SAME_SHAPE(aliases);
SAME_SHAPE(education);
SAME_SHAPE(resolvers);
SAME_SHAPE(fingerprints);
SAME_SHAPE(general);

size_t data_table_count(void) { return COUNT(tables); }

const struct data_table *data_table_at(size_t i) { return &tables[i]; }

const struct data_table *data_table_find(const char *file)
{
	for (size_t i = 0; i < COUNT(tables); i++)
		if (strcmp(tables[i].file, file) == 0)
			return &tables[i];
	return NULL;
}
