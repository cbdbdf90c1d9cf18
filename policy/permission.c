/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/permission.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/policy.h"

#define LOCATION   (1u << PERMISSION_LOCATION)
#define CONTACTS   (1u << PERMISSION_CONTACTS)
#define MICROPHONE (1u << PERMISSION_MICROPHONE)
#define CAMERA     (1u << PERMISSION_CAMERA)
#define SMS        (1u << PERMISSION_SMS)
#define PHONE      (1u << PERMISSION_PHONE)
#define STORAGE    (1u << PERMISSION_STORAGE)
#define CALENDAR   (1u << PERMISSION_CALENDAR)
#define BODY       (1u << PERMISSION_BODY)
#define OTHER      (1u << PERMISSION_COUNT) /* a permission that does not matter here */

enum { TEXT_MAX_BYTES = 600 };

static const char *const names_zh[PERMISSION_COUNT] = {
	[PERMISSION_LOCATION] = "位置",     [PERMISSION_CONTACTS] = "通讯录",
	[PERMISSION_MICROPHONE] = "麦克风", [PERMISSION_CAMERA] = "相机",
	[PERMISSION_SMS] = "短信",          [PERMISSION_PHONE] = "电话与设备状态",
	[PERMISSION_STORAGE] = "存储",      [PERMISSION_CALENDAR] = "日历",
	[PERMISSION_BODY] = "健康与运动",
};

const char *permission_zh(enum permission p) { return (unsigned)p < PERMISSION_COUNT ? names_zh[p] : "?"; }

/* developer.android.com/reference/android/Manifest.permission, those of protection level `dangerous`;
 * developer.apple.com/documentation/bundleresources/information-property-list, "UsageDescription". */
static const struct {
	const char *name;
	enum permission is;
} declared[] = {
	{ "android.permission.ACCESS_FINE_LOCATION", PERMISSION_LOCATION },
	{ "android.permission.ACCESS_COARSE_LOCATION", PERMISSION_LOCATION },
	{ "android.permission.ACCESS_BACKGROUND_LOCATION", PERMISSION_LOCATION },
	{ "android.permission.READ_CONTACTS", PERMISSION_CONTACTS },
	{ "android.permission.WRITE_CONTACTS", PERMISSION_CONTACTS },
	{ "android.permission.RECORD_AUDIO", PERMISSION_MICROPHONE },
	{ "android.permission.CAMERA", PERMISSION_CAMERA },
	{ "android.permission.READ_SMS", PERMISSION_SMS },
	{ "android.permission.SEND_SMS", PERMISSION_SMS },
	{ "android.permission.RECEIVE_SMS", PERMISSION_SMS },
	{ "android.permission.RECEIVE_MMS", PERMISSION_SMS },
	{ "android.permission.READ_PHONE_STATE", PERMISSION_PHONE },
	{ "android.permission.READ_PHONE_NUMBERS", PERMISSION_PHONE },
	{ "android.permission.CALL_PHONE", PERMISSION_PHONE },
	{ "android.permission.ANSWER_PHONE_CALLS", PERMISSION_PHONE },
	{ "android.permission.PROCESS_OUTGOING_CALLS", PERMISSION_PHONE },
	{ "android.permission.READ_CALL_LOG", PERMISSION_PHONE },
	{ "android.permission.WRITE_CALL_LOG", PERMISSION_PHONE },
	{ "android.permission.READ_EXTERNAL_STORAGE", PERMISSION_STORAGE },
	{ "android.permission.WRITE_EXTERNAL_STORAGE", PERMISSION_STORAGE },
	{ "android.permission.MANAGE_EXTERNAL_STORAGE", PERMISSION_STORAGE },
	{ "android.permission.READ_MEDIA_IMAGES", PERMISSION_STORAGE },
	{ "android.permission.READ_MEDIA_VIDEO", PERMISSION_STORAGE },
	{ "android.permission.READ_MEDIA_AUDIO", PERMISSION_STORAGE },
	{ "android.permission.READ_MEDIA_VISUAL_USER_SELECTED", PERMISSION_STORAGE },
	{ "android.permission.READ_CALENDAR", PERMISSION_CALENDAR },
	{ "android.permission.WRITE_CALENDAR", PERMISSION_CALENDAR },
	{ "android.permission.BODY_SENSORS", PERMISSION_BODY },
	{ "android.permission.BODY_SENSORS_BACKGROUND", PERMISSION_BODY },
	{ "android.permission.ACTIVITY_RECOGNITION", PERMISSION_BODY },
	{ "NSLocationWhenInUseUsageDescription", PERMISSION_LOCATION },
	{ "NSLocationAlwaysAndWhenInUseUsageDescription", PERMISSION_LOCATION },
	{ "NSLocationAlwaysUsageDescription", PERMISSION_LOCATION },
	{ "NSLocationUsageDescription", PERMISSION_LOCATION },
	{ "NSContactsUsageDescription", PERMISSION_CONTACTS },
	{ "NSMicrophoneUsageDescription", PERMISSION_MICROPHONE },
	{ "NSSpeechRecognitionUsageDescription", PERMISSION_MICROPHONE },
	{ "NSCameraUsageDescription", PERMISSION_CAMERA },
	{ "NSPhotoLibraryUsageDescription", PERMISSION_STORAGE },
	{ "NSPhotoLibraryAddUsageDescription", PERMISSION_STORAGE },
	{ "NSCalendarsUsageDescription", PERMISSION_CALENDAR },
	{ "NSCalendarsFullAccessUsageDescription", PERMISSION_CALENDAR },
	{ "NSCalendarsWriteOnlyAccessUsageDescription", PERMISSION_CALENDAR },
	{ "NSHealthShareUsageDescription", PERMISSION_BODY },
	{ "NSHealthUpdateUsageDescription", PERMISSION_BODY },
	{ "NSMotionUsageDescription", PERMISSION_BODY },
};

