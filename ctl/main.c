/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beianctl: finds the command's row, runs it here, over the control socket, or on a database of its own
 * (--db). Exit: 0 done, 1 refused or failed with one line on stderr, 2 usage (contract.md).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "base/errno.h"
#include "base/log.h"
#include "base/version.h"
#include "conf/conf.h"
#include "conf/data.h"
#include "ctl/dissect.h"
#include "ctl/export.h"
#include "ctl/metrics.h"
#include "ctl/observe.h"
#include "ctl/print.h"
#include "ipc/client.h"
#include "ipc/command.h"
#include "probes/list.h"
#include "store/store.h"
#include "visit/preview.h"

#define DEFAULT_CONF "/etc/beiand/beiand.conf"

enum {
	EXIT_USAGE = 2,
	HELP_ARGS = 52 /* columns of the arguments */,
	SPOOL_MAX = 64 << 20 /* bytes: the most that an import takes */
};

struct options {
	const char *conf; /* NULL: DEFAULT_CONF if it is there, else the defaults */
	const char *db;   /* NULL: through the control socket */
	bool json, metrics, help, version;
};

/* Of text on a terminal, where a Chinese character takes two. */
static int columns(const char *text)
{
	wchar_t wide[HELP_ARGS + 1];
	size_t n = mbstowcs(wide, text, HELP_ARGS);
	int width = n != (size_t)-1 ? wcswidth(wide, n) : -1;

	return width >= 0 && width <= HELP_ARGS ? width : HELP_ARGS;
}

static void print_help(FILE *out)
{
	fputs("用法: beianctl [-f 配置] [--db 数据库] [--json] 命令 [参数]\n\n", out);
	for (int i = 0; i < command_count; i++) {
		const char *args = command_rows[i].args;
		fprintf(out, "  %-16s %s%*s %s\n", command_rows[i].name, args, HELP_ARGS - columns(args), "",
			command_rows[i].zh);
	}
	fputs("\n  状态: unfiled 疑似未备案, probable 疑似已备案, filed 已备案, exempt 豁免, out-of-scope "
	      "不在范围,\n"
	      "        undecided 未判定\n"
	      "\n  -f, --conf 文件  配置文件(默认 " DEFAULT_CONF ")\n"
	      "      --db 文件    不经守护进程,直接打开数据库\n"
	      "      --json       每行一个 JSON 对象\n"
	      "  -h, --help       这份说明\n"
	      "  -V, --version    版本\n",
	      out);
}

/* Takes an option of beianctl's own out of the command's arguments, where people put --json too. */
static int strip(int argc, char *argv[], const char *option, bool *found)
{
	int kept = 0;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], option) == 0)
			*found = true;
		else
			argv[kept++] = argv[i];
	}
	return kept;
}

