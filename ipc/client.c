/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "ipc/link.h"

int client_connect(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	memcpy(a.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

static int transmit(int fd, const struct wr *w, int file)
{
	union {
		struct cmsghdr align;
		uint8_t room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec iov = { .iov_base = w->base, .iov_len = wr_len(w) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (file >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &file, sizeof(int));
	}
	return sendmsg(fd, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int ask(int fd, const struct client_request *request, uint8_t *frame)
{
	struct msg_request m = { .argc = (uint8_t)request->argc };
	struct wr w = wr_init(frame, LINK_FRAME_MAX);

	if (request->argc > MSG_ARGS_MAX)
		return -E2BIG;
	for (int i = 0; i < request->argc; i++)
		m.argv[i] = (struct msg_text){ request->argv[i], strlen(request->argv[i]) };
	wr_u8(&w, MSG_REQUEST);
	msg_request_put(&w, &m);
	return wr_ok(&w) ? transmit(fd, &w, request->file) : -E2BIG;
}

/* One frame of the reply. 1: more to come; 0: that was the end; negative errno. */
static int take(struct rd *r, const struct client_request *request, struct buf *whole,
		struct msg_result *result)
{
	uint8_t type = rd_u8(r);
	struct msg_text t;

	if (type == MSG_REPLY_END)
		return msg_result_get(r, result) ? 0 : -EPROTO;
	if ((type != MSG_PART && type != MSG_REPLY_LINE) || !msg_text_get(r, &t) ||
	    whole->len + t.n > MSG_WHOLE_MAX)
		return -EPROTO;
	buf_add(whole, t.p, t.n);
	if (type == MSG_REPLY_LINE) {
		request->line(request->arg, whole->len ? whole->p : "", whole->len);
		buf_reset(whole);
	}
	return 1;
}

int client_request(int fd, const struct client_request *request, struct msg_result *result)
{
	uint8_t *frame = xmalloc(LINK_FRAME_MAX);
	struct buf whole = { 0 };
	int rc = ask(fd, request, frame);
	bool reset = false;

	/* Who was turned away before he could ask finds the reason there. */
	rc = rc == 0 || rc == -EPIPE || rc == -ECONNRESET ? 1 : rc;
	while (rc > 0) {
		ssize_t n = recv(fd, frame, LINK_FRAME_MAX, MSG_TRUNC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ECONNRESET && !reset) {
			reset = true; /* it is told once; behind it stands what was said before */
			continue;
		}
		if (n <= 0 || n > LINK_FRAME_MAX) {
			rc = n > 0 ? -EPROTO : n == 0 ? -ECONNRESET : -errno;
			break;
		}
		struct rd r = rd_init(frame, (size_t)n);
		rc = take(&r, request, &whole, result);
	}
	buf_clear(&whole);
	free(frame);
	return rc;
}
