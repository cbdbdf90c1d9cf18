/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/observe.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/data.h"
#include "ctl/output.h"
#include "watch/sensor.h"

#define DEFAULT_CONF "/etc/beiand/beiand.conf"

enum {
	EXIT_USAGE = 2,
	WINDOW_MOST = 86400, /* seconds */
	BUDGET = 4096,       /* packets between looks at the signals */
	POLL_MS = 500,
	LINES_BYTES = 64 * 1024, /* written at once */
	KEYS_MAX = 64,           /* of the keys in one part of a line */
	START_MAX = KEYS_MAX + 2 * TEXT_TIME_MAX + OBSERVE_PART_MAX,
	SERVER_MAX = TEXT_ADDR_MAX + 12, /* with its port, quotes and what stands between */
	COUNTS_MAX = KEYS_MAX + OBSERVE_PART_MAX + 2 * TEXT_NUMBER_MAX + RECORD_SERVERS_MAX * SERVER_MAX,
	SILENCE_US =
		2000000, /* packets may wait this long in the kernel's ring: windows close that much later */
};

struct observe {
	const char *conf_path; /* NULL: DEFAULT_CONF if it is there */
	const char *data;      /* NULL: paths.data of the configuration */
	const char *interface; /* NULL: files */
	const char **files;
	int file_count;
	int64_t window; /* seconds; -1: as the input suggests */
	struct conf conf;
	struct data tables;
	struct identify *identify;
	struct sensor_core *core;
	struct observe_form form;
	struct buf lines; /* that are still to be written */
};

/* --- output --- */

/* Room was made for it. Returns its end. */
static inline char *put(char *to, const char *text)
{
	size_t n = strlen(text); /* known when it is a literal */

	memcpy(to, text, n);
	return to + n;
}

static inline char *put_number(char *to, uint64_t n)
{
	if (n >= 10) /* few are */
		return to + text_number(to, n);
	*to = (char)('0' + n);
	return to + 1;
}

static char *put_server(char *to, const struct record_server *s)
{
	bool v6 = !text_addr_is_v4(s->addr);

	to = put(to, "\"[") - !v6;
	to += text_addr(to, s->addr);
	to = v6 ? put(to, "]:") : put(to, ":");
	to = put_number(to, s->port);
	*to = '"';
	return to + 1;
}

static inline void json_text(struct buf *out, const char *key, const char *value)
{
	buf_puts(out, key);
	buf_json(out, value, strlen(value));
}

/* One of our own words, which need no escape. */
static inline void json_word(struct buf *out, const char *key, const char *word)
{
	buf_puts(out, key);
	buf_puts(out, word);
	buf_puts(out, "\"");
}

static inline void json_number(struct buf *out, const char *key, uint64_t n)
{
	buf_puts(out, key);
	buf_number(out, n);
}

static inline char *put_part(char *to, const struct observe_part *p)
{
	memcpy(to, p->text, sizeof(p->text)); /* all of it: a known length */
	return to + p->n;
}

/* Behind `"from":"`; a quote has to follow. Most were seen once. */
static char *put_times(char *to, struct text_times *times, int64_t from, int64_t till)
{
	const char *first = to;
	size_t n = text_time_next(times, to, from);

	to = put(to + n, "\",\"to\":\"");
	if (till != from)
		return to + text_time_next(times, to, till);
	memcpy(to, first, TEXT_TIME_MAX);
	return to + n;
}

static void json_link(struct buf *out, const struct record_link *l)
{
	json_word(out, "{\"kind\":\"", subject_kind_name(l->kind));
	json_text(out, ",\"name\":", l->name);
	json_number(out, ",\"count\":", l->count);
	buf_puts(out, "}");
}

/* The comma before it is the list's, which the first one does without. */
static void json_detail(struct buf *out, const struct observe_form *f, const struct record_detail *d,
			bool first)
{
	char *start = buf_space(out, 1 + OBSERVE_PART_MAX), *to = start;

	*to = ',';
	to = put_part(to + !first, &f->detail[d->type]);
	buf_wrote(out, (size_t)(to - start));
	buf_json(out, d->value, strlen(d->value));
	start = buf_space(out, KEYS_MAX + TEXT_NUMBER_MAX);
	to = put(put_number(put(start, ",\"count\":"), d->count), "}");
	buf_wrote(out, (size_t)(to - start));
}

static void json_details(struct buf *out, const struct observe_form *f, const struct observation *o)
{
	buf_puts(out, ",\"details\":[");
	for (size_t i = 0; i < o->detail_count; i++)
		json_detail(out, f, &o->details[i], i == 0);
	buf_puts(out, "]");
}

/* What found no room in its list; left out when it is nothing. */
static inline void json_more(struct buf *out, const char *key, uint64_t n)
{
	if (n > 0)
		json_number(out, key, n);
}

static void make_part(struct observe_part *p, const char *before, const char *word, const char *behind)
{
	p->n = (size_t)snprintf(p->text, sizeof(p->text), "%s%s%s", before, word, behind);
}

