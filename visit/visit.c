/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/visit.h"

#include <event2/event.h>
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/version.h"
#include "visit/errand.h"
#include "visit/term.h"

enum {
	HOSTS_MAX = 65536,   /* whose budgets are remembered */
	ASIDE_SECONDS = 600, /* that an answer aside is taken for those who ask after it */
	IDLE_MORE = 3,       /* seconds that a connection is kept beyond the pause between two requests */
};

_Static_assert((int)TRANSCRIPT_MAX == (int)VISIT_TRANSCRIPT_MAX, "one size of a transcript");

/* Runs for one subject, one after the other: the first of them is under way. */
struct stay {
	char key[PROBE_NAME_MAX + 8]; /* kind and name */
	struct visit *first, **last;
	size_t runs;
	struct fetch_session *session;
	struct answers answers;
	UT_hash_handle hh;
};

struct visit {
	struct visits *v;
	struct visit *next, **link;
	struct stay *stay;
	struct visit *after; /* in its stay */
	uint64_t number;
	struct visit_job job;
	const struct visit_hooks *hooks;
	void *arg;
	struct event *timer; /* its start, then the end of its time */
	bool started;
	struct probe_run run;
	struct probe_facts facts;
	struct probe_ask ask;
	size_t asks;
	struct scope_run scope;
	const char *suffix[VISIT_SCOPE_MAX];
	struct errand *errand;
	struct transcript transcript;
	struct term term;
	unsigned requests, status;
	uint32_t retry_after;
	char etag[VISIT_TAG_MAX], modified[VISIT_TAG_MAX];
};

struct visits {
	struct manners m;
	const struct conf *conf;
	const struct fingerprints *fingerprints;
	const struct general *general;
	struct stay *stays;
	struct answers aside; /* of hosts that many subjects share */
	int64_t aside_since;
	struct visit *first;
	size_t running;
	uint64_t number; /* of the next one */
};

/* -- set-up */
static bool set_up_fetch(struct visits *v, char error[CONF_ERROR_MAX])
{
	const struct conf *c = v->conf;
	char agent[256];
	struct fetch_settings s = { .agent = agent, .roots = c->probe.roots, .timeout = c->probe.timeout };

	/* who is asked that rarely is not kept waiting with an open connection */
	if (c->probe.host_seconds + IDLE_MORE <= FETCH_IDLE_SECONDS)
		s.idle = c->probe.host_seconds + IDLE_MORE;
	snprintf(agent, sizeof(agent), "beiand/%s (+%s)", BEIAND_VERSION, c->probe.contact);
	v->m.fetch = fetch_new(v->m.base, &s);
	if (v->m.fetch == NULL)
		snprintf(error, CONF_ERROR_MAX, "[probe] roots = %s: 读不到 PEM 格式的根证书",
			 c->probe.roots);
	return v->m.fetch != NULL;
}

struct visits *visits_new(struct event_base *base, const struct conf *conf, char error[CONF_ERROR_MAX])
{
	struct visits *v = xcalloc(1, sizeof(*v));

	v->conf = conf;
	v->m.base = base;
	v->m.scope = scope_new(conf);
	v->m.budget = budget_new(conf, HOSTS_MAX, clock_wall());
	v->m.shelf = shelf_new();
	v->aside =
		(struct answers){ .wanted = 1, .all = &v->m.kept_bytes, .refused = &v->m.counters.unshared };
	v->m.resolve = resolve_new(base, conf, error);
	if (v->m.resolve != NULL && set_up_fetch(v, error))
		return v;
	visits_free(v);
	return NULL;
}

void visits_fingerprints(struct visits *v, const struct fingerprints *table) { v->fingerprints = table; }

void visits_general(struct visits *v, const struct general *table) { v->general = table; }

/* -- stays */
static void start_in_turn(struct stay *s)
{
	static const struct timeval at_once;

	if (evtimer_add(s->first->timer, &at_once) != 0)
		fatal("libevent 不能排定事件");
}

