/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A person asks for a probe: beianctl probe. What may be asked is in scope like everything else. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/domain.h"
#include "policy/policy.h"
#include "store/json.h"
#include "store/plan.h"
#include "store/reach.h"
#include "store/show_fact.h"
#include "store/show_probes.h"

struct ask {
	struct store *store;
	struct db_txn *txn;
	int64_t now;
	enum subject_kind kind;
	char name[RECORD_NAME_MAX];
	char target[JOB_URL_MAX]; /* "" */
	int64_t app;              /* 0: none */
	int64_t *job;
	size_t count;
	int64_t later; /* when a target lets itself be asked again; 0: nobody asked to wait */
	char *error;   /* STORE_ERROR_MAX */
};

static bool refuse(struct ask *a, const char *zh)
{
	snprintf(a->error, STORE_ERROR_MAX, "%s", zh);
	return false;
}

/* -- what is meant ------------------------------------------------------------------------------------- */

static bool take_host(struct ask *a, const char *text)
{
	char *host = policy_normal_domain(text);
	bool fit = host != NULL && plan_fit(host) && strchr(host, '.') != NULL && host[0] != '*' &&
		   !domain_is_ip(host);

	a->kind = SUBJECT_HOST;
	if (fit)
		snprintf(a->name, sizeof(a->name), "%s", host);
	free(host);
	return fit ||
	       refuse(a, "这不是主机名、网址或 appid;例如 jw.example.edu.cn、https://jw.example.edu.cn/"
			 "login、wx0123456789abcdef");
}

/* No name and password in it. It is a target only with more to it than the host that a probe would begin with
 * anyhow: a path, or a port. */
static bool take_url(struct ask *a, const char *text)
{
	const char *rest = strstr(text, "://") + 3;
	size_t authority = strcspn(rest, "/?#");

	if (strncasecmp(text, "http://", 7) != 0 && strncasecmp(text, "https://", 8) != 0)
		return refuse(a, "只探测 http:// 和 https:// 的网址");
	for (const char *p = text; *p; p++)
		if (*p <= ' ' || *p > '~')
			return refuse(a, "网址里有空格或非 ASCII 字符,请先转义(%XX)");
	if (strlen(text) >= sizeof(a->target) || memchr(rest, '@', authority) != NULL)
		return refuse(a, "网址太长,或含用户名");
	if ((strcmp(rest + authority, "") != 0 && strcmp(rest + authority, "/") != 0) ||
	    memchr(rest, ':', authority) != NULL)
		snprintf(a->target, sizeof(a->target), "%s", text);
	return take_host(a, text);
}

static bool is_wechat(const char *s)
{
	size_t n = strspn(s, "wx0123456789abcdef");
	return n == 18 && s[n] == '\0' && s[0] == 'w' && s[1] == 'x';
}

/* The kind that knows the name; -1: none, -2: several. */
static int observed_kind(struct ask *a, const char *name)
{
	struct query q;
	int found = -1;

	query_open(&q, a->txn, STMT_SUBJECTS_NAMED);
	query_text(&q, name);
	while (query_row(&q))
		found = found == -1 ? (int)query_get_int(&q, 0) : -2;
	return found < SUBJECT_KIND_COUNT ? found : -1;
}

static bool take_named(struct ask *a, enum subject_kind kind, const char *name)
{
	if (kind == SUBJECT_HOST)
		return take_host(a, name);
	a->kind = kind;
	if (!plan_fit(name))
		return refuse(a, "标识为空、太长或含空格");
	snprintf(a->name, sizeof(a->name), "%s", name);
	return true;
}

static bool understand(struct ask *a, const char *what)
{
	const char *colon = strchr(what, ':');
	enum subject_kind kind;
	char word[32];
	int seen;

	if (strstr(what, "://") != NULL)
		return take_url(a, what);
	if (colon != NULL && (size_t)(colon - what) < sizeof(word)) {
		snprintf(word, sizeof(word), "%.*s", (int)(colon - what), what);
		if (subject_kind_find(word, &kind))
			return take_named(a, kind, colon + 1);
	}
	seen = observed_kind(a, what);
	if (seen == -2)
		return refuse(a, "不止一种对象叫这个名字,请写作 种类:名称,例如 host:jw.example.edu.cn");
	if (seen > SUBJECT_HOST)
		return take_named(a, (enum subject_kind)seen, what);
	return is_wechat(what) ? take_named(a, SUBJECT_WECHAT_MINI, what) : take_host(a, what);
}

/* -- may it be asked ----------------------------------------------------------------------------------- */

static bool is_asked(enum app_status s) { return s == APP_UNFILED || s == APP_PROBABLE || s == APP_FILED; }

