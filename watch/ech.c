/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/ech.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/log.h"
#include "watch/hostname.h"

enum {
	WAYS = 8, /* names whose hashes have one place */
	PLACES = ECH_NAMES / WAYS,
	TRIES = 100, /* to read what another writes */
};

/* Records live for hours, and clients keep configurations as long. */
#define LATELY_US INT64_C(86400000000)

/* From the first to the last time that something was seen, never a day apart. What another process writes is
 * no bool. */
struct run {
	int64_t from, to;
	uint8_t said; /* 0: never */
};

struct config {
	struct run seen, own; /* own: in a record of the public_name itself */
	uint8_t id;
};

struct name {
	uint64_t hash;
	struct run crowded; /* there were more configurations than have room */
	uint8_t count;
	struct config config[ECH_CONFIGS];
};

enum { NAME_WORDS = sizeof(struct name) / sizeof(uint64_t) };
_Static_assert(sizeof(struct name) % sizeof(uint64_t) == 0, "names are copied word by word");

/* A name, twice: the copy that `turn` tells (even or odd) is whole, the other one may be in work. */
struct slot {
	_Atomic uint64_t turn;
	_Atomic uint64_t word[2][NAME_WORDS];
};
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "no lock that one process alone knows of");

struct table {
	_Atomic pid_t owner;                 /* who writes it; 0: nobody */
	_Atomic uint64_t hash[PLACES][WAYS]; /* of the names in the slots; 0: none */
	struct slot slot[PLACES][WAYS];
};

/* What lies in the file. */
struct shared {
	struct hash_secret secret;
	_Atomic uint64_t ids[256 / 64]; /* a bit for each id that was ever learnt: GREASE draws any */
	struct table table[];
};

struct ech {
	struct shared *all;
	unsigned count, own; /* tables; the one that is written */
	bool alone;
	uint8_t next[PLACES]; /* the way that is given away next */
};

/* --- where it lies --- */

size_t ech_bytes(void) { return sizeof(struct table); }

static size_t size_of(unsigned tables) { return sizeof(struct shared) + tables * sizeof(struct table); }

static struct shared *map(int fd, unsigned tables)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *p = mmap(NULL, size_of(tables), PROT_READ | PROT_WRITE, flags, fd, 0);

	return p != MAP_FAILED ? p : NULL;
}

static struct ech *make(struct shared *all, unsigned tables, unsigned own)
{
	struct ech *e = xcalloc(1, sizeof(*e));

	e->all = all;
	e->count = tables;
	e->own = own;
	return e;
}

/* Which names go is told by their hashes: the same replay gives the same result. */
static void fixed_secret(struct hash_secret *secret)
{
	for (uint8_t i = 0; i < HASH_SECRET_SIZE / HASH_SHA256_SIZE; i++)
		hash_sha256(secret->bytes + (size_t)i * HASH_SHA256_SIZE, &i, 1);
}

struct ech *ech_new(void)
{
	struct shared *all = map(-1, 1);
	struct ech *e;

	if (all == NULL)
		fatal("内存不足");
	fixed_secret(&all->secret);
	e = make(all, 1, 0);
	e->alone = true;
	return e;
}

/* Nobody may cut the file short under those who read it. */
static int fill(int fd, unsigned tables)
{
	struct shared *all;

	if (ftruncate(fd, (off_t)size_of(tables)) != 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW) != 0)
		return -errno;
	all = map(fd, tables);
	if (all == NULL)
		return -errno;
	hash_secret_random(&all->secret);
	munmap(all, size_of(tables));
	return 0;
}

