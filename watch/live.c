/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/live.h"

#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/errno.h"
#include "base/text.h"
#include "watch/fanout.h"
#include "watch/prefilter.h"

enum {
	FILTER_SNAPLEN = 65535,
	LIVE_TIMEOUT_MS = 100,
	LIVE_NAME_MAX = 64,
	LIVE_REASON_MAX = 112,
	LIVE_SHARE_US = 5000000
};

struct live {
	pcap_t *pcap;
	char *name;
	int linktype;
	uint64_t seen, aside; /* aside: not handed on, as if the kernel had not let them in */
	int64_t since;        /* what is of times shortly before this is passed over; 0: nothing is */
	int64_t until;        /* where it ends, 0: nowhere */
	bool over;
	struct prefilter *prefilter;
	struct live_sum received, dropped, missed;
	char remark[CAPTURE_ERROR_MAX];
	capture_fn *fn; /* of the live_read() under way */
	void *arg;
};

struct capture_live capture_live_conf(const struct conf *conf, const char *interface)
{
	bool prefilter = strcmp(conf->sensor.prefilter, "on") == 0;

	return (struct capture_live){ .interface = interface,
				      .filter = conf->sensor.filter,
				      .snaplen = conf->sensor.snaplen,
				      .buffer_mb = conf->sensor.buffer_mb,
				      .workers = 1,
				      .prefilter_kb = prefilter ? conf->sensor.stream_kb : 0 };
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

/* What libpcap says may hold a name from outside: nothing of it may move the cursor. */
static void live_say(char error[CAPTURE_ERROR_MAX], const char *name, const char *what, const char *why)
{
	char safe[LIVE_NAME_MAX], reason[LIVE_REASON_MAX];

	text_safe(safe, sizeof(safe), name, strlen(name));
	text_safe(reason, sizeof(reason), why, strlen(why));
	snprintf(error, CAPTURE_ERROR_MAX, "%s: %s（%s）", safe, what, reason);
}

static void live_refuse(pcap_t *pcap, const char *interface, int status, char error[CAPTURE_ERROR_MAX])
{
	char safe[LIVE_NAME_MAX];

	live_say(error, interface, "不能在该接口上抓包",
		 status == PCAP_ERROR ? pcap_geterr(pcap) : pcap_statustostr(status));
	text_safe(safe, sizeof(safe), interface, strlen(interface));
	for (size_t i = 0; i < sizeof(live_errors) / sizeof(live_errors[0]); i++)
		if (live_errors[i].status == status)
			snprintf(error, CAPTURE_ERROR_MAX, "%s: %s", safe, live_errors[i].what);
}

static bool live_has_filter(const struct capture_live *how)
{
	return how->filter != NULL && how->filter[0] != '\0';
}

bool live_filter_valid(const char *filter, char error[CAPTURE_ERROR_MAX])
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
static int live_activate(pcap_t *pcap, unsigned snaplen, unsigned buffer_mb)
{
	pcap_set_snaplen(pcap, (int)snaplen);
	pcap_set_promisc(pcap, 1);
	pcap_set_timeout(pcap, LIVE_TIMEOUT_MS);
	pcap_set_immediate_mode(pcap, 0);
	pcap_set_buffer_size(pcap, (int)(buffer_mb < 2047 ? buffer_mb : 2047) * 1024 * 1024);
	return pcap_activate(pcap);
}

/* libpcap has a name of its own for what the kernel calls so; the caller frees its operations. */
static struct sock_fprog live_program(const struct bpf_program *made)
{
	bool fits = made->bf_len <= BPF_MAXINSNS;
	struct sock_fprog p = { .len = fits ? (unsigned short)made->bf_len : 0,
				.filter = xcalloc(made->bf_len, sizeof(*p.filter)) };

