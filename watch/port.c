/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/port.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 16384 };

struct question {
	struct nlmsghdr head;
	struct ifinfomsg link;
	struct rtattr name;
	char text[IFNAMSIZ];
};

int port_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd < 0 ? -errno : fd;
}

/* By its name or, when that is NULL, by its number. */
static int ask(int fd, const char *interface, int index)
{
	struct question q;

	memset(&q, 0, sizeof(q));
	q.link.ifi_index = index;
	q.head = (struct nlmsghdr){ .nlmsg_len = offsetof(struct question, name),
				    .nlmsg_type = RTM_GETLINK,
				    .nlmsg_flags = NLM_F_REQUEST };
	if (interface != NULL) {
		strncpy(q.text, interface, IFNAMSIZ - 1);
		q.name = (struct rtattr){ .rta_type = IFLA_IFNAME, .rta_len = RTA_LENGTH(IFNAMSIZ) };
		q.head.nlmsg_len = sizeof(q);
	}
	return send(fd, &q, q.head.nlmsg_len, 0) < 0 ? -errno : 0;
}

static void read_attributes(const struct nlmsghdr *h, struct port_state *out)
{
	const struct ifinfomsg *link = NLMSG_DATA(h);
	const struct rtattr *a = IFLA_RTA(link);
	int left = (int)IFLA_PAYLOAD(h);

	out->there = true;
	out->index = link->ifi_index;
	out->up = (link->ifi_flags & IFF_UP) != 0 && (link->ifi_flags & IFF_RUNNING) != 0;
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		struct rtnl_link_stats64 stats;
		if (a->rta_type != IFLA_STATS64 || RTA_PAYLOAD(a) < sizeof(stats.rx_packets))
			continue;
		memcpy(&stats.rx_packets, RTA_DATA(a), sizeof(stats.rx_packets)); /* its first member */
		out->received = stats.rx_packets;
	}
}

/* The kernel has answered by the time that send() returns. */
static int look(int fd, const char *interface, int index, struct port_state *out)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_MAX];
	const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)answer;
	int rc = ask(fd, interface, index);
	ssize_t n;

	*out = (struct port_state){ 0 };
	if (rc != 0)
		return rc;
	n = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
	if (n < 0)
		return -errno;
	if (!NLMSG_OK(h, (size_t)n))
		return -EPROTO;
	if (h->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(h))->error == -ENODEV ? 0 : -EPROTO;
	read_attributes(h, out);
	return 0;
}

int port_look(int fd, const char *interface, struct port_state *out) { return look(fd, interface, 0, out); }

int port_look_at(int fd, int index, struct port_state *out) { return look(fd, NULL, index, out); }
