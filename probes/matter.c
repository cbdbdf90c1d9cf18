/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/matter.h"

#include <stdint.h>
#include <string.h>

#include "probes/glyph.h"
#include "probes/orgname.h"

enum {
	RUN_BYTES = 160,   /* of characters without a sign: longer ones are no name */
	STRANGE_COST = 12, /* of a word that only tells of others */
};

enum kind {
	WORD,    /* of imprints */
	CLAUSE,  /* what follows is of imprints as well, to the next sign: 地址：… */
	MARK,    /* whose the page is */
	SELF,    /* it speaks of itself */
	STRANGE, /* of news, contracts and lists */
};

static const struct {
	const char *word;
	enum kind kind;
} words[] = {
	{ "版权", MARK },       { "著作权", MARK },     { "©", MARK },
	{ "(C)", MARK },        { "Copyright", MARK },  { "Reserved", MARK },
	{ "本网站", SELF },     { "本站", SELF },       { "本平台", SELF },
	{ "本系统", SELF },     { "主办", SELF },

	{ "地址", CLAUSE },     { "校址", CLAUSE },     { "住所", CLAUSE },
	{ "邮编", CLAUSE },     { "邮政编码", CLAUSE }, { "电话", CLAUSE },
	{ "传真", CLAUSE },     { "邮箱", CLAUSE },     { "热线", CLAUSE },
	{ "建议", CLAUSE },     { "推荐使用", CLAUSE }, { "最佳", CLAUSE },
	{ "浏览器", CLAUSE },   { "分辨率", CLAUSE },   { "您是", CLAUSE },
	{ "未经", CLAUSE },     { "不得转载", CLAUSE }, { "违法", CLAUSE },
	{ "不良信息", CLAUSE }, { "举报电话", CLAUSE }, { "仅受理", CLAUSE },
	{ "应用名称", CLAUSE }, { "软件名称", CLAUSE }, { "产品名称", CLAUSE },
	{ "APP名称", CLAUSE },  { "版本", CLAUSE },     { "开发者", CLAUSE },
	{ "工作时间", CLAUSE }, { "服务时间", CLAUSE },

	{ "网文", CLAUSE },     { "新出", CLAUSE },     { "网出证", CLAUSE },
	{ "出版", CLAUSE },     { "广播电视", CLAUSE }, { "视听", CLAUSE },
	{ "新闻信息", CLAUSE }, { "算备", CLAUSE },     { "药品", CLAUSE },
	{ "医疗", CLAUSE },     { "营业执照", CLAUSE }, { "信用代码", CLAUSE },
	{ "标识码", CLAUSE },   { "字第", CLAUSE },

	{ "经查", STRANGE },    { "核查", STRANGE },    { "据悉", STRANGE },
	{ "通报", STRANGE },    { "公告", STRANGE },    { "违规", STRANGE },
	{ "涉嫌", STRANGE },    { "整改", STRANGE },    { "注销", STRANGE },
	{ "下架", STRANGE },    { "暂停", STRANGE },    { "仿冒", STRANGE },
	{ "假冒", STRANGE },    { "冒用", STRANGE },    { "盗用", STRANGE },
	{ "伪造", STRANGE },    { "中标", STRANGE },    { "成交", STRANGE },
	{ "采购", STRANGE },    { "供应商", STRANGE },  { "合作", STRANGE },
	{ "伙伴", STRANGE },    { "签订", STRANGE },    { "甲方", STRANGE },
	{ "乙方", STRANGE },    { "选用", STRANGE },    { "图片", STRANGE },
	{ "文章", STRANGE },    { "稿件", STRANGE },    { "作品", STRANGE },
	{ "转载请", STRANGE },  { "时间", STRANGE },    { "地点", STRANGE },
	{ "报名", STRANGE },    { "比赛", STRANGE },    { "大赛", STRANGE },
	{ "竞赛", STRANGE },    { "推荐", STRANGE },

	{ "所有权利", WORD },   { "一切权利", WORD },   { "所有", WORD },
	{ "保留", WORD },       { "权利", WORD },       { "归属", WORD },
	{ "属于", WORD },       { "由", WORD },         { "归", WORD },
	{ "及", WORD },         { "和", WORD },         { "为", WORD },
	{ "承办", WORD },       { "协办", WORD },       { "主管", WORD },
	{ "指导", WORD },       { "联合", WORD },       { "单位", WORD },
	{ "名称", WORD },       { "主体", WORD },       { "运营", WORD },
	{ "运维", WORD },       { "运行", WORD },       { "维护", WORD },
	{ "管理", WORD },       { "建设", WORD },       { "设计", WORD },
	{ "制作", WORD },       { "开发", WORD },       { "承建", WORD },
	{ "技术", WORD },       { "支持", WORD },       { "服务", WORD },
	{ "提供", WORD },       { "软件", WORD },       { "公司", WORD },
	{ "官方", WORD },       { "官网", WORD },       { "网站", WORD },
	{ "网址", WORD },       { "域名", WORD },       { "平台", WORD },
	{ "系统", WORD },       { "网络", WORD },       { "信息", WORD },
	{ "备案", WORD },       { "编号", WORD },       { "序号", WORD },
	{ "案号", WORD },       { "许可证", WORD },     { "许可", WORD },
	{ "证书", WORD },       { "证号", WORD },       { "号", WORD },
	{ "证", WORD },         { "增值", WORD },       { "电信", WORD },
	{ "业务", WORD },       { "经营", WORD },       { "合字", WORD },
	{ "公安", WORD },       { "机关", WORD },       { "联网", WORD },
	{ "网安", WORD },       { "工信部", WORD },     { "工业和信息化部", WORD },
	{ "安全", WORD },       { "等级", WORD },       { "等保", WORD },
	{ "保护", WORD },       { "三级", WORD },       { "二级", WORD },
	{ "证明", WORD },       { "教育", WORD },       { "移动", WORD },
	{ "互联网", WORD },     { "应用", WORD },       { "程序", WORD },
	{ "小程序", WORD },     { "政府", WORD },       { "联系", WORD },
	{ "方式", WORD },       { "我们", WORD },       { "关于", WORD },
	{ "地图", WORD },       { "声明", WORD },       { "法律", WORD },
	{ "免责", WORD },       { "隐私", WORD },       { "政策", WORD },
	{ "协议", WORD },       { "用户", WORD },       { "权限", WORD },
	{ "返回", WORD },       { "顶部", WORD },       { "首页", WORD },
	{ "设为", WORD },       { "收藏", WORD },       { "登录", WORD },
	{ "后台", WORD },       { "友情", WORD },       { "链接", WORD },
	{ "微信", WORD },       { "微博", WORD },       { "公众号", WORD },
	{ "手机", WORD },       { "扫码", WORD },       { "关注", WORD },
	{ "客服", WORD },       { "访问", WORD },       { "年", WORD },
	{ "客户端", WORD },     { "认证", WORD },       { "执照", WORD },
	{ "信产部", WORD },     { "信息产业部", WORD }, { "中华人民共和国", WORD },
};

