// Notes makes, reads, renames and removes files with what C's library has for it, and says what lies in the folder then.
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void must(int fine, const char *what) {
	if (!fine) {
		fprintf(stderr, "%s: %s\n", what, strerror(errno));
		exit(1);
	}
}

int main(void) {
	must(mkdir("notes", 0777) == 0, "mkdir");
	must(mkdir("notes", 0777) != 0 && errno == EEXIST, "mkdir again");

	FILE *f = fopen("notes/a", "w+");
	must(f != NULL, "fopen");
	for (int i = 0; i < 10000; i++)
		must(fprintf(f, "line %d\n", i) > 0, "fprintf");
	must(fseek(f, -10, SEEK_END) == 0, "fseek");
	char line[64];
	must(fgets(line, sizeof line, f) != NULL, "fgets");
	printf("at %ld: %s", ftell(f), line);
	must(fclose(f) == 0, "fclose");

	must(rename("notes/a", "b") == 0, "rename");
	must(symlink("../b", "notes/link") == 0, "symlink");
	struct stat s;
	must(stat("notes/link", &s) == 0 && S_ISREG(s.st_mode), "stat");
	printf("%lld bytes\n", (long long)s.st_size);
	must(truncate("b", 7) == 0, "truncate");
	must(unlink("notes/gone") != 0 && errno == ENOENT, "unlink");

	struct timespec before, after, nap = {0, 1000000};
	must(clock_gettime(CLOCK_MONOTONIC, &before) == 0, "clock_gettime");
	must(nanosleep(&nap, NULL) == 0, "nanosleep");
	must(clock_gettime(CLOCK_MONOTONIC, &after) == 0, "clock_gettime");
	long long slept = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
	must(slept >= nap.tv_nsec, "it slept for too short a time");

	DIR *d = opendir("notes");
	must(d != NULL, "opendir");
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			printf("notes/%s is a link: %d\n", e->d_name, e->d_type == DT_LNK);
	must(closedir(d) == 0, "closedir");
	must(rmdir("notes") != 0 && errno == ENOTEMPTY, "rmdir");
	return 0;
}
