/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Synthetic captures for tests/bench/run, with their truth: one line "kind TAB name TAB count" for each
 * message whose packets were all written. The same options give the same bytes. generate -m MODE [-n PACKETS]
 * [-B BYTES] [-c FLOWS] [-s SEED] -o CAPTURE -t TRUTH Modes: mixed dns tls quic http syn udp443. Nothing here
 * knows beiand's code: QUIC is sealed with nettle.
 */
#include <nettle/aes.h>
#include <nettle/gcm.h>
#include <nettle/hkdf.h>
#include <nettle/hmac.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MAX = 96, PACKET_MAX = 1600, MTU = 1400, TRAIN_MEAN = 60 };

static uint64_t state;

static uint64_t draw(void) /* splitmix64 */
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static unsigned below(unsigned n) { return (unsigned)((draw() >> 32) * n >> 32); }
static bool chance(unsigned percent) { return below(100) < percent; }

/* --- the capture under way --- */

struct packet {
	uint8_t p[PACKET_MAX];
	size_t n;
};

static FILE *capture, *truth;
static uint64_t packets, bytes, clock_us = UINT64_C(1700000000000000);

static void add(struct packet *k, const void *p, size_t n)
{
	if (k->n + n > sizeof(k->p))
		abort();
	memcpy(k->p + k->n, p, n);
	k->n += n;
}
static void add8(struct packet *k, unsigned v) { add(k, &(uint8_t){ (uint8_t)v }, 1); }
static void add16(struct packet *k, unsigned v) { add8(k, v >> 8), add8(k, v & 255); }
static void add32(struct packet *k, uint32_t v) { add16(k, v >> 16), add16(k, v & 0xffff); }
static void add_text(struct packet *k, const char *s) { add(k, s, strlen(s)); }
static void add_noise(struct packet *k, size_t n)
{
	while (n-- > 0)
		add8(k, (unsigned)draw() & 255);
}
static void patch16(struct packet *k, size_t at, unsigned v)
{
	k->p[at] = (uint8_t)(v >> 8);
	k->p[at + 1] = (uint8_t)v;
}

static void write32(uint32_t v) { fwrite(&v, sizeof(v), 1, capture); }

static void emit(const struct packet *k)
{
	clock_us += below(2);
	write32((uint32_t)(clock_us / 1000000));
	write32((uint32_t)(clock_us % 1000000));
	write32((uint32_t)k->n);
	write32((uint32_t)k->n);
	fwrite(k->p, 1, k->n, capture);
	packets++;
	bytes += 16 + k->n;
}

static void tell(const char *kind, const char *name) { fprintf(truth, "%s\t%s\t1\n", kind, name); }

/* --- flows --- */

enum kind { DNS, DNS_TCP, TLS, QUIC, HTTP, BULK, SYN, GARBAGE };

struct flow {
	enum kind kind;
	bool six, split, swapped, wechat;
	unsigned tags, step, left; /* VLAN tags; next packet of the opening; bulk packets after it */
	uint32_t host, peer, seq[2];
	uint16_t port, service;
	char name[NAME_MAX];
};

/* Two names in five are seen once; the others follow a steep law over 40 000. */
static void make_name(char out[NAME_MAX], const char *tag)
{
	static const char *const top[] = { "com", "cn", "net", "edu.cn", "com.cn", "org", "io", "top" };
	double u = (double)below(1 << 20) / (1 << 20);
	unsigned id = (unsigned)(40000 * u * u * u);

	if (chance(40))
		snprintf(out, NAME_MAX, "u%08x.%s-bench%u.%s", (unsigned)draw(), tag, below(3000),
			 top[id % 8]);
	else
		snprintf(out, NAME_MAX, "www%u.%s-bench%u.%s", id % 13, tag, id, top[id % 8]);
}

static void begin_ip(struct packet *k, const struct flow *f, int dir, unsigned protocol)
{
	uint32_t end[2] = { f->host, f->peer };

	k->n = 0;
	add_text(k, "\x02\x42\x0a\x01\x02\x03\x02\x42\x0a\x04\x05\x06");
	if (f->tags > 1)
		add16(k, 0x88a8), add16(k, 300);
	if (f->tags > 0)
		add16(k, 0x8100), add16(k, 100 + (f->host & 63));
	add16(k, f->six ? 0x86dd : 0x0800);
	if (f->six) {
		add32(k, 0x60000000), add16(k, 0), add8(k, protocol), add8(k, 60);
		for (int i = 0; i < 2; i++)
			add32(k, 0x20010db8), add32(k, 0), add32(k, 0), add32(k, end[dir ^ i]);
	} else {
		add16(k, 0x4500), add16(k, 0), add32(k, 0), add8(k, 60), add8(k, protocol), add16(k, 0);
		add32(k, end[dir]), add32(k, end[!dir]);
	}
}

