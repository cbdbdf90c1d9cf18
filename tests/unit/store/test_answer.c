/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each command's lines against its schema, its exit codes and its words. */
#include "base/alloc.h"
#include "ipc/command.h"
#include "tests/unit/store/schema.h"

static void campus(void)
{
	struct observation o[5];

	o[0] = fx_host("jw.example.edu.cn", 5);
	o[1] = fx_host("www.unknown-shop.com", 2);
	o[2] = fx_seen(SUBJECT_WECHAT_MINI, "wx00000000000000aa", VIA_HTTP_REFERER, 0, 4);
	fx_link(&o[2], SUBJECT_HOST, "mini.example.edu.cn");
	o[3] = fx_host("mini.example.edu.cn", 4);
	o[4] = fx_seen(SUBJECT_HOST, "www.baidu.com", VIA_DNS_QUERY, 0, 30);
	fx_capture("a", o, 5);
}

static int import(const char *text, const char *option)
{
	char path[160];
	int fd, code;

	snprintf(path, sizeof(path), "%s/r.csv", fx.folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	lseek(fd, 0, SEEK_SET);
	code = fx_ask(fd, "filings import", path, option, NULL);
	close(fd);
	return code;
}

static const char filings[] = "应用名称,主管单位-单位名称,教育APP备案号,域名,主管单位-联系人信息\n"
			      "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,张三\n"
			      ",示例大学,教APP备1100002号,lib.example.edu.cn,\n";

static void every_output_follows_its_schema(void **state)
{
	(void)state;
	campus();
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	schema_check("alert");
	assert_int_equal(fx_ask(-1, "findings", NULL), 0);
	schema_check("finding");
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	schema_check("app");
	assert_int_equal(import(filings, "--dry-run"), 0);
	schema_check("import");
	assert_int_equal(import(filings, NULL), 0);
	schema_check("import");
	for (int i = 1; i <= 4; i++) {
		char id[24];
		answer_app_text(id, i < 4 ? i : -5); /* the last one is of bystanders: www.unknown-shop.com */
		assert_int_equal(fx_ask(-1, "app", id, NULL), 0);
		assert_int_equal(fx_line_count(), 1);
		schema_check("app-detail");
	}
	assert_int_equal(fx_ask(-1, "filings list", NULL), 0);
	schema_check("filing");
	assert_int_equal(fx_ask(-1, "filings export", "x.csv", NULL), 0);
	schema_check("filing");
	assert_int_equal(fx_ask(-1, "filings list", "--imports", NULL), 0);
	schema_check("import");
	assert_int_equal(fx_ask(-1, "alerts", "--all", NULL), 0);
	assert_true(fx_says("\"resolution\""));
	schema_check("alert");
	assert_int_equal(fx_ask(-1, "explain", "jw.example.edu.cn", NULL), 0);
	schema_check("explain");
	assert_int_equal(fx_ask(-1, "explain", "www.unknown-shop.com", NULL), 0);
	schema_check("explain");
	assert_int_equal(fx_ask(-1, "exempt", "wechat-mini:wx00000000000000aa", "测试", NULL), 0);
	schema_check("decision");
	assert_int_equal(fx_ask(-1, "unexempt", "wechat-mini:wx00000000000000aa", NULL), 0);
	schema_check("decision");
	assert_int_equal(fx_ask(-1, "filings undo", "1", NULL), 0);
	schema_check("import");
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	schema_check("status");
}

/* The payload of a sink is the alert as `alerts` shows it. */
static void outbox_carries_the_alert(void **state)
{
	struct store_delivery d[8];
	int n;

	(void)state;
	campus();
	n = store_outbox(fx.store, "file", 0, d, 8);
	assert_true(n > 0);
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	for (int i = 0; i < n; i++) {
		assert_true(fx_says(d[i].payload));
		assert_null(strchr(d[i].payload, '\n'));
		free(d[i].payload);
	}
}

/* Anybody can make names below a product's domain: the alert stays of a size that every sink takes. */
static void alert_of_a_huge_app_stays_small(void **state)
{
	struct observation o[120];
	char name[64];
	json_t *line;

	(void)state;
	for (int i = 0; i < 120; i++) {
		snprintf(name, sizeof(name), "r%d.zhihuishu.com", i);
		o[i] = fx_host(name, 5);
	}
	fx_capture("a", o, 120);
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	assert_int_equal(fx_line_count(), 1);
	line = fx_line(0);
	assert_int_equal(json_array_size(json_object_get(line, "subjects")), 100);
	assert_true(fx_says("共 120 个对象"));
	json_decref(line);
	assert_int_equal(fx_ask(-1, "app", "A1", NULL), 0);
	line = fx_line(0);
	assert_int_equal(json_array_size(json_object_get(line, "members")), 120);
	json_decref(line);
}

static void members_of_a_huge_app_are_counted(void **state)
{
	struct observation *o = xcalloc(2003, sizeof(*o));
	char name[64];
	json_t *line;

	(void)state;
	for (int i = 0; i < 2003; i++) {
		snprintf(name, sizeof(name), "r%d.zhihuishu.com", i);
		o[i] = fx_host(name, 1);
	}
	fx_capture("a", o, 2003);
	free(o);
	assert_int_equal(fx_ask(-1, "app", "A1", NULL), 0);
	line = fx_line(0);
	assert_int_equal(json_array_size(json_object_get(line, "members")), 2000);
	assert_int_equal(json_integer_value(json_object_get(line, "members_more")), 3);
	assert_int_equal(json_array_size(json_object_get(line, "subjects")), 2003);
	json_decref(line);
}

static void usage_is_told(void **state)
{
	static const struct {
		const char *command, *a, *b, *c;
	} wrong[] = {
		{ "apps", "--stauts", "filed", NULL },
		{ "apps", "--status", NULL, NULL },
		{ "apps", "--status=none", NULL, NULL },
		{ "apps", "extra", NULL, NULL },
		{ "app", NULL, NULL, NULL },
		{ "app", "A1", "A2", NULL },
		{ "explain", NULL, NULL, NULL },
		{ "exempt", "x", NULL, NULL },
		{ "alerts", "--everything", NULL, NULL },
		{ "filings import", NULL, NULL, NULL },
		{ "filings undo", NULL, NULL, NULL },
		{ "status", "x", NULL, NULL },
		{ "nothing", NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(fx_ask(-1, wrong[i].command, wrong[i].a, wrong[i].b, wrong[i].c, NULL), 2);
		assert_true(fx.error[0] != '\0');
		assert_int_equal(fx_line_count(), 0);
	}
}

/* Every row of ipc/command.h that the store answers has a function here. */
static void every_store_command_is_answered(void **state)
{
	(void)state;
	for (int i = 0; i < command_count; i++) {
		if (command_rows[i].place != COMMAND_STORE)
			continue;
		fx_ask(-1, command_rows[i].name, "--no-such-option", NULL);
		assert_non_null(strstr(fx.error, "用法"));
	}
}

static void what_is_not_there_is_named(void **state)
{
	(void)state;
	campus();
	assert_int_equal(fx_ask(-1, "app", "A999", NULL), 1);
	assert_non_null(strstr(fx.error, "A999"));
	assert_int_equal(fx_ask(-1, "app", "17", NULL), 1);
	assert_int_equal(fx_ask(-1, "app", "A1x", NULL), 1);
	assert_int_equal(fx_ask(-1, "explain", "nobody.example.com", NULL), 1);
	assert_non_null(strstr(fx.error, "没有观测到 nobody.example.com"));
	assert_int_equal(fx_ask(-1, "explain", "host:nobody.example.com", NULL), 1);
	assert_int_equal(fx_ask(-1, "explain", "A999", NULL), 1);
	assert_int_equal(fx_ask(-1, "explain", "\033[31m\xff", NULL), 1);
	assert_null(strchr(fx.error, '\033')); /* a stranger's bytes do not reach the terminal */
	assert_int_equal(fx_ask(-1, "explain", "host:\033[31m", NULL), 1);
	assert_null(strchr(fx.error, '\033'));
	assert_int_equal(fx_ask(-1, "app", "\033[31m\xc2\x9b", NULL), 1);
	assert_null(strchr(fx.error, '\033'));
	assert_null(strstr(fx.error, "\xc2\x9b"));
	assert_int_equal(fx_ask(-1, "exempt", "A999", "理由", NULL), 1);
}

static void reason_is_one_line_of_text(void **state)
{
	static const char *const bad[] = { "", "  ", "一\n二", "\033[31m", "\xff\xfe", NULL };
	char longest[602];

	(void)state;
	campus();
	for (size_t i = 0; bad[i]; i++) {
		assert_int_equal(fx_ask(-1, "exempt", "jw.example.edu.cn", bad[i], NULL), 1);
		assert_non_null(strstr(fx.error, "理由"));
	}
	memset(longest, 'x', 601);
	longest[601] = '\0';
	assert_int_equal(fx_ask(-1, "exempt", "jw.example.edu.cn", longest, NULL), 1);
	assert_int_equal(fx_number(STMT_STATUS_DECISIONS), 0);
	longest[600] = '\0';
	assert_int_equal(fx_ask(-1, "exempt", "jw.example.edu.cn", longest, NULL), 0);
}

/* What was decided of a host stays in reach when a mini-program takes the host into its own app. */
static void decision_can_be_withdrawn_after_its_subject_moved(void **state)
{
	struct observation o[2];

	(void)state;
	o[0] = fx_host("card.example.edu.cn", 4);
	fx_capture("a", o, 1);
	assert_int_equal(fx_ask(-1, "exempt", "card.example.edu.cn", "测试", NULL), 0);
	o[0] = fx_seen(SUBJECT_WECHAT_MINI, "wx00000000000000aa", VIA_HTTP_REFERER, 0, 4);
	fx_link(&o[0], SUBJECT_HOST, "card.example.edu.cn");
	o[1] = fx_host("card.example.edu.cn", 4);
	fx_capture("b", o, 2);
	assert_int_equal(fx_ask(-1, "explain", "card.example.edu.cn", NULL), 0);
	assert_true(fx_says("\"app\":\"A2\""));
	assert_int_equal(fx_ask(-1, "unexempt", "card.example.edu.cn", NULL), 0);
	assert_true(fx_says("\"name\":\"card.example.edu.cn\""));
	assert_int_equal(fx_number(STMT_STATUS_DECISIONS), 0);
	assert_int_equal(fx_ask(-1, "unexempt", "card.example.edu.cn", NULL), 1);
}

static void silent_database_is_the_reason(void **state)
{
	static const char *const words[][2] = { { "exempt", "A2" },
						{ "exempt", "x.example.com" },
						{ "explain", "A2" },
						{ "explain", "x.example.com" } };

	(void)state;
	campus();
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		db_fail_at(fx.store->db, 1);
		assert_int_equal(fx_ask(-1, words[i][0], words[i][1], i < 2 ? "理由" : NULL, NULL), 1);
		assert_non_null(strstr(fx.error, "读写失败"));
	}
}

static void subject_may_be_written_many_ways(void **state)
{
	static const char *const ways[] = { "jw.example.edu.cn", "host:jw.example.edu.cn",
					    "JW.Example.edu.cn", "host:JW.example.edu.cn.", "A2" };

	(void)state;
	campus();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		assert_int_equal(fx_ask(-1, "explain", ways[i], NULL), 0);
		assert_true(fx_says("\"name\":\"jw.example.edu.cn\""));
		assert_true(fx_says("\"step\":\"alert\""));
	}
	/* the centre of an app, never seen itself */
	assert_int_equal(fx_ask(-1, "explain", "unknown-shop.com", NULL), 0);
	assert_true(fx_says("\"name\":\"www.unknown-shop.com\""));
	assert_int_equal(fx_ask(-1, "explain", "host:baidu.com", NULL), 0);
	assert_int_equal(fx_ask(-1, "exempt", "baidu.com", "通用搜索", NULL), 0);
	assert_true(fx_says("\"app\":\"A1\""));
}