static struct stay *stay_find(const struct visits *v, const struct visit_job *j, char key[PROBE_NAME_MAX + 8])
{
	struct stay *s;

	snprintf(key, PROBE_NAME_MAX + 8, "%d %s", (int)j->kind, j->name);
	HASH_FIND_STR(v->stays, key, s);
	return s;
}

static struct stay *stay_new(struct visits *v, const char *key)
{
	struct stay *s = xcalloc(1, sizeof(*s));

	memcpy(s->key, key, strlen(key) + 1);
	s->last = &s->first;
	s->session = fetch_open(v->m.fetch);
	s->answers.all = &v->m.kept_bytes;
	s->answers.refused = &v->m.counters.unshared;
	HASH_ADD_STR(v->stays, key, s);
	return s;
}

static void stay_join(struct stay *s, struct visit *x)
{
	x->stay = s;
	*s->last = x;
	s->last = &x->after;
	s->answers.wanted = s->runs++;
	if (s->first == x)
		start_in_turn(s);
}

/* The last one to leave closes the door. */
static void stay_leave(struct visits *v, struct visit *x)
{
	struct stay *s = x->stay;
	const bool was_first = s->first == x;
	struct visit **at = &s->first;

	while (*at != x)
		at = &(*at)->after;
	*at = x->after;
	if (x->after == NULL)
		s->last = at;
	if (--s->runs > 0) {
		s->answers.wanted = s->runs - 1;
		if (was_first)
			start_in_turn(s);
		return;
	}
	HASH_DEL(v->stays, s);
	fetch_close(s->session);
	answers_clear(&s->answers);
	free(s);
}

static void visit_free(struct visit *x)
{
	*x->link = x->next;
	if (x->next != NULL)
		x->next->link = x->link;
	x->v->running--;
	if (x->errand != NULL)
		errand_cancel(x->errand);
	if (x->started && x->job.probe->end != NULL)
		x->job.probe->end(&x->run);
	stay_leave(x->v, x);
	event_free(x->timer);
	free(x->run.state);
	free(x->facts.fact);
	free(x);
}

void visits_free(struct visits *v)
{
	if (v == NULL)
		return;
	while (v->first != NULL)
		visit_free(v->first);
	answers_clear(&v->aside);
	fetch_free(v->m.fetch);
	resolve_free(v->m.resolve);
	shelf_free(v->m.shelf);
	budget_free(v->m.budget);
	scope_free(v->m.scope);
	free(v);
}

/* -- a run */
/* The end of a run is the only place that gives it back. */
static void finish(struct visit *x, enum probe_outcome outcome)
{
	struct visit_counters *n = &x->v->m.counters;
	const bool unchanged = outcome == PROBE_UNCHANGED;
	struct visit_result r = {
		.outcome = outcome,
		.status = x->status,
		.version = x->job.probe->row->version,
		.requests = x->requests,
		.retry_after = x->retry_after,
		.etag = unchanged && x->etag[0] == '\0' ? x->job.etag : x->etag,
		.modified = unchanged && x->modified[0] == '\0' ? x->job.modified : x->modified,
		.remark = x->run.remark,
		.facts = &x->facts,
	};

	if (x->errand != NULL)
		errand_cancel(x->errand);
	x->errand = NULL;
	if (x->run.remark[0] != '\0')
		transcript_remark(&x->transcript, clock_wall(), x->run.remark);
	r.transcript = transcript_close(&x->transcript);
	n->outcome[outcome]++;
	n->facts_refused += x->facts.more;
	n->lines_refused += x->transcript.more;
	x->hooks->done(x->arg, &r);
	visit_free(x);
}

/* The neighbour of a hundred hosts is asked for one of them: its pace would hold them all. Nothing is lent of
 * what goes here: the probe has read its last answer. */
static struct answers *answers_for(struct visit *x)
{
	struct visits *v = x->v;

