/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/probing.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/flight.h"
#include "daemon/manners.h"
#include "ipc/link.h"
#include "ipc/msg.h"
#include "visit/budget.h"

enum {
	PROBING_CHUNK = 64,         /* jobs read from the database at once ... */
	PROBING_VISITS = 16,        /* ... of so many subjects */
	PROBING_GATHER_MS = 20,     /* answers wait so long for others before the next jobs are read */
	PROBING_REST_MS = 1000,     /* something is due, but nothing may be handed out now */
	PROBING_LOOK_MS = 60000,    /* the next look when nothing is waiting */
	PROBING_WAIT_SECONDS = 180, /* a client waits for its answer */
	PROBING_DEATHS = 3,         /* of probers in a row, none of which answered: that is no chance */
	PROBING_CALM_SECONDS = 600, /* without a death, until no job is suspected of it */
	PROBING_WATCH_SECONDS = 1,  /* between two looks at whether it goes on */
	PROBING_SOON_SECONDS = 120, /* what could not be asked for a lack of ours is tried again within */
};

struct waiter {
	struct waiter *next;
	struct client *c;
	int64_t job[STORE_ASK_MAX];
	size_t count;
	int64_t until; /* monotonic */
};

struct probing {
	struct event_base *base;
	struct store *store;
	const struct conf *conf;
	struct budget *hours; /* for them alone */
	const struct probing_hooks *hooks;
	void *arg;
	struct link *link;
	struct event *pump, *watch;
	bool stopping, told_pause; /* told_pause: the prober was told to */
	bool leaving;              /* the prober takes no more */
	bool gathering;            /* an answer came, and jobs are read in a moment */
	bool lacking;              /* the last answer was that we lack what it takes to ask */
	struct flight *flight;
	struct waiter *waiters;
	uint64_t handed, answered, lost;
	uint64_t poison, shortage; /* of those lost; of those answered */
	int64_t progress;          /* monotonic: of the last answer, or when there was nothing to do */
	int64_t handed_at;         /* monotonic: when the first of those in flight was handed out */
	unsigned deaths;           /* of probers that had jobs, since the last answer */
	int64_t died;              /* monotonic: the last of them */
	int64_t stalled;           /* monotonic: since when; 0: it is not */
	struct job chunk[PROBING_CHUNK];
	struct job_result result;
	struct job_view view; /* of this prober; no counters before it told some */
};

static void broken(struct probing *p) { p->hooks->broken(p->arg, store_error(p->store)); }

/* -- clients --------------------------------------------------------------------------------------- */

void probing_wait(struct probing *p, const int64_t *job, size_t n, struct client *c)
{
	struct waiter *w = xcalloc(1, sizeof(*w));

	w->next = p->waiters;
	w->c = c;
	w->count = n < STORE_ASK_MAX ? n : STORE_ASK_MAX;
	memcpy(w->job, job, w->count * sizeof(*job));
	w->until = clock_steady() + (int64_t)PROBING_WAIT_SECONDS * 1000000;
	p->waiters = w;
}

/* Those that need not wait any longer at `now`; INT64_MAX: nobody does. */
static void release(struct probing *p, int64_t now, const char *why)
{
	struct waiter **at = &p->waiters;

	while (*at) {
		struct waiter *w = *at;
		if (w->until > now && w->count > 0) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		p->hooks->waited(p->arg, w->c, w->count > 0 ? why : NULL);
		free(w);
	}
}

static void tell_waiters(struct probing *p, int64_t job)
{
	for (struct waiter *w = p->waiters; w; w = w->next)
		for (size_t i = 0; i < w->count; i++)
			if (w->job[i] == job) {
				w->job[i] = w->job[--w->count];
				p->hooks->answered(p->arg, w->c, job);
				break;
			}
	release(p, 0, NULL);
}

void probing_forget(struct probing *p, const struct client *c)
{
	struct waiter **at = &p->waiters;

	while (*at) {
		struct waiter *w = *at;
		if (w->c != c) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		free(w);
	}
}

/* -- jobs out -------------------------------------------------------------------------------------- */

static void pump_in(struct probing *p, int64_t ms)
{
	struct timeval wait = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	event_add(p->pump, &wait);
}

