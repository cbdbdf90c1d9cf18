/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The prober process: takes jobs of the store, runs each with visit/visit.c, answers each once. It decides
 * nothing and keeps nothing: when to ask again the store knows. What it reads comes from strangers, so it has
 * no file, no secret and nobody else to talk to.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/data.h"
#include "daemon/role.h"
#include "daemon/tally.h"
#include "ipc/job.h"
#include "probes/charset.h"
#include "visit/visit.h"

enum {
	PROBER_WAITING_MAX =
		4096, /* jobs that found no room at once; the store sends no more than there is */
	PROBER_ALONE_SECONDS = 2,
	PROBER_VIEW_SECONDS = 2, /* between two looks at what it counted */
};

struct errand {
	struct prober *p;
	struct errand *next; /* while it waits */
	int64_t id;
	bool told; /* the store knows that it begins */
	struct visit_job job;
};

struct prober {
	struct role role;
	struct link *store;
	struct event *alone; /* the store's link ended and nobody said why */
	struct event *look;
	struct job_view view; /* as it was told last */
	struct job_view fresh;
	struct visits *visits;
	struct conf *conf; /* of the last reload; NULL: the role's */
	struct data data;
	bool data_loaded;
	struct charsets *charsets; /* converters, opened before the first stranger */
	struct errand *first, **last;
	size_t waiting;
	struct job job; /* both too large for the stack */
	struct job_result result;
};

/* -- answers --------------------------------------------------------------------------------------- */

/* What the store would refuse, and with it the link, is left out here. */
static void set_text(char *out, size_t cap, const char *s)
{
	size_t n = strlen(s);

	out[0] = '\0';
	if (n < cap && text_is_safe(s, n))
		memcpy(out, s, n + 1);
}

static void set_ascii(char *out, size_t cap, const char *s)
{
	size_t n = strlen(s);

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~')
			return;
	if (n < cap)
		memcpy(out, s, n + 1);
}

static void set_facts(struct job_result *j, const struct probe_facts *facts)
{
	size_t bytes = 0;

	j->fact_count = 0;
	j->facts_more = facts->more;
	for (size_t i = 0; i < facts->count; i++) {
		const struct probe_fact *f = &facts->fact[i];
		struct job_fact *to = &j->fact[j->fact_count];
		to->type = f->type;
		to->confidence = f->confidence;
		set_text(to->value, sizeof(to->value), f->value);
		set_text(to->note, sizeof(to->note), f->note);
		bytes += strlen(to->value) + strlen(to->note);
		if (to->value[0] != '\0' && bytes <= JOB_FACTS_BYTES && j->fact_count < JOB_FACTS_MAX)
			j->fact_count++;
		else
			j->facts_more++;
	}
}

/* Line by line: one that is not fit to be shown is not worth the others. */
static void set_transcript(char out[JOB_TRANSCRIPT_MAX], const char *s)
{
	size_t at = 0;

	while (*s) {
		const char *end = strchrnul(s, '\n');
		size_t n = (size_t)(end - s) + (*end == '\n');
		if (at + n >= JOB_TRANSCRIPT_MAX)
			break;
		if (text_is_safe(s, (size_t)(end - s))) {
			memcpy(out + at, s, n);
			at += n;
		}
		s += n;
	}
	out[at] = '\0';
}

static void answer(struct prober *p)
{
	struct wr w;

	if (p->store == NULL)
		return;
	w = link_begin(p->store, MSG_JOB_RESULT);
	job_result_put(&w, &p->result);
	if (!link_send(p->store, &w, -1))
		log_error("探测结果太长,未能送出");
}

static uint16_t small(unsigned n) { return n < UINT16_MAX ? (uint16_t)n : UINT16_MAX; }

static void begin_waiting(struct prober *p);

static void on_done(void *arg, const struct visit_result *r)
{
	struct errand *e = arg;
	struct prober *p = e->p;
	struct job_result *j = &p->result;

	j->id = e->id;
	j->outcome = r->outcome;
	j->status = small(r->status);
	j->version = small(r->version);
	j->requests = small(r->requests);
	j->retry_after = r->retry_after;
	set_ascii(j->etag, sizeof(j->etag), r->etag);
	set_ascii(j->modified, sizeof(j->modified), r->modified);
	set_text(j->remark, sizeof(j->remark), r->remark);
	set_facts(j, r->facts);
	set_transcript(j->transcript, r->transcript);
	answer(p);
	free(e);
	begin_waiting(p);
}

