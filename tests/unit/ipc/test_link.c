/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/link.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { TYPE_DATA = 1, TYPE_QUIT = 2, TYPE_FD = 3, TYPE_REFUSED = 4, TYPE_FREE = 5 };

struct end {
	struct event_base *base;
	struct link *link;
	unsigned frames, drained, downs;
	size_t bytes;
	uint32_t next; /* expected number of the next frame */
	bool in_order;
	const char *why;
	int fd;
};

static bool take_data(void *arg, struct rd *body)
{
	struct end *e = arg;

	e->frames++;
	e->bytes += rd_left(body);
	e->in_order = e->in_order && rd_be32(body) == e->next++;
	return true;
}

static bool take_quit(void *arg, struct rd *body)
{
	(void)body;
	event_base_loopbreak(((struct end *)arg)->base);
	return true;
}

static bool take_fd(void *arg, struct rd *body)
{
	struct end *e = arg;

	(void)body;
	e->frames++;
	e->fd = link_take_fd(e->link);
	return true;
}

static bool take_refused(void *arg, struct rd *body)
{
	(void)arg, (void)body;
	return false;
}

static bool take_free(void *arg, struct rd *body)
{
	struct end *e = arg;

	(void)body;
	link_free(e->link);
	e->link = NULL;
	event_base_loopbreak(e->base);
	return true;
}

static void down(void *arg, const char *why)
{
	struct end *e = arg;

	e->downs++;
	e->why = why;
	link_free(e->link);
	e->link = NULL;
	event_base_loopbreak(e->base);
}

static void drained(void *arg) { ((struct end *)arg)->drained++; }

static const struct link_row rows[] = {
	{ TYPE_DATA, take_data },       { TYPE_QUIT, take_quit }, { TYPE_FD, take_fd },
	{ TYPE_REFUSED, take_refused }, { TYPE_FREE, take_free },
};
static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), down, drained };

struct pair {
	struct event_base *base;
	struct end a, b;
};

static void pair_open(struct pair *p, int *raw)
{
	int fd[2];

	memset(p, 0, sizeof(*p));
	assert_int_equal(link_pair(fd), 0);
	p->base = event_base_new();
	p->a = (struct end){ .base = p->base, .in_order = true, .fd = -1 };
	p->b = p->a;
	if (raw)
		*raw = fd[0];
	else
		p->a.link = link_new(p->base, fd[0], &table, &p->a);
	p->b.link = link_new(p->base, fd[1], &table, &p->b);
}

static void pair_close(struct pair *p)
{
	link_free(p->a.link);
	link_free(p->b.link);
	event_base_free(p->base);
}

static bool send_number(struct link *l, uint32_t n, size_t pad)
{
	static const uint8_t zeroes[LINK_FRAME_MAX];
	struct wr w = link_begin(l, TYPE_DATA);

	wr_be32(&w, n);
	wr_bytes(&w, zeroes, pad);
	return link_send(l, &w, -1);
}

/* More than the socket holds: the rest is queued, nothing is lost or changes places. */
static void test_queue_keeps_order(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, NULL);
	for (uint32_t i = 0; i < 500; i++)
		assert_true(send_number(p.a.link, i, 20000));
	assert_true(link_queued(p.a.link) > 0);
	link_signal(p.a.link, TYPE_QUIT);
	event_base_dispatch(p.base);
	assert_int_equal(p.b.frames, 500);
	assert_true(p.b.in_order);
	assert_int_equal(p.b.bytes, 500 * 20004);
	assert_int_equal(link_queued(p.a.link), 0);
	assert_int_equal(p.a.drained, 1);
	pair_close(&p);
}

static void test_pressing_waits_for_the_peer(void **state)
{
	static uint8_t frame[LINK_FRAME_MAX + 1];
	struct pair p;
	size_t all;
	int raw, frames = 0;
	pid_t child;

	(void)state;
	pair_open(&p, &raw);
	for (uint32_t i = 0; i < 500; i++)
		assert_true(send_number(p.b.link, i, 20000));
	all = link_queued(p.b.link);
	assert_true(all > 0);
	link_press(p.b.link, 0); /* nobody reads: not for ever */
	assert_int_equal(link_queued(p.b.link), all);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		while (frames < 500 && read(raw, frame, sizeof(frame)) == 20005)
			frames++;
		_exit(frames == 500 ? 0 : 1);
	}
	while (link_queued(p.b.link) == all) /* the reader is on its way */
		link_press(p.b.link, all / 2);
	while (link_queued(p.b.link) > 0)
		link_press(p.b.link, 0);
	assert_int_equal(waitpid(child, &frames, 0), child);
	assert_int_equal(frames, 0);
	close(raw);
	pair_close(&p);
}

static void test_largest_frame(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, NULL);
	assert_true(send_number(p.a.link, 0, LINK_BODY_MAX - 4));
	assert_false(send_number(p.a.link, 1, LINK_BODY_MAX - 3));
	link_signal(p.a.link, TYPE_QUIT);
	event_base_dispatch(p.base);
	assert_int_equal(p.b.frames, 1);
	assert_int_equal(p.b.bytes, LINK_BODY_MAX);
	pair_close(&p);
}

static void give_up(const void *frame, size_t n, bool with_reason)
{
	struct pair p;
	int raw;

	pair_open(&p, &raw);
	assert_int_equal(send(raw, frame, n, 0), n);
	event_base_dispatch(p.base);
	assert_int_equal(p.b.downs, 1);
	assert_int_equal(p.b.why != NULL, with_reason);
	close(raw);
	pair_close(&p);
}