static void send_job(struct probing *p, const struct job *j)
{
	struct wr w = link_begin(p->link, MSG_JOB);

	job_put(&w, j);
	(void)!link_send(p->link, &w, -1);
	if (flight_jobs(p->flight) == 0)
		p->handed_at = clock_steady();
	flight_add(p->flight, j);
	p->handed++;
}

/* Visits that may go out. An eighth of the transfers is kept for those that a person waits for. */
static size_t room(const struct probing *p)
{
	size_t most = p->conf->probe.transfers, kept = most / 8, waited = 0, out;

	for (const struct waiter *w = p->waiters; w; w = w->next)
		waited += w->count;
	most -= kept > waited ? kept - waited : 0;
	out = flight_visits(p->flight);
	return flight_room(p->flight, most > out ? most - out : 0);
}

/* Reads and sends one chunk. The count, or -1 when the database refused. */
static int hand_out(struct probing *p)
{
	size_t want = room(p) < PROBING_VISITS ? room(p) : PROBING_VISITS;
	int n = want > 0 ? store_jobs(p->store, clock_wall(), p->chunk, PROBING_CHUNK, want) : 0;

	if (n < 0) {
		broken(p);
		return -1;
	}
	for (int i = 0; i < n; i++)
		send_job(p, &p->chunk[i]);
	return n;
}

/* Results wake it up by themselves; so does whoever plans jobs. busy: something was handed out just now. */
static void rest(struct probing *p, bool busy)
{
	int64_t when, now, ms = PROBING_LOOK_MS;

	if (room(p) == 0)
		return;
	if (store_jobs_due(p->store, &when) != 0) {
		broken(p);
		return;
	}
	now = clock_wall();
	if (when <= now)
		ms = busy ? PROBING_GATHER_MS : PROBING_REST_MS;
	else if (when < now + (int64_t)PROBING_LOOK_MS * 1000)
		ms = (when - now) / 1000 + PROBING_GATHER_MS;
	pump_in(p, ms);
}

static void wait_for_hours(struct probing *p)
{
	int64_t now = clock_wall(), ms = (budget_opens(p->hours, now) - now) / 1000 + 1;
	char why[160];

	snprintf(why, sizeof(why), "现在不在探测时段(probe.hours = %s),到时会自动进行", p->conf->probe.hours);
	release(p, INT64_MAX, why);
	pump_in(p, ms < PROBING_LOOK_MS ? ms : PROBING_LOOK_MS);
}

void probing_pump(struct probing *p)
{
	int n = 1;
	uint64_t before = p->handed;

	event_del(p->pump);
	p->gathering = false;
	if (p->link == NULL || p->leaving || p->stopping)
		return;
	if (!budget_open(p->hours, clock_wall())) {
		wait_for_hours(p);
		return;
	}
	while (n > 0)
		n = hand_out(p);
	if (n >= 0)
		rest(p, p->handed > before);
}

static void on_pump(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	probing_pump(arg);
}

static void gather(struct probing *p)
{
	if (p->gathering || p->stopping)
		return;
	p->gathering = true;
	pump_in(p, PROBING_GATHER_MS);
}

void probing_obey(struct probing *p)
{
	bool paused = store_probes_paused(p->store);

	if (p->link == NULL || paused == p->told_pause)
		return;
	p->told_pause = paused;
	link_signal(p->link, paused ? MSG_PROBE_PAUSE : MSG_PROBE_RESUME);
}

void probing_stop(struct probing *p)
{
	p->stopping = true;
	event_del(p->pump);
	release(p, INT64_MAX, "服务正在停止,请稍后再试");
}

/* -- does it go on? -------------------------------------------------------------------------------- */

static void tell_stall(struct probing *p, bool raised, const char *text)
{
	int64_t ago = clock_steady() - p->stalled;
	const struct store_event e = { TROUBLE_PROBING_STALLED, "", raised, clock_wall() - ago, text };

	(raised ? log_warn : log_info)("%s", text);
	if (store_event(p->store, &e) != 0)
		broken(p);
	else
		p->hooks->events(p->arg);
}

/* A job was answered. */
static void went_on(struct probing *p)
{
	char text[128];

	p->progress = clock_steady();
	p->lacking = false;
	if (p->stalled == 0)
		return;
	snprintf(text, sizeof(text), "探测恢复:又有任务得到回答,停滞 %lld 秒",
		 (long long)((p->progress - p->stalled) / 1000000));
	tell_stall(p, false, text);
	p->stalled = 0;
}

