/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backup: an online copy beside the database, checked, then poured into the caller's descriptor. In turns,
 * but for the check, which is one walk over all of the copy. One at a time, whoever makes it: it takes the
 * room of a second database. The copy of a process that was killed is in the way of nobody, and goes with the
 * next one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/errno.h"
#include "db/copy.h"
#include "store/answer.h"
#include "store/json.h"

enum {
	PAGES_AT_ONCE = 2048,     /* of 16 KiB */
	BYTES_AT_ONCE = 32 << 20, /* poured, and brought to the disk */
};

struct backup {
	struct buf path;   /* of the copy */
	int from, to;      /* the copy, and what it is poured into */
	struct copy *copy; /* NULL: it is done */
	int64_t bytes;     /* poured */
};

/* A pipe cannot be synced, and need not be. */
static int sync_out(int fd) { return fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? -errno : 0; }

/* 1: there is more, 0: that was all, or negative errno. */
static int pour(struct backup *w)
{
	const int64_t until = w->bytes + BYTES_AT_ONCE;
	char block[65536];
	ssize_t n = 0, put;
	int r;

	while (w->bytes < until && (n = read(w->from, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (ssize_t at = 0; at < n; at += put) {
			put = write(w->to, block + at, (size_t)(n - at));
			if (put < 0 && errno != EINTR)
				return -errno;
			put = put < 0 ? 0 : put;
		}
		w->bytes += n;
	}
	r = sync_out(w->to);
	return r < 0 ? r : n != 0;
}

/* Opening it writable also folds its WAL in: one file holds everything. */
static int check_copy(struct answer *a, const char *path)
{
	char error[DB_ERROR_MAX];
	struct db *copy = db_open(path, DB_CREATE, error);
	bool sound = copy && db_sound(copy, DB_SOUND_WHOLE);

	if (copy && !sound)
		snprintf(error, sizeof(error), "%s", db_error(copy));
	db_close(copy);
	return sound ? ANSWER_DONE : answer_refuse(a, "备份未通过检查: %.400s", error);
}

static int tell(struct answer *a, const struct backup *w)
{
	json_line(&a->line);
	json_open(&a->line, "backup", '{');
	json_int(&a->line, "bytes", w->bytes);
	json_text(&a->line, "integrity", "ok");
	json_close(&a->line, '}');
	answer_line(a);
	return ANSWER_DONE;
}

static int pour_more(struct answer *a)
{
	struct backup *w = a->work;
	int r = pour(w);

	if (r > 0)
		return ANSWER_DONE;
	a->turn = NULL;
	if (r < 0)
		return answer_refuse(a, "写不了备份文件(%s),请检查磁盘空间和权限", errno_zh(-r));
	return tell(a, w);
}

static int copy_more(struct answer *a)
{
	struct backup *w = a->work;
	int r = copy_on(w->copy, PAGES_AT_ONCE), code;

	if (r > 0)
		return ANSWER_DONE;
	copy_end(w->copy);
	w->copy = NULL;
	code = r < 0 ? answer_refuse(a, "%s", db_error(a->store->db)) : check_copy(a, w->path.p);
	a->turn = code == ANSWER_DONE ? pour_more : NULL;
	return code;
}

/* SQLite would take what stands in them into a copy that has nothing to do with them. */
static void remove_beside(const char *path)
{
	static const char *const tails[] = { "-journal", "-wal", "-shm" };
	struct buf name = { 0 };

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		buf_reset(&name);
		buf_printf(&name, "%s%s", path, tails[i]);
		unlink(name.p);
	}
	buf_clear(&name);
}

/* Whose lock it is may remove it. -EWOULDBLOCK: somebody else is at it. */
static int open_part(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), r;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &st) != 0)
		r = -errno;
	else if (st.st_nlink == 0) /* removed between the two calls */
		r = -EWOULDBLOCK;
	else
		r = ftruncate(fd, 0) != 0 ? -errno : fd;
	if (r < 0)
		close(fd);
	return r;
}

static void end_backup(struct answer *a)
{
	struct backup *w = a->work;

	copy_end(w->copy);
	if (w->from >= 0) {
		remove_beside(w->path.p);
		unlink(w->path.p);
		close(w->from);
	}
	if (w->to >= 0)
		close(w->to);
	buf_clear(&w->path);
	free(w);
}

int answer_backup(struct answer *a)
{
	struct backup *w;

	if (a->fd < 0)
		return answer_refuse(a, "没有备份文件可写");
	w = xcalloc(1, sizeof(*w));
	a->work = w;
	a->end = end_backup;
	buf_printf(&w->path, "%s.backup-part", a->store->conf->store.database);
	w->to = fcntl(a->fd, F_DUPFD_CLOEXEC, 0);
	w->from = w->to < 0 ? -errno : open_part(w->path.p);
	if (w->from == -EWOULDBLOCK)
		return answer_refuse(a, "已有一个备份在进行,请等它完成再试");
	if (w->from < 0)
		return answer_refuse(a, "%s: 不能建立临时文件(%s),请检查目录权限", w->path.p,
				     errno_zh(-w->from));
	remove_beside(w->path.p);
	w->copy = copy_begin(a->store->db, w->path.p);
	if (w->copy == NULL)
		return answer_refuse(a, "%s", db_error(a->store->db));
	a->turn = copy_more;
	return ANSWER_DONE;
}
