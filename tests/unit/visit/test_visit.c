/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run does before a byte goes out, and how it ends; with servers: tests/proc/probe_engine.sh. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <unistd.h>

#include "base/clock.h"
#include "visit/budget.h"
#include "visit/visit.h"

struct bed {
	struct event_base *base;
	struct evdns_server_port *server;
	int fd;
	struct conf conf;
	struct visits *v;
	unsigned ended, wanted, again;
	struct visit_job job;
	enum probe_outcome outcome;
	unsigned requests, status;
	uint32_t retry_after;
	size_t facts;
	char transcript[VISIT_TRANSCRIPT_MAX], remark[PROBE_NOTE_MAX];
};

/* A probe that asks for the words of its target, and says for each answer what came of it. */
struct words {
	size_t at;
};
static unsigned open_states;

static bool words_next(struct probe_run *run, struct probe_ask *ask)
{
	struct words *w = run->state;
	size_t n;

	if (run->answer == NULL)
		open_states++;
	else
		probe_fact_add(run->facts, FACT_TITLE, 50, probe_outcome_name(run->answer->outcome),
			       strlen(probe_outcome_name(run->answer->outcome)));
	if (strcmp(run->target, "forever") == 0) {
		strcpy(ask->url, "ftp://x/");
		return true;
	}
	w->at += strspn(run->target + w->at, " ");
	n = strcspn(run->target + w->at, " ");
	if (n > 0)
		memcpy(ask->url, run->target + w->at, n);
	w->at += n;
	return n > 0;
}

static bool aside_next(struct probe_run *run, struct probe_ask *ask)
{
	ask->aside = true;
	return words_next(run, ask);
}

static void words_end(struct probe_run *run)
{
	(void)run;
	open_states--;
}

static const struct probe_row words_row = { .name = "words", .version = 3, .kinds = 1U << SUBJECT_HOST };
static const struct probe words = {
	.row = &words_row, .state_size = sizeof(struct words), .next = words_next, .end = words_end
};
static const struct probe aside = {
	.row = &words_row, .state_size = sizeof(struct words), .next = aside_next, .end = words_end
};
static const struct probe record = { .row = &probe_table[PROBE_ID_RECORD],
				     .state_size = sizeof(struct words),
				     .next = words_next,
				     .end = words_end };
static const struct probe targeted = { .row = &probe_table[PROBE_ID_APK],
				       .next = words_next,
				       .end = words_end };

static void on_question(struct evdns_server_request *req, void *arg)
{
	static const uint8_t loopback[4] = { 127, 0, 0, 1 }, campus[4] = { 192, 0, 2, 1 };
	const char *name = req->questions[0]->name;
	int rcode = 0;

	(void)arg;
	if (strncasecmp(name, "silent", 6) == 0) {
		evdns_server_request_drop(req);
		return;
	}
	if (strncasecmp(name, "ours", 4) != 0 && strncasecmp(name, "held", 4) != 0)
		rcode = 3;
	else if (req->questions[0]->type == EVDNS_TYPE_A)
		evdns_server_request_add_a_reply(
			req, name, 1, tolower((unsigned char)name[0]) == 'h' ? campus : loopback, 0);
	evdns_server_request_respond(req, rcode);
}

static const struct visit_hooks hooks;

static void on_done(void *arg, const struct visit_result *r)
{
	struct bed *b = arg;

	b->outcome = r->outcome;
	b->requests = r->requests;
	b->status = r->status;
	b->retry_after = r->retry_after;
	b->facts = r->facts->count;
	snprintf(b->transcript, sizeof(b->transcript), "%s", r->transcript);
	snprintf(b->remark, sizeof(b->remark), "%s", r->remark);
	if (b->again > 0 && visits_room(b->v) > 0) {
		b->again--;
		assert_true(visits_begin(b->v, &b->job, &hooks, b));
	}
	if (++b->ended == b->wanted)
		event_base_loopbreak(b->base);
}

static const struct visit_hooks hooks = { .done = on_done };

