// SPDX-License-Identifier: GPL-2.0
/*
 * One exchange with /dev/vtd, with what a shell cannot do.
 *
 * Usage: vtd_chat WORD
 *   write     standard input in one write(), whatever is in it; the reply goes
 *             to standard output, the errno's number to standard error
 *   fault     a write() from an address that is not there
 *   empty     a write() of 0 bytes, then a read()
 *   read      a read() before any command
 *   small     "status", its reply read in pieces of one byte
 *   drop-root opens as user 65534
 *   passed    opens as root, and uses it as user 65534
 * Status 0 when the kernel accepted, 1 when it refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int refused(void)
{
	fprintf(stderr, "errno=%d %s\n", errno, strerror(errno));
	return 1;
}

static void reply(int fd, size_t piece)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, piece)) > 0)
		fwrite(buf, 1, n, stdout);
	if (n < 0)
		refused();
}

static int drop(void)
{
	return setgid(65534) || setuid(65534);
}

int main(int argc, char **argv)
{
	static char line[1 << 20];
	size_t size = sizeof(line), len = 0;
	void *volatile nowhere = (void *)8;
	const char *word = argc == 2 ? argv[1] : "";
	ssize_t n;
	int fd, rc = 0;

	if (!strcmp(word, "drop-root") && drop())
		return 3;
	fd = open("/dev/vtd", O_RDWR);
	if (fd < 0)
		return refused();
	if (!strcmp(word, "passed") && drop())
		return 3;
	if (!strcmp(word, "write")) {
		while ((n = read(0, line + len, size - len)) > 0)
			len += n;
		n = write(fd, line, len);
	} else if (!strcmp(word, "fault")) {
		n = write(fd, nowhere, 6);
	} else if (!strcmp(word, "empty")) {
		n = write(fd, line, 0);
	} else if (!strcmp(word, "read")) {
		n = 0;
	} else {
		n = write(fd, "status", 6);
	}
	if (n < 0)
		rc = refused();
	reply(fd, !strcmp(word, "small") ? 1 : 4096);
	return rc;
}