int ech_share(unsigned processes)
{
	int fd = memfd_create("beiand-ech", MFD_CLOEXEC | MFD_ALLOW_SEALING), rc;

	if (fd < 0)
		return -errno;
	rc = fill(fd, processes);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

/* errno says why not. */
static unsigned tables_in(int fd)
{
	struct stat st;
	size_t tables;

	if (fstat(fd, &st) != 0)
		return 0;
	errno = EINVAL;
	if (st.st_size < (off_t)size_of(1))
		return 0;
	tables = ((size_t)st.st_size - sizeof(struct shared)) / sizeof(struct table);
	return tables < UINT16_MAX && size_of((unsigned)tables) == (size_t)st.st_size ? (unsigned)tables : 0;
}

/* The one before may be dead. */
static bool take(struct table *t)
{
	pid_t old = atomic_load(&t->owner), self = getpid();

	if (old > 0 && old != self && (kill(old, 0) == 0 || errno != ESRCH))
		return false;
	return atomic_compare_exchange_strong(&t->owner, &old, self);
}

struct ech *ech_map(int fd, unsigned own)
{
	unsigned tables = tables_in(fd);
	struct shared *all = own < tables ? map(fd, tables) : NULL;

	if (all == NULL)
		return NULL;
	if (take(&all->table[own]))
		return make(all, tables, own);
	munmap(all, size_of(tables));
	errno = EBUSY;
	return NULL;
}

void ech_free(struct ech *e)
{
	if (e == NULL)
		return;
	atomic_store(&e->all->table[e->own].owner, 0);
	munmap(e->all, size_of(e->count));
	free(e);
}

/* --- one writes, others read --- */

/* False when it is written again and again meanwhile. */
static bool slot_read(struct slot *s, struct name *n)
{
	uint64_t word[NAME_WORDS];

	for (int i = 0; i < TRIES; i++) {
		uint64_t turn = atomic_load_explicit(&s->turn, memory_order_acquire);
		for (size_t w = 0; w < NAME_WORDS; w++)
			word[w] = atomic_load_explicit(&s->word[turn % 2][w], memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&s->turn, memory_order_relaxed) != turn)
			continue;
		memcpy(n, word, sizeof(*n));
		return true;
	}
	return false;
}

/* The fence: who sees a word of this sees that the turn before it is over. */
static void slot_write(struct slot *s, const struct name *n)
{
	uint64_t turn = atomic_load_explicit(&s->turn, memory_order_relaxed) + 1, word[NAME_WORDS];

	memcpy(word, n, sizeof(*n));
	atomic_thread_fence(memory_order_release);
	for (size_t w = 0; w < NAME_WORDS; w++)
		atomic_store_explicit(&s->word[turn % 2][w], word[w], memory_order_relaxed);
	atomic_store_explicit(&s->turn, turn, memory_order_release);
}

/* --- times --- */

/* On either side: clocks are set back, too, and what comes from the future is not to stay for ever. */
static bool is_lately(int64_t a, int64_t b)
{
	return (a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a) <= LATELY_US;
}

static void say(struct run *r, int64_t time)
{
	if (r->said == 0 || !is_lately(r->to, time))
		*r = (struct run){ time, time, 1 };
	r->from = time < r->from ? time : r->from;
	r->to = time > r->to ? time : r->to;
}

/* Who is alone judges in the order of arrival, whatever the clock says. Others learn later than a hello came
 * what came after it; but what is much later by the clock came before the clock was set back. */
static bool holds(const struct ech *e, const struct run *r, int64_t time)
{
	bool before = e->alone || r->from <= time || (uint64_t)r->from - (uint64_t)time > ECH_WAIT_US;

	return r->said != 0 && before && is_lately(r->to, time);
}

/* --- names --- */

/* Names compare without regard to case and without the dot of the root. 0: that is no host's name. */
static uint64_t hash_of(const struct ech *e, struct dissect_str name)
{
	char host[HOSTNAME_MAX];

	if (!hostname_take(host, name.p, name.n))
		return 0;
	return hash_secret(&e->all->secret, host, strlen(host)) | 1;
}

static size_t place_of(uint64_t hash) { return hash / 2 % PLACES; }

/* WAYS when it is not there. */
static size_t find(struct table *t, uint64_t hash, struct name *n)
{
	size_t place = place_of(hash), way = 0;

	for (; way < WAYS; way++)
		if (atomic_load_explicit(&t->hash[place][way], memory_order_relaxed) == hash &&
		    slot_read(&t->slot[place][way], n) && n->hash == hash)
			break;
	if (way < WAYS) /* another process wrote it: no more are there than have room */
		n->count = n->count < ECH_CONFIGS ? n->count : ECH_CONFIGS;
	return way;
}

/* One that nobody wrote yet; else they go in turn. */
static size_t way_to_give(struct ech *e, size_t place)
{
	const struct slot *s = e->all->table[e->own].slot[place];
	uint8_t way = e->next[place];

	for (size_t i = 0; i < WAYS; i++)
		if (atomic_load_explicit(&s[i].turn, memory_order_relaxed) == 0)
			return i;
	e->next[place] = (uint8_t)((way + 1) % WAYS);
	return way;
}

