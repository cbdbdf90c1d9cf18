/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes to plan, and results as a prober would send them. */
#ifndef TESTS_UNIT_STORE_PROBING_H
#define TESTS_UNIT_STORE_PROBING_H

#include "base/alloc.h"
#include "base/clock.h"
#include "tests/unit/store/fixture.h"

static const int64_t an_hour = 3600 * 1000000LL;

static const char *px_endpoint(const struct conf *c) { return c->probe.wechat_record; }

static const struct probe_row px_rows[] = {
	{ .name = "page", .zh = "网页", .version = 1, .kinds = 1u << SUBJECT_HOST, .interval_hours = 168 },
	{ .name = "certificate",
	  .zh = "证书",
	  .version = 1,
	  .kinds = 1u << SUBJECT_HOST,
	  .interval_hours = 720 },
	{ .name = "apk",
	  .zh = "安装包",
	  .version = 1,
	  .kinds = 1u << SUBJECT_HOST,
	  .wants_target = true,
	  .interval_hours = 720 },
	{ .name = "ipa",
	  .zh = "苹果安装包",
	  .version = 1,
	  .kinds = 1u << SUBJECT_HOST,
	  .wants_target = true,
	  .interval_hours = 720 },
	{ .name = "record",
	  .zh = "小程序资料页",
	  .version = 1,
	  .kinds = 1u << SUBJECT_WECHAT_MINI,
	  .interval_hours = 720,
	  .endpoint = px_endpoint },
};

/* `more`: further lines of [probe]. */
static inline void px_conf(const char *more)
{
	struct buf text = { 0 };

	buf_printf(&text, "[probe]\nenabled = on\ncontact = https://nic.example.edu.cn/probe\n%s", more);
	fx_conf("hnust", text.p);
	buf_clear(&text);
}

/* The store anew, as a process that starts. */
static inline void px_open(const char *more)
{
	store_close(fx.store);
	px_conf(more);
	fx_open();
	store_probes(fx.store, px_rows, sizeof(px_rows) / sizeof(px_rows[0]), NULL);
}

enum { PX_PATIENCE = 30 }; /* seconds that a test may take until it has planned */
static int64_t px_time;

/* A test begins and ends on one day, as the store counts them: Beijing's. */
static inline void px_past_midnight(void)
{
	const int64_t second = 1000000, day = 86400 * second, beijing = 8 * 3600 * second;

	while ((clock_wall() + beijing) % day > day - 2 * PX_PATIENCE * second)
		sleep(1);
}

static inline int px_set_up(void **state)
{
	int r = fx_set_up(state);

	px_past_midnight();
	px_time = clock_wall() + (int64_t)PX_PATIENCE * 1000000;
	if (r == 0)
		px_open("");
	return r;
}

#define PX_TEST(f) cmocka_unit_test_setup_teardown(f, px_set_up, fx_tear_down)

/* What is planned in this test is due by then, and answered then. */
static inline int64_t px_soon(void) { return px_time; }

static struct job px_job[64];

static inline int px_take(int64_t now, size_t max)
{
	int n = store_jobs(fx.store, now, px_job, max, max);

	fx_ok(n);
	return n;
}

/* The one among px_job, which must be there. */
static inline const struct job *px_find(int n, const char *name, const char *probe)
{
	for (int i = 0; i < n; i++)
		if (strcmp(px_job[i].name, name) == 0 && strcmp(px_job[i].probe, probe) == 0)
			return &px_job[i];
	fail_msg("no job %s of %s", probe, name);
	return NULL;
}

/* The caller frees. */
static inline struct job_result *px_result(int64_t id, enum probe_outcome outcome)
{
	struct job_result *r = xcalloc(1, sizeof(*r));

	r->id = id;
	r->outcome = outcome;
	r->status = outcome == PROBE_DONE ? 200 : 0;
	r->version = 1;
	r->requests = 1;
	snprintf(r->transcript, sizeof(r->transcript), "GET / -> %u\n", r->status);
	return r;
}

static inline void px_fact(struct job_result *r, enum fact type, const char *value)
{
	struct job_fact *f = &r->fact[r->fact_count++];

	*f = (struct job_fact){ .type = type, .confidence = 90 };
	snprintf(f->value, sizeof(f->value), "%s", value);
	snprintf(f->note, sizeof(f->note), "<title>");
}

/* Answers a job and frees the result. */
static inline int px_answer(struct job_result *r, int64_t now)
{
	int code = store_job_result(fx.store, now, r);

	free(r);
	return code;
}

#endif
