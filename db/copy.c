/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/copy.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "db/handle.h"

/* The last of them is one piece: who goes on writing would keep it from its end. */
enum { BEGINNINGS_MAX = 10 };

struct copy {
	struct db *db;
	sqlite3 *to;
	sqlite3_backup *backup;
	int done; /* pages */
	int beginnings;
};

static int failed(struct copy *c, int code)
{
	struct db broken = { .sqlite = c->to, .path = c->db->path };
	int r = handle_failed(&broken, code);

	snprintf(c->db->error, sizeof(c->db->error), "备份失败: %.480s", broken.error);
	return r;
}

struct copy *copy_begin(struct db *db, const char *path)
{
	struct copy *c = xcalloc(1, sizeof(*c));
	int code = sqlite3_open_v2(path, &c->to,
				   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	c->db = db;
	if (code == SQLITE_OK)
		code = sqlite3_exec(c->to, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		c->backup = sqlite3_backup_init(c->to, "main", db->sqlite, "main");
	if (c->backup != NULL)
		return c;
	(void)failed(c, code == SQLITE_OK ? sqlite3_errcode(c->to) : code);
	copy_end(c);
	return NULL;
}

int copy_on(struct copy *c, unsigned pages)
{
	int code = sqlite3_backup_step(c->backup, c->beginnings < BEGINNINGS_MAX ? (int)pages : -1);
	int done = sqlite3_backup_pagecount(c->backup) - sqlite3_backup_remaining(c->backup);

	c->beginnings += done <= c->done;
	c->done = done;
	if (code == SQLITE_OK)
		return 1;
	return code == SQLITE_DONE ? 0 : failed(c, code);
}

void copy_end(struct copy *c)
{
	if (c == NULL)
		return;
	sqlite3_backup_finish(c->backup);
	sqlite3_close(c->to);
	free(c);
}
