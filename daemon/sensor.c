/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sensor process: packets in, batches of observations out to the store. One interface for as
 * long as it lives, or a list of capture files, one source after the other. It waits with reading
 * while the store has not acknowledged what was sent, and leaves only when all of it is.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/errno.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/lookout.h"
#include "daemon/outfit.h"
#include "daemon/role.h"
#include "daemon/share.h"
#include "daemon/uplink.h"
#include "watch/sensor.h"

enum {
	SENSOR_BUDGET = 2000, /* packets a turn */
	SENSOR_STOP_SECONDS = 10,
	SENSOR_RING_MS = 500,     /* a block of the kernel's ring is ours after 100 ms at the latest */
	SENSOR_LATE_US = 2000000, /* a block of the ring may be this old when we get it */
};

/* What a live sensor is told to do. ARG_GAP: since when there was none, in microseconds UTC, or 0; ARG_LOST:
 * how many died before; ARG_TABLE: which of the shared tables it writes. ARG_AGAIN is there when the
 * interface was not: that was said already. */
enum { ARG_INTERFACE, ARG_SOURCE, ARG_GROUP, ARG_GAP, ARG_LOST, ARG_TABLE, ARG_AGAIN };

struct sensor {
	struct role role;
	struct outfit *outfit, *fresh; /* fresh: from the next source on */
	struct sensor_core *core;
	struct capture *capture;
	struct uplink *uplink;
	struct event *input; /* live: packets wait; file: the next turn */
	struct event *tick, *deadline, *ring;
	size_t next;          /* replay: file whose turn comes */
	struct msg_end end;   /* what the capture at hand is known by */
	bool listening, took; /* live: reads; did so since the ring's event */
	bool gone;            /* live: the interface is, and its ring is read out */
	bool replay, welcome, sha256, partial;
	bool ending, anew; /* anew: and another source follows it */
	bool cut;          /* the capture ended inside a packet or broke */
	struct hash_key key;
	int64_t epoch, window_us, reported;
	struct lookout lookout; /* live */
	struct shares shares;   /* live */
	struct ech *ech;        /* live: shared; NULL: this process knows only what it saw */
};

static void on_observation(void *arg, const struct observation *o)
{
	struct sensor *s = arg;
	uplink_observe(s->uplink, o);
}

static void add_counter(void *arg, const char *name, uint64_t value)
{
	struct msg_counters *m = arg;

	if (m->count >= MSG_COUNTERS_MAX)
		fatal("传感器的计数多于报文的容量");
	snprintf(m->counter[m->count].name, sizeof(m->counter[0].name), "%s", name);
	m->counter[m->count++].value = value;
}

/* What the ring of an interface that is gone took in, and we could not read. */
static uint64_t unread(const struct sensor *s)
{
	struct capture_stats kernel;
	uint64_t held;

	if (!s->gone)
		return 0;
	capture_stats(s->capture, &kernel);
	held = kernel.received - kernel.kernel_drop;
	return held > kernel.read ? held - kernel.read : 0;
}

static void report_counters(struct sensor *s)
{
	struct msg_counters m = { 0 };

	sensor_core_counters(s->core, s->capture, add_counter, &m);
	add_counter(&m, "capture-cut", s->cut);
	if (!s->replay) {
		lookout_counters(&s->lookout, add_counter, &m);
		add_counter(&m, "ring-unread", unread(s));
		share_cut(&s->shares, &m, s->ending);
	}
	uplink_counters(s->uplink, &m);
}

/* -- one source ------------------------------------------------------------------------------------ */

static void listen_on(struct sensor *s, bool on)
{
	static const struct timeval at_once = { 0, 0 };

	if (s->input == NULL)
		return;
	s->listening = on;
	if (on)
		event_add(s->input, s->replay ? &at_once : NULL);
	else
		event_del(s->input);
}

/* Without its digest a capture cannot be told from others: it is given up. */
static void identify_capture(struct sensor *s)
{
	if (!s->replay || capture_digest(s->capture, s->end.digest))
		return;
	s->end.digest[0] = '\0';
	s->partial = true;
	log_error("无法读完抓包文件 %s,未入库", s->role.arg[s->next - 1]);
}

static void end_source(struct sensor *s)
{
	s->ending = true;
	listen_on(s, false);
	sensor_core_flush(s->core);
	report_counters(s);
	identify_capture(s);
	uplink_end(s->uplink, &s->end);
}

static void begin_live(struct sensor *s) { uplink_begin(s->uplink, s->role.arg[ARG_SOURCE]); }

/* Live. The next source is announced at once: what the ring takes in meanwhile is its, and the store counts
 * it lost if we do not live to read it. */