	if (!x->ask.aside)
		return &x->stay->answers;
	if (v->aside.count == ANSWERS_MAX || x->run.now - v->aside_since > ASIDE_SECONDS * INT64_C(1000000)) {
		answers_clear(&v->aside);
		v->aside_since = x->run.now;
	}
	return &v->aside;
}

static void on_answer(void *arg, const struct errand_result *r);

static void next_ask(struct visit *x, const struct probe_answer *answer)
{
	struct errand_task task = {
		.ask = &x->ask,
		.run = &x->scope,
		.etag = x->job.etag,
		.modified = x->job.modified,
		.session = x->stay->session,
		.begins = x->hooks->begins,
		.arg = x->arg,
		.transcript = &x->transcript,
		.requests = &x->requests,
		.term = &x->term,
	};

	x->run.answer = answer;
	x->run.outcome = answer == NULL ? PROBE_DONE : answer->outcome;
	x->run.now = clock_wall();
	memset(&x->ask, 0, sizeof(x->ask));
	if (!x->job.probe->next(&x->run, &x->ask)) {
		finish(x, x->run.outcome);
	} else if (x->asks++ == PROBE_ASKS_MAX) {
		snprintf(x->run.remark, sizeof(x->run.remark), "问满 %d 次, 不再问", PROBE_ASKS_MAX);
		finish(x, x->run.outcome);
	} else {
		task.answers = answers_for(x);
		x->errand = errand_begin(&x->v->m, &task, on_answer, x);
	}
}

static void keep_tag(char out[VISIT_TAG_MAX], const char *value)
{
	const size_t n = strlen(value);

	out[0] = '\0';
	if (n < VISIT_TAG_MAX) /* a part of a tag is none */
		memcpy(out, value, n + 1);
}

static void on_answer(void *arg, const struct errand_result *r)
{
	struct visit *x = arg;
	const struct probe_answer *a = &r->answer;

	x->errand = NULL;
	if (a->status != 0)
		x->status = (unsigned)a->status;
	if (r->retry_after > x->retry_after && !(x->ask.aside && a->status == 0))
		x->retry_after = r->retry_after;
	if (x->ask.conditional && a->outcome == PROBE_DONE) {
		keep_tag(x->etag, a->etag);
		keep_tag(x->modified, a->last_modified);
	}
	if (a->outcome == PROBE_PAUSED || a->outcome == PROBE_SHORTAGE)
		finish(x, a->outcome); /* whatever the probe would still like to ask: not now */
	else
		next_ask(x, a);
}

static const char *endpoint_of(const struct conf *c, const struct probe *p)
{
	return p->row->endpoint ? p->row->endpoint(c) : "";
}

/* Why a job cannot even begin; PROBE_DONE: it can. */
static enum probe_outcome job_check(const struct conf *c, const struct visit_job *j)
{
	if (j->probe->row->endpoint != NULL && endpoint_of(c, j->probe)[0] == '\0')
		return PROBE_NOT_ENABLED;
	return j->probe->row->wants_target && j->target[0] == '\0' ? PROBE_BAD_URL : PROBE_DONE;
}

static void describe(const struct conf *c, const struct visit_job *j, struct probe_run *run,
		     struct scope_run *scope, const char *suffix[VISIT_SCOPE_MAX])
{
	run->kind = j->kind;
	run->name = j->name;
	run->target = j->target;
	run->chance = j->chance;
	run->base = endpoint_of(c, j->probe);
	scope->name = j->kind == SUBJECT_HOST ? j->name : "";
	scope->endpoint = run->base;
	scope->suffix = suffix;
	scope->count = j->scope_count < VISIT_SCOPE_MAX ? j->scope_count : VISIT_SCOPE_MAX;
	for (size_t i = 0; i < scope->count; i++)
		suffix[i] = j->scope[i];
}

