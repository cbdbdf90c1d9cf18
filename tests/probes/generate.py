#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Labelled pages by templates, true by construction: generate.py FOLDER SEED COUNT

Writes COUNT pages and truth.tsv (see tests/unit/probes/test_page.c). All names and numbers are invented. A page says some
true things in one of many ways of writing, and holds things that look like them and are none: comments, hidden text,
placeholders, telephone numbers, dates, other kinds of licences, validation code.
"""
import html
import json
import os
import random
import sys

folder, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
R = random.Random(seed)
pick = R.choice
PROVINCES = dict(京='11', 津='12', 冀='13', 晋='14', 蒙='15', 辽='21', 吉='22', 黑='23', 沪='31', 苏='32', 浙='33', 皖='34',
                 闽='35', 赣='36', 鲁='37', 豫='41', 鄂='42', 湘='43', 粤='44', 桂='45', 琼='46', 渝='50', 蜀='51', 黔='52',
                 滇='53', 藏='54', 陕='61', 陇='62', 青='63', 宁='64', 新='65')
TRADITIONAL = str.maketrans('沪苏粤辽鲁闽赣陕宁琼晋陇', '滬蘇粵遼魯閩贛陝寧瓊晉隴')
POLICE = {'蜀': '川', '黔': '贵', '陇': '甘'}
PLACES = '江州 临溪 云岭 海宁湾 北川河 南屏 东湖 西陵山 凤台 青石 白鹭 龙泉驿 松江口 望城坡 金沙 梅岭 长河'.split()
KINDS = '理工大学 师范大学 职业技术学院 医学院 农业大学 财经大学 第一中学 实验小学 信息职业学院 高等专科学校 科技学院'.split()
UNITS = '教务处 图书馆 信息中心 学生工作处 后勤管理处 网络中心 招生办公室'.split()
FIRMS = '智学 云帆 启航 未来课堂 青藤 学海 知行 数智校园 明德'.split()


def digits(n):
    """Not a placeholder's: no number of these is all alike, counts, or is mostly zeros."""
    while True:
        s = ''.join(pick('0123456789') for _ in range(n))
        if n < 4 or (len(set(s)) > 3 and not s.endswith('0000')):
            return s


def school():
    return pick(PLACES) + pick(KINDS)


def firm():
    place = pick(PLACES)
    return pick([f'{place}{pick(FIRMS)}科技有限公司', f'{pick(FIRMS)}（{place}）教育科技有限公司',
                 f'{place}{pick(FIRMS)}网络技术股份有限公司', f'{place}{pick(FIRMS)}信息技术集团有限公司'])


def icp_digits():
    if R.random() < .45:
        return str(R.randint(2020, 2026)) + digits(6)
    return '%02d' % R.randint(5, 24) + digits(6)


def wide(s):
    return ''.join(chr(ord(c) + 0xfee0) if '!' <= c <= '~' else c for c in s)


