/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/errno.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

const char *errno_zh(int number)
{
	static const struct {
		int number;
		const char *zh;
	} rows[] = {
		{ EACCES, "权限不够" },
		{ EADDRINUSE, "地址已被占用" },
		{ EADDRNOTAVAIL, "没有这个地址" },
		{ EAGAIN, "暂时做不到,请再试" },
		{ EBADF, "描述符无效" },
		{ EBUSY, "正被占用" },
		{ ECONNREFUSED, "对方没有在听" },
		{ ECONNRESET, "对方断开了连接" },
		{ EDQUOT, "超出磁盘配额" },
		{ EEXIST, "已经存在" },
		{ EFBIG, "文件太大" },
		{ EINTR, "被信号打断" },
		{ EINVAL, "参数无效" },
		{ EIO, "读写出错" },
		{ EISDIR, "是目录" },
		{ ELOOP, "符号链接绕圈" },
		{ EMFILE, "打开的文件太多" },
		{ EMSGSIZE, "报文太长" },
		{ ENAMETOOLONG, "名字太长" },
		{ ENETDOWN, "网络接口未启用" },
		{ ENFILE, "系统打开的文件太多" },
		{ ENODEV, "没有这个设备" },
		{ ENOENT, "不存在" },
		{ ENOMEM, "内存不足" },
		{ ENOSPC, "磁盘已满" },
		{ ENOTCONN, "没有连上" },
		{ ENOTDIR, "路径中有一段不是目录" },
		{ ENOTSOCK, "不是套接字" },
		{ ENXIO, "没有这个设备" },
		{ EPERM, "不允许" },
		{ EPIPE, "对方已不再读" },
		{ EPROTO, "对方说的不合规矩" },
		{ EPROTOTYPE, "套接字类型不符" },
		{ EROFS, "文件系统只读" },
		{ ETIMEDOUT, "超时" },
		{ E2BIG, "参数太长" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].number == number)
			return rows[i].zh;
	return strerror(number);
}

bool errno_is_shortage(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}
