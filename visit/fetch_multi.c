/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/fetch_multi.h"

#include <event2/event.h>

#include "base/log.h"

/* There is one transfer, so there is one end of it. */
static void check_done(struct fetch_multi *m)
{
	const CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(m->curl, &left)) != NULL)
		if (msg->msg == CURLMSG_DONE) {
			m->done(m->arg, msg->easy_handle, msg->data.result);
			return;
		}
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct fetch_multi *m = arg;
	int running, bits = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	m->turn++;
	curl_multi_socket_action(m->curl, fd, bits, &running);
	check_done(m);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct fetch_multi *m = arg;
	int running;

	(void)fd, (void)what;
	m->turn++;
	curl_multi_socket_action(m->curl, CURL_SOCKET_TIMEOUT, 0, &running);
	check_done(m);
}

static int watch_time(CURLM *multi, long ms, void *arg)
{
	struct fetch_multi *m = arg;
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	(void)multi;
	if (ms < 0)
		evtimer_del(m->timer);
	else
		evtimer_add(m->timer, &tv);
	return 0;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
	struct fetch_multi *m = arg;
	struct event *e = mine;
	const short bits =
		(short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	if (e != NULL)
		event_free(e);
	e = NULL;
	if (what != CURL_POLL_REMOVE) {
		e = event_new(m->base, fd, (short)(bits | EV_PERSIST), on_ready, m);
		if (e == NULL || event_add(e, NULL) != 0)
			fatal("libevent 不能监视连接");
	}
	curl_multi_assign(m->curl, fd, e);
	return 0;
}

bool fetch_multi_open(struct fetch_multi *m)
{
	if (m->curl != NULL)
		return true;
	m->curl = curl_multi_init();
	if (m->curl == NULL)
		return false;
	m->timer = evtimer_new(m->base, on_time, m);
	if (m->timer == NULL)
		fatal("libevent 不能排定事件");
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, watch_time);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_MAXCONNECTS, (long)FETCH_IDLE_MAX);
	return true;
}

void fetch_multi_close(struct fetch_multi *m)
{
	if (m->curl == NULL)
		return;
	curl_multi_cleanup(m->curl);
	m->curl = NULL;
	event_free(m->timer);
	m->timer = NULL;
}
