/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/counter.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"

enum { COUNTER_TEXT_MAX = 128 };

static const struct {
	const char *name, *zh;
} counters[] = {
	/* offered, and what became of each packet: the packets-* add up to `packets` */
	{ "packets", "交给分析的数据包;以下 packets-* 各项之和等于它" },
	{ "bytes", "这些数据包在线路上的字节数" },
	{ "packets-read", "读到底,其中没有要找的内容" },
	{ "packets-told", "凑成了一条报文(DNS、HTTP、TLS、QUIC)" },
	{ "packets-waiting", "已保留,等后续数据包" },
	{ "packets-repeated", "重复:重传,或镜像口送来两份" },
	{ "packets-malformed", "属于要分析的协议,但不合规范" },
	{ "packets-link-unknown", "链路层类型不认识,未分析" },
	{ "packets-link-bad", "链路层头部残缺或有误,未分析" },
	{ "packets-ip-bad", "IP头部残缺或有误,未分析" },
	{ "packets-ip-fragment", "IP分片不全或无法重组,未分析" },
	{ "packets-ip-proto", "不是TCP、UDP或可拆的隧道,未分析" },
	{ "packets-transport-bad", "TCP、UDP头部残缺或有误,未分析" },
	{ "packets-snapped", "抓包长度不足(snaplen),未分析到底" },
	{ "packets-tunnel-depth", "隧道嵌套过深,未分析" },
	/* lost before the analysis */
	{ "kernel-received", "内核收到的数据包" },
	{ "kernel-drop", "内核缓冲区满而丢弃;可加大 sensor.buffer_mb 或增加进程" },
	{ "interface-drop", "网卡或驱动丢弃" },
	{ "ring-unread", "接口消失时留在内核缓冲区、没能读出的数据包" },
	{ "prefiltered", "内核预过滤掉的数据包(按配置不需要)" },
	{ "prefiltered-bytes", "内核预过滤掉的字节" },
	{ "prefilter-missing", "预过滤未能启用" },
	{ "capture-cut", "抓包文件不完整,已读部分照常计入" },
	{ "interface-down", "接口没有链路的秒数" },
	{ "interface-silent", "接口没有流量的秒数" },
	{ "interface-lost", "有丢包的秒数" },
	{ "interface-alarms", "此刻未解除的接口告警" },
	{ "worker-lost", "此前意外结束的抓包进程,未入库的观测随之丢失" },
	{ "worker-lost-seconds", "因此数字不完整的秒数" },
	/* messages */
	{ "flows", "建立过跟踪的TCP连接" },
	{ "dns-query", "DNS查询" },
	{ "dns-answer", "DNS应答" },
	{ "dns-service", "HTTPS/SVCB应答" },
	{ "http-request", "HTTP请求" },
	{ "http-answer", "HTTP应答" },
	{ "http2-request", "明文HTTP/2请求" },
	{ "tls-hello", "TLS握手" },
	{ "tls-cert", "TLS证书" },
	{ "quic-hello", "QUIC握手" },
	/* reasons why something has no name */
	{ "link-unknown", "链路层类型不认识" },
	{ "link-bad", "链路层头部残缺或有误" },
	{ "ip-bad", "IP头部残缺或有误" },
	{ "ip-fragment", "IP分片不全或无法重组" },
	{ "ip-proto", "不是TCP、UDP或可拆的隧道" },
	{ "transport-bad", "TCP、UDP头部残缺或有误" },
	{ "snapped", "抓包长度不足(snaplen)" },
	{ "tunnel-depth", "隧道嵌套过深" },
	{ "tcp-full", "连接表满,较旧的连接被放弃;可加大 sensor.flows" },
	{ "tcp-cap", "一条报文超过缓冲上限,放弃" },
	{ "tcp-hole", "丢段,跨越它的报文被放弃" },
	{ "tcp-unknown", "连接的一个方向认不出内容,此后只看明显的报文开头" },
	{ "tcp-conflict", "重叠的段内容不同,以先到的为准" },
	{ "span-duplicate", "镜像口送来的第二份,只计一次" },
	{ "dns-bad", "像DNS但不合规范" },
	{ "http-bad", "像HTTP请求但不合规范" },
	{ "http-answer-bad", "像HTTP应答但不合规范" },
	{ "http-title-cut", "网页标题不在所看的字节内" },
	{ "http-title-coded", "网页压缩方式不支持或已损坏,未读标题" },
	{ "h2c", "明文HTTP/2连接" },
	{ "h2c-hidden", "明文HTTP/2请求,其主机名在未见到的表里" },
	{ "h2c-full", "明文HTTP/2连接同时太多,较旧的连接此后的请求可能没有主机名" },
	{ "tls-bad", "像TLS但不合规范" },
	{ "tls-no-name", "TLS握手没有主机名" },
	{ "quic-bad", "像QUIC但不合规范" },
	{ "quic-version", "QUIC版本无法解开" },
	{ "quic-auth", "QUIC首包认证失败(伪造,或未见到开头)" },
	{ "quic-rate", "同一来源的无效QUIC首包过多,未尝试" },
	{ "quic-full", "QUIC表满,未完成的握手被放弃" },
	{ "quic-hole", "QUIC握手的数据包没有到齐" },
	{ "quic-no-name", "QUIC握手没有主机名" },
	/* names that are hidden */
	{ "hidden-dot", "发往加密DNS(DoT)的连接" },
	{ "hidden-doh", "发往加密DNS(DoH)的连接" },
	{ "hidden-doq", "发往加密DNS(DoQ)的连接" },
	{ "hidden-lookup", "查询加密DNS服务器的名字" },
	{ "hidden-designated", "DNS指定的加密解析器" },
	{ "hidden-ech", "主机名被ECH加密的握手" },
	{ "ech-unproven", "带ECH扩展但可能只是掩护(GREASE)的握手" },
	{ "ech-hurried", "带ECH扩展、窗口结束或等候已满,未等其他抓包进程所学即判定的握手" },
	/* from messages to observations */
	{ "observations", "形成的观测" },
	{ "names-refused", "不是可用的主机名(IP地址、过长、字符不合、本地名)" },
	{ "own-messages", "本机(探测)自己的查询与访问,不计入观测" },
	{ "late", "时间早于当前窗口,计入窗口开头" },
	{ "subjects-evicted", "观测表满而未计入的报文;可加大 sensor.subjects" },
	{ "subjects-reserved", "观测表将满时, 靠为本校名称留出的位置记下的对象" },
	{ "clients-more", "客户端过多未记全的报文" },
	{ "servers-more", "服务器过多未记全的报文" },
	{ "links-more", "关联过多未记全的报文" },
	{ "details-more", "记不下的线索条数(每个对象、每类线索各有上限)" },
	{ "details-refused", "线索含不可显示的字符,未记" },
	{ "details-unpaired", "应答找不到对应的请求,线索未记" },
	{ "details-mixed", "同一连接有多个主机名,线索未记" },
	{ "details-evicted", "观测表满而未记的线索" },
	{ "details-nameless", "没有主机名可归的线索" },
	{ "identify-gave-up", "标识匹配超出限度而放弃" },
	{ "identify-name-refused", "标识含不合规定的字符,未采纳" },
	{ "identify-text-cut", "请求行或字段过长,只看了前一部分" },
	/* of the store */
	{ "subjects-refused", "数据库已满而未存的观测和关联;可加大 store.subjects" },
	{ "servers-full", "一天一行的服务器已满而未存的服务器" },
	{ "links-full", "一个对象的关联已满而未存的关联" },
	{ "details-full", "一天一行的线索已满而未存的线索" },
	{ "own-names", "本机探测自造的主机名,未存的观测" },
	/* of probing, in the store */
	{ "requests", "探测发出的请求,跳转和 robots.txt 也算" },
	{ "results-unasked", "没有发出过、或已答过的任务的结果,未采纳" },
	{ "jobs-unreadable", "这个版本没有其探测项目、或读不出来而搁下的任务" },
	{ "jobs-refused", "任务已满而未列入的探测;可加大 probe.jobs" },
	{ "jobs-forgotten", "半年无人需要、为新任务让位而删去的任务" },
	{ "facts-refused", "不合规定而未存的事实" },
	{ "facts-more", "一次探测中多得没有送来的事实" },
	{ "facts-forgotten", "早已消失、不再保留的事实" },
	{ "leads-not-enabled", "指向小程序或苹果应用, 但没有配置查询网址" },
	{ "leads-no-url", "安装包链接不是可用的网址,未跟进" },
	{ "leads-out-of-scope", "安装包链接指向范围之外,未跟进;可写入 probe.also" },
	{ "leads-more", "一个页面引出的任务太多,其余未跟进" },
	/* of the prober since its start */
	{ "answers-shared", "同一主机的几项探测合用一个答复而省去的请求" },
	{ "answers-unshared", "放不下而未能供合用的答复,各自再问" },
	{ "connections-reused", "续用已有连接的请求" },
	{ "waits", "因预算或间隔而等待的次数" },
	{ "body-bytes", "收到的正文字节" },
	{ "robots-fetched", "取过的 robots.txt" },
	{ "robots-kept", "用已取的 robots.txt 答复的次数" },
	{ "robots-evicted", "放不下而先行丢掉的 robots.txt,用到时再取" },
	{ "lines-refused", "不合规定而未存的过程记录行" },
	{ "budget-hosts", "此刻记着间隔的主机" },
	{ "budget-nets", "此刻记着预算的网段" },
	{ "budget-evicted", "为新来者让位的主机和网段" },
	{ "budget-refused", "主机或网段的表满而须等待的次数" },
	{ "budget-unheld", "表满而未能记下的等待要求" },
};

