/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole pipeline over a capture file written here, packet by packet. */
#include "watch/sensor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/wr.h"

enum {
	FILE_MAX = 65536,
	LINKTYPE_RAW = 101, /* packets begin with the IP header */
	START = 1795680000, /* 2026-11-26T08:00:00Z */
	SEEN_MAX = 32,
};

struct seen {
	struct observation o[SEEN_MAX];
	size_t count;
};

static void take(void *arg, const struct observation *o)
{
	struct seen *s = arg;
	assert_true(s->count < SEEN_MAX);
	s->o[s->count++] = *o;
}

/* --- writing a capture --- */

static void put_le32(struct wr *w, uint32_t v) { wr_be32(w, __builtin_bswap32(v)); }

static void put_pcap_head(struct wr *w)
{
	put_le32(w, 0xa1b2c3d4);
	wr_be32(w, 0x02000400); /* 2.4, little endian */
	put_le32(w, 0);
	put_le32(w, 0);
	put_le32(w, 65535);
	put_le32(w, LINKTYPE_RAW);
}

static void put_packet(struct wr *w, uint32_t seconds, const uint8_t *p, size_t n)
{
	put_le32(w, START + seconds);
	put_le32(w, 250000);
	put_le32(w, (uint32_t)n);
	put_le32(w, (uint32_t)n);
	wr_bytes(w, p, n);
}

static void put_ip(struct wr *w, uint8_t proto, uint8_t client, size_t n)
{
	wr_be16(w, 0x4500);
	wr_be16(w, (uint16_t)(20 + n));
	wr_be32(w, 0);
	wr_u8(w, 64);
	wr_u8(w, proto);
	wr_be16(w, 0);
	wr_be32(w, 0x0a000000u + client);
	wr_be32(w, 0xc0000209);
}

static void put_udp(struct wr *w, uint32_t seconds, uint8_t client, const uint8_t *data, size_t n)
{
	uint8_t bytes[2048];
	struct wr p = wr_init(bytes, sizeof(bytes));

	put_ip(&p, 17, client, 8 + n);
	wr_be16(&p, 40000);
	wr_be16(&p, 53);
	wr_be16(&p, (uint16_t)(8 + n));
	wr_be16(&p, 0);
	wr_bytes(&p, data, n);
	put_packet(w, seconds, bytes, wr_len(&p));
}

static void put_tcp(struct wr *w, uint32_t seconds, uint8_t client, uint32_t seq, uint8_t flags,
		    const char *data)
{
	uint8_t bytes[2048];
	struct wr p = wr_init(bytes, sizeof(bytes));

	put_ip(&p, 6, client, 20 + strlen(data));
	wr_be16(&p, 40000);
	wr_be16(&p, 80);
	wr_be32(&p, seq);
	wr_be32(&p, 1);
	wr_u8(&p, 0x50);
	wr_u8(&p, flags);
	wr_be16(&p, 65535);
	wr_be32(&p, 0);
	wr_bytes(&p, data, strlen(data));
	put_packet(w, seconds, bytes, wr_len(&p));
}

/* A request in two segments, out of order behind its SYN. */
static void put_request(struct wr *w, uint32_t seconds, uint8_t client, const char *head)
{
	char first[512];
	size_t half = strlen(head) / 2;

	snprintf(first, sizeof(first), "%.*s", (int)half, head);
	put_tcp(w, seconds, client, 1000, 0x02, "");
	put_tcp(w, seconds, client, 1001 + (uint32_t)half, 0x18, head + half);
	put_tcp(w, seconds, client, 1001, 0x18, first);
}

static void put_query(struct wr *w, uint32_t seconds, uint8_t client)
{
	static const uint8_t query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
				       "\x02jw\x07"
				       "example\x03"
				       "edu\x02"
				       "cn\x00\x00\x01\x00\x01";
	put_udp(w, seconds, client, query, sizeof(query) - 1);
}

static size_t make_capture(uint8_t bytes[FILE_MAX])
{
	static const char head[] =
		"GET /api HTTP/1.1\r\nHost: jw.example.edu.cn\r\n"
		"Referer: https://servicewechat.com/wx0123456789abcdef/3/page-frame.html\r\n"
		"X-Requested-With: com.tencent.mm\r\n\r\n";
	struct wr w = wr_init(bytes, FILE_MAX);

	put_pcap_head(&w);
	put_query(&w, 0, 1);
	put_request(&w, 1, 1, head);
	put_query(&w, 2, 2);
	put_query(&w, 61, 1);
	put_packet(&w, 62, (const uint8_t *)"\x00junk", 5);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static struct capture *open_bytes(const uint8_t *bytes, size_t n)
{
	char path[] = "/tmp/test_sensor.XXXXXX", error[CAPTURE_ERROR_MAX] = "";
	int fd = mkstemp(path);
	struct capture *c;

	assert_true(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
	unlink(path);
	c = capture_open_fd(fd, "test.pcap", error);
	if (c == NULL)
		fail_msg("%s", error);
	return c;
}

/* --- running it --- */

struct fixture {
	struct conf conf;
	struct data data;
	struct identify *identify;
	struct hash_key key;
};

static int set_up(void **state)
{
	static struct fixture f;
	char error[CONF_ERROR_MAX] = "";

	conf_init(&f.conf);
	hash_key_fixed(&f.key, "beiand replay");
	if (data_load(&f.data, "conf", error) != 0 ||
	    (f.identify = identify_new(&f.data.identifiers, error)) == NULL) {
		print_error("%s\n", error);
		return -1;
	}
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	identify_free(f->identify);
	data_clear(&f->data);
	conf_clear(&f->conf);
	return 0;
}

static int read_all(struct sensor_core *core, struct capture *c)
{
	char error[CAPTURE_ERROR_MAX];
	int n;

	while ((n = sensor_core_read(core, c, 2, error)) > 0)
		;
	return n;
}

static uint64_t counter;
static const char *counter_name;

static void take_counter(void *arg, const char *name, uint64_t value)
{
	unsigned *count = arg;
	(*count)++;
	if (strcmp(name, counter_name) == 0)
		counter = value;
}

static uint64_t count_of(const struct sensor_core *core, struct capture *c, const char *name)
{
	unsigned count = 0;

	counter = UINT64_MAX;
	counter_name = name;
	sensor_core_counters(core, c, take_counter, &count);
	assert_true(count > DISSECT_REASON_COUNT + DISSECT_KIND_COUNT);
	if (counter == UINT64_MAX)
		fail_msg("no counter %s", name);
	return counter;
}

static const struct observation *find(const struct seen *s, const char *name, enum via via)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->o[i].name, name) == 0 && s->o[i].via == via)
			return &s->o[i];
	fail_msg("no observation of %s via %s", name, via_name(via));
	return NULL;
}

