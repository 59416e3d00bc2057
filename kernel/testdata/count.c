// Counts what it reads, looks at its environment and at a file that is missing, and has an exit code of its own.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
	char line[256];
	long lines = 0, bytes = 0;
	while (fgets(line, sizeof line, stdin)) {
		lines++;
		bytes += strlen(line);
	}
	printf("%s: %ld lines, %ld bytes, %s\n", argv[1], lines, bytes, getenv("WHO"));
	if (!fopen("/missing", "r"))
		perror("missing");
	return 7;
}
