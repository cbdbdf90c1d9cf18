/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/errno.h"
#include "db/channel.h"
#include "db/feed.h"
#include "db/handle.h"

/* Writers wait this long for another process before they give up with a clear line. */
enum { DB_BUSY_MS = 4000 };

struct failure {
	int code;   /* primary SQLite result code */
	int result; /* negative errno */
	const char *zh;
};

static const struct failure failures[] = {
	{ SQLITE_FULL, -ENOSPC, "磁盘已满,请腾出空间后重试" },
	{ SQLITE_READONLY, -EROFS, "不可写,请检查文件和所在目录的权限" },
	{ SQLITE_PERM, -EACCES, "无权访问,请检查文件和所在目录的权限" },
	{ SQLITE_CANTOPEN, -EACCES, "打不开,请检查目录是否存在、本用户能否在其中建立文件" },
	{ SQLITE_BUSY, -EBUSY, "正被另一个进程占用,请确认没有第二个 beiand 在使用它" },
	{ SQLITE_LOCKED, -EBUSY, "正被另一个进程占用,请确认没有第二个 beiand 在使用它" },
	{ SQLITE_NOTADB, -EMEDIUMTYPE, "不是数据库文件,请检查 store.database 的路径" },
	{ SQLITE_CORRUPT, -EUCLEAN, "数据库已损坏,请用备份恢复" },
	{ SQLITE_NOMEM, -ENOMEM, "内存不足" },
	{ SQLITE_TOOBIG, -E2BIG, "内容过长,未写入" },
	{ SQLITE_CONSTRAINT, -EINVAL, "写入的内容与数据库的约束不符" },
};

int handle_failed(struct db *db, int code)
{
	const char *zh = "读写失败,请检查磁盘和文件大小限制";
	int result = -EIO;

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].code == (code & 0xff)) {
			zh = failures[i].zh;
			result = failures[i].result;
		}
	}
	snprintf(db->error, sizeof(db->error), "%s: %s(%s)", db->path, zh, sqlite3_errmsg(db->sqlite));
	return result;
}

bool handle_injected(struct db *db)
{
	if (db->fail_at == 0 || --db->fail_at > 0)
		return false;
	snprintf(db->error, sizeof(db->error), "%s: 读写失败,请检查磁盘(试验)", db->path);
	return true;
}

int handle_number(struct db *db, const char *pragma, int64_t *out)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db->sqlite, pragma, -1, &stmt, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return code == SQLITE_ROW ? 0 : handle_failed(db, code);
}

/* Pseudonymous or not, observations are the campus's own affair: a new database is 0600. Only when
 * the file is new: closing a descriptor of one in use would drop this process's locks on it. */
