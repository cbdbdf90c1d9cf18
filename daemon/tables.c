/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int fill(int fd, const struct buf *pack)
{
	for (size_t at = 0; at < pack->len;) {
		ssize_t n = write(fd, pack->p + at, pack->len - at);
		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? (size_t)n : 0;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
		return -errno;
	return 0;
}

int tables_hold(const struct buf *pack)
{
	int fd = memfd_create("beiand-tables", MFD_CLOEXEC | MFD_ALLOW_SEALING), rc;

	if (fd < 0)
		return -errno;
	rc = fill(fd, pack);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int tables_read(int fd, struct buf *pack)
{
	char chunk[16384];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, chunk, sizeof(chunk), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf_add(pack, chunk, (size_t)n);
		at += n;
	}
	return 0;
}
