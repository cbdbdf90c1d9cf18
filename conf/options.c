/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/options.h"

#include <string.h>

#include "conf/value.h"

#define AT(field)    offsetof(struct conf, field)
#define COUNT(table) (sizeof(table) / sizeof(table[0]))

static const struct option_section sections[] = {
	{ "campus", "学校自己的名称、域名和地址: 哪些主机算校内应用由此判定" },
	{ "policy", "口径: 管哪些应用、达到多少人才报" },
	{ "sensor", "镜像口与抓包; 改动后须重启" },
	{ "store", "数据库与控制套接字; 除标明者外改动后须重启" },
	{ "alert", "预警写到哪里" },
	{ "probe", "主动探测: 向在用的应用礼貌地问几个公开的问题; 写了 contact 才会启用; 改动后须重启" },
	{ "paths", "数据表所在目录" },
	{ "log", "运行日志" },
};

static const struct option options[] = {
	{ .section = "campus",
	  .key = "name",
	  .type = OPTION_TEXT,
	  .offset = AT(campus.name),
	  .fallback = "",
	  .empty = true,
	  .reload = true,
	  .help = "学校名称, 写在预警里" },
	{ .section = "campus",
	  .key = "domains",
	  .type = OPTION_LIST,
	  .offset = AT(campus.domains),
	  .fallback = "",
	  .valid = value_campus,
	  .expect =
		  "本校的域名, 如 example.edu.cn(不带 http://、端口和开头的点), 不能是 edu.cn 这样的公共后缀",
	  .lower = true,
	  .reload = true,
	  .help = "校园域名后缀, 其下每台主机是一个校内应用; 逗号分隔, 也可写多行 domains =\n"
		  "例: domains = example.edu.cn, example.cn" },
	{ .section = "campus",
	  .key = "prefixes",
	  .type = OPTION_LIST,
	  .offset = AT(campus.prefixes),
	  .fallback = "",
	  .valid = value_campus_prefix,
	  .expect = "CIDR 网段, 如 10.0.0.0/8 或 2001:db8::/32(主机位须为 0), 不能比 /8(IPv6: /7)更大, "
		    "也不能含有代表整个 IPv4 的 ::ffff:0:0/96(如 ::/8)",
	  .lower = true,
	  .reload = true,
	  .help = "校园网地址段(IPv4、IPv6)\n例: prefixes = 10.0.0.0/8, 2001:db8::/32" },
	{ .section = "campus",
	  .key = "labels",
	  .type = OPTION_LIST,
	  .offset = AT(campus.labels),
	  .fallback = "",
	  .valid = value_label,
	  .expect = "一节域名标签(小写字母、数字、连字符), 如 exampleu",
	  .lower = true,
	  .reload = true,
	  .help = "本校在云服务商处的租户名: {租户}.厂商.com 即为本校应用\n例: labels = exampleu" },
	{ .section = "campus",
	  .key = "center_hosts",
	  .type = OPTION_LIST,
	  .offset = AT(campus.center_hosts),
	  .fallback = "",
	  .valid = value_domain,
	  .expect = "完整主机名, 如 my.example.edu.cn",
	  .lower = true,
	  .reload = true,
	  .help = "网络信息中心统一组织开发的应用的主机名(有的口径不管这些, 如 hnust)" },

	{ .section = "policy",
	  .key = "profile",
	  .type = OPTION_TEXT,
	  .offset = AT(policy.profile),
	  .fallback = "moe-2019",
	  .valid = value_word,
	  .expect = "profiles.tsv 里的一个口径名, 如 moe-2019",
	  .reload = true,
	  .help = "口径: moe-2019, hnust, ncvu, xust, bj-municipal(见数据目录的 profiles.tsv)" },
	{ .section = "policy",
	  .key = "min_clients",
	  .type = OPTION_NUMBER,
	  .offset = AT(policy.min_clients),
	  .fallback = "0",
	  .max = 1000000,
	  .reload = true,
	  .help = "至少多少个不同客户端使用才预警; 0: 用口径自己的门限" },
	{ .section = "policy",
	  .key = "min_days",
	  .type = OPTION_NUMBER,
	  .offset = AT(policy.min_days),
	  .fallback = "0",
	  .max = 366,
	  .reload = true,
	  .help = "至少在多少个不同日子见到才预警; 0: 用口径自己的门限" },

	{ .section = "sensor",
	  .key = "interfaces",
	  .type = OPTION_LIST,
	  .offset = AT(sensor.interfaces),
	  .fallback = "",
	  .valid = value_interface,
	  .expect = "网卡名, 如 eth1(最长 15 字节, 见 ip link)",
	  .help = "接镜像口的网卡; 只回放文件时留空\n例: interfaces = eth1" },
	{ .section = "sensor",
	  .key = "filter",
	  .type = OPTION_TEXT,
	  .offset = AT(sensor.filter),
	  .fallback = "",
	  .empty = true,
	  .help = "实时抓包的 BPF 过滤式(pcap-filter(7)); 空: 全收\n"
		  "只有一层 VLAN 标签的包不必写 vlan, 两层的写 vlan and vlan and ...; 与 prefilter "
		  "开关无关" },
	{ .section = "sensor",
	  .key = "snaplen",
	  .type = OPTION_NUMBER,
	  .offset = AT(sensor.snaplen),
	  .fallback = "65535",
	  .min = 256,
	  .max = 262144,
	  .help = "每个包最多抓取的字节数; 小于请求头的长度会漏认(见计数 snapped)" },
	{ .section = "sensor",
	  .key = "buffer_mb",
	  .type = OPTION_NUMBER,
	  .offset = AT(sensor.buffer_mb),
	  .fallback = "128",
	  .min = 1,
	  .max = 2047,
	  .help = "每个抓包进程的内核抓包缓冲, MiB; 内核丢包计数增长时调大" },
	{ .section = "sensor",
	  .key = "window",
	  .type = OPTION_NUMBER,
	  .offset = AT(sensor.window),
	  .fallback = "300",
	  .min = 1,
	  .max = 86400,
	  .help = "观测窗口的秒数(按抓包时间)" },
	{ .section = "sensor",
	  .key = "flows",
	  .type = OPTION_NUMBER,
	  .offset = AT(sensor.flows),
	  .fallback = "262144",
	  .min = 64,
	  .max = 16777216,
	  .help = "每个抓包进程同时跟踪的 TCP 流上限; 超出时淘汰最久未用者并计数" },
	{ .section = "sensor",
	  .key = "stream_kb",
	  .type = OPTION_NUMBER,
	  .offset = AT(sensor.stream_kb),
	  .fallback = "32",
	  .min = 4,
	  .max = 1024,
	  .help = "一条流一个方向最多缓存的 KiB" },
	{ .section = "sensor",
	  .key = "stream_buffers",
	  .type = OPTION_NUMBER,
	  .offset = AT(sensor.stream_buffers),
	  .fallback = "2048",
	  .min = 16,
	  .max = 1048576,
	  .help = "每个抓包进程的重组缓冲总数; 内存上限 = stream_kb x stream_buffers" },
	{ .section = "sensor",
	  .key = "subjects",
	  .type = OPTION_NUMBER,
	  .offset = AT(sensor.subjects),
	  .fallback = "262144",
	  .min = 64,
	  .max = 4194304,
	  .help = "每个抓包进程一个窗口里最多记多少个(种类, 名称, 途径); 超出的计数" },
	{ .section = "sensor",
	  .key = "workers",
	  .type = OPTION_NUMBER,
	  .offset = AT(sensor.workers),
	  .fallback = "1",
	  .min = 1,
	  .max = 64,
	  .help = "每个网卡用几个抓包进程分担(按最外层的地址对分流, 结果与一个进程相同); 网卡数乘它不超过 "
		  "64\n"
		  "例外: 外层地址对不同的两份拷贝(如镜像既送原包又送隧道里的)可能各算一次" },
	{ .section = "sensor",
	  .key = "prefilter",
	  .type = OPTION_TEXT,
	  .offset = AT(sensor.prefilter),
	  .fallback = "off",
	  .valid = value_switch,
	  .expect = "on 或 off",
	  .lower = true,
	  .help = "on: 在内核里先滤掉不会有名称的大流量(eBPF, 需 CAP_BPF; 没有时警告一次并照常全收);\n"
		  "滤掉的计入 prefiltered; 会漏: 半路见到的连接里, stream_kb 之后不在段首的请求;\n"
		  "客户端成心拆散的请求和 TLS 握手" },
	{ .section = "sensor",
	  .key = "quiet_seconds",
	  .type = OPTION_NUMBER,
	  .offset = AT(sensor.quiet_seconds),
	  .fallback = "60",
	  .max = 86400,
	  .help = "网卡多少秒没有收到任何包就告警(镜像可能断了); 0: 不告警" },

	{ .section = "store",
	  .key = "database",
	  .type = OPTION_TEXT,
	  .offset = AT(store.database),
	  .fallback = "/var/lib/beiand/beiand.db",
	  .valid = value_path,
	  .expect = "绝对路径, 如 /var/lib/beiand/beiand.db",
	  .help = "数据库文件; 所在目录须可写" },
	{ .section = "store",
	  .key = "control",
	  .type = OPTION_TEXT,
	  .offset = AT(store.control),
	  .fallback = "/run/beiand/control.sock",
	  .valid = value_socket,
	  .expect = "绝对路径(最长 107 字节), 如 /run/beiand/control.sock",
	  .help = "beianctl 用的控制套接字" },
	{ .section = "store",
	  .key = "judge_seconds",
	  .type = OPTION_NUMBER,
	  .offset = AT(store.judge_seconds),
	  .fallback = "60",
	  .min = 1,
	  .max = 86400,
	  .reload = true,
	  .help = "实时运行时至多每隔多少秒研判一次" },
	{ .section = "store",
	  .key = "key_days",
	  .type = OPTION_NUMBER,
	  .offset = AT(store.key_days),
	  .fallback = "30",
	  .min = 1,
	  .max = 366,
	  .reload = true,
	  .help = "客户端假名密钥用多少天后更换并销毁; 越短越难追到个人, 人数统计的跨度也越短" },
	{ .section = "store",
	  .key = "subjects",
	  .type = OPTION_NUMBER,
	  .offset = AT(store.subjects),
	  .fallback = "2000000",
	  .min = 1000,
	  .max = 100000000,
	  .reload = true,
	  .help = "数据库里最多记多少个观测对象; 满了以后新出现的不再记, 只计数(status 的 "
		  "subjects-refused);\n最后四分之一留给校内、目录内的主机和应用标识" },

	{ .section = "alert",
	  .key = "file",
	  .type = OPTION_TEXT,
	  .offset = AT(alert.file),
	  .fallback = "/var/lib/beiand/alerts.jsonl",
	  .valid = value_path,
	  .expect = "绝对路径, 如 /var/lib/beiand/alerts.jsonl; 留空则不写文件",
	  .empty = true,
	  .help = "预警文件, 一行一个 JSON; 空: 不写; 改动后须重启" },
	{ .section = "alert",
	  .key = "syslog",
	  .type = OPTION_TEXT,
	  .offset = AT(alert.syslog),
	  .fallback = "/dev/log",
	  .valid = value_socket,
	  .expect = "本机 syslog 套接字的绝对路径, 如 /dev/log; 留空则不发",
	  .empty = true,
	  .help = "本机 syslog 套接字(RFC 5424); 空: 不发; 改动后须重启" },
	{ .section = "alert",
	  .key = "facility",
	  .type = OPTION_TEXT,
	  .offset = AT(alert.facility),
	  .fallback = "local0",
	  .valid = value_facility,
	  .expect = "local0 ~ local7",
	  .lower = true,
	  .help = "syslog 的 facility: local0 ~ local7; 改动后须重启" },
	{ .section = "alert",
	  .key = "retry_seconds",
	  .type = OPTION_NUMBER,
	  .offset = AT(alert.retry_seconds),
	  .fallback = "5",
	  .min = 1,
	  .max = 3600,
	  .help = "发送失败后首次重试的秒数, 以后倍增至 64 倍; 改动后须重启" },
	{ .section = "alert",
	  .key = "pending",
	  .type = OPTION_NUMBER,
	  .offset = AT(alert.pending),
	  .fallback = "64",
	  .min = 1,
	  .max = 1024,
	  .help = "每个去向同时在途的预警条数上限; 其余留在数据库里等候; 改动后须重启" },

	{ .section = "probe",
	  .key = "enabled",
	  .type = OPTION_TEXT,
	  .offset = AT(probe.enabled),
	  .fallback = "off",
	  .valid = value_switch,
	  .expect = "on 或 off",
	  .lower = true,
	  .help = "on: 向判为在用的应用发起探测; 须同时写 contact" },
	{ .section = "probe",
	  .key = "contact",
	  .type = OPTION_TEXT,
	  .offset = AT(probe.contact),
	  .fallback = "",
	  .valid = value_contact,
	  .expect = "https:// 或 http:// 开头的网址, 或邮箱地址; 不含空格、括号和汉字",
	  .empty = true,
	  .help = "联系方式(网址或邮箱), 写在每个请求的 User-Agent 里, 让对方找得到你们\n"
		  "例: contact = https://nic.example.edu.cn/beiand" },
	{ .section = "probe",
	  .key = "resolver",
	  .type = OPTION_TEXT,
	  .offset = AT(probe.resolver),
	  .fallback = "",
	  .valid = value_resolver,
	  .expect = "IP 地址, 可带端口: 10.0.0.53, 10.0.0.53:5353, [2001:db8::53]:53; 链路本地的要带网卡: "
		    "fe80::53%eth0",
	  .empty = true,
	  .help = "解析域名用的 DNS 服务器; 空: 用 /etc/resolv.conf 的\n例: resolver = 10.0.0.53" },
	{ .section = "probe",
	  .key = "roots",
	  .type = OPTION_TEXT,
	  .offset = AT(probe.roots),
	  .fallback = "",
	  .valid = value_path,
	  .expect = "绝对路径, 如 /etc/ssl/certs/ca-certificates.crt",
	  .empty = true,
	  .help = "校验证书所用的根证书(PEM 文件); 空: 用系统的" },
	{ .section = "probe",
	  .key = "ports",
	  .type = OPTION_LIST,
	  .offset = AT(probe.ports),
	  .fallback = "80, 443",
	  .valid = value_port,
	  .expect = "1 ~ 65535 的端口号",
	  .help = "可以连接的端口" },
	{ .section = "probe",
	  .key = "also",
	  .type = OPTION_LIST,
	  .offset = AT(probe.also),
	  .fallback = "",
	  .valid = value_campus,
	  .expect = "域名, 如 download.example.cn(不带 https:// 和 *.), 不能是 com.cn 这样的公共后缀",
	  .lower = true,
	  .help = "研判之外另许探测的域名(连同其下所有主机), 如安装包的下载域名" },
	{ .section = "probe",
	  .key = "opt_out",
	  .type = OPTION_LIST,
	  .offset = AT(probe.opt_out),
	  .fallback = "",
	  .valid = value_opt_out,
	  .expect = "域名, 如 example.cn(不带 https:// 和 *.; 中文域名写成 xn-- 开头的), 或地址、网段, 如 "
		    "203.0.113.5, 2001:db8::/32",
	  .lower = true,
	  .reload = true,
	  .help = "从不探测的域名(连同其下所有主机)、地址和网段: 有人要求退出时写在这里" },
	{ .section = "probe",
	  .key = "hours",
	  .type = OPTION_TEXT,
	  .offset = AT(probe.hours),
	  .fallback = "00:00-24:00",
	  .valid = value_hours,
	  .expect = "起止时刻, 如 08:00-22:00 或 22:00-06:00",
	  .reload = true,
	  .help = "每天可以探测的时段(北京时间); 可以跨午夜" },
	{ .section = "probe",
	  .key = "host_seconds",
	  .type = OPTION_NUMBER,
	  .offset = AT(probe.host_seconds),
	  .fallback = "10",
	  .min = 0,
	  .max = 86400,
	  .help = "对同一主机两次请求之间至少隔多少秒" },
	{ .section = "probe",
	  .key = "net_minute",
	  .type = OPTION_NUMBER,
	  .offset = AT(probe.net_minute),
	  .fallback = "30",
	  .min = 1,
	  .max = 1000000,
	  .help = "每分钟对同一网段(IPv4 /24, IPv6 /48)至多多少次请求" },
	{ .section = "probe",
	  .key = "per_second",
	  .type = OPTION_NUMBER,
	  .offset = AT(probe.per_second),
	  .fallback = "10",
	  .min = 1,
	  .max = 100000,
	  .help = "每秒至多多少次请求(全部主机合计)" },
	{ .section = "probe",
	  .key = "transfers",
	  .type = OPTION_NUMBER,
	  .offset = AT(probe.transfers),
	  .fallback = "64",
	  .min = 1,
	  .max = 1000,
	  .help = "同时访问的主机数上限, 八分之一留给人工探测" },
	{ .section = "probe",
	  .key = "timeout",
	  .type = OPTION_NUMBER,
	  .offset = AT(probe.timeout),
	  .fallback = "20",
	  .min = 1,
	  .max = 300,
	  .help = "一次请求(连同正文)最多多少秒" },
	{ .section = "probe",
	  .key = "jobs",
	  .type = OPTION_NUMBER,
	  .offset = AT(probe.jobs),
	  .fallback = "200000",
	  .min = 100,
	  .max = 10000000,
	  .help = "数据库里最多保留多少个探测任务; 超出的计数(status 的 jobs-refused)" },
	{ .section = "probe",
	  .key = "stall_seconds",
	  .type = OPTION_NUMBER,
	  .offset = AT(probe.stall_seconds),
	  .fallback = "3600",
	  .min = 0,
	  .max = 604800,
	  .reload = true,
	  .help = "有任务到期却这么多秒没有一个得到回答时告警(日志和各预警去向); 0: 从不" },
	{ .section = "probe",
	  .key = "wechat_record",
	  .type = OPTION_TEXT,
	  .offset = AT(probe.wechat_record),
	  .fallback = "",
	  .valid = value_endpoint,
	  .expect = "http:// 或 https:// 开头的网址",
	  .empty = true,
	  .help = "微信小程序资料页的网址, 末尾接 appid; 空: 不问; 每 30 秒至多一次\n"
		  "例: wechat_record = https://mp.weixin.qq.com/wxawap/waverifyinfo?action=get&appid=" },
	{ .section = "probe",
	  .key = "itunes_lookup",
	  .type = OPTION_TEXT,
	  .offset = AT(probe.itunes_lookup),
	  .fallback = "",
	  .valid = value_endpoint,
	  .expect = "http:// 或 https:// 开头的网址",
	  .empty = true,
	  .help = "苹果商店查询的网址, 末尾接包名; 空: 不问; 每 30 秒至多一次\n"
		  "例: itunes_lookup = https://itunes.apple.com/lookup?country=cn&bundleId=" },

	{ .section = "paths",
	  .key = "data",
	  .type = OPTION_TEXT,
	  .offset = AT(paths.data),
	  .fallback = "/usr/share/beiand",
	  .valid = value_path,
	  .expect = "绝对路径, 如 /usr/share/beiand",
	  .reload = true,
	  .help = "数据表目录: catalog.tsv, exempt.tsv, profiles.tsv, rules.tsv, aliases.tsv,\n"
		  "education.tsv, identifiers.tsv, resolvers.tsv, fingerprints.tsv, general.tsv;\n"
		  "最后两个表由探测进程在重启后采用" },

	{ .section = "log",
	  .key = "level",
	  .type = OPTION_TEXT,
	  .offset = AT(log.level),
	  .fallback = "info",
	  .valid = value_level,
	  .expect = "error, warn, info 或 debug",
	  .lower = true,
	  .help = "日志详略: error, warn, info, debug; 改动后须重启" },
};

