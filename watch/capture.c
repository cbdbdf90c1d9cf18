/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/errno.h"
#include "base/text.h"
#include "dissect/link.h"

/* dissect/ has its own names for the link types; they are libpcap's on this system. */
_Static_assert((int)LINK_RAW == DLT_RAW && (int)LINK_LOOP == DLT_LOOP &&
		       (int)LINK_PPP_ETHER == DLT_PPP_ETHER && (int)LINK_LINUX_SLL == DLT_LINUX_SLL &&
		       (int)LINK_LINUX_SLL2 == DLT_LINUX_SLL2 && (int)LINK_IPV4 == DLT_IPV4 &&
		       (int)LINK_IPV6 == DLT_IPV6 && (int)LINK_NULL == DLT_NULL &&
		       (int)LINK_IEEE802_11 == DLT_IEEE802_11,
	       "link types as libpcap numbers them");

enum { FILTER_SNAPLEN = 65535, CAPTURE_TIMEOUT_MS = 100, CAPTURE_NAME_MAX = 256, CAPTURE_REASON_MAX = 112 };

/* 1900 and 9999, seconds since 1970: what a pcapng file says beyond them would overflow in microseconds, and
 * is no year of four digits. */
#define CAPTURE_TIME_LEAST INT64_C(-2208988800)
#define CAPTURE_TIME_MOST  INT64_C(253402300799)

struct capture {
	pcap_t *pcap;
	char *name;
	int linktype;
	bool live;
	uint64_t seen;
	capture_fn *fn; /* of the capture_read() under way */
	void *arg;
};

static struct capture *capture_new(pcap_t *pcap, const char *name, bool live)
{
	struct capture *c = xcalloc(1, sizeof(*c));

	c->pcap = pcap;
	c->name = xstrdup(name);
	c->linktype = pcap_datalink(pcap);
	c->live = live;
	return c;
}

/* Names of files and what libpcap says come from outside: nothing of them may move the cursor. */
static const char *capture_safe(char out[CAPTURE_NAME_MAX], const char *s)
{
	text_safe(out, CAPTURE_NAME_MAX, s, strlen(s));
	return out;
}

static const char *capture_reason(char out[CAPTURE_REASON_MAX], const char *s)
{
	text_safe(out, CAPTURE_REASON_MAX, s, strlen(s));
	return out;
}

/* libpcap tells its reasons in English sentences only. */
static void capture_file_error(char error[CAPTURE_ERROR_MAX], const char *name, const char *why)
{
	char safe[CAPTURE_NAME_MAX], reason[CAPTURE_REASON_MAX];

	capture_safe(safe, name);
	if (strstr(why, "unknown file format") != NULL)
		snprintf(error, CAPTURE_ERROR_MAX, "%s: 不是抓包文件，请给出 pcap 或 pcapng 文件", safe);
	else if (strstr(why, "truncated") != NULL)
		snprintf(error, CAPTURE_ERROR_MAX, "%s: 抓包文件的文件头不完整，请重新抓取或重新复制该文件",
			 safe);
	else
		snprintf(error, CAPTURE_ERROR_MAX, "%s: 不能读取该抓包文件，请检查文件是否完整（%s）", safe,
			 capture_reason(reason, why));
}

/* Takes f. */
static struct capture *capture_open_stream(FILE *f, const char *name, char error[CAPTURE_ERROR_MAX])
{
	char why[PCAP_ERRBUF_SIZE] = "", safe[CAPTURE_NAME_MAX];
	int first = getc(f);
	pcap_t *pcap;

	if (first == EOF) {
		capture_safe(safe, name);
		if (ferror(f))
			snprintf(error, CAPTURE_ERROR_MAX, "%s: 不能读取: %s", safe, errno_zh(errno));
		else
			snprintf(error, CAPTURE_ERROR_MAX, "%s: 文件是空的，没有任何数据，请重新抓取", safe);
		fclose(f);
		return NULL;
	}
	ungetc(first, f);
	pcap = pcap_fopen_offline(f, why);
	if (pcap == NULL) {
		capture_file_error(error, name, why);
		fclose(f);
		return NULL;
	}
	return capture_new(pcap, name, false);
}

