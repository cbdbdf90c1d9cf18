/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipc/link.h"

/* One row per message: how a sample of it is put, how it is got, and that what was got is the sample. */
struct sample {
	const char *name;
	void (*put)(struct wr *w);
	bool (*get)(struct rd *r); /* asserts the fields when it is well formed */
	bool tail;                 /* the last field is the rest of the frame: it may be cut or grow */
	size_t fixed;              /* bytes before that tail */
};

static void put_text(struct wr *w) { msg_text_put(w, "abc", 3); }
static bool get_text(struct rd *r)
{
	struct msg_text t;
	return msg_text_get(r, &t);
}

static void put_peer(struct wr *w) { msg_peer_put(w, &(struct msg_peer){ 2, "sensor[eth0]" }); }
static bool get_peer(struct rd *r)
{
	struct msg_peer m;
	if (!msg_peer_get(r, &m))
		return false;
	assert_int_equal(m.role, 2);
	assert_string_equal(m.label, "sensor[eth0]");
	return true;
}

static void put_result(struct wr *w) { msg_result_put(w, &(struct msg_result){ 1, "没有这个应用" }); }
static bool get_result(struct rd *r)
{
	struct msg_result m;
	if (!msg_result_get(r, &m))
		return false;
	assert_int_equal(m.code, 1);
	assert_string_equal(m.why, "没有这个应用");
	return true;
}

static void put_roles(struct wr *w)
{
	msg_roles_put(w, &(struct msg_roles){ 2, { { "store", 7, 0, 1 }, { "notifier", 0, 3, -5 } } });
}
static bool get_roles(struct rd *r)
{
	struct msg_roles m;
	if (!msg_roles_get(r, &m))
		return false;
	assert_int_equal(m.count, 2);
	assert_string_equal(m.role[1].label, "notifier");
	assert_int_equal(m.role[1].restarts, 3);
	assert_int_equal(m.role[1].since, -5);
	return true;
}

static void put_hello(struct wr *w) { msg_hello_put(w, &(struct msg_hello){ "sensor", 1 }); }
static bool get_hello(struct rd *r)
{
	struct msg_hello m;
	if (!msg_hello_get(r, &m))
		return false;
	assert_int_equal(m.replay, 1);
	return true;
}

static void put_welcome(struct wr *w) { msg_welcome_put(w, &(struct msg_welcome){ 9, { { 1, 2, 3 } }, 1 }); }
static bool get_welcome(struct rd *r)
{
	struct msg_welcome m;
	if (!msg_welcome_get(r, &m))
		return false;
	assert_int_equal(m.epoch, 9);
	assert_int_equal(m.key.bytes[2], 3);
	assert_int_equal(m.sha256, 1);
	return true;
}

static void put_source(struct wr *w) { msg_source_put(w, &(struct msg_source){ "a.pcap" }); }
static bool get_source(struct rd *r)
{
	struct msg_source m;
	if (!msg_source_get(r, &m))
		return false;
	assert_string_equal(m.name, "a.pcap");
	return true;
}

#define DIGEST "99aa06d3014798d86001c324468d497f"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
static void put_end(struct wr *w) { msg_end_put(w, &(struct msg_end){ 5, DIGEST, SHA256 }); }
static bool get_end(struct rd *r)
{
	struct msg_end m;
	if (!msg_end_get(r, &m))
		return false;
	assert_int_equal(m.source, 5);
	assert_string_equal(m.digest, DIGEST);
	assert_string_equal(m.sha256, SHA256);
	return true;
}

static void put_ended(struct wr *w) { msg_ended_put(w, &(struct msg_ended){ 5, MSG_KNOWN }); }
static bool get_ended(struct rd *r)
{
	struct msg_ended m;
	if (!msg_ended_get(r, &m))
		return false;
	assert_int_equal(m.source, 5);
	assert_int_equal(m.verdict, MSG_KNOWN);
	return true;
}

