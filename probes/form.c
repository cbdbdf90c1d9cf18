/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/form.h"

#include <string.h>
#include <strings.h>

enum {
	FIELD_NAME_MAX = 48, /* of a field, what is compared */
	LABEL_MAX = 48,      /* bytes in front of a field that may be its label */
	NUMBER_DIGITS = 4,   /* in a row, that no label has */
	BY_NAME = 85,
	BY_LABEL = 75,
	LOGIN = 90,
	LOGIN_TEXTS = 2, /* fields beside the password: an account, what a picture shows */
};

enum class { ID_CARD, PHONE, SCHOOL_NUMBER, PERSON, ADDRESS, FACE, BANK_CARD };

static const char *const class_names[FORM_CLASSES] = { "id-card", "phone", "school-number", "person",
						       "address", "face",  "bank-card" };

/* Names of fields, in lower case without signs. `weak`: counts only beside another field. */
static const struct {
	const char *name;
	enum class class;
	bool weak;
} names[] = {
	{ "sfzh", ID_CARD, false },
	{ "sfzjh", ID_CARD, false },
	{ "sfzjhm", ID_CARD, false },
	{ "sfzhm", ID_CARD, false },
	{ "sfz", ID_CARD, false },
	{ "zjhm", ID_CARD, false },
	{ "zjh", ID_CARD, true },
	{ "idcard", ID_CARD, false },
	{ "idcardno", ID_CARD, false },
	{ "idcardnumber", ID_CARD, false },
	{ "idno", ID_CARD, false },
	{ "idnumber", ID_CARD, false },
	{ "cardno", ID_CARD, true },
	{ "certno", ID_CARD, false },
	{ "certificateno", ID_CARD, false },
	{ "identity", ID_CARD, true },
	{ "identitycard", ID_CARD, false },
	{ "identityno", ID_CARD, false },
	{ "sjh", PHONE, false },
	{ "sjhm", PHONE, false },
	{ "lxdh", PHONE, false },
	{ "dh", PHONE, true },
	{ "phone", PHONE, false },
	{ "phonenumber", PHONE, false },
	{ "phoneno", PHONE, false },
	{ "mobile", PHONE, false },
	{ "mobilephone", PHONE, false },
	{ "telephone", PHONE, false },
	{ "tel", PHONE, false },
	{ "cellphone", PHONE, false },
	{ "lxrdh", PHONE, false },
	{ "jzdh", PHONE, false },
	{ "yddh", PHONE, false },
	{ "xh", SCHOOL_NUMBER, false },
	{ "xsxh", SCHOOL_NUMBER, false },
	{ "xgh", SCHOOL_NUMBER, false },
	{ "gh", SCHOOL_NUMBER, false },
	{ "ygh", SCHOOL_NUMBER, false },
	{ "jsgh", SCHOOL_NUMBER, false },
	{ "stuno", SCHOOL_NUMBER, false },
	{ "stuid", SCHOOL_NUMBER, false },
	{ "studentid", SCHOOL_NUMBER, false },
	{ "studentno", SCHOOL_NUMBER, false },
	{ "studentnumber", SCHOOL_NUMBER, false },
	{ "userid", SCHOOL_NUMBER, true },
	{ "account", SCHOOL_NUMBER, true },
	{ "xm", PERSON, false },
	{ "name", PERSON, true },
	{ "realname", PERSON, false },
	{ "xsxm", PERSON, false },
	{ "truename", PERSON, false },
	{ "stuname", PERSON, false },
	{ "studentname", PERSON, false },
	{ "xb", PERSON, true },
	{ "csrq", PERSON, false },
	{ "csny", PERSON, false },
	{ "birthday", PERSON, false },
	{ "mz", PERSON, true },
	{ "jg", PERSON, true },
	{ "zzmm", PERSON, false },
	{ "gkksh", PERSON, false },
	{ "jtdz", ADDRESS, false },
	{ "jtcy", ADDRESS, false },
	{ "jtzz", ADDRESS, false },
	{ "dz", ADDRESS, true },
	{ "address", ADDRESS, true },
	{ "homeaddress", ADDRESS, false },
	{ "home", ADDRESS, true },
	{ "xzdz", ADDRESS, false },
	{ "xjzdz", ADDRESS, false },
	{ "longitude", ADDRESS, false },
	{ "latitude", ADDRESS, false },
	{ "face", FACE, false },
	{ "faceimg", FACE, false },
	{ "facebase64", FACE, false },
	{ "faceimage", FACE, false },
	{ "facephoto", FACE, false },
	{ "rlzp", FACE, false },
	{ "yhkh", BANK_CARD, false },
	{ "bankcard", BANK_CARD, false },
	{ "bankcardno", BANK_CARD, false },
	{ "bankaccount", BANK_CARD, false },
	{ "cardnum", BANK_CARD, true },
};

static const struct {
	const char *word;
	enum class class;
} words[] = {
	{ "身份证", ID_CARD },       { "证件号", ID_CARD },       { "手机号", PHONE },
	{ "手机", PHONE },           { "联系电话", PHONE },       { "联系方式", PHONE },
	{ "家长电话", PHONE },       { "学号", SCHOOL_NUMBER },   { "工号", SCHOOL_NUMBER },
	{ "学籍号", SCHOOL_NUMBER }, { "职工号", SCHOOL_NUMBER }, { "姓名", PERSON },
	{ "性别", PERSON },          { "出生日期", PERSON },      { "出生年月", PERSON },
	{ "民族", PERSON },          { "籍贯", PERSON },          { "政治面貌", PERSON },
	{ "考生号", PERSON },        { "家庭住址", ADDRESS },     { "家庭地址", ADDRESS },
	{ "现居住地", ADDRESS },     { "详细地址", ADDRESS },     { "通讯地址", ADDRESS },
	{ "通信地址", ADDRESS },     { "收货地址", ADDRESS },     { "人脸", FACE },
	{ "银行卡号", BANK_CARD },   { "银行账号", BANK_CARD },
};