static int set_up(void **state)
{
	static struct bed b;
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(sa);
	char text[512], error[CONF_ERROR_MAX];
	int len;

	memset(&b, 0, sizeof(b));
	b.base = event_base_new();
	b.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (bind(b.fd, (struct sockaddr *)&sa, n) != 0 || getsockname(b.fd, (struct sockaddr *)&sa, &n) != 0)
		return 1;
	b.server = evdns_add_server_port_with_base(b.base, b.fd, 0, on_question, NULL);
	len = snprintf(text, sizeof(text),
		       "[campus]\ndomains = example.edu.cn\nprefixes = 192.0.2.0/24\n[probe]\ncontact = "
		       "mailto:x@example.edu.cn\nresolver = "
		       "127.0.0.1:%u\nhost_seconds = 0\ntransfers = 8\nopt_out = not.example.edu.cn\n",
		       ntohs(sa.sin_port));
	if (conf_parse(&b.conf, "test", text, (size_t)len, error) != 0) {
		print_error("%s\n", error);
		return 1;
	}
	b.v = visits_new(b.base, &b.conf, error);
	b.job = (struct visit_job){ .probe = &words, .kind = SUBJECT_HOST, .name = "www.example.edu.cn" };
	*state = &b;
	return b.v == NULL;
}

/* Every run began once and ended once, also those cut short by the end itself. */
static int tear_down(void **state)
{
	struct bed *b = *state;

	visits_free(b->v);
	evdns_close_server_port(b->server);
	event_base_loop(b->base, EVLOOP_NONBLOCK);
	event_base_free(b->base);
	close(b->fd);
	conf_clear(&b->conf);
	return open_states != 0;
}

static void go(struct bed *b, const char *target)
{
	snprintf(b->job.target, sizeof(b->job.target), "%s", target);
	b->ended = 0;
	b->wanted = 1;
	assert_true(visits_begin(b->v, &b->job, &hooks, b));
	assert_int_equal(b->ended, 0); /* never from within visits_begin() */
	event_base_dispatch(b->base);
	assert_int_equal(b->ended, 1);
	assert_int_equal(visits_running(b->v), 0);
	assert_int_equal(b->requests, 0);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *url;
		enum probe_outcome want;
	} rows[] = {
		{ "http://other.example.cn/", PROBE_OUT_OF_SCOPE },
		{ "http://www.not.example.edu.cn/", PROBE_OPTED_OUT },
		{ "http://www.example.edu.cn:22/", PROBE_BAD_PORT },
		{ "http://127.1/", PROBE_BAD_ADDRESS },
		{ "ftp://www.example.edu.cn/", PROBE_BAD_URL },
		{ "http://ours.example.edu.cn/", PROBE_BAD_ADDRESS },
		{ "http://ours.example.edu.cn/x", PROBE_BAD_ADDRESS }, /* its robots.txt meets the same */
		{ "http://gone.example.edu.cn/", PROBE_NO_NAME },
		{ "", PROBE_DONE }, /* the probe has nothing to ask */
	};
	struct bed *b = *state;
	const struct visit_counters *n = visits_counters(b->v);
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		go(b, rows[i].url);
		assert_int_equal(b->outcome, rows[i].want);
		assert_int_equal(b->facts, rows[i].url[0] != '\0');
	}
	go(b, "http://other.example.cn/?q=SECRET http://127.1/"); /* each ask has its own answer */
	assert_int_equal(b->outcome, PROBE_BAD_ADDRESS);
	assert_int_equal(b->facts, 2);
	assert_non_null(strstr(b->transcript, "不问 http://other.example.cn/?q=…: "));
	assert_null(strstr(b->transcript, "SECRET"));
	for (unsigned o = 0; o < PROBE_OUTCOME_COUNT; o++)
		sum += n->outcome[o];
	assert_int_equal(n->begun, sum);
	assert_int_equal(n->requests, 0);
	assert_int_equal(n->refused[PROBE_OUT_OF_SCOPE], 2);
}

static void test_scope_of_job(void **state)
{
	struct bed *b = *state;

	strcpy(b->job.scope[0], "example.cn");
	b->job.scope_count = 1;
	go(b, "http://gone.example.cn/");
	assert_int_equal(b->outcome, PROBE_NO_NAME);
	b->job.kind = SUBJECT_WECHAT_MINI; /* then the name is no host, so it gives no scope */
	strcpy(b->job.name, "ours.example.com");
	go(b, "http://ours.example.com/");
	assert_int_equal(b->outcome, PROBE_OUT_OF_SCOPE);
}

static void test_not_even_begun(void **state)
{
	struct bed *b = *state;

	b->job.probe = &record;
	go(b, "http://www.example.edu.cn/");
	assert_int_equal(b->outcome, PROBE_NOT_ENABLED);
	b->job.probe = &targeted;
	go(b, "");
	assert_int_equal(b->outcome, PROBE_BAD_URL);
}