static void fill_observation(struct observation *o, const char *name)
{
	memset(o, 0, sizeof(*o));
	strncpy(o->name, name, sizeof(o->name) - 1);
	o->from = 10;
	o->to = 20;
	o->kind = SUBJECT_HOST;
	o->via = VIA_TLS;
	o->count = 3;
	sketch_init(&o->clients);
	sketch_add(&o->clients, 42);
}

static void put_batch(struct wr *w)
{
	struct observation o;

	msg_batch_put(w, &(struct msg_batch){ .source = 4, .seq = 1 });
	fill_observation(&o, "a.example.edu.cn");
	assert_true(msg_batch_add(w, &o));
	fill_observation(&o, "b.example.edu.cn");
	assert_true(msg_batch_add(w, &o));
}
static bool get_batch(struct rd *r)
{
	static struct observation o;
	struct msg_batch m;
	if (!msg_batch_get(r, &m) || !observation_get(r, &o) || !observation_get(r, &o))
		return false;
	assert_int_equal(m.count, 2);
	assert_string_equal(o.name, "b.example.edu.cn");
	assert_int_equal(sketch_count(&o.clients), 1);
	return rd_done(r);
}

static void put_ack(struct wr *w) { msg_ack_put(w, &(struct msg_ack){ 4, 1 }); }
static bool get_ack(struct rd *r)
{
	struct msg_ack m;
	if (!msg_ack_get(r, &m))
		return false;
	assert_int_equal(m.seq, 1);
	return true;
}

static void put_counters(struct wr *w)
{
	msg_counters_put(w, &(struct msg_counters){ 4, 2, { { "packets", 7 }, { "bytes", UINT64_MAX } } });
}
static bool get_counters(struct rd *r)
{
	struct msg_counters m;
	if (!msg_counters_get(r, &m))
		return false;
	assert_string_equal(m.counter[0].name, "packets");
	assert_true(m.counter[1].value == UINT64_MAX);
	return true;
}

static void put_id(struct wr *w) { msg_id_put(w, -2); }
static bool get_id(struct rd *r)
{
	int64_t id;
	if (!msg_id_get(r, &id))
		return false;
	assert_int_equal(id, -2);
	return true;
}

static void put_deliver(struct wr *w)
{
	msg_deliver_put(w, &(struct msg_deliver){ 8, "syslog", 1, { "{}", 2 } });
}
static bool get_deliver(struct rd *r)
{
	struct msg_deliver m;
	if (!msg_deliver_get(r, &m))
		return false;
	assert_string_equal(m.sink, "syslog");
	assert_int_equal(m.anew, 1);
	return true;
}

static void put_delivered(struct wr *w)
{
	msg_delivered_put(w, &(struct msg_delivered){ 8, "file", MSG_OUTCOME_FAILED, "磁盘已满" });
}
static bool get_delivered(struct rd *r)
{
	struct msg_delivered m;
	if (!msg_delivered_get(r, &m))
		return false;
	assert_int_equal(m.outcome, MSG_OUTCOME_FAILED);
	assert_string_equal(m.why, "磁盘已满");
	return true;
}

static void put_event(struct wr *w)
{
	msg_event_put(w, &(struct msg_event){ TROUBLE_INTERFACE_SILENT, 1, 1795680000000000, "eth1#2",
					      "网卡 eth1 没有包" });
}
static bool get_event(struct rd *r)
{
	struct msg_event m;
	if (!msg_event_get(r, &m))
		return false;
	assert_int_equal(m.trouble, TROUBLE_INTERFACE_SILENT);
	assert_true(m.since == 1795680000000000);
	assert_string_equal(m.what, "eth1#2");
	return true;
}

static void put_request(struct wr *w)
{
	msg_request_put(w, &(struct msg_request){ 2, { { "app", 3 }, { "A1", 2 } } });
}
static bool get_request(struct rd *r)
{
	struct msg_request m;
	if (!msg_request_get(r, &m))
		return false;
	assert_int_equal(m.argc, 2);
	assert_memory_equal(m.argv[1].p, "A1", 2);
	return true;
}