/* Ill: something should have been answered by now. */
enum health { HEALTH_IDLE, HEALTH_BUSY, HEALTH_ILL, HEALTH_UNKNOWN };

static enum health examine(struct probing *p, int64_t now, int64_t patience)
{
	int64_t when;

	if (!budget_open(p->hours, clock_wall()))
		return HEALTH_IDLE;
	if (store_jobs_due(p->store, &when) != 0) {
		broken(p);
		return HEALTH_UNKNOWN;
	}
	if (when == INT64_MAX && flight_jobs(p->flight) == 0)
		return HEALTH_IDLE;
	if (p->lacking && when <= clock_wall() + (int64_t)PROBING_SOON_SECONDS * 1000000)
		return HEALTH_ILL;
	if (p->deaths >= PROBING_DEATHS || when <= clock_wall() - patience ||
	    (flight_jobs(p->flight) > 0 && now - p->handed_at >= patience))
		return HEALTH_ILL;
	return when <= clock_wall() || flight_jobs(p->flight) > 0 ? HEALTH_BUSY : HEALTH_IDLE;
}

/* Nothing is read from the database as long as answers come. */
static void look_after(struct probing *p, int64_t now)
{
	int64_t patience = (int64_t)p->conf->probe.stall_seconds * 1000000;
	char text[256];

	if (p->stopping || patience == 0 || now - p->progress < patience)
		return;
	switch (examine(p, now, patience)) {
	case HEALTH_ILL:
		if (p->stalled != 0)
			break;
		p->stalled = p->progress;
		snprintf(text, sizeof(text),
			 "探测停滞:有任务到期,却已 %lld 秒没有一个得到回答%s;请看日志和 beianctl probes",
			 (long long)((now - p->progress) / 1000000), p->link ? "" : ",探测进程没有运行");
		tell_stall(p, true, text);
		break;
	case HEALTH_IDLE:
		p->progress = now;
		if (p->stalled != 0)
			tell_stall(p, false, "探测停滞结束:已没有到期的任务");
		p->stalled = 0;
		break;
	default:
		break;
	}
}

/* -- answers in ------------------------------------------------------------------------------------ */

static bool take_result(void *arg, struct rd *body)
{
	struct probing *p = arg;
	int rc;

	if (!job_result_get(body, &p->result) || !flight_landed(p->flight, p->result.id))
		return false;
	rc = store_job_result(p->store, clock_wall(), &p->result);
	if (rc == -ENOENT)
		return false;
	if (rc != 0) {
		broken(p);
		return true;
	}
	p->answered++;
	p->deaths = 0;
	if (p->result.outcome == PROBE_SHORTAGE) {
		p->shortage++;
		p->lacking = true;
	} else {
		went_on(p);
	}
	tell_waiters(p, p->result.id);
	p->hooks->learnt(p->arg);
	gather(p);
	return true;
}

/* Known before its first request leaves, so that it is not asked twice. */
static bool take_begun(void *arg, struct rd *body)
{
	struct probing *p = arg;
	bool careful = flight_careful(p->flight); /* it may be the last suspect that begins */
	int64_t job;

	if (!msg_id_get(body, &job) || !flight_begun(p->flight, job))
		return false;
	if (careful)
		gather(p);
	return true;
}

/* What it had asked is asked again after the retry interval, by whoever comes next; all else goes out at
 * once. */
static void fall(struct probing *p)
{
	size_t n = flight_jobs(p->flight);
	struct store_fallen *fallen = flight_crash(p->flight);

	for (size_t i = 0; i < n; i++)
		p->lost += fallen[i].fate != STORE_FATE_BACK;
	p->deaths += n > 0;
	p->died = clock_steady();
	if (store_jobs_fallen(p->store, clock_wall(), fallen, n) != 0)
		broken(p);
	for (size_t i = 0; i < n; i++)
		p->poison += fallen[i].fate == STORE_FATE_POISON;
	free(fallen);
}

static void down(void *arg, const char *why)
{
	struct probing *p = arg;

	if (why)
		log_error("prober 的报文不可信(%s),断开其链路", why);
	link_free(p->link);
	p->link = NULL;
	store_prober(p->store, false);
	event_del(p->pump);
	fall(p);
	release(p, INT64_MAX, "探测进程中断,这次没有结果;请稍后再试(计划内的对象会自动重试)");
	p->hooks->gone(p->arg);
}

