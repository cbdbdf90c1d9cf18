/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts that are one with other hosts: moved there for good, or alike. Part of join.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/joiner.h"
#include "policy/learnt.h"
#include "policy/step.h"

/* -- hosts that moved --------------------------------------------------------------------------------- */

/* Where everybody has to pass, whatever they came for: known by what it calls itself, or by its name. */
static const char *const gate_titles[] = {
	"身份认证", "统一认证", "认证平台", "认证中心", "单点登录", "登录",
	"登陆",     "login",    "passport", "auth",     "sso",      "cas",
};
static const char *const gate_labels[] = {
	"account", "accounts", "auth",     "authserver", "cas",  "iam",  "id",     "idaas", "identity",
	"idp",     "ids",      "login",    "oauth",      "oidc", "saml", "shib",   "sign",  "signin",
	"signon",  "sso",      "passport", "portal",     "uaa",  "uis",  "webvpn", "vpn",
};

/* "login2" and "new-cas" are gates, too. */
static bool is_gate_word(const char *word, size_t n)
{
	while (n > 0 && isdigit((unsigned char)word[n - 1]))
		n--;
	for (size_t i = 0; i < sizeof(gate_labels) / sizeof(gate_labels[0]); i++)
		if (strlen(gate_labels[i]) == n && strncasecmp(gate_labels[i], word, n) == 0)
			return true;
	return false;
}

static bool has_gate_name(const char *host)
{
	const char *at = strncmp(host, "www.", 4) == 0 ? host + 4 : host;

	for (size_t n;; at += n + 1) {
		n = strcspn(at, "-_.");
		if (is_gate_word(at, n))
			return true;
		if (at[n] == '.' || at[n] == '\0')
			return false;
	}
}

static bool is_gate(const struct joiner *b, size_t host)
{
	size_t n;
	const struct policy_fact *f = learnt_of(b->in, host, &n);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; f[i].type == FACT_TITLE && k < sizeof(gate_titles) / sizeof(*gate_titles);
		     k++)
			if (strcasestr(f[i].value, gate_titles[k]) != NULL)
				return true;
	return has_gate_name(b->in->subject[host].name);
}

/* A host that would be accused by itself, is no identifier's and no gate. */
static bool is_peer(const struct joiner *b, size_t host)
{
	return trait_is_education(&b->w->trait[host]) && joiner_is_sound(b, host) &&
	       joiner_group(b, host)->kind == SUBJECT_HOST && joiner_group(b, host)->catalog == NULL &&
	       !is_gate(b, host);
}

static void count_odd(struct joiner *b)
{
	for (size_t i = 0; i < b->in->subject_count; i++)
		if (b->g->of[i] != GROUP_NONE && joiner_group(b, i)->kind == SUBJECT_HOST && !is_peer(b, i))
			b->odd[b->g->of[i]]++;
}

static bool is_sibling(const struct joiner *b, size_t host, size_t other)
{
	const char *a = b->w->trait[host].place.registrable, *c = b->w->trait[other].place.registrable;
	return a != NULL && c != NULL && strcmp(a, c) == 0;
}

/* All of the group of j->from would become that of j->to, or there is a reason why not. Hosts of which
 * nothing is known go nowhere with it but within their own domain. */
static void offer_merge(struct joiner *b, struct join *j)
{
	bool from = joiner_is_filed(b, j->from), to = joiner_is_filed(b, j->to);
	bool whole = b->odd[b->g->of[j->from]] + b->odd[b->g->of[j->to]] == 0;

	if (b->g->speakers[j->from] > 0 || (from && to))
		return;
	if (from || to) {
		if (from) { /* for who looks at the filed one, too: it may have moved */
			j->result = JOIN_KIN;
			joiner_keep(b, j);
		}
		joiner_make_kin(b, j);
	} else if (!joiner_person_allows(b, j->from, j->to)) {
		j->result = JOIN_DECIDED;
	} else if (!whole && !is_sibling(b, j->from, j->to)) {
		return;
	}
	joiner_keep(b, j);
}

static size_t taker(const struct joiner *b, size_t group)
{
	while (b->into[group] != GROUP_NONE)
		group = b->into[group];
	return group;
}

/* False: it is one with it already, or went elsewhere before. Both ends are taken by nobody, so that there is
 * never a circle. */
static bool link_groups(struct joiner *b, const struct join *j)
{
	size_t from = b->g->of[j->from], to = taker(b, b->g->of[j->to]);

	if (b->into[from] != GROUP_NONE || from == to)
		return false;
	b->into[from] = to;
	return true;
}

/* Only when all are offered is it known who is whose kin. */
static void link_offered(struct joiner *b, size_t first)
{
	struct joining *all = &b->w->joining;
	size_t n = first;

	for (size_t i = first; i < all->count; i++) {
		struct join *j = &all->join[i];
		if (j->result == JOIN_DONE && joiner_would_clear(b, j))
			j->result = JOIN_KIN;
		if (j->result != JOIN_DONE || link_groups(b, j))
			all->join[n++] = *j;
	}
	all->count = n;
}

