/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/resolve.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/bystander.h"

/* "kind:name" -> both. False: the part before the colon is no kind. */
static bool split_key(const char *text, struct resolved *out)
{
	const char *colon = strchr(text, ':');
	char kind[32];

	if (colon == NULL || (size_t)(colon - text) >= sizeof(kind) || colon[1] == '\0' ||
	    strlen(colon + 1) >= sizeof(out->name))
		return false;
	memcpy(kind, text, (size_t)(colon - text));
	kind[colon - text] = '\0';
	if (!subject_kind_find(kind, &out->kind))
		return false;
	snprintf(out->name, sizeof(out->name), "%s", colon + 1);
	return true;
}

/* Host names are kept in lower case and without the root's dot. */
static void normalise(struct resolved *out)
{
	size_t n = strlen(out->name);

	if (out->kind != SUBJECT_HOST)
		return;
	text_lower(out->name);
	if (n > 1 && out->name[n - 1] == '.')
		out->name[n - 1] = '\0';
}

/* Kinds that know a bare name, listed as "host:x, wechat-mini:x". Returns how many. */
static int kinds_named(struct db_txn *t, const char *name, struct resolved *out, struct buf *list)
{
	struct query q;
	int n = 0;

	query_open(&q, t, STMT_SUBJECTS_NAMED);
	query_text(&q, name);
	while (query_row(&q)) {
		if (!state_kind(&q, 0, &out->kind))
			continue;
		buf_printf(list, "%s%s:%s", n > 0 ? ", " : "", subject_kind_name(out->kind), name);
		n++;
	}
	return n;
}

/* An app's key names its centre, which need not have been seen itself: "host:example.com" for
 * www.example.com. */
static int64_t app_by_key(struct db_txn *t, const struct resolved *at, char key[sizeof(at->app_key)])
{
	struct query q;

	snprintf(key, sizeof(at->app_key), "%s:%s", subject_kind_name(at->kind), at->name);
	query_open(&q, t, STMT_APP_BY_KEY);
	query_text(&q, key);
	return query_one(&q, 0);
}

static int resolve_bare(struct answer *a, struct db_txn *t, const char *text, struct resolved *out)
{
	struct buf list = { 0 };
	char shown[RECORD_NAME_MAX * 4], key[sizeof(out->app_key)];
	int n, code = ANSWER_DONE;

	snprintf(out->name, sizeof(out->name), "%s", text);
	n = kinds_named(t, out->name, out, &list);
	if (n == 0) {
		out->kind = SUBJECT_HOST;
		normalise(out);
		n = kinds_named(t, out->name, out, &list);
	}
	text_safe(shown, sizeof(shown), text, strlen(text));
	if (n == 0 && app_by_key(t, out, key) == 0 && bystander_app(a->store, t, out->name, key) == 0)
		code = answer_refuse(a, "没有观测到 %s;可写作 种类:名称,例如 host:jw.example.edu.cn", shown);
	if (n > 1)
		code = answer_refuse(a, "%s 不止一种,请写明是哪一个: %s", shown, list.p);
	buf_clear(&list);
	return code;
}

/* The centre of an app that has a row; the host that gave its name to one of bystanders. */
static int resolve_app(struct answer *a, struct db_txn *t, int64_t app, struct resolved *out)
{
	char shown[24];
	struct query q;
	bool found;

	query_open(&q, t, app > 0 ? STMT_APP_KEY : STMT_SUBJECT_NAME);
	query_int(&q, app > 0 ? app : -app);
	found = query_row(&q);
	if (found && app > 0)
		found = split_key(query_get_text(&q, 0), out);
	else if (found && (found = state_kind(&q, 0, &out->kind)))
		snprintf(out->name, sizeof(out->name), "%s", query_get_text(&q, 1));
	query_close(&q);
	answer_app_text(shown, app);
	return found ? ANSWER_DONE : answer_refuse(a, "没有应用 %s,beianctl apps 列出全部应用", shown);
}

/* Nobody wrote the members of its app down. One that was not seen itself may be the centre of those that
 * were.
 */
static void find_bystander(struct store *s, struct db_txn *t, struct resolved *out)
{
	char key[BYSTANDER_KEY_MAX];

	if (out->kind != SUBJECT_HOST)
		return;
	out->app = out->id != 0 ? bystander_of(s, t, out->id, out->name, key)
				: bystander_app(s, t, out->name, key);
	out->bystander = out->app != 0;
	if (!out->bystander)
		return;
	snprintf(out->app_key, sizeof(out->app_key), "%s", key);
	snprintf(out->tie, sizeof(out->tie), "%s",
		 tie_name(strcmp(strchr(key, ':') + 1, out->name) == 0 ? TIE_ANCHOR : TIE_REGISTRABLE));
}

static void find_app(struct db_txn *t, struct resolved *out)
{
	struct query q;

	query_open(&q, t, STMT_APP_OF_SUBJECT);
	query_int(&q, out->id);
	if (query_row(&q)) {
		out->app = query_get_int(&q, 0);
		snprintf(out->app_key, sizeof(out->app_key), "%s", query_get_text(&q, 1));
		snprintf(out->tie, sizeof(out->tie), "%s", query_get_text(&q, 2));
	}
	query_close(&q);
}

/* The row of the subject and the app that it belongs to or is the centre of, if any. */
static void look_up(struct store *s, struct db_txn *t, struct resolved *out)
{
	struct query q;

	query_open(&q, t, STMT_SUBJECT_FIND);
	query_int(&q, out->kind);
	query_text(&q, out->name);
	out->id = query_one(&q, 0);
	if (out->id != 0)
		find_app(t, out);
	if (out->app == 0)
		find_bystander(s, t, out);
	if (out->app == 0 && out->id == 0)
		out->app = app_by_key(t, out, out->app_key);
}

int64_t resolve_again(struct db_txn *t, const struct resolved *at)
{
	char key[sizeof(at->app_key)];
	return app_by_key(t, at, key);
}

int resolve_subject(struct answer *a, struct db_txn *t, const char *text, struct resolved *out)
{
	int64_t app = answer_app_id(text);
	int code = ANSWER_DONE;

	*out = (struct resolved){ 0 };
	if (app != 0)
		code = resolve_app(a, t, app, out);
	else if (split_key(text, out))
		normalise(out);
	else
		code = resolve_bare(a, t, text, out);
	if (code == ANSWER_DONE)
		look_up(a->store, t, out);
	return code;
}

int resolve_failed(struct answer *a, struct db_txn *t)
{
	if (t->result < 0)
		return answer_end(a, t);
	db_abandon(t);
	return ANSWER_REFUSED;
}
