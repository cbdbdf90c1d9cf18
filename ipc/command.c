/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/command.h"

#include <stddef.h>
#include <string.h>

const struct command command_rows[] = {
	{ "dissect", "-r 文件", "逐条列出抓包文件中的报文", COMMAND_LOCAL, COMMAND_NO_FILE, false, 0, 0 },
	{ "observe", "-r 文件.. | -i 网卡 [--window 秒]", "显示传感器所见,不入库", COMMAND_LOCAL,
	  COMMAND_NO_FILE, false, 0, 64 },
	{ "filings import", "[--kind provider|user|selfcheck] [--dry-run] 文件", "导入备案登记表(CSV)",
	  COMMAND_STORE, COMMAND_READS_FILE, true, 1, 1 },
	{ "filings list", "[--imports]", "列出备案登记或各次导入", COMMAND_STORE, COMMAND_NO_FILE, false, 0,
	  0 },
	{ "filings undo", "批次", "撤销一次导入", COMMAND_STORE, COMMAND_NO_FILE, true, 1, 1 },
	{ "filings export", "文件", "把备案登记导出为 CSV", COMMAND_STORE, COMMAND_WRITES_FILE, false, 1, 1 },
	{ "apps", "[--status 状态]", "列出应用及其状态", COMMAND_STORE, COMMAND_NO_FILE, false, 0, 0 },
	{ "app", "应用编号", "一个应用的全部证据", COMMAND_STORE, COMMAND_NO_FILE, false, 1, 1 },
	{ "explain", "对象", "逐步说明一个对象(主机、appid 等)为何如此判定", COMMAND_STORE, COMMAND_NO_FILE,
	  false, 1, 1 },
	{ "exempt", "对象 原因", "由人豁免一个应用", COMMAND_STORE, COMMAND_NO_FILE, true, 2, 2 },
	{ "unexempt", "对象", "取消豁免", COMMAND_STORE, COMMAND_NO_FILE, true, 1, 1 },
	{ "findings", "", "列出问题: 应用不合的规则与依据", COMMAND_STORE, COMMAND_NO_FILE, false, 0, 0 },
	{ "alerts", "[--all]", "列出预警", COMMAND_STORE, COMMAND_NO_FILE, false, 0, 0 },
	{ "probe --dry-run", "[对象]", "会向谁问什么、为什么,谁不会被问;什么也不发送", COMMAND_STORE,
	  COMMAND_NO_FILE, false, 0, 1 },
	{ "probe pause", "", "暂停探测,在途的请求立即断开", COMMAND_STORE, COMMAND_NO_FILE, true, 0, 0 },
	{ "probe resume", "", "恢复探测", COMMAND_STORE, COMMAND_NO_FILE, true, 0, 0 },
	{ "probe", "主机|网址|appid|--dry-run [对象]|pause|resume", "礼貌地探测一次,显示所得的事实和过程",
	  COMMAND_STORE, COMMAND_NO_FILE, false, 1, 1 },
	{ "probes", "[--all] [--facts] [对象]", "列出探测任务、预算与结局;--facts: 所得的事实", COMMAND_STORE,
	  COMMAND_NO_FILE, false, 0, 1 },
	{ "status", "[--metrics]", "运行状况与各计数;--metrics: Prometheus 文本", COMMAND_STORE,
	  COMMAND_NO_FILE, false, 0, 0 },
	{ "reload", "", "让守护进程重读配置", COMMAND_DAEMON, COMMAND_NO_FILE, false, 0, 0 },
	{ "backup", "文件", "在线备份数据库", COMMAND_STORE, COMMAND_WRITES_FILE, false, 1, 1 },
};
const int command_count = sizeof(command_rows) / sizeof(command_rows[0]);

/* Does the row's name (words split at one blank) start argv? Returns the number of words, or 0. */
static int starts(const char *name, int argc, char *const argv[])
{
	const char *blank = strchr(name, ' ');
	size_t first = blank ? (size_t)(blank - name) : strlen(name);

	if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], name, first) != 0)
		return 0;
	if (blank == NULL)
		return 1;
	return argc >= 2 && strcmp(argv[1], blank + 1) == 0 ? 2 : 0;
}

const struct command *command_find(int argc, char *const argv[], int *used)
{
	for (int i = 0; i < command_count; i++) {
		*used = starts(command_rows[i].name, argc, argv);
		if (*used > 0)
			return &command_rows[i];
	}
	return NULL;
}