/* Lengths in the IP and UDP headers, which are known last. */
static void finish(struct packet *k, const struct flow *f, bool udp)
{
	size_t ip = 14 + 4 * f->tags, transport = ip + (f->six ? 40 : 20);

	if (udp)
		patch16(k, transport + 4, (unsigned)(k->n - transport));
	patch16(k, f->six ? ip + 4 : ip + 2, (unsigned)(k->n - (f->six ? transport : ip)));
	emit(k);
}

static void begin_udp(struct packet *k, const struct flow *f, int dir)
{
	begin_ip(k, f, dir, 17);
	add16(k, dir ? f->service : f->port), add16(k, dir ? f->port : f->service), add32(k, 0);
}

static void begin_tcp(struct packet *k, const struct flow *f, int dir, uint32_t seq, unsigned flags)
{
	begin_ip(k, f, dir, 6);
	add16(k, dir ? f->service : f->port), add16(k, dir ? f->port : f->service);
	add32(k, seq), add32(k, f->seq[!dir]), add8(k, 0x50), add8(k, flags), add16(k, 65535), add32(k, 0);
}

static void send_tcp(struct flow *f, int dir, unsigned flags, const uint8_t *p, size_t n)
{
	struct packet k;

	begin_tcp(&k, f, dir, f->seq[dir], flags);
	add(&k, p, n);
	finish(&k, f, false);
	f->seq[dir] += (uint32_t)n + ((flags & 2) != 0);
}

/* --- what they say --- */

static void add_dns_name(struct packet *k, const char *name)
{
	for (const char *dot; *name != '\0'; name = *dot != '\0' ? dot + 1 : dot) {
		dot = strchr(name, '.');
		dot = dot != NULL ? dot : name + strlen(name);
		add8(k, (unsigned)(dot - name));
		add(k, name, (size_t)(dot - name));
	}
	add8(k, 0);
}

static void add_dns(struct packet *k, const struct flow *f, const char *alias)
{
	add16(k, f->seq[0] & 0xffff), add16(k, alias == NULL ? 0x0100 : 0x8180), add16(k, 1);
	add16(k, alias == NULL ? 0 : 2), add32(k, 0);
	add_dns_name(k, f->name);
	add16(k, 1), add16(k, 1);
	if (alias == NULL)
		return;
	add16(k, 0xc00c), add16(k, 5), add16(k, 1), add32(k, 60), add16(k, (unsigned)strlen(alias) + 2);
	add_dns_name(k, alias);
	add16(k, 0xc00c), add16(k, 1), add16(k, 1), add32(k, 60), add16(k, 4), add32(k, (uint32_t)draw());
}

static void step_dns(struct flow *f)
{
	char alias[NAME_MAX];
	struct packet k;

	begin_udp(&k, f, (int)f->step);
	make_name(alias, "dc");
	add_dns(&k, f, f->step == 0 ? NULL : alias);
	finish(&k, f, true);
	tell(f->step == 0 ? "dns-query" : "dns-answer", f->name);
	if (f->step == 1)
		tell("dns-answer", f->name); /* its CNAME record and its A record */
}

static void step_dns_tcp(struct flow *f)
{
	struct packet k = { .n = 2 };

	add_dns(&k, f, NULL);
	patch16(&k, 0, (unsigned)k.n - 2);
	send_tcp(f, 0, 0x18, k.p, k.n);
	tell("dns-query", f->name);
}