/* It was told to stop: what it is sent now would be lost. */
static bool take_leave(void *arg, struct rd *body)
{
	struct probing *p = arg;

	p->leaving = true;
	return rd_done(body);
}

static uint64_t requests_of(const struct job_view *v)
{
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->counter[i].name, "requests") == 0)
			return v->counter[i].value;
	return 0;
}

/* Who asks slowly, because it was told to, is not stalled. */
static bool take_view(void *arg, struct rd *body)
{
	struct probing *p = arg;
	const uint64_t before = requests_of(&p->view);

	if (job_view_get(body, &p->view)) {
		if (!p->lacking && requests_of(&p->view) > before)
			p->progress = clock_steady();
		return true;
	}
	p->view.count = p->view.held_count = 0;
	return false;
}

static const struct link_row rows[] = {
	{ MSG_JOB_RESULT, take_result },
	{ MSG_JOB_BEGUN, take_begun },
	{ MSG_PROBE_VIEW, take_view },
	{ MSG_PROBE_PAUSE, take_leave },
};
static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), down, NULL };

void probing_attach(struct probing *p, int fd)
{
	if (p->link) /* what the last one said before it died counts */
		link_finish(p->link);
	p->link = link_new(p->base, fd, &table, p);
	store_prober(p->store, true);
	p->told_pause = p->leaving = false;
	p->view.count = p->view.held_count = 0;
	probing_obey(p);
	probing_pump(p);
}

bool probing_linked(const struct probing *p) { return p->link != NULL; }

/* -- life ------------------------------------------------------------------------------------------ */

static void calm_down(struct probing *p)
{
	bool careful = flight_careful(p->flight);

	flight_calm(p->flight);
	if (careful) /* what waited for its turn may go */
		gather(p);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct probing *p = arg;
	int64_t now = clock_steady();

	(void)fd, (void)what;
	release(p, now, "还没有结果,稍后用 beianctl probes 查看");
	look_after(p, now);
	if (now - p->died > (int64_t)PROBING_CALM_SECONDS * 1000000)
		calm_down(p);
}

struct probing *probing_new(struct event_base *base, struct store *store, const struct conf *conf,
			    const struct probing_hooks *hooks, void *arg)
{
	static const struct timeval often = { PROBING_WATCH_SECONDS, 0 };
	struct probing *p = xcalloc(1, sizeof(*p));

	p->base = base;
	p->store = store;
	p->flight = flight_new();
	p->conf = conf;
	p->hours = budget_new(conf, PROBING_CHUNK, clock_wall());
	p->hooks = hooks;
	p->arg = arg;
	p->progress = clock_steady();
	p->pump = evtimer_new(base, on_pump, p);
	p->watch = event_new(base, -1, EV_PERSIST, on_watch, p);
	event_add(p->watch, &often);
	store_prober(store, false);
	if (store_jobs_lost(store, clock_wall()) == 0)
		return p;
	probing_free(p);
	return NULL;
}

void probing_free(struct probing *p)
{
	if (p == NULL)
		return;
	while (p->waiters) {
		struct waiter *w = p->waiters;
		p->waiters = w->next;
		free(w);
	}
	event_free(p->pump);
	event_free(p->watch);
	budget_free(p->hours);
	flight_free(p->flight);
	link_free(p->link);
	free(p);
}

void probing_configure(struct probing *p, const struct conf *conf)
{
	p->conf = conf;
	budget_reload(p->hours, conf);
	probing_pump(p);
}

void probing_describe(const struct probing *p, struct buf *out)
{
	buf_printf(out,
		   "{\"v\":1,\"probing\":\"%s\",\"in_flight\":%zu,\"handed\":%llu,\"answered\":%llu,"
		   "\"lost\":%llu,\"poison\":%llu,\"shortage\":%llu}",
		   store_probing(p->store), flight_jobs(p->flight), (unsigned long long)p->handed,
		   (unsigned long long)p->answered, (unsigned long long)p->lost,
		   (unsigned long long)p->poison, (unsigned long long)p->shortage);
}

bool probing_manners(const struct probing *p, size_t line, struct buf *out)
{
	return p->view.count > 0 && manners_line(&p->view, line, out);
}
