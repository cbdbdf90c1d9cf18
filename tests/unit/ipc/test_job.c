/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ipc/link.h"

static struct job job, job_back;
static struct job_result result, result_back;
static uint8_t frame[LINK_BODY_MAX], again[LINK_BODY_MAX];

static void sample_job(void)
{
	memset(&job, 0, sizeof(job));
	job.id = INT64_C(1) << 40;
	job.kind = SUBJECT_WECHAT_MINI;
	snprintf(job.name, sizeof(job.name), "wx0123456789abcdef");
	snprintf(job.probe, sizeof(job.probe), "page");
	snprintf(job.target, sizeof(job.target), "https://www.example.edu.cn/a?b");
	snprintf(job.etag, sizeof(job.etag), "W/\"a b\"");
	snprintf(job.modified, sizeof(job.modified), "Sat, 21 Nov 2026 08:00:00 GMT");
	job.urgent = 1;
	job.chance = 0x89abcdef;
	job.scope_count = 2;
	snprintf(job.scope[0], sizeof(job.scope[0]), "example.edu.cn");
	snprintf(job.scope[1], sizeof(job.scope[1]), "example.com");
}

static void add_fact(enum fact type, uint8_t confidence, const char *value, const char *note)
{
	struct job_fact *f = &result.fact[result.fact_count++];

	*f = (struct job_fact){ .type = type, .confidence = confidence };
	snprintf(f->value, sizeof(f->value), "%s", value);
	snprintf(f->note, sizeof(f->note), "%s", note);
}

static void sample_result(void)
{
	memset(&result, 0, sizeof(result));
	result.id = 7;
	result.outcome = PROBE_HTTP_ERROR;
	result.status = 404;
	result.version = 3;
	result.requests = 2;
	result.retry_after = 86400;
	snprintf(result.etag, sizeof(result.etag), "\"x\"");
	snprintf(result.remark, sizeof(result.remark), "没有这个页面");
	add_fact(FACT_TITLE, 100, "教务系统 登录", "");
	add_fact(FACT_ICP_NUMBER, 90, "京ICP备2021026895号-5", "某某大学");
	result.facts_more = 4;
	snprintf(result.transcript, sizeof(result.transcript), "GET / HTTP/1.1\n\n< 404 未找到\n");
}

