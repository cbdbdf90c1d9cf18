/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/meant.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/domain.h"
#include "policy/policy.h"
#include "store/plan.h"
#include "store/reach.h"

static bool refuse(char *error, const char *zh)
{
	snprintf(error, STORE_ERROR_MAX, "%s", zh);
	return false;
}

/* -- hosts and URLs ------------------------------------------------------------------------------------ */

static bool take_host(struct meant *m, const char *text, char *error)
{
	char *host = policy_normal_domain(text);
	bool fit = host != NULL && plan_fit(host) && strchr(host, '.') != NULL && host[0] != '*' &&
		   !domain_is_ip(host);

	m->kind = SUBJECT_HOST;
	if (fit)
		snprintf(m->name, sizeof(m->name), "%s", host);
	free(host);
	return fit || refuse(error, "这不是主机名、网址或 appid;例如 jw.example.edu.cn、"
				    "https://jw.example.edu.cn/login、wx0123456789abcdef");
}

/* The parts of a URL, into its text. */
struct parts {
	bool https;
	size_t host; /* its length; the text begins with it */
	unsigned port;
	const char *rest; /* path and query */
	size_t rest_len;
};

/* RFC 3986 section 3.2.3: a colon without a number is the scheme's own port. */
static bool take_port(struct parts *p, const char *text, size_t n, char *error)
{
	unsigned long port = 0;

	p->port = p->https ? 443 : 80;
	if (n == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		port = port * 10 + (unsigned long)(text[i] - '0');
		if (text[i] < '0' || text[i] > '9' || port > 65535)
			port = 65536;
		if (port > 65535)
			break;
	}
	p->port = (unsigned)port;
	return (port > 0 && port <= 65535) || refuse(error, "网址里的端口不对:要 1 到 65535 的数");
}

/* `text` begins with the authority. */
static bool split(struct parts *p, const char *text, char *error)
{
	size_t authority = strcspn(text, "/?#"), port;
	const char *bracket = text[0] == '[' ? memchr(text, ']', authority) : NULL;

	if (memchr(text, '@', authority) != NULL)
		return refuse(error, "网址里有用户名或口令,请去掉");
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || (c >= text + authority && *c & 0x80))
			return refuse(error, "网址里有空格或非 ASCII 字符,请先转义(%XX)");
	p->host = text[0] != '[' ? strcspn(text, ":/?#") : bracket ? (size_t)(bracket - text) + 1 : authority;
	port = p->host < authority ? p->host + (text[p->host] == ':') : authority;
	p->rest = text + authority;
	p->rest_len = strcspn(p->rest, "#");
	return take_port(p, text + port, authority - port, error);
}

/* Without one the query may still hold a URL with its own. */
static const char *find_scheme(const char *text)
{
	size_t n = strcspn(text, "/?#:");
	return strncmp(text + n, "://", 3) == 0 ? text + n : NULL;
}

static bool take_url(struct meant *m, const char *text, char *error)
{
	const char *scheme = find_scheme(text), *authority = scheme ? scheme + 3 : text;
	struct parts p = { .https = scheme == NULL || strncasecmp(text, "https://", 8) == 0 };
	char host[RECORD_NAME_MAX], port[8] = "";
	int n;

	if (!p.https && strncasecmp(text, "http://", 7) != 0)
		return refuse(error, "只探测 http:// 和 https:// 的网址");
	if (!split(&p, authority, error))
		return false;
	n = snprintf(host, sizeof(host), "%.*s", (int)(p.host < INT_MAX ? p.host : INT_MAX), authority);
	if (!take_host(m, (size_t)n < sizeof(host) ? host : "", error))
		return false;
	if (p.port != (p.https ? 443 : 80))
		snprintf(port, sizeof(port), ":%u", p.port);
	if (port[0] == '\0' && (p.rest_len == 0 || (p.rest_len == 1 && p.rest[0] == '/')))
		return true;
	n = snprintf(m->target, sizeof(m->target), "%s://%s%s%s%.*s", p.https ? "https" : "http", m->name,
		     port, p.rest[0] == '?' ? "/" : "", (int)p.rest_len, p.rest);
	return (n > 0 && (size_t)n < sizeof(m->target)) || refuse(error, "网址太长:2047 个字节以内");
}

static bool take_web(struct meant *m, const char *text, char *error)
{
	return strpbrk(text, "/?#:@") != NULL ? take_url(m, text, error) : take_host(m, text, error);
}

