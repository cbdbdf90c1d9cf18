/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/resolve.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

static const char resolv_conf[] = "/etc/resolv.conf";

/* A server that does not answer in time is asked again twice. evdns takes one that fails often, or refuses,
 * for dead; it goes on asking it when there is no other, but also looks after it with questions of its own
 * about a third party's name. It is told to take long to lose faith, and longest to do that: an answer comes
 * before. */
static const char *const settings[][2] = {
	{ "timeout:", "3" },         { "attempts:", "3" },
	{ "max-timeouts:", "255" },  { "initial-probe-timeout:", "3600" },
	{ "max-inflight:", "1024" },
};

struct resolve {
	struct event_base *base;
	struct evdns_base *dns;
};

struct resolve_ask {
	struct evdns_base *dns;
	void (*done)(void *arg, const struct resolve_answer *a); /* NULL: nobody waits any more */
	void *arg;
	struct evdns_request *query[2]; /* A, AAAA */
	unsigned open;                  /* of them: callbacks to come */
	bool failed;
	struct resolve_answer answer;
};

/* What evdns has to say of its servers, to whoever reads stderr; each failure is an outcome anyway. */
static void say_nothing(int warning, const char *text) { (void)warning, (void)text; }

static bool set_up(struct evdns_base *dns, const char *server, char error[CONF_ERROR_MAX])
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (evdns_base_set_option(dns, settings[i][0], settings[i][1]) != 0) {
			snprintf(error, CONF_ERROR_MAX, "DNS: libevent 不认识选项 %s", settings[i][0]);
			return false;
		}
	if (server[0] != '\0') {
		if (evdns_base_nameserver_ip_add(dns, server) == 0)
			return true;
		snprintf(error, CONF_ERROR_MAX, "[probe] resolver = %s: 不能用作 DNS 服务器地址", server);
		return false;
	}
	/* without a file evdns would ask 127.0.0.1 */
	if (evdns_base_resolv_conf_parse(dns, DNS_OPTION_NAMESERVERS, resolv_conf) == 0 &&
	    evdns_base_count_nameservers(dns) > 0)
		return true;
	snprintf(error, CONF_ERROR_MAX, "%s 里读不到 DNS 服务器: 请在 [probe] 写 resolver = 地址",
		 resolv_conf);
	return false;
}

struct resolve *resolve_new(struct event_base *base, const struct conf *conf, char error[CONF_ERROR_MAX])
{
	struct resolve *r = xcalloc(1, sizeof(*r));

	evdns_set_log_fn(say_nothing);
	r->base = base;
	r->dns = evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (r->dns == NULL)
		snprintf(error, CONF_ERROR_MAX, "DNS: libevent 不能启动解析");
	else if (set_up(r->dns, conf->probe.resolver, error))
		return r;
	resolve_free(r);
	return NULL;
}

void resolve_free(struct resolve *r)
{
	if (r == NULL)
		return;
	if (r->dns != NULL)
		evdns_base_free(r->dns, 1);
	free(r);
}

static enum probe_outcome outcome_of(const struct resolve_ask *ask)
{
	if (ask->answer.count > 0)
		return PROBE_DONE; /* servers that stumble over AAAA are common: one family is enough */
	return ask->failed ? PROBE_RESOLVER_FAILED : PROBE_NO_NAME;
}

static void finish(struct resolve_ask *ask)
{
	if (--ask->open > 0)
		return;
	ask->answer.outcome = outcome_of(ask);
	if (ask->done != NULL)
		ask->done(ask->arg, &ask->answer);
	free(ask);
}

static void take(struct resolve_ask *ask, const uint8_t *addresses, int count, size_t size)
{
	for (int i = 0; i < count && ask->answer.count < RESOLVE_MAX; i++) {
		uint8_t *to = ask->answer.addr[ask->answer.count++];
		memset(to, 0, 10);
		memset(to + 10, 0xff, 2);
		memcpy(to + 16 - size, addresses + (size_t)i * size, size);
	}
}

static void on_answer(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	struct resolve_ask *ask = arg;

	(void)ttl;
	ask->query[type == DNS_IPv6_AAAA] = NULL;
	if (result == DNS_ERR_NONE && type == DNS_IPv4_A)
		take(ask, addresses, count, 4);
	else if (result == DNS_ERR_NONE && type == DNS_IPv6_AAAA)
		take(ask, addresses, count, 16);
	else if (result != DNS_ERR_NOTEXIST && result != DNS_ERR_NODATA)
		ask->failed = true;
	finish(ask);
}

/* evdns tells a failed answer with type 0, so each family has its own callback. */
static void on_v4(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	(void)type;
	on_answer(result, DNS_IPv4_A, count, ttl, addresses, arg);
}

static void on_v6(int result, char type, int count, int ttl, void *addresses, void *arg)
{
	(void)type;
	on_answer(result, DNS_IPv6_AAAA, count, ttl, addresses, arg);
}

/* evdns answers nothing by itself when it cannot even ask. */
static void on_refused(evutil_socket_t fd, short what, void *arg)
{
	struct resolve_ask *ask = arg;

	(void)fd, (void)what;
	ask->failed = true;
	finish(ask);
}

struct resolve_ask *resolve_begin(struct resolve *r, const char *host,
				  void (*done)(void *arg, const struct resolve_answer *a), void *arg)
{
	static const struct timeval at_once;
	struct resolve_ask *ask = xcalloc(1, sizeof(*ask));

	ask->dns = r->dns;
	ask->done = done;
	ask->arg = arg;
	ask->open = 2;
	ask->query[0] = evdns_base_resolve_ipv4(r->dns, host, DNS_QUERY_NO_SEARCH, on_v4, ask);
	ask->query[1] = evdns_base_resolve_ipv6(r->dns, host, DNS_QUERY_NO_SEARCH, on_v6, ask);
	for (size_t i = 0; i < 2; i++)
		if (ask->query[i] == NULL &&
		    event_base_once(r->base, -1, EV_TIMEOUT, on_refused, ask, &at_once) != 0)
			fatal("DNS: libevent 不能排定事件");
	return ask;
}

void resolve_cancel(struct resolve_ask *ask)
{
	ask->done = NULL;
	for (size_t i = 0; i < 2; i++)
		if (ask->query[i] != NULL)
			evdns_cancel_request(ask->dns, ask->query[i]);
}