_Static_assert(sizeof(options) / sizeof(options[0]) <= CONF_OPTIONS_MAX, "each has a place for its line");

size_t option_count(void) { return COUNT(options); }

const struct option *option_at(size_t i) { return &options[i]; }

const struct option *option_find(const char *section, const char *key)
{
	for (size_t i = 0; i < COUNT(options); i++)
		if (strcmp(options[i].section, section) == 0 && strcmp(options[i].key, key) == 0)
			return &options[i];
	return NULL;
}

size_t option_section_count(void) { return COUNT(sections); }

const struct option_section *option_section_at(size_t i) { return &sections[i]; }

bool option_section_known(const char *name)
{
	for (size_t i = 0; i < COUNT(sections); i++)
		if (strcmp(sections[i].name, name) == 0)
			return true;
	return false;
}

static void list_add(struct buf *out, const char *word)
{
	if (out->len > 0)
		buf_puts(out, ", ");
	buf_puts(out, word);
}

void option_list_known(const char *section, struct buf *out)
{
	for (size_t i = 0; section == NULL && i < COUNT(sections); i++)
		list_add(out, sections[i].name);
	for (size_t i = 0; section != NULL && i < COUNT(options); i++)
		if (strcmp(options[i].section, section) == 0)
			list_add(out, options[i].key);
}