static void begin_anew(struct sensor *s)
{
	if (s->replay || s->core == NULL || s->ending)
		return;
	end_source(s);
	s->anew = true;
	begin_live(s);
}

/* Nothing came for as long as the kernel holds a block back, though we listened: the ring is empty. */
static void on_ring_out(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval wait = { 0, SENSOR_RING_MS * 1000 };
	struct sensor *s = arg;
	bool more = s->took || !s->listening;

	(void)fd, (void)what;
	s->took = false;
	if (more && !s->ending)
		event_add(s->ring, &wait);
	else if (!s->ending)
		end_source(s);
}

/* What waits in the kernel's ring when we are told to stop, or when the interface goes, was accepted too,
 * however full it is; packets of later times end it on a busy link. A block that is not full yet comes after
 * a while. */
static void read_ring_out(struct sensor *s)
{
	if (s->ring == NULL)
		s->ring = evtimer_new(s->role.base, on_ring_out, s);
	capture_until(s->capture, clock_wall());
	s->took = true;
	on_ring_out(-1, 0, s);
}

/* libpcap says so before it hands over what its ring still holds, and at each look from then on. */
static void interface_over(struct sensor *s, const char *error)
{
	if (s->gone)
		return;
	log_error("%s", error);
	s->gone = s->cut = true;
	s->role.status = EXIT_UNAVAILABLE;
	read_ring_out(s);
}

/* The input is at its end or broken: what was there counts. */
static void input_over(struct sensor *s, int rc, const char *error)
{
	if (!s->replay && rc == -2) {
		interface_over(s, error);
		return;
	}
	s->cut = rc == -2;
	if (s->cut)
		log_warn("%s;已读部分照常入库", error);
	end_source(s);
}

static void on_input(evutil_socket_t fd, short what, void *arg)
{
	struct sensor *s = arg;
	char error[CAPTURE_ERROR_MAX] = "";
	int rc = sensor_core_read(s->core, s->capture, SENSOR_BUDGET, error);

	(void)fd, (void)what;
	s->took = s->took || rc > 0;
	if (rc < 0)
		input_over(s, rc, error);
	else if (uplink_full(s->uplink))
		listen_on(s, false);
	else if (s->replay)
		listen_on(s, true);
}

/* What the prober asks comes by on the mirror port; without one, who knows who uses this machine as a way
 * out. */
static void look_at_own(struct sensor *s)
{
	struct own own;

	if (s->replay || strcmp(s->role.conf.probe.enabled, "on") != 0)
		return;
	own_read(&own);
	sensor_core_own(s->core, &own);
}

/* Live and silent links close their windows too. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct sensor *s = arg;
	int64_t now = clock_wall();

	(void)fd, (void)what;
	if (s->uplink && !s->gone && lookout_look(&s->lookout, s->capture))
		s->reported = 0; /* a change is told to the store at once */
	if (s->core == NULL || s->ending || !uplink_open(s->uplink))
		return;
	sensor_core_tick(s->core, now - SENSOR_LATE_US);
	uplink_flush(s->uplink);
	if (now - s->reported >= s->window_us) {
		s->reported = now;
		report_counters(s);
		look_at_own(s);
	}
}

static void close_input(struct sensor *s)
{
	sensor_core_free(s->core);
	s->core = NULL;
	if (s->replay) {
		capture_close(s->capture);
		s->capture = NULL;
	}
	if (s->input)
		event_free(s->input);
	s->input = NULL;
}

static void open_core(struct sensor *s)
{
	s->ending = s->anew = s->cut = false;
	if (s->fresh) {
		outfit_free(s->outfit);
		s->outfit = s->fresh;
		s->fresh = NULL;
	}
	s->core =
		sensor_core_new(&s->role.conf, s->outfit->identify, &s->key, s->window_us, on_observation, s);
	sensor_core_resolvers(s->core, &s->outfit->data.resolvers);
	if (s->ech)
		sensor_core_ech(s->core, s->ech);
	look_at_own(s);
	s->input = event_new(s->role.base, s->replay ? -1 : capture_fd(s->capture),
			     s->replay ? 0 : EV_READ | EV_PERSIST, on_input, s);
	listen_on(s, true);
}

/* -- replay: file after file ---------------------------------------------------------------------- */

