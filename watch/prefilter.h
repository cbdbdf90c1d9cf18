/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaves bulk in the kernel: an eBPF socket filter, generated here, that drops packets of plain TCP and UDP
 * which can hold neither the start of a message nor its continuation. It keeps a table of directions of
 * flows; one that is not in it, or was pushed out of it, passes. Whatever is not understood passes.
 *
 * TCP: SYN, FIN and RST pass. What looks like a start (TLS handshake, HTTP, DNS behind its length) passes and
 * lets as many bytes behind it pass as a message may have, and so does a direction never seen. HTTP requests
 * let all pass from then on. Of other directions' TLS application data the first segment passes, and hardly
 * anything behind it. Of bare acknowledgements the first of a direction does. UDP: DNS and tunnels pass, and
 * so do QUIC's long headers; its short ones do not. Of anything else the first packets of a direction pass.
 *
 * What is lost by it: of a direction that was not seen asking in the clear, behind as many bytes as a message
 * may have, messages that do not begin a segment (or with a length of DNS in one of its own), as they come
 * when capture starts in the middle of a connection; and what a client hides on purpose, by requests that
 * never begin one or by a hello of many segments of which one looks like application data. Who must see those
 * has to do without.
 */
#ifndef WATCH_PREFILTER_H
#define WATCH_PREFILTER_H

#include <stdint.h>

struct sock_fprog;
struct prefilter; /* owns the program and the mapped counters */

struct prefilter_stats {
	uint64_t packets, bytes; /* left in the kernel, counted nowhere else */
};

/* A message is put together from at most `reach` bytes, whatever their order, perhaps mirrored twice;
 * `snaplen` of each packet that passes are kept. 0 or negative errno: -EPERM without CAP_BPF. */
int prefilter_new(struct prefilter **out, uint32_t reach, uint32_t snaplen)
	__attribute__((warn_unused_result));
/* The same behind a filter of the user's, a classic program: of what that leaves out nothing is counted or
 * remembered. -ENOTSUP: it has an operation that is not known. */
int prefilter_new_behind(struct prefilter **out, const struct sock_fprog *filter, uint32_t reach,
			 uint32_t snaplen) __attribute__((warn_unused_result));
void prefilter_free(struct prefilter *p);
/* On a socket that receives Ethernet frames; in place of the filter it has. 0 or negative errno. */
int prefilter_attach(const struct prefilter *p, int fd) __attribute__((warn_unused_result));
void prefilter_stats(const struct prefilter *p, struct prefilter_stats *out);
int prefilter_program(const struct prefilter *p); /* its descriptor */

#endif
