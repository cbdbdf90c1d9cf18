/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client pseudonym key: a 0600 file beside the database, "epoch made key" in one line. A rotated key is
 * gone for good: that is how old pseudonyms are made unlinkable. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/errno.h"
#include "base/wr.h"
#include "store/state.h"

enum { KEY_LINE_MAX = 128 };

static const int64_t day_us = 86400LL * 1000000;

struct key_file {
	int64_t epoch, made;
	struct hash_key key;
};

static bool parse_hex(const char *hex, struct hash_key *k)
{
	for (size_t i = 0; i < HASH_KEY_SIZE; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' }, *end;
		k->bytes[i] = (uint8_t)strtoul(two, &end, 16);
		if (end != two + 2)
			return false;
	}
	return hex[2 * HASH_KEY_SIZE] == '\n' || hex[2 * HASH_KEY_SIZE] == '\0';
}

static bool parse(const char *line, struct key_file *f)
{
	int at = 0;
	return sscanf(line, "%" SCNd64 " %" SCNd64 " %n", &f->epoch, &f->made, &at) == 2 && at > 0 &&
	       strlen(line + at) >= 2 * HASH_KEY_SIZE && parse_hex(line + at, &f->key);
}

/* 0, -ENOENT, or another negative errno; -EINVAL when the file says something else. */
static int read_file(const char *path, struct key_file *f)
{
	char line[KEY_LINE_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	line[n] = '\0';
	return parse(line, f) ? 0 : -EINVAL;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, p, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		p += put;
		n -= (size_t)put;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* The rename is durable only when the folder is. */
static int sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash > path ? (size_t)(slash - path) : 1) : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int r = fd >= 0 && fsync(fd) == 0 ? 0 : -errno;

	if (fd >= 0)
		close(fd);
	free(folder);
	return r;
}

static int write_file(const char *path, const struct key_file *f)
{
	struct buf fresh = { 0 }, line = { 0 };
	int fd, r;

	buf_printf(&fresh, "%s.new", path);
	buf_printf(&line, "%" PRId64 " %" PRId64 " ", f->epoch, f->made);
	for (size_t i = 0; i < HASH_KEY_SIZE; i++)
		buf_printf(&line, "%02x", f->key.bytes[i]);
	buf_puts(&line, "\n");
	unlink(fresh.p); /* left by a crash */
	fd = open(fresh.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	r = fd < 0 ? -errno : write_all(fd, line.p, line.len);
	if (fd >= 0)
		close(fd);
	if (r == 0 && rename(fresh.p, path) < 0)
		r = -errno;
	if (r == 0)
		r = sync_folder(path);
	explicit_bzero(line.p, line.len);
	buf_clear(&line);
	buf_clear(&fresh);
	return r;
}

/* A number that no sketch in the database carries: recorded before the key is in use. */
static int next_epoch(struct store *s, int64_t now, int64_t *epoch)
{
	struct db_txn t;
	struct query q;

	db_begin(&t, s->db, DB_WRITE);
	query_open(&q, &t, STMT_EPOCH_NEWEST);
	*epoch = query_one(&q, 0) + 1;
	query_open(&q, &t, STMT_EPOCH_ADD);
	query_int(&q, *epoch);
	query_int(&q, now);
	query_run(&q);
	return state_end(s, &t);
}

static int refuse(struct store *s, int result, const char *path)
{
	snprintf(s->error, sizeof(s->error),
		 "%s: 客户端假名密钥文件读写失败(%s),请检查权限;如已损坏可删除,将自动重建", path,
		 errno_zh(-result));
	return result;
}

static int make_key(struct store *s, const char *path, int64_t now, struct key_file *f)
{
	int r = next_epoch(s, now, &f->epoch);

	if (r < 0)
		return r;
	f->made = now;
	hash_key_random(&f->key);
	r = write_file(path, f);
	return r < 0 ? refuse(s, r, path) : 0;
}

static bool is_old(const struct store *s, const struct key_file *f, int64_t now)
{
	return now - f->made >= (int64_t)s->conf->store.key_days * day_us;
}

static int live_key(struct store *s, const char *path, int64_t now, struct key_file *f)
{
	int r = read_file(path, f);
	bool rotate = r == 0 && is_old(s, f, now);

	if (r < 0 && r != -ENOENT)
		return refuse(s, r, path);
	if (r == -ENOENT || rotate)
		r = make_key(s, path, now, f);
	if (r < 0)
		return r;
	if (rotate && s->epoch != 0 && s->epoch == f->epoch - 1)
		s->epoch_since = now; /* windows that are open still run under the key before */
	else if (s->epoch != f->epoch)
		s->epoch_since = INT64_MIN;
	s->epoch = f->epoch;
	return 0;
}

int store_client_key(struct store *s, bool replay, int64_t now, struct hash_key *key, int64_t *epoch)
{
	struct key_file f = { 0 };
	struct buf path = { 0 };
	int r;

	if (replay) {
		hash_key_fixed(key, "beiand replay");
		*epoch = 0;
		return 0;
	}
	buf_printf(&path, "%s.key", s->conf->store.database);
	r = live_key(s, path.p, now, &f);
	if (r == 0) {
		*key = f.key;
		*epoch = f.epoch;
	}
	explicit_bzero(&f, sizeof(f));
	buf_clear(&path);
	return r;
}