enum permission permission_of(const char *name)
{
	for (size_t i = 0; i < sizeof(declared) / sizeof(declared[0]); i++)
		if (strcmp(declared[i].name, name) == 0)
			return declared[i].is;
	return PERMISSION_COUNT;
}

/* -- what people write ------------------------------------------------------------------------------ */

/* Every word that a text may be made of. One that may mean several names all of them: it is better to
 * overlook a permission that is not named than to accuse of one that is. 0: a word that says nothing alone.
 */
static const struct {
	const char *text;
	unsigned names;
} words[] = {
	{ "位置", LOCATION },
	{ "定位", LOCATION },
	{ "地理", LOCATION },
	{ "gps", LOCATION },
	{ "精确", 0 },
	{ "精准", 0 },
	{ "粗略", 0 },
	{ "大致", 0 },
	{ "通讯录", CONTACTS },
	{ "通信录", CONTACTS },
	{ "联系人", CONTACTS },
	{ "电话簿", CONTACTS },
	{ "电话本", CONTACTS },
	{ "麦克风", MICROPHONE },
	{ "话筒", MICROPHONE },
	{ "录音", MICROPHONE },
	{ "语音", MICROPHONE },
	{ "声音", MICROPHONE },
	{ "音频", MICROPHONE | STORAGE },
	{ "音视频", MICROPHONE | CAMERA | STORAGE },
	{ "视频", MICROPHONE | CAMERA | STORAGE },
	{ "录像", MICROPHONE | CAMERA },
	{ "摄像", MICROPHONE | CAMERA },
	{ "摄像头", CAMERA },
	{ "相机", CAMERA },
	{ "照相机", CAMERA },
	{ "照相", CAMERA },
	{ "拍照", CAMERA },
	{ "拍摄", CAMERA | MICROPHONE },
	{ "扫码", CAMERA },
	{ "扫一扫", CAMERA },
	{ "扫描", CAMERA },
	{ "二维码", CAMERA },
	{ "短信", SMS },
	{ "短消息", SMS },
	{ "彩信", SMS },
	{ "消息", SMS },
	{ "电话", PHONE },
	{ "通话", PHONE },
	{ "通话记录", PHONE },
	{ "拨打", PHONE },
	{ "拨号", PHONE },
	{ "呼叫", PHONE },
	{ "手机状态", PHONE },
	{ "设备状态", PHONE },
	{ "设备信息", PHONE },
	{ "手机信息", PHONE },
	{ "设备标识", PHONE },
	{ "识别码", PHONE },
	{ "标识符", PHONE },
	{ "识别号", PHONE },
	{ "识别", PHONE | BODY },
	{ "手机号", PHONE },
	{ "本机号码", PHONE },
	{ "手机号码", PHONE },
	{ "imei", PHONE },
	{ "imsi", PHONE },
	{ "存储", STORAGE },
	{ "储存", STORAGE },
	{ "内存", STORAGE },
	{ "内存卡", STORAGE },
	{ "sd卡", STORAGE },
	{ "sd", STORAGE },
	{ "文件", STORAGE },
	{ "相册", STORAGE },
	{ "照片", STORAGE },
	{ "图片", STORAGE },
	{ "图库", STORAGE },
	{ "媒体", STORAGE },
	{ "多媒体", STORAGE | CAMERA | MICROPHONE },
	{ "日历", CALENDAR },
	{ "日程", CALENDAR },
	{ "身体", BODY },
	{ "传感器", BODY },
	{ "健康", BODY },
	{ "健身", BODY },
	{ "运动", BODY },
	{ "步数", BODY },
	{ "计步", BODY },
	{ "活动", BODY },
	{ "心率", BODY },
	{ "网络", OTHER },
	{ "互联网", OTHER },
	{ "联网", OTHER },
	{ "wifi", OTHER },
	{ "wi", OTHER },
	{ "fi", OTHER },
	{ "wlan", OTHER },
	{ "蓝牙", OTHER },
	{ "nfc", OTHER },
	{ "通知", OTHER },
	{ "推送", OTHER },
	{ "悬浮窗", OTHER },
	{ "震动", OTHER },
	{ "振动", OTHER },
	{ "唤醒", OTHER },
	{ "自启动", OTHER },
	{ "开机", 0 },
	{ "启动", OTHER },
	{ "安装", OTHER },
	{ "剪贴板", OTHER },
	{ "剪切板", OTHER },
	{ "指纹", OTHER },
	{ "面容", OTHER },
	{ "闪光灯", OTHER },
	{ "手电筒", OTHER },
	{ "屏幕", 0 },
	{ "桌面快捷方式", OTHER },
	{ "权限", 0 },
	{ "读取", 0 },
	{ "获取", 0 },
	{ "访问", 0 },
	{ "使用", 0 },
	{ "写入", 0 },
	{ "读写", 0 },
	{ "读", 0 },
	{ "写", 0 },
	{ "修改", 0 },
	{ "查看", 0 },
	{ "录制", 0 },
	{ "调用", 0 },
	{ "打开", 0 },
	{ "开启", 0 },
	{ "发送", 0 },
	{ "接收", 0 },
	{ "管理", 0 },
	{ "保存", 0 },
	{ "上传", 0 },
	{ "下载", 0 },
	{ "信息", 0 },
	{ "功能", 0 },
	{ "服务", 0 },
	{ "数据", 0 },
	{ "内容", 0 },
	{ "状态", 0 },
	{ "空间", 0 },
	{ "手机", 0 },
	{ "设备", 0 },
	{ "本机", 0 },
	{ "系统", 0 },
	{ "外部", 0 },
	{ "用户", 0 },
	{ "后台", 0 },
	{ "前台", 0 },
	{ "的", 0 },
	{ "和", 0 },
	{ "与", 0 },
	{ "及", 0 },
	{ "以及", 0 },
	{ "或", 0 },
};