static void ambiguous_name_lists_its_kinds(void **state)
{
	struct observation o[2];

	(void)state;
	o[0] = fx_seen(SUBJECT_ANDROID_PACKAGE, "com.example.app", VIA_HTTP_REQUESTED_WITH, 0, 3);
	o[1] = fx_seen(SUBJECT_IOS_BUNDLE, "com.example.app", VIA_HTTP_USER_AGENT, 0, 3);
	fx_capture("a", o, 2);
	assert_int_equal(fx_ask(-1, "explain", "com.example.app", NULL), 1);
	assert_non_null(strstr(fx.error, "android-package:com.example.app, ios-bundle:com.example.app"));
	assert_int_equal(fx_ask(-1, "explain", "ios-bundle:com.example.app", NULL), 0);
}

static void backup_can_be_opened(void **state)
{
	char path[160], error[STORE_ERROR_MAX];
	struct db *copy;
	int fd;

	(void)state;
	campus();
	snprintf(path, sizeof(path), "%s/copy.db", fx.folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(fx_ask(fd, "backup", path, NULL), 0);
	close(fd);
	schema_check("backup");
	copy = db_open(path, DB_READONLY, error);
	assert_non_null(copy);
	assert_true(db_sound(copy, DB_SOUND_WHOLE));
	db_close(copy);
	assert_int_equal(fx_ask(-1, "backup", path, NULL), 1);
	fd = open("/dev/full", O_WRONLY);
	assert_int_equal(fx_ask(fd, "backup", path, NULL), 1);
	close(fd);
	assert_non_null(strstr(fx.error, "写不了备份文件"));
}

static int files(void)
{
	DIR *d = opendir(fx.folder);
	int n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* The service goes on meanwhile; who asked may go, and leaves nothing behind. */
static void a_backup_is_made_in_turns(void **state)
{
	struct store_reply r = { .line = fx_take_line };
	char path[160], error[STORE_ERROR_MAX], *none[] = { "copy" };
	struct answer *later;
	struct db *copy;
	int fd, before;

	(void)state;
	campus();
	snprintf(path, sizeof(path), "%s/copy.db", fx.folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(fx_ask(-1, "probe pause", NULL), 0); /* with its WAL */
	before = files();
	assert_int_equal(store_answer_begin(fx.store, "backup", 1, none, fd, &r, &later), 0);
	assert_non_null(later);
	assert_true(files() > before);
	assert_int_equal(fx_ask(fd, "backup", path, NULL), 1);
	assert_non_null(strstr(fx.error, "已有一个备份"));
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	store_answer_drop(later);
	assert_int_equal(files(), before);
	assert_int_equal(store_answer_begin(fx.store, "backup", 1, none, fd, &r, &later), 0);
	close(fd); /* it is not needed any more */
	assert_int_equal(fx_ask(-1, "exempt", "jw.example.edu.cn", "备份之间", NULL), 0);
	while (later != NULL)
		assert_int_equal(store_answer_on(&later, &r), 0);
	assert_int_equal(files(), before);
	copy = db_open(path, DB_READONLY, error);
	assert_non_null(copy);
	db_close(copy);
	assert_int_equal(fx_number(STMT_STATUS_DECISIONS), 1);
}

static void put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static char *part_name(char name[256], const char *tail)
{
	snprintf(name, 256, "%s.backup-part%s", fx.conf.store.database, tail);
	return name;
}

/* Of a process that was killed: neither kept, nor taken into the next one. */
static void a_backup_that_was_cut_goes_with_the_next(void **state)
{
	static const char *const tails[] = { "", "-journal", "-wal", "-shm" };
	char name[256];

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		put_file(part_name(name, tails[i]), "what was there when it was killed");
	backup_can_be_opened(state);
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		assert_int_not_equal(access(part_name(name, tails[i]), F_OK), 0);
}

static void reading_needs_no_right_to_write(void **state)
{
	struct store *writer;

	(void)state;
	campus();
	writer = fx.store;
	fx.store = store_open(&fx.conf, &fx.data, true, fx.error);
	assert_non_null(fx.store);
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	assert_int_equal(import(filings, "--dry-run"), 0);
	assert_int_equal(import(filings, NULL), 1);
	assert_true(fx.error[0] != '\0');
	assert_int_equal(fx_ask(-1, "exempt", "jw.example.edu.cn", "理由", NULL), 1);
	store_close(fx.store);
	fx.store = writer;
}

/* The schema checker itself refuses what is wrong. */
static void schema_refuses_what_is_wrong(void **state)
{
	struct schema s = { .why = "" };
	json_t *line;

	(void)state;
	campus();
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	s.root = json_load_file("doc/schema/app.json", 0, NULL);
	line = fx_line(0);
	assert_true(schema_accepts(&s, s.root, line));
	json_object_set_new(line, "clients", json_integer(2)); /* fewer than k must not be told */
	assert_false(schema_accepts(&s, s.root, line));
	json_object_set_new(line, "clients", json_string("<3"));
	assert_true(schema_accepts(&s, s.root, line));
	json_object_set_new(line, "status", json_string("guilty"));
	assert_false(schema_accepts(&s, s.root, line));
	json_object_del(line, "status");
	assert_false(schema_accepts(&s, s.root, line));
	json_decref(line);
	json_decref(s.root);
}

static void a_usage_ends_where_it_ends(void **state)
{
	(void)state;
	assert_int_equal(fx_ask(-1, "probe pause", "now", NULL), 2);
	assert_string_equal(strstr(fx.error, "用法"), "用法: beianctl probe pause");
	assert_int_equal(fx_ask(-1, "unexempt", NULL), 2);
	assert_string_equal(strstr(fx.error, "用法"), "用法: beianctl unexempt 对象");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(every_output_follows_its_schema),
		FX_TEST(outbox_carries_the_alert),
		FX_TEST(alert_of_a_huge_app_stays_small),
		FX_TEST(members_of_a_huge_app_are_counted),
		FX_TEST(usage_is_told),
		FX_TEST(a_usage_ends_where_it_ends),
		FX_TEST(every_store_command_is_answered),
		FX_TEST(what_is_not_there_is_named),
		FX_TEST(reason_is_one_line_of_text),
		FX_TEST(decision_can_be_withdrawn_after_its_subject_moved),
		FX_TEST(silent_database_is_the_reason),
		FX_TEST(subject_may_be_written_many_ways),
		FX_TEST(ambiguous_name_lists_its_kinds),
		FX_TEST(backup_can_be_opened),
		FX_TEST(a_backup_is_made_in_turns),
		FX_TEST(a_backup_that_was_cut_goes_with_the_next),
		FX_TEST(reading_needs_no_right_to_write),
		FX_TEST(schema_refuses_what_is_wrong),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