# -- ways to write a number: (what is shown as HTML, the value)
def icp():
    p, d = pick(list(PROVINCES)), icp_digits()
    suffix, kind = '', 'icp-number'
    if R.random() < .5:
        suffix = '-%d' % R.randint(1, 30)
        roll = R.random()
        if roll < .12:
            suffix, kind = suffix + 'A', 'icp-app'
        elif roll < .2:
            suffix, kind = suffix + 'X', 'icp-mini'
    value = f'{p}ICP备{d}号{suffix}'
    ways = [
        value,
        f'{p} ICP 备 {d} 号{suffix}',
        f'{p}ICP备&nbsp;{d}&nbsp;号{suffix}',
        wide(value) if R.random() < .5 else f'{p}{wide("ICP")}备{wide(d)}号{wide(suffix)}',
        f'{p}icp备{d}号{suffix}',
        f'<span>{p}</span>ICP备{d}号{suffix}',
        f'{p}ICP备<b>{d[:4]}</b>{d[4:]}号{suffix}',
        f'{p}<em>ICP</em><em>备</em>{d}<i>号</i>{suffix}',
        f'{p}ICP备{d}號{suffix}',
        f'{p}ICP备案{d}号{suffix}',
        f'ICP备案号：{p}ICP备{d}号{suffix}',
        f'备案序号:{p}ICP备{d}号{suffix}',
        f'网站备案/许可证号：<a href="https://beian.miit.gov.cn/" target="_blank">{p}ICP备{d}号{suffix}</a>',
        f'<a href="http://www.beian.miit.gov.cn">{p}ICP备{d}号{suffix}</a>',
        ''.join(f'&#x{ord(c):x};' for c in value),
        ''.join(f'&#{ord(c)};' for c in f'{p}ICP备') + f'{d}号{suffix}',
        f'({p})ICP备{d}号{suffix}',
        f'{p}ICP备\u200b{d}号{suffix}',
        f'{p}ICP备{d}号{suffix.replace("-", "–")}',
        f'{p}ICP备\n\t\t\t{d}号{suffix}',
    ]
    if not in_script:  # of what a script brings along only the text is read
        ways += [f'<img src="/i/ba.png" alt="{value}">', f'<a href="https://beian.miit.gov.cn/" title="{value}"><img src="b.png"></a>',
                 f'<div data-page="{html.escape(json.dumps({"site": {"icp": value}}))}"></div>', f'<site-footer icp="{value}"></site-footer>',
                 f'<svg width="300"><text><tspan x="0">{p}ICP备</tspan><tspan>{d}号{suffix}</tspan></text></svg>']
    ways += [f'{p.translate(TRADITIONAL)}ICP備{d}號{suffix}', f'{p}ICP备{d}号{suffix.replace("-", pick("─━ー﹣－―"))}']
    if not suffix:
        ways += [f'{p}ICP备{d}', f'{p}ICP备:{d}', f'{p}ICP备案{d} ']
    return pick(ways), [(kind, value)]


def alone():
    """Nothing but the number beside it says whose name it is."""
    name, (shown, told) = pick([school(), school() + pick(UNITS), firm()]), icp()
    while '备案' in shown or '<' in shown or '&' in shown or '(' in shown or told[0][0] != 'icp-number':
        shown, told = icp()
    return f'<p>{name}{pick([" ", "&nbsp;&nbsp;", " | ", " 备案号："])}{shown}</p>', told + [('owner', name)]


def police():
    p = pick(list(PROVINCES))
    d = PROVINCES[p] + ('%04d' % R.randint(101, 982)) + digits(8)
    if p == '京' and R.random() < .3:
        d = '1104024300' + digits(2)
        while len(set(d)) < 4:
            d = '1104024300' + digits(2)
    p = POLICE.get(p, p)
    value = f'{p}公网安备{d}号'
    link = f'http://www.beian.gov.cn/portal/registerSystemInfo?recordcode={d}'
    link2 = f'https://beian.mps.gov.cn/#/query/webSearch?code={d}'
    ways = [
        value,
        f'{p}公网安备 {d} 号',
        f'{p}公网安备{d}',
        f'<a target="_blank" href="{link}"><img src="/images/ghs.png"/>{p}公网安备 {d}号</a>',
        f'<a href="{link2}" rel="noreferrer"><p style="height:20px">{p}公网安备{d}号</p></a>',
        f'<img src="beian.png" alt="公安备案"><span>{p}公网安备</span><span>{d}</span><span>号</span>',
        f'{p}公网安备{wide(d)}号',
        f'{p} 公网安备 <b>{d}</b> 号',
        f'{p}公网安备：{d}号',
    ]
    if len(d) == 14 and p not in '川贵甘':
        ways += [f'<a href="{link}"><img src="ga.png" alt="备案"></a>'] * 1
    return pick(ways), [('police-number', value)]


def telecom():
    p, d = pick(list(PROVINCES)), str(R.randint(2006, 2025)) + '%04d' % R.randint(11, 9899)
    kind, suffix = 'telecom-number', ''
    if R.random() < .15:
        suffix, kind = '-%dX' % R.randint(1, 900), 'icp-mini'
    value = f'{p}B2-{d}{suffix}'
    ways = [f'增值电信业务经营许可证：{value}', f'增值电信业务经营许可证 {value}', f'经营许可证编号:{wide("B2") if 0 else value}', f'ICP证：{value}',
            f'<span>{p}</span>B2-{d}{suffix}', f'{p}B2－{d}{suffix}', value]
    if not suffix and R.random() < .2:
        return pick([f'增值电信业务经营许可证 合字B2-{d}', f'增值电信业务经营许可证：B2-{d}']), [('telecom-number', f'B2-{d}')]
    return pick(ways), [(kind, value)]


