/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain main for a fuzz target: runs it over the files and folders named on the command line, so that the
 * corpus is a test without clang. Each input sits at the end of a page behind which nothing is mapped.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void guarded(const char *bytes, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (n + page - 1) / page * page;
	char *map = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED || mprotect(map + room, page, PROT_NONE) != 0)
		exit(2);
	if (n > 0)
		memcpy(map + room - n, bytes, n);
	LLVMFuzzerTestOneInput((const uint8_t *)map + room - n, n);
	munmap(map, room + page);
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *bytes = NULL;
	long n;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0) {
		perror(path);
		exit(2);
	}
	rewind(f);
	bytes = malloc((size_t)n + 1);
	if (bytes == NULL || fread(bytes, 1, (size_t)n, f) != (size_t)n)
		exit(2);
	fclose(f);
	guarded(bytes, (size_t)n);
	free(bytes);
	return 1;
}

static int run_path(const char *path)
{
	struct stat st;
	struct dirent *e;
	int count = 0;
	DIR *d;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return run_file(path);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		char sub[4096];
		if (e->d_name[0] == '.')
			continue;
		snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
		count += run_file(sub);
	}
	if (d != NULL)
		closedir(d);
	return count;
}

int main(int argc, char **argv)
{
	int count = 0;
	for (int i = 1; i < argc; i++)
		count += run_path(argv[i]);
	if (count == 0) {
		printf("not ok - no input\n");
		return 1;
	}
	printf("ok - %d inputs\n", count);
	return 0;
}
