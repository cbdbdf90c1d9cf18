/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/dissect.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "ctl/output.h"
#include "watch/capture.h"

enum { READ_BUDGET = 256, ENDPOINT_MAX = INET6_ADDRSTRLEN + 10, EXTRA_MAX = INET6_ADDRSTRLEN + 8 };

static const struct dissect_limits limits = {
	.flows = 65536, .stream_bytes = 65536, .buffers = 1024, .quic_hellos = 1024
};

/* The caller's scratch: grows to the longest line, then stays. */
struct printer {
	struct buf line, name, extra, more; /* more: JSON members that only this kind has */
	bool failed;                        /* stdout is gone */
};

static const char *print_addr(char out[INET6_ADDRSTRLEN], const struct dissect_addr *a)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	if (memcmp(a->bytes, mapped, sizeof(mapped)) == 0)
		return inet_ntop(AF_INET, a->bytes + 12, out, INET6_ADDRSTRLEN);
	return inet_ntop(AF_INET6, a->bytes, out, INET6_ADDRSTRLEN);
}

static void print_endpoint(struct buf *b, const char *key, const struct dissect_addr *a, uint16_t port)
{
	char text[INET6_ADDRSTRLEN];

	print_addr(text, a);
	buf_printf(b, strchr(text, ':') != NULL ? ",\"%s\":\"[%s]:%u\"" : ",\"%s\":\"%s:%u\"", key, text,
		   port);
}

/* The contract writes bytes outside 0x20..0x7e as \xHH, and a value that is not there as "-". */
static void add_escaped(struct buf *b, const struct dissect_str *s)
{
	size_t cap = s->n * 4 + 1;
	char *text;

	if (s->p == NULL) {
		buf_puts(b, "-");
		return;
	}
	text = xmalloc(cap);
	buf_add(b, text, text_hex_escape(text, cap, s->p, s->n));
	free(text);
}

/* One more member of the line to come; nothing when the value is absent. */
static void add_member(struct printer *pr, const char *key, const struct dissect_str *value)
{
	if (value->p == NULL)
		return;
	buf_reset(&pr->extra);
	add_escaped(&pr->extra, value);
	buf_printf(&pr->more, ",\"%s\":", key);
	buf_json(&pr->more, pr->extra.p, pr->extra.len);
}

static void print_line(struct printer *pr, const struct dissect_message *m, const char *kind)
{
	char t[TEXT_TIME_MAX];
	struct buf *b = &pr->line;

	text_time_utc(t, m->time);
	buf_reset(b);
	buf_printf(b, "{\"kind\":\"%s\",\"name\":", kind);
	buf_json(b, pr->name.p, pr->name.len);
	buf_puts(b, ",\"extra\":");
	buf_json(b, pr->extra.p, pr->extra.len);
	buf_printf(b, ",\"t\":\"%s\"", t);
	print_endpoint(b, "src", &m->flow.src, m->flow.sport);
	print_endpoint(b, "dst", &m->flow.dst, m->flow.dport);
	buf_add(b, pr->more.p, pr->more.len);
	buf_puts(b, "}\n");
	buf_reset(&pr->more);
	if (fwrite(b->p, 1, b->len, stdout) != b->len)
		pr->failed = true;
}

/* A field that is there and empty tells no more than one that is not. */
static void print_strs(struct printer *pr, const struct dissect_message *m, const char *kind,
		       const struct dissect_str *name, const struct dissect_str *extra)
{
	static const struct dissect_str absent = { NULL, 0 };

	buf_reset(&pr->name);
	buf_reset(&pr->extra);
	add_escaped(&pr->name, name->n > 0 ? name : &absent);
	add_escaped(&pr->extra, extra);
	print_line(pr, m, kind);
}

static void print_text(struct printer *pr, const struct dissect_message *m, const char *kind,
		       const char *extra)
{
	buf_reset(&pr->name);
	buf_reset(&pr->extra);
	add_escaped(&pr->name, &m->name);
	buf_puts(&pr->extra, extra);
	print_line(pr, m, kind);
}

static void print_query(struct printer *pr, const struct dissect_message *m)
{
	char extra[EXTRA_MAX];

	snprintf(extra, sizeof(extra), "%u", m->query.qtype);
	print_text(pr, m, "dns-query", extra);
}

