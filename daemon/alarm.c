/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/alarm.h"

#include <stdio.h>

enum {
	CALM_SECONDS = 60,  /* without loss: that episode is over */
	STEADY_SECONDS = 5, /* with a link, or over which packets were heard: so is that one */
};

static const int64_t second = 1000000;

void alarm_init(struct alarm *a, const char *interface, unsigned quiet_seconds, alarm_fn *tell, void *arg)
{
	*a = (struct alarm){
		.tell = tell, .arg = arg, .interface = interface, .quiet_us = quiet_seconds * second
	};
}

static void say_down(char *out, const struct alarm *a, bool on, long long seconds)
{
	if (on)
		snprintf(out, ALARM_TEXT_MAX, "网卡 %s 没有链路,收不到镜像流量;请检查网线、光模块和对端端口",
			 a->interface);
	else
		snprintf(out, ALARM_TEXT_MAX, "网卡 %s 恢复:链路通了,断开 %lld 秒", a->interface, seconds);
}

static void say_silent(char *out, const struct alarm *a, bool on, long long seconds)
{
	if (on)
		snprintf(out, ALARM_TEXT_MAX, "网卡 %s 已有 %lld 秒没有收到任何包;请检查交换机的镜像配置",
			 a->interface, seconds);
	else if (a->last.up)
		snprintf(out, ALARM_TEXT_MAX, "网卡 %s 恢复:又收到包了,静默 %lld 秒", a->interface, seconds);
	else
		snprintf(out, ALARM_TEXT_MAX, "网卡 %s 静默 %lld 秒后断了链路", a->interface, seconds);
}

static void say_loss(char *out, const struct alarm *a, bool on, long long seconds)
{
	unsigned long long lost = a->last.lost - a->lost;

	if (on)
		snprintf(out, ALARM_TEXT_MAX,
			 "网卡 %s 正在丢包(已丢 %llu 个);请增大 sensor.buffer_mb 或 sensor.workers,或启用 "
			 "sensor.prefilter",
			 a->interface, lost);
	else
		snprintf(out, ALARM_TEXT_MAX, "网卡 %s 恢复:%d 秒没有再丢包,历时 %lld 秒,共丢 %llu 个",
			 a->interface, CALM_SECONDS, seconds, lost);
}

static void (*const say[ALARM_COUNT])(char *out, const struct alarm *a, bool on, long long seconds) = {
	[ALARM_DOWN] = say_down,
	[ALARM_SILENT] = say_silent,
	[ALARM_LOSS] = say_loss,
};

/* Began or ended at `at`, which may be a while ago. */
static bool turn(struct alarm *a, enum alarm_kind kind, bool on, int64_t at)
{
	int64_t now = a->last.time;
	char text[ALARM_TEXT_MAX];

	if (a->of[kind].on == on)
		return false;
	if (on)
		a->of[kind].since = at;
	else
		a->of[kind].us += (uint64_t)(at - a->of[kind].since);
	a->of[kind].on = on;
	say[kind](text, a, on, ((on ? now : at) - a->of[kind].since) / second);
	a->tell(a->arg, &(struct alarm_turn){ kind, on, a->of[kind].since, text });
	return true;
}

/* A ring that is new, as after a restart of the capture, counts from 0. */
static bool look_loss(struct alarm *a, const struct alarm_sight *before)
{
	const struct alarm_sight *now = &a->last;

	if (now->lost > before->lost) {
		a->hurt = now->time;
		if (!a->of[ALARM_LOSS].on)
			a->lost = before->lost;
		return turn(a, ALARM_LOSS, true, before->time);
	}
	if (now->time - a->hurt < CALM_SECONDS * second)
		return false;
	return turn(a, ALARM_LOSS, false, now->time);
}

/* A link that comes and goes every other second is one episode. */
static bool look_down(struct alarm *a, const struct alarm_sight *before)
{
	const struct alarm_sight *now = &a->last;

	if (!now->up)
		return turn(a, ALARM_DOWN, true, now->time);
	if (!before->up)
		a->linked = now->time;
	if (now->time - a->linked < STEADY_SECONDS * second)
		return false;
	return turn(a, ALARM_DOWN, false, a->linked);
}

/* Without a link nothing is heard either: that is the one alarm then. Nor does a single packet end an
 * episode, or a port that hears one now and then would be told anew each time. */
static bool look_silent(struct alarm *a, const struct alarm_sight *before)
{
	const struct alarm_sight *now = &a->last;
	int64_t gap = now->time - a->heard;

	if (now->received != before->received || !now->up) {
		if (gap >= a->quiet_us)
			a->back = now->time;
		a->heard = now->time;
		if (now->up && a->heard - a->back < STEADY_SECONDS * second)
			return false;
		return turn(a, ALARM_SILENT, false, a->back);
	}
	if (a->quiet_us == 0 || gap < a->quiet_us)
		return false;
	return turn(a, ALARM_SILENT, true, a->heard);
}

bool alarm_look(struct alarm *a, const struct alarm_sight *now)
{
	const struct alarm_sight before = a->seen ? a->last : *now;
	bool changed;

	if (!a->seen)
		a->heard = a->back = a->hurt = now->time;
	a->seen = true;
	a->last = *now;
	changed = look_down(a, &before);
	changed |= look_silent(a, &before);
	changed |= look_loss(a, &before);
	return changed;
}

uint64_t alarm_seconds(const struct alarm *a, enum alarm_kind kind)
{
	uint64_t us = a->of[kind].us;

	if (a->of[kind].on)
		us += (uint64_t)(a->last.time - a->of[kind].since);
	return us / (uint64_t)second;
}

unsigned alarm_open(const struct alarm *a)
{
	unsigned n = 0;

	for (int i = 0; i < ALARM_COUNT; i++)
		n += a->of[i].on;
	return n;
}