/* Does a day stand here? 2023-01-10, 2023年1月. */
static bool day_here(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && i < 5 && s[i] >= '0' && s[i] <= '9')
		i++;
	if (i != 4 || (s[0] != '2' && s[0] != '1'))
		return false;
	if (n > 6 && (s[4] == '-' || s[4] == '/' || s[4] == '.') && s[5] >= '0' && s[5] <= '1')
		return s[6] == s[4] || (n > 7 && s[6] >= '0' && s[6] <= '9' && s[7] == s[4]);
	return n > 7 && memcmp(s + 4, "年", 3) == 0 && s[7] >= '0' && s[7] <= '9';
}

/* May this word begin with c? Said without reading all of them: this is asked of every character. */
static bool may_begin(const char *word, uint32_t c)
{
	if (c < 0x80)
		return (*word | 32) == ((char)c | 32);
	return c == 0xa9 ? (unsigned char)*word == 0xc2
			 : (unsigned char)word[0] == (0xe0 | c >> 12) &&
				   (unsigned char)word[1] == (0x80 | (c >> 6 & 63));
}

/* The row of `words` that stands at p, and where it ends; -1: none. */
static int word_at(const char *p, const char *end, const char **behind)
{
	uint32_t c = glyph_peek((struct glyphs){ p, end });

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct glyphs g = { p, end };
		if (may_begin(words[i].word, c) && glyph_word(&g, words[i].word)) {
			*behind = g.p;
			return (int)i;
		}
	}
	return -1;
}

static bool of_run(uint32_t c) { return glyph_han(c) || glyph_alnum(c) || c == 0xb7; }

/* Where the characters end that stand together; an insertion belongs to them: 某（上海）公司. */
static const char *run_end(const char *p, const char *end)
{
	struct glyphs g = { p, end };

	while (g.p < end && g.p - p < RUN_BYTES) {
		const char *here = g.p, *inner;
		uint32_t c = glyph_next(&g);
		inner = c == '(' && here > p ? orgname_inner_end(here, end) : NULL;
		if (inner != NULL)
			g.p = inner;
		else if (!of_run(c))
			return here;
	}
	return g.p;
}

static const char *past_clause(const char *p, const char *end)
{
	struct glyphs g = { p, end };

	while (g.p < end && !of_run(glyph_peek(g)) && *g.p != '\n')
		(void)glyph_next(&g);
	while (g.p < end && (of_run(glyph_peek(g)) || glyph_peek(g) == '-' || glyph_peek(g) == '*'))
		(void)glyph_next(&g);
	return g.p;
}

/* A name, a word, or one character that is neither. `fresh`: a name may begin here. Returns where it goes
 * on. */
static const char *take(struct matter *m, const char *p, const char *end, bool *fresh)
{
	const char *stop = *fresh ? run_end(p, end) : p, *behind;
	int row = word_at(p, end, &behind);
	size_t n = orgname_cut(p, (size_t)(stop - p));
	struct glyphs g = { p, end };

	*fresh = true;

	if (row >= 0 && words[row].kind != WORD) {
		m->mark |= words[row].kind == MARK;
		m->self |= words[row].kind == SELF;
		m->strange += words[row].kind == STRANGE;
		m->rest += words[row].kind == STRANGE ? STRANGE_COST : 0;
		return words[row].kind == CLAUSE ? past_clause(behind, end) : behind;
	}
	if (n > 0 && glyph_han(glyph_peek(g))) {
		m->names++;
		return p + n;
	}
	if (row >= 0)
		return behind;
	*fresh = false;
	m->rest += glyph_han(glyph_next(&g));
	return g.p;
}

void matter_read(struct matter *m, const char *s, size_t n)
{
	const char *end = s + n;
	bool fresh = true;

	for (const char *p = s; p < end;) {
		struct glyphs g = { p, end };
		uint32_t c = glyph_next(&g);
		if (glyph_digit(c) && day_here(p, (size_t)(end - p)))
			m->dated = true;
		if (c == 0x3002)
			m->stop = true;
		if (of_run(c) || c == 0xa9 || c == '(') {
			const char *to = take(m, p, end, &fresh);
			p = to > p ? to : g.p;
		} else {
			fresh = true;
			p = g.p;
		}
	}
}
