/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The judgement: observed subjects + filings + decisions -> apps with status, evidence and findings.
 * Pure: everything comes in as arguments, nothing is read, no clock, no log, no globals. The result
 * is deterministic: apps are sorted by key, evidence in a fixed order.
 * Every verdict explains itself (struct step): what was tested, what was compared, the numbers.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sketch.h"
#include "base/words.h"
#include "conf/conf.h"
#include "conf/data.h"

/* What the database knows of one subject, all windows and channels together. */
struct policy_subject {
	int64_t id; /* row id in the database; only carried through */
	enum subject_kind kind;
	const char *name;
	uint64_t count; /* messages */
	uint64_t count_via[VIA_COUNT];
	uint64_t clients;            /* distinct, best estimate (largest key epoch) */
	const struct sketch *sketch; /* of the epoch that `clients` counts; NULL: none */
	int64_t sketch_epoch;
	/* of them those that opened a connection (http, tls, quic), in the same epoch; NULL: none or unknown
	 */
	const struct sketch *connect_sketch;
	uint64_t days;           /* distinct Beijing days with a message */
	const int64_t *day_list; /* those days, sorted: text_beijing_day() */
	int64_t first, last;     /* microseconds UTC */
	bool hides;              /* it publishes configurations of ECH: visits may show another name */
	bool campus_server;      /* a server that answered for it is inside campus.prefixes */
	bool campus_proxy;       /* such a server, but it answers for many strangers' domains: no evidence */
};

/* `from` spoke to / is bound to `to` (indexes into subjects). */
struct policy_link {
	size_t from, to;
	uint64_t count;
};

/* What a probe learnt about a subject, newest run of its job. */
struct policy_fact {
	size_t subject; /* index into subjects */
	enum fact type;
	const char *value, *note;
	unsigned confidence; /* percent */
	int64_t first, last; /* wall clock, microseconds UTC */
};

struct policy_filing {
	int64_t id;
	enum filing_kind kind;
	const char *name, *operator, * unit, *number, *icp;  /* NULL when unknown */
	const char *permissions, *version;                   /* 获取的权限, 版本号, as written */
	struct data_list domains, appids, packages, bundles; /* normalised by policy_normal_* */
};

/* What a person decided; stands above every rule. */
enum decision_kind { DECISION_EXEMPT, DECISION_EDUCATION, DECISION_KIND_COUNT };

struct policy_decision {
	enum decision_kind decision;
	enum subject_kind kind;
	const char *name; /* subject name that anchors the app */
	const char *reason, *by;
};

struct policy_input {
	const struct policy_subject *subject; /* sorted by (kind, name) */
	size_t subject_count;
	const struct policy_link *link;
	size_t link_count;
	const struct policy_fact *fact; /* sorted by (subject, type, value) */
	size_t fact_count;
	const struct policy_filing *filing; /* sorted by id */
	size_t filing_count;
	const struct policy_decision *decision;
	size_t decision_count;
	const struct conf *conf;
	const struct data *data;
	const struct profile *profile;
};

/* Why a subject belongs to an app. */
enum tie {
	TIE_ANCHOR,      /* it is the app's centre */
	TIE_REGISTRABLE, /* host under the app's registrable domain (publicsuffix.org) */
	TIE_EXCLUSIVE,   /* host that only this identifier speaks to */
	TIE_CATALOG,     /* the catalogue names both as one product */
	TIE_LEARNT,      /* what probes learnt shows it to be the same app */
	TIE_COUNT,
};

struct app_member {
	size_t subject; /* index into the input */
	enum tie tie;
};

/* One sentence of the explanation, in Chinese, with a stable machine word. */
struct step {
	const char *word; /* "campus-suffix", "catalog", "match-domain", "threshold" ...: static */
	char *text;
};

enum match_key {
	MATCH_DOMAIN,
	MATCH_APPID,
	MATCH_PACKAGE,
	MATCH_BUNDLE,
	MATCH_NUMBER,
	MATCH_NAME,
	MATCH_KEY_COUNT
};
enum match_grade { MATCH_NONE, MATCH_IS_PROBABLE, MATCH_EXACT };

struct app_match {
	size_t filing; /* index into the input */
	enum match_grade grade;
	bool keys[MATCH_KEY_COUNT]; /* which agreed */
	double score;               /* 0..1 */
};

struct finding {
	char *rule; /* "R01" */
	enum severity severity;
	char *title;
	const struct rule *rule_row;
};

struct app {
	/* "host:example.edu.cn": the anchor, unique and stable over runs. It need not be a subject that was
	 * seen: the registrable domain of a group, or the first domain that the catalogue lists for a
	 * product. */
	char *key;
	enum subject_kind anchor_kind;
	char *name;                          /* catalogue's, filing's, else the anchor's */
	const struct catalog_entry *catalog; /* NULL: not catalogued */
	enum app_status status;
	double score; /* how sure of `education`, 0..1 */
	char *unit;   /* 二级单位 that answers, from a user or selfcheck filing; NULL: unknown */
	struct app_member *member;
	size_t member_count, member_cap;
	struct app_match *match; /* best first */
	size_t match_count, match_cap;
	struct step *step;
	size_t step_count, step_cap;
	struct finding *finding;
	size_t finding_count, finding_cap;
	uint64_t clients, days, count;
	int64_t first, last;
};

struct judgement {
	struct app *app; /* sorted by key */
	size_t count, cap;
	size_t *app_of_subject; /* per input subject: index into app; SIZE_MAX: none (container) */
	char **subject_note;    /* per input subject: why it is in no app; NULL when it is in one */
	size_t subject_count;
};

void policy_judge(const struct policy_input *in, struct judgement *out);
void judgement_clear(struct judgement *j);

const char *tie_name(enum tie t);
const char *tie_zh(enum tie t);
const char *match_key_name(enum match_key k);
const char *match_grade_name(enum match_grade g);
const char *decision_name(enum decision_kind k);

/* Normal forms under which keys are compared. Each returns a malloc'd string, or NULL when the text is no
 * such thing. */
/* "HTTPS://Jw.Example.edu.cn:8080/x" -> "jw.example.edu.cn"; "*." in front (all below) is kept. */
char *policy_normal_domain(const char *text);
char *policy_normal_name(
	const char *text); /* names: width-folded, lower case, no space or punctuation, no 小程序/APP tail */
/* A list that people wrote: width-folded, lower case, one space for each run of white space and punctuation
 */
char *policy_normal_words(const char *text);
char *policy_normal_id(const char *text); /* appids, packages: trimmed; case kept */
char *policy_normal_number(
	const char *text); /* filing numbers: width-folded, lower case, no space or punctuation */

#endif
