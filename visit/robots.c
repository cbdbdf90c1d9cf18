/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/robots.h"

#include <string.h>
#include <strings.h>

enum { NORMAL_MAX = 3 * ROBOTS_PATH_MAX + 1 };

/* A line's parts; not terminated. */
struct span {
	const char *p;
	size_t n;
};

struct parse {
	struct robots *r;
	const char *agent;
	bool listing; /* user-agent lines are coming in: they name one group together */
	bool star;    /* the group that is open is for everybody ... */
	bool mine;    /* ... or for us by name */
	bool named;   /* a group for us by name was seen: those for everybody hold no longer */
};

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static struct span trim(const char *p, size_t n)
{
	while (n > 0 && is_blank(*p))
		p++, n--;
	while (n > 0 && is_blank(p[n - 1]))
		n--;
	return (struct span){ p, n };
}

static bool is_word(struct span s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

/* -- percent encoding: RFC 9309 section 2.2.2, both sides in one form ---------------------------------- */

static int hex(char c)
{
	return c >= '0' && c <= '9'                     ? c - '0'
	       : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
							: -1;
}

static bool is_unreserved(int c) /* RFC 3986 section 2.3 */
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c && strchr("-._~", c));
}

static size_t put_encoded(char out[3], unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";

	out[0] = '%', out[1] = digits[c >> 4], out[2] = digits[c & 15];
	return 3;
}

/* One character of a rule or a path as at most three; *used is what it took. In a path '*' and '$' are
 * themselves, so they are encoded as a rule must write them to mean that. */
static size_t put_normal(char out[3], struct span s, bool path, size_t *used)
{
	unsigned char c = (unsigned char)s.p[0];
	int code = s.n >= 3 && c == '%' && hex(s.p[1]) >= 0 && hex(s.p[2]) >= 0
			   ? hex(s.p[1]) * 16 + hex(s.p[2])
			   : -1;

	*used = code >= 0 ? 3 : 1;
	if (code >= 0 && !is_unreserved(code))
		return put_encoded(out, (unsigned char)code);
	if (code < 0 && (c <= ' ' || c >= 0x7f || (path && (c == '*' || c == '$'))))
		return put_encoded(out, c);
	out[0] = (char)(code >= 0 ? code : c);
	return 1;
}

/* 0: it does not fit. */
static size_t normal(char *out, size_t cap, struct span s, bool path)
{
	size_t at = 0, used, n;
	char one[3];

	for (; s.n > 0; s.p += used, s.n -= used) {
		n = put_normal(one, s, path, &used);
		if (n > cap - at)
			return 0;
		memcpy(out + at, one, n);
		at += n;
	}
	return at;
}

/* -- reading ------------------------------------------------------------------------------------------ */

static void forget(struct robots *r)
{
	r->count = r->used = 0;
	r->more = r->delay = 0;
}

/* A product token is letters, '_' and '-' (RFC 9309 section 2.2.1); "beiand/1.0" names it too. */
static void take_agent(struct parse *p, struct span value)
{
	size_t n = 0;

	if (!p->listing)
		p->star = p->mine = false;
	p->listing = true;
	if (value.n > 0 && value.p[0] == '*' && (value.n == 1 || is_blank(value.p[1]))) {
		p->star = true;
		return;
	}
	while (n < value.n && (((value.p[n] | 0x20) >= 'a' && (value.p[n] | 0x20) <= 'z') ||
			       value.p[n] == '-' || value.p[n] == '_'))
		n++;
	if (!is_word((struct span){ value.p, n }, p->agent))
		return;
	p->mine = true;
	if (!p->named)
		forget(p->r);
	p->named = true;
}

static bool holds(const struct parse *p) { return p->named ? p->mine : p->star; }

static void take_rule(struct parse *p, struct span value, bool allow)
{
	struct robots *r = p->r;
	struct robots_rule *rule = &r->rule[r->count];
	char *to = r->text + r->used;
	size_t slash, n;

	p->listing = false;
	if (!holds(p) || value.n == 0)
		return;
	/* "Disallow: admin" means /admin to whoever wrote it: the careful reading for what is forbidden. */
	slash = !allow && value.p[0] != '/' && value.p[0] != '*';
	if (r->count == ROBOTS_RULES_MAX || r->used + slash >= ROBOTS_TEXT_MAX) {
		r->more++;
		return;
	}
	*to = '/';
	n = normal(to + slash, ROBOTS_TEXT_MAX - r->used - slash, value, false);
	if (n == 0) {
		r->more++;
		return;
	}
	*rule = (struct robots_rule){ .at = r->used, .len = (uint16_t)(n + slash), .allow = allow };
	r->used = (uint16_t)(r->used + n + slash);
	r->count++;
}