/* The app that the subject is in, or that its domain is the centre of. */
static bool find_app(struct ask *a, enum app_status *status)
{
	char key[RECORD_NAME_MAX + 8];
	const char *domain = a->kind == SUBJECT_HOST ? domain_registrable(a->name) : NULL;
	struct query q;
	bool found;

	query_open(&q, a->txn, STMT_PROBE_SUBJECT_STATUS);
	query_int(&q, a->kind);
	query_text(&q, a->name);
	snprintf(key, sizeof(key), "host:%s", domain ? domain : "");
	query_text(&q, key);
	found = query_row(&q) && app_status_find(query_get_text(&q, 1), status);
	if (found)
		a->app = query_get_int(&q, 0);
	query_close(&q);
	return found;
}

/* A fact of somebody in scope led to it. */
static bool is_led_to(struct ask *a)
{
	struct query q;

	query_open(&q, a->txn, STMT_PROBE_LED_TO);
	query_int(&q, a->kind);
	query_text(&q, a->name);
	return query_one(&q, 0) != 0;
}

static bool in_scope(struct ask *a)
{
	const struct conf *c = a->store->conf;
	enum app_status status = APP_UNDECIDED;
	bool found = find_app(a, &status);
	const char *hint = a->kind == SUBJECT_HOST ? ";确需探测请把域名写入 probe.also" : "";

	if (a->kind == SUBJECT_HOST && plan_opted_out(c, a->name))
		return refuse(a, "对方已要求退出(probe.opt_out),不探测");
	if ((found && is_asked(status)) || (a->kind == SUBJECT_HOST && reach_configured(c, a->name)) ||
	    is_led_to(a))
		return true;
	if (!found)
		snprintf(a->error, STORE_ERROR_MAX, "不在探测范围:没有观测到,也没有研判为教育应用%s", hint);
	else
		snprintf(a->error, STORE_ERROR_MAX, "不在探测范围:它属于应用 A%lld,状态为%s%s",
			 (long long)a->app, app_status_zh(status), hint);
	return false;
}

static bool may_ask_now(struct ask *a)
{
	struct query q;

	if (!plan_is_on(a->store))
		return refuse(a, "探测没有启用:请在配置里写 probe.enabled = on 和 probe.contact,再重启");
	query_open(&q, a->txn, STMT_PROBE_STATE);
	a->store->paused = query_one(&q, 0) != 0;
	return !a->store->paused || refuse(a, "探测已暂停;先 beianctl probe resume");
}

/* -- the jobs ------------------------------------------------------------------------------------------ */

static void renew(struct ask *a, int64_t id)
{
	struct query q;

	query_open(&q, a->txn, STMT_PROBE_JOB_ASK);
	query_int(&q, id);
	query_int(&q, a->now);
	query_run(&q);
}

static int64_t create(struct ask *a, const struct probe_row *row)
{
	struct query q;

	if (plan_room(a->store, a->txn) == 0) {
		plan_count(a->txn, "jobs-refused", 1);
		return 0;
	}
	query_open(&q, a->txn, STMT_PROBE_JOB_ADD);
	query_int(&q, a->kind);
	query_text(&q, a->name);
	query_text(&q, row->name);
	query_text(&q, a->target);
	if (a->app != 0)
		query_int(&q, a->app);
	else
		query_text(&q, NULL);
	query_text(&q, "人工探测");
	query_int(&q, a->now);
	query_run(&q);
	return query_new_id(&q);
}

/* Until when the host, or the configured endpoint, of a probe is left alone because it asked for that: by
 * people too. 0: it did not. */
static int64_t held_until(struct ask *a, const struct probe_row *row)
{
	bool endpoint = row->endpoint != NULL;
	struct query q;

	if (!endpoint && a->kind != SUBJECT_HOST)
		return 0;
	query_open(&q, a->txn, endpoint ? STMT_PROBE_HELD_PROBE : STMT_PROBE_HELD_HOST);
	query_text(&q, endpoint ? row->name : a->name);
	query_int(&q, PROBE_HELD_BACK);
	query_int(&q, a->now);
	return query_one(&q, 0);
}

static void demand(struct ask *a, const struct probe_row *row)
{
	struct query q;
	int64_t id = 0, until = held_until(a, row);
	bool out = false;

	if (until > 0) {
		a->later = until > a->later ? until : a->later;
		return;
	}
	query_open(&q, a->txn, STMT_PROBE_JOB_FIND);
	query_int(&q, a->kind);
	query_text(&q, a->name);
	query_text(&q, row->name);
	query_text(&q, a->target);
	if (query_row(&q)) {
		id = query_get_int(&q, 0);
		out = query_get_int(&q, 2) != 0;
	}
	query_close(&q);
	if (id == 0)
		id = create(a, row);
	else if (!out)
		renew(a, id);
	if (id != 0)
		a->job[a->count++] = id;
}