static const struct sample samples[] = {
	{ "text", put_text, get_text, true, 0 },
	{ "peer", put_peer, get_peer, false, 0 },
	{ "result", put_result, get_result, false, 0 },
	{ "roles", put_roles, get_roles, false, 0 },
	{ "hello", put_hello, get_hello, false, 0 },
	{ "welcome", put_welcome, get_welcome, false, 0 },
	{ "source", put_source, get_source, false, 0 },
	{ "end", put_end, get_end, false, 0 },
	{ "ended", put_ended, get_ended, false, 0 },
	{ "batch", put_batch, get_batch, false, 0 },
	{ "ack", put_ack, get_ack, false, 0 },
	{ "counters", put_counters, get_counters, false, 0 },
	{ "id", put_id, get_id, false, 0 },
	{ "deliver", put_deliver, get_deliver, true, 17 },
	{ "delivered", put_delivered, get_delivered, false, 0 },
	{ "event", put_event, get_event, false, 0 },
	{ "request", put_request, get_request, false, 0 },
};

/* The frame starts with its type byte, as link_begin() leaves it. */
static size_t build(const struct sample *s, uint8_t *frame)
{
	struct wr w = wr_init(frame, LINK_FRAME_MAX);

	wr_u8(&w, 1);
	s->put(&w);
	assert_true(wr_ok(&w));
	return wr_len(&w) - 1;
}

/* In memory of its very own size, so that sanitizers see a read past its end. */
static bool parse(const struct sample *s, const uint8_t *body, size_t n)
{
	uint8_t *exact = malloc(n ? n : 1);
	struct rd r;
	bool ok;

	memcpy(exact, body, n);
	r = rd_init(exact, n);
	ok = s->get(&r);
	free(exact);
	return ok;
}

static void test_each_message(void **state)
{
	static uint8_t frame[LINK_FRAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		size_t n = build(s, frame);
		if (!parse(s, frame + 1, n))
			fail_msg("%s: the sample is refused", s->name);
		for (size_t cut = 0; cut < n; cut++)
			if (parse(s, frame + 1, cut) != (s->tail && cut >= s->fixed))
				fail_msg("%s: cut at %zu of %zu", s->name, cut, n);
		frame[1 + n] = 0;
		if (parse(s, frame + 1, n + 1) != s->tail)
			fail_msg("%s: trailing byte", s->name);
	}
}

/* A string that claims more than the frame has. */
static void test_lying_lengths(void **state)
{
	static uint8_t frame[LINK_FRAME_MAX + 1];
	static const struct {
		const char *name;
		size_t at; /* high byte of a 16-bit length or a count in the body */
	} lies[] = { { "peer", 1 },    { "result", 1 },  { "roles", 1 },    { "hello", 0 },
		     { "source", 0 },  { "end", 8 },     { "counters", 9 }, { "delivered", 8 },
		     { "request", 1 }, { "deliver", 8 }, { "event", 10 } };

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		for (size_t k = 0; k < sizeof(samples) / sizeof(samples[0]); k++) {
			if (strcmp(samples[k].name, lies[i].name) != 0)
				continue;
			size_t n = build(&samples[k], frame);
			frame[1 + lies[i].at] = 0xff;
			if (parse(&samples[k], frame + 1, n))
				fail_msg("%s: a length of 0xff.. is believed", lies[i].name);
		}
	}
}

/* What a sensor that was taken would put before people's eyes. */
static void test_odd_events(void **state)
{
	static const struct msg_event odd[] = {
		{ TROUBLE_COUNT, 1, 0, "eth1", "" },
		{ TROUBLE_INTERFACE_DOWN, 2, 0, "eth1", "" },
		{ TROUBLE_INTERFACE_DOWN, 1, 0, "eth\x1b[2J", "" },
		{ TROUBLE_INTERFACE_DOWN, 1, 0, "eth1", "a\nb" },
	};
	uint8_t bytes[128];

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct wr w = wr_init(bytes, sizeof(bytes));
		struct msg_event m;
		msg_event_put(&w, &odd[i]);
		assert_true(wr_ok(&w));
		struct rd r = rd_init(bytes, wr_len(&w));
		assert_false(msg_event_get(&r, &m));
	}
}