static size_t put_job(uint8_t *bytes, const struct job *j)
{
	struct wr w = wr_init(bytes, LINK_BODY_MAX);

	job_put(&w, j);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static size_t put_result(uint8_t *bytes, const struct job_result *j)
{
	struct wr w = wr_init(bytes, LINK_BODY_MAX);

	job_result_put(&w, j);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static bool read_job(size_t n)
{
	struct rd r = rd_init(frame, n);

	memset(&job_back, 0xa5, sizeof(job_back));
	return job_get(&r, &job_back);
}

static bool read_result(size_t n)
{
	struct rd r = rd_init(frame, n);

	memset(&result_back, 0xa5, sizeof(result_back));
	return job_result_get(&r, &result_back);
}

static bool job_passes(void)
{
	size_t n = put_job(frame, &job);

	return read_job(n) && put_job(again, &job_back) == n && memcmp(frame, again, n) == 0;
}

static bool result_passes(void)
{
	size_t n = put_result(frame, &result);

	return read_result(n) && put_result(again, &result_back) == n && memcmp(frame, again, n) == 0;
}

static void round_trip(void **state)
{
	(void)state;
	sample_job();
	assert_true(job_passes());
	assert_string_equal(job_back.target, job.target);
	assert_string_equal(job_back.scope[1], "example.com");
	assert_int_equal(job_back.chance, 0x89abcdef);
	sample_result();
	assert_true(result_passes());
	assert_string_equal(result_back.fact[1].note, "某某大学");
	assert_string_equal(result_back.transcript, result.transcript);
	assert_int_equal(result_back.retry_after, 86400);
}

static void cut_or_longer(void **state)
{
	size_t n;

	(void)state;
	sample_job();
	n = put_job(frame, &job);
	for (size_t i = 0; i < n; i++)
		assert_false(read_job(i));
	frame[n] = 0;
	assert_false(read_job(n + 1));
	sample_result();
	n = put_result(frame, &result);
	for (size_t i = 0; i < n; i++)
		assert_false(read_result(i));
	frame[n] = 0;
	assert_false(read_result(n + 1));
}

static void fill(char *out, size_t cap)
{
	memset(out, 'x', cap - 1);
	out[cap - 1] = '\0';
}

/* The largest of each fits into one frame of a link. */
static void largest(void **state)
{
	size_t room = JOB_FACTS_BYTES, one = JOB_VALUE_MAX - 1 + JOB_NOTE_MAX - 1;

	(void)state;
	sample_job();
	fill(job.target, sizeof(job.target));
	fill(job.etag, sizeof(job.etag));
	fill(job.modified, sizeof(job.modified));
	job.scope_count = JOB_SCOPE_MAX;
	for (int i = 0; i < JOB_SCOPE_MAX; i++)
		fill(job.scope[i], sizeof(job.scope[i]));
	assert_true(job_passes());
	sample_result();
	fill(result.etag, sizeof(result.etag));
	fill(result.modified, sizeof(result.modified));
	fill(result.remark, sizeof(result.remark));
	fill(result.transcript, sizeof(result.transcript));
	result.fact_count = 0;
	for (int i = 0; i < JOB_FACTS_MAX - 1; i++) {
		add_fact(FACT_PERMISSION, 1, "x", "");
		room--;
	}
	for (int i = 0; room >= one - 1; i++, room -= one - 1) {
		fill(result.fact[i].value, JOB_VALUE_MAX);
		fill(result.fact[i].note, JOB_NOTE_MAX);
	}
	assert_true(result_passes());
	sample_result();
	result.fact_count = 0;
	for (int i = 0; i < JOB_FACTS_MAX; i++) {
		add_fact(FACT_TITLE, 1, "", "");
		fill(result.fact[i].value, 202);
	}
	assert_false(result_passes());
}

static struct job_view view, view_back;

static void sample_view(void)
{
	memset(&view, 0, sizeof(view));
	view.count = 2;
	view.counter[0] = (struct job_counter){ "requests", 12 };
	view.counter[1] = (struct job_counter){ "refused-robots", 3 };
	view.held_total = 9;
	view.held_count = 1;
	view.held[0] = (struct job_held){ "jw.example.edu.cn", 1795680000000000, 1, 5 };
}

static size_t put_view(void)
{
	struct wr w = wr_init(frame, LINK_BODY_MAX);

	job_view_put(&w, &view);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static bool view_passes(size_t n)
{
	struct rd r = rd_init(frame, n);

	return job_view_get(&r, &view_back);
}

static void views(void **state)
{
	size_t n;

	(void)state;
	sample_view();
	n = put_view();
	assert_true(view_passes(n));
	assert_string_equal(view_back.counter[1].name, "refused-robots");
	assert_int_equal(view_back.held[0].failures, 5);
	for (size_t i = 0; i < n; i++)
		assert_false(view_passes(i));
	frame[n] = 0;
	assert_false(view_passes(n + 1));
	view.held[0].host[3] = '\n';
	assert_false(view_passes(put_view()));
	sample_view();
	view.counter[0].name[0] = '\0';
	assert_false(view_passes(put_view()));
	sample_view();
	view.held_total = 0;
	assert_false(view_passes(put_view()));
	sample_view();
	put_view();
	frame[0] = JOB_COUNTERS_MAX + 1;
	assert_false(view_passes(sizeof(frame)));
	view.count = JOB_COUNTERS_MAX;
	for (int i = 0; i < JOB_COUNTERS_MAX; i++)
		fill(view.counter[i].name, JOB_COUNTER_MAX);
	view.held_count = JOB_HELD_MAX;
	view.held_total = JOB_HELD_MAX;
	for (int i = 0; i < JOB_HELD_MAX; i++)
		fill(view.held[i].host, RECORD_NAME_MAX);
	assert_true(view_passes(put_view())); /* the largest fits into a frame */
}

static void job_no_id(void) { job.id = 0; }
static void job_no_kind(void) { job.kind = SUBJECT_KIND_COUNT; }
static void job_no_name(void) { job.name[0] = '\0'; }
static void job_blank_name(void) { job.name[2] = ' '; }
static void job_no_probe(void) { job.probe[0] = '\0'; }
static void job_odd_target(void) { job.target[9] = '\n'; }
static void job_odd_etag(void) { job.etag[1] = '\r'; }
static void job_odd_modified(void) { job.modified[1] = '\x80'; }
static void job_odd_urgent(void) { job.urgent = 2; }
static void job_odd_scope(void) { job.scope[1][3] = '\x7f'; }
static void job_no_scope(void) { job.scope[0][0] = '\0'; }

static void refused_jobs(void **state)
{
	static void (*const spoil[])(void) = {
		job_no_id,    job_no_kind,      job_no_name,    job_blank_name, job_no_probe, job_odd_target,
		job_odd_etag, job_odd_modified, job_odd_urgent, job_odd_scope,  job_no_scope,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
		sample_job();
		spoil[i]();
		if (job_passes())
			fail_msg("job %zu is taken", i);
	}
}

static void no_id(void) { result.id = 0; }
static void no_outcome(void) { result.outcome = PROBE_OUTCOME_COUNT; }
static void lost(void) { result.outcome = PROBE_LOST; }
static void poison(void) { result.outcome = PROBE_POISON; }
static void odd_etag(void) { result.etag[1] = '\t'; }
static void odd_remark(void) { result.remark[0] = '\x1b'; }
static void no_fact(void) { result.fact[1].type = FACT_COUNT; }
static void no_value(void) { result.fact[0].value[0] = '\0'; }
static void odd_value(void) { result.fact[0].value[1] = '\x1b'; }
static void odd_note(void) { result.fact[1].note[0] = '\n'; }
static void unsure(void) { result.fact[0].confidence = 0; }
static void too_sure(void) { result.fact[0].confidence = 101; }
static void odd_transcript(void) { result.transcript[3] = '\x1b'; }
static void odd_last_line(void)
{
	size_t n = strlen(result.transcript);

	snprintf(result.transcript + n, sizeof(result.transcript) - n, "\x07");
}

static void refused_results(void **state)
{
	static void (*const spoil[])(void) = {
		no_id,    no_outcome, lost,     poison, odd_etag, odd_remark,     no_fact,
		no_value, odd_value,  odd_note, unsure, too_sure, odd_transcript, odd_last_line,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
		sample_result();
		spoil[i]();
		if (result_passes())
			fail_msg("result %zu is taken", i);
	}
}

/* Counts that promise more than the record can hold. */
static void lying_counts(void **state)
{
	size_t n, at = 8 + 1 + 3 * 2 + 4 + 2 + 3 + 2 + 2;

	(void)state;
	sample_job();
	job.scope_count = 0;
	n = put_job(frame, &job);
	frame[n - 1] = JOB_SCOPE_MAX + 1;
	assert_false(read_job(sizeof(frame)));
	sample_result();
	result.remark[0] = '\0';
	(void)put_result(frame, &result);
	assert_int_equal(frame[at + 1], 2);
	frame[at + 1] = JOB_FACTS_MAX + 1;
	assert_false(read_result(sizeof(frame)));
	frame[at] = 0xff;
	assert_false(read_result(sizeof(frame)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),      cmocka_unit_test(cut_or_longer),
		cmocka_unit_test(largest),         cmocka_unit_test(refused_jobs),
		cmocka_unit_test(refused_results), cmocka_unit_test(lying_counts),
		cmocka_unit_test(views),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