/* Over, or looked at again when it may be: its end is put off by each wait of ours. */
static void look_at_term(struct visit *x)
{
	const int64_t left = term_left(&x->term, clock_steady()), second = 1000000;
	const struct timeval tv = { .tv_sec = left / second, .tv_usec = left % second };

	if (left == 0) {
		if (term_outcome(&x->term) == PROBE_PAUSED)
			snprintf(x->run.remark, sizeof(x->run.remark), "为本机自己的限速已等 %d 秒, 以后再问",
				 TERM_OWN_SECONDS_MAX);
		finish(x, term_outcome(&x->term));
	} else if (evtimer_add(x->timer, &tv) != 0) {
		fatal("libevent 不能排定事件");
	}
}

static void begin(struct visit *x)
{
	const enum probe_outcome o = x->v->m.paused ? PROBE_PAUSED : job_check(x->v->conf, &x->job);

	if (o != PROBE_DONE) {
		finish(x, o);
		return;
	}
	term_begin(&x->term, clock_steady());
	look_at_term(x);
	x->facts.fact = xcalloc(PROBE_FACTS_MAX, sizeof(*x->facts.fact));
	x->run.state = xcalloc(1, x->job.probe->state_size > 0 ? x->job.probe->state_size : 1);
	x->started = true;
	next_ask(x, NULL);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct visit *x = arg;

	(void)fd, (void)what;
	if (!x->started)
		begin(x);
	else
		look_at_term(x);
}

static struct visit *visit_new(struct visits *v, const struct visit_job *job, const struct visit_hooks *hooks,
			       void *arg)
{
	struct visit *x = xcalloc(1, sizeof(*x));

	x->v = v;
	x->number = v->number++;
	x->job = *job;
	x->hooks = hooks;
	x->arg = arg;
	x->run.facts = &x->facts;
	x->run.fingerprints = v->fingerprints;
	x->run.general = v->general;
	describe(v->conf, &x->job, &x->run, &x->scope, x->suffix);
	x->timer = evtimer_new(v->m.base, on_timer, x);
	if (x->timer == NULL)
		fatal("libevent 不能排定事件");
	return x;
}

bool visits_begin(struct visits *v, const struct visit_job *job, const struct visit_hooks *hooks, void *arg)
{
	char key[PROBE_NAME_MAX + 8];
	struct stay *s = stay_find(v, job, key);
	struct visit *x;

	if (s != NULL ? s->runs >= VISIT_STAY_MAX : visits_room(v) == 0)
		return false;
	x = visit_new(v, job, hooks, arg);
	x->next = v->first;
	x->link = &v->first;
	if (x->next != NULL)
		x->next->link = &x->next;
	v->first = x;
	v->running++;
	v->m.counters.begun++;
	stay_join(s != NULL ? s : stay_new(v, key), x);
	return true;
}

size_t visits_running(const struct visits *v) { return v->running; }

size_t visits_room(const struct visits *v)
{
	const size_t stays = HASH_COUNT(v->stays);

	return stays < v->conf->probe.transfers ? v->conf->probe.transfers - stays : 0;
}

/* -- all of them */
/* Runs that are begun by `done` meanwhile have higher numbers, and end by themselves. */
void visits_pause(struct visits *v, bool paused)
{
	const uint64_t before = v->number;
	struct visit *x;

	v->m.paused = paused;
	while (paused) {
		for (x = v->first; x != NULL && x->number >= before; x = x->next)
			;
		if (x == NULL)
			break;
		finish(x, PROBE_PAUSED);
	}
}

bool visits_paused(const struct visits *v) { return v->m.paused; }

/* What a running probe was told of its endpoint is in the old configuration, which may go.
 */
void visits_configure(struct visits *v, const struct conf *conf)
{
	v->conf = conf;
	scope_free(v->m.scope);
	v->m.scope = scope_new(conf);
	budget_reload(v->m.budget, conf);
	for (struct visit *x = v->first; x != NULL; x = x->next)
		describe(conf, &x->job, &x->run, &x->scope, x->suffix);
}

const struct visit_counters *visits_counters(const struct visits *v) { return &v->m.counters; }

struct budget *visits_budget(struct visits *v) { return v->m.budget; }