/* A ClientHello: `pad` bytes of key share make it post-quantum. */
static void add_hello(struct packet *k, const char *name, unsigned pad, bool quic)
{
	size_t start = k->n, extensions, n = strlen(name);

	add32(k, 0x01000000), add16(k, 0x0303), add_noise(k, 32);
	if (quic)
		add8(k, 0);
	else
		add8(k, 32), add_noise(k, 32);
	add16(k, 6), add16(k, 0x1301), add16(k, 0x1302), add16(k, 0x1303), add16(k, 0x0100);
	extensions = k->n;
	add16(k, 0);
	add16(k, 0x002b), add16(k, 3), add8(k, 2), add16(k, 0x0304);
	add16(k, 0x0010), add16(k, 5), add16(k, 3), add8(k, 2), add_text(k, quic ? "h3" : "h2");
	add16(k, 0x0033), add16(k, pad + 6), add16(k, pad + 4), add16(k, 0x11ec), add16(k, pad),
		add_noise(k, pad);
	add16(k, 0), add16(k, (unsigned)n + 5), add16(k, (unsigned)n + 3), add8(k, 0), add16(k, (unsigned)n);
	add(k, name, n);
	patch16(k, extensions, (unsigned)(k->n - extensions - 2));
	patch16(k, start + 2, (unsigned)(k->n - start - 4));
}

static void send_part(struct flow *f, uint32_t seq, const uint8_t *p, size_t n)
{
	struct packet k;

	begin_tcp(&k, f, 0, seq, 0x18);
	add(&k, p, n);
	finish(&k, f, false);
}

static void step_tls(struct flow *f)
{
	struct packet k = { .n = 0 };
	size_t first;

	add16(&k, 0x1603), add8(&k, 1), add16(&k, 0);
	add_hello(&k, f->name, f->split ? 1216 : 32, false);
	patch16(&k, 3, (unsigned)k.n - 5);
	first = f->split ? k.n * 4 / 5 : k.n;
	if (f->swapped)
		send_part(f, f->seq[0] + (uint32_t)first, k.p + first, k.n - first);
	send_part(f, f->seq[0], k.p, first);
	if (f->split && !f->swapped)
		send_part(f, f->seq[0] + (uint32_t)first, k.p + first, k.n - first);
	f->seq[0] += (uint32_t)k.n;
	tell("tls", f->name);
}

static void step_http(struct flow *f)
{
	char text[512];
	unsigned id = below(3000);
	int n = snprintf(text, sizeof(text), "GET /index/%u HTTP/1.1\r\nHost: %s\r\n", below(1000), f->name);

	if (f->wechat)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "Referer: https://servicewechat.com/wx%016x/%u/page-frame.html\r\n", id,
			      below(90));
	n += snprintf(text + n, sizeof(text) - (size_t)n, "Accept: */*\r\n\r\n");
	send_tcp(f, 0, 0x18, (const uint8_t *)text, (size_t)n);
	tell("http", f->name);
	if (f->wechat) {
		snprintf(text, sizeof(text), "wx%016x", id);
		tell("wechat-mini", text);
	}
}

/* --- QUIC Initials, RFC 9001 section 5 --- */

struct keys {
	uint8_t key[16], iv[12], hp[16];
};

static void expand(const uint8_t secret[32], const char *label, uint8_t *out, size_t n)
{
	struct hmac_sha256_ctx hmac;
	struct packet info = { .n = 0 };

	add16(&info, (unsigned)n), add8(&info, (unsigned)strlen(label)), add_text(&info, label),
		add8(&info, 0);
	hmac_sha256_set_key(&hmac, 32, secret);
	hkdf_expand(&hmac, (nettle_hash_update_func *)hmac_sha256_update,
		    (nettle_hash_digest_func *)hmac_sha256_digest, 32, info.n, info.p, n, out);
}

static void derive(struct keys *k, const uint8_t dcid[8])
{
	static const uint8_t salt[20] = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
					  0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a };
	struct hmac_sha256_ctx hmac;
	uint8_t initial[32], client[32];

	hmac_sha256_set_key(&hmac, sizeof(salt), salt);
	hkdf_extract(&hmac, (nettle_hash_update_func *)hmac_sha256_update,
		     (nettle_hash_digest_func *)hmac_sha256_digest, 32, 8, dcid, initial);
	expand(initial, "tls13 client in", client, 32);
	expand(client, "tls13 quic key", k->key, 16);
	expand(client, "tls13 quic iv", k->iv, 12);
	expand(client, "tls13 quic hp", k->hp, 16);
}