static void put(struct ech *e, size_t way, const struct name *n)
{
	struct table *t = &e->all->table[e->own];
	size_t place = place_of(n->hash);

	slot_write(&t->slot[place][way], n);
	atomic_store_explicit(&t->hash[place][way], n->hash, memory_order_relaxed);
}

static struct config *find_config(struct name *n, uint8_t id)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->config[i].id == id)
			return &n->config[i];
	return NULL;
}

/* NULL when all that are there were seen lately. */
static struct config *add_config(struct name *n, uint8_t id, int64_t time)
{
	size_t at = 0;

	while (at < n->count && is_lately(n->config[at].seen.to, time))
		at++;
	if (at == ECH_CONFIGS)
		return NULL;
	n->count = (uint8_t)(at == n->count ? n->count + 1 : n->count);
	n->config[at] = (struct config){ .id = id };
	return &n->config[at];
}

/* --- what all tables tell --- */

/* Of a name and an id. */
struct sum {
	bool seen, own, crowded;
	uint64_t ids[256 / 64]; /* all of that name, and how many they are */
	int count;
};

static void add_up(const struct ech *e, struct sum *sum, const struct name *n, uint8_t id, int64_t time)
{
	sum->crowded |= holds(e, &n->crowded, time);
	for (size_t i = 0; i < n->count; i++) {
		const struct config *c = &n->config[i];
		if (!holds(e, &c->seen, time))
			continue;
		sum->ids[c->id / 64] |= UINT64_C(1) << c->id % 64;
		sum->seen |= c->id == id;
		sum->own |= c->id == id && holds(e, &c->own, time);
	}
}

static struct sum sum_of(const struct ech *e, uint64_t hash, uint8_t id, int64_t time)
{
	struct sum sum = { 0 };
	struct name n;

	for (unsigned i = 0; i < e->count; i++)
		if (find(&e->all->table[i], hash, &n) < WAYS)
			add_up(e, &sum, &n, id, time);
	for (size_t i = 0; i < 256 / 64; i++)
		sum.count += __builtin_popcountll(sum.ids[i]);
	return sum;
}

/* --- records --- */

/* Of all tables together. */
static bool is_crowd(const struct ech *e, uint64_t hash, int64_t time)
{
	return sum_of(e, hash, 0, time).count > ECH_CONFIGS;
}

/* False when it finds no room. */
static bool see(struct name *n, uint8_t id, bool own, int64_t time)
{
	struct config *c = find_config(n, id);

	c = c != NULL ? c : add_config(n, id, time);
	if (c == NULL)
		return false;
	say(&c->seen, time);
	if (own)
		say(&c->own, time);
	return true;
}

static void learn(struct ech *e, uint64_t hash, uint8_t id, bool own, int64_t time)
{
	struct name n;
	size_t way = find(&e->all->table[e->own], hash, &n);
	bool room;

	if (way == WAYS) {
		n = (struct name){ .hash = hash };
		way = way_to_give(e, place_of(hash));
	}
	room = see(&n, id, own, time);
	put(e, way, &n);
	if (room && !is_crowd(e, hash, time))
		return;
	say(&n.crowded, time);
	put(e, way, &n);
}

void ech_learn(struct ech *e, const struct dissect_message *m)
{
	uint64_t owner, asked, hash;

	if (m->service.ech_configs == 0)
		return;
	owner = hash_of(e, m->name);
	asked = hash_of(e, m->service.question);
	for (size_t i = 0; i < m->service.ech_configs; i++) {
		const struct dissect_ech *c = &m->service.ech_config[i];
		hash = hash_of(e, c->name);
		if (hash == 0)
			continue;
		learn(e, hash, c->config, hash == owner || hash == asked, m->time);
		atomic_fetch_or(&e->all->ids[c->config / 64], UINT64_C(1) << c->config % 64);
	}
}

/* --- hellos --- */

bool ech_is_outer(const struct ech *e, uint8_t id, struct dissect_str name, int64_t time)
{
	uint64_t hash;
	struct sum sum;

	if ((atomic_load(&e->all->ids[id / 64]) >> id % 64 & 1) == 0)
		return false;
	hash = hash_of(e, name);
	if (hash == 0)
		return false;
	sum = sum_of(e, hash, id, time);
	return sum.seen && !sum.own && !sum.crowded && sum.count <= ECH_CONFIGS;
}
