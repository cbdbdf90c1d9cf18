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

#define DETAIL_ECH_OUTER "outer" /* of DETAIL_ECH: messages that are no visit, whatever else counts them */

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

/* What a probe learnt (探测事实); each value is a short printable text. */
enum fact {
	FACT_TITLE,
	FACT_ICP_NUMBER,     /* ICP备案号 of a site, with its suffix: 京ICP备2021026895号-5 */
	FACT_ICP_APP,        /* ... of an app, suffix A */
	FACT_ICP_MINI,       /* ... of a mini-program, suffix X */
	FACT_TELECOM_NUMBER, /* 增值电信业务经营许可证 */
	FACT_POLICE_NUMBER,  /* 公网安备 */
	FACT_EDU_NUMBER,     /* 教APP备 */
	FACT_GRADE_NUMBER,   /* 等保备案证明 */
	FACT_OWNER,          /* who a footer says the site belongs to */
	FACT_GENERATOR,
	FACT_RUNTIME, /* whose page it is made to run in: wechat, wecom, dingtalk, alipay, feishu, uni-app ...
		       */
	FACT_WECHAT_MINI, /* identifiers that the page names, in the form of the subject of that kind */
	FACT_WECHAT_OA,   /* gh_ or wx of a 公众号 */
	FACT_WECOM_APP,
	FACT_DINGTALK_APP,
	FACT_ALIPAY_MINI,
	FACT_FEISHU_MINI,
	FACT_ANDROID_PACKAGE,
	FACT_IOS_BUNDLE,
	FACT_IOS_STORE, /* number in Apple's store */
	FACT_APK_LINK,  /* URL without values in its query */
	FACT_STORE_LINK,
	FACT_FORM_FIELD, /* class of personal data that a form asks for: fingerprints E */
	FACT_REDIRECT,   /* scheme and host that the page leads to */
	FACT_CERT_NAME,  /* subject alternative name */
	FACT_CERT_OWNER, /* organisation in the subject */
	FACT_CERT_ISSUER,
	FACT_CERT_FROM, /* "2026-11-21T08:00:00Z" */
	FACT_CERT_UNTIL,
	FACT_CERT_PROBLEM, /* expired, not-yet, self-signed, unknown-issuer, wrong-name, weak */
	FACT_FAVICON,      /* signed decimal: MurmurHash3 of the base64 text */
	FACT_VENDOR,       /* product by the rules of conf/fingerprints.tsv */
	FACT_APP_NAME,     /* as the package, the record page or the shop calls it */
	FACT_APP_VERSION,
	FACT_APP_OWNER,   /* seller, 主体 */
	FACT_APP_UPDATED, /* "2026-11-21T08:00:00Z" */
	FACT_APP_CATEGORY,
	FACT_APP_DOMAIN, /* host that the platform lets it speak to */
	FACT_PERMISSION,
	FACT_CATCH_ALL,    /* it answers alike for names that nobody made */
	FACT_PARKED,       /* a page of a domain dealer, CDN or server as installed: by which rule */
	FACT_IOS_MANIFEST, /* URL of the list that an itms-services link names, whatever it ends in */
	FACT_COUNT,
};

/* What became of a request, and of a whole run. Each is a counter; the sum is the runs begun. */
enum probe_outcome {
	PROBE_DONE,
	PROBE_UNCHANGED,    /* 304: what was learnt before still holds */
	PROBE_UNRECOGNISED, /* it answered, but not in a form that we know: never a guess */
	PROBE_NO_NAME,      /* the name does not exist, or has no address */
	PROBE_RESOLVER_FAILED,
	PROBE_OUT_OF_SCOPE, /* no subject in scope, or a redirect that leaves it */
	PROBE_BAD_ADDRESS,  /* loopback, private, link-local, metadata, multicast ... */
	PROBE_BAD_PORT,
	PROBE_BAD_URL,
	PROBE_OPTED_OUT,
	PROBE_ROBOTS, /* robots.txt asks not to */
	PROBE_PAUSED, /* cut short by `probe pause`, outside the hours, or after too long a wait of our own */
	PROBE_HELD_BACK, /* the target asked to wait (429, 503, Retry-After), or failed too often */
	PROBE_CONNECT_FAILED,
	PROBE_TLS_FAILED,
	PROBE_RESET, /* the connection ended in the middle */
	PROBE_TIMEOUT,
	PROBE_TOO_LARGE,     /* head, body or what it unpacks to is over the cap */
	PROBE_BAD_RESPONSE,  /* not HTTP, or broken encoding */
	PROBE_TOO_MANY_HOPS, /* a loop, or more redirects than five */
	PROBE_DOWNGRADE,     /* https that leads to another host's http */
	PROBE_HTTP_ERROR,    /* 4xx and 5xx but those above */
	PROBE_NOT_ENABLED,   /* its endpoint is not configured */
	PROBE_LOST,          /* asked, and the prober died before it answered */
	PROBE_POISON,        /* the prober died of it, or at least during it, once more */
	PROBE_SHORTAGE, /* we had no descriptor, memory or network to ask with: nobody was asked, nobody's
			   fault */
	PROBE_OUTCOME_COUNT,
};

/* What the service finds wrong with itself; told to the sinks when it begins and when it ends. */
enum trouble {
	TROUBLE_INTERFACE_DOWN,   /* no link */
	TROUBLE_INTERFACE_SILENT, /* a link, and no packets */
	TROUBLE_INTERFACE_LOST,   /* packets are lost */
	TROUBLE_INTERFACE_GONE,   /* there is no such interface, or it is switched off */
	TROUBLE_PROBING_STALLED,  /* jobs are due and none is answered */
	TROUBLE_COUNT,
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

const char *fact_name(enum fact f);
const char *fact_zh(enum fact f);
bool fact_find(const char *name, enum fact *out);

const char *probe_outcome_name(enum probe_outcome o);
const char *probe_outcome_zh(enum probe_outcome o);
bool probe_outcome_find(const char *name, enum probe_outcome *out);

/* What a value that is a word of its own means ("login" of FACT_FORM_FIELD); any other value as it is. */
const char *fact_value_zh(enum fact f, const char *value);

const char *trouble_name(enum trouble t);
const char *trouble_zh(enum trouble t);
bool trouble_find(const char *name, enum trouble *out);

const char *severity_name(enum severity s);
const char *severity_zh(enum severity s);
bool severity_find(const char *name, enum severity *out);

#endif
