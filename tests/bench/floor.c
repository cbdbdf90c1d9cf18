/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The floor for every ratio in doc/performance.md: libpcap reading a capture into an empty callback.
 */
#include <pcap/pcap.h>
#include <stdio.h>

static void count(u_char *arg, const struct pcap_pkthdr *h, const u_char *bytes)
{
	unsigned long long *n = (unsigned long long *)(void *)arg;
	(void)bytes;
	n[0]++;
	n[1] += h->len;
}

int main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE];
	unsigned long long n[2] = { 0, 0 };
	pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;

	if (p == NULL) {
		fprintf(stderr, "floor: usage: floor CAPTURE\n");
		return 2;
	}
	pcap_dispatch(p, -1, count, (u_char *)n);
	pcap_close(p);
	printf("%llu packets %llu bytes\n", n[0], n[1]);
	return 0;
}
