/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The jobs that are out at the prober, by visit: those of one subject are asked one after the other. When a
 * prober dies, this says what it may have died of. Of each visit only the job whose turn it was is suspected:
 * if it had begun, it was asked; if not, it goes out again at once, and after two such deaths the suspects go
 * one by one, so that the third is one job's alone. Bounded by what is handed out. No I/O, no clock.
 */
#ifndef DAEMON_FLIGHT_H
#define DAEMON_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/job.h"
#include "store/store.h"

enum {
	FLIGHT_STRIKES_CAREFUL = 2, /* deaths before a job began, until suspects go one by one */
	FLIGHT_STRIKES_MAX = 3,     /* until it is put off */
};

struct flight;

struct flight *flight_new(void);
void flight_free(struct flight *f); /* NULL-safe */

void flight_add(struct flight *f, const struct job *j);
/* Its first request leaves: from now on it was asked. False: it is not out. */
bool flight_begun(struct flight *f, int64_t job);
/* It was answered. False: it is not out. */
bool flight_landed(struct flight *f, int64_t job);

size_t flight_jobs(const struct flight *f);
size_t flight_visits(const struct flight *f);
/* Is there anybody who must go alone? */
bool flight_careful(const struct flight *f);
/* How many visits more may go out, of `room`: all, or while that is so one, if the last has begun. */
size_t flight_room(const struct flight *f, size_t room);

/* The prober is dead: what is to become of each job that was out (flight_jobs() of them; the caller frees).
 * None is out any more. */
struct store_fallen *flight_crash(struct flight *f);
/* Nothing died for long: nobody is suspected any more. */
void flight_calm(struct flight *f);

#endif