/* A form that names none at all. */
static const char *const none[] = { "无", "没有", "不涉及", "不获取", "未获取", "无权限", "不需要", "无需" };

/* The longest word at s: its bytes; 0: none is known. */
static size_t word_at(const char *s, unsigned *names)
{
	size_t longest = 0;

	*names = 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i].text);
		if (n > longest && strncmp(s, words[i].text, n) == 0) {
			longest = n;
			*names = words[i].names;
		}
	}
	return longest;
}

/* One item of the list, in normal form: words that are known, and one at least that names something. A number
 * alone is the list's own. */
static bool read_item(const char *s, unsigned *named)
{
	unsigned all = 0, names;

	s += strspn(s, "0123456789");
	if (*s == '\0')
		return true;
	for (size_t n; *s != '\0'; s += n) {
		n = word_at(s, &names);
		if (n == 0)
			return false;
		all |= names;
	}
	*named |= all;
	return all != 0;
}

bool permission_read(const char *text, unsigned *named)
{
	char *list = policy_normal_words(text), *rest = list, *item;
	bool good = list != NULL && strlen(text) <= TEXT_MAX_BYTES && text_is_utf8(text, strlen(text));

	*named = 0;
	for (size_t i = 0; list != NULL && i < sizeof(none) / sizeof(none[0]); i++) {
		if (strcmp(list, none[i]) == 0) {
			free(list);
			return true;
		}
	}
	while (good && (item = strsep(&rest, " ")) != NULL)
		good = read_item(item, named);
	free(list);
	return good && *named != 0;
}