/* The store must know it before anybody is asked: what is in the link's socket it reads, whatever becomes of
 * this process. */
static bool on_begins(void *arg)
{
	struct errand *e = arg;
	struct prober *p = e->p;
	struct wr w;

	if (p->store == NULL)
		return false;
	if (!e->told) {
		w = link_begin(p->store, MSG_JOB_BEGUN);
		msg_id_put(&w, e->id);
		e->told = link_send(p->store, &w, -1);
	}
	return e->told && link_queued(p->store) == 0;
}

static const struct visit_hooks visit_hooks = { .done = on_done, .begins = on_begins };

/* A job that was not begun. */
static void answer_at_once(struct prober *p, int64_t id, enum probe_outcome outcome, const char *remark)
{
	struct job_result *j = &p->result;

	memset(j, 0, offsetof(struct job_result, fact));
	j->id = id;
	j->outcome = outcome;
	j->transcript[0] = '\0';
	set_text(j->remark, sizeof(j->remark), remark);
	answer(p);
}

/* -- jobs ------------------------------------------------------------------------------------------ */

/* In the order in which they came: those of one subject came together, and join. */
static void begin_waiting(struct prober *p)
{
	while (p->first) {
		struct errand *e = p->first;
		bool began = visits_begin(p->visits, &e->job, &visit_hooks, e);
		if (!began && visits_room(p->visits) == 0)
			break;
		p->first = e->next;
		if (p->first == NULL)
			p->last = &p->first;
		p->waiting--;
		if (began)
			continue;
		answer_at_once(p, e->id, PROBE_HELD_BACK, "");
		free(e);
	}
}

static void drop_waiting(struct prober *p, bool tell)
{
	while (p->first) {
		struct errand *e = p->first;
		p->first = e->next;
		if (tell)
			answer_at_once(p, e->id, PROBE_PAUSED, "");
		free(e);
	}
	p->last = &p->first;
	p->waiting = 0;
}

static void fill(struct visit_job *v, const struct job *j, const struct probe *probe)
{
	v->probe = probe;
	v->kind = j->kind;
	memcpy(v->name, j->name, sizeof(v->name));
	memcpy(v->target, j->target, sizeof(v->target));
	memcpy(v->etag, j->etag, sizeof(v->etag));
	memcpy(v->modified, j->modified, sizeof(v->modified));
	v->chance = j->chance;
	v->scope_count = j->scope_count;
	memcpy(v->scope, j->scope, sizeof(v->scope));
}

_Static_assert((int)JOB_SCOPE_MAX == (int)VISIT_SCOPE_MAX && (int)JOB_TAG_MAX == (int)VISIT_TAG_MAX &&
		       (int)JOB_URL_MAX == (int)PROBE_URL_MAX && (int)RECORD_NAME_MAX == (int)PROBE_NAME_MAX,
	       "a job is copied into a visit as it is");

static bool take_job(void *arg, struct rd *body)
{
	struct prober *p = arg;
	const struct probe *probe;
	struct errand *e;

	if (!job_get(body, &p->job) || p->waiting >= PROBER_WAITING_MAX)
		return false;
	probe = probe_find(p->job.probe);
	if (probe == NULL) {
		answer_at_once(p, p->job.id, PROBE_NOT_ENABLED, "没有这项探测");
		return true;
	}
	e = xcalloc(1, sizeof(*e));
	e->p = p;
	e->id = p->job.id;
	fill(&e->job, &p->job, probe);
	*p->last = e;
	p->last = &e->next;
	p->waiting++;
	begin_waiting(p);
	return true;
}

/* All that is under way ends before this returns, and is answered. */
static void pause_visits(struct prober *p)
{
	if (p->visits == NULL)
		return;
	drop_waiting(p, true);
	visits_pause(p->visits, true);
}

static bool take_pause(void *arg, struct rd *body)
{
	if (!rd_done(body))
		return false;
	pause_visits(arg);
	return true;
}

static bool take_resume(void *arg, struct rd *body)
{
	if (!rd_done(body))
		return false;
	visits_pause(((struct prober *)arg)->visits, false);
	return true;
}

/* -- manners --------------------------------------------------------------------------------------- */

/* Told when there is something new in it. */
static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct prober *p = arg;
	struct wr w;

	(void)fd, (void)what;
	tally_fill(&p->fresh, p->visits, clock_wall());
	if (p->store == NULL || memcmp(&p->fresh, &p->view, sizeof(p->view)) == 0)
		return;
	memcpy(&p->view, &p->fresh, sizeof(p->view));
	w = link_begin(p->store, MSG_PROBE_VIEW);
	job_view_put(&w, &p->view);
	if (!link_send(p->store, &w, -1))
		log_error("探测的计数太多,未能送出");
}

