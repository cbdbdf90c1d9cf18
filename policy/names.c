/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of the judgement, as policy.h declares them. */
#include "policy/policy.h"

static const char *const tie_names[TIE_COUNT] = {
	[TIE_ANCHOR] = "anchor",   [TIE_REGISTRABLE] = "registrable", [TIE_EXCLUSIVE] = "exclusive",
	[TIE_CATALOG] = "catalog", [TIE_LEARNT] = "learnt",
};

static const char *const tie_zhs[TIE_COUNT] = {
	[TIE_ANCHOR] = "中心",          [TIE_REGISTRABLE] = "同一域名", [TIE_EXCLUSIVE] = "独占访问",
	[TIE_CATALOG] = "目录同一产品", [TIE_LEARNT] = "探测所见",
};

static const char *const match_key_names[MATCH_KEY_COUNT] = {
	[MATCH_DOMAIN] = "domain", [MATCH_APPID] = "appid",   [MATCH_PACKAGE] = "package",
	[MATCH_BUNDLE] = "bundle", [MATCH_NUMBER] = "number", [MATCH_NAME] = "name",
};

static const char *const match_grade_names[] = {
	[MATCH_NONE] = "none",
	[MATCH_IS_PROBABLE] = "probable",
	[MATCH_EXACT] = "exact",
};

static const char *const decision_names[DECISION_KIND_COUNT] = {
	[DECISION_EXEMPT] = "exempt",
	[DECISION_EDUCATION] = "education",
};

const char *tie_name(enum tie t) { return (unsigned)t < TIE_COUNT ? tie_names[t] : "?"; }
const char *tie_zh(enum tie t) { return (unsigned)t < TIE_COUNT ? tie_zhs[t] : "?"; }
const char *match_key_name(enum match_key k)
{
	return (unsigned)k < MATCH_KEY_COUNT ? match_key_names[k] : "?";
}
const char *match_grade_name(enum match_grade g)
{
	return (unsigned)g <= MATCH_EXACT ? match_grade_names[g] : "?";
}
const char *decision_name(enum decision_kind k)
{
	return (unsigned)k < DECISION_KIND_COUNT ? decision_names[k] : "?";
}
