/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/errno.h"

static int lock_path(const char *path, const char *database, char error[LOCK_ERROR_MAX])
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0) {
		snprintf(error, LOCK_ERROR_MAX, "无法在状态目录里建立 %s:%s;请检查目录是否存在、是否可写",
			 path, errno_zh(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		snprintf(error, LOCK_ERROR_MAX,
			 "数据库 %s 正被另一个 beiand 使用;请先停掉它,或用 store.database 另指一个",
			 database);
	else
		snprintf(error, LOCK_ERROR_MAX, "无法锁定 %s:%s", path, errno_zh(errno));
	close(fd);
	return -1;
}

int lock_take(const char *database, char error[LOCK_ERROR_MAX])
{
	struct buf path = { 0 };
	int fd;

	buf_printf(&path, "%s.lock", database);
	fd = lock_path(path.p, database, error);
	buf_clear(&path);
	return fd;
}