static void seal(struct packet *k, size_t header, size_t start, unsigned number, const struct keys *keys)
{
	struct gcm_aes128_ctx gcm;
	struct aes128_ctx aes;
	uint8_t iv[12], mask[16];
	size_t n = k->n - start;

	memcpy(iv, keys->iv, sizeof(iv));
	iv[11] ^= (uint8_t)number;
	gcm_aes128_set_key(&gcm, keys->key);
	gcm_aes128_set_iv(&gcm, sizeof(iv), iv);
	gcm_aes128_update(&gcm, start - header, k->p + header);
	gcm_aes128_encrypt(&gcm, n, k->p + start, k->p + start);
	gcm_aes128_digest(&gcm, 16, k->p + k->n);
	k->n += 16;
	aes128_set_encrypt_key(&aes, keys->hp);
	aes128_encrypt(&aes, 16, mask, k->p + start + 3);
	k->p[header] ^= mask[0] & 15;
	k->p[start - 1] ^= mask[1];
}

static void send_initial(struct flow *f, const uint8_t dcid[8], unsigned number, const uint8_t *p,
			 size_t from, size_t n, bool forged)
{
	struct packet k;
	struct keys keys;
	size_t header, start;

	begin_udp(&k, f, 0);
	header = k.n;
	add8(&k, 0xc0), add32(&k, 1), add8(&k, 8), add(&k, dcid, 8), add8(&k, 0), add8(&k, 0);
	add16(&k, 0x4000 | (1200 - 18)), add8(&k, number);
	start = k.n;
	add8(&k, 6), add16(&k, 0x4000 | (unsigned)from), add16(&k, 0x4000 | (unsigned)n),
		add(&k, p + from, n);
	memset(k.p + k.n, 0, header + 1200 - 16 - k.n);
	k.n = header + 1200 - 16;
	if (forged) {
		add_noise(&k, 16);
	} else {
		derive(&keys, dcid);
		seal(&k, header, start, number, &keys);
	}
	finish(&k, f, true);
}

static void step_quic(struct flow *f)
{
	struct packet k = { .n = 0 };
	uint64_t id = draw();
	uint8_t dcid[8];

	memcpy(dcid, &id, sizeof(dcid));
	add_hello(&k, f->name, f->split ? 1216 : 32, true);
	if (!f->split) {
		send_initial(f, dcid, 0, k.p, 0, k.n, false);
	} else {
		send_initial(f, dcid, 0, k.p, f->swapped ? 1000 : 0, f->swapped ? k.n - 1000 : 1000, false);
		send_initial(f, dcid, 1, k.p, f->swapped ? 0 : 1000, f->swapped ? 1000 : k.n - 1000, false);
	}
	tell("quic", f->name);
}

static void step_garbage(struct flow *f)
{
	static const uint8_t nothing[600];
	struct packet k;
	uint64_t id = draw();
	uint8_t dcid[8];

	memcpy(dcid, &id, sizeof(dcid));
	if (chance(33)) {
		send_initial(f, dcid, 0, nothing, 0, 500, true);
		return;
	}
	begin_udp(&k, f, 0);
	add8(&k, chance(50) ? 0x40 : (unsigned)draw() & 255);
	add_noise(&k, 1199);
	finish(&k, f, true);
}

/* --- the life of a flow --- */

static void send_bulk(struct flow *f)
{
	static const uint8_t record[MTU] = { 0x17, 3, 3, 0x40, 0 };
	struct packet k;

	if (f->kind == TLS || f->kind == HTTP || f->kind == BULK) {
		if (chance(30))
			send_tcp(f, 0, 0x10, record, 0);
		else
			send_tcp(f, 1, 0x10, record, MTU);
		return;
	}
	begin_udp(&k, f, 1);
	add8(&k, 0x40);
	add(&k, record, 1200);
	finish(&k, f, true);
}

static void open_flow(struct flow *f, enum kind kind, bool bulk)
{
	static const char *const tag[] = { "dq", "dt", "ts", "qs", "hh", "xx", "xx", "xx" };
	static const uint16_t service[] = { 53, 53, 443, 443, 80, 8443, 443, 443 };

	*f = (struct flow){ .kind = kind, .service = service[kind], .host = 0x0a000000 | below(20000) };
	f->peer = (uint32_t)draw();
	f->port = (uint16_t)(1024 + below(64000));
	f->six = chance(30);
	f->tags = chance(2) ? 2 : chance(67);
	f->split = chance(60);
	f->swapped = f->split && chance(4);
	f->wechat = chance(40);
	f->seq[0] = (uint32_t)draw(), f->seq[1] = (uint32_t)draw();
	if (bulk && kind != DNS && kind != DNS_TCP)
		f->left = below(2 * TRAIN_MEAN);
	make_name(f->name, tag[kind]);
}