static void take_delay(struct parse *p, struct span value)
{
	uint32_t seconds = 0;
	size_t i = 0;
	bool part = false;

	if (!holds(p))
		return;
	for (; i < value.n && value.p[i] >= '0' && value.p[i] <= '9' && seconds < ROBOTS_DELAY_MAX; i++)
		seconds = seconds * 10 + (uint32_t)(value.p[i] - '0');
	if (i < value.n && value.p[i] == '.')
		for (i++; i < value.n && value.p[i] >= '0' && value.p[i] <= '9'; i++)
			part |= value.p[i] != '0';
	seconds += part;
	if (seconds > p->r->delay)
		p->r->delay = seconds < ROBOTS_DELAY_MAX ? seconds : ROBOTS_DELAY_MAX;
}

enum key { KEY_AGENT, KEY_ALLOW, KEY_DISALLOW, KEY_DELAY };

/* The misspellings that crawlers commonly take: what was meant to keep us out does. */
static const struct {
	const char *word;
	enum key key;
} keys[] = {
	{ "user-agent", KEY_AGENT },  { "useragent", KEY_AGENT },   { "user agent", KEY_AGENT },
	{ "allow", KEY_ALLOW },       { "disallow", KEY_DISALLOW }, { "dissallow", KEY_DISALLOW },
	{ "dissalow", KEY_DISALLOW }, { "disalow", KEY_DISALLOW },  { "diasllow", KEY_DISALLOW },
	{ "disallaw", KEY_DISALLOW }, { "crawl-delay", KEY_DELAY }, { "crawldelay", KEY_DELAY },
};

static void take_pair(struct parse *p, struct span key, struct span value)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!is_word(key, keys[i].word))
			continue;
		if (keys[i].key == KEY_AGENT)
			take_agent(p, value);
		else if (keys[i].key == KEY_DELAY)
			take_delay(p, value);
		else
			take_rule(p, value, keys[i].key == KEY_ALLOW);
		return;
	}
}

static void take_line(struct parse *p, const char *line, size_t n)
{
	const char *hash = memchr(line, '#', n), *colon;
	size_t at;

	if (hash)
		n = (size_t)(hash - line);
	colon = memchr(line, ':', n);
	if (colon == NULL) { /* "Disallow /x" without its colon is common enough */
		struct span s = trim(line, n);
		for (at = 0; at < s.n && !is_blank(s.p[at]);)
			at++;
		take_pair(p, (struct span){ s.p, at }, trim(s.p + at, s.n - at));
		return;
	}
	at = (size_t)(colon - line);
	take_pair(p, trim(line, at), trim(colon + 1, n - at - 1));
}

void robots_parse(struct robots *r, const char *text, size_t n, const char *agent)
{
	struct parse p = { .r = r, .agent = agent };
	const char *end;
	size_t len;

	forget(r);
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3, n -= 3;
	end = text + (n < ROBOTS_PARSE_MAX ? n : ROBOTS_PARSE_MAX);
	for (; text < end; text += len + 1) {
		for (len = 0; text + len < end && text[len] != '\r' && text[len] != '\n';)
			len++;
		if (text + len == end && n > ROBOTS_PARSE_MAX)
			break; /* cut in the middle: it could say anything */
		take_line(&p, text, len);
	}
}

/* -- asking ------------------------------------------------------------------------------------------- */

/* Does the pattern, in which '*' is any text and a final '$' the end, match the start of path? Its pieces
 * are looked for from left to right, the first place each: linear, whatever was written. */
static bool matches(const char *pattern, size_t n, const char *path, size_t left)
{
	bool anchored = n > 0 && pattern[n - 1] == '$', first = true;
	const char *star, *found;
	size_t piece;

	n -= anchored;
	for (;; first = false) {
		star = n > 0 ? memchr(pattern, '*', n) : NULL;
		piece = star ? (size_t)(star - pattern) : n;
		if (piece > left)
			return false;
		found = first               ? path
			: star || !anchored ? memmem(path, left, pattern, piece)
					    : path + left - piece;
		if (found == NULL || memcmp(found, pattern, piece) != 0)
			return false;
		left -= (size_t)(found - path) + piece;
		path = found + piece;
		if (star == NULL)
			return !anchored || left == 0;
		pattern = star + 1;
		n -= piece + 1;
	}
}

/* The longest rule that matches decides, of equal ones the allowing one (RFC 9309 section 2.2.2). */
bool robots_allows(const struct robots *r, const char *path)
{
	char text[NORMAL_MAX];
	struct span s = { *path ? path : "/", strlen(*path ? path : "/") };
	size_t n, best = 0;
	bool allow = r->more == 0;

	if (strcmp(s.p, "/robots.txt") == 0)
		return true;
	if (s.n >= ROBOTS_PATH_MAX)
		return false;
	n = normal(text, sizeof(text), s, true);
	for (size_t i = 0; i < r->count; i++) {
		const struct robots_rule *rule = &r->rule[i];
		if (rule->len < best || (rule->len == best && !rule->allow) ||
		    !matches(r->text + rule->at, rule->len, text, n))
			continue;
		best = rule->len;
		allow = rule->allow;
	}
	return allow;
}
