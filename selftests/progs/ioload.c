// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps a disk busy and checks every byte that comes back, until SIGTERM.
 * Usage: ioload DEVICE [WORKERS]
 *
 * Each worker owns a region: it fills it with blocks that carry their place
 * and pass, reads them back and compares, past the page cache, without end.
 * Prints "ioload: ok passes=N blocks=N" at the end, and status 0: no error, no
 * wrong byte, and every worker got through at least one pass. Otherwise says
 * what was wrong, then "ioload: FAIL ...", and status 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK 65536
#define BLOCKS 24
#define WORDS (BLOCK / sizeof(uint64_t))
#define MAX_WORKERS 8

static int stop;

struct count {
	uint64_t passes;
	uint64_t blocks;
};

static int stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

static void on_term(int sig)
{
	(void)sig;
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
}

static uint64_t word_at(uint64_t block, uint64_t pass, size_t i)
{
	return block << 40 ^ pass << 16 ^ i * 0x9e3779b97f4a7c15ULL;
}

static int transfer(int fd, uint64_t *buf, uint64_t block, int out)
{
	off_t at = block * BLOCK;
	ssize_t n;

	do {
		n = out ? pwrite(fd, buf, BLOCK, at) :
			  pread(fd, buf, BLOCK, at);
	} while (n < 0 && errno == EINTR);
	if (n == BLOCK)
		return 0;
	printf("%s of block %llu: %s\n", out ? "write" : "read",
	       (unsigned long long)block, n < 0 ? strerror(errno) : "short");
	return -1;
}

static int pass_once(int fd, uint64_t *buf, uint64_t first, uint64_t pass,
		     struct count *count)
{
	for (uint64_t b = first; b < first + BLOCKS; b++) {
		for (size_t i = 0; i < WORDS; i++)
			buf[i] = word_at(b, pass, i);
		if (transfer(fd, buf, b, 1))
			return -1;
		count->blocks++;
	}
	for (uint64_t b = first; b < first + BLOCKS; b++) {
		memset(buf, 0xa5, BLOCK);
		if (transfer(fd, buf, b, 0))
			return -1;
		for (size_t i = 0; i < WORDS; i++) {
			if (buf[i] == word_at(b, pass, i))
				continue;
			printf("block %llu word %zu: %016llx instead of %016llx\n",
			       (unsigned long long)b, i,
			       (unsigned long long)buf[i],
			       (unsigned long long)word_at(b, pass, i));
			return -1;
		}
		count->blocks++;
	}
	count->passes++;
	return 0;
}

static int work(const char *path, int worker, struct count *count)
{
	uint64_t *buf;
	int fd = open(path, O_RDWR | O_DIRECT);

	if (fd < 0 || posix_memalign((void **)&buf, 4096, BLOCK)) {
		printf("%s: %s\n", path, strerror(errno));
		return 1;
	}
	while (!stopped())
		if (pass_once(fd, buf, worker * BLOCKS, count->passes + 1,
			      count))
			return 1;
	return count->passes == 0;
}

int main(int argc, char **argv)
{
	int workers = argc > 2 ? atoi(argv[2]) : 2;
	struct sigaction act = { .sa_handler = on_term };
	struct count *count, sum = { 0 };
	pid_t pid[MAX_WORKERS];
	int status, bad = 0;

	if (argc < 2 || workers < 1 || workers > MAX_WORKERS) {
		fprintf(stderr, "usage: ioload DEVICE [WORKERS]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	count = mmap(NULL, sizeof(*count) * workers, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count == MAP_FAILED)
		return 2;
	sigaction(SIGTERM, &act, NULL);
	for (int i = 0; i < workers; i++) {
		pid[i] = fork();
		if (!pid[i])
			return work(argv[1], i, &count[i]);
	}
	for (int i = 0; i < workers; i++) {
		while (waitpid(pid[i], &status, 0) < 0)
			for (int j = i; stopped() && j < workers; j++)
				kill(pid[j], SIGTERM);
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			bad = 1;
		sum.passes += count[i].passes;
		sum.blocks += count[i].blocks;
	}
	printf("ioload: %s passes=%llu blocks=%llu\n", bad ? "FAIL" : "ok",
	       (unsigned long long)sum.passes, (unsigned long long)sum.blocks);
	return bad;
}
