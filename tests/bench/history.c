/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Years of a campus for tests/bench/store, by the store's own way of writing, as a live sensor's run:
 *   history DATABASE DAYS HOSTS DOMAIN
 *   history DATABASE flushes HOSTS DOMAIN    what the windows of the next two days cost there, as rows of a
 * table HOSTS names are seen each day: two thirds of them the same ones, the first of them by thousands of
 * people, the rest taken at random from twenty times as many. Of the same ones one in sixty is the campus's
 * own, one in twenty of another school. Each is looked up, answered and spoken to. The same arguments give
 * the same rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "conf/data.h"
#include "store/store.h"

enum {
	DAYS_AT_ONCE = 10, /* in one transaction: what is written is the same, in less time */
	LINE_MAX_BYTES = 65536,
	WINDOWS = 80, /* of a day: more than a sweep has turns */
	PEOPLE = 20000,
	CAMPUS = 60,
	SCHOOLS = 20,
};

static const int64_t a_day = 86400LL * 1000000;

struct campus {
	struct store *store;
	const char *domain;
	int64_t source, epoch, day; /* the start of the day, UTC */
	uint64_t seq;
	unsigned hosts;
	struct hash_key dice;
	uint8_t *bytes;
};

static uint64_t dice(const struct campus *c, uint64_t a, uint64_t b)
{
	const uint64_t of[2] = { a, b };

	return hash_keyed(&c->dice, of, sizeof(of));
}

static void fail(const char *why)
{
	fprintf(stderr, "history: %s\n", why);
	exit(EXIT_FAILURE);
}

/* Seen every day. */
static bool is_always(const struct campus *c, unsigned host) { return host < c->hosts / 3 * 2; }

static bool is_campus(const struct campus *c, unsigned host)
{
	return is_always(c, host) && host % CAMPUS == 1;
}

static void name(const struct campus *c, unsigned host, char *out, size_t n)
{
	uint64_t of = dice(c, host, 1);

	if (is_campus(c, host))
		snprintf(out, n, "h%u.%s", host, c->domain);
	else if (is_always(c, host) && host % SCHOOLS == 2)
		snprintf(out, n, "www%u.school-%03u.edu.cn", host, (unsigned)(of % 500));
	else
		snprintf(out, n, "%s%u.site-%05x.%s", of % 3 ? "api" : "cdn", host,
			 (unsigned)(of >> 32) % 60000, of % 2 ? "com" : "cn");
}

/* How many people of the campus; whoever they are, on the next day many of them are others. */
static void people(const struct campus *c, unsigned host, struct sketch *s)
{
	unsigned n = 8000 / (host + 1) + 1 + (unsigned)(dice(c, host, (uint64_t)c->day) % 4);

	sketch_init(s);
	for (unsigned i = 0; i < n; i++)
		sketch_add(s, dice(c, (uint64_t)c->epoch, dice(c, host + i, (uint64_t)c->day) % PEOPLE));
}

static void detail(struct observation *o, enum detail type, const char *value)
{
	struct record_detail *d = &o->details[o->detail_count++];

	d->type = type;
	d->count = o->count;
	snprintf(d->value, sizeof(d->value), "%s", value);
}

static void server(struct observation *o, bool campus, unsigned host, uint16_t port)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct record_server *s = &o->servers[o->server_count++];
	const uint8_t addr[4] = { campus ? 10 : 120, 8, (uint8_t)(host >> 8), (uint8_t)host };

	memcpy(s->addr, mapped, sizeof(mapped));
	memcpy(s->addr + sizeof(mapped), addr, sizeof(addr));
	s->port = port;
}

static void send(struct campus *c, struct observation *o, enum via via, unsigned host)
{
	struct wr w = wr_init(c->bytes, LINE_MAX_BYTES);
	struct rd r;

	o->via = via;
	o->server_count = o->detail_count = 0;
	server(o, via == VIA_DNS_QUERY || is_campus(c, host), via == VIA_DNS_QUERY ? 1 : host,
	       via == VIA_TLS ? 443 : 53);
	if (via == VIA_TLS) {
		detail(o, DETAIL_ALPN, "h2");
		detail(o, DETAIL_JA4, "t13d1516h2_8daaf6152771_02713d6af862");
	}
	observation_put(&w, o);
	r = rd_init(c->bytes, wr_len(&w));
	if (!wr_ok(&w) || store_take(c->store, c->source, ++c->seq, &r, 1) != 0)
		fail(store_error(c->store));
}

static void see(struct campus *c, unsigned host)
{
	static struct observation o;
	uint64_t when = dice(c, host, (uint64_t)c->day + 1) % (uint64_t)(a_day / 2);

	o.kind = SUBJECT_HOST;
	name(c, host, o.name, sizeof(o.name));
	people(c, host, &o.clients);
	o.count = 3 * sketch_count(&o.clients);
	o.from = c->day + (int64_t)when;
	o.to = o.from + 1000000 + (int64_t)(dice(c, host, 7) % (uint64_t)(a_day / 3));
	send(c, &o, VIA_DNS_QUERY, host);
	send(c, &o, VIA_DNS_ANSWER, host);
	send(c, &o, VIA_TLS, host);
}