static void test_asks_end(void **state)
{
	struct bed *b = *state;

	go(b, "forever");
	assert_int_equal(b->outcome, PROBE_BAD_URL);
	assert_int_equal(visits_counters(b->v)->refused[PROBE_BAD_URL], PROBE_ASKS_MAX);
	assert_true(b->remark[0] != '\0');
}

static void test_room(void **state)
{
	struct bed *b = *state;

	strcpy(b->job.target, "http://silent.example.edu.cn/");
	for (int i = 0; i < 8; i++) {
		snprintf(b->job.name, sizeof(b->job.name), "h%d.example.edu.cn", i);
		assert_true(visits_begin(b->v, &b->job, &hooks, b));
	}
	assert_int_equal(visits_room(b->v), 0);
	assert_true(visits_begin(b->v, &b->job, &hooks, b)); /* it joins the stay of its host */
	assert_int_equal(visits_running(b->v), 9);
	strcpy(b->job.name, "h8.example.edu.cn");
	assert_false(visits_begin(b->v, &b->job, &hooks, b));
	assert_int_equal(visits_counters(b->v)->begun, 9);
	event_base_loop(b->base, EVLOOP_NONBLOCK);
	assert_int_equal(b->ended, 0); /* and now they all go with the end of the test */
}

/* All at once, those that `done` begins meanwhile by themselves; then it goes on. */
static void test_pause(void **state)
{
	struct bed *b = *state;

	strcpy(b->job.target, "http://silent.example.edu.cn/x");
	for (int i = 0; i < 8; i++)
		assert_true(visits_begin(b->v, &b->job, &hooks, b));
	for (int i = 0; i < 3; i++)
		event_base_loop(b->base, EVLOOP_NONBLOCK);
	b->again = 5;
	visits_pause(b->v, true);
	assert_true(visits_paused(b->v));
	assert_int_equal(b->ended, 8);
	assert_int_equal(b->outcome, PROBE_PAUSED);
	assert_int_equal(visits_running(b->v), 5);
	b->wanted = 13;
	event_base_dispatch(b->base);
	assert_int_equal(visits_counters(b->v)->outcome[PROBE_PAUSED], 13);
	assert_int_equal(open_states, 0);
	visits_pause(b->v, false);
	go(b, "http://gone.example.edu.cn/");
	assert_int_equal(b->outcome, PROBE_NO_NAME);
}

/* A host that is left alone holds its own runs, not those of a subject that looked at it in passing. */
static void test_held(void **state)
{
	static const char host[] = "held.example.edu.cn", url[] = "http://held.example.edu.cn/";
	struct bed *b = *state;

	for (int i = 0; i < 9; i++)
		budget_told(visits_budget(b->v), host, PROBE_CONNECT_FAILED, 0, 0, clock_wall());
	go(b, url);
	assert_int_equal(b->outcome, PROBE_HELD_BACK);
	assert_true(b->retry_after > 0);
	b->job.probe = &aside;
	go(b, url);
	assert_int_equal(b->outcome, PROBE_HELD_BACK);
	assert_int_equal(b->retry_after, 0);
}

static void test_configure(void **state)
{
	static const char text[] =
		"[campus]\ndomains = example.com\n[probe]\ncontact = mailto:x@example.com\n"
		"opt_out = gone.example.edu.cn\n";
	struct bed *b = *state;
	struct conf fresh, old = b->conf;
	char error[CONF_ERROR_MAX];

	go(b, "http://gone.example.edu.cn/");
	assert_int_equal(b->outcome, PROBE_NO_NAME);
	assert_int_equal(conf_parse(&fresh, "test", text, strlen(text), error), 0);
	b->conf = fresh;
	visits_configure(b->v, &b->conf);
	conf_clear(&old); /* nothing of it may be used any more */
	go(b, "http://gone.example.edu.cn/");
	assert_int_equal(b->outcome, PROBE_OPTED_OUT);
	go(b, "http://gone.example.com/");
	assert_int_equal(b->outcome, PROBE_NO_NAME);
}

#define BED(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED(test_refusals), BED(test_scope_of_job), BED(test_not_even_begun), BED(test_asks_end),
		BED(test_room),     BED(test_pause),        BED(test_configure),      BED(test_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