static bool ends_in(const char *url, const char *end)
{
	size_t n = strcspn(url, "?#"), k = strlen(end);
	return n > k && strncasecmp(url + n - k, end, k) == 0;
}

/* A URL is for the probe of its file, or for the first that looks at pages. */
static const struct probe_row *row_for_target(const struct store *s, const char *url)
{
	const char *file = ends_in(url, ".apk")                             ? "apk"
			   : ends_in(url, ".ipa") || ends_in(url, ".plist") ? "ipa"
									    : NULL;
	const struct probe_row *first = NULL;

	for (size_t i = 0; i < s->probe_count; i++) {
		const struct probe_row *row = &s->probe[i];
		if (file && strcmp(row->name, file) == 0)
			return row;
		if (first == NULL && plan_fits(row, SUBJECT_HOST))
			first = row;
	}
	return first;
}

static void demand_all(struct ask *a)
{
	const struct store *s = a->store;
	struct asked_member m = { .kind = a->kind, .name = a->name, .answers = true };

	if (a->target[0] != '\0') {
		const struct probe_row *row = row_for_target(s, a->target);
		if (row != NULL)
			demand(a, row);
		return;
	}
	for (size_t i = 0; i < s->probe_count && a->count < STORE_ASK_MAX; i++)
		if (plan_fits(&s->probe[i], a->kind) && plan_refusal(s, &s->probe[i], &m) == PROBE_DONE)
			demand(a, &s->probe[i]);
}

static bool ask(struct ask *a, const char *what)
{
	char text[TEXT_TIME_MAX];

	if (!understand(a, what) || !in_scope(a) || !may_ask_now(a))
		return false;
	demand_all(a);
	if (a->count > 0)
		return true;
	if (a->later == 0)
		return refuse(a, "没有适用的探测:这一类对象没有,或其网址没有配置(probe.wechat_record、"
				 "probe.itunes_lookup),或任务数已满(probe.jobs)");
	text_time_beijing(text, a->later);
	snprintf(a->error, STORE_ERROR_MAX, "对方要求等待,%s 之后再探测", text);
	return false;
}

int store_probe_ask(struct store *s, int64_t now, const char *what, int64_t job[STORE_ASK_MAX], size_t *count,
		    char error[STORE_ERROR_MAX])
{
	struct db_txn t;
	struct ask a = { .store = s, .txn = &t, .now = now, .job = job, .error = error };
	bool done;

	*count = 0;
	error[0] = '\0';
	db_begin(&t, s->db, DB_WRITE);
	done = ask(&a, what);
	if (t.result == 0 && !done) {
		db_abandon(&t);
		return ANSWER_REFUSED;
	}
	if (state_end(s, &t) != 0) {
		snprintf(error, STORE_ERROR_MAX, "%s", s->error);
		return ANSWER_REFUSED;
	}
	*count = a.count;
	return ANSWER_DONE;
}

/* -- the answer ---------------------------------------------------------------------------------------- */

static void tell(struct answer *a, struct db_txn *t, int64_t job)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_JOB_SHOW);
	query_int(&q, job);
	while (query_row(&q)) {
		json_line(&a->line);
		job_json(&a->line, &q, clock_wall());
		answer_line(a);
	}
	query_open(&q, t, STMT_PROBE_FACTS_OF_JOB);
	query_int(&q, job);
	while (query_row(&q)) {
		json_line(&a->line);
		fact_json(&a->line, &q, true);
		answer_line(a);
	}
	query_open(&q, t, STMT_PROBE_TRANSCRIPTS_OF);
	query_int(&q, job);
	if (query_row(&q)) {
		json_line(&a->line);
		transcript_json(&a->line, &q, job);
		answer_line(a);
	}
	query_close(&q);
}

int store_probe_tell(struct store *s, int64_t job, struct store_reply *r)
{
	struct answer a = { .store = s, .reply = r };
	struct db_txn t;
	int done;

	db_begin(&t, s->db, DB_READ);
	tell(&a, &t, job);
	done = state_end(s, &t);
	buf_clear(&a.line);
	return done;
}

/* Without the daemon there is nobody who asks. */
int answer_probe(struct answer *a)
{
	return answer_refuse(a, "请求由运行中的守护进程发出:请去掉 --db;只看会问什么用 probe --dry-run");
}
