/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/lookout.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "watch/port.h"

static const enum trouble troubles[ALARM_COUNT] = {
	[ALARM_DOWN] = TROUBLE_INTERFACE_DOWN,
	[ALARM_SILENT] = TROUBLE_INTERFACE_SILENT,
	[ALARM_LOSS] = TROUBLE_INTERFACE_LOST,
};

static void on_turn(void *arg, const struct alarm_turn *turn)
{
	struct lookout *l = arg;
	int64_t ago = clock_steady() - turn->since;

	if (turn->on)
		log_warn("%s", turn->text);
	else
		log_info("%s", turn->text);
	l->tell(l->arg, troubles[turn->kind], turn->on, clock_wall() - ago, turn->text);
}

/* -1 for what is no interface of its own, such as "any". */
static int open_port(const char *interface, int *index)
{
	struct port_state port = { 0 };
	int fd = port_open();

	if (fd < 0)
		return -1;
	if (port_look(fd, interface, &port) == 0 && port.there) {
		*index = port.index;
		return fd;
	}
	close(fd);
	return -1;
}

void lookout_init(struct lookout *l, const char *interface, const char *source, unsigned quiet_seconds,
		  lookout_fn *tell, void *arg)
{
	const char *worker = strchr(source, '#');
	bool first = worker == NULL || strcmp(worker, "#1") == 0;

	*l = (struct lookout){ .tell = tell, .arg = arg, .port = -1 };
	if (first)
		l->port = open_port(interface, &l->index);
	alarm_init(&l->alarm, interface, l->port >= 0 ? quiet_seconds : 0, on_turn, l);
}

void lookout_clear(struct lookout *l)
{
	if (l->port >= 0)
		close(l->port);
	l->port = -1;
}

/* When nobody died the interface was not there. */
void lookout_gap(struct lookout *l, int64_t from, int64_t now, unsigned lost)
{
	uint64_t gap = from > 0 && now > from ? (uint64_t)(now - from) : 0;

	l->lost = lost;
	if (lost > 0)
		l->gap_us = gap;
	else if (l->port >= 0)
		l->alarm.of[ALARM_DOWN].us += gap;
}

bool lookout_look(struct lookout *l, struct capture *c)
{
	struct port_state port = { .up = true };
	struct capture_stats kernel;

	if (l->port >= 0 && port_look_at(l->port, l->index, &port) != 0)
		return false;
	capture_stats(c, &kernel);
	const struct alarm_sight sight = { .time = clock_steady(),
					   .up = port.up,
					   .received = port.received,
					   .lost = kernel.kernel_drop +
						   (l->port >= 0 ? kernel.iface_drop : 0) };
	return alarm_look(&l->alarm, &sight);
}

void lookout_counters(const struct lookout *l, void (*fn)(void *arg, const char *name, uint64_t value),
		      void *arg)
{
	for (int i = 0; i < ALARM_COUNT; i++)
		fn(arg, trouble_name(troubles[i]), alarm_seconds(&l->alarm, (enum alarm_kind)i));
	fn(arg, "interface-alarms", alarm_open(&l->alarm));
	fn(arg, "worker-lost", l->lost);
	fn(arg, "worker-lost-seconds", l->gap_us / 1000000);
}

bool lookout_may_listen(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno != EPERM && errno != EACCES;
	close(fd);
	return true;
}

bool lookout_is_away(const char *interface)
{
	struct port_state port = { .up = true };
	int fd = port_open();

	if (fd < 0)
		return false;
	if (port_look(fd, interface, &port) != 0)
		port.up = true;
	close(fd);
	return !port.up;
}
