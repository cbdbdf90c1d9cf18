/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drives the engine of the prober from the command line, for tests/proc/probe_engine.sh: each argument is one
 * run, its words the asks of that run. Prints a JSON line for each run, and one of all at the end.
 *   probe_drive -f CONF [-s DOMAIN]... [-p MS] [-n TIMES] '[FLAG,...@]URL [FLAG,...@]URL ...'...
 * Flags: head nofollow plain prefix max:N range:A-B conditional. -s: domain in scope. -p: pause after so many
 * milliseconds. -t: with transcripts. -e/-m: ETag and Last-Modified of the job. -u: subject, else the host.
 * -r: a probe of the registry instead; the argument is its target.
 */
#include <event2/event.h>
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hash.h"
#include "conf/conf.h"
#include "conf/data.h"
#include "probes/url.h"
#include "visit/visit.h"

struct drive {
	struct event_base *base;
	struct visits *visits;
	struct event *pause;
	char **run; /* argv */
	size_t runs, next, ended;
	unsigned times;
	bool transcripts, paused;
	struct visit_job job; /* what all have in common */
	double began, paused_at;
};

/* The probe: asks what its target says, word by word, and remembers what came. */
struct words {
	size_t at;
	struct buf answers;
	const struct probe_facts
		*facts; /* by these the printer finds them: this probe makes none of its own */
	struct words *next;
};
static struct words *all_words;

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void json_text(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, ", \"%s\": ", key);
	buf_json(b, value, strlen(value));
}

static void tell(struct buf *b, const struct probe_answer *a)
{
	uint8_t sum[HASH_SHA256_SIZE];
	char hex[HASH_HEX_SIZE];

	buf_printf(b, "%s{\"outcome\": \"%s\", \"status\": %d", b->len > 0 ? ", " : "",
		   probe_outcome_name(a->outcome), a->status);
	json_text(b, "url", a->url);
	json_text(b, "location", a->location);
	json_text(b, "type", a->content_type);
	json_text(b, "server", a->server);
	json_text(b, "cookies", a->cookies);
	hash_sha256(sum, a->body, a->size);
	hash_hex(hex, sum);
	json_text(b, "sha256", hex);
	buf_printf(b, ", \"size\": %zu, \"truncated\": %s, \"total\": %llu, \"from\": %llu", a->size,
		   a->truncated ? "true" : "false", (unsigned long long)a->total,
		   (unsigned long long)a->range_from);
	buf_printf(b, ", \"certs\": %zu, \"verify\": %ld, \"redirects\": %zu}", a->cert_count, a->verify,
		   a->redirect_count);
}

static void take_flag(struct probe_ask *ask, const char *flag, size_t n)
{
	if (strncmp(flag, "head", n) == 0)
		ask->head = true;
	else if (strncmp(flag, "nofollow", n) == 0)
		ask->follow = false;
	else if (strncmp(flag, "plain", n) == 0)
		ask->compressed = false;
	else if (strncmp(flag, "prefix", n) == 0)
		ask->prefix = true;
	else if (strncmp(flag, "conditional", n) == 0)
		ask->conditional = true;
	else if (strncmp(flag, "max:", 4) == 0)
		ask->body_max = (uint32_t)strtoul(flag + 4, NULL, 10);
	else if (strncmp(flag, "range:", 6) == 0) {
		char *end;
		ask->ranged = true;
		ask->compressed = false;
		ask->from = strtoull(flag + 6, &end, 10);
		ask->to = strtoull(end + 1, NULL, 10);
	}
}

static void take_word(struct probe_ask *ask, const char *word, size_t n)
{
	const char *at = memchr(word, '@', n), *slash = memchr(word, '/', n);

	ask->follow = ask->compressed = true;
	if (at != NULL && slash != NULL && at < slash && memchr(word, ':', (size_t)(at - word)) != word) {
		while (word < at) {
			size_t flag = strcspn(word, ",@");
			take_flag(ask, word, flag);
			word += flag + 1;
			n -= flag + 1;
		}
	}
	if (n < sizeof(ask->url))
		memcpy(ask->url, word, n);
}

