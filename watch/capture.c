/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/errno.h"
#include "base/text.h"
#include "dissect/link.h"
#include "watch/live.h"
#include "watch/mapped.h"
#include "watch/pcapng.h"

/* dissect/ has its own names for the link types; they are libpcap's on this system. */
_Static_assert((int)LINK_RAW == DLT_RAW && (int)LINK_LOOP == DLT_LOOP &&
		       (int)LINK_PPP_ETHER == DLT_PPP_ETHER && (int)LINK_LINUX_SLL == DLT_LINUX_SLL &&
		       (int)LINK_LINUX_SLL2 == DLT_LINUX_SLL2 && (int)LINK_IPV4 == DLT_IPV4 &&
		       (int)LINK_IPV6 == DLT_IPV6 && (int)LINK_NULL == DLT_NULL &&
		       (int)LINK_IEEE802_11 == DLT_IEEE802_11 && (int)LINK_NFLOG == DLT_NFLOG &&
		       (int)LINK_PKTAP == DLT_PKTAP && (int)LINK_IEEE802_11_RADIO == DLT_IEEE802_11_RADIO,
	       "link types as libpcap numbers them");

enum { CAPTURE_NAME_MAX = 256, CAPTURE_REASON_MAX = 112 };

struct capture {
	struct live *live; /* NULL: a file, the rest is for it */
	pcap_t *pcap;
	char *name;
	int linktype;
	struct mapped *mapped; /* reads in libpcap's stead as far as it can; NULL: no longer, or never */
	struct pcapng *ng;     /* reads in libpcap's stead what that refuses; else NULL */
	uint64_t seen;
	struct hash_stream *digest; /* NULL: not asked for */
	int64_t digested;           /* bytes that are in it */
	capture_fn *fn;             /* of the capture_read() under way */
	void *arg;
};

static struct capture *capture_new(pcap_t *pcap, const char *name)
{
	struct capture *c = xcalloc(1, sizeof(*c));

	c->pcap = pcap;
	c->name = xstrdup(name);
	c->linktype = pcap_datalink(pcap);
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

/* Packed captures are common, and told by their first byte: no capture begins with one of these. */
static const struct {
	int first;
	const char *what, *unpack;
} packed[] = {
	{ 0x1f, "gzip", "gunzip -k" },  { 0x28, "zstd", "unzstd" }, { 0xfd, "xz", "unxz -k" },
	{ 'B', "bzip2", "bunzip2 -k" }, { 'P', "zip", "unzip" },
};

static bool capture_packed_error(char error[CAPTURE_ERROR_MAX], const char *safe, int first)
{
	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
		if (packed[i].first == first) {
			snprintf(error, CAPTURE_ERROR_MAX,
				 "%s: 不是抓包文件，像是 %s 压缩过的，请先解压（%s）", safe, packed[i].what,
				 packed[i].unpack);
			return true;
		}
	return false;
}

/* libpcap tells its reasons in English sentences only. */
static void capture_file_error(char error[CAPTURE_ERROR_MAX], const char *name, const char *why, int first)
{
	char safe[CAPTURE_NAME_MAX], reason[CAPTURE_REASON_MAX];

	capture_safe(safe, name);
	if (capture_packed_error(error, safe, first))
		return;
	if (strstr(why, "unknown file format") != NULL)
		snprintf(error, CAPTURE_ERROR_MAX, "%s: 不是抓包文件，请给出 pcap 或 pcapng 文件", safe);
	else if (strstr(why, "truncated") != NULL)
		snprintf(error, CAPTURE_ERROR_MAX, "%s: 抓包文件的文件头不完整，请重新抓取或重新复制该文件",
			 safe);
	else
		snprintf(error, CAPTURE_ERROR_MAX, "%s: 不能读取该抓包文件，请检查文件是否完整（%s）", safe,
			 capture_reason(reason, why));
}

/* Versions before have their lengths in another order. */
enum { FILE_HEADER = 24, VERSION_MAJOR = 2, VERSION_MINOR = 4 };

static const struct {
	uint32_t magic;
	bool nano;
} classic[] = { { 0xa1b2c3d4, false }, { 0xa1b23c4d, true } };

/* Of some link types libpcap turns a pseudo-header's numbers round, or puts its lengths right. */
static bool capture_is_plain(int linktype, bool swapped)
{
	switch (linktype) {
	case DLT_USB_LINUX:
	case DLT_USB_LINUX_MMAPPED:
		return false;
	case DLT_NFLOG:
	case DLT_LINUX_SLL:
	case DLT_PKTAP:
		return !swapped;
	default:
		return true;
	}
}

/* The reader for classic files, when this is one and stands at its beginning. */
static struct mapped *capture_map(int fd, pcap_t *pcap)
{
	struct mapped_format f = { .linktype = pcap_datalink(pcap),
				   .snapshot = (uint32_t)pcap_snapshot(pcap),
				   .swapped = pcap_is_swapped(pcap) != 0,
				   .first = FILE_HEADER };
	uint32_t magic = 0;