static int open_regular(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

/* A database of an older beiand knows its captures by SHA-256, which costs more than all the rest. */
static int hash_sha256_of(struct sensor *s, int fd)
{
	int rc;

	s->end = (struct msg_end){ 0 };
	if (!s->sha256)
		return 0;
	rc = hash_file(s->end.sha256, fd);
	return rc == 0 && lseek(fd, 0, SEEK_SET) != 0 ? -errno : rc;
}

/* Opens one capture; false when it can not be read. */
static bool open_file(struct sensor *s, const char *path)
{
	char error[CAPTURE_ERROR_MAX];
	int fd = open_regular(path);
	int rc = fd < 0 ? fd : hash_sha256_of(s, fd);

	if (rc < 0) {
		log_error("无法读取抓包文件 %s:%s,已跳过", path,
			  rc == -EINVAL ? "不是普通文件" : errno_zh(-rc));
		if (fd >= 0)
			close(fd);
		return false;
	}
	s->capture = capture_open_fd(fd, path, error);
	if (s->capture == NULL) {
		log_error("%s,已跳过", error);
		return false;
	}
	capture_want_digest(s->capture);
	return true;
}

/* Announces the next readable file; without one the sensor has done its work. */
static void next_file(struct sensor *s)
{
	while (s->next < s->role.args) {
		const char *path = s->role.arg[s->next++];
		if (open_file(s, path)) {
			uplink_begin(s->uplink, text_file_name(path));
			return;
		}
		s->partial = true;
	}
	role_quit(&s->role, s->partial ? EXIT_PARTIAL : EXIT_DONE);
}

/* -- what the store says ------------------------------------------------------------------------- */

/* The pseudonym key, or a new one: sketches of two keys never share a source. */
static void on_welcome(void *arg, const struct msg_welcome *m)
{
	struct sensor *s = arg;
	bool again = s->welcome;

	s->welcome = true;
	s->key = m->key;
	s->epoch = m->epoch;
	s->sha256 = m->sha256;
	if (again)
		begin_anew(s);
	else if (s->replay)
		next_file(s);
	else
		begin_live(s);
}

static void on_go(void *arg)
{
	struct sensor *s = arg;

	open_core(s);
	if (s->role.stopping || s->gone)
		read_ring_out(s);
}

static void on_room(void *arg)
{
	struct sensor *s = arg;

	if (s->core && !s->ending)
		listen_on(s, true);
}

struct tally {
	uint64_t packets, observations;
};

static void add_tally(void *arg, const char *name, uint64_t value)
{
	struct tally *t = arg;

	if (strcmp(name, "packets") == 0)
		t->packets = value;
	else if (strcmp(name, "observations") == 0)
		t->observations = value;
}

static void tell_taken(const struct sensor *s)
{
	struct tally t = { 0 };

	sensor_core_counters(s->core, s->capture, add_tally, &t);
	log_info("%s 已入库: %llu 个包, %llu 条观测", s->role.arg[s->next - 1], (unsigned long long)t.packets,
		 (unsigned long long)t.observations);
}

static void on_ended(void *arg, enum msg_verdict verdict)
{
	struct sensor *s = arg;

	if (s->replay && verdict == MSG_KNOWN)
		log_info("%s 此前已完整入库,跳过", s->role.arg[s->next - 1]);
	else if (s->replay && verdict == MSG_TAKEN)
		tell_taken(s);
	close_input(s);
	if (s->replay)
		next_file(s);
	else if (!s->anew)
		role_quit(&s->role, s->role.status);
}

static void on_lost(void *arg, const char *why)
{
	struct sensor *s = arg;

	log_error("与存储进程的链路已断%s%s", why ? ":" : "", why ? why : "");
	role_quit(&s->role, EXIT_FAILED);
}

static const struct uplink_hooks uplink_hooks = { on_welcome, on_go, on_room, on_ended, on_lost };

/* -- the role ------------------------------------------------------------------------------------ */

static void on_trouble(void *arg, enum trouble trouble, bool raised, int64_t since, const char *text)
{
	struct sensor *s = arg;
	struct msg_event m = { .trouble = (uint8_t)trouble, .raised = raised, .since = since };

	snprintf(m.text, sizeof(m.text), "%s", text);
	uplink_event(s->uplink, &m);
}

static void open_lookout(struct sensor *s)
{
	char *const *arg = s->role.arg;

	lookout_init(&s->lookout, arg[ARG_INTERFACE], arg[ARG_SOURCE], s->role.conf.sensor.quiet_seconds,
		     on_trouble, s);
	lookout_gap(&s->lookout, strtoll(arg[ARG_GAP], NULL, 10), clock_wall(),
		    (unsigned)strtoul(arg[ARG_LOST], NULL, 10));
}

static int open_live(struct sensor *s)
{
	const struct conf *c = &s->role.conf;
	char error[CAPTURE_ERROR_MAX];
	struct timeval second = { 1, 0 };
	struct capture_live how = capture_live_conf(c, s->role.arg[ARG_INTERFACE]);

	how.workers = c->sensor.workers;
	how.group = (uint16_t)strtoul(s->role.arg[ARG_GROUP], NULL, 10);
	s->capture = capture_open_live(&how, error);
	if (s->capture == NULL) {
		(s->role.args > ARG_AGAIN ? log_debug : log_error)("%s", error);
		if (!lookout_may_listen())
			return EXIT_RIGHTS;
		return lookout_is_away(s->role.arg[ARG_INTERFACE]) ? EXIT_UNAVAILABLE : EXIT_FAILED;
	}
	if (capture_remark(s->capture)[0] != '\0')
		log_warn("%s", capture_remark(s->capture));
	s->ech = role_ech(&s->role, (unsigned)strtoul(s->role.arg[ARG_TABLE], NULL, 10));
	open_lookout(s);
	s->tick = event_new(s->role.base, -1, EV_PERSIST, on_tick, s);
	event_add(s->tick, &second);
	return 0;
}

/* "--replay" and the capture files; or ARG_INTERFACE and so on. */
static int start(void *self)
{
	struct sensor *s = self;
	char error[CONF_ERROR_MAX];

	if (s->role.args > 0)
		s->outfit = outfit_new(&s->role, &s->role.conf, error);
	if (s->outfit == NULL) {
		log_error("%s", s->role.args ? error : "没有给出接口或抓包文件");
		return EXIT_CONFIG;
	}
	s->window_us = (int64_t)s->role.conf.sensor.window * 1000000;
	s->replay = strcmp(s->role.arg[0], "--replay") == 0;
	s->next = 1;
	if (!s->replay) {
		int status = s->role.args >= ARG_AGAIN ? open_live(s) : EXIT_CONFIG;
		if (status != 0)
			return status;
	}
	return role_ready(&s->role);
}

static void peer(void *self, const struct msg_peer *p, int fd)
{
	struct sensor *s = self;

	if (p->role != ROLE_STORE || s->uplink) {
		close(fd);
		return;
	}
	s->uplink = uplink_new(s->role.base, fd, &uplink_hooks, s);
	uplink_hello(s->uplink, s->role.label, s->replay);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct sensor *s = arg;

	(void)fd, (void)what;
	log_error("存储进程 %d 秒内没有确认,未确认的观测已丢弃", SENSOR_STOP_SECONDS);
	role_quit(&s->role, EXIT_FAILED);
}

static void stop(void *self)
{
	struct sensor *s = self;
	struct timeval patience = { SENSOR_STOP_SECONDS, 0 };

	/* A capture that is left half-way starts anew another time: its digest counts once it is whole. */
	if (s->replay || s->uplink == NULL) {
		role_quit(&s->role, EXIT_DONE);
		return;
	}
	s->deadline = evtimer_new(s->role.base, on_deadline, s);
	event_add(s->deadline, &patience);
	if (s->core && !s->ending)
		read_ring_out(s);
}

/* Options of the sensor need a new start. Tables and the campus are taken by a new source; the ring keeps
 * what comes meanwhile. */
static void reload(void *self, struct conf *fresh)
{
	struct sensor *s = self;
	struct conf old = s->role.conf;
	char error[CONF_ERROR_MAX];
	struct outfit *o;

	if (s->replay || s->role.stopping || s->gone)
		return;
	o = outfit_new(&s->role, fresh, error);
	if (o == NULL) {
		log_error("%s;仍用原来的数据表", error);
		return;
	}
	s->role.conf = *fresh;
	*fresh = old;
	outfit_free(s->fresh);
	s->fresh = o;
	if (o->mark != s->outfit->mark)
		begin_anew(s);
}

static const struct role_hooks hooks = { .start = start, .peer = peer, .stop = stop, .reload = reload };

static void sensor_clear(struct sensor *s)
{
	struct event *const timers[] = { s->tick, s->deadline, s->ring };

	close_input(s);
	capture_close(s->capture);
	lookout_clear(&s->lookout);
	outfit_free(s->outfit);
	outfit_free(s->fresh);
	uplink_free(s->uplink);
	ech_free(s->ech);
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i])
			event_free(timers[i]);
}

int sensor_run(const char *label)
{
	struct sensor s = { .role = { .id = ROLE_SENSOR, .label = label, .hooks = &hooks },
			    .lookout = { .port = -1 } };
	int status;

	s.role.self = &s;
	status = role_run(&s.role);
	sensor_clear(&s);
	role_clear(&s.role);
	return status;
}