/* -- the role -------------------------------------------------------------------------------------- */

static void on_alone(evutil_socket_t fd, short what, void *arg)
{
	struct prober *p = arg;

	(void)fd, (void)what;
	log_error("与存储进程的链路已断");
	role_quit(&p->role, EXIT_FAILED);
}

/* Without a store nobody is asked anything. As for the notifier, STOP or a new prober follows. */
static void store_down(void *arg, const char *why)
{
	struct prober *p = arg;
	struct timeval patience = { PROBER_ALONE_SECONDS, 0 };

	link_free(p->store);
	p->store = NULL;
	if (why)
		log_error("存储进程的报文不可信(%s)", why);
	pause_visits(p);
	if (why || p->role.stopping)
		role_quit(&p->role, why ? EXIT_FAILED : EXIT_DONE);
	else
		event_add(p->alone, &patience);
}

static const struct link_row rows[] = {
	{ MSG_JOB, take_job },
	{ MSG_PROBE_PAUSE, take_pause },
	{ MSG_PROBE_RESUME, take_resume },
};
/* The last answers are on their way. */
static void drained(void *arg)
{
	struct prober *p = arg;

	if (p->role.stopping)
		role_quit(&p->role, EXIT_DONE);
}

static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), store_down, drained };

static int start(void *self)
{
	static const struct timeval often = { PROBER_VIEW_SECONDS, 0 };
	struct prober *p = self;
	char error[CONF_ERROR_MAX];

	p->alone = evtimer_new(p->role.base, on_alone, p);
	p->last = &p->first;
	p->data_loaded = role_data(&p->role, p->role.conf.paths.data, &p->data, error) == 0;
	if (p->data_loaded)
		p->visits = visits_new(p->role.base, &p->role.conf, error);
	if (p->visits == NULL) {
		log_error("%s", error);
		return EXIT_CONFIG;
	}
	p->look = event_new(p->role.base, -1, EV_PERSIST, on_look, p);
	event_add(p->look, &often);
	visits_fingerprints(p->visits, &p->data.fingerprints);
	visits_general(p->visits, &p->data.general);
	p->charsets = charset_load();
	if (p->charsets == NULL)
		log_warn("这台机器没有 GB18030 的转换表,中文旧编码的网页认不出来,请检查 glibc 的 gconv 模块");
	return role_ready(&p->role);
}

static void peer(void *self, const struct msg_peer *m, int fd)
{
	struct prober *p = self;

	if (m->role != ROLE_STORE || p->store || p->visits == NULL) {
		close(fd);
		return;
	}
	p->store = link_new(p->role.base, fd, &table, p);
}

/* The answers of what it ends are for the store, which stays until this process is gone. */
static void stop(void *self)
{
	struct prober *p = self;

	if (p->store)
		link_signal(p->store, MSG_PROBE_PAUSE);
	pause_visits(p);
	if (p->store == NULL || link_queued(p->store) == 0)
		role_quit(&p->role, EXIT_DONE);
}

/* The new one is lent before the old one goes. */
static void reload(void *self, struct conf *fresh)
{
	struct prober *p = self;
	struct conf *old = p->conf;

	p->conf = xcalloc(1, sizeof(*p->conf));
	*p->conf = *fresh;
	conf_init(fresh); /* the caller clears it */
	visits_configure(p->visits, p->conf);
	if (old)
		conf_clear(old);
	free(old);
}

static const struct role_hooks hooks = { .start = start, .peer = peer, .stop = stop, .reload = reload };

static void prober_clear(struct prober *p)
{
	drop_waiting(p, false);
	visits_free(p->visits);
	charset_unload(p->charsets);
	if (p->data_loaded)
		data_clear(&p->data);
	link_free(p->store);
	if (p->alone)
		event_free(p->alone);
	if (p->look)
		event_free(p->look);
	if (p->conf)
		conf_clear(p->conf);
	free(p->conf);
}

int prober_run(const char *label)
{
	struct prober *p = xcalloc(1, sizeof(*p));
	int status;

	p->role = (struct role){ .id = ROLE_PROBER, .label = label, .hooks = &hooks, .self = p };
	p->last = &p->first;
	status = role_run(&p->role);
	prober_clear(p);
	role_clear(&p->role);
	free(p);
	return status;
}
