/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as one struct. conf/options.c is the only place that knows an option's
 * name: type, range, default, Chinese help and whether SIGHUP may change it stand in one row.
 * conf_load() reads an INI file (inih); a bad one yields "file:line: message" and no half result.
 * A struct conf owns its strings; conf_clear() frees them.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { CONF_LIST_MAX = 64, CONF_OPTIONS_MAX = 64, CONF_ERROR_MAX = 512 };

struct conf_list {
	char *item[CONF_LIST_MAX];
	size_t count;
};

struct conf {
	struct {                           /* [campus] */
		char *name;                /* 学校名称, stands in alerts */
		struct conf_list domains;  /* campus suffixes, e.g. example.edu.cn, lower case */
		struct conf_list prefixes; /* campus addresses in CIDR form, v4 and v6 */
		struct conf_list labels;   /* the school's label at SaaS vendors: {label}.vendor.com */
		struct conf_list
			center_hosts; /* hosts of the network centre's own apps (exempt in some profiles) */
	} campus;
	struct {                      /* [policy] */
		char *profile;        /* row of profiles.tsv */
		uint32_t min_clients; /* 0: the profile's own threshold */
		uint32_t min_days;    /* 0: the profile's own threshold */
	} policy;
	struct {                             /* [sensor] */
		struct conf_list interfaces; /* mirror ports; empty with --replay */
		char *filter;                /* BPF filter for the live handle; empty: none */
		uint32_t snaplen;            /* bytes */
		uint32_t buffer_mb;          /* kernel ring, MiB */
		uint32_t window;             /* seconds of an observation window, capture time */
		uint32_t flows;              /* TCP flows tracked at once */
		uint32_t stream_kb;          /* most KiB held for one direction of a flow */
		uint32_t stream_buffers;     /* reassembly buffers in all */
		uint32_t subjects;           /* (kind, name, via) entries per window */
		uint32_t workers;            /* processes that share one interface */
		char *prefilter;             /* "on": bulk is left in the kernel; "off" */
		uint32_t quiet_seconds;      /* an interface without packets for so long is told; 0: never */
	} sensor;
	struct {                        /* [store] */
		char *database;         /* path */
		char *control;          /* path of the control socket */
		uint32_t judge_seconds; /* live: judge at most this often */
		uint32_t key_days;      /* client pseudonym key lives this long */
		uint32_t subjects;      /* most subjects the database holds; further ones are counted */
	} store;
	struct {                        /* [alert] */
		char *file;             /* JSON-lines file; empty: off */
		char *syslog;           /* path of the local syslog socket; empty: off */
		char *facility;         /* "local0" .. "local7" */
		uint32_t retry_seconds; /* first retry; doubles up to 64 times this */
		uint32_t pending;       /* most undelivered outbox entries per sink kept in flight */
	} alert;
	struct {                /* [probe] */
		char *enabled;  /* "on": the prober asks; "off" */
		char *contact;  /* URL or mail address that stands in the User-Agent; needed to be on */
		char *resolver; /* address of the DNS server, perhaps :port; empty: resolv.conf's */
		char *roots;    /* PEM file of trusted roots; empty: the machine's */
		struct conf_list ports;   /* that may be connected to, decimal */
		struct conf_list also;    /* domains in scope besides those that the judgement names */
		struct conf_list opt_out; /* never asked: domains with all below, addresses, blocks */
		char *hours;              /* "00:00-24:00", Beijing time: when it may ask */
		uint32_t host_seconds;    /* least time between two requests to one host */
		uint32_t net_minute;      /* most requests a minute to one /24 or /48 */
		uint32_t per_second;      /* most requests a second in all */
		uint32_t transfers;       /* most at once */
		uint32_t timeout;         /* seconds for one request with its body */
		uint32_t jobs;            /* most jobs kept in the database; further ones are counted */
		uint32_t stall_seconds;   /* jobs are due and none is answered for so long: told; 0: never */
		char *wechat_record; /* URL of the mini-program record page, the appid is added; empty: off */
		char *itunes_lookup; /* URL of the shop's lookup; empty: off */
	} probe;
	struct {            /* [paths] */
		char *data; /* folder of the data tables: catalog.tsv, profiles.tsv ... */
	} paths;
	struct {             /* [log] */
		char *level; /* error warn info debug */
	} log;
	unsigned line[CONF_OPTIONS_MAX]; /* conf_line() */
};

/* Defaults only. */
void conf_init(struct conf *c);
void conf_clear(struct conf *c);
/* Reads `path` over the defaults; what *c held before is overwritten, not freed. 0, or -1 with
 * "file:line: what was expected" in error and *c empty. */
int conf_load(struct conf *c, const char *path, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));
/* The same from text; `name` stands in messages. */
int conf_parse(struct conf *c, const char *name, const char *text, size_t n, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));
/* The line on which the option was set, of a list the last; 0: it was not. */
unsigned conf_line(const struct conf *c, const char *section, const char *key);
/* All options as INI text that conf_parse() reads back to the same struct. */
void conf_render(const struct conf *c, struct buf *out);
/* Copies every option whose row says reloadable; names of changed options that are not go to `refused`. */
void conf_reload(struct conf *running, const struct conf *fresh, struct buf *refused);

#endif
