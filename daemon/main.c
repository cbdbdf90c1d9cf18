/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beiand: argv -> supervisor, one of its children, or a check of the configuration.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/version.h"
#include "daemon/check.h"
#include "daemon/role.h"
#include "daemon/supervisor.h"

#define DEFAULT_CONF "/etc/beiand/beiand.conf"

enum { OPT_REPLAY = 256, OPT_POWERS };

struct options {
	const char *conf;
	const char *child; /* label of the role: started by a supervisor */
	bool check, replay;
};

static const char usage_text[] =
	"用法: beiand [-f 配置文件]                    前台运行守护进程\n"
	"      beiand [-f 配置文件] -n                 只检查配置和数据表\n"
	"      beiand [-f 配置文件] --replay 抓包文件..  重放抓包文件,全部入库、研判、送出后退出\n"
	"      beiand -V | -h | --powers               版本、帮助、各进程的权限\n"
	"缺省配置文件: " DEFAULT_CONF "\n"
	"信号: SIGHUP 重读配置; SIGTERM/SIGINT 收完已接受的观测后停止\n";

static const struct option longopts[] = {
	{ "replay", no_argument, NULL, OPT_REPLAY },
	{ "powers", no_argument, NULL, OPT_POWERS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static int refuse(const char *what, const char *why)
{
	fprintf(stderr, "beiand: %s%s\n%s", what, why, usage_text);
	return EXIT_USAGE;
}

/* -1: go on; else the exit status. */
static int read_options(struct options *o, int argc, char **argv)
{
	char one[] = "-?";
	int c;

	opterr = 0; /* it would complain in English */
	while ((c = getopt_long(argc, argv, ":f:nP:Vh", longopts, NULL)) != -1) {
		switch (c) {
		case 'f':
			o->conf = optarg;
			break;
		case 'n':
			o->check = true;
			break;
		case 'P':
			o->child = optarg;
			break;
		case OPT_REPLAY:
			o->replay = true;
			break;
		case OPT_POWERS:
			powers_print();
			return EXIT_DONE;
		case 'V':
			puts("beiand " BEIAND_VERSION);
			return EXIT_DONE;
		case 'h':
			fputs(usage_text, stdout);
			return EXIT_DONE;
		default:
			one[1] = (char)optopt; /* a letter may stand among others: -nz */
			return refuse(c == '?' && optopt > ' ' ? one : argv[optind - 1],
				      c == ':' ? " 之后缺一个值" : " 不是这里的选项");
		}
	}
	if (o->replay && optind == argc)
		return refuse("--replay 后面要有抓包文件", "");
	if (!o->replay && optind < argc)
		return refuse(argv[optind], " 是多余的参数;重放抓包文件请加 --replay");
	return -1;
}

static int run_child(const char *label)
{
	static int (*const run[ROLE_COUNT])(const char *) = {
		[ROLE_SENSOR] = sensor_run,
		[ROLE_STORE] = store_run,
		[ROLE_NOTIFIER] = notifier_run,
	};
	char name[32];
	enum role_id role;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(label, "["), label);
	if (!powers_role(name, &role) || run[role] == NULL)
		return refuse("-P 由主进程使用", "");
	return run[role](label);
}

int main(int argc, char **argv)
{
	struct options o = { .conf = DEFAULT_CONF };
	struct supervisor_job job = { 0 };
	struct conf conf;
	char error[CONF_ERROR_MAX];
	int status = read_options(&o, argc, argv);

	if (status >= 0)
		return status;
	if (o.child)
		return run_child(o.child);
	if (check_load(&conf, o.check ? NULL : &job.tables, o.conf, error) != 0) {
		fprintf(stderr, "%s\n", error);
		return o.check ? EXIT_FAILED : EXIT_CONFIG;
	}
	if (o.check) {
		check_rights(&conf, error);
		if (error[0] != '\0')
			fprintf(stderr, "%s\n", error);
	} else {
		role_log_level(NULL, &conf);
		job = (struct supervisor_job){ o.conf, &conf, job.tables, o.replay ? argv + optind : NULL,
					       (size_t)(argc - optind) };
		status = supervisor_run(&job);
	}
	conf_clear(&conf);
	return o.check ? EXIT_DONE : status;
}