static bool drive_next(struct probe_run *run, struct probe_ask *ask)
{
	struct words *w = run->state;
	size_t n;

	if (w->facts == NULL) {
		w->facts = run->facts;
		w->next = all_words;
		all_words = w;
	}
	if (run->answer != NULL) {
		tell(&w->answers, run->answer);
		probe_answered(run);
	}
	w->at += strspn(run->target + w->at, " ");
	n = strcspn(run->target + w->at, " ");
	if (n == 0)
		return false;
	take_word(ask, run->target + w->at, n);
	w->at += n;
	return true;
}

static void drive_end(struct probe_run *run)
{
	struct words *w = run->state, **link = &all_words;

	while (*link != NULL && *link != w)
		link = &(*link)->next;
	if (*link == w)
		*link = w->next;
	buf_clear(&w->answers);
}

static const struct probe_row drive_row = {
	.name = "drive",
	.zh = "试探",
	.version = 7,
	.kinds = 1U << SUBJECT_HOST,
	.wants_target = true,
};
static const struct probe drive_probe = {
	.row = &drive_row,
	.state_size = sizeof(struct words),
	.next = drive_next,
	.end = drive_end,
};

static void feed(struct drive *d);

static void finish(struct drive *d)
{
	const struct visit_counters *n = visits_counters(d->visits);
	struct buf b = { 0 };
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	buf_printf(&b,
		   "{\"all\": %llu, \"requests\": %llu, \"waits\": %llu, \"robots\": %llu, \"robots_kept\": "
		   "%llu, \"shared\": %llu, \"reused\": %llu",
		   (unsigned long long)n->begun, (unsigned long long)n->requests,
		   (unsigned long long)n->waits, (unsigned long long)n->robots_fetched,
		   (unsigned long long)n->robots_kept, (unsigned long long)n->shared,
		   (unsigned long long)n->reused);
	buf_printf(&b,
		   ", \"bytes\": %llu, \"rss_kb\": %ld, \"seconds\": %.3f, \"cpu\": %.3f, "
		   "\"ended_after_pause\": %.3f",
		   (unsigned long long)n->body_bytes, use.ru_maxrss, seconds() - d->began,
		   (double)use.ru_utime.tv_sec + (double)use.ru_utime.tv_usec / 1e6 +
			   (double)use.ru_stime.tv_sec + (double)use.ru_stime.tv_usec / 1e6,
		   d->paused ? seconds() - d->paused_at : 0.0);
	for (unsigned o = 0; o < PROBE_OUTCOME_COUNT; o++) {
		if (n->outcome[o] > 0)
			buf_printf(&b, ", \"%s\": %llu", probe_outcome_name((enum probe_outcome)o),
				   (unsigned long long)n->outcome[o]);
	}
	printf("%s}\n", b.p);
	buf_clear(&b);
	event_base_loopbreak(d->base);
}

static void tell_facts(struct buf *b, const struct probe_facts *f)
{
	buf_puts(b, ", \"facts\": [");
	for (size_t i = 0; i < f->count; i++) {
		buf_printf(b, "%s{\"confidence\": %u", i > 0 ? ", " : "", f->fact[i].confidence);
		json_text(b, "type", fact_name(f->fact[i].type));
		json_text(b, "value", f->fact[i].value);
		json_text(b, "note", f->fact[i].note);
		buf_puts(b, "}");
	}
	buf_puts(b, "]");
}

static void on_done(void *arg, const struct visit_result *r)
{
	struct drive *d = arg;
	struct buf b = { 0 };

	const struct words *w = all_words;

	while (w != NULL && w->facts != r->facts)
		w = w->next;
	buf_printf(&b, "{\"answers\": [%s], ", w != NULL && w->answers.len > 0 ? w->answers.p : "");
	buf_printf(&b,
		   "\"run\": \"%s\", \"status\": %u, \"requests\": %u, \"retry_after\": %u, \"version\": %u",
		   probe_outcome_name(r->outcome), r->status, r->requests, r->retry_after, r->version);
	json_text(&b, "etag", r->etag);
	json_text(&b, "modified", r->modified);
	json_text(&b, "remark", r->remark);
	tell_facts(&b, r->facts);
	if (d->transcripts)
		json_text(&b, "transcript", r->transcript);
	printf("%s}\n", b.p);
	buf_clear(&b);
	d->ended++;
	feed(d);
}