static int make_private(struct db *db)
{
	int fd = open(db->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (errno == EEXIST)
		return 0;
	snprintf(db->error, sizeof(db->error), "%s: 不能建立数据库(%s),请检查目录是否存在、是否可写",
		 db->path, errno_zh(errno));
	return -errno;
}

static int set_up(struct db *db)
{
	/* page_size: of a new file; a quarter of the calls of the default for the same bytes */
	static const char pragmas[] =
		"PRAGMA page_size=16384; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
		"PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;"
		"PRAGMA cache_size=-32768; PRAGMA journal_size_limit=67108864";
	int code;

	sqlite3_busy_timeout(db->sqlite, DB_BUSY_MS);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	code = sqlite3_exec(db->sqlite, pragmas, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = feed_register(db->sqlite);
	if (code == SQLITE_OK)
		code = channel_register(db->sqlite);
	return code == SQLITE_OK ? 0 : handle_failed(db, code);
}

/* The file's journal mode after `pragma`; true when it is `want`. */
static bool journal_is(struct db *db, const char *pragma, const char *want, int *code)
{
	sqlite3_stmt *stmt = NULL;
	bool is;

	*code = sqlite3_prepare_v2(db->sqlite, pragma, -1, &stmt, NULL);
	if (*code == SQLITE_OK)
		*code = sqlite3_step(stmt);
	is = *code == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(stmt, 0), want) == 0;
	sqlite3_finalize(stmt);
	return is;
}

/* A property of the file: set before the first migration, checked ever after. */
static int set_wal(struct db *db)
{
	int code;

	if (journal_is(db, "PRAGMA journal_mode=WAL", "wal", &code))
		return 0;
	if (code != SQLITE_ROW)
		return handle_failed(db, code);
	snprintf(db->error, sizeof(db->error), "%s: 所在文件系统不支持 WAL,请把数据库放到本地磁盘", db->path);
	return -EOPNOTSUPP;
}

/* Refused at once when another connection is open. */
static bool leave_wal(struct db *db)
{
	int code;

	return journal_is(db, "PRAGMA journal_mode=DELETE", "delete", &code);
}

static int open_handle(struct db *db, const char *name, int flags)
{
	int code =
		sqlite3_open_v2(name, &db->sqlite, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, NULL);
	return code == SQLITE_OK ? set_up(db) : handle_failed(db, code);
}

/* "file:" URI with immutable=1: the only way to read a WAL database in a folder where no -shm can be
 * made. True to the file only while nobody writes, hence only when there is no -wal
 * and no -journal. */
static int open_immutable(struct db *db)
{
	struct buf uri = { 0 };
	int r;

	buf_puts(&uri, "file:");
	for (const char *p = db->path; *p; p++)
		buf_printf(&uri, *p == '/' ? "%c" : "%%%02X", (unsigned char)*p);
	buf_puts(&uri, "?immutable=1");
	sqlite3_close(db->sqlite);
	db->sqlite = NULL;
	r = open_handle(db, uri.p, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
	buf_clear(&uri);
	return r;
}

/* What a writer works on, or left when it was killed. */
static bool journal_exists(const struct db *db)
{
	static const char *const ending[] = { "-wal", "-journal" };
	bool there = false;

	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		struct buf path = { 0 };
		struct stat st;
		buf_printf(&path, "%s%s", db->path, ending[i]);
		there = there || (stat(path.p, &st) == 0 && st.st_size > 0);
		buf_clear(&path);
	}
	return there;
}

static int open_readonly(struct db *db)
{
	int64_t version;
	int r;

	if (access(db->path, R_OK) < 0) {
		r = -errno;
		snprintf(db->error, sizeof(db->error), "%s: 打不开数据库(%s);请检查路径与权限", db->path,
			 errno_zh(errno));
		return r;
	}
	r = open_handle(db, db->path, SQLITE_OPEN_READONLY);
	if (r == 0)
		r = handle_number(db, "PRAGMA user_version", &version);
	if ((r == -EACCES || r == -EROFS) && !journal_exists(db))
		r = open_immutable(db);
	return r == 0 ? migrate_run(db, false) : r;
}

static int open_writable(struct db *db)
{
	int r = make_private(db);

	if (r == 0)
		r = open_handle(db, db->path, SQLITE_OPEN_READWRITE);
	/* before its journal mode is touched */
	if (r == 0)
		r = migrate_check_owner(db);
	if (r == 0)
		r = set_wal(db);
	return r == 0 ? migrate_run(db, true) : r;
}

/* SQLite would wait at a pipe for ever and take a device for a disk. */
static int check_regular(struct db *db)
{
	struct stat st;

	if (stat(db->path, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	snprintf(db->error, sizeof(db->error), "%s: 不是普通文件,请检查数据库的路径", db->path);
	return -EMEDIUMTYPE;
}

struct db *db_open(const char *path, enum db_mode mode, char error[DB_ERROR_MAX])
{
	struct db *db = xcalloc(1, sizeof(*db));
	int r;

	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* counting its memory locks a mutex at every malloc */
	db->path = xstrdup(path);
	r = check_regular(db);
	if (r == 0)
		r = mode == DB_CREATE ? open_writable(db) : open_readonly(db);
	if (r == 0)
		return db;
	snprintf(error, DB_ERROR_MAX, "%s", db->error);
	db_close(db);
	errno = -r;
	return NULL;
}

void db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (int i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(db->stmt[i]);
	if (db->sqlite && sqlite3_db_readonly(db->sqlite, "main") == 0)
		sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_close(db->sqlite);
	free(db->path);
	free(db);
}

const char *db_error(const struct db *db) { return db->error; }

int db_schema_version(struct db *db)
{
	int64_t version = 0;
	return handle_number(db, "PRAGMA user_version", &version) == 0 ? (int)version : -1;
}

static int run(struct db *db, const char *sql)
{
	int code;

	if (handle_injected(db))
		return -EIO;
	code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? 0 : handle_failed(db, code);
}

void db_begin(struct db_txn *t, struct db *db, enum db_access access)
{
	static const char *const begin[] = {
		[DB_READ] = "BEGIN", [DB_WRITE] = "BEGIN IMMEDIATE", [DB_FILL] = "BEGIN EXCLUSIVE"
	};

	if (access == DB_FILL && !leave_wal(db))
		access = DB_WRITE;
	*t = (struct db_txn){ .db = db, .filling = access == DB_FILL };
	t->result = run(db, begin[access]);
}

void db_fail(struct db_txn *t, int result, const char *fmt, ...)
{
	va_list ap;

	if (t->result < 0)
		return;
	t->result = result;
	va_start(ap, fmt);
	vsnprintf(t->db->error, sizeof(t->db->error), fmt, ap);
	va_end(ap);
}

/* What was committed stays so when this fails: the next db_open() sets it. */
static void end_filling(struct db_txn *t)
{
	int code;

	if (t->filling)
		(void)journal_is(t->db, "PRAGMA journal_mode=WAL", "wal", &code);
	t->filling = false;
}

int db_end(struct db_txn *t)
{
	if (t->result == 0)
		t->result = run(t->db, "COMMIT");
	if (t->result < 0)
		db_abandon(t);
	else
		end_filling(t);
	return t->result;
}

void db_abandon(struct db_txn *t)
{
	/* after a full disk SQLite may have rolled back by itself */
	if (!sqlite3_get_autocommit(t->db->sqlite))
		sqlite3_exec(t->db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	end_filling(t);
}

bool db_sound(struct db *db, enum db_depth depth)
{
	static const char *const checks[] = {
		[DB_SOUND_OFTEN] = "SELECT coalesce(max(q.quick_check), 'ok') FROM sqlite_schema s "
				   "JOIN pragma_quick_check(s.name) q WHERE s.type = 'table' "
				   "AND s.name <> 'observed_day' AND q.quick_check <> 'ok'",
		[DB_SOUND_WHOLE] = "PRAGMA quick_check(1)",
	};
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db->sqlite, checks[depth], -1, &stmt, NULL);
	const char *text = NULL;
	bool sound;

	if (code == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(stmt, 0);
	sound = text && strcmp(text, "ok") == 0;
	if (!sound)
		snprintf(db->error, sizeof(db->error), "%s: 数据库已损坏,请用备份恢复(%s)", db->path,
			 text ? text : sqlite3_errmsg(db->sqlite));
	sqlite3_finalize(stmt);
	return sound;
}

void db_fail_at(struct db *db, unsigned nth) { db->fail_at = nth; }