def edu():
    d = pick(list(PROVINCES.values())) + digits(pick([4, 5, 5]))
    value = f'教APP备{d}号'
    return pick([value, f'教App备{d}号', f'教 APP 备 {d} 号', f'教育移动应用备案号：{value}', f'{wide("教APP备")}{wide(d)}号', f'教APP备{d}']), \
        [('edu-number', value)]


def grade():
    value = pick(list(PROVINCES.values())) + '%04d' % R.randint(100, 990) + digits(5) + '-' + digits(5)
    return pick([f'等保备案证明编号：{value}', f'信息系统安全等级保护备案证明 {value}', f'等级保护备案号:{value.replace("-", "－")}']), \
        [('grade-number', value)]


# -- who it belongs to
def owner():
    name = school() if R.random() < .6 else firm()
    if R.random() < .2 and '公司' not in name:
        name += pick(UNITS)
    y = R.randint(2005, 2026)
    helper = firm()
    ways = [
        f'版权所有：{name}', f'版权所有 © {name}', f'{name} 版权所有', f'{name}版权所有', f'© {y} {name}', f'&copy;{y}-2026 {name} 版权所有',
        f'Copyright © {y} {name}. All Rights Reserved', f'Copyright(C){y} {name} 版权所有', f'主办单位：{name}',
        f'主办单位：<a href="/">{name}</a> 技术支持：{helper}', f'{name} © {y} 技术支持：{helper}', f'由{name}主办',
        f'本网站版权归{name}所有', f'CopyRight@{y} All Rights Reserved {name} 版权所有', f'版权所有&nbsp;&nbsp;{name}&nbsp;&nbsp;地址：幸福路1号',
        f'技术支持：{helper} {y} {name} 版权所有', f'主办：{name}<br>承办：{helper}', f'<span>版权所有</span><span>{name}</span>',
        f'Copyright &copy; {y}-{y + 3} <b>{name}</b> 保留所有权利',
    ]
    return pick(ways), [('owner', name)]


# -- identifiers in code
def hexes(n):
    while True:
        s = ''.join(pick('0123456789abcdef') for _ in range(n))
        if len(set(s)) > 4 and any(c.isdigit() for c in s[:6]):
            return s


def ident():
    wx, gh, ww, cli, ding = 'wx' + hexes(16), 'gh_' + hexes(12), 'ww' + hexes(16), 'cli_' + hexes(16), 'ding' + hexes(32)
    ali, ios = '20' + digits(14), str(R.randint(10**8, 2 * 10**9))
    package = 'com.%s.%s' % (pick(['jzlg', 'zhixue', 'yunfan', 'campus']), pick(['student', 'app', 'mobile.v2']))
    return pick([
        (f'<script>location_q="https://open.weixin.qq.com/connect/oauth2/authorize?appid={wx}&redirect_uri=https%3A%2F%2Fa.b.cn&response_type=code&scope=snsapi_base&state=1#wechat_redirect"</script>',
         [('wechat-oa', wx)]),
        (f'<script src="https://res.wx.qq.com/open/js/jweixin-1.6.0.js"></script><script>wx.config({{debug:false,appId:\'{wx}\',timestamp:1700000000,jsApiList:[]}})</script>',
         [('wechat-oa', wx), ('runtime', 'wechat')]),
        (f'<wx-open-launch-weapp id="b" username="{gh}" path="pages/index"><template><button>打开</button></template></wx-open-launch-weapp>',
         [('wechat-mini', gh), ('runtime', 'wechat')]),
        (f'<a href="weixin://dl/business/?appid={wx}&amp;path=pages/a">打开小程序</a>', [('wechat-mini', wx)]),
        (f'<script>var u="https://open.weixin.qq.com/connect/oauth2/authorize?appid={ww}&redirect_uri=x&scope=snsapi_privateinfo&agentid=1000012"</script>',
         [('wecom-app', ww)]),
        (f'<script src="https://g.alicdn.com/dingding/dingtalk-jsapi/2.10.3/dingtalk.open.js"></script><script>dd.config({{agentId:"1",corpId:"{ding}",jsApiList:["a"]}})</script>',
         [('dingtalk-app', ding), ('runtime', 'dingtalk')]),
        (f'<a href="https://applink.feishu.cn/client/mini_program/open?appId={cli}">飞书打开</a>', [('feishu-mini', cli)]),
        (f'<a href="alipays://platformapi/startapp?appId={ali}&page=x">支付宝</a>', [('alipay-mini', ali)]),
        (f'<meta name="apple-itunes-app" content="app-id={ios}">', [('ios-store', ios)]),
        (f'<a href="https://apps.apple.com/cn/app/%E5%AD%A6/id{ios}?mt=8">App Store</a>',
         [('ios-store', ios), ('store-link', 'https://apps.apple.com/cn/app/%E5%AD%A6/id' + ios)]),
        (f'<a href="https://a.app.qq.com/o/simple.jsp?pkgname={package}&amp;channel=1">应用宝</a>',
         [('android-package', package), ('store-link', 'https://a.app.qq.com/o/simple.jsp')]),
        (f'<a href="/download/app_v{R.randint(1, 9)}.apk?t=123456">下载</a>', None),
        (f'<script>if(window.AlipayJSBridge){{AlipayJSBridge.call("closeWebview")}}</script>', [('runtime', 'alipay')]),
    ])