void form_begin(struct form *f) { *f = (struct form){ .open = true }; }

static void told(struct form *f, enum class c, const char *hint, size_t n, bool label, bool weak)
{
	unsigned bit = 1u << c;

	if (!(f->classes & bit)) {
		n = n < FORM_HINT_MAX - 1 ? n : FORM_HINT_MAX - 1;
		memcpy(f->hint[c], hint, n);
		f->hint[c][n] = '\0';
		f->by_label |= label ? bit : 0;
		f->weak |= weak ? bit : 0;
	} else {
		f->by_label &= label ? ~0u : ~bit;
		f->weak &= weak ? ~0u : ~bit;
	}
	f->classes |= bit;
}

/* "student.idCard", "info[id_card]": idcard */
static void plain_name(char out[FIELD_NAME_MAX], struct html_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if ((c == '.' || c == '[' || c == '$' || c == ':') && i + 1 < s.n && s.p[i + 1] != ']')
			n = 0;
		else if (((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9'))
			if (n + 1 < FIELD_NAME_MAX)
				out[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
	}
	out[n] = '\0';
}

static void by_name(struct form *f, struct html_str s)
{
	static const char *const fronts[] = { "", "txt", "text", "input", "tb", "user", "student", "stu" };
	char name[FIELD_NAME_MAX];

	plain_name(name, s);
	for (size_t k = 0; k < sizeof(fronts) / sizeof(fronts[0]); k++) {
		size_t n = strlen(fronts[k]);
		if (strncmp(name, fronts[k], n) != 0)
			continue;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strcmp(name + n, names[i].name) == 0 &&
			    (n == 0 || n == 3 || strcmp(names[i].name, "name") != 0)) {
				told(f, names[i].class, s.p, s.n, false, names[i].weak || n == 4);
				return;
			}
	}
}

static void by_words(struct form *f, const char *p, size_t n)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(p, n, words[i].word, strlen(words[i].word)) != NULL) {
			told(f, words[i].class, words[i].word, strlen(words[i].word), true, false);
			return;
		}
}

/* A telephone number, a date: what is told here is not asked for. */
static bool holds_number(const char *p, size_t n)
{
	size_t run = 0;

	for (size_t i = 0; i < n && run < NUMBER_DIGITS; i++)
		run = p[i] >= '0' && p[i] <= '9' ? run + 1 : 0;
	return run == NUMBER_DIGITS;
}

/* The last line of the text in front, as far as it may be a label. */
static void by_label(struct form *f, const char *p, size_t n)
{
	size_t from;

	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == ' '))
		n--;
	for (from = n; from > 0 && p[from - 1] != '\n' && n - from < LABEL_MAX; from--)
		;
	if (!holds_number(p + from, n - from))
		by_words(f, p + from, n - from);
}

static bool is_code(struct html_str name, struct html_str shown)
{
	return html_has(name, "captcha") || html_has(name, "yzm") || html_has(name, "code") ||
	       html_has(name, "vcode") || memmem(shown.p, shown.n, "验证码", strlen("验证码")) != NULL;
}

static bool is_text(struct html_str type)
{
	static const char *const others[] = { "hidden",   "submit", "button", "reset", "image",
					      "checkbox", "radio",  "range",  "color" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (html_is(type, others[i]))
			return false;
	return true;
}

void form_field(struct form *f, const struct html_token *t, const char *label, size_t n)
{
	struct html_str attrs = t->text, name, value, type = { "text", 4 }, id = { "", 0 }, call = { "", 0 },
			shown = { "", 0 };

	while (html_attr(&attrs, &name, &value)) {
		if (html_is(name, "type"))
			type = value;
		else if (html_is(name, "id"))
			id = value;
		else if (html_is(name, "name"))
			call = value;
		else if ((html_is(name, "placeholder") || html_is(name, "aria-label") ||
			  html_is(name, "title")) &&
			 shown.n == 0)
			shown = value;
	}
	if (html_is(type, "password")) {
		f->passwords++;
		return;
	}
	if (html_is(type, "hidden") || html_is(type, "submit") || html_is(type, "button") ||
	    html_is(type, "image"))
		return;
	f->texts += is_text(type);
	f->codes += is_code(call, shown);
	by_name(f, call);
	by_name(f, id);
	by_words(f, shown.p, shown.n < 256 ? shown.n : 256);
	by_label(f, label, n);
}

void form_end(struct form *f, struct probe_facts *facts)
{
	static const char login[] = "login";
	bool alone = f->texts < 2;

	/* a password, or the code of a message sent to the number beside it */
	if ((f->passwords == 1 && f->texts <= LOGIN_TEXTS) ||
	    (f->passwords == 0 && f->texts == 2 && f->codes == 1 && f->classes == 1u << PHONE)) {
		if (f->texts > 0)
			probe_fact_add(facts, FACT_FORM_FIELD, LOGIN, login, sizeof(login) - 1);
		f->classes = 0;
	}
	for (unsigned c = 0; c < FORM_CLASSES; c++) {
		unsigned bit = 1u << c;
		if (!(f->classes & bit) || (alone && f->weak & bit))
			continue;
		probe_fact_note(facts, FACT_FORM_FIELD, f->by_label & bit ? BY_LABEL : BY_NAME,
				class_names[c], strlen(class_names[c]), f->hint[c], strlen(f->hint[c]));
	}
	*f = (struct form){ 0 };
}
