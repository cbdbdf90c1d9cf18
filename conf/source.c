/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/errno.h"
#include "base/text.h"

void source_error(char error[CONF_ERROR_MAX], const char *name, unsigned line, const char *text)
{
	struct buf b = { 0 };

	if (line > 0)
		buf_printf(&b, "%s:%u: %s", name, line, text);
	else
		buf_printf(&b, "%s: %s", name, text);
	text_safe(error, CONF_ERROR_MAX, b.p, b.len);
	buf_clear(&b);
}

static const char *reason(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return "文件不存在";
	case EACCES:
	case EPERM:
		return "没有读取权限, 请检查属主与权限";
	case EISDIR:
		return "这是目录, 不是文件";
	case ESPIPE:
		return "不是普通文件, 也不是有内容的管道";
	default:
		return errno_zh(errnum);
	}
}

static int fail(char *error, const char *path, int errnum, const char *advice)
{
	char text[CONF_ERROR_MAX];
	snprintf(text, sizeof(text), "打不开: %s; %s", reason(errnum), advice);
	source_error(error, path, 0, text);
	return -1;
}

/* Reads to the end or to one byte past max. 0 or negative errno. */
static int slurp(int fd, size_t max, struct buf *out)
{
	char chunk[16384];
	ssize_t n;

	while (out->len <= max && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf_add(out, chunk, (size_t)n);
	}
	return 0;
}

/* A regular file, by its name or by a link, or a pipe: opened so that nobody waits for its writer. One
 * without a writer is at its end at once. A descriptor or negative errno. */
static int open_source(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc = 0;
	struct stat st;

	if (fd < 0)
		return errno == ENXIO ? -ESPIPE : -errno; /* a socket */
	if (fstat(fd, &st) != 0 || (S_ISFIFO(st.st_mode) && fcntl(fd, F_SETFL, 0) != 0))
		rc = -errno;
	else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		rc = S_ISDIR(st.st_mode) ? -EISDIR : -ESPIPE;
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

static bool is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

int source_read(const char *path, size_t max, const char *advice, struct buf *out, char error[CONF_ERROR_MAX])
{
	int fd = open_source(path), rc;
	char text[96];

	if (fd < 0)
		return fail(error, path, -fd, advice);
	buf_add(out, "", 0);
	rc = slurp(fd, max, out);
	if (rc == 0 && out->len == 0 && is_pipe(fd))
		rc = -ESPIPE;
	close(fd);
	if (rc != 0)
		return fail(error, path, -rc, advice);
	if (out->len <= max)
		return 0;
	snprintf(text, sizeof(text), "文件超过 %zu KiB, 不像是这种文件", max / 1024);
	source_error(error, path, 0, text);
	return -1;
}

static bool is_control(const char *s, size_t len, const char *end)
{
	const unsigned char c = (unsigned char)s[0];
	if (c == '\r')
		return s + 1 < end && s[1] != '\n';
	return len == 1 ? (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f : false;
}

int source_check(const char *name, const char *text, size_t n, char error[CONF_ERROR_MAX])
{
	const char *end = text + n;
	unsigned line = 1;

	for (size_t i = 0, len; i < n; i += len) {
		len = text_utf8_len((const uint8_t *)text + i, n - i);
		if (len == 0) {
			source_error(error, name, line, "不是 UTF-8 编码, 请另存为 UTF-8");
			return -1;
		}
		if (is_control(text + i, len, end)) {
			source_error(error, name, line, "有控制字符, 请删去");
			return -1;
		}
		line += text[i] == '\n';
	}
	return 0;
}
