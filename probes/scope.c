/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/scope.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "conf/value.h"
#include "probes/address.h"

struct domains {
	char *item[CONF_LIST_MAX];
	size_t count;
};

struct nets {
	struct address_net item[CONF_LIST_MAX];
	size_t count;
};

struct scope {
	struct domains campus, also, opt_out;
	struct nets campus_nets, opt_out_nets;
	unsigned port[CONF_LIST_MAX];
	size_t ports;
};

static void domains_copy(struct domains *to, const struct conf_list *from)
{
	for (size_t i = 0; i < from->count; i++) {
		to->item[i] = xstrdup(from->item[i]);
		text_lower(to->item[i]);
	}
	to->count = from->count;
}

static void domains_clear(struct domains *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->item[i]);
}

/* Those of a list that are addresses, or blocks of them. */
static void nets_read(struct nets *to, const struct conf_list *from)
{
	for (size_t i = 0; i < from->count; i++) {
		struct address_net *net = &to->item[to->count];
		const char *text = from->item[i];
		if (address_net_parse(text, net)) {
			to->count++;
		} else if (address_like(text) && address_parse(text, net->addr)) {
			net->bits = 128;
			to->count++;
		}
	}
}

static bool nets_hold(const struct nets *n, const uint8_t addr[16])
{
	for (size_t i = 0; i < n->count; i++)
		if (address_net_holds(&n->item[i], addr))
			return true;
	return false;
}

struct scope *scope_new(const struct conf *c)
{
	struct scope *s = xcalloc(1, sizeof(*s));

	domains_copy(&s->campus, &c->campus.domains);
	domains_copy(&s->also, &c->probe.also);
	domains_copy(&s->opt_out, &c->probe.opt_out);
	nets_read(&s->campus_nets, &c->campus.prefixes);
	nets_read(&s->opt_out_nets, &c->probe.opt_out);
	for (size_t i = 0; i < c->probe.ports.count; i++)
		s->port[s->ports++] = (unsigned)strtoul(c->probe.ports.item[i], NULL, 10);
	return s;
}

void scope_free(struct scope *s)
{
	if (s == NULL)
		return;
	domains_clear(&s->campus);
	domains_clear(&s->also);
	domains_clear(&s->opt_out);
	free(s);
}

/* -- names ------------------------------------------------------------------------------------------ */

bool scope_normal(char out[SCOPE_HOST_MAX], const char *host)
{
	uint8_t addr[16];
	size_t n = strlen(host);

	if (n == 0 || n >= SCOPE_HOST_MAX)
		return false;
	memcpy(out, host, n + 1);
	text_lower(out);
	if (out[n - 1] == '.')
		out[n - 1] = '\0';
	if (!address_like(out))
		return value_host(out);
	if (!address_parse(out, addr))
		return false;
	text_addr(out, addr);
	return true;
}

/* `host` is `domain` or below it: the byte in front is the dot between two labels. */
static bool below(const char *host, const char *domain)
{
	size_t n = strlen(host), d = strlen(domain);

	if (d == 0 || n < d || strcmp(host + n - d, domain) != 0)
		return false;
	return n == d || host[n - d - 1] == '.';
}

static bool below_any(const char *host, const struct domains *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (below(host, d->item[i]))
			return true;
	return false;
}

/* The suffixes come from a judgement of what strangers' traffic named: one that thousands share ("edu.cn")
 * would open the door to all of them, so it opens none. */
static bool below_run(const char *host, const struct scope_run *run)
{
	char suffix[SCOPE_HOST_MAX];

	for (size_t i = 0; i < run->count; i++)
		if (scope_normal(suffix, run->suffix[i]) && value_campus(suffix) && below(host, suffix))
			return true;
	return false;
}

static bool same_host(const char *host, const char *other)
{
	char normal[SCOPE_HOST_MAX];

	return other != NULL && scope_normal(normal, other) && strcmp(normal, host) == 0;
}

bool scope_url_host(char out[SCOPE_HOST_MAX], const char *url)
{
	char text[SCOPE_HOST_MAX];
	const char *start = strstr(url, "://");
	size_t n;

	out[0] = '\0';
	if (start == NULL)
		return false;
	start += 3;
	n = *start == '[' ? strcspn(start, "]") + 1 : strcspn(start, ":/?#");
	if (n >= sizeof(text) || n > strlen(start))
		return false;
	memcpy(text, start, n);
	text[n] = '\0';
	if (scope_normal(out, text))
		return true;
	out[0] = '\0';
	return false;
}

static bool is_endpoint(const char *host, const char *url)
{
	char name[SCOPE_HOST_MAX];

	return url != NULL && scope_url_host(name, url) && strcmp(name, host) == 0;
}

enum probe_outcome scope_host(const struct scope *s, const struct scope_run *run, const char *host)
{
	char name[SCOPE_HOST_MAX];
	uint8_t addr[16];
	bool named;

	if (!scope_normal(name, host))
		return PROBE_BAD_URL;
	named = same_host(name, run->name) || is_endpoint(name, run->endpoint);
	if (address_like(name)) {
		if (address_parse(name, addr) && scope_opted_out(s, addr))
			return PROBE_OPTED_OUT;
		if (!address_parse(name, addr) || !scope_address(s, addr))
			return PROBE_BAD_ADDRESS;
		return named || nets_hold(&s->campus_nets, addr) ? PROBE_DONE : PROBE_OUT_OF_SCOPE;
	}
	if (below_any(name, &s->opt_out))
		return PROBE_OPTED_OUT;
	if (named || below_run(name, run) || below_any(name, &s->campus) || below_any(name, &s->also))
		return PROBE_DONE;
	return PROBE_OUT_OF_SCOPE;
}

bool scope_port(const struct scope *s, unsigned port)
{
	for (size_t i = 0; i < s->ports; i++)
		if (s->port[i] == port)
			return true;
	return false;
}

bool scope_opted_out(const struct scope *s, const uint8_t addr[16])
{
	uint8_t inner[ADDRESS_WRAPPED_MAX][16];
	const size_t n = address_wrapped(addr, inner);
	bool out = nets_hold(&s->opt_out_nets, addr);

	for (size_t i = 0; i < n; i++)
		out |= nets_hold(&s->opt_out_nets, inner[i]);
	return out;
}

bool scope_name_opted_out(const struct scope *s, const char *host)
{
	char name[SCOPE_HOST_MAX];

	return scope_normal(name, host) && below_any(name, &s->opt_out);
}

bool scope_address(const struct scope *s, const uint8_t addr[16])
{
	enum address_class c = address_class(addr);

	if (scope_opted_out(s, addr))
		return false;
	return c == ADDRESS_PUBLIC || (address_class_ownable(c) && nets_hold(&s->campus_nets, addr));
}
