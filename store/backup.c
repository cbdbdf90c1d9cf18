/* SPDX-License-Identifier: GPL-2.0-or-later */
/* backup: an online copy beside the database, checked, then poured into the caller's descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/errno.h"
#include "store/answer.h"
#include "store/json.h"

static int pour(int from, int to, int64_t *bytes)
{
	char block[65536];
	ssize_t n, put;

	while ((n = read(from, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (ssize_t at = 0; at < n; at += put) {
			put = write(to, block + at, (size_t)(n - at));
			if (put < 0 && errno != EINTR)
				return -errno;
			put = put < 0 ? 0 : put;
		}
		*bytes += n;
	}
	/* a pipe cannot be synced, and need not be */
	return fsync(to) < 0 && errno != EINVAL && errno != EROFS ? -errno : 0;
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

static int copy_out(struct answer *a, const char *path, int copy)
{
	int64_t bytes = 0;
	int r, code;

	if (db_backup(a->store->db, path) < 0)
		return answer_refuse(a, "%s", db_error(a->store->db));
	code = check_copy(a, path);
	if (code != ANSWER_DONE)
		return code;
	r = pour(copy, a->fd, &bytes);
	if (r < 0)
		return answer_refuse(a, "写不了备份文件(%s),请检查磁盘空间和权限", errno_zh(-r));
	json_line(&a->line);
	json_open(&a->line, "backup", '{');
	json_int(&a->line, "bytes", bytes);
	json_text(&a->line, "integrity", "ok");
	json_close(&a->line, '}');
	answer_line(a);
	return ANSWER_DONE;
}

static void remove_copy(struct buf *path)
{
	static const char *const tails[] = { "-wal", "-shm", "" };
	size_t n = path->len;

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		path->len = n;
		buf_puts(path, tails[i]);
		unlink(path->p);
	}
}

int answer_backup(struct answer *a)
{
	struct buf path = { 0 };
	int copy, code;

	if (a->fd < 0)
		return answer_refuse(a, "没有备份文件可写");
	buf_printf(&path, "%s.backup-XXXXXX", a->store->conf->store.database);
	copy = mkostemp(path.p, O_CLOEXEC);
	if (copy < 0) {
		code = answer_refuse(a, "%s: 不能建立临时文件(%s),请检查目录权限", path.p, errno_zh(errno));
	} else {
		code = copy_out(a, path.p, copy);
		close(copy);
		remove_copy(&path);
	}
	buf_clear(&path);
	return code;
}
