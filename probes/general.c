/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/general.h"

#include <string.h>
#include <strings.h>

static bool holds(const struct data_list *l, const char *value)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->item[i], value) == 0)
			return true;
	return false;
}

static bool holds_package(const struct data_list *l, const char *value)
{
	for (size_t i = 0; i < l->count; i++) {
		size_t n = strlen(l->item[i]);
		if (n > 0 && l->item[i][n - 1] == '.' && strncmp(l->item[i], value, n) == 0)
			return true;
	}
	return holds(l, value);
}

/* `at` is a URL behind its "://". "a.cn" is that host and all below it, "a.cn/x" what begins so. */
static bool is_under(const char *at, const char *place)
{
	size_t n = strlen(place), host = strcspn(at, "/");
	bool whole = strchr(place, '/') == NULL;

	for (const char *p = at; p < at + host; p++)
		if ((p == at || p[-1] == '.') && strncasecmp(p, place, n) == 0 &&
		    (!whole || p[n] == '/' || p[n] == ':' || p[n] == '\0'))
			return true;
	return false;
}

/* "com.example.app_8.0.40.apk", "com.example.app.apk" */
static bool is_file_of(const char *name, const char *package)
{
	size_t n = strlen(package);

	return strncasecmp(name, package, n) == 0 &&
	       (strchr("_-", name[n]) != NULL || strcasecmp(name + n, ".apk") == 0);
}

/* What may stand behind the name of a program in a file's name: versions, and words about the build. */
static bool is_build(const char *p)
{
	static const char *const words[] = { "android", "arm",   "armv",   "armeabi", "universal",
					     "release", "setup", "mobile", "phone",   "official",
					     "latest",  "sign",  "signed", "stable",  "apk" };

	for (size_t n; *p != '\0'; p += n) {
		bool known = false;
		n = strspn(p, "0123456789._-()+");
		if (n > 0)
			continue;
		n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !known; i++)
			known = strlen(words[i]) == n && strncasecmp(p, words[i], n) == 0;
		if (n != 1 && !known)
			return false;
	}
	return true;
}

/* "weixin8040android2420_arm64.apk", not "weixin_campus.apk". */
static bool is_named(const char *name, const char *program)
{
	size_t n = strlen(program);

	return strncasecmp(name, program, n) == 0 && is_build(name + n);
}

static bool gives_away(const struct general_entry *e, const char *url)
{
	const char *at = strstr(url, "://"), *name = strrchr(url, '/');

	if (at == NULL)
		return false;
	for (size_t i = 0; i < e->downloads.count; i++)
		if (is_under(at + 3, e->downloads.item[i]))
			return true;
	for (size_t i = 0; i < e->packages.count; i++)
		if (is_file_of(name + 1, e->packages.item[i]))
			return true;
	for (size_t i = 0; i < e->files.count; i++)
		if (is_named(name + 1, e->files.item[i]))
			return true;
	return false;
}

static bool names(const struct general_entry *e, enum fact type, const char *value)
{
	switch (type) {
	case FACT_ANDROID_PACKAGE:
		return holds_package(&e->packages, value);
	case FACT_IOS_STORE:
		return holds(&e->apple, value);
	case FACT_WECHAT_MINI:
	case FACT_WECHAT_OA:
		return holds(&e->appids, value);
	case FACT_APK_LINK:
		return gives_away(e, value);
	default:
		return false;
	}
}

bool general_names(const struct general *table, enum fact type, const char *value)
{
	for (size_t i = 0; table != NULL && i < table->count; i++)
		if (names(&table->entry[i], type, value))
			return true;
	return false;
}