static void test_bad_frames_end_the_link(void **state)
{
	static uint8_t big[LINK_FRAME_MAX + 1] = { TYPE_DATA };

	(void)state;
	give_up((uint8_t[]){ 99 }, 1, true);           /* no such type */
	give_up((uint8_t[]){ TYPE_REFUSED }, 1, true); /* the handler says no */
	give_up(big, sizeof(big), true);               /* one byte too long */
}

static void test_peer_closes(void **state)
{
	struct pair p;
	int raw;

	(void)state;
	pair_open(&p, &raw);
	assert_int_equal(send(raw, (uint8_t[]){ TYPE_DATA, 0, 0, 0, 0 }, 5, 0), 5);
	close(raw);
	event_base_dispatch(p.base);
	assert_int_equal(p.b.frames, 1); /* what it had said is heard first */
	assert_int_equal(p.b.downs, 1);
	assert_null(p.b.why);
	pair_close(&p);
}

/* More than one turn, of a peer that may not even be gone. */
static void test_finish(void **state)
{
	struct pair p;
	int raw;

	(void)state;
	pair_open(&p, &raw);
	for (uint8_t i = 0; i < 40; i++)
		assert_int_equal(send(raw, (uint8_t[]){ TYPE_DATA, 0, 0, 0, i }, 5, 0), 5);
	link_finish(p.b.link);
	assert_int_equal(p.b.frames, 40);
	assert_true(p.b.in_order);
	assert_int_equal(p.b.downs, 1);
	assert_null(p.b.why);
	close(raw);
	pair_close(&p);
	pair_open(&p, &raw);
	assert_int_equal(send(raw, (uint8_t[]){ TYPE_FREE }, 1, 0), 1);
	link_finish(p.b.link);
	assert_int_equal(p.b.downs, 0);
	close(raw);
	pair_close(&p);
}

static void test_descriptor_travels(void **state)
{
	struct pair p;
	struct wr w;
	int pipe_fd[2];
	char byte = 0;

	(void)state;
	pair_open(&p, NULL);
	assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
	w = link_begin(p.a.link, TYPE_FD);
	assert_true(link_send(p.a.link, &w, pipe_fd[1]));
	link_signal(p.a.link, TYPE_QUIT);
	event_base_dispatch(p.base);
	assert_true(p.b.fd >= 0);
	assert_true(fcntl(p.b.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(p.b.fd, "x", 1), 1);
	assert_int_equal(read(pipe_fd[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(p.b.fd);
	close(pipe_fd[0]);
	pair_close(&p);
}

/* A descriptor that no handler wants does not stay open: the reader of the pipe sees its end. */
static void test_unwanted_descriptor_is_closed(void **state)
{
	struct pair p;
	struct wr w;
	int pipe_fd[2];
	char byte;

	(void)state;
	pair_open(&p, NULL);
	assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
	w = link_begin(p.a.link, TYPE_DATA);
	wr_be32(&w, 0);
	assert_true(link_send(p.a.link, &w, pipe_fd[1]));
	link_signal(p.a.link, TYPE_QUIT);
	event_base_dispatch(p.base);
	assert_int_equal(p.b.frames, 1);
	assert_int_equal(read(pipe_fd[0], &byte, 1), 0);
	close(pipe_fd[0]);
	pair_close(&p);
}

/* Two descriptors in one frame, as no peer of ours sends them: the link ends and both are closed. */
static void test_two_descriptors_are_closed(void **state)
{
	union {
		struct cmsghdr head;
		uint8_t room[CMSG_SPACE(2 * sizeof(int))];
	} control = { .room = { 0 } };
	uint8_t frame[] = { TYPE_DATA, 0, 0, 0, 0 };
	struct iovec iov = { frame, sizeof(frame) };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	struct pair p;
	int raw, pipe_fd[2];
	char byte;

	(void)state;
	pair_open(&p, &raw);
	assert_int_equal(pipe2(pipe_fd, O_CLOEXEC | O_NONBLOCK), 0);
	control.head = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
					 .cmsg_type = SCM_RIGHTS,
					 .cmsg_len = CMSG_LEN(2 * sizeof(int)) };
	memcpy(CMSG_DATA(&control.head), (int[]){ pipe_fd[1], pipe_fd[1] }, 2 * sizeof(int));
	assert_int_equal(sendmsg(raw, &m, 0), sizeof(frame));
	close(pipe_fd[1]);
	close(raw);
	event_base_dispatch(p.base);
	assert_int_equal(p.b.downs, 1);
	assert_non_null(p.b.why);
	assert_int_equal(read(pipe_fd[0], &byte, 1), 0);
	close(pipe_fd[0]);
	pair_close(&p);
}

static void test_free_inside_handler(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, NULL);
	link_signal(p.a.link, TYPE_FREE);
	assert_true(send_number(p.a.link, 0, 0));
	event_base_dispatch(p.base);
	assert_null(p.b.link);
	assert_int_equal(p.b.frames, 0);
	pair_close(&p);
}

static void test_send_to_nobody(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, NULL);
	link_free(p.b.link);
	p.b.link = NULL;
	assert_true(send_number(p.a.link, 0, 0)); /* the end is told by down(), not here */
	assert_int_equal(p.a.downs, 0);
	event_base_dispatch(p.base);
	assert_int_equal(p.a.downs, 1);
	pair_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_keeps_order),
		cmocka_unit_test(test_pressing_waits_for_the_peer),
		cmocka_unit_test(test_largest_frame),
		cmocka_unit_test(test_bad_frames_end_the_link),
		cmocka_unit_test(test_peer_closes),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_descriptor_travels),
		cmocka_unit_test(test_unwanted_descriptor_is_closed),
		cmocka_unit_test(test_two_descriptors_are_closed),
		cmocka_unit_test(test_free_inside_handler),
		cmocka_unit_test(test_send_to_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
