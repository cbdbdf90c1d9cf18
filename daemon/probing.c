/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/probing.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "ipc/link.h"
#include "ipc/msg.h"

enum {
	PROBING_CHUNK = 16,         /* jobs read from the database at once */
	PROBING_GATHER_MS = 20,     /* answers wait so long for others before the next jobs are read */
	PROBING_REST_MS = 1000,     /* something is due, but nothing may be handed out now */
	PROBING_LOOK_MS = 60000,    /* the next look when nothing is waiting */
	PROBING_WAIT_SECONDS = 180, /* a client waits for its answer */
	PROBING_WATCH_SECONDS = 1,  /* between two looks at whether it goes on */
};

struct waiter {
	struct waiter *next;
	struct client *c;
	int64_t job, until; /* monotonic */
};

struct probing {
	struct event_base *base;
	struct store *store;
	const struct conf *conf;
	const struct probing_hooks *hooks;
	void *arg;
	struct link *link;
	struct event *pump, *watch;
	bool stopping, told_pause; /* told_pause: the prober was told to */
	bool gathering;            /* an answer came, and jobs are read in a moment */
	size_t in_flight;
	struct waiter *waiters;
	uint64_t handed, answered, lost;
	int64_t progress; /* monotonic: when it last went on, or had nothing to do */
	int64_t since;    /* UTC: the event that is on; 0: none */
	struct job chunk[PROBING_CHUNK];
	struct job_result result;
};

static int64_t clock_us(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t now_us(void) { return clock_us(CLOCK_REALTIME); }

static void broken(struct probing *p) { p->hooks->broken(p->arg, store_error(p->store)); }

/* -- clients --------------------------------------------------------------------------------------- */

void probing_wait(struct probing *p, int64_t job, struct client *c)
{
	struct waiter *w = xcalloc(1, sizeof(*w));

	*w = (struct waiter){ p->waiters, c, job,
			      clock_us(CLOCK_MONOTONIC) + (int64_t)PROBING_WAIT_SECONDS * 1000000 };
	p->waiters = w;
}

/* Those that wait for this job, or all (job 0), or the impatient (job 0, now > 0). */
static void release(struct probing *p, int64_t job, int64_t now, const char *why)
{
	struct waiter **at = &p->waiters, *over = NULL;

	while (*at) {
		struct waiter *w = *at;
		if ((job != 0 && w->job != job) || (now > 0 && w->until > now)) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->next = over;
		over = w;
	}
	while (over) {
		struct waiter *w = over;
		over = w->next;
		p->hooks->answered(p->arg, w->c, w->job, why);
		free(w);
	}
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
	p->in_flight++;
	p->handed++;
}

static size_t room(const struct probing *p)
{
	return p->conf->probe.transfers > p->in_flight ? p->conf->probe.transfers - p->in_flight : 0;
}

/* Reads and sends one chunk. The count, or -1 when the database refused. */
static int hand_out(struct probing *p)
{
	size_t want = room(p) < PROBING_CHUNK ? room(p) : PROBING_CHUNK;
	int n = want > 0 ? store_jobs(p->store, now_us(), p->chunk, want) : 0;

	if (n < 0) {
		broken(p);
		return -1;
	}
	for (int i = 0; i < n; i++)
		send_job(p, &p->chunk[i]);
	return n;
}

/* Results wake it up by themselves; so does whoever plans jobs. */
static void rest(struct probing *p)
{
	int64_t when, ms = PROBING_LOOK_MS;

	if (room(p) == 0)
		return;
	if (store_jobs_due(p->store, &when) != 0) {
		broken(p);
		return;
	}
	if (when < INT64_MAX - 1000)
		ms = (when - now_us()) / 1000 + 1;
	if (ms < PROBING_REST_MS)
		ms = PROBING_REST_MS;
	pump_in(p, ms < PROBING_LOOK_MS ? ms : PROBING_LOOK_MS);
}

void probing_pump(struct probing *p)
{
	int n = PROBING_CHUNK;

	event_del(p->pump);
	p->gathering = false;
	if (p->link == NULL || p->stopping)
		return;
	while (n == PROBING_CHUNK)
		n = hand_out(p);
	if (n >= 0)
		rest(p);
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
	release(p, 0, 0, "服务正在停止,请稍后再试");
}

/* -- answers in ------------------------------------------------------------------------------------ */

static bool take_result(void *arg, struct rd *body)
{
	struct probing *p = arg;
	int rc;

	if (!job_result_get(body, &p->result) || p->in_flight == 0)
		return false;
	rc = store_job_result(p->store, now_us(), &p->result);
	if (rc == -ENOENT)
		return false;
	if (rc != 0) {
		broken(p);
		return true;
	}
	p->in_flight--;
	p->answered++;
	p->progress = clock_us(CLOCK_MONOTONIC);
	release(p, p->result.id, 0, NULL);
	p->hooks->learnt(p->arg);
	gather(p);
	return true;
}

/* What it had not answered is asked again after the retry interval, by whoever comes next. */
static void down(void *arg, const char *why)
{
	struct probing *p = arg;

	if (why)
		log_error("prober 的报文不可信(%s),断开其链路", why);
	link_free(p->link);
	p->link = NULL;
	p->lost += p->in_flight;
	p->in_flight = 0;
	event_del(p->pump);
	if (store_jobs_lost(p->store, now_us()) != 0)
		broken(p);
	release(p, 0, 0, "探测进程中断,这次没有结果;稍后会自动重试");
	p->hooks->gone(p->arg);
}

static const struct link_row rows[] = { { MSG_JOB_RESULT, take_result } };
static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), down, NULL };

void probing_attach(struct probing *p, int fd)
{
	if (p->link)
		down(p, NULL);
	p->link = link_new(p->base, fd, &table, p);
	p->told_pause = false;
	probing_obey(p);
	probing_pump(p);
}

bool probing_linked(const struct probing *p) { return p->link != NULL; }

/* -- does it go on? -------------------------------------------------------------------------------- */

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct probing *p = arg;

	(void)fd, (void)what;
	release(p, 0, clock_us(CLOCK_MONOTONIC), "还没有结果,稍后用 beianctl probes 查看");
}

/* -- life ------------------------------------------------------------------------------------------ */

struct probing *probing_new(struct event_base *base, struct store *store, const struct conf *conf,
			    const struct probing_hooks *hooks, void *arg)
{
	static const struct timeval often = { PROBING_WATCH_SECONDS, 0 };
	struct probing *p = xcalloc(1, sizeof(*p));

	p->base = base;
	p->store = store;
	p->conf = conf;
	p->hooks = hooks;
	p->arg = arg;
	p->progress = clock_us(CLOCK_MONOTONIC);
	p->pump = evtimer_new(base, on_pump, p);
	p->watch = event_new(base, -1, EV_PERSIST, on_watch, p);
	event_add(p->watch, &often);
	if (store_jobs_lost(store, now_us()) == 0)
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
	link_free(p->link);
	free(p);
}

void probing_configure(struct probing *p, const struct conf *conf) { p->conf = conf; }

void probing_describe(const struct probing *p, struct buf *out)
{
	buf_printf(out,
		   "{\"v\":1,\"probing\":\"%s\",\"in_flight\":%zu,\"handed\":%llu,\"answered\":%llu,"
		   "\"lost\":%llu}",
		   p->link == NULL ? "off"
		   : p->told_pause ? "paused"
				   : "on",
		   p->in_flight, (unsigned long long)p->handed, (unsigned long long)p->answered,
		   (unsigned long long)p->lost);
}