void observe_form_init(struct observe_form *f, const char *sensor)
{
	*f = (struct observe_form){ 0 };
	json_text(&f->head, "{\"v\":1,\"sensor\":", sensor);
	buf_puts(&f->head, ",\"from\":\"");
	for (int k = 0; k < SUBJECT_KIND_COUNT; k++)
		make_part(&f->kind[k], "\",\"kind\":\"", subject_kind_name((enum subject_kind)k),
			  "\",\"name\":");
	for (int v = 0; v < VIA_COUNT; v++)
		make_part(&f->via[v], ",\"via\":\"", via_name((enum via)v), "\",\"count\":");
	for (int d = 0; d < DETAIL_COUNT; d++)
		make_part(&f->detail[d], "{\"type\":\"", detail_name((enum detail)d), "\",\"value\":");
}

void observe_form_clear(struct observe_form *f) { buf_clear(&f->head); }

/* Up to its name. */
static void json_start(struct buf *out, struct observe_form *f, const struct observation *o)
{
	char *start = buf_space(out, f->head.len + START_MAX), *to = start;

	memcpy(to, f->head.p, f->head.len);
	to = put_times(to + f->head.len, &f->times, o->from, o->to);
	to = put_part(to, &f->kind[o->kind]);
	buf_wrote(out, (size_t)(to - start));
}

static void json_counts(struct buf *out, const struct observe_form *f, const struct observation *o)
{
	char *start = buf_space(out, COUNTS_MAX), *to = start;

	to = put_number(put_part(to, &f->via[o->via]), o->count);
	to = put_number(put(to, ",\"clients\":"), sketch_count(&o->clients));
	to = put(to, ",\"servers\":[");
	for (size_t i = 0; i < o->server_count; i++)
		to = put_server(i > 0 ? put(to, ",") : to, &o->servers[i]);
	to = put(to, "],\"links\":[");
	buf_wrote(out, (size_t)(to - start));
}

void observe_json(struct buf *out, struct observe_form *f, const struct observation *o)
{
	json_start(out, f, o);
	buf_json(out, o->name, strlen(o->name));
	json_counts(out, f, o);
	for (size_t i = 0; i < o->link_count; i++) {
		buf_puts(out, i > 0 ? "," : "");
		json_link(out, &o->links[i]);
	}
	buf_puts(out, "]");
	if (o->detail_count > 0)
		json_details(out, f, o);
	json_more(out, ",\"servers_more\":", o->servers_more);
	json_more(out, ",\"links_more\":", o->links_more);
	json_more(out, ",\"details_more\":", o->details_more);
	buf_puts(out, "}");
}

static void write_lines(struct buf *lines)
{
	if (lines->len > 0)
		fwrite(lines->p, 1, lines->len, stdout);
	buf_reset(lines);
}

static void take_observation(void *arg, const struct observation *o)
{
	struct observe *ob = arg;

	observe_json(&ob->lines, &ob->form, o);
	buf_puts(&ob->lines, "\n");
	if (ob->lines.len >= LINES_BYTES)
		write_lines(&ob->lines);
}

static void take_counter(void *arg, const char *name, uint64_t value)
{
	struct buf *line = arg;

	buf_printf(line, "%s\"%s\":%" PRIu64, line->p[line->len - 1] == '{' ? "" : ",", name, value);
}

/* Closes what is open and ends the output; c may be NULL. */
static void write_stats(struct observe *ob, struct capture *c)
{
	sensor_core_flush(ob->core);
	buf_puts(&ob->lines, "{\"v\":1,\"stats\":{");
	sensor_core_counters(ob->core, c, take_counter, &ob->lines);
	buf_puts(&ob->lines, "}}\n");
	write_lines(&ob->lines);
}

/* --- input --- */

static int complain(const char *text)
{
	fprintf(stderr, "beianctl: %s\n", text);
	return 1;
}

/* What a broken file held up to its break counts as read. */
static int read_file(struct observe *ob, const char *path, bool *opened)
{
	char error[CAPTURE_ERROR_MAX];
	struct capture *c = capture_open_file(path, error);
	int n;

	if (c == NULL)
		return complain(error);
	*opened = true;
	do
		n = sensor_core_read(ob->core, c, BUDGET, error);
	while (n >= 0 && !ferror(stdout));
	capture_close(c);
	return n == -2 ? complain(error) : 0;
}

/* A file that fails makes the run fail; what it held up to there and all other files are shown. */
static int read_files(struct observe *ob)
{
	bool opened = false;
	int code = 0;

	for (int i = 0; i < ob->file_count && !ferror(stdout); i++)
		code |= read_file(ob, ob->files[i], &opened);
	if (opened)
		write_stats(ob, NULL);
	return code;
}

/* Until SIGINT, SIGTERM or nobody reads on: 0; or until the interface breaks: 1. What waits in the kernel's
 * ring when the signal comes was on the wire before: it is read first. */