static void print_address(struct printer *pr, const struct dissect_message *m, const struct dissect_addr *a)
{
	char text[INET6_ADDRSTRLEN];

	buf_reset(&pr->extra);
	if (m->answer.type == 1)
		buf_printf(&pr->extra, "A:%s", inet_ntop(AF_INET, a->bytes + 12, text, sizeof(text)));
	else
		buf_printf(&pr->extra, "AAAA:%s", inet_ntop(AF_INET6, a->bytes, text, sizeof(text)));
	print_line(pr, m, "dns-answer");
}

/* A line for each record. */
static void print_answer(struct printer *pr, const struct dissect_message *m)
{
	buf_reset(&pr->name);
	buf_reset(&pr->extra);
	add_escaped(&pr->name, &m->name);
	for (uint8_t i = 0; i < m->answer.addrs; i++)
		print_address(pr, m, &m->answer.addr[i]);
	if (m->answer.type != 5)
		return;
	buf_puts(&pr->extra, "CNAME:");
	add_escaped(&pr->extra, &m->answer.cname);
	print_line(pr, m, "dns-answer");
}

static void print_http(struct printer *pr, const struct dissect_message *m)
{
	buf_reset(&pr->name);
	buf_reset(&pr->extra);
	add_escaped(&pr->name, &m->name);
	add_escaped(&pr->extra, &m->http.method);
	buf_puts(&pr->extra, " ");
	add_escaped(&pr->extra, &m->http.target);
	print_line(pr, m, "http-request");
	if (m->http.referer.p != NULL)
		print_strs(pr, m, "http-referer", &m->http.referer, &m->name);
	if (m->http.user_agent.p != NULL)
		print_strs(pr, m, "http-user-agent", &m->http.user_agent, &m->name);
}

static void add_hello(struct printer *pr, const struct dissect_hello *h)
{
	add_member(pr, "alpn", &h->alpn);
	if (h->ja4[0] != '\0')
		add_member(pr, "ja4",
			   &(struct dissect_str){ (const uint8_t *)h->ja4, strnlen(h->ja4, sizeof(h->ja4)) });
	if (h->ech)
		buf_printf(&pr->more, ",\"ech\":%u", h->ech_config);
}

static void print_tls(struct printer *pr, const struct dissect_message *m)
{
	if (m->name.p == NULL)
		return;
	add_hello(pr, &m->tls.hello);
	print_text(pr, m, "tls-sni", "-");
}

/* The gQUIC versions before QUIC's own header go by their letters: "Q043". */
static void print_quic(struct printer *pr, const struct dissect_message *m)
{
	uint32_t v = m->quic.version;
	char extra[EXTRA_MAX] = "-";

	if (m->name.p == NULL)
		return;
	if (v >= 0x51303030 && v < 0x51303530)
		snprintf(extra, sizeof(extra), "Q%c%c%c", (char)(v >> 16), (char)(v >> 8), (char)v);
	else if (v != 0)
		snprintf(extra, sizeof(extra), "0x%08x", v);
	add_hello(pr, &m->quic.hello);
	print_text(pr, m, "quic-sni", extra);
}

/* The first in members of its own, as most records have no other; of one without any that can be read `ech`
 * is 0. */
static void add_configs(struct printer *pr, const struct dissect_message *m)
{
	const struct dissect_ech *ech = m->service.ech_config;
	size_t n = m->service.ech_configs;

	if (n > 0)
		add_member(pr, "ech_name", &ech[0].name);
	if (m->service.ech)
		buf_printf(&pr->more, ",\"ech\":%u", n > 0 ? ech[0].config : 0);
	for (size_t i = 1; i < n; i++) {
		buf_printf(&pr->more, i == 1 ? ",\"ech_others\":[{\"ech\":%u" : ",{\"ech\":%u",
			   ech[i].config);
		add_member(pr, "ech_name", &ech[i].name);
		buf_puts(&pr->more, i == n - 1 ? "}]" : "}");
	}
	if (m->service.ech_more > 0)
		buf_printf(&pr->more, ",\"ech_more\":%u", m->service.ech_more);
}

/* extra: the record's type and its target. */
static void print_service(struct printer *pr, const struct dissect_message *m)
{
	add_member(pr, "alpn", &m->service.alpn);
	add_configs(pr, m);
	if (m->service.port != 0)
		buf_printf(&pr->more, ",\"port\":%u", m->service.port);
	buf_printf(&pr->more, ",\"priority\":%u", m->service.priority);
	buf_reset(&pr->name);
	buf_reset(&pr->extra);
	add_escaped(&pr->name, &m->name);
	buf_puts(&pr->extra, m->service.type == 65 ? "HTTPS:" : "SVCB:");
	add_escaped(&pr->extra, &m->service.target);
	print_line(pr, m, "dns-service");
}