static bool parse_options(int argc, char *argv[], struct options *o)
{
	static const struct option longs[] = {
		{ "conf", required_argument, NULL, 'f' }, { "db", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },       { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },    { NULL, 0, NULL, 0 }
	};
	char one[] = "-?";
	int c;

	opterr = 0; /* it would complain in English */
	while ((c = getopt_long(argc, argv, "+:f:hV", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			o->conf = optarg;
			break;
		case 'd':
			o->db = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		case 'h':
			o->help = true;
			break;
		case 'V':
			o->version = true;
			break;
		default:
			one[1] = (char)optopt; /* a letter may stand among others: -hz */
			fprintf(stderr, "beianctl: %s %s;beianctl --help 列出用法\n",
				c == '?' && optopt > ' ' ? one : argv[optind - 1],
				c == ':' ? "之后缺一个值" : "不是这里的选项");
			return false;
		}
	}
	return true;
}

static int usage(const struct command *row)
{
	if (row != NULL)
		fprintf(stderr, "用法: beianctl %s %s\n", row->name, row->args);
	else
		fputs("beianctl: 没有这个命令;beianctl --help 列出全部命令\n", stderr);
	return EXIT_USAGE;
}

/* 0, or -1 after one line on stderr. */
static int load_conf(const struct options *o, struct conf *c)
{
	char error[CONF_ERROR_MAX];
	const char *path = o->conf ? o->conf : DEFAULT_CONF;

	if (o->conf == NULL && access(path, F_OK) != 0) {
		conf_init(c);
		return 0;
	}
	if (conf_load(c, path, error) == 0)
		return 0;
	fprintf(stderr, "beianctl: %s\n", error);
	return -1;
}

/* A pipe or terminal read whole into an unnamed file, because only regular files cross to the daemon. Takes
 * fd. */
static int spool(int fd)
{
	int copy = memfd_create("operand", MFD_CLOEXEC);
	char block[65536];
	off_t total = 0;
	ssize_t n = -1;

	while (copy >= 0 && total <= SPOOL_MAX && (n = read(fd, block, sizeof(block))) > 0) {
		if (write(copy, block, (size_t)n) != n)
			break;
		total += n;
	}
	if (copy >= 0 && (n != 0 || lseek(copy, 0, SEEK_SET) != 0)) {
		errno = total > SPOOL_MAX ? EFBIG : errno;
		close(copy);
		copy = -1;
	}
	close(fd);
	return copy;
}

/* Does the row's usage show a value behind this option, as in "[--kind provider|user]"? */
static bool takes_value(const struct command *row, const char *option)
{
	const char *at = strstr(row->args, option);
	return at != NULL && at[strlen(option)] == ' ';
}

/* The file operand among the arguments behind the command's `used` words; argc: there is none. */
static int find_operand(const struct command *row, int argc, char *const argv[], int used)
{
	int i = used;

	while (i < argc && argv[i][0] == '-') {
		if (strcmp(argv[i], "--") == 0)
			return i + 1;
		i += takes_value(row, argv[i]) ? 2 : 1;
	}
	return i < argc ? i : argc;
}

/* The descriptor that stands for the command's file operand, or -1 after one line on stderr. */
static int open_operand(const struct command *row, const char *path)
{
	struct stat st;
	int fd = row->file == COMMAND_READS_FILE ? open(path, O_RDONLY | O_CLOEXEC)
						 : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0 && row->file == COMMAND_READS_FILE && fstat(fd, &st) == 0 &&
	    (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode) || S_ISSOCK(st.st_mode)))
		fd = spool(fd);
	if (fd < 0)
		fprintf(stderr, "beianctl: %s: %s;%s\n", path, errno_zh(errno),
			errno == EEXIST ? "不覆盖已有的文件,请换一个文件名" : "请检查路径与权限");
	return fd;
}

static int call_database(struct conf *conf, const struct options *o, const struct command *row, int argc,
			 char *const argv[], int fd, struct store_reply *r)
{
	struct probe_row rows[PROBE_ROWS_MAX];
	struct data data;
	struct store *s;
	int code;

	free(conf->store.database);
	conf->store.database = strdup(o->db);
	if (conf->store.database == NULL || data_load(&data, conf->paths.data, r->error) != 0)
		return 1;
	s = store_open(conf, &data, !row->writes, r->error);
	if (s != NULL)
		store_probes(s, rows, probe_list(rows), visit_preview);
	code = s == NULL ? 1 : store_answer(s, row->name, argc, argv, fd, r);
	store_close(s);
	data_clear(&data);
	return code;
}

static void take_line(void *arg, const char *json, size_t n)
{
	struct store_reply *r = arg;
	(void)n;
	r->line(r->arg, json);
}

/* argv begins with the command's words. */
static int call_daemon(const char *socket_path, int argc, char *const argv[], int fd, struct store_reply *r)
{
	struct client_request request = {
		.argc = argc, .argv = argv, .file = fd, .line = take_line, .arg = r
	};
	struct msg_result result;
	int socket = client_connect(socket_path), rc;

	if (socket < 0) {
		snprintf(r->error, sizeof(r->error), "连不上 %s (%s);请%s", socket_path, errno_zh(-socket),
			 socket == -EACCES ? "用 sudo 运行,或加入 beiand 组后重新登录"
					   : "先启动 beiand,或用 --db 直接打开数据库");
		return 1;
	}
	rc = client_request(socket, &request, &result);
	close(socket);
	if (rc < 0) {
		snprintf(r->error, sizeof(r->error),
			 rc == -E2BIG ? "参数太多或太长,请缩短后重试(%s)"
				      : "守护进程没有答完: %s;请看它的日志",
			 errno_zh(-rc));
		return 1;
	}
	snprintf(r->error, sizeof(r->error), "%s", result.why);
	return result.code;
}

