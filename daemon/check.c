/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/errno.h"
#include "conf/data.h"
#include "conf/source.h"
#include "daemon/tables.h"
#include "visit/resolve_servers.h"
#include "visit/roots.h"
#include "watch/capture.h"
#include "watch/identify.h"
#include "watch/prefilter.h"
#include "watch/sensor.h"

enum { CHECK_SENSORS_MAX = 64 };

static int refuse(const char *path, unsigned line, const char *option, const char *why,
		  char error[CONF_ERROR_MAX])
{
	char text[CONF_ERROR_MAX];

	snprintf(text, sizeof(text), "%s: %.400s", option, why);
	source_error(error, path, line, text);
	return -1;
}

static int profile(const struct conf *c, const struct data *d, const char *path, char error[CONF_ERROR_MAX])
{
	char why[CONF_ERROR_MAX];

	if (data_profile(d, c->policy.profile) != NULL)
		return 0;
	snprintf(why, sizeof(why), "数据表 %.200s/profiles.tsv 里没有口径 %.100s", c->paths.data,
		 c->policy.profile);
	return refuse(path, conf_line(c, "policy", "profile"), "[policy] profile", why, error);
}

static int tables(const struct conf *c, struct buf *pack, const char *path, char error[CONF_ERROR_MAX])
{
	struct data data;
	struct identify *identify;
	char why[CONF_ERROR_MAX];
	int rc = -1;

	if (data_pack(c->paths.data, pack, error) != 0 || data_unpack(&data, c->paths.data, pack, error) != 0)
		return -1;
	identify = identify_new(&data.identifiers, why);
	if (identify != NULL)
		rc = profile(c, &data, path, error);
	else /* it begins with the file */
		snprintf(error, CONF_ERROR_MAX, "%.200s/%.300s", c->paths.data, why);
	identify_free(identify);
	data_clear(&data);
	return rc;
}

static int filter(const struct conf *c, const char *path, char error[CONF_ERROR_MAX])
{
	char why[CAPTURE_ERROR_MAX];

	if (c->sensor.filter[0] == '\0' || capture_filter_valid(c->sensor.filter, why))
		return 0;
	return refuse(path, conf_line(c, "sensor", "filter"), "[sensor] filter", why, error);
}

/* "any" is every interface, so that what comes in on another one of the list would count twice. */
static int interfaces(const struct conf *c, const char *path, char error[CONF_ERROR_MAX])
{
	const struct conf_list *l = &c->sensor.interfaces;
	bool any = false;

	for (size_t i = 0; i < l->count; i++)
		any = any || strcmp(l->item[i], "any") == 0;
	if (!any || l->count == 1)
		return 0;
	return refuse(path, conf_line(c, "sensor", "interfaces"), "[sensor] interfaces",
		      "any 已包括所有网卡, 与别的网卡并列会把同一个包计两次, 请只留其一", error);
}

/* Each is a process with a ring of its own, and a row in `status`. */
static int workers(const struct conf *c, const char *path, char error[CONF_ERROR_MAX])
{
	size_t n = c->sensor.interfaces.count * c->sensor.workers;
	char why[CONF_ERROR_MAX];

	if (n <= CHECK_SENSORS_MAX)
		return 0;
	snprintf(why, sizeof(why), "%zu 个网卡各 %u 个抓包进程, 共 %zu 个, 最多 %d 个, 请减少",
		 c->sensor.interfaces.count, c->sensor.workers, n, CHECK_SENSORS_MAX);
	return refuse(path, conf_line(c, "sensor", "workers"), "[sensor] workers", why, error);
}

/* The kernel takes a ring's memory at once, and others' when there is not enough; the tables of a sensor fill
 * as the traffic wants it, up to their caps. */
static int memory(const struct conf *c, const char *path, char error[CONF_ERROR_MAX])
{
	uint64_t processes = (uint64_t)c->sensor.interfaces.count * c->sensor.workers;
	uint64_t ring = c->sensor.buffer_mb, tables = sensor_core_bytes(c) >> 20;
	uint64_t there = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) >> 20;

	if (processes * ring <= there / 2 && processes * (ring + tables) <= there)
		return 0;
	snprintf(error, CONF_ERROR_MAX,
		 "%s: sensor: %llu 个抓包进程各需抓包缓冲 %llu MiB(buffer_mb)和各表最多 %llu MiB"
		 "(flows, subjects, stream_kb x stream_buffers), 本机内存 %llu MiB "
		 "不够(缓冲合计不得超过一半), 请改小",
		 path, (unsigned long long)processes, (unsigned long long)ring, (unsigned long long)tables,
		 (unsigned long long)there);
	return -1;
}

