/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vocabulary of beiand: the enumerations whose names are the same in code, tables,
 * messages, CLI and console (ARCHITECTURE.md, "Words"). Each has a stable name (`_name`,
 * machine-readable), a Chinese one (`_zh`) and a look-up by name. Values are stored: append only.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>

enum subject_kind {
	SUBJECT_HOST,
	SUBJECT_WECHAT_MINI,
	SUBJECT_WECHAT_OA,
	SUBJECT_ALIPAY_MINI,
	SUBJECT_DOUYIN_MINI,
	SUBJECT_FEISHU_MINI,
	SUBJECT_QQ_MINI,
	SUBJECT_BAIDU_MINI,
	SUBJECT_KUAISHOU_MINI,
	SUBJECT_JD_MINI,
	SUBJECT_QUICK_APP,
	SUBJECT_HARMONY_ATOMIC,
	SUBJECT_DINGTALK_APP,
	SUBJECT_WECOM_APP,
	SUBJECT_ANDROID_PACKAGE,
	SUBJECT_IOS_BUNDLE,
	SUBJECT_KIND_COUNT,
};

/* The channel through which a subject was seen. */
enum via {
	VIA_DNS_QUERY,
	VIA_DNS_ANSWER,
	VIA_HTTP,
	VIA_TLS,
	VIA_QUIC,
	VIA_HTTP_REFERER,
	VIA_HTTP_USER_AGENT,
	VIA_HTTP_REQUESTED_WITH,
	VIA_HTTP_URL,
	VIA_COUNT,
};

enum filing_kind { FILING_PROVIDER, FILING_USER, FILING_SELFCHECK, FILING_KIND_COUNT };

enum app_status {
	APP_UNFILED,  /* educational, in scope, no filing found */
	APP_PROBABLE, /* a filing may be its own: a person decides */
	APP_FILED,
	APP_EXEMPT,       /* general tool, network centre's own, or a person said so */
	APP_OUT_OF_SCOPE, /* educational, but not by this profile */
	APP_UNDECIDED,    /* nothing calls it education: listed, never accused */
	APP_STATUS_COUNT,
};

/* What was learnt about a host besides its name; each is a short printable text. */
enum detail {
	DETAIL_ALPN,         /* first protocol that a hello offered */
	DETAIL_JA4,          /* fingerprint of a client program */
	DETAIL_ECH,          /* "outer" or "grease-or-unproven": watch/ech.h */
	DETAIL_CERTIFICATE,  /* name in the leaf certificate that the server showed */
	DETAIL_TITLE,        /* of a page that it served in the clear */
	DETAIL_CONTENT_TYPE, /* without parameters */
	DETAIL_HTTP_SERVER,  /* Server field */
	DETAIL_LOCATION,     /* scheme and host that it redirects to */
	DETAIL_SERVICE_ALPN, /* protocol that its HTTPS or SVCB record offers */
	DETAIL_ECH_NAME,     /* public_name under which its hellos may hide */
	DETAIL_HIDDEN_DNS,   /* it answers encrypted DNS: "dot", "doh", "doq" */
	DETAIL_COUNT,
};

enum severity { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_COUNT };

const char *subject_kind_name(enum subject_kind k);
const char *subject_kind_zh(enum subject_kind k);
bool subject_kind_find(const char *name, enum subject_kind *out);

const char *via_name(enum via v);
const char *via_zh(enum via v);
bool via_find(const char *name, enum via *out);

const char *filing_kind_name(enum filing_kind k);
const char *filing_kind_zh(enum filing_kind k);
bool filing_kind_find(const char *name, enum filing_kind *out);

const char *app_status_name(enum app_status s);
const char *app_status_zh(enum app_status s);
bool app_status_find(const char *name, enum app_status *out);

const char *detail_name(enum detail d);
const char *detail_zh(enum detail d);
bool detail_find(const char *name, enum detail *out);

const char *severity_name(enum severity s);
const char *severity_zh(enum severity s);
bool severity_find(const char *name, enum severity *out);

#endif