static int watch_live(struct observe *ob, struct capture *c, int signals)
{
	char error[CAPTURE_ERROR_MAX];
	struct pollfd fds[2] = { { .fd = signals, .events = POLLIN },
				 { .fd = capture_fd(c), .events = POLLIN } };
	int n = 0, ready;

	for (;;) {
		ready = poll(fds, 2, n > 0 ? 0 : POLL_MS);
		if (ready < 0 && errno != EINTR)
			return complain(strerror(errno));
		if (fds[0].fd < 0 && ready == 0 && n == 0)
			return 0;
		if (fds[0].fd >= 0 && fds[0].revents != 0) {
			capture_until(c, clock_wall());
			fds[0].fd = -1;
		}
		n = sensor_core_read(ob->core, c, BUDGET, error);
		if (n < 0)
			return n == -1 ? 0 : complain(error);
		if (n == 0)
			sensor_core_tick(ob->core, clock_wall() - SILENCE_US);
		write_lines(&ob->lines);
		if (fflush(stdout) != 0)
			return 0;
	}
}

static int read_live(struct observe *ob)
{
	char error[CAPTURE_ERROR_MAX];
	struct capture_live how = capture_live_conf(&ob->conf, ob->interface);
	struct capture *c = capture_open_live(&how, error);
	sigset_t set;
	int signals, code;

	if (c == NULL)
		return complain(error);
	if (capture_remark(c)[0] != '\0')
		fprintf(stderr, "beianctl: %s\n", capture_remark(c));
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	code = signals < 0 ? complain(strerror(errno)) : watch_live(ob, c, signals);
	write_stats(ob, c);
	if (signals >= 0)
		close(signals);
	capture_close(c);
	return code;
}

/* --- set-up --- */

static bool parse_window(const char *text, int64_t *out)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v < 0 || v > WINDOW_MOST)
		return false;
	*out = v;
	return true;
}

static bool take_option(struct observe *ob, int option)
{
	switch (option) {
	case 'r':
		ob->files[ob->file_count++] = optarg;
		return true;
	case 'i':
		ob->interface = optarg;
		return true;
	case 'f':
		ob->conf_path = optarg;
		return true;
	case 'd':
		ob->data = optarg;
		return true;
	case 'w':
		return parse_window(optarg, &ob->window);
	default:
		return option == 'j';
	}
}

static bool parse_options(struct observe *ob, int argc, char *const argv[])
{
	static const struct option longs[] = { { "window", required_argument, NULL, 'w' },
					       { "data", required_argument, NULL, 'd' },
					       { "conf", required_argument, NULL, 'f' },
					       { "json", no_argument, NULL, 'j' },
					       { NULL, 0, NULL, 0 } };
	int option;

	optind = 0; /* main() has used getopt before */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "r:i:f:", longs, NULL)) != -1)
		if (!take_option(ob, option))
			return false;
	if (ob->file_count == 0 && optind < argc)
		return false;
	while (optind < argc)
		ob->files[ob->file_count++] = argv[optind++];
	return (ob->file_count > 0) != (ob->interface != NULL);
}

/* Configuration, data tables and patterns. 0, or 1 after one line. */
static int load(struct observe *ob)
{
	char error[CONF_ERROR_MAX];
	const char *path = ob->conf_path != NULL ? ob->conf_path : DEFAULT_CONF;

	if (ob->conf_path == NULL && access(path, F_OK) != 0)
		conf_init(&ob->conf);
	else if (conf_load(&ob->conf, path, error) != 0)
		return complain(error);
	if (data_load(&ob->tables, ob->data != NULL ? ob->data : ob->conf.paths.data, error) != 0)
		return complain(error);
	ob->identify = identify_new(&ob->tables.identifiers, error);
	return ob->identify == NULL ? complain(error) : 0;
}

static int run(struct observe *ob)
{
	int64_t seconds = ob->window >= 0 ? ob->window : ob->interface != NULL ? ob->conf.sensor.window : 0;
	struct hash_key key;
	int code;

	if (ob->interface != NULL)
		hash_key_random(&key);
	else
		hash_key_fixed(&key, "beiand replay");
	ob->core = sensor_core_new(&ob->conf, ob->identify, &key, seconds * 1000000, take_observation, ob);
	sensor_core_resolvers(ob->core, &ob->tables.resolvers);
	sensor_core_as_seen(ob->core);
	code = ob->interface != NULL ? read_live(ob) : read_files(ob);
	sensor_core_free(ob->core);
	if (output_end() != 0)
		return complain("输出写入失败,请检查磁盘空间或管道");
	return code;
}

int ctl_observe(int argc, char *const argv[], const char *conf_path)
{
	struct observe ob = { .conf_path = conf_path,
			      .window = -1,
			      .files = xcalloc((size_t)argc + 1, sizeof(char *)) };
	int code = EXIT_USAGE;

	if (!parse_options(&ob, argc, argv)) {
		fputs("用法: beianctl observe -r 文件.. | -i 网卡 [--window 秒] [--data 数据表目录] [-f "
		      "配置]\n",
		      stderr);
	} else {
		observe_form_init(&ob.form, ob.interface != NULL ? ob.interface : "replay");
		code = load(&ob);
		code = code == 0 ? run(&ob) : code;
	}
	identify_free(ob.identify);
	data_clear(&ob.tables);
	conf_clear(&ob.conf);
	observe_form_clear(&ob.form);
	buf_clear(&ob.lines);
	free(ob.files);
	return code;
}
