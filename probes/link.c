/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/link.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probes/html.h"

enum {
	PACKAGE_MAX = 128, /* bytes of a package's name */
	WHICH_MAX = 64,    /* of a parameter that says which */
};

/* Shops, as a host and what its path begins with. `param`: what stands in front of the name of a package, or
 * of Apple's number. Matching a host takes its subdomains along. */
static const struct {
	const char *host, *path, *param;
	enum fact type;
} shops[] = {
	{ "apps.apple.com", "/", "/id", FACT_IOS_STORE }, /* where it says /app/: ios_app() */
	{ "itunes.apple.com", "/", "/id", FACT_IOS_STORE },
	{ "a.app.qq.com", "/o/", "pkgname=", FACT_ANDROID_PACKAGE },
	{ "sj.qq.com", "/", "/appdetail/", FACT_ANDROID_PACKAGE },
	{ "sj.qq.com", "/", "apkname=", FACT_ANDROID_PACKAGE },
	{ "android.myapp.com", "/", "apkname=", FACT_ANDROID_PACKAGE },
	{ "app.mi.com", "/", "id=", FACT_ANDROID_PACKAGE },
	{ "play.google.com", "/store/apps", "id=", FACT_ANDROID_PACKAGE },
	{ "appgallery.huawei.com", "/", NULL, 0 },
	{ "appgallery.cloud.huawei.com", "/", NULL, 0 },
	{ "appgallery1.huawei.com", "/", NULL, 0 },
	{ "appstore.huawei.com", "/", NULL, 0 },
	{ "a.vmall.com", "/", NULL, 0 },
	{ "appstore.vivo.com.cn", "/", NULL, 0 },
	{ "appstore.heytapmobi.com", "/", NULL, 0 },
	{ "store.oppomobile.com", "/", NULL, 0 },
	{ "app.meizu.com", "/", "package_name=", FACT_ANDROID_PACKAGE },
	{ "www.wandoujia.com", "/apps", "/apps/", FACT_ANDROID_PACKAGE },
	{ "m.wandoujia.com", "/apps", "/apps/", FACT_ANDROID_PACKAGE },
	{ "www.coolapk.com", "/apk", "/apk/", FACT_ANDROID_PACKAGE },
	{ "zhushou.360.cn", "/", NULL, 0 },
	{ "shouji.baidu.com", "/", NULL, 0 },
	{ "www.pgyer.com", "/", NULL, 0 },
	{ "fir.im", "/", NULL, 0 },
	{ "testflight.apple.com", "/join", NULL, 0 },
};

/* -- pieces of a URL */

static bool domain_is(const char *host, const char *of)
{
	size_t n = strlen(host), m = strlen(of);

	return n >= m && strcmp(host + n - m, of) == 0 && (n == m || host[n - m - 1] == '.');
}

/* Behind the first `param` (lower case) in s; NULL: it is not there. A "id=" must begin a parameter. */
static const char *behind(const char *s, const char *param)
{
	size_t n = strlen(param);

	for (const char *p = s; *p != '\0'; p++)
		if (strncasecmp(p, param, n) == 0 &&
		    (param[0] == '/' || p == s || strchr("?&#;", p[-1]) != NULL))
			return p + n;
	return NULL;
}

/* A package: at least two labels of a Java name. */
static size_t package_len(const char *p)
{
	size_t n = 0, dots = 0;

	if (!((p[0] | 32) >= 'a' && (p[0] | 32) <= 'z'))
		return 0;
	for (; (p[n] >= '0' && p[n] <= '9') || ((p[n] | 32) >= 'a' && (p[n] | 32) <= 'z') || p[n] == '_' ||
	       p[n] == '.';
	     n++)
		if (p[n] == '.') {
			if (p[n + 1] == '.' || p[n - 1] == '.')
				return 0;
			dots++;
		}
	return dots > 0 && n < PACKAGE_MAX && p[n - 1] != '.' && strchr("&#?;/", p[n]) != NULL ? n : 0;
}

static void add_package(struct links *l, unsigned confidence, const char *p, const char *where)
{
	size_t n = p ? package_len(p) : 0;

	if (n > 0)
		probe_fact_note(l->facts, FACT_ANDROID_PACKAGE, confidence, p, n, where, strlen(where));
}

/* Tencent's files say what they are: ...apk?fsname=cn.yunfan.app_3.2.1_321.apk (fingerprints A6). */
static void add_named_file(struct links *l, unsigned confidence, const char *text, const char *where)
{
	const char *p = behind(text, "fsname=");
	char name[PACKAGE_MAX];
	size_t n = 0;

	if (p == NULL)
		return;
	while (p[n] != '\0' && n < sizeof(name) && !(p[n] == '_' && p[n + 1] >= '0' && p[n + 1] <= '9'))
		n++;
	if (p[n] != '_' || n == sizeof(name))
		return;
	memcpy(name, p, n);
	name[n] = '\0';
	add_package(l, confidence, name, where);
}