/* -- identifiers --------------------------------------------------------------------------------------- */

static bool is_wechat(const char *s)
{
	size_t n = strspn(s, "wx0123456789abcdef");
	return n == 18 && s[n] == '\0' && s[0] == 'w' && s[1] == 'x';
}

/* The kind that knows the name; -1: none, -2: several. */
static int known_kind(struct db_txn *t, const char *name)
{
	struct query q;
	int found = -1;

	query_open(&q, t, STMT_PROBE_KINDS_NAMED);
	query_text(&q, name);
	while (query_row(&q))
		found = found == -1 ? (int)query_get_int(&q, 0) : -2;
	return found < SUBJECT_KIND_COUNT ? found : -1;
}

static bool take_named(struct meant *m, enum subject_kind kind, const char *name, char *error)
{
	if (kind == SUBJECT_HOST)
		return take_web(m, name, error);
	m->kind = kind;
	if (!plan_fit(name))
		return refuse(error, "标识为空、太长或含空格");
	snprintf(m->name, sizeof(m->name), "%s", name);
	return true;
}

bool meant_read(struct meant *m, struct db_txn *t, const char *text, char error[STORE_ERROR_MAX])
{
	const char *colon = strchr(text, ':');
	enum subject_kind kind;
	char word[32];
	int known;

	*m = (struct meant){ .kind = SUBJECT_HOST };
	if (colon != NULL && (size_t)(colon - text) < sizeof(word)) {
		snprintf(word, sizeof(word), "%.*s", (int)(colon - text), text);
		m->written = subject_kind_find(word, &kind);
		if (m->written)
			return take_named(m, kind, colon + 1, error);
	}
	known = known_kind(t, text);
	m->several = known == -2;
	if (m->several && plan_fit(text)) {
		snprintf(m->name, sizeof(m->name), "%s", text);
		return true;
	}
	if (known > SUBJECT_HOST)
		return take_named(m, (enum subject_kind)known, text, error);
	return is_wechat(text) ? take_named(m, SUBJECT_WECHAT_MINI, text, error) : take_web(m, text, error);
}

/* -- may it be asked ----------------------------------------------------------------------------------- */

static bool is_asked(enum app_status s) { return s == APP_UNFILED || s == APP_PROBABLE || s == APP_FILED; }

/* The app that the subject is in, or that its domain is the centre of. */
static bool find_app(struct meant *m, struct db_txn *t, enum app_status *status)
{
	char key[RECORD_NAME_MAX + 8];
	const char *domain = m->kind == SUBJECT_HOST ? domain_registrable(m->name) : NULL;
	struct query q;
	bool found;

	query_open(&q, t, STMT_PROBE_SUBJECT_STATUS);
	query_int(&q, m->kind);
	query_text(&q, m->name);
	snprintf(key, sizeof(key), "host:%s", domain ? domain : "");
	query_text(&q, key);
	found = query_row(&q) && app_status_find(query_get_text(&q, 1), status);
	if (found)
		m->app = query_get_int(&q, 0);
	query_close(&q);
	return found;
}

/* A fact of somebody in scope led to it. */
static bool is_led_to(const struct meant *m, struct db_txn *t)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_LED_TO);
	query_int(&q, m->kind);
	query_text(&q, m->name);
	return query_one(&q, 0) != 0;
}

bool meant_in_scope(struct meant *m, const struct store *s, struct db_txn *t, char error[STORE_ERROR_MAX])
{
	const struct conf *c = s->conf;
	enum app_status status = APP_UNDECIDED;
	bool found = find_app(m, t, &status);
	const char *hint = m->kind == SUBJECT_HOST ? ";确需探测请把域名写入 probe.also" : "";

	if (m->kind == SUBJECT_HOST && plan_opted_out(c, m->name))
		return refuse(error, "对方已要求退出(probe.opt_out),不探测");
	if ((found && is_asked(status)) || (m->kind == SUBJECT_HOST && reach_configured(c, m->name)) ||
	    is_led_to(m, t))
		return true;
	if (!found)
		snprintf(error, STORE_ERROR_MAX, "不在探测范围:没有观测到,也没有研判为教育应用%s", hint);
	else
		snprintf(error, STORE_ERROR_MAX, "不在探测范围:它属于应用 A%lld,状态为%s%s",
			 (long long)m->app, app_status_zh(status), hint);
	return false;
}
