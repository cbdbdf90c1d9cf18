/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/migrate.h"

#include <errno.h>
#include <stdio.h>

#include "db/handle.h"

static int refuse(struct db *db, int result, const char *zh)
{
	snprintf(db->error, sizeof(db->error), "%s: %s", db->path, zh);
	return result;
}

/* Another schema than ours: newer ones are never touched, older ones only where we may write. */
static int check_version(struct db *db, int version, bool writable)
{
	char zh[160];

	if (version < 0)
		return refuse(db, -EUCLEAN, "数据库已损坏,请用备份恢复(结构版本为负数)");
	if (version == migration_count || (version < migration_count && writable))
		return 0;
	snprintf(zh, sizeof(zh), "结构版本 %d 与本程序的 %d 不同,%s", version, migration_count,
		 version > migration_count ? "由更新的 beiand 写成,请升级本程序"
					   : "请先启动一次新版 beiand 完成升级");
	return refuse(db, -EPROTONOSUPPORT, zh);
}

/* An empty file is ours to fill; anything else must carry our mark, or it is somebody's other database. */
int migrate_check_owner(struct db *db)
{
	int64_t version = 0, id = 0, objects = 0;
	int r = handle_number(db, "PRAGMA user_version", &version);

	if (r == 0)
		r = handle_number(db, "PRAGMA application_id", &id);

	if (r == 0)
		r = handle_number(db, "SELECT count(*) FROM sqlite_schema", &objects);
	if (r == 0 && id != MIGRATE_APPLICATION_ID && (id != 0 || objects != 0 || version != 0))
		return refuse(db, -EMEDIUMTYPE, "不是 beiand 的数据库,请检查 store.database 的路径");
	return r;
}

/* What a migration left without its parent. */
static int check_references(struct db *db)
{
	int64_t broken = 0;
	int r = handle_number(db, "SELECT count(*) FROM pragma_foreign_key_check", &broken);

	return r == 0 && broken > 0 ? refuse(db, -EUCLEAN, "数据库已损坏,请用备份恢复(升级后引用不完整)") : r;
}

static int apply(struct db *db, int index)
{
	int64_t version = 0;
	int code = sqlite3_exec(db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL), r;

	if (code == SQLITE_OK)
		code = sqlite3_exec(db->sqlite, migrations[index].sql, NULL, NULL, NULL);
	if (code == SQLITE_OK && handle_number(db, "PRAGMA user_version", &version) == 0 &&
	    version != index + 1)
		code = SQLITE_INTERNAL;
	r = code == SQLITE_OK ? check_references(db) : handle_failed(db, code);
	if (r == 0) {
		code = sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL);
		r = code == SQLITE_OK ? 0 : handle_failed(db, code);
	}
	if (r != 0)
		sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

/* A table is made anew and takes the old one's name (sqlite.org/lang_altertable.html, section 7), which
 * references to it must not notice: they are checked before each commit instead. */
static int apply_all(struct db *db, int version)
{
	int r = 0;

	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
	for (int i = version; i < migration_count && r == 0; i++)
		r = apply(db, i);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	return r;
}

int migrate_run(struct db *db, bool writable)
{
	int64_t version = 0;
	int r = migrate_check_owner(db);

	if (r == 0)
		r = handle_number(db, "PRAGMA user_version", &version);
	if (r == 0)
		r = check_version(db, (int)version, writable);
	if (r == 0 && version < migration_count)
		r = apply_all(db, (int)version);
	return r;
}