static void add_ios(struct links *l, unsigned confidence, const char *p, const char *where)
{
	size_t n = p ? strspn(p, "0123456789") : 0;

	if (n >= 6 && n <= 12)
		probe_fact_note(l->facts, FACT_IOS_STORE, confidence, p, n, where, strlen(where));
}

void link_app(struct links *l, enum fact type, unsigned confidence, const char *id, size_t n,
	      const char *where)
{
	char text[PACKAGE_MAX];

	while (n > 0 && id[n - 1] == ' ')
		n--;
	if (n >= sizeof(text))
		return;
	memcpy(text, id, n);
	text[n] = '\0';
	if (type != FACT_IOS_STORE)
		add_package(l, confidence, text, where);
	else if (strspn(text, "0123456789") == n)
		add_ios(l, confidence, text, where);
}

/* Without its query: values there may be somebody's. */
static void add_plain(struct links *l, enum fact type, unsigned confidence, const struct url *u,
		      const char *where)
{
	probe_fact_note(l->facts, type, confidence, u->text, strcspn(u->text, "?#"), where, strlen(where));
}

/* -- what a URL may be */

static bool path_ends(const char *path, const char *ending)
{
	size_t n = strcspn(path, "?#"), m = strlen(ending);

	return n > m && strncasecmp(path + n - m, ending, m) == 0;
}

/* appgallery.huawei.com/#/app/C100123456: the shop's own page behind the sign is one of the same path. */
static void add_shown(struct links *l, unsigned confidence, const struct url *u, const char *text,
		      const char *where)
{
	const char *shown = strstr(text, "#/app/");
	char page[PROBE_URL_MAX];
	size_t n = shown ? strspn(shown + strlen("#/app/"), "C0123456789") : 0;
	int len = snprintf(page, sizeof(page), "%.*sapp/%.*s", (int)u->path + 1, u->text, (int)n,
			   n ? shown + strlen("#/app/") : "");

	if (n > 1 && len > 0 && (size_t)len < sizeof(page))
		probe_fact_note(l->facts, FACT_STORE_LINK, confidence, page, (size_t)len, where,
				strlen(where));
}

/* Apple numbers developers, albums and books, too: /cn/developer/x/id1523344556. */
static const char *ios_app(const char *text, const char *param)
{
	const char *app = strstr(text, "/app/");

	return app != NULL ? behind(app, param) : NULL;
}

static void shop(struct links *l, unsigned confidence, const struct url *u, const char *text,
		 const char *where)
{
	bool told = false;

	for (size_t i = 0; i < sizeof(shops) / sizeof(shops[0]); i++) {
		if (!domain_is(u->host, shops[i].host) ||
		    strncmp(url_path(u), shops[i].path, strlen(shops[i].path)) != 0)
			continue;
		if (!told && !url_is_root(u))
			add_plain(l, FACT_STORE_LINK, confidence, u, where);
		else if (!told)
			add_shown(l, confidence, u, text, where);
		told = true;
		if (shops[i].param != NULL && shops[i].type == FACT_IOS_STORE)
			add_ios(l, confidence, ios_app(text, shops[i].param), where);
		else if (shops[i].param != NULL)
			add_package(l, confidence, behind(text, shops[i].param), where);
	}
}

/* beian.gov.cn/portal/registerSystemInfo?recordcode=N, beian.mps.gov.cn/#/query/webSearch?code=N */
static void police(struct links *l, const char *text)
{
	const char *p = strstr(text, "recordcode=");

	p = p ? p + strlen("recordcode=") : behind(text, "code=");
	if (p != NULL && l->police[0] == '\0' && !number_police(l->police, p, strspn(p, "0123456789")))
		l->police[0] = '\0';
}

/* -- the list that Apple's devices install from */

/* One parameter that says which package, as a path could: it lets nobody in and names nobody. */
static bool says_which(const char *p, size_t n)
{
	static const char *const names[] = { "id", "app",  "appid",   "app_id",   "aid",
					     "v",  "ver",  "build",   "platform", "bundleid",
					     "os", "type", "version", "pkg",      "bundle_id" };
	size_t name = strcspn(p, "=");

	if (name >= n || n - name - 1 > WHICH_MAX)
		return false;
	for (size_t i = name + 1; i < n; i++)
		if (!((p[i] >= '0' && p[i] <= '9') || ((p[i] | 32) >= 'a' && (p[i] | 32) <= 'z') ||
		      strchr("._-", p[i]) != NULL))
			return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == name && strncasecmp(p, names[i], name) == 0)
			return true;
	return false;
}