struct capture *capture_open_fd(int fd, const char *name, char error[CAPTURE_ERROR_MAX])
{
	FILE *f = fdopen(fd, "rb");

	if (f != NULL)
		return capture_open_stream(f, name, error);
	char safe[CAPTURE_NAME_MAX];
	snprintf(error, CAPTURE_ERROR_MAX, "%s: 不能读取: %s", capture_safe(safe, name), errno_zh(errno));
	close(fd);
	return NULL;
}

struct capture *capture_open_file(const char *path, char error[CAPTURE_ERROR_MAX])
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return capture_open_fd(fd, is_stdin ? "标准输入" : path, error);
	char safe[CAPTURE_NAME_MAX];
	snprintf(error, CAPTURE_ERROR_MAX, "%s: 不能打开抓包文件，请检查路径和权限: %s",
		 capture_safe(safe, path), errno_zh(errno));
	return NULL;
}

static const struct {
	int status;
	const char *what; /* what to do about it */
} live_errors[] = {
	{ PCAP_ERROR_NO_SUCH_DEVICE, "没有这个网络接口，请用 ip link 查看接口名并改正配置" },
	{ PCAP_ERROR_PERM_DENIED, "没有抓包权限，请以 root 运行或授予 CAP_NET_RAW" },
	{ PCAP_ERROR_PROMISC_PERM_DENIED, "没有打开混杂模式的权限，请以 root 运行或授予 CAP_NET_ADMIN" },
	{ PCAP_ERROR_IFACE_NOT_UP, "网络接口没有启用，请先执行 ip link set 接口 up" },
};

static struct capture *capture_live_error(pcap_t *pcap, const char *interface, int status,
					  char error[CAPTURE_ERROR_MAX])
{
	char safe[CAPTURE_NAME_MAX], reason[CAPTURE_REASON_MAX];

	capture_safe(safe, interface);
	snprintf(error, CAPTURE_ERROR_MAX, "%s: 不能在该接口上抓包（%s）", safe,
		 capture_reason(reason, status == PCAP_ERROR ? pcap_geterr(pcap) : pcap_statustostr(status)));
	for (size_t i = 0; i < sizeof(live_errors) / sizeof(live_errors[0]); i++)
		if (live_errors[i].status == status)
			snprintf(error, CAPTURE_ERROR_MAX, "%s: %s", safe, live_errors[i].what);
	pcap_close(pcap);
	return NULL;
}

static bool capture_set_filter(pcap_t *pcap, const char *filter)
{
	struct bpf_program program;
	int status;

	if (filter == NULL || filter[0] == '\0')
		return true;
	if (pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return false;
	status = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	return status == 0;
}

bool capture_filter_valid(const char *filter, char error[CAPTURE_ERROR_MAX])
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, FILTER_SNAPLEN);
	struct bpf_program program;
	bool valid = dead != NULL && pcap_compile(dead, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0;

	if (valid)
		pcap_freecode(&program);
	else
		snprintf(error, CAPTURE_ERROR_MAX, "过滤式「%s」不能用: %s;写法见 pcap-filter(7)", filter,
			 dead ? pcap_geterr(dead) : errno_zh(ENOMEM));
	if (dead != NULL)
		pcap_close(dead);
	return valid;
}

/* What is set before activation cannot fail on a handle that is not active (pcap_set_snaplen(3PCAP)). */
static int capture_activate(pcap_t *pcap, unsigned snaplen, unsigned buffer_mb)
{
	pcap_set_snaplen(pcap, (int)snaplen);
	pcap_set_promisc(pcap, 1);
	pcap_set_timeout(pcap, CAPTURE_TIMEOUT_MS);
	pcap_set_immediate_mode(pcap, 0);
	pcap_set_buffer_size(pcap, (int)(buffer_mb < 2047 ? buffer_mb : 2047) * 1024 * 1024);
	return pcap_activate(pcap);
}

