/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file or a live interface (live.h) behind one shape; these two are the only libpcap users. Files and
 * interfaces go through the same code from the first packet on. pcap timestamps become microseconds UTC.
 * Errors come back as one Chinese line that says what to do.
 */
#ifndef WATCH_CAPTURE_H
#define WATCH_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "conf/conf.h"
#include "dissect/dissect.h"

enum { CAPTURE_ERROR_MAX = 512 };

struct capture; /* owns the handle */

typedef void capture_fn(void *arg, const struct dissect_packet *p);
/* Packets that come next, at most DISSECT_AHEAD_MAX. */
typedef void capture_ahead_fn(void *arg, const struct dissect_packet *p, size_t n);

/* Opens a capture file (pcap, pcapng; "-" is stdin). NULL with error on failure: unreadable, empty, not a
 * capture. */
struct capture *capture_open_file(const char *path, char error[CAPTURE_ERROR_MAX]);
/* The same over an open descriptor; takes it. `name` stands in messages. */
struct capture *capture_open_fd(int fd, const char *name, char error[CAPTURE_ERROR_MAX]);
/* How a mirror port is opened; the texts are borrowed for the call. */
struct capture_live {
	const char *interface, *filter; /* filter: pcap-filter(7) or "" */
	unsigned snaplen, buffer_mb;    /* of the TPACKET_V3 ring */
	unsigned workers;               /* processes that share the interface */
	uint16_t group;                 /* of these, when there are several; see watch/fanout.h */
	unsigned prefilter_kb;          /* reach of watch/prefilter.h; 0: none */
};
/* As the configuration says; one worker, so far. */
struct capture_live capture_live_conf(const struct conf *conf, const char *interface);
struct capture *capture_open_live(const struct capture_live *how, char error[CAPTURE_ERROR_MAX]);
/* Would capture_open_live() take this filter? false with the reason in error. Needs no rights. */
bool capture_filter_valid(const char *filter, char error[CAPTURE_ERROR_MAX]);
void capture_close(struct capture *c);
/* What the caller should tell people once, a Chinese line; "": nothing. */
const char *capture_remark(const struct capture *c);

/* Hands up to `budget` packets to fn. >0: packets seen; 0: live, none waiting; -1: end of file;
 * -2: the input broke (truncated file, interface gone), the reason in error. */
int capture_read(struct capture *c, int budget, capture_fn *fn, void *arg, char error[CAPTURE_ERROR_MAX]);

/* From now on packets are told before they are handed out, where that costs nothing: as a hint. */
void capture_ahead(struct capture *c, capture_ahead_fn *fn, void *arg);

/* Asks for the digest of a file, before the first capture_read(): costs about as much as reading it. */
void capture_want_digest(struct capture *c);
/* After capture_read() returned -1 or -2, when it was asked for: the digest (hash_stream) over all bytes of
 * the file, also over those behind the place where it broke. False: cannot be read, or is a pipe. */
bool capture_digest(struct capture *c, char out[HASH_HEX_SIZE]) __attribute__((warn_unused_result));

/* Live: the first packet after this time is its end, -1. */
void capture_until(struct capture *c, int64_t time);
int capture_fd(const struct capture *c); /* to wait on, live only; -1 for files */

struct capture_stats {
	uint64_t received;    /* packets that reached the filter, as libpcap counts them */
	uint64_t read;        /* packets handed out */
	uint64_t kernel_drop; /* no room in the ring */
	uint64_t iface_drop;
	uint64_t prefiltered, prefiltered_bytes; /* left in the kernel on purpose, not in `received` */
	bool unfiltered;                         /* a prefilter was asked for and is not there */
};
void capture_stats(struct capture *c, struct capture_stats *out); /* zeroes for files */
int capture_linktype(const struct capture *c);

#endif