# -- what looks like a number and is none
def decoy():
    d8 = digits(8)
    return pick([
        f'<!-- 京ICP备{icp_digits()}号 -->', f'<div style="display:none">粤ICP备{icp_digits()}号-1</div>',
        f'<p hidden>沪公网安备3101{digits(10)}号</p>', '备案号：京ICP备XXXXXXXX号', '湘ICP备00000000号', '京ICP备12345678号-1',
        '粤ICP备2025000000号-1', f'联系电话：0731-{d8} 传真：0731-{digits(8)}', f'手机：138{d8}-{digits(5)}', f'QQ群：{digits(9)}',
        f'发布时间：2024-0{R.randint(1, 9)}-1{R.randint(0, 9)} 08:30:00', f'湘教QS4-2013{digits(2)}-0{digits(5)}',
        f'信息网络传播视听节目许可证：{digits(7)}号', f'京网文[2021]{digits(4)}-056号', '您的备案号将显示在此：ICP备_______号',
        f'<script>var re=/^[京津沪]ICP备\\d{{8}}号(-\\d+)?$/;</script>', f'<input type="hidden" value="浙ICP备{icp_digits()}号">',
        f'邮编：41{digits(4)} 邮箱：jwc{digits(3)}@example.edu.cn', f'ICP备{d8}号'[:3] + '备案', f'<script>// 鲁ICP备{icp_digits()}号\n</script>',
        f'订单号：{digits(11)}-{digits(3)}', f'<style>/* 苏ICP备{icp_digits()}号 */</style>', '版权所有，侵权必究', '技术支持：' + firm(),
        f'银行账号：6222{digits(15)}', f'访问量：{digits(10)}', '教APP备案办理指南', '公网安备案流程说明', '增值电信业务经营许可证办理',
    ])


# -- the page around it
TITLES = ['{s}', '{s}教务管理系统', '统一身份认证平台 - {s}', '{s}|首页', '欢迎使用“{s}”智慧校园', '{s} &amp; 合作单位', '{s} &lt;测试版&gt;', '  {s}\n\t 信息门户  ',
          '{s}&nbsp;招生网', '&#x5728;&#x7ebf;课堂·{s}', '{s}<br>官网']


def title():
    raw = pick(TITLES).format(s=school())
    text = ' '.join(html.unescape(raw).replace('\xa0', ' ').split())
    return raw, text


def shuffled(parts):
    R.shuffle(parts)
    return parts


WRAPS = ['<div class="footer"><p>{}</p></div>', '<footer>{}</footer>', '<table width=100%><tr><td align=center>{}</td></tr></table>',
         '<div id="bottom"><div class="wrap">{}</div></div>', '<center><font size=2>{}</font></center>', '<ul class="copyright"><li>{}</li></ul>',
         '<div class="foot-wrap clearfix"><div class="fl">{}</div></div>', '<p align="center">{}</p>']