static bool is_set(const char *option) { return option[0] != '\0'; }

/* What is not written is missed by the line that switches it on. */
static int no_probing(const struct conf *c, const char *path, const char *option, const char *why,
		      char error[CONF_ERROR_MAX])
{
	unsigned line = conf_line(c, "probe", option);
	char name[64];

	snprintf(name, sizeof(name), "[probe] %s", option);
	return refuse(path, line > 0 ? line : conf_line(c, "probe", "enabled"), name, why, error);
}

/* A unit without the drop-in of systemd/beiand.service refuses the very socket. */
static bool may_connect(char why[CONF_ERROR_MAX])
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		snprintf(why, CONF_ERROR_MAX, "系统不许本服务联网(%s), 请按 beiand.service 里的说明放开",
			 errno_zh(errno));
	else
		close(fd);
	return fd >= 0;
}

/* Whoever is asked must be able to say stop: no asking without an address. */
static int probing(const struct conf *c, const char *path, char error[CONF_ERROR_MAX])
{
	char why[CONF_ERROR_MAX] = "";
	struct resolve_servers servers = { 0 };
	struct roots *roots;

	if (strcmp(c->probe.enabled, "on") != 0)
		return 0;
	if (!is_set(c->probe.contact))
		return no_probing(c, path, "contact",
				  "enabled = on 时必须写联系方式(网址或邮箱), 好让被探测方找得到你们", error);
	if (c->probe.ports.count == 0)
		return no_probing(c, path, "ports", "enabled = on 时至少要有一个端口, 如 80, 443", error);
	if (!may_connect(why))
		return no_probing(c, path, "enabled", why, error);
	roots = roots_new(c->probe.roots);
	roots_free(roots);
	if (roots == NULL) {
		snprintf(why, sizeof(why), "无法读取根证书 %.200s, 请%s",
			 is_set(c->probe.roots) ? c->probe.roots : "(系统的)",
			 is_set(c->probe.roots) ? "检查路径、权限和格式(PEM)" : "安装 ca-certificates");
		return no_probing(c, path, "roots", why, error);
	}
	return resolve_servers_find(&servers, c, why) ? 0 : no_probing(c, path, "resolver", why, error);
}

static int hold(const struct buf *pack, int *fd, char error[CONF_ERROR_MAX])
{
	if (fd == NULL)
		return 0;
	*fd = tables_hold(pack);
	if (*fd >= 0)
		return 0;
	snprintf(error, CONF_ERROR_MAX, "无法保存数据表:%s", errno_zh(-*fd));
	return -1;
}

int check_load(struct conf *c, int *held, const char *path, char error[CONF_ERROR_MAX])
{
	struct buf pack = { 0 };
	bool fit = conf_load(c, path, error) == 0 && filter(c, path, error) == 0 &&
		   interfaces(c, path, error) == 0 && workers(c, path, error) == 0 &&
		   memory(c, path, error) == 0 && tables(c, &pack, path, error) == 0 &&
		   probing(c, path, error) == 0 && hold(&pack, held, error) == 0;

	buf_clear(&pack);
	if (!fit)
		conf_clear(c);
	return fit ? 0 : -1;
}

void check_rights(const struct conf *c, char remark[CONF_ERROR_MAX])
{
	struct prefilter *p = NULL;
	int rc = 0;

	remark[0] = '\0';
	if (strcmp(c->sensor.prefilter, "on") == 0)
		rc = prefilter_new(&p, c->sensor.stream_kb * 1024, c->sensor.snaplen);
	if (rc == 0)
		prefilter_free(p);
	else
		snprintf(
			remark, CONF_ERROR_MAX,
			"sensor.prefilter: 内核不接受预过滤程序(%s), 运行时将照常全收; 要启用请授予 CAP_BPF, "
			"systemd 见 beiand.service 里的说明",
			errno_zh(-rc));
}