	if (pcap_major_version(pcap) != VERSION_MAJOR || pcap_minor_version(pcap) != VERSION_MINOR ||
	    !capture_is_plain(f.linktype, f.swapped) || pread(fd, &magic, sizeof(magic), 0) != sizeof(magic))
		return NULL;
	if (f.swapped)
		magic = __builtin_bswap32(magic);
	for (size_t i = 0; i < sizeof(classic) / sizeof(classic[0]); i++)
		if (classic[i].magic == magic) {
			f.nano = classic[i].nano;
			return mapped_open(fd, &f);
		}
	return NULL;
}

/* Takes f. */
static struct capture *capture_open_stream(FILE *f, const char *name, char error[CAPTURE_ERROR_MAX])
{
	char why[PCAP_ERRBUF_SIZE] = "", safe[CAPTURE_NAME_MAX];
	bool at_start = lseek(fileno(f), 0, SEEK_CUR) == 0;
	int first = getc(f);
	struct capture *c;
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
		capture_file_error(error, name, why, first);
		fclose(f);
		return NULL;
	}
	c = capture_new(pcap, name);
	if (at_start)
		c->mapped = capture_map(fileno(f), pcap);
	return c;
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

struct capture *capture_open_live(const struct capture_live *how, char error[CAPTURE_ERROR_MAX])
{
	struct live *live = live_open(how, error);
	struct capture *c;

	if (live == NULL)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	c->live = live;
	c->linktype = live_linktype(live);
	return c;
}

bool capture_filter_valid(const char *filter, char error[CAPTURE_ERROR_MAX])
{
	return live_filter_valid(filter, error);
}

const char *capture_remark(const struct capture *c) { return c->live != NULL ? live_remark(c->live) : ""; }

void capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	live_close(c->live);
	mapped_close(c->mapped);
	pcapng_free(c->ng);
	if (c->pcap != NULL)
		pcap_close(c->pcap);
	hash_stream_free(c->digest);
	free(c->name);
	free(c);
}

static void capture_packet(u_char *arg, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct capture *c = (struct capture *)(void *)arg;
	struct dissect_packet p = { .time = mapped_time(h->ts.tv_sec, h->ts.tv_usec),
				    .linktype = c->linktype,
				    .wire_len = h->len > h->caplen ? h->len : h->caplen,
				    .bytes = bytes,
				    .captured = h->caplen };

	c->seen++;
	c->fn(c->arg, &p);
}

/* Link type or snapshot length of interfaces: libpcap has one for a file. */
static bool capture_is_mixed(const char *why) { return strstr(why, "of the first interface") != NULL; }

