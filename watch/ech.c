/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/ech.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "watch/hostname.h"

enum {
	WAYS = 8, /* names whose hashes have one place */
	PLACES = ECH_NAMES / WAYS,
};

/* Records live for hours, and clients keep configurations as long. */
#define LATELY_US INT64_C(86400000000)

/* What holds as long as it is said again within a day. */
struct run {
	bool said;
	int64_t from, to;
};

struct config {
	struct run seen;
	struct run own; /* in a record of the public_name itself */
	uint8_t id;
};

struct name {
	uint64_t hash;      /* 0: none */
	struct run crowded; /* there were more configurations than have room */
	uint8_t count;
	struct config config[ECH_CONFIGS];
};

struct place {
	struct name name[WAYS];
	uint8_t turn; /* the one that is given away next */
};

/* Zeroes are an empty one, but for lock and secret. */
struct ech {
	pthread_mutex_t lock;
	struct hash_secret secret;
	_Atomic uint64_t ids[256 / 64]; /* a bit for each id that was ever learnt: GREASE draws any */
	struct place place[PLACES];
};

/* --- where it lives --- */

static struct ech *map(int fd)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *p = mmap(NULL, sizeof(struct ech), PROT_READ | PROT_WRITE, flags, fd, 0);

	return p != MAP_FAILED ? p : NULL;
}

/* A process may die with the lock in its hands. */
static int begin(struct ech *e)
{
	pthread_mutexattr_t how;
	int rc = pthread_mutexattr_init(&how);

	hash_secret_random(&e->secret);
	if (rc == 0)
		rc = pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
	if (rc == 0)
		rc = pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
	if (rc == 0)
		rc = pthread_mutex_init(&e->lock, &how);
	return -rc;
}

struct ech *ech_new(void)
{
	struct ech *e = map(-1);

	if (e == NULL || begin(e) != 0)
		fatal("内存不足");
	return e;
}

static int fill(int fd)
{
	struct ech *e;
	int rc;

	if (ftruncate(fd, sizeof(*e)) != 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW) != 0)
		return -errno;
	e = map(fd);
	if (e == NULL)
		return -errno;
	rc = begin(e);
	ech_free(e);
	return rc;
}

int ech_share(void)
{
	int fd = memfd_create("beiand-ech", MFD_CLOEXEC | MFD_ALLOW_SEALING), rc;

	if (fd < 0)
		return -errno;
	rc = fill(fd);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

struct ech *ech_map(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return NULL;
	errno = EINVAL;
	return st.st_size == sizeof(struct ech) ? map(fd) : NULL;
}

void ech_free(struct ech *e)
{
	if (e != NULL)
		munmap(e, sizeof(*e));
}

/* Whoever died may have left anything: what is learnt begins anew. */
static void lock(struct ech *e)
{
	if (pthread_mutex_lock(&e->lock) != EOWNERDEAD)
		return;
	memset(e->place, 0, sizeof(e->place));
	pthread_mutex_consistent(&e->lock);
}

static void unlock(struct ech *e) { pthread_mutex_unlock(&e->lock); }

/* --- times --- */

static bool is_lately(int64_t then, int64_t now) { return now / 2 - then / 2 <= LATELY_US / 2; }

/* Those who say it see it in different order. */
static void say(struct run *r, int64_t time)
{
	if (!r->said || !is_lately(r->to, time))
		*r = (struct run){ true, time, time };
	r->from = time < r->from ? time : r->from;
	r->to = time > r->to ? time : r->to;
}

static bool holds(const struct run *r, int64_t time)
{
	return r->said && r->from <= time && is_lately(r->to, time);
}

/* --- names --- */

/* Names compare without regard to case and without the dot of the root. 0: that is no host's name. */
static uint64_t hash_of(const struct ech *e, struct dissect_str name)
{
	char host[HOSTNAME_MAX];

	return hostname_take(host, name.p, name.n) ? hash_secret(&e->secret, host, strlen(host)) | 1 : 0;
}

static struct name *find(struct ech *e, uint64_t hash)
{
	struct place *p = &e->place[hash / 2 % PLACES];

	for (size_t i = 0; i < WAYS; i++)
		if (p->name[i].hash == hash)
			return &p->name[i];
	return NULL;
}

static struct name *add(struct ech *e, uint64_t hash)
{
	struct place *p = &e->place[hash / 2 % PLACES];
	struct name *n = &p->name[p->turn % WAYS];

	p->turn = (uint8_t)((p->turn + 1) % WAYS);
	*n = (struct name){ .hash = hash };
	return n;
}

/* Another process wrote it: no more are there than have room. */
static size_t count_of(const struct name *n) { return n->count < ECH_CONFIGS ? n->count : ECH_CONFIGS; }

static struct config *find_config(struct name *n, uint8_t id)
{
	for (size_t i = 0; i < count_of(n); i++)
		if (n->config[i].id == id)
			return &n->config[i];
	return NULL;
}

/* The one that was not seen for longest gives way to it; NULL when all were lately. */
static struct config *add_config(struct name *n, uint8_t id, int64_t time)
{
	struct config *c = &n->config[0];

	for (size_t i = 1; i < count_of(n); i++)
		if (n->config[i].seen.to < c->seen.to)
			c = &n->config[i];
	if (n->count < ECH_CONFIGS)
		c = &n->config[n->count++];
	else if (is_lately(c->seen.to, time))
		return NULL;
	*c = (struct config){ .id = id };
	return c;
}

/* --- records and hellos --- */

static void learn(struct ech *e, uint64_t hash, uint8_t id, bool own, int64_t time)
{
	struct name *n = find(e, hash);
	struct config *c;

	n = n != NULL ? n : add(e, hash);
	c = find_config(n, id);
	c = c != NULL ? c : add_config(n, id, time);
	if (c == NULL) {
		say(&n->crowded, time);
		return;
	}
	say(&c->seen, time);
	if (own)
		say(&c->own, time);
	atomic_fetch_or(&e->ids[id / 64], UINT64_C(1) << id % 64);
}

void ech_learn(struct ech *e, const struct dissect_message *m)
{
	uint64_t owner, asked, hash;

	if (m->service.ech_configs == 0)
		return;
	owner = hash_of(e, m->name);
	asked = hash_of(e, m->service.question);
	lock(e);
	for (size_t i = 0; i < m->service.ech_configs; i++) {
		const struct dissect_ech *c = &m->service.ech_config[i];
		hash = hash_of(e, c->name);
		if (hash != 0)
			learn(e, hash, c->config, hash == owner || hash == asked, m->time);
	}
	unlock(e);
}

static bool is_known(struct ech *e, uint64_t hash, uint8_t id, int64_t time)
{
	struct name *n = find(e, hash);
	struct config *c = n != NULL ? find_config(n, id) : NULL;

	return c != NULL && holds(&c->seen, time) && !holds(&c->own, time) && !holds(&n->crowded, time);
}

bool ech_is_outer(struct ech *e, uint8_t id, struct dissect_str name, int64_t time)
{
	uint64_t hash;
	bool known;

	if ((atomic_load(&e->ids[id / 64]) >> id % 64 & 1) == 0)
		return false;
	hash = hash_of(e, name);
	if (hash == 0)
		return false;
	lock(e);
	known = is_known(e, hash, id, time);
	unlock(e);
	return known;
}