/* The list is fetched by what this fact says, so its query stays, unless any part of it may be a secret. */
static size_t shown_length(const char *url)
{
	size_t path = strcspn(url, "?"), at = path;

	while (url[at] != '\0') {
		size_t n = strcspn(url + at + 1, "&");
		if (!says_which(url + at + 1, n))
			return path;
		at += 1 + n;
	}
	return at;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* itms-services://?action=download-manifest&url=https%3A%2F%2F... */
static void manifest(struct links *l, unsigned confidence, const char *p, const char *where)
{
	char text[PROBE_URL_MAX];
	size_t n = strcspn(p, "&# "), at = 0;
	struct url u;

	for (size_t i = 0; i < n && at + 1 < sizeof(text); i++) {
		bool escaped = p[i] == '%' && hex(p[i + 1]) >= 0 && hex(p[i + 2]) >= 0;
		int c = escaped ? hex(p[i + 1]) << 4 | hex(p[i + 2]) : p[i];
		text[at++] = (char)c;
		i += escaped ? 2 : 0;
	}
	text[at] = '\0';
	if (strlen(text) == at && url_parse(&u, text))
		probe_fact_note(l->facts, FACT_IOS_MANIFEST, confidence, u.text, shown_length(u.text), where,
				strlen(where));
}

/* Shops of an Android device, and how they say which app. */
static bool market(struct links *l, unsigned confidence, const char *text, const char *where)
{
	static const struct {
		const char *scheme, *param;
	} markets[] = {
		{ "market://", "id=" },
		{ "mimarket://", "id=" },
		{ "appmarket://", "id=" },
		{ "vivomarket://", "id=" },
		{ "oppomarket://", "packagename=" },
		{ "oaps://mk/", "pkg=" },
	};

	for (size_t i = 0; i < sizeof(markets) / sizeof(markets[0]); i++)
		if (strncasecmp(text, markets[i].scheme, strlen(markets[i].scheme)) == 0) {
			add_package(l, confidence, behind(text, markets[i].param), where);
			return true;
		}
	return false;
}

/* Schemes that open a shop or an app, and nothing that could be asked for. */
static bool scheme(struct links *l, unsigned confidence, const char *text, const char *where)
{
	const char *p;

	if (market(l, confidence, text, where))
		return true;
	if (strncasecmp(text, "intent:", 7) == 0) {
		p = behind(text, "package=");
		add_package(l, confidence, p, where);
		return true;
	}
	if (strncasecmp(text, "itms-apps://", 12) == 0 || strncasecmp(text, "itms://", 7) == 0) {
		add_ios(l, confidence, behind(text, "/id"), where);
		add_ios(l, confidence, behind(text, "id="), where);
		return true;
	}
	if (strncasecmp(text, "itms-services://", 16) == 0) {
		p = behind(text, "url=");
		if (p != NULL)
			manifest(l, confidence, p, where);
		return true;
	}
	return false;
}

/* Cheap words that a URL of interest has; most links of a page have none, and are not parsed. */
static bool may_tell(const char *text)
{
	static const char *const words[] = { ".apk", ".ipa", "://", "//" };
	struct html_str s = { text, strlen(text) };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (html_has(s, words[i]))
			return true;
	return false;
}

void link_read(struct links *l, unsigned confidence, const char *url, size_t n, const char *where)
{
	char text[PROBE_URL_MAX];
	struct url u;

	while (n > 0 && (unsigned char)*url <= ' ')
		url++, n--;
	if (n == 0 || n >= sizeof(text) || *url == '#')
		return;
	memcpy(text, url, n);
	text[n] = '\0';
	if (scheme(l, confidence, text, where) || !may_tell(text) || !url_join(&u, l->base, text, n))
		return;
	if (domain_is(u.host, "beian.gov.cn") || domain_is(u.host, "beian.mps.gov.cn"))
		police(l, text);
	else if (path_ends(url_path(&u), ".apk") || path_ends(url_path(&u), ".ipa")) {
		add_plain(l, FACT_APK_LINK, confidence, &u, where);
		add_named_file(l, confidence, text, where);
	} else
		shop(l, confidence, &u, text, where);
}

void link_origin(struct probe_facts *f, unsigned confidence, const struct url *u, const char *why)
{
	char text[PROBE_URL_MAX];
	int n = snprintf(text, sizeof(text), "%.*s", (int)(u->path), u->text);

	if (n > 0)
		probe_fact_note(f, FACT_REDIRECT, confidence, text, (size_t)n, why, strlen(why));
}
