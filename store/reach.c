/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/reach.h"

#include <stdio.h>
#include <string.h>

#include "policy/domain.h"
#include "store/plan.h"

static bool within_any(const char *host, const struct conf_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (domain_within(host, l->item[i]))
			return true;
	return false;
}

bool reach_configured(const struct conf *c, const char *host)
{
	return within_any(host, &c->campus.domains) || within_any(host, &c->probe.also);
}

/* Once, and not below what is there. What finds no room is reached only as a subject of its own. */
static void add(struct job *j, const char *domain)
{
	if (domain == NULL || !plan_fit(domain) || j->scope_count == JOB_SCOPE_MAX)
		return;
	for (size_t i = 0; i < j->scope_count; i++)
		if (domain_within(domain, j->scope[i]))
			return;
	snprintf(j->scope[j->scope_count++], sizeof(j->scope[0]), "%s", domain);
}

/* The product whose domains the host is in. */
static void add_catalog(struct job *j, const struct catalog *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct data_list *domains = &c->entry[i].domains;
		bool in = false;
		for (size_t k = 0; k < domains->count && !in; k++)
			in = domain_within(j->name, domains->item[k]);
		for (size_t k = 0; k < domains->count && in; k++)
			add(j, domains->item[k]);
	}
}

static void add_members(struct job *j, struct db_txn *t, int64_t app)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_SCOPE_HOSTS);
	query_int(&q, app);
	query_int(&q, JOB_SCOPE_MAX);
	while (query_row(&q))
		add(j, query_get_text(&q, 0));
}

void reach_fill(const struct store *s, struct db_txn *t, int64_t app, struct job *j)
{
	j->scope_count = 0;
	if (j->kind == SUBJECT_HOST) {
		add(j, domain_registrable(j->name));
		add_catalog(j, &s->data->catalog);
	}
	if (app != 0)
		add_members(j, t, app);
}

bool reach_holds(const struct conf *c, const struct job *j, const char *host)
{
	bool in = (j->kind == SUBJECT_HOST && strcmp(host, j->name) == 0) || reach_configured(c, host);

	for (size_t i = 0; i < j->scope_count && !in; i++)
		in = domain_within(host, j->scope[i]);
	return in && !plan_opted_out(c, host);
}
