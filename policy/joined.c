/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/joined.h"

#include <stdlib.h>
#include <string.h>

#include "policy/step.h"

enum { JOINS_SHOWN = 5 };

/* Calls fn for the joins of each member. */
static void each(const struct work *w, const struct app *a, joined_fn *fn, void *arg)
{
	const struct joining *all = &w->joining;

	for (size_t i = 0; i < a->member_count && all->count > 0; i++) {
		size_t subject = a->member[i].subject, low = 0, high = all->count;
		while (low < high) {
			size_t mid = low + (high - low) / 2;
			if (all->join[mid].from < subject)
				low = mid + 1;
			else
				high = mid;
		}
		for (; low < all->count && all->join[low].from == subject; low++)
			fn(arg, &all->join[low]);
	}
}

struct kin {
	joined_fn *fn;
	void *arg;
};

static void pass_kin(void *arg, const struct join *j)
{
	const struct kin *k = arg;

	if (j->result == JOIN_KIN)
		k->fn(k->arg, j);
}

void joined_each_kin(const struct work *w, const struct app *a, joined_fn *fn, void *arg)
{
	struct kin k = { fn, arg };

	each(w, a, pass_kin, &k);
}

/* -- told ------------------------------------------------------------------------------------------- */

struct telling {
	const struct work *work;
	struct app *app;
	size_t told, more;
};

/* What the facts say of the two. The caller frees. */
static char *evidence(const struct work *w, const struct join *j)
{
	const char *host = w->in->subject[j->turned ? j->to : j->from].name;
	const char *other = w->in->subject[j->turned ? j->from : j->to].name;
	const struct policy_fact *f = j->fact;

	switch (j->why) {
	case JOIN_RECORD:
		return step_text("%s把主机 %s 列为标识 %s 可访问的主机", f->note, host, other);
	case JOIN_DECLARED:
		return step_text("%s 的 %s 声明应用 %s 是自己的", host, f->note, other);
	case JOIN_MOVED:
		return step_text("%s 永久跳转到 %s", host, other);
	case JOIN_TWIN:
		return step_text("%s 与 %s 的网页标题和带服务序号的 ICP 备案号都相同", host, other);
	case JOIN_COMMON:
		return step_text("%s 与 %s 的 %s 声明同一应用 %s", host, other, f->note, f->value);
	default:
		return step_text("?");
	}
}

static void tell_done(struct telling *t, const struct join *j)
{
	bool counted = j->why == JOIN_RECORD || j->why == JOIN_DECLARED;
	char *why = evidence(t->work, j);

	step_add(t->app, "tie-learnt", "%s 归入本应用(探测所见,置信度 %u%%):%s%s",
		 t->work->in->subject[j->from].name, j->fact->confidence, why,
		 counted ? ",且它至少一半的客户端也使用该标识" : "");
	free(why);
}

static void tell_apart(struct telling *t, const struct join *j)
{
	static const char *const why_not[JOIN_RESULT_COUNT] = {
		[JOIN_KIN] = "两者之一已有备案或疑似备案:不并入,该备案至多作疑似匹配,待人工核对",
		[JOIN_SHARE] = "看不出它至少一半的客户端使用该标识:不并入",
		[JOIN_MANY] = "如此关联的不止一个标识或超过 3 个主机,像是门户、网关或共用接口:不并入",
		[JOIN_DECIDED] = "已有人工认定:不并入",
	};
	char *why = evidence(t->work, j);

	step_add(t->app, "learnt-apart", "探测所见(置信度 %u%%):%s;但%s", j->fact->confidence, why,
		 why_not[j->result]);
	free(why);
}

static void tell(void *arg, const struct join *j)
{
	struct telling *t = arg;

	if (t->told == JOINS_SHOWN) {
		t->more++;
		return;
	}
	t->told++;
	(j->result == JOIN_DONE ? tell_done : tell_apart)(t, j);
}

void joined_explain(const struct work *w, struct app *a)
{
	struct telling t = { .work = w, .app = a };

	each(w, a, tell, &t);
	if (t.more > 0)
		step_add(a, "tie-learnt", "另有 %zu 处由探测所见的关联", t.more);
}