const char *counter_zh(const char *name)
{
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		if (strcmp(counters[i].name, name) == 0)
			return counters[i].zh;
	return NULL;
}

/* "refused-robots" and "answered-done" end in an outcome. */
static void explain(char out[COUNTER_TEXT_MAX], const char *name)
{
	static const struct {
		const char *prefix, *zh;
	} kinds[] = { { "refused-", "没有问的网址" }, { "answered-", "请求的结果" } };
	const char *zh = counter_zh(name);
	enum probe_outcome outcome;

	snprintf(out, COUNTER_TEXT_MAX, "%s", zh ? zh : "");
	for (size_t i = 0; zh == NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i].prefix);
		if (strncmp(name, kinds[i].prefix, n) == 0 && probe_outcome_find(name + n, &outcome))
			snprintf(out, COUNTER_TEXT_MAX, "%s: %s", kinds[i].zh, probe_outcome_zh(outcome));
	}
}

json_t *counter_rows_of(const json_t *object)
{
	json_t *rows = json_array(), *value;
	char text[COUNTER_TEXT_MAX];
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		if (json_integer_value(value) == 0)
			continue;
		explain(text, name);
		json_array_append_new(
			rows, json_pack("{s:s, s:O, s:s}", "counter", name, "value", value, "text", text));
	}
	return rows;
}

static void add_rows(json_t *rows, const json_t *source)
{
	const char *name;
	json_t *value, *row;

	json_object_foreach(json_object_get(source, "counters"), name, value)
	{
		const char *zh = counter_zh(name);
		if (json_integer_value(value) == 0)
			continue;
		row = json_pack("{s:O, s:s, s:O, s:s}", "source", json_object_get(source, "name"), "counter",
				name, "value", value, "text", zh ? zh : "");
		json_array_append_new(rows, row);
	}
}

json_t *counter_rows(const json_t *sources)
{
	json_t *rows = json_array(), *source;
	size_t i;

	json_array_foreach(sources, i, source)
	{
		const char *state = json_string_value(json_object_get(source, "state"));
		if (state != NULL && strcmp(state, "running") == 0)
			add_rows(rows, source);
	}
	if (json_array_size(rows) == 0)
		add_rows(rows, json_array_get(sources, 0)); /* the newest comes first */
	return rows;
}