/* The one host that it has moved to for good, and to no other whatever the reason; SIZE_MAX. */
static size_t moved_to(const struct joiner *b, const struct learnt_move *m)
{
	size_t to = SIZE_MAX;
	char *name;

	if (m->fact == NULL || m->several || !m->for_good)
		return SIZE_MAX;
	name = xstrndup(m->host, m->length);
	to = joiner_find(b, SUBJECT_HOST, name);
	free(name);
	return to;
}

/* Where the moves end; a circle ends nowhere. */
static bool follow(const struct joiner *b, struct join *j)
{
	struct learnt_move m = learnt_move_of(b->in, j->from);

	j->fact = m.fact;
	j->to = moved_to(b, &m);
	for (int hops = 0; j->to != SIZE_MAX && hops <= GROUP_CAMPUS_MAX; hops++) {
		m = learnt_move_of(b->in, j->to);
		if (!m.for_good)
			return j->to != j->from && is_sibling(b, j->from, j->to);
		j->to = moved_to(b, &m);
	}
	return false;
}

static int compare_goal(const void *left, const void *right)
{
	const struct join *a = left, *b = right;

	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

static void join_moved(struct joiner *b)
{
	struct offers o = { 0 };

	for (size_t i = 0; i < b->in->fact_count; i++) {
		struct join j = { .from = b->in->fact[i].subject, .why = JOIN_MOVED };
		if (b->in->fact[i].type != FACT_REDIRECT || (i > 0 && b->in->fact[i - 1].subject == j.from &&
							     b->in->fact[i - 1].type == FACT_REDIRECT))
			continue;
		if (b->in->subject[j.from].kind == SUBJECT_HOST && b->w->trait[j.from].campus &&
		    is_peer(b, j.from) && follow(b, &j) && is_peer(b, j.to) &&
		    b->g->of[j.from] != b->g->of[j.to])
			joiner_offer(&o, &j);
	}
	if (o.count > 1)
		qsort(o.offer, o.count, sizeof(*o.offer), compare_goal);
	for (size_t i = 0, end; i < o.count; i = end) {
		for (end = i + 1; end < o.count && o.offer[end].to == o.offer[i].to;)
			end++;
		for (size_t k = i; k < end; k++) {
			if (end - i <= GROUP_CAMPUS_MAX) {
				offer_merge(b, &o.offer[k]);
				continue;
			}
			o.offer[k].result = JOIN_MANY;
			joiner_keep(b, &o.offer[k]);
		}
	}
	free(o.offer);
}

/* -- hosts that are alike ---------------------------------------------------------------------------------
 */

/* Hosts with the same key are one. */
struct mark {
	char *key;
	size_t host;
	enum join_why why;
	const struct policy_fact *fact; /* the one that is least sure */
	int64_t since;                  /* all of it is known */
};

struct marks {
	struct mark *mark;
	size_t count, cap;
};

static void add_mark(struct marks *m, const struct mark *mark)
{
	m->mark = xgrow(m->mark, &m->cap, m->count + 1, sizeof(*m->mark));
	m->mark[m->count++] = *mark;
}

static void mark_declared(struct joiner *b, struct marks *m, const struct policy_fact *f)
{
	struct place place;

	if (f->confidence < LEARNT_SURE || !learnt_is_declared(f) || !is_peer(b, f->subject))
		return;
	lookup_identifier(&b->w->lookup, learnt_declared_kind(f), f->value, &place);
	if (place.catalog != NULL || place.exempt != NULL)
		return;
	add_mark(m, &(struct mark){ .key = step_text("%d:%s", (int)f->type, f->value),
				    .host = f->subject,
				    .why = JOIN_COMMON,
				    .fact = f,
				    .since = f->first });
}

/* The only sure fact of this type; NULL: none, or several. */
static const struct policy_fact *only(const struct policy_input *in, size_t subject, enum fact type)
{
	const struct policy_fact *found = NULL;
	size_t n;
	const struct policy_fact *f = learnt_of(in, subject, &n);

	for (size_t i = 0; i < n; i++) {
		if (f[i].type != type || f[i].confidence < LEARNT_SURE)
			continue;
		if (found != NULL)
			return NULL;
		found = &f[i];
	}
	return found;
}

/* "京ICP备05000001号-7": the 7 numbers one of the holder's services (fingerprints B4). */
static bool names_service(const char *icp)
{
	const char *dash = strrchr(icp, '-');
	return dash != NULL && dash[1] != '\0' && strspn(dash + 1, "0123456789") == strlen(dash + 1);
}

static bool cut_tail(const char *text, size_t *n, const char *tail)
{
	size_t k = strlen(tail);

	if (*n < k || memcmp(text + *n - k, tail, k) != 0)
		return false;
	*n -= k;
	return true;
}

/* "示例大学", "示例大学教务处", "示例大学官方网站": whose page it is, as every site of theirs may say. */
static bool names_owner(const char *title)
{
	static const char *const site[] = { "官方网站", "网站", "官网", "网", "欢迎您" };
	static const char *const owner[] = {
		"大学",   "院",     "学校",       "中学",    "小学",   "幼儿园",  "党校",      "附中",
		"附小",   "校区",   "系",         "处",      "部",     "办公室",  "图书馆",    "研究所",
		"委员会", "实验室", "university", "college", "school", "library", "institute",
	};
	size_t n = strlen(title);

	for (size_t i = 0; i < sizeof(site) / sizeof(site[0]); i++)
		if (cut_tail(title, &n, site[i]))
			break;
	for (size_t i = 0; i < sizeof(owner) / sizeof(owner[0]); i++)
		if (cut_tail(title, &n, owner[i]))
			return true;
	return false;
}

/* What the pages of quite different systems are called alike. */
static bool says_nothing(const char *title)
{
	static const char *const alike[] = {
		"统一身份认证", "身份认证", "登录", "登陆",  "首页",    "主页",   "欢迎",   "门户",
		"管理系统后台", "login",    "home", "index", "welcome", "portal", "sso",    "cas",
		"404",          "403",      "502",  "error", "错误",    "维护",   "建设中", "提示",
	};
	enum { TITLE_BYTES_MIN = 12 };

	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (strstr(title, alike[i]) != NULL)
			return true;
	return strlen(title) < TITLE_BYTES_MIN || names_owner(title);
}

static void mark_twin(struct joiner *b, struct marks *m, const struct policy_fact *title)
{
	const struct policy_fact *icp = only(b->in, title->subject, FACT_ICP_NUMBER);
	char *name, *number;

	if (title != only(b->in, title->subject, FACT_TITLE) || icp == NULL || !names_service(icp->value) ||
	    !is_peer(b, title->subject) ||
	    learnt_move_of(b->in, title->subject).fact != NULL) /* it shows another's page */
		return;
	name = policy_normal_number(title->value);
	number = policy_normal_number(icp->value);
	if (name != NULL && number != NULL && !says_nothing(name))
		add_mark(m, &(struct mark){ .key = step_text("%s\n%s", number, name),
					    .host = title->subject,
					    .why = JOIN_TWIN,
					    .fact = title->confidence < icp->confidence ? title : icp,
					    .since = title->first > icp->first ? title->first : icp->first });
	free(name);
	free(number);
}

/* Those of one key: what was known first, then by name. */
static int compare_mark(const void *left, const void *right)
{
	const struct mark *a = left, *b = right;
	int order = strcmp(a->key, b->key);

	if (order != 0)
		return order;
	if (a->since != b->since)
		return a->since < b->since ? -1 : 1;
	return (a->host > b->host) - (a->host < b->host);
}

static size_t count_groups(const struct joiner *b, const struct mark *m, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n && count <= GROUP_CAMPUS_MAX; i++) {
		bool known = false;
		for (size_t k = 0; k < i && !known; k++)
			known = b->g->of[m[k].host] == b->g->of[m[i].host];
		count += !known;
	}
	return count;
}

