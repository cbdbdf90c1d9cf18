/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/pending.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct dissect_flow from_client(uint16_t port)
{
	return (struct dissect_flow){ .src = { { [0] = 1 } },
				      .dst = { { [0] = 2 } },
				      .sport = port,
				      .dport = 80,
				      .proto = IPPROTO_TCP };
}

static struct dissect_flow back(struct dissect_flow f)
{
	return (struct dissect_flow){ f.dst, f.src, f.dport, f.sport, f.proto };
}

static enum pending_answer answer(struct pending *p, uint16_t port, uint32_t window, uint32_t *subject)
{
	struct dissect_flow f = back(from_client(port));

	return pending_take(p, &f, window, true, subject);
}

static void ask(struct pending *p, uint16_t port, uint32_t subject, uint32_t window)
{
	struct dissect_flow f = from_client(port);

	pending_ask(p, pending_flow(p, &f), subject, window);
}

static void answers_go_to_who_was_asked(void **state)
{
	struct pending p;
	struct dissect_flow f = from_client(1);
	uint32_t s = 0;
	(void)state;

	pending_init(&p);
	assert_int_equal(answer(&p, 1, 0, &s), PENDING_UNKNOWN);
	ask(&p, 1, 7, 0);
	ask(&p, 2, 8, 0);
	/* not in the direction of the requests */
	assert_int_equal(pending_take(&p, &f, 0, true, &s), PENDING_UNKNOWN);
	assert_int_equal(answer(&p, 1, 0, &s), PENDING_KNOWN);
	assert_int_equal(s, 7);
	/* one more than was asked for */
	assert_int_equal(answer(&p, 1, 0, &s), PENDING_UNKNOWN);
	assert_int_equal(answer(&p, 2, 0, &s), PENDING_KNOWN);
	assert_int_equal(s, 8);
	ask(&p, 1, PENDING_NONE, 0);
	assert_int_equal(answer(&p, 1, 0, &s), PENDING_NAMELESS);
	pending_clear(&p);
}

static void interim_answers_do_not_end_it(void **state)
{
	struct pending p;
	struct dissect_flow f = back(from_client(1));
	uint32_t s = 0;
	(void)state;

	pending_init(&p);
	ask(&p, 1, 7, 0);
	assert_int_equal(pending_take(&p, &f, 0, false, &s), PENDING_KNOWN);
	assert_int_equal(pending_take(&p, &f, 0, true, &s), PENDING_KNOWN);
	assert_int_equal(pending_take(&p, &f, 0, true, &s), PENDING_UNKNOWN);
	pending_clear(&p);
}

/* Pipelined requests to one host are no riddle, those to two are until all are answered. */
static void who_is_meant_is_not_guessed(void **state)
{
	struct pending p;
	uint32_t s = 0;
	(void)state;

	pending_init(&p);
	ask(&p, 1, 7, 0);
	ask(&p, 1, 7, 0);
	assert_int_equal(answer(&p, 1, 0, &s), PENDING_KNOWN);
	ask(&p, 1, 8, 0);
	assert_int_equal(answer(&p, 1, 0, &s), PENDING_MIXED);
	assert_int_equal(answer(&p, 1, 0, &s), PENDING_MIXED);
	ask(&p, 1, 8, 0);
	assert_int_equal(answer(&p, 1, 0, &s), PENDING_KNOWN);
	assert_int_equal(s, 8);
	pending_clear(&p);
}

/* Numbers of another window mean other subjects. */
static void windows_end_it(void **state)
{
	struct pending p;
	uint32_t s = 0;
	(void)state;

	pending_init(&p);
	ask(&p, 1, 7, 0);
	assert_int_equal(answer(&p, 1, 1, &s), PENDING_UNKNOWN);
	ask(&p, 1, 7, 1);
	ask(&p, 1, 7, 2);
	assert_int_equal(answer(&p, 1, 2, &s), PENDING_MIXED);
	ask(&p, 1, 7, 2);
	assert_int_equal(answer(&p, 1, 2, &s), PENDING_KNOWN);
	pending_clear(&p);
}

static void full_gives_up_the_oldest(void **state)
{
	struct pending p;
	uint32_t s = 0, known = 0;
	(void)state;

	pending_init(&p);
	for (int round = 0; round < 4; round++) {
		for (int port = 0; port < 65536; port++) {
			struct dissect_flow f = from_client((uint16_t)port);
			f.src.bytes[5] = (uint8_t)round;
			pending_ask(&p, pending_flow(&p, &f), (uint32_t)port, 0);
		}
	}
	assert_int_equal(p.evicted, 4 * 65536 - 16384);
	for (int port = 0; port < 65536; port++) {
		struct dissect_flow f = from_client((uint16_t)port);
		f.src.bytes[5] = 3;
		f = back(f);
		if (pending_take(&p, &f, 0, true, &s) == PENDING_KNOWN) {
			assert_int_equal(s, port);
			known++;
		}
	}
	assert_int_equal(known, 16384);
	pending_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_go_to_who_was_asked),
		cmocka_unit_test(interim_answers_do_not_end_it),
		cmocka_unit_test(who_is_meant_is_not_guessed),
		cmocka_unit_test(windows_end_it),
		cmocka_unit_test(full_gives_up_the_oldest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