/* Where reply lines go: to the screen, as metrics, or for an export into the file. */
static const struct sink {
	void *(*open)(const char *command, bool json, int fd);
	void (*line)(void *sink, const char *json);
	int (*end)(void *sink, bool done);
} screen = { print_new, print_line, print_end }, csv_file = { export_new, export_line, export_end },
  metrics_text = { metrics_new, metrics_line, metrics_end };

static const struct sink *sink_of(const struct options *o, const struct command *row)
{
	if (strcmp(row->name, "filings export") == 0)
		return &csv_file;
	return o->metrics ? &metrics_text : &screen;
}

/* A run keeps its distance between requests, so the first line may be a minute away. */
static void promise(const struct command *row, const struct options *o)
{
	if (o->db == NULL && strcmp(row->name, "probe") == 0 && isatty(STDERR_FILENO))
		fputs("正在探测: 同一主机的请求之间要隔开,约需一两分钟;Ctrl-C 只是不等了,结果稍后见 beianctl "
		      "probes 对象\n",
		      stderr);
}

/* Runs the row (`used` words of argv) with its file operand opened; what it says goes to the sink, its error
 * to stderr. */
static int run_row(struct conf *conf, const struct options *o, const struct command *row, int argc,
		   char *const argv[], int used)
{
	const struct sink *sink = sink_of(o, row);
	const char *file = row->file != COMMAND_NO_FILE ? argv[find_operand(row, argc, argv, used)] : NULL;
	struct store_reply reply = { .line = sink->line };
	int code, fd = -1;

	if (file != NULL && (fd = open_operand(row, file)) < 0)
		return 1;
	reply.arg = sink->open(row->name, o->json, fd);
	promise(row, o);
	if (o->db != NULL && row->place == COMMAND_STORE)
		code = call_database(conf, o, row, argc - used, argv + used, fd, &reply);
	else
		code = call_daemon(conf->store.control, argc, argv, fd, &reply);
	if (sink->end(reply.arg, code == 0) != 0 && code == 0) {
		snprintf(reply.error, sizeof(reply.error), "输出写入失败: %s", errno_zh(errno));
		code = 1;
	}
	if (code != 0 ||
	    reply.error[0] != '\0') /* what was done may have a remark: options that need a restart */
		fprintf(stderr, "beianctl: %s\n", reply.error);
	if (fd >= 0)
		close(fd);
	if (code != 0 && row->file == COMMAND_WRITES_FILE)
		unlink(file);
	return code;
}

static int run(struct options *o, int argc, char *argv[])
{
	int used, code;
	struct conf conf;
	const struct command *row;

	argc = strip(argc, argv, "--json", &o->json);
	row = command_find(argc, argv, &used);
	if (row == NULL)
		return usage(NULL);
	if (strcmp(row->name, "status") == 0)
		argc = strip(argc, argv, "--metrics", &o->metrics);
	if (strcmp(row->name, "dissect") == 0)
		return ctl_dissect(argc, argv);
	if (strcmp(row->name, "observe") == 0)
		return ctl_observe(argc, argv, o->conf);
	if (argc - used < row->min_args ||
	    (row->file != COMMAND_NO_FILE && find_operand(row, argc, argv, used) >= argc))
		return usage(row);
	if (load_conf(o, &conf) != 0)
		return 1;
	code = run_row(&conf, o, row, argc, argv, used);
	conf_clear(&conf);
	return code;
}

/* A standard stream that the caller closed would give its number to the next file that is opened, and what is
 * meant for people would be written into a backup or a database. */
static bool hold_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* writing to standard output then fails, and is told */
		int mode = fd == STDERR_FILENO ? O_WRONLY : O_RDONLY;
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) != fd)
			return false;
	}
	return true;
}

int main(int argc, char *argv[])
{
	struct options o = { 0 };

	if (!hold_standard_streams())
		return 1;

	setlocale(LC_ALL, "");
	if (setlocale(LC_CTYPE, NULL) != NULL && MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, "C.UTF-8"); /* Chinese stays aligned under LANG=C */
	signal(SIGPIPE, SIG_IGN);
	log_init("beianctl", NULL, LOG_LEVEL_WARN);
	if (!parse_options(argc, argv, &o))
		return EXIT_USAGE;
	if (o.version)
		return printf("beianctl %s\n", BEIAND_VERSION) < 0;
	if (o.help) {
		print_help(stdout);
		return 0;
	}
	if (optind >= argc) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	return run(&o, argc - optind, argv + optind);
}
