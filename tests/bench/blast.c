/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blast INTERFACE PPS SECONDS CAPTURE: sends the packets of a classic little-endian pcap file round and
 * round, past the queueing discipline, at so many a second (0: as fast as it goes). Prints "packets bytes
 * seconds".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 64, FILE_HEADER = 24, RECORD_HEADER = 16 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static const uint8_t *map(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size < FILE_HEADER)
		die(path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		die(path);
	*n = (size_t)st.st_size;
	return p;
}

static int open_wire(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = (int)if_nametoindex(interface) };

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) != 0 ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die(interface);
	return fd;
}

struct burst {
	struct mmsghdr message[BURST];
	struct iovec part[BURST];
	unsigned n;
};

static void send_burst(int fd, const struct burst *b)
{
	unsigned done = 0;

	while (done < b->n) {
		int k = sendmmsg(fd, (struct mmsghdr *)b->message + done, b->n - done, 0);
		if (k > 0)
			done += (unsigned)k;
		else if (errno != ENOBUFS && errno != EAGAIN)
			die("sendmmsg");
	}
}

int main(int argc, char **argv)
{
	static struct burst b;
	uint64_t packets = 0, bytes = 0;
	size_t size, at = FILE_HEADER;

	if (argc != 5)
		return fprintf(stderr, "usage: blast INTERFACE PPS SECONDS CAPTURE\n"), 2;
	double pps = strtod(argv[2], NULL), seconds = strtod(argv[3], NULL), start, t;
	const uint8_t *file = map(argv[4], &size);
	int fd = open_wire(argv[1]);

	start = now();
	while ((t = now() - start) < seconds) {
		if (pps > 0 && (double)packets > t * pps)
			continue;
		for (b.n = 0; b.n < BURST; b.n++) {
			uint32_t length;
			if (at + RECORD_HEADER > size)
				at = FILE_HEADER;
			memcpy(&length, file + at + 8, sizeof(length));
			if (at + RECORD_HEADER + length > size)
				return fprintf(stderr, "%s: broken\n", argv[4]), 1;
			b.part[b.n] =
				(struct iovec){ (void *)(uintptr_t)(file + at + RECORD_HEADER), length };
			b.message[b.n].msg_hdr = (struct msghdr){ .msg_iov = &b.part[b.n], .msg_iovlen = 1 };
			at += RECORD_HEADER + length;
			bytes += length;
		}
		send_burst(fd, &b);
		packets += b.n;
	}
	printf("%llu %llu %.2f\n", (unsigned long long)packets, (unsigned long long)bytes, t);
	return 0;
}
