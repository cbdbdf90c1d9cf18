/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/lookup.h"

#include <string.h>

#include "policy/domain.h"

enum id_class id_class_of(enum subject_kind kind)
{
	if (kind == SUBJECT_ANDROID_PACKAGE)
		return ID_PACKAGE;
	return kind == SUBJECT_IOS_BUNDLE ? ID_BUNDLE : ID_APPID;
}

const struct data_list *catalog_ids(const struct catalog_entry *e, enum id_class c)
{
	const struct data_list *const lists[ID_CLASS_COUNT] = {
		[ID_APPID] = &e->appids,
		[ID_PACKAGE] = &e->packages,
		[ID_BUNDLE] = &e->bundles,
	};
	return lists[c];
}

const struct data_list *filing_ids(const struct policy_filing *f, enum id_class c)
{
	const struct data_list *const lists[ID_CLASS_COUNT] = {
		[ID_APPID] = &f->appids,
		[ID_PACKAGE] = &f->packages,
		[ID_BUNDLE] = &f->bundles,
	};
	return lists[c];
}

static void add_list(struct index *ix, const struct data_list *list, size_t value)
{
	for (size_t i = 0; i < list->count; i++)
		index_add(ix, list->item[i], value);
}

static void add_conf(struct index *ix, const struct conf_list *list, bool bare)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->item[i];
		name += name[0] == '.';
		index_add(ix, bare ? domain_bare(name) : name, i);
	}
	index_sort(ix);
}

static void add_catalog(struct lookup *l)
{
	for (size_t i = 0; i < l->data->catalog.count; i++) {
		const struct catalog_entry *e = &l->data->catalog.entry[i];
		add_list(&l->catalog_domain, &e->domains, i);
		for (enum id_class c = 0; c < ID_CLASS_COUNT; c++)
			add_list(&l->catalog_id[c], catalog_ids(e, c), i);
	}
	index_sort(&l->catalog_domain);
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++)
		index_sort(&l->catalog_id[c]);
}

void lookup_init(struct lookup *l, const struct conf *conf, const struct data *data)
{
	*l = (struct lookup){ .conf = conf, .data = data };
	add_conf(&l->campus, &conf->campus.domains, false);
	add_conf(&l->center, &conf->campus.center_hosts, true);
	add_catalog(l);
	for (size_t i = 0; i < data->exempt.count; i++) {
		const struct exempt_entry *e = &data->exempt.entry[i];
		index_add(e->kind == SUBJECT_HOST ? &l->exempt_host : &l->exempt_id, e->name, i);
	}
	index_sort(&l->exempt_host);
	index_sort(&l->exempt_id);
}

void lookup_clear(struct lookup *l)
{
	index_clear(&l->campus);
	index_clear(&l->center);
	index_clear(&l->catalog_domain);
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++)
		index_clear(&l->catalog_id[c]);
	index_clear(&l->exempt_host);
	index_clear(&l->exempt_id);
}

bool lookup_is_center(const struct lookup *l, const char *host)
{
	size_t n;
	return index_find(&l->center, domain_bare(host), &n) != NULL;
}

bool lookup_in_audience(const struct profile *p, const struct catalog_entry *product)
{
	const char *class = product->audience_class;

	if (class == NULL || class[0] == '\0' || strcmp(class, "all") == 0 || p->audiences.count == 0)
		return true;
	for (size_t i = 0; i < p->audiences.count; i++) {
		if (strcmp(p->audiences.item[i], class) == 0)
			return true;
	}
	return false;
}

/* The centre of a product's app: the first domain of its row, whether seen or not, so that the app keeps its
 * key when more of the product is seen. Domains of the campus itself are left to their own hosts; without a
 * domain the first package, bundle or appid serves. */
static void catalog_anchor(const struct lookup *l, const struct catalog_entry *e, struct place *out)
{
	static const struct {
		enum id_class list;
		enum subject_kind kind;
	} order[] = {
		{ ID_PACKAGE, SUBJECT_ANDROID_PACKAGE },
		{ ID_BUNDLE, SUBJECT_IOS_BUNDLE },
		{ ID_APPID, SUBJECT_WECHAT_MINI },
	};
	for (size_t i = 0; i < e->domains.count; i++) {
		if (index_find_suffix(&l->campus, e->domains.item[i]) == NULL) {
			out->anchor_kind = SUBJECT_HOST;
			out->anchor = e->domains.item[i];
			return;
		}
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const struct data_list *list = catalog_ids(e, order[i].list);
		if (list->count > 0) {
			out->anchor_kind = order[i].kind;
			out->anchor = list->item[0];
			return;
		}
	}
}

static size_t key_length(const struct index_entry *e) { return e ? strlen(e->key) : 0; }

static const char *longer(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a ? a : b;
	return strlen(a) >= strlen(b) ? a : b;
}

void lookup_host(const struct lookup *l, const char *host, struct place *out)
{
	const struct index_entry *campus = index_find_suffix(&l->campus, host);
	const struct index_entry *catalog = index_find_suffix(&l->catalog_domain, host);
	const struct index_entry *exempt = index_find_suffix(&l->exempt_host, host);

	*out = (struct place){ .anchor_kind = SUBJECT_HOST, .anchor = host };
	out->registrable = domain_registrable(host);
	/* the more exact row speaks; catalogue before exemption, exemption before campus suffix at equal
	 * length */
	if (catalog != NULL && key_length(catalog) > key_length(campus) &&
	    key_length(catalog) >= key_length(exempt)) {
		out->catalog = &l->data->catalog.entry[catalog->value];
		out->catalog_domain = catalog->key;
	} else if (exempt != NULL && key_length(exempt) >= key_length(campus)) {
		out->exempt = &l->data->exempt.entry[exempt->value];
	}
	if (campus != NULL)
		out->campus = campus->key;
	else if (out->catalog != NULL)
		catalog_anchor(l, out->catalog, out);
	else if (out->exempt != NULL)
		out->anchor = longer(exempt->key, out->registrable);
	else if (out->registrable != NULL)
		out->anchor = out->registrable;
}

static const struct exempt_entry *find_exempt(const struct lookup *l, enum subject_kind kind,
					      const char *name)
{
	size_t n;
	const struct index_entry *e = index_find(&l->exempt_id, name, &n);
	for (size_t i = 0; i < n; i++) {
		const struct exempt_entry *row = &l->data->exempt.entry[e[i].value];
		if (row->kind == kind)
			return row;
	}
	return NULL;
}

void lookup_identifier(const struct lookup *l, enum subject_kind kind, const char *name, struct place *out)
{
	size_t n;
	const struct index_entry *e = index_find(&l->catalog_id[id_class_of(kind)], name, &n);

	*out = (struct place){ .anchor_kind = kind, .anchor = name };
	if (e != NULL) {
		out->catalog = &l->data->catalog.entry[e->value];
		catalog_anchor(l, out->catalog, out);
	} else {
		out->exempt = find_exempt(l, kind, name);
	}
}