/* Levenshtein distance of two short words, one row at a time; longer words count as far away. */
static size_t distance(const char *a, const char *b)
{
	enum { WORD = 32 };
	size_t row[WORD + 1], la = strlen(a), lb = strlen(b);

	if (la > WORD || lb > WORD)
		return WORD;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t swap = corner + (a[i - 1] != b[j - 1]);
			size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
			corner = row[j];
			row[j] = swap < best ? swap : best;
		}
	}
	return row[lb];
}

const char *option_nearest(const char *section, const char *key)
{
	const char *near = NULL;
	size_t best = 4; /* farther is another word, not a slip of the finger */

	for (size_t i = 0; i < COUNT(options); i++) {
		size_t d = distance(options[i].key, key);
		if (strcmp(options[i].section, section) == 0 && d < best && d < strlen(options[i].key)) {
			best = d;
			near = options[i].key;
		}
	}
	return near;
}

void option_expect(const struct option *o, struct buf *out)
{
	if (o->type == OPTION_NUMBER)
		buf_printf(out, "%u ~ %u 的整数", o->min, o->max);
	else
		buf_puts(out, o->expect ? o->expect : o->empty ? "一行文字" : "非空的一行文字");
}

static void sample_help(const char *help, struct buf *out)
{
	while (*help != '\0') {
		size_t n = strcspn(help, "\n");
		buf_printf(out, "# %.*s\n", (int)n, help);
		help += n + (help[n] == '\n');
	}
}

static void sample_option(const struct option *o, struct buf *out)
{
	sample_help(o->help, out);
	if (o->type == OPTION_NUMBER)
		buf_printf(out, "# 范围 %u ~ %u; ", o->min, o->max);
	else
		buf_puts(out, "# ");
	buf_printf(out, "缺省: %s%s\n", o->fallback[0] ? o->fallback : "空",
		   o->reload ? "; 可用 beianctl reload 即时生效" : "");
	buf_printf(out, "#%s =%s%s\n\n", o->key, o->fallback[0] ? " " : "", o->fallback);
}

void option_sample(struct buf *out)
{
	buf_puts(out, "# beiand 的配置。去掉行首 # 并修改; 未写的项用缺省值。\n"
		      "# 列表用逗号分隔, 也可把同一项写多行。“空格加分号”之后是行内注释。\n"
		      "# 检查: beiand -f 本文件 -n\n");
	for (size_t s = 0; s < COUNT(sections); s++) {
		buf_printf(out, "\n# %s\n[%s]\n", sections[s].help, sections[s].name);
		for (size_t i = 0; i < COUNT(options); i++)
			if (strcmp(options[i].section, sections[s].name) == 0)
				sample_option(&options[i], out);
	}
}