	for (unsigned i = 0; i < p.len; i++)
		p.filter[i] = (struct sock_filter){ .code = made->bf_insns[i].code,
						    .jt = made->bf_insns[i].jt,
						    .jf = made->bf_insns[i].jf,
						    .k = made->bf_insns[i].k };
	return p;
}

/* The kernel runs one program: the user's filter, as libpcap would give it to this socket, is the beginning
 * of ours. */
static int live_new_prefilter(struct live *l, const struct capture_live *how)
{
	uint32_t reach = how->prefilter_kb * 1024;
	struct bpf_program made;
	struct sock_fprog filter;
	int rc;

	if (!live_has_filter(how))
		return prefilter_new(&l->prefilter, reach, how->snaplen);
	if (pcap_compile(l->pcap, &made, how->filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return -EINVAL;
	filter = live_program(&made);
	rc = prefilter_new_behind(&l->prefilter, &filter, reach, how->snaplen);
	free(filter.filter);
	pcap_freecode(&made);
	return rc;
}

/* Whether a prefilter is in place; without one the capture goes on, and says so. */
static bool live_prefilter(struct live *l, const struct capture_live *how)
{
	int rc = l->linktype == DLT_EN10MB ? 0 : -ENOTSUP;

	if (rc == 0)
		rc = live_new_prefilter(l, how);
	if (rc == 0)
		rc = prefilter_attach(l->prefilter, pcap_fileno(l->pcap));
	if (rc == 0)
		return true;
	prefilter_free(l->prefilter);
	l->prefilter = NULL;
	snprintf(l->remark, sizeof(l->remark), "%.32s: 内核预过滤没有启用, 照常全收%s（%s）", l->name,
		 rc == -EPERM ? ";要启用请授予 CAP_BPF" : "", errno_zh(-rc));
	return false;
}

static int live_attach(struct live *l, const struct sock_fprog *program)
{
	return setsockopt(pcap_fileno(l->pcap), SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof(*program)) == 0
		       ? 0
		       : -errno;
}

/* Nothing enters from here on, and what is in the ring from before is passed over by its time. */
static int live_shut(struct live *l)
{
	static struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	int rc = live_attach(l, &(struct sock_fprog){ .len = 1, .filter = &nothing });

	if (rc == 0)
		l->since = clock_wall() + 1;
	return rc;
}

/* In the kernel alone where that can be: libpcap asks a filter of its first block in user space too, and
 * there no packet is `inbound`. */
static int live_put_filter(struct live *l, struct bpf_program *made)
{
	struct sock_fprog program = live_program(made);
	int rc = l->linktype == DLT_EN10MB && program.len > 0 ? live_shut(l) : -ENOTSUP;

	if (rc == 0)
		rc = live_attach(l, &program);
	free(program.filter);
	return rc == 0 ? 0 : pcap_setfilter(l->pcap, made);
}

static bool live_set_filter(struct live *l, const char *filter)
{
	struct bpf_program made;
	int status;

	if (pcap_compile(l->pcap, &made, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return false;
	status = live_put_filter(l, &made);
	pcap_freecode(&made);
	return status == 0;
}

/* What came before the interface was shared came to every process. */
static int live_share(struct live *l, uint16_t group)
{
	int rc = live_shut(l);

	return rc == 0 ? fanout_join(pcap_fileno(l->pcap), group) : rc;
}

/* The filters in their places, in that of live_share()'s. */
static bool live_filters(struct live *l, const struct capture_live *how)
{
	int unused = 0, fd = pcap_fileno(l->pcap);

	if (live_has_filter(how) && !live_set_filter(l, how->filter))
		return false;
	if ((how->prefilter_kb > 0 && live_prefilter(l, how)) || live_has_filter(how) || how->workers <= 1)
		return true;
	return setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused)) == 0;
}

static bool live_prepare(struct live *l, const struct capture_live *how, char error[CAPTURE_ERROR_MAX])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	int rc = how->workers > 1 ? live_share(l, how->group) : 0;

	if (rc != 0) {
		live_say(error, how->interface, "不能由几个抓包进程分担，请把 sensor.workers 改为 1",
			 errno_zh(-rc));
		return false;
	}
	if (!live_filters(l, how)) {
		live_say(error, how->interface, "过滤表达式有误，请按 pcap-filter(7) 改正",
			 pcap_geterr(l->pcap));
		return false;
	}
	if (pcap_setnonblock(l->pcap, 1, why) == 0)
		return true;
	live_say(error, how->interface, "不能在该接口上抓包", why);
	return false;
}

struct live *live_open(const struct capture_live *how, char error[CAPTURE_ERROR_MAX])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_create(how->interface, why);
	struct live *l;
	int status;

	if (pcap == NULL) {
		live_say(error, how->interface, "不能打开网络接口", why);
		return NULL;
	}
	status = live_activate(pcap, how->snaplen, how->buffer_mb);
	if (status < 0) {
		live_refuse(pcap, how->interface, status, error);
		pcap_close(pcap);
		return NULL;
	}
	l = xcalloc(1, sizeof(*l));
	l->pcap = pcap;
	l->name = xstrdup(how->interface);
	l->linktype = pcap_datalink(pcap);
	if (live_prepare(l, how, error))
		return l;
	live_close(l);
	return NULL;
}

void live_close(struct live *l)
{
	if (l == NULL)
		return;
	prefilter_free(l->prefilter);
	pcap_close(l->pcap);
	free(l->name);
	free(l);
}

/* In the ring since before the interface was shared. Once a later one came none is; nor is one that is much
 * older: the clock was set back. */
static bool live_before(int64_t *since, int64_t time)
{
	if (*since == 0)
		return false;
	if (time < *since && time >= *since - LIVE_SHARE_US)
		return true;
	*since = 0;
	return false;
}

static void live_packet(u_char *arg, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct live *l = (struct live *)(void *)arg;
	struct dissect_packet p = { .time = (int64_t)h->ts.tv_sec * 1000000 + h->ts.tv_usec,
				    .linktype = l->linktype,
				    .wire_len = h->len > h->caplen ? h->len : h->caplen,
				    .bytes = bytes,
				    .captured = h->caplen };

	if (l->until != 0 && p.time > l->until) {
		l->over = true;
		pcap_breakloop(l->pcap);
	}
	if (l->over)
		return;
	l->seen++;
	if (live_before(&l->since, p.time))
		l->aside++;
	else
		l->fn(l->arg, &p);
}

int live_read(struct live *l, int budget, capture_fn *fn, void *arg, char error[CAPTURE_ERROR_MAX])
{
	uint64_t before = l->seen;
	int n;

	l->fn = fn;
	l->arg = arg;
	n = l->over ? 0 : pcap_dispatch(l->pcap, budget, live_packet, (u_char *)l);
	if (l->over)
		return -1;
	if (n >= 0)
		return (int)(l->seen - before);
	live_say(error, l->name, "抓包中断，请检查网络接口是否还在", pcap_geterr(l->pcap));
	return -2;
}

void live_until(struct live *l, int64_t time) { l->until = time; }

int live_fd(const struct live *l) { return pcap_get_selectable_fd(l->pcap); }

const char *live_remark(const struct live *l) { return l->remark; }

int live_linktype(const struct live *l) { return l->linktype; }

uint64_t live_add(struct live_sum *s, uint32_t now, uint32_t most)
{
	uint32_t more = now - s->last;

	s->last = now;
	if (more <= most)
		s->sum += more;
	return s->sum;
}

void live_stats(struct live *l, struct capture_stats *out)
{
	struct prefilter_stats left = { 0 };
	struct pcap_stat s;

	*out = (struct capture_stats){ 0 };
	if (l->prefilter != NULL)
		prefilter_stats(l->prefilter, &left);
	out->prefiltered = left.packets;
	out->prefiltered_bytes = left.bytes;
	out->unfiltered = l->remark[0] != '\0';
	out->read = l->seen - l->aside;
	if (pcap_stats(l->pcap, &s) != 0)
		return;
	out->received = live_add(&l->received, s.ps_recv, UINT32_MAX) - l->aside;
	out->kernel_drop = live_add(&l->dropped, s.ps_drop, UINT32_MAX);
	out->iface_drop = live_add(&l->missed, s.ps_ifdrop, INT32_MAX);
}