static const struct visit_hooks hooks = { .done = on_done };

static void set_name(struct visit_job *job, const char *target)
{
	const char *p = strstr(target, "://");
	size_t n;

	if (job->name[0] != '\0' || p == NULL)
		return;
	n = strcspn(p + 3, ":/? ");
	if (n < sizeof(job->name))
		memcpy(job->name, p + 3, n);
}

static void feed(struct drive *d)
{
	while (d->next < d->runs * d->times && visits_room(d->visits) > 0) {
		struct visit_job job = d->job;
		const char *target = d->run[d->next++ % d->runs];
		snprintf(job.target, sizeof(job.target), "%s", target);
		set_name(&job, target);
		if (!visits_begin(d->visits, &job, &hooks, d))
			exit(3);
	}
	if (d->ended == d->runs * d->times)
		finish(d);
}

static void on_pause(evutil_socket_t fd, short what, void *arg)
{
	struct drive *d = arg;

	(void)fd, (void)what;
	d->paused = true;
	d->paused_at = seconds();
	visits_pause(d->visits, true);
}

static int drive(struct drive *d, const struct conf *conf, const struct data *data, unsigned pause_ms)
{
	const struct timeval tv = { .tv_sec = pause_ms / 1000, .tv_usec = pause_ms % 1000 * 1000 };
	char error[CONF_ERROR_MAX];

	d->base = event_base_new();
	d->visits = visits_new(d->base, conf, error);
	if (d->visits == NULL) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	visits_fingerprints(d->visits, &data->fingerprints);
	visits_general(d->visits, &data->general);
	d->pause = evtimer_new(d->base, on_pause, d);
	if (pause_ms > 0)
		evtimer_add(d->pause, &tv);
	d->began = seconds();
	feed(d);
	event_base_dispatch(d->base);
	visits_free(d->visits);
	event_free(d->pause);
	event_base_loop(d->base, EVLOOP_NONBLOCK);
	event_base_free(d->base);
	return 0;
}

static bool take_option(struct drive *d, int flag, const char **conf, unsigned *pause_ms)
{
	struct visit_job *j = &d->job;

	switch (flag) {
	case 'f':
		*conf = optarg;
		return true;
	case 's':
		if (j->scope_count < VISIT_SCOPE_MAX)
			snprintf(j->scope[j->scope_count++], PROBE_NAME_MAX, "%s", optarg);
		return true;
	case 'p':
		*pause_ms = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 'n':
		d->times = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 't':
		return d->transcripts = true;
	case 'e':
		return snprintf(j->etag, sizeof(j->etag), "%s", optarg) >= 0;
	case 'm':
		return snprintf(j->modified, sizeof(j->modified), "%s", optarg) >= 0;
	case 'r':
		return (j->probe = probe_find(optarg)) != NULL;
	case 'u':
		return snprintf(j->name, sizeof(j->name), "%s", optarg) >= 0;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	struct drive d = { .times = 1, .job = { .probe = &drive_probe, .kind = SUBJECT_HOST } };
	const char *path = NULL;
	unsigned pause_ms = 0;
	char error[CONF_ERROR_MAX];
	struct conf conf;
	struct data data;
	int flag, status;

	while ((flag = getopt(argc, argv, "f:s:p:n:te:m:u:r:")) != -1)
		if (!take_option(&d, flag, &path, &pause_ms))
			return 2;
	if (path == NULL || optind == argc)
		return 2;
	if (conf_load(&conf, path, error) != 0) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	/* the configuration's tables, as the prober; where beiand is not installed those it was built with */
	if (data_load(&data, conf.paths.data, error) != 0 && data_load(&data, SOURCE_DATA, error) != 0) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	d.run = argv + optind;
	evutil_secure_rng_get_bytes(&d.job.chance, sizeof(d.job.chance));
	d.runs = (size_t)(argc - optind);
	status = drive(&d, &conf, &data, pause_ms);
	data_clear(&data);
	conf_clear(&conf);
	return status;
}