static void print_http_answer(struct printer *pr, const struct dissect_message *m)
{
	char extra[EXTRA_MAX];

	add_member(pr, "content_type", &m->http_answer.content_type);
	add_member(pr, "server", &m->http_answer.server);
	add_member(pr, "location", &m->http_answer.location);
	add_member(pr, "title", &m->http_answer.title);
	snprintf(extra, sizeof(extra), "%u", m->http_answer.status);
	print_text(pr, m, "http-answer", extra);
}

static void print_cert(struct printer *pr, const struct dissect_message *m)
{
	static const struct dissect_str none = { NULL, 0 };

	for (uint8_t i = 0; i < m->cert.names && i < DISSECT_CERT_NAMES; i++)
		print_strs(pr, m, "tls-cert", &m->cert.name[i], &none);
}

/* Its fields are told beside it and not in lines of their own: the contract's kinds are those of HTTP/1. */
static void print_http2(struct printer *pr, const struct dissect_message *m)
{
	add_member(pr, "user_agent", &m->http.user_agent);
	add_member(pr, "referer", &m->http.referer);
	buf_reset(&pr->name);
	buf_reset(&pr->extra);
	add_escaped(&pr->name, &m->name);
	add_escaped(&pr->extra, &m->http.method);
	buf_puts(&pr->extra, " ");
	add_escaped(&pr->extra, &m->http.target);
	print_line(pr, m, "http2-request");
}

typedef void print_fn(struct printer *pr, const struct dissect_message *m);

static print_fn *const printers[] = {
	[DISSECT_DNS_QUERY] = print_query,
	[DISSECT_DNS_ANSWER] = print_answer,
	[DISSECT_HTTP] = print_http,
	[DISSECT_TLS] = print_tls,
	[DISSECT_QUIC] = print_quic,
	[DISSECT_DNS_SERVICE] = print_service,
	[DISSECT_HTTP_ANSWER] = print_http_answer,
	[DISSECT_TLS_CERT] = print_cert,
	[DISSECT_HTTP2] = print_http2,
};
_Static_assert(sizeof(printers) / sizeof(printers[0]) == DISSECT_KIND_COUNT, "a printer for each kind");

static void print_message(void *arg, const struct dissect_message *m) { printers[m->kind](arg, m); }

static void take_packet(void *arg, const struct dissect_packet *p) { dissect_packet(arg, p); }

/* 0, or 1 with the line said. A file that breaks off still yields what came before. */
static int dissect_capture(struct capture *c, struct printer *pr)
{
	char error[CAPTURE_ERROR_MAX];
	void *memory = xcalloc(1, dissect_size(&limits));
	struct dissect *d = dissect_init(memory, &limits, print_message, pr);
	int n = 1;

	while (n > 0 && !pr->failed)
		n = capture_read(c, READ_BUDGET, take_packet, d, error);
	dissect_finish(d);
	free(memory);
	if (output_end() != 0) {
		fprintf(stderr, "beianctl: 输出写入失败,请检查磁盘空间\n");
		return 1;
	}
	if (n == -2)
		fprintf(stderr, "beianctl: %s\n", error);
	return n == -2 ? 1 : 0;
}

static int usage(void)
{
	fprintf(stderr, "用法: beianctl dissect -r 抓包文件\n");
	return 2;
}

int ctl_dissect(int argc, char *const argv[])
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	char error[CAPTURE_ERROR_MAX];
	const char *path = NULL;
	struct printer pr = { 0 };
	struct capture *c;
	int option, status;

	optind = 0; /* glibc: starts anew, whatever was parsed before */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+r:", options, NULL)) != -1) {
		if (option == 'r')
			path = optarg;
		else if (option != 'j')
			return usage();
	}
	if (path == NULL || optind != argc)
		return usage();
	c = capture_open_file(path, error);
	if (c == NULL) {
		fprintf(stderr, "beianctl: %s\n", error);
		return 1;
	}
	status = dissect_capture(c, &pr);
	capture_close(c);
	buf_clear(&pr.line);
	buf_clear(&pr.name);
	buf_clear(&pr.extra);
	buf_clear(&pr.more);
	return status;
}