JOINS = [' ', '<br/>', ' | ', '&nbsp;&nbsp;', '</p><p>', '　', '\n', '<span class="sp"></span> ']
HEADS = ['<!DOCTYPE html>\n<html lang="zh-CN"><head>', '<html>\n<head>', '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "x"><html xmlns="http://www.w3.org/1999/xhtml"><HEAD>', '']
FILL = ['<ul><li><a href="/news/1.html">我校召开2026年工作会议</a><span>2026-03-12</span></li></ul>', '<script>var a="</div>",b=\'x\';</script>',
        '<svg viewBox="0 0 1 1"><title>图标</title><path d="M0 0"/></svg>', '<div class=nav><a href=#>首页</a><a href=about.htm>学校概况</a></div>',
        '<!--[if lt IE 9]><script src=html5.js></script><![endif]-->', '<p>学校现有教职工1200余人，在校生20000余人。</p>', '<img src=a.gif alt="校徽">']


def script_page(parts):
    """The footer as a minified bundle of the same page brings it."""
    def literal(s):
        s = s.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n').replace('</', '<\\/')
        if R.random() < .4:
            s = ''.join(c if ord(c) < 128 else '\\u%04x' % ord(c) for c in s)
        return '"' + s + '"'
    body = ','.join('e("p",{class:"foot"},[t._v(' + literal(p) + ')])' for p in parts)
    return '<div id="app"></div><script>(function(t,e){"use strict";var r=/[\'"\\/]/g;return e("footer",[' + body + '])})()</script>'


rows = []
for i in range(count):
    name, facts = 'p%04d.html' % i, []
    charset = pick(['utf-8', 'utf-8', 'gb18030', 'gbk', 'gb2312', 'utf-8-bom', 'utf-16'])
    raw, text = title()
    if R.random() < .97:
        facts.append(('title', text))
    else:
        raw = None
    in_script = R.random() < .12
    makers = [pick([icp] * 9 + [alone])] * (R.random() < .85) + [police] * (R.random() < .45) + [telecom] * (R.random() < .25) + [edu] * (R.random() < .25) + \
        [grade] * (R.random() < .15) + [owner] * (R.random() < .8)
    parts = []
    for make in makers:
        shown, told = make()
        parts.append(shown)
        facts += told
    body = []
    for _ in range(R.randint(0, 3)):
        parts.append(decoy()) if not in_script else body.append(decoy())
    shuffled(parts)
    for _ in range(R.randint(0, 2) if R.random() < .5 else 0):
        shown, told = ident()
        if told is None:
            path = shown.split('"')[1].split('?')[0]
            told = [('apk-link', 'https://www.example.edu.cn' + path)]
        body.append(shown)
        facts += told
    body += [pick(FILL) for _ in range(R.randint(1, 4))]
    footer = script_page(parts) if in_script else pick(WRAPS).format(pick(JOINS).join(parts))
    said = {'utf-8-bom': 'utf-8', 'utf-16': 'utf-16', 'gb18030': pick(['gb18030', 'GB2312', 'gbk'])}.get(charset, charset)
    meta = pick([f'<meta charset="{said}">', f'<meta http-equiv="Content-Type" content="text/html; charset={said}" />', f"<META content='text/html;charset={said}' http-equiv=Content-Type>", ''])
    kind = pick(['text/html', f'text/html; charset={said}', f'text/html;charset="{said}"', ''])
    if R.random() < .06 and charset in ('utf-8', 'gbk'):
        kind = 'text/html; charset=' + pick(['iso-8859-1', 'gbk' if charset == 'utf-8' else 'utf-8'])  # it lies
    page = pick(HEADS) + meta + (f'<title>{raw}</title>' if raw is not None else '') + '</head><body>' + '\n'.join(shuffled(body)) + footer + '</body></html>'
    codec = {'utf-8-bom': 'utf-8-sig', 'gbk': 'gb18030', 'gb2312': 'gb18030'}.get(charset, charset)
    with open(os.path.join(folder, name), 'wb') as f:
        f.write(page.encode(codec))
    rows += [(name, kind, a, b) for a, b in dict.fromkeys(facts)] or [(name, kind, '-', '')]
with open(os.path.join(folder, 'truth.tsv'), 'w', encoding='utf-8') as f:
    for row in rows:
        f.write('\t'.join(row) + '\n')
