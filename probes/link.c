/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/link.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probes/html.h"
#include "probes/ident.h"
#include "probes/script.h"

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
	{ "itunes.apple.com", "/", "id=", FACT_IOS_STORE }, /* where it says Software: ios_app() */
	{ "a.app.qq.com", "/o/", "pkgname=", FACT_ANDROID_PACKAGE },
	{ "sj.qq.com", "/", "/appdetail/", FACT_ANDROID_PACKAGE },
	{ "sj.qq.com", "/", "apkname=", FACT_ANDROID_PACKAGE },
	{ "android.app.qq.com", "/", "apkname=", FACT_ANDROID_PACKAGE },
	{ "android.myapp.com", "/", "apkname=", FACT_ANDROID_PACKAGE },
	{ "app.mi.com", "/", "id=", FACT_ANDROID_PACKAGE },
	{ "app.xiaomi.com", "/", "id=", FACT_ANDROID_PACKAGE },
	{ "play.google.com", "/store/apps", "id=", FACT_ANDROID_PACKAGE },
	{ "play.app.goo.gl", "/", "id=", FACT_ANDROID_PACKAGE },
	{ "appgallery.huawei.com", "/", "id=", FACT_ANDROID_PACKAGE }, /* or /app/C100123456 */
	{ "appgallery.cloud.huawei.com", "/", NULL, 0 },
	{ "appgallery1.huawei.com", "/", NULL, 0 },
	{ "appgallery5.huawei.com", "/", NULL, 0 },
	{ "appgallery7.huawei.com", "/", NULL, 0 },
	{ "appgallery8.huawei.com", "/", NULL, 0 },
	{ "appstore.huawei.com", "/", NULL, 0 },
	{ "a.vmall.com", "/", NULL, 0 },
	{ "appmarket.hihonor.com", "/", NULL, 0 },
	{ "appmarket-h5-drcn.cloud.honor.com", "/", NULL, 0 },
	{ "appstore.vivo.com.cn", "/", NULL, 0 },
	{ "h5coml.vivo.com.cn", "/h5coml/appdetail", NULL, 0 },
	{ "appstore.heytapmobi.com", "/", NULL, 0 },
	{ "store.oppomobile.com", "/", NULL, 0 },
	{ "store.heytap.com", "/app", NULL, 0 },
	{ "galaxystore.samsung.com", "/", "/detail/", FACT_ANDROID_PACKAGE },
	{ "apps.samsung.com", "/", "appid=", FACT_ANDROID_PACKAGE },
	{ "app.meizu.com", "/", "package_name=", FACT_ANDROID_PACKAGE },
	{ "www.wandoujia.com", "/apps", "/apps/", FACT_ANDROID_PACKAGE },
	{ "m.wandoujia.com", "/apps", "/apps/", FACT_ANDROID_PACKAGE },
	{ "www.coolapk.com", "/apk", "/apk/", FACT_ANDROID_PACKAGE },
	{ "zhushou.360.cn", "/", NULL, 0 },
	{ "app.so.com", "/", "pname=", FACT_ANDROID_PACKAGE },
	{ "shouji.baidu.com", "/", NULL, 0 },
	{ "mobile.baidu.com", "/", NULL, 0 },
	{ "lenovomm.com", "/", "packagename=", FACT_ANDROID_PACKAGE },
	{ "lenovomm.com", "/", "/app/", FACT_ANDROID_PACKAGE },
	{ "www.25pp.com", "/android", NULL, 0 },
	{ "www.anzhi.com", "/", NULL, 0 },
	{ "www.appchina.com", "/app", "/app/", FACT_ANDROID_PACKAGE },
	{ "f-droid.org", "/", "/packages/", FACT_ANDROID_PACKAGE },
	{ "pgyer.com", "/", NULL, 0 },
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

/* "com.example.app", "com.xxx.xxx": of a manual. */
static bool is_example(const char *p, size_t n)
{
	static const char *const labels[] = { "example", "xx", "xxx", "xxxx", "yourcompany", "yourapp" };

	for (size_t at = 0, len; at < n; at += len + 1) {
		len = strcspn(p + at, ".");
		len = at + len > n ? n - at : len;
		for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
			if (html_is((struct html_str){ p + at, len }, labels[i]))
				return true;
	}
	return false;
}