static void test_counts_that_lie(void **state)
{
	uint8_t bytes[64] = { 0 };
	struct rd r;
	struct msg_batch b;
	struct msg_roles roles;
	struct msg_counters counters;
	struct msg_request request;

	(void)state;
	bytes[15] = 1;    /* seq */
	bytes[16] = 0x02; /* 513 observations */
	bytes[17] = 0x01;
	r = rd_init(bytes, sizeof(bytes));
	assert_false(msg_batch_get(&r, &b));
	memset(bytes, 0xff, sizeof(bytes));
	r = rd_init(bytes, sizeof(bytes));
	assert_false(msg_roles_get(&r, &roles));
	r = rd_init(bytes, sizeof(bytes));
	assert_false(msg_counters_get(&r, &counters));
	r = rd_init(bytes, sizeof(bytes));
	assert_false(msg_request_get(&r, &request));
}

static void test_fields_out_of_range(void **state)
{
	struct rd r;
	struct msg_request request;
	struct msg_end end;
	struct msg_ended ended;
	struct msg_welcome welcome;

	(void)state;
	r = rd_init("\x01\x00\x02"
		    "a\0",
		    5);
	assert_false(msg_request_get(&r, &request)); /* a NUL inside an argument */
	r = rd_init("\0\0\0\0\0\0\0\1\0\2zz\0\0", 14);
	assert_false(msg_end_get(&r, &end)); /* no digest */
	r = rd_init("\0\0\0\0\0\0\0\1\0\0\0\2zz", 14);
	assert_false(msg_end_get(&r, &end));
	r = rd_init("\0\0\0\0\0\0\0\1\3", 9);
	assert_false(msg_ended_get(&r, &ended));
	r = rd_init("\0\0\0\0\0\0\0\1"
		    "0123456789abcdef\2",
		    25);
	assert_false(msg_welcome_get(&r, &welcome)); /* neither yes nor no */
}

/* A full frame refuses one more and stays as it was. */
static void test_batch_full(void **state)
{
	static uint8_t frame[LINK_FRAME_MAX];
	struct observation o, got = { 0 };
	struct msg_batch m;
	struct wr w = wr_init(frame, sizeof(frame));
	unsigned added = 0;
	size_t before;

	(void)state;
	fill_observation(&o, "wide.example.edu.cn");
	for (uint64_t i = 0; i < 200; i++)
		sketch_add(&o.clients, i * 0x9e3779b97f4a7c15u);
	wr_u8(&w, MSG_OBSERVED);
	msg_batch_put(&w, &(struct msg_batch){ .source = 1, .seq = 1 });
	do
		before = wr_len(&w);
	while (msg_batch_add(&w, &o) && ++added);
	assert_true(wr_ok(&w));
	assert_int_equal(wr_len(&w), before);
	assert_in_range(added, 20, MSG_BATCH_MAX - 1);
	struct rd r = rd_init(frame + 1, wr_len(&w) - 1);
	assert_true(msg_batch_get(&r, &m));
	assert_int_equal(m.count, added);
	while (added-- > 0)
		assert_true(observation_get(&r, &got));
	assert_true(rd_done(&r));
	assert_int_equal(sketch_count(&got.clients), 201);
}

static void test_batch_count_is_capped(void **state)
{
	static uint8_t frame[LINK_FRAME_MAX];
	struct observation o;
	struct wr w = wr_init(frame, sizeof(frame));
	unsigned added = 0;

	(void)state;
	fill_observation(&o, "a.cn");
	wr_u8(&w, MSG_OBSERVED);
	msg_batch_put(&w, &(struct msg_batch){ .source = 1, .seq = 1 });
	while (msg_batch_add(&w, &o))
		added++;
	assert_int_equal(added, MSG_BATCH_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_message),
		cmocka_unit_test(test_lying_lengths),
		cmocka_unit_test(test_odd_events),
		cmocka_unit_test(test_counts_that_lie),
		cmocka_unit_test(test_fields_out_of_range),
		cmocka_unit_test(test_batch_full),
		cmocka_unit_test(test_batch_count_is_capped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