/* The one whose app the others join: filed, or spoken of by a person, or known first. */
static const struct mark *center_of(const struct joiner *b, const struct mark *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (joiner_is_filed(b, m[i].host))
			return &m[i];
	for (size_t i = 0; i < n; i++)
		if (b->word[b->g->of[m[i].host]] != WORD_NONE)
			return &m[i];
	return m;
}

static void join_marked(struct joiner *b, const struct mark *m, size_t n)
{
	size_t groups = count_groups(b, m, n);
	const struct mark *center = center_of(b, m, n);

	for (size_t i = 0; i < n && groups > 1; i++) {
		struct join j = { .from = m[i].host, .to = center->host, .why = m[i].why };
		j.fact = m[i].fact->confidence < center->fact->confidence ? m[i].fact : center->fact;
		if (b->g->of[j.from] == b->g->of[j.to])
			continue;
		if (groups <= GROUP_CAMPUS_MAX) {
			offer_merge(b, &j);
			continue;
		}
		j.result = JOIN_MANY;
		joiner_keep(b, &j);
	}
}

static void join_alike(struct joiner *b)
{
	struct marks m = { 0 };

	for (size_t i = 0; i < b->in->fact_count; i++) {
		const struct policy_fact *f = &b->in->fact[i];
		if (b->in->subject[f->subject].kind != SUBJECT_HOST)
			continue;
		if (f->type == FACT_TITLE)
			mark_twin(b, &m, f);
		else
			mark_declared(b, &m, f);
	}
	if (m.count > 1)
		qsort(m.mark, m.count, sizeof(*m.mark), compare_mark);
	for (size_t i = 0, end; i < m.count; i = end) {
		for (end = i + 1; end < m.count && strcmp(m.mark[end].key, m.mark[i].key) == 0;)
			end++;
		join_marked(b, &m.mark[i], end - i);
	}
	for (size_t i = 0; i < m.count; i++)
		free(m.mark[i].key);
	free(m.mark);
}

void peer_join(struct joiner *b)
{
	size_t first = b->w->joining.count;

	count_odd(b);
	join_moved(b);
	join_alike(b);
	link_offered(b, first);
}