/* One packet, or the few of an opening. False: the flow is over. */
static bool step(struct flow *f)
{
	static void (*const openings[])(struct flow *) = { step_dns,  step_dns_tcp, step_tls, step_quic,
							   step_http, NULL,         NULL,     step_garbage };
	bool tcp = f->kind == TLS || f->kind == HTTP || f->kind == DNS_TCP, twice = f->kind == DNS;
	unsigned opening = tcp ? 3 : 0, at = f->step;

	if (f->kind == SYN || (tcp && at < 2)) {
		send_tcp(f, (int)at, at == 0 ? 0x02 : 0x12, NULL, 0);
		f->step++;
		return f->kind != SYN;
	}
	if (tcp && at == 2) {
		send_tcp(f, 0, 0x10, NULL, 0);
		f->step++;
		return true;
	}
	if (at <= opening + twice && openings[f->kind] != NULL) {
		openings[f->kind](f);
		f->step++;
		return at < opening + twice || f->left > 0;
	}
	send_bulk(f);
	return f->left-- > 1;
}

struct mix {
	const char *name;
	unsigned share[GARBAGE + 1]; /* of 100 new flows */
	bool bulk;
};

static const struct mix mixes[] = {
	{ "mixed", { [DNS] = 44, [DNS_TCP] = 1, [TLS] = 31, [QUIC] = 12, [HTTP] = 5, [BULK] = 7 }, true },
	{ "dns", { [DNS] = 100 }, false },
	{ "tls", { [TLS] = 100 }, false },
	{ "quic", { [QUIC] = 100 }, false },
	{ "http", { [HTTP] = 100 }, false },
	{ "syn", { [SYN] = 100 }, false },
	{ "udp443", { [GARBAGE] = 100 }, false },
};

static enum kind pick(const struct mix *m)
{
	unsigned at = below(100), kind = 0;

	while (kind < GARBAGE && at >= m->share[kind])
		at -= m->share[kind++];
	return (enum kind)kind;
}

static int run(const struct mix *m, unsigned flows, uint64_t most_packets, uint64_t most_bytes)
{
	struct flow *f = calloc(flows, sizeof(*f));

	if (f == NULL)
		return 1;
	write32(0xa1b2c3d4), write32(0x00040002), write32(0), write32(0), write32(65535), write32(1);
	for (unsigned i = 0; i < flows; i++)
		open_flow(&f[i], pick(m), m->bulk);
	while (packets < most_packets && bytes < most_bytes) {
		unsigned i = below(flows);
		if (!step(&f[i]))
			open_flow(&f[i], pick(m), m->bulk);
	}
	free(f);
	printf("%llu packets %llu bytes\n", (unsigned long long)packets, (unsigned long long)bytes);
	return fclose(capture) != 0 || fclose(truth) != 0;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: generate -m mixed|dns|tls|quic|http|syn|udp443 [-n PACKETS] [-B BYTES] [-c FLOWS] "
		"[-s SEED] -o CAPTURE -t TRUTH\n");
	return 2;
}

int main(int argc, char **argv)
{
	const struct mix *mix = mixes;
	uint64_t most_packets = UINT64_MAX, most_bytes = UINT64_MAX;
	unsigned flows = 16384;
	int option;

	state = 1;
	while ((option = getopt(argc, argv, "m:n:B:c:s:o:t:")) != -1) {
		if (option == 'm')
			while (mix < mixes + 7 && strcmp(mix->name, optarg) != 0)
				mix++;
		else if (option == 'n')
			most_packets = (uint64_t)strtod(optarg, NULL);
		else if (option == 'B')
			most_bytes = (uint64_t)strtod(optarg, NULL);
		else if (option == 'c')
			flows = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 's')
			state = strtoull(optarg, NULL, 10);
		else if (option == 'o')
			capture = fopen(optarg, "wb");
		else if (option == 't')
			truth = fopen(optarg, "w");
	}
	if (capture == NULL || truth == NULL || mix == mixes + 7 || flows == 0 ||
	    (most_packets == UINT64_MAX && most_bytes == UINT64_MAX))
		return usage();
	return run(mix, flows, most_packets, most_bytes);
}
