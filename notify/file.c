/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON lines appended to a file. Opened for each line, so that logrotate may move it away. A line
 * is whole and on disk before it counts; one that did not fit is taken back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/errno.h"
#include "notify/registry.h"

struct sink {
	char *path;
};

static bool enabled(const struct notify_settings *s) { return s->file && s->file[0]; }

static void *sink_open(const struct notify_settings *s)
{
	struct sink *f = xmalloc(sizeof(*f));

	f->path = xstrdup(s->file);
	return f;
}

static void sink_close(void *arg)
{
	struct sink *f = arg;

	if (f == NULL)
		return;
	free(f->path);
	free(f);
}

/* A torn last line (power cut, full disk) is closed first, so that this one starts a line of its own. */
static bool torn(int fd, off_t size)
{
	char last;

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* 0 or negative errno; the file is as before when it fails. */
static int append(int fd, const char *json, size_t n)
{
	struct stat st;
	struct iovec part[3];
	int count = 0, error;
	size_t want = n + 1;
	ssize_t wrote;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (S_ISREG(st.st_mode) && torn(fd, st.st_size)) {
		part[count++] = (struct iovec){ (void *)(uintptr_t) "\n", 1 };
		want++;
	}
	part[count++] = (struct iovec){ (void *)(uintptr_t)json, n };
	part[count++] = (struct iovec){ (void *)(uintptr_t) "\n", 1 };
	wrote = writev(fd, part, count);
	error = wrote < 0 ? errno : ENOSPC;
	if (wrote >= 0 && (size_t)wrote == want) {
		if (fdatasync(fd) == 0 || errno == EINVAL || errno == ENOTSUP)
			return 0;
		error = errno;
	}
	if (wrote > 0 && ftruncate(fd, st.st_size) != 0)
		return -errno;
	return -error;
}

static bool sink_send(void *arg, const char *json, size_t n, char why[NOTIFY_WHY_MAX])
{
	struct sink *f = arg;
	int fd = open(f->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	int rc;

	why[0] = '\0';
	if (fd < 0) {
		snprintf(why, NOTIFY_WHY_MAX, "无法打开预警文件 %s:%s,请检查目录和权限", f->path,
			 errno_zh(errno));
		return false;
	}
	rc = append(fd, json, n);
	close(fd);
	if (rc != 0)
		snprintf(why, NOTIFY_WHY_MAX, "无法写入预警文件 %s:%s", f->path, errno_zh(-rc));
	return rc == 0;
}

const struct notify_row notify_file = {
	.name = "file",
	.enabled = enabled,
	.open = sink_open,
	.send = sink_send,
	.close = sink_close,
};