/* Was the file made shorter than what was read of it? libpcap would take that for its end. */
static bool capture_is_cut(const struct capture *c)
{
	struct stat st;

	return fstat(fileno(pcap_file(c->pcap)), &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_size < ftello(pcap_file(c->pcap));
}

static void capture_broken(const struct capture *c, char error[CAPTURE_ERROR_MAX])
{
	const char *why = pcap_geterr(c->pcap);
	char safe[CAPTURE_NAME_MAX], reason[CAPTURE_REASON_MAX];

	capture_safe(safe, c->name);
	if (strstr(why, "truncated") != NULL || capture_is_cut(c))
		snprintf(error, CAPTURE_ERROR_MAX, "%s: 抓包文件在第 %llu 个包之后被截断，此前的内容已读出",
			 safe, (unsigned long long)c->seen);
	else if (capture_is_mixed(why)) /* and from a pipe, else it would be read */
		snprintf(error, CAPTURE_ERROR_MAX,
			 "%s: 各接口的链路类型不同，第 %llu 个包之后没有读，请先按接口拆成几个文件"
			 "（tshark -Y frame.interface_id==0 -w）",
			 safe, (unsigned long long)c->seen);
	else
		snprintf(error, CAPTURE_ERROR_MAX,
			 "%s: 抓包文件在第 %llu 个包之后不能再读，此前的内容已读出（%s）", safe,
			 (unsigned long long)c->seen, capture_reason(reason, why));
}

/* What is left is libpcap's: the end, or something that only it knows to handle. */
static bool capture_hand_over(struct capture *c)
{
	int64_t at = mapped_at(c->mapped);

	c->digested = mapped_digested(c->mapped);
	mapped_close(c->mapped);
	c->mapped = NULL;
	return fseeko(pcap_file(c->pcap), at, SEEK_SET) == 0 && !capture_is_cut(c);
}

static int capture_read_mapped(struct capture *c, int budget, capture_fn *fn, void *arg)
{
	int n = mapped_read(c->mapped, budget, fn, arg);

	c->seen += (uint64_t)n;
	return n;
}

static void capture_pass(void *arg, const struct dissect_packet *p)
{
	(void)arg;
	(void)p;
}

/* Begins again with the reader of our own, behind what was handed out already. False: cannot be read twice.
 */
static bool capture_reread(struct capture *c)
{
	uint64_t passed = 0;

	if (fseeko(pcap_file(c->pcap), 0, SEEK_SET) != 0)
		return false;
	c->ng = pcapng_new(pcap_file(c->pcap));
	while (passed < c->seen && pcapng_read(c->ng, 1, capture_pass, NULL) > 0)
		passed++;
	return passed == c->seen;
}

static int capture_read_mixed(struct capture *c, int budget, capture_fn *fn, void *arg,
			      char error[CAPTURE_ERROR_MAX])
{
	char safe[CAPTURE_NAME_MAX];
	int n = pcapng_read(c->ng, budget, fn, arg);

	if (n > 0)
		c->seen += (uint64_t)n;
	if (n == -2)
		snprintf(error, CAPTURE_ERROR_MAX,
			 "%s: 抓包文件在第 %llu 个包之后损坏或被截断，此前的内容已读出",
			 capture_safe(safe, c->name), (unsigned long long)c->seen);
	return n;
}

int capture_read(struct capture *c, int budget, capture_fn *fn, void *arg, char error[CAPTURE_ERROR_MAX])
{
	uint64_t before = c->seen;
	int n;

	if (c->live != NULL)
		return live_read(c->live, budget, fn, arg, error);
	if (c->ng != NULL)
		return capture_read_mixed(c, budget, fn, arg, error);
	if (c->mapped != NULL && (n = capture_read_mapped(c, budget, fn, arg)) > 0)
		return n;
	if (c->mapped != NULL && !capture_hand_over(c)) {
		capture_broken(c, error);
		return -2;
	}
	c->fn = fn;
	c->arg = arg;
	n = pcap_dispatch(c->pcap, budget, capture_packet, (u_char *)c);
	if (n < 0 && capture_is_mixed(pcap_geterr(c->pcap)) && capture_reread(c))
		return capture_read_mixed(c, budget, fn, arg, error);
	if (n < 0) {
		capture_broken(c, error);
		return -2;
	}
	return c->seen > before ? (int)(c->seen - before) : -1;
}

void capture_ahead(struct capture *c, capture_ahead_fn *fn, void *arg)
{
	if (c->mapped != NULL)
		mapped_ahead(c->mapped, fn, arg);
}

void capture_want_digest(struct capture *c)
{
	if (c->live != NULL || c->digest != NULL)
		return;
	c->digest = hash_stream_new();
	if (c->mapped != NULL)
		mapped_want_digest(c->mapped, c->digest);
}

bool capture_digest(struct capture *c, char out[HASH_HEX_SIZE])
{
	if (c->digest == NULL || c->mapped != NULL ||
	    hash_stream_file(c->digest, fileno(pcap_file(c->pcap)), c->digested) != 0)
		return false;
	hash_stream_hex(c->digest, out);
	hash_stream_free(c->digest);
	c->digest = NULL;
	return true;
}

void capture_until(struct capture *c, int64_t time)
{
	if (c->live != NULL)
		live_until(c->live, time);
}

int capture_fd(const struct capture *c) { return c->live ? live_fd(c->live) : -1; }

void capture_stats(struct capture *c, struct capture_stats *out)
{
	*out = (struct capture_stats){ 0 };
	if (c->live != NULL)
		live_stats(c->live, out);
}

int capture_linktype(const struct capture *c) { return c->linktype; }