static void file_to_observations(void **state)
{
	struct fixture *f = *state;
	static uint8_t bytes[FILE_MAX];
	struct capture *c = open_bytes(bytes, make_capture(bytes));
	struct seen seen = { .count = 0 };
	struct sensor_core *core = sensor_core_new(&f->conf, f->identify, &f->key, 0, take, &seen);
	const struct observation *o;

	assert_int_equal(read_all(core, c), -1);
	assert_int_equal(seen.count, 0);
	sensor_core_flush(core);
	assert_int_equal(seen.count, 4);
	o = find(&seen, "jw.example.edu.cn", VIA_DNS_QUERY);
	assert_int_equal(o->count, 3);
	assert_int_equal(sketch_count(&o->clients), 2);
	assert_true(o->from == START * INT64_C(1000000) + 250000);
	assert_true(o->to == (START + 61) * INT64_C(1000000) + 250000);
	assert_int_equal(o->servers[0].port, 53);
	assert_int_equal(find(&seen, "jw.example.edu.cn", VIA_HTTP)->count, 1);
	o = find(&seen, "wx0123456789abcdef", VIA_HTTP_REFERER);
	assert_int_equal(o->kind, SUBJECT_WECHAT_MINI);
	assert_string_equal(o->links[0].name, "jw.example.edu.cn");
	assert_int_equal(find(&seen, "com.tencent.mm", VIA_HTTP_REQUESTED_WITH)->count, 1);
	assert_int_equal(count_of(core, c, "packets"), 7);
	assert_int_equal(count_of(core, c, "dns-query"), 3);
	assert_int_equal(count_of(core, c, "http-request"), 1);
	assert_int_equal(count_of(core, NULL, "observations"), 4);
	assert_int_equal(count_of(core, NULL, "late"), 0);
	assert_int_equal(count_of(core, c, "kernel-drop"), 0);
	sensor_core_free(core);
	capture_close(c);
}

static void windows_close_on_packet_time(void **state)
{
	struct fixture *f = *state;
	static uint8_t bytes[FILE_MAX];
	struct capture *c = open_bytes(bytes, make_capture(bytes));
	struct seen seen = { .count = 0 };
	struct sensor_core *core = sensor_core_new(&f->conf, f->identify, &f->key, 60000000, take, &seen);

	assert_int_equal(read_all(core, c), -1);
	assert_int_equal(seen.count, 4);
	sensor_core_tick(core, (START + 119) * INT64_C(1000000));
	assert_int_equal(seen.count, 4);
	sensor_core_tick(core, (START + 120) * INT64_C(1000000));
	assert_int_equal(seen.count, 5);
	assert_int_equal(seen.o[4].count, 1);
	sensor_core_free(core);
	capture_close(c);
}

static void reading_goes_on_after_a_flush(void **state)
{
	struct fixture *f = *state;
	static uint8_t bytes[FILE_MAX];
	size_t n = make_capture(bytes);
	struct seen seen = { .count = 0 };
	struct sensor_core *core = sensor_core_new(&f->conf, NULL, &f->key, 0, take, &seen);

	for (int i = 0; i < 2; i++) {
		struct capture *c = open_bytes(bytes, n);
		assert_int_equal(read_all(core, c), -1);
		sensor_core_flush(core);
		capture_close(c);
	}
	assert_int_equal(seen.count, 4); /* without identify: the host through two channels, twice */
	assert_memory_equal(&seen.o[0], &seen.o[2], sizeof(seen.o[0]));
	assert_memory_equal(&seen.o[1], &seen.o[3], sizeof(seen.o[0]));
	assert_int_equal(count_of(core, NULL, "packets"), 14);
	sensor_core_free(core);
}

/* Its patterns outlive a source; what became of them in the one before is not this one's. */
static void a_core_counts_from_its_start(void **state)
{
	static const uint8_t target[100000] = "/";
	struct fixture *f = *state;
	struct seen seen = { .count = 0 };
	struct dissect_message m = { .kind = DISSECT_HTTP, .name = { (const uint8_t *)"h.cn", 4 } };
	struct sensor_core *core;

	m.http.target = (struct dissect_str){ target, sizeof(target) };
	identify_message(f->identify, &m, NULL, NULL);
	assert_int_not_equal(identify_stats(f->identify)->cut, 0);
	core = sensor_core_new(&f->conf, f->identify, &f->key, 0, take, &seen);
	assert_int_equal(count_of(core, NULL, "identify-text-cut"), 0);
	sensor_core_free(core);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_to_observations),
		cmocka_unit_test(windows_close_on_packet_time),
		cmocka_unit_test(reading_goes_on_after_a_flush),
		cmocka_unit_test(a_core_counts_from_its_start),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
