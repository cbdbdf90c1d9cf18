/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service finds wrong with itself, on its way to the sinks. What stands is what the outbox says was
 * told last, so a restart forgets nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/alert.h"
#include "store/json.h"

enum { EVENT_WHAT_MAX = 256 };

/* The last that was told of one trouble. */
struct told {
	enum trouble trouble;
	bool raised;
	char what[EVENT_WHAT_MAX];
	char since[TEXT_TIME_MAX]; /* as it was written */
};

struct past {
	struct told *told;
	size_t count, cap;
};

static void read_past(struct past *past, struct db_txn *t)
{
	enum trouble trouble;
	struct query q;

	query_open(&q, t, STMT_EVENTS);
	while (query_row(&q)) {
		const char *name = query_get_text(&q, 0), *what = query_get_text(&q, 1);
		const char *state = query_get_text(&q, 2), *since = query_get_text(&q, 3);
		if (!name || !what || !state || !since || !trouble_find(name, &trouble))
			continue;
		past->told = xgrow(past->told, &past->cap, past->count + 1, sizeof(*past->told));
		struct told *to = &past->told[past->count++];
		*to = (struct told){ .trouble = trouble, .raised = strcmp(state, "raised") == 0 };
		snprintf(to->what, sizeof(to->what), "%s", what);
		snprintf(to->since, sizeof(to->since), "%s", since);
	}
}

static const struct told *find(const struct past *past, enum trouble trouble, const char *what)
{
	for (size_t i = 0; i < past->count; i++)
		if (past->told[i].trouble == trouble && strcmp(past->told[i].what, what) == 0)
			return &past->told[i];
	return NULL;
}

static void send(struct store *s, struct db_txn *t, const struct told *told, const char *text)
{
	struct buf line = { 0 };

	json_line(&line);
	json_text(&line, "event", trouble_name(told->trouble));
	json_text(&line, "state", told->raised ? "raised" : "cleared");
	json_text(&line, "school", s->conf->campus.name);
	json_text(&line, "what", told->what);
	json_text(&line, "since", told->since);
	json_time(&line, "at", clock_wall());
	json_text(&line, "text", text);
	json_close(&line, '}');
	alert_queue(s, t, 0, line.p);
	buf_clear(&line);
}

int store_event(struct store *s, const struct store_event *e)
{
	struct told now = { .trouble = e->trouble, .raised = e->raised };
	struct past past = { 0 };
	const struct told *before;
	struct db_txn t;

	snprintf(now.what, sizeof(now.what), "%s", e->what);
	text_time_utc(now.since, e->since);
	db_begin(&t, s->db, DB_WRITE);
	read_past(&past, &t);
	before = find(&past, e->trouble, now.what);
	if (before && !now.raised) /* the same episode, whatever the clock did meanwhile */
		memcpy(now.since, before->since, sizeof(now.since));
	if (before ? before->raised != now.raised : now.raised)
		send(s, &t, &now, e->text);
	free(past.told);
	return state_end(s, &t);
}

int store_events_forget(struct store *s, unsigned kinds, const char *what, const char *text)
{
	struct past past = { 0 };
	struct db_txn t;

	db_begin(&t, s->db, DB_WRITE);
	read_past(&past, &t);
	for (size_t i = 0; i < past.count; i++) {
		struct told *told = &past.told[i];
		if (!told->raised || !(kinds & 1u << told->trouble) ||
		    (what && strcmp(what, told->what) != 0))
			continue;
		told->raised = false;
		send(s, &t, told, text);
	}
	free(past.told);
	return state_end(s, &t);
}