static void live(struct campus *c)
{
	unsigned always = c->hosts / 3 * 2;

	for (unsigned i = 0; i < c->hosts; i++)
		see(c, is_always(c, i) ? i
				       : always + (unsigned)(dice(c, i, (uint64_t)c->day) % (c->hosts * 20)));
}

static void flush(const struct campus *c)
{
	if (store_flush(c->store, c->source) != 0)
		fail(store_error(c->store));
}

static void new_day(struct campus *c)
{
	struct hash_key key;

	if (store_client_key(c->store, false, c->day, &key, &c->epoch) != 0)
		fail(store_error(c->store));
}

/* The many windows of a quiet day, as days that are over move on by. */
static void idle(struct campus *c)
{
	for (int i = 0; i < WINDOWS; i++) {
		see(c, 0);
		flush(c);
	}
}

static void write_days(struct campus *c, int days)
{
	for (int i = 0; i < days; i++, c->day += a_day) {
		new_day(c);
		live(c);
		if ((i + 1) % DAYS_AT_ONCE != 0 && i + 1 != days)
			continue;
		flush(c);
		c->day += a_day;
		idle(c);
		c->day -= a_day;
		fprintf(stderr, "%d days\n", i + 1);
	}
}

/* -- what flushes cost ------------------------------------------------------------------------------ */

struct cost {
	double wall, cpu;
	int64_t bytes;
};

/* Handed to the system: to the WAL, and from there to the database. */
static int64_t written(void)
{
	FILE *f = fopen("/proc/self/io", "re");
	long long n = 0;
	char line[64];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		(void)sscanf(line, "wchar: %lld", &n);
	if (f != NULL)
		fclose(f);
	return n;
}

static struct cost now(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (struct cost){ .wall = (double)clock_wall() / 1e6,
			      .cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
				     (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6,
			      .bytes = written() };
}

static void tell(const char *what, struct cost from)
{
	struct cost to = now();

	printf("| %s | %.3f | %.3f | %.1f |\n", what, to.wall - from.wall, to.cpu - from.cpu,
	       (double)(to.bytes - from.bytes) / 1e6);
}

static void everybody(struct campus *c, const char *what)
{
	struct cost from;

	live(c);
	from = now();
	flush(c);
	tell(what, from);
}

static void one_host(struct campus *c, const char *what)
{
	struct cost from;

	see(c, 0);
	from = now();
	flush(c);
	tell(what, from);
}

static void measure(struct campus *c)
{
	struct cost from;

	printf("| flush | s | CPU s | MB written |\n|---|---|---|---|\n");
	new_day(c);
	everybody(c, "everybody, for the first time of a day");
	everybody(c, "everybody again");
	everybody(c, "everybody again");
	one_host(c, "one host");
	c->day += a_day;
	new_day(c);
	everybody(c, "everybody, for the first time of the next day");
	everybody(c, "everybody again");
	one_host(c, "one host");
	from = now();
	idle(c);
	tell("one host, 80 windows: what is left of the day before moves on", from);
	everybody(c, "everybody again");
	one_host(c, "one host");
}

int main(int argc, char **argv)
{
	struct campus c = { .bytes = xmalloc(LINE_MAX_BYTES) };
	struct conf conf;
	struct data data;
	char error[STORE_ERROR_MAX], text[1024];
	int days;

	if (argc != 5)
		fail("DATABASE DAYS HOSTS DOMAIN");
	days = strcmp(argv[2], "flushes") == 0 ? 0 : (int)strtol(argv[2], NULL, 10);
	c.hosts = (unsigned)strtoul(argv[3], NULL, 10);
	c.domain = argv[4];
	snprintf(text, sizeof(text),
		 "[campus]\ndomains = %s\nprefixes = 10.0.0.0/8\n[store]\ndatabase = %s\n[alert]\nfile =\n",
		 argv[4], argv[1]);
	memset(&conf, 0, sizeof(conf));
	if (conf_parse(&conf, "history", text, strlen(text), error) != 0 ||
	    data_load(&data, "conf", error) != 0)
		fail(error);
	c.store = store_open(&conf, &data, false, error);
	if (c.store == NULL)
		fail(error);
	hash_key_fixed(&c.dice, "beiand history");
	c.day = clock_wall() / a_day * a_day - days * a_day;
	if (store_source_begin(c.store, "eth0", false, &c.source) != 0)
		fail(store_error(c.store));
	if (days > 0)
		write_days(&c, days);
	else
		measure(&c);
	store_close(c.store);
	conf_clear(&conf);
	data_clear(&data);
	free(c.bytes);
	return 0;
}
