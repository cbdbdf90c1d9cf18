/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/prefilter.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "watch/prefilter_code.h"

enum { FLOWS_MAX = 131072 }; /* directions of flows remembered; the least recently used pass again */

struct prefilter {
	int program;
	const struct prefilter_counter *counter; /* PREFILTER_CPUS of them, shared with the kernel */
};

static int load(struct prefilter *p, const struct prefilter_plan *plan)
{
	void *map;

	p->program = prefilter_load(plan);
	if (p->program < 0)
		return p->program;
	map = mmap(NULL, PREFILTER_CPUS * sizeof(*p->counter), PROT_READ, MAP_SHARED, plan->counters, 0);
	if (map == MAP_FAILED) {
		int rc = -errno;
		close(p->program);
		return rc;
	}
	p->counter = map;
	return 0;
}

int prefilter_new_behind(struct prefilter **out, const struct sock_fprog *filter, uint32_t reach,
			 uint32_t snaplen)
{
	struct prefilter *p = xcalloc(1, sizeof(*p));
	struct prefilter_plan plan = { .filter = filter, .reach = reach, .snaplen = snaplen };
	int rc;

	plan.flows = bpf_new_map(BPF_MAP_TYPE_LRU_HASH, PREFILTER_KEY, PREFILTER_VALUE, FLOWS_MAX, 0);
	plan.counters =
		bpf_new_map(BPF_MAP_TYPE_ARRAY, 4, sizeof(*p->counter), PREFILTER_CPUS, BPF_F_MMAPABLE);
	rc = plan.flows < 0 ? plan.flows : plan.counters < 0 ? plan.counters : load(p, &plan);
	if (plan.flows >= 0)
		close(plan.flows); /* the program and the mapping hold them */
	if (plan.counters >= 0)
		close(plan.counters);
	if (rc == 0)
		*out = p;
	else
		free(p);
	return rc;
}

int prefilter_new(struct prefilter **out, uint32_t reach, uint32_t snaplen)
{
	return prefilter_new_behind(out, NULL, reach, snaplen);
}

void prefilter_free(struct prefilter *p)
{
	if (p == NULL)
		return;
	munmap((void *)(uintptr_t)p->counter, PREFILTER_CPUS * sizeof(*p->counter));
	close(p->program);
	free(p);
}

int prefilter_attach(const struct prefilter *p, int fd)
{
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &p->program, sizeof(p->program)) == 0 ? 0 : -errno;
}

void prefilter_stats(const struct prefilter *p, struct prefilter_stats *out)
{
	*out = (struct prefilter_stats){ 0 };
	for (int i = 0; i < PREFILTER_CPUS; i++) {
		out->packets += __atomic_load_n(&p->counter[i].packets, __ATOMIC_RELAXED);
		out->bytes += __atomic_load_n(&p->counter[i].bytes, __ATOMIC_RELAXED);
	}
}

int prefilter_program(const struct prefilter *p) { return p->program; }