static void add_package(struct links *l, unsigned confidence, const char *p, const char *where)
{
	size_t n = p ? package_len(p) : 0;

	if (n > 0 && is_example(p, n))
		l->facts->examples++;
	else if (n > 0)
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

	if (n >= 6 && n <= 12 && ident_is_made_up(p, n))
		l->facts->examples++;
	else if (n >= 6 && n <= 12)
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

/* A name with this ending, not the ending alone: that is left of a URL which a script puts together. */
static bool path_ends(const char *path, const char *ending)
{
	size_t n = strcspn(path, "?#"), m = strlen(ending);

	return n > m && path[n - m - 1] != '/' && strncasecmp(path + n - m, ending, m) == 0;
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

/* Apple numbers developers, albums and books, too: /cn/developer/x/id1523344556. The old form of an app:
 * /WebObjects/MZStore.woa/wa/viewSoftware?id=1523344556, its reviews have type=Purple+Software. */
static const char *ios_app(const char *text, const char *param)
{
	struct html_str s = { text, strlen(text) };
	const char *app = strstr(text, "/app/");

	if (param[0] == '/')
		return app != NULL ? behind(app, param) : NULL;
	return html_has(s, "software") || html_has(s, "/lookup?") ? behind(text, param) : NULL;
}

/* What this shop's URL says is its app; NULL: nothing. */
static const char *shown_app(size_t row, const char *text)
{
	if (shops[row].param == NULL)
		return NULL;
	return shops[row].type == FACT_IOS_STORE ? ios_app(text, shops[row].param)
						 : behind(text, shops[row].param);
}

static void add_app(struct links *l, enum fact type, unsigned confidence, const char *p, const char *where)
{
	if (type == FACT_IOS_STORE)
		add_ios(l, confidence, p, where);
	else
		add_package(l, confidence, p, where);
}

static bool is_shop(size_t row, const struct url *u)
{
	return domain_is(u->host, shops[row].host) &&
	       strncmp(url_path(u), shops[row].path, strlen(shops[row].path)) == 0;
}

/* The page of an app that everybody uses is no more telling than the app. */
static void shop(struct links *l, unsigned confidence, const struct url *u, const char *text,
		 const char *where)
{
	uint64_t others = l->facts->others;
	bool any = false;

	for (size_t i = 0; i < sizeof(shops) / sizeof(shops[0]); i++)
		if (is_shop(i, u)) {
			any = true;
			add_app(l, shops[i].type, confidence, shown_app(i, text), where);
		}
	if (!any || l->facts->others > others)
		return;
	if (!url_is_root(u))
		add_plain(l, FACT_STORE_LINK, confidence, u, where);
	else
		add_shown(l, confidence, u, text, where);
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

/* A URL that opens a shop of an Android device: market://, mimarket://, tmast:// and so on. */
static bool is_market(const char *text)
{
	static const char *const others[] = { "tmast", "oaps", "samsungapps", "mstore", "leapp", "amzn" };
	struct html_str name = { text, strcspn(text, ":/?#&") };

	if (strncmp(text + name.n, "://", 3) != 0)
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (html_is(name, others[i]))
			return true;
	return html_has(name, "market");
}

/* However a shop writes it: the first that is a package. */
static void market(struct links *l, unsigned confidence, const char *text, const char *where)
{
	static const char *const params[] = { "id=",           "pname=",   "pkg=",     "packagename=",
					      "package_name=", "package=", "pkgname=", "q=pname:",
					      "appid=",        "p=",       "/apk/",    "/productdetail/" };

	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		const char *p = behind(text, params[i]);
		if (p != NULL && package_len(p) > 0) {
			add_package(l, confidence, p, where);
			return;
		}
	}
}

/* hiapplink://com.huawei.appmarket?appId=C100123456 opens the page of that number. */
static void gallery(struct links *l, unsigned confidence, const char *text, const char *where)
{
	const char *p = behind(text, "appid=");
	size_t n = p != NULL && *p == 'C' ? strspn(p + 1, "0123456789") : 0;
	char page[64];

	if (n == 0 || n > 12)
		return;
	snprintf(page, sizeof(page), "https://appgallery.huawei.com/app/C%.*s", (int)n, p + 1);
	probe_fact_note(l->facts, FACT_STORE_LINK, confidence, page, strlen(page), where, strlen(where));
}

/* itms-apps://itunes.apple.com/cn/app/x/id1523344556, itms-appss://… */
static void itunes(struct links *l, unsigned confidence, const char *text, const char *where)
{
	if (strstr(text, "/developer/") != NULL || strstr(text, "/artist/") != NULL)
		return;
	add_ios(l, confidence, behind(text, "/id"), where);
	add_ios(l, confidence, behind(text, "id="), where);
}

/* Schemes that open a shop or an app, and nothing that could be asked for. */
static bool scheme(struct links *l, unsigned confidence, const char *text, const char *where)
{
	const char *p;

	if (is_market(text)) {
		market(l, confidence, text, where);
	} else if (strncasecmp(text, "intent:", 7) == 0) {
		add_package(l, confidence, behind(text, "package="), where);
	} else if (strncasecmp(text, "android-app://", 14) == 0) {
		add_package(l, confidence, text + 14, where);
	} else if (strncasecmp(text, "hiapplink://", 12) == 0) {
		gallery(l, confidence, text, where);
	} else if (strncasecmp(text, "itms-services://", 16) == 0) {
		p = behind(text, "url=");
		if (p != NULL)
			manifest(l, confidence, p, where);
	} else if (strncasecmp(text, "itms", 4) == 0 && text[strcspn(text, ":/?#")] == ':') {
		itunes(l, confidence, text, where);
	} else {
		return false;
	}
	return true;
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

static void read_url(struct links *l, unsigned confidence, const char *url, size_t n, const char *where)
{
	char text[PROBE_URL_MAX];
	struct url u;

	if (n == 0 || n >= sizeof(text) || *url == '#')
		return;
	memcpy(text, url, n);
	text[n] = '\0';
	if (scheme(l, confidence, text, where) || !may_tell(text) || !url_join(&u, l->base, text, n))
		return;
	if (domain_is(u.host, "beian.gov.cn") || domain_is(u.host, "beian.mps.gov.cn"))
		police(l, text);
	else if (path_ends(url_path(&u), ".apk") || path_ends(url_path(&u), ".ipa")) {
		uint64_t others = l->facts->others;
		add_named_file(l, confidence, text, where);
		if (l->facts->others == others)
			add_plain(l, FACT_APK_LINK, confidence, &u, where);
	} else
		shop(l, confidence, &u, text, where);
}

/* javascript:location.href='…', javascript:download('…'): what its strings say, each whole. */
static void read_code(struct links *l, unsigned confidence, const char *text, size_t n, const char *where)
{
	struct script s;
	struct script_string str;
	struct buf url = { 0 };

	script_init(&s, text, n);
	while (script_string(&s, &str)) {
		buf_reset(&url);
		script_unescape_all(&url, str.text.p, str.text.n);
		if (!str.joined && url.len > 0)
			read_url(l, confidence, url.p, url.len, where);
	}
	buf_clear(&url);
}

void link_read(struct links *l, unsigned confidence, const char *url, size_t n, const char *where)
{
	static const char code[] = "javascript:";
	size_t k = sizeof(code) - 1;

	while (n > 0 && (unsigned char)*url <= ' ')
		url++, n--;
	if (n > k && strncasecmp(url, code, k) == 0)
		read_code(l, confidence, url + k, n - k, where);
	else
		read_url(l, confidence, url, n, where);
}

void link_origin(struct probe_facts *f, unsigned confidence, const struct url *u, const char *why)
{
	char text[PROBE_URL_MAX];
	int n = snprintf(text, sizeof(text), "%.*s", (int)(u->path), u->text);

	if (n > 0)
		probe_fact_note(f, FACT_REDIRECT, confidence, text, (size_t)n, why, strlen(why));
}
