/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data tables of beiand: what the field knows, as rows that an operator can read, extend
 * and replace (paths.data). All are tab-separated with a header line and '#' comments, read by
 * conf/tsv.c; a bad row is "file:line: column: what was expected" and the whole table is refused.
 * Each table owns its strings. The judgement takes these as arguments and never loads them.
 */
#ifndef CONF_DATA_H
#define CONF_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/words.h"
#include "conf/conf.h"

/* A list of strings split at ',' in one cell. */
struct data_list {
	char **item;
	size_t count;
};

/* catalog.tsv: products known to be educational, with where each fact comes from. */
struct catalog_entry {
	char *product;  /* "学习通/超星泛雅": names separated by '/' */
	char *operator; /* 运营主体; '*' at the end: background knowledge, not verified */
	char *category; /* 学习类 / 管理服务类 */
	char *audience;
	char *audience_class; /* higher | k12 | exam | all: see profiles.tsv `audiences` */
	struct data_list domains, packages, bundles;
	struct data_list appids; /* WeChat mini-program or official-account appids */
	char *source;
	unsigned line; /* in the file, for evidence */
};

struct catalog {
	struct catalog_entry *entry;
	size_t count;
};

/* exempt.tsv: general tools that are no education apps (R25), by subject. */
struct exempt_entry {
	enum subject_kind kind;
	char *name; /* host: this registrable domain or host and all below it; else exact identifier */
	char *product;
	char *reason;   /* why, with its source */
	bool container; /* its package or token only hosts others' pages (WeChat, a browser): never the centre
			   of an app */
};

struct exempt {
	struct exempt_entry *entry;
	size_t count;
};

/* profiles.tsv: the school's scope. */
struct profile {
	char *name, *title;
	bool kinds[SUBJECT_KIND_COUNT]; /* kinds in scope, `host` included */
	struct data_list audiences;     /* audience classes in scope */
	bool exempt_center;             /* the network centre's own apps are exempt */
	uint32_t min_clients, min_days; /* thresholds for findings */
	char *basis;                    /* 文号 the scope rests on */
};

struct profiles {
	struct profile *entry;
	size_t count;
};

/* rules.tsv: one row per (rule, profile): `*` is every profile without a row of its own. */
struct rule {
	char *id; /* "R01" */
	char *profile;
	enum severity severity;
	char *title;            /* careful wording for people, "{app}" stands for the app's name */
	struct data_list cites; /* 文号 + 条款 */
	char *duty;             /* the obligation in our words */
	unsigned line;          /* in the file */
};

struct rules {
	struct rule *entry;
	size_t count;
};

/* identifiers.tsv: where app identifiers hide in cleartext HTTP (fingerprints A1, A2, A5, A6).
 * identifiers-samples.tsv: for each pattern, texts that it must and must not match. */
struct identifier {
	char *id; /* unique, "wechat-referer" */
	enum subject_kind kind;
	enum via via;  /* which text it reads: referer, user-agent, requested-with or url */
	char *pattern; /* PCRE2 with named groups: name (the identifier), optional host (percent-encoded
			  URL or host that it is bound to) and version */
	bool tie;      /* the request's own Host is a host that the identifier speaks to */
	char *stops;   /* ids of patterns (',') that do not apply once this one matched; "*": none after it */
	char *source;
	unsigned line; /* in the file */
};

struct identifiers {
	struct identifier *entry;
	size_t count;
};

/* aliases.tsv: header words of the register's forms -> our field, per form (policy.md section 3). */
struct alias {
	char *form;   /* provider | user | selfcheck | * */
	char *field;  /* field name of filings/filing.h */
	char *header; /* as schools write it; compared after normalisation */
};

struct aliases {
	struct alias *entry;
	size_t count;
};

/* education.tsv: host-name and package patterns that call something education without naming a product. */
struct education_rule {
	char *id;
	enum subject_kind kind;
	char *pattern; /* suffix ".smartedu.cn", label "jwxt.*", or package prefix "cn.edu.": see the file's
			  head */
	char *reason;
};

struct education {
	struct education_rule *entry;
	size_t count;
};

/* resolvers.tsv: end points of encrypted DNS, behind which names are hidden from the sensor. */
struct resolver {
	char *name;                  /* "dns.example.com", or "*.example.com" for all below it */
	struct data_list transports; /* doh, dot, doq */
	char *operator;
	char *source;
};

struct resolvers {
	struct resolver *entry;
	size_t count;
};

/* fingerprints.tsv: how the pages of a product look, and those of nobody (parked, as installed, blocked).
 * fingerprints-samples.tsv: for each row, pages that it must and must not match. */
struct fingerprint {
	char *id;      /* unique */
	char *product; /* as the catalogue names it, or what kind of page it is */
	char *kind;    /* "vendor", or "parked": a page of no app */
	char *when;    /* conf/condition.h */
	char *source;
};

struct fingerprints {
	struct fingerprint *entry;
	size_t count;
};

/* general.tsv: apps that everybody uses. That a page leads to one says nothing of the page's own site. */
struct general_entry {
	char *product;
	struct data_list packages; /* "org.mozilla." is every one below it */
	struct data_list apple;    /* numbers of the App Store */
	struct data_list appids;   /* WeChat appids and original ids (gh_…) */
	struct data_list
		downloads;      /* where its maker gives it away: a host and all below it, or host/path… */
	struct data_list files; /* how the names of its packages begin, in lower case */
	char *reason;
};

struct general {
	struct general_entry *entry;
	size_t count;
};

struct data {
	struct catalog catalog;
	struct exempt exempt;
	struct profiles profiles;
	struct rules rules;
	struct identifiers identifiers;
	struct aliases aliases;
	struct education education;
	struct resolvers resolvers;
	struct fingerprints fingerprints;
	struct general general;
};

/* Loads every table from the folder. 0, or -1 with "file:line: ..." in error and nothing loaded. */
int data_load(struct data *d, const char *folder, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));
void data_clear(struct data *d);
/* The same in two steps: the text of all tables, for another process of the same build perhaps, and what is
 * in it. `folder` stands in messages. */
int data_pack(const char *folder, struct buf *out, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));
int data_unpack(struct data *d, const char *folder, const struct buf *pack, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));
/* The text of one table in a pack, n bytes; NULL when it is not there. */
const char *data_packed(const struct buf *pack, const char *file, size_t *n);
/* Borrowed from d; NULL when there is no such row. */
const struct profile *data_profile(const struct data *d, const char *name);
/* The row for (id, profile), else (id, "*"), else NULL. */
const struct rule *data_rule(const struct data *d, const char *id, const char *profile);

#endif