struct capture *capture_open_live(const char *interface, unsigned snaplen, unsigned buffer_mb,
				  const char *filter, char error[CAPTURE_ERROR_MAX])
{
	char why[PCAP_ERRBUF_SIZE] = "", safe[CAPTURE_NAME_MAX];
	pcap_t *pcap = pcap_create(interface, why);
	int status;

	if (pcap == NULL) {
		snprintf(error, CAPTURE_ERROR_MAX, "不能打开网络接口（%s）", capture_safe(safe, why));
		return NULL;
	}
	status = capture_activate(pcap, snaplen, buffer_mb);
	if (status < 0)
		return capture_live_error(pcap, interface, status, error);
	if (!capture_set_filter(pcap, filter)) {
		snprintf(error, CAPTURE_ERROR_MAX, "过滤表达式有误，请按 pcap-filter(7) 改正（%s）",
			 capture_safe(safe, pcap_geterr(pcap)));
		pcap_close(pcap);
		return NULL;
	}
	if (pcap_setnonblock(pcap, 1, why) != 0)
		return capture_live_error(pcap, interface, PCAP_ERROR, error);
	return capture_new(pcap, interface, true);
}

void capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	pcap_close(c->pcap);
	free(c->name);
	free(c);
}

static int64_t capture_time(const struct timeval *t)
{
	int64_t s = t->tv_sec;

	s = s < CAPTURE_TIME_LEAST ? CAPTURE_TIME_LEAST : s > CAPTURE_TIME_MOST ? CAPTURE_TIME_MOST : s;
	return s * 1000000 + t->tv_usec;
}

static void capture_packet(u_char *arg, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct capture *c = (struct capture *)(void *)arg;
	struct dissect_packet p = { .time = capture_time(&h->ts),
				    .linktype = c->linktype,
				    .wire_len = h->len > h->caplen ? h->len : h->caplen,
				    .bytes = bytes,
				    .captured = h->caplen };

	c->seen++;
	c->fn(c->arg, &p);
}

static void capture_broken(const struct capture *c, char error[CAPTURE_ERROR_MAX])
{
	const char *why = pcap_geterr(c->pcap);
	char safe[CAPTURE_NAME_MAX], reason[CAPTURE_REASON_MAX];

	capture_safe(safe, c->name);
	if (c->live)
		snprintf(error, CAPTURE_ERROR_MAX, "%s: 抓包中断，请检查网络接口是否还在（%s）", safe,
			 capture_reason(reason, why));
	else if (strstr(why, "truncated") != NULL)
		snprintf(error, CAPTURE_ERROR_MAX, "%s: 抓包文件在第 %llu 个包之后被截断，此前的内容已读出",
			 safe, (unsigned long long)c->seen);
	else if (strstr(why, "of the first interface") != NULL) /* type or snapshot length: libpcap has one */
		snprintf(error, CAPTURE_ERROR_MAX,
			 "%s: 各接口的链路类型不同，第 %llu 个包之后没有读，请先按接口拆成几个文件"
			 "（tshark -Y frame.interface_id==0 -w）",
			 safe, (unsigned long long)c->seen);
	else
		snprintf(error, CAPTURE_ERROR_MAX,
			 "%s: 抓包文件在第 %llu 个包之后不能再读，此前的内容已读出（%s）", safe,
			 (unsigned long long)c->seen, capture_reason(reason, why));
}

int capture_read(struct capture *c, int budget, capture_fn *fn, void *arg, char error[CAPTURE_ERROR_MAX])
{
	uint64_t before = c->seen;
	int n;

	c->fn = fn;
	c->arg = arg;
	n = pcap_dispatch(c->pcap, budget, capture_packet, (u_char *)c);
	if (n < 0) {
		capture_broken(c, error);
		return -2;
	}
	if (c->seen > before)
		return (int)(c->seen - before);
	return c->live ? 0 : -1;
}

int capture_fd(const struct capture *c) { return c->live ? pcap_get_selectable_fd(c->pcap) : -1; }

void capture_stats(struct capture *c, struct capture_stats *out)
{
	struct pcap_stat s;

	*out = (struct capture_stats){ 0 };
	if (!c->live || pcap_stats(c->pcap, &s) != 0)
		return;
	out->received = s.ps_recv;
	out->kernel_drop = s.ps_drop;
	out->iface_drop = s.ps_ifdrop;
}

int capture_linktype(const struct capture *c) { return c->linktype; }
