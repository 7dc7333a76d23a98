// SPDX-License-Identifier: GPL-2.0
/*
 * workload: what do common kernel operations cost?
 *
 *   workload [-n FACTOR] [-c CPU] [OPERATION...]
 *   workload -t
 *
 * Measures the kind of operations that the benchmark LEBench covers, so that what
 * probes, or the marker nops without probes, cost can be compared: one run with
 * and one without. Prints one line of CSV for each operation, the median of
 * several batches: its name, how often each batch did it, and ticks of the TSC
 * for one.
 *
 * Under QEMU's TCG with "-icount shift=0,sleep=off" and one CPU a tick is an
 * instruction, of the kernel and of user space. The clock leaps ahead to the next
 * timer when the CPU is idle, so an operation that waited for time to pass would
 * measure that wait. None does: what is waited for is always runnable on the same
 * CPU (the other process of a ping-pong, a child, a thread), or is there before.
 * -c CPU selects that CPU (0), and -c -1 any, which does not hold to that.
 *
 * -n scales how often each is done. Nothing here depends on chance: addresses are
 * not randomized either. -t tells the TSC, and nothing else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define BATCHES		5	/* odd: the median is one of them */
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define PAGE		4096UL
#define BIG_PROCESS	4096	/* pages */
#define FEW_FDS		10
#define MANY_FDS	500

/*
 * run() does the operation n times and returns the ticks that it took, without
 * what has to be done before and after each. "size" is bytes, pages or files,
 * what the operation depends on.
 */
struct op {
	const char *name;
	unsigned long iterations;
	size_t size;
	void (*setup)(size_t size);
	uint64_t (*run)(unsigned long n, size_t size);
	void (*teardown)(size_t size);
};

static const char *current = "workload";
static char buffer[64 * 1024];

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "workload: %s: %s failed: %s.\n", current, what, strerror(errno));
	exit(1);
}

/* Same, but in a child, which must not run the parent's exit handlers */
static void __attribute__((noreturn)) die_child(const char *what)
{
	fprintf(stderr, "workload: %s: %s failed in the child: %s.\n", current, what,
		strerror(errno));
	_exit(1);
}

/* A result that is neither an error nor what it should be must not be measured. */
static void expect(long got, long want, const char *what)
{
	if (got == want)
		return;

	if (got != -1) {
		fprintf(stderr, "workload: %s: %s returned %ld in place of %ld.\n",
			current, what, got, want);
		exit(1);
	}
	die(what);
}

/* Neither reads the TSC before what is in front of it is done, nor after what follows. */
static inline uint64_t ticks_begin(void)
{
	uint32_t lo, hi;

	asm volatile("lfence; rdtsc; lfence" : "=a" (lo), "=d" (hi) : : "memory");

	return (uint64_t)hi << 32 | lo;
}

static inline uint64_t ticks_end(void)
{
	uint32_t lo, hi;

	asm volatile("rdtscp; lfence" : "=a" (lo), "=d" (hi) : : "rcx", "memory");

	return (uint64_t)hi << 32 | lo;
}

/* Anonymous memory of small pages, whatever the system's default */
static char *map_pages(size_t pages)
{
	char *mem = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		die("mmap");

	return mem;
}

/* Only where pages are touched: this may split off a mapping, which costs. */
static void want_small_pages(char *mem, size_t pages)
{
	/* EINVAL: this kernel has no huge pages. */
	if (madvise(mem, pages * PAGE, MADV_NOHUGEPAGE) && errno != EINVAL)
		die("madvise");
}

static void touch_pages(char *mem, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		*(volatile char *)(mem + i * PAGE) = 1;
}

static void unmap_pages(char *mem, size_t pages)
{
	expect(munmap(mem, pages * PAGE), 0, "munmap");
}

static uint64_t run_getpid(unsigned long n, size_t size)
{
	uint64_t begin = ticks_begin();

	(void)size;
	while (n--)
		syscall(SYS_getpid);	/* not from a cache of the C library's */

	return ticks_end() - begin;
}

/* Context switches: a byte goes to a child and back, so there are two for each. */

static int to_child[2], to_parent[2];
static pid_t child;

static void reap(pid_t pid)
{
	int status;

	expect(waitpid(pid, &status, 0), pid, "waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "workload: %s: the child died with status %#x.\n", current,
			status);
		exit(1);
	}
}

static void setup_switch(size_t size)
{
	ssize_t ret;
	char c;

	(void)size;
	if (pipe(to_child) || pipe(to_parent))
		die("pipe");

	child = fork();
	if (child < 0)
		die("fork");
	if (child) {
		close(to_child[0]);
		close(to_parent[1]);
		return;
	}

	close(to_child[1]);
	close(to_parent[0]);
	while ((ret = read(to_child[0], &c, 1)) == 1) {
		if (write(to_parent[1], &c, 1) != 1)
			die_child("write");
	}
	if (ret)
		die_child("read");
	_exit(0);
}

static uint64_t run_switch(unsigned long n, size_t size)
{
	uint64_t begin = ticks_begin();
	char c = 0;

	(void)size;
	while (n--) {
		expect(write(to_child[1], &c, 1), 1, "write");
		expect(read(to_parent[0], &c, 1), 1, "read");
	}

	return ticks_end() - begin;
}

static void teardown_switch(size_t size)
{
	(void)size;
	close(to_child[1]);
	close(to_parent[0]);
	reap(child);
}

/* fork, until the child has ended: all that happens on this CPU in between counts. */

static char *big_process;

static void setup_big(size_t size)
{
	big_process = map_pages(size);
	want_small_pages(big_process, size);
	touch_pages(big_process, size);
}

static uint64_t run_fork(unsigned long n, size_t size)
{
	uint64_t begin = ticks_begin();

	(void)size;
	while (n--) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			_exit(0);
		reap(pid);
	}

	return ticks_end() - begin;
}

static void teardown_big(size_t size)
{
	unmap_pages(big_process, size);
}

static void *thread(void *arg)
{
	return arg;
}

static uint64_t run_thread(unsigned long n, size_t size)
{
	uint64_t begin = ticks_begin();

	(void)size;
	while (n--) {
		pthread_t id;

		errno = pthread_create(&id, NULL, thread, NULL);
		if (errno)
			die("pthread_create");
		errno = pthread_join(id, NULL);
		if (errno)
			die("pthread_join");
	}

	return ticks_end() - begin;
}

/* send and recv: a message always fits into the buffer, or is there already. */

static int pair[2];

static void setup_pair(size_t size)
{
	(void)size;
	expect(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0, "socketpair");
}

static uint64_t run_send(unsigned long n, size_t size)
{
	uint64_t begin, sum = 0;

	while (n--) {
		begin = ticks_begin();
		expect(send(pair[0], buffer, size, 0), size, "send");
		sum += ticks_end() - begin;
		expect(recv(pair[1], buffer, size, MSG_WAITALL), size, "recv");
	}

	return sum;
}

static uint64_t run_recv(unsigned long n, size_t size)
{
	uint64_t begin, sum = 0;

	while (n--) {
		expect(send(pair[0], buffer, size, 0), size, "send");
		begin = ticks_begin();
		expect(recv(pair[1], buffer, size, MSG_WAITALL), size, "recv");
		sum += ticks_end() - begin;
	}

	return sum;
}

static void teardown_pair(size_t size)
{
	(void)size;
	close(pair[0]);
	close(pair[1]);
}

/* mmap of pages that nobody touches; munmap of pages that all are there */

static uint64_t run_mmap(unsigned long n, size_t size)
{
	uint64_t begin, sum = 0;
	char *mem;

	while (n--) {
		begin = ticks_begin();
		mem = map_pages(size);
		sum += ticks_end() - begin;
		unmap_pages(mem, size);
	}

	return sum;
}

static uint64_t run_munmap(unsigned long n, size_t size)
{
	uint64_t begin, sum = 0;
	char *mem;

	while (n--) {
		mem = map_pages(size);
		want_small_pages(mem, size);
		touch_pages(mem, size);
		begin = ticks_begin();
		unmap_pages(mem, size);
		sum += ticks_end() - begin;
	}

	return sum;
}

/* Page faults: the first touch of each page of a fresh mapping, all as one operation */
static uint64_t run_fault(unsigned long n, size_t size)
{
	uint64_t begin, sum = 0;
	char *mem;

	while (n--) {
		mem = map_pages(size);
		want_small_pages(mem, size);
		begin = ticks_begin();
		touch_pages(mem, size);
		sum += ticks_end() - begin;
		unmap_pages(mem, size);
	}

	return sum;
}

/* A file on tmpfs, which a memfd is, whatever is mounted where */

static int file;

static void setup_file(size_t size)
{
	file = memfd_create("workload", 0);
	if (file < 0)
		die("memfd_create");
	expect(pwrite(file, buffer, size, 0), size, "pwrite");
}

static uint64_t run_read(unsigned long n, size_t size)
{
	uint64_t begin = ticks_begin();

	while (n--)
		expect(pread(file, buffer, size, 0), size, "pread");

	return ticks_end() - begin;
}

static uint64_t run_write(unsigned long n, size_t size)
{
	uint64_t begin = ticks_begin();

	while (n--)
		expect(pwrite(file, buffer, size, 0), size, "pwrite");

	return ticks_end() - begin;
}

static void teardown_file(size_t size)
{
	(void)size;
	close(file);
}

/* select, poll, epoll: of all the sockets, the last one has something to read. */

static int fds[MANY_FDS], epoll;
static struct pollfd pollfds[MANY_FDS];
static fd_set fdset;

static void setup_fds(size_t size)
{
	for (size_t i = 0; i < size; i += 2)
		expect(socketpair(AF_UNIX, SOCK_STREAM, 0, fds + i), 0, "socketpair");

	FD_ZERO(&fdset);
	for (size_t i = 0; i < size; i++) {
		if (fds[i] >= FD_SETSIZE) {
			errno = EMFILE;
			die("socketpair");
		}
		FD_SET(fds[i], &fdset);
		pollfds[i].fd = fds[i];
		pollfds[i].events = POLLIN;
	}
	expect(send(fds[size - 2], buffer, 1, 0), 1, "send");
}

static void teardown_fds(size_t size)
{
	while (size--)
		close(fds[size]);
}

static void setup_epoll(size_t size)
{
	setup_fds(size);
	epoll = epoll_create1(0);
	if (epoll < 0)
		die("epoll_create1");
	for (size_t i = 0; i < size; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.fd = fds[i] };

		expect(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event), 0, "epoll_ctl");
	}
}

static void teardown_epoll(size_t size)
{
	close(epoll);
	teardown_fds(size);
}

static uint64_t run_select(unsigned long n, size_t size)
{
	int end = fds[size - 1] + 1;
	uint64_t begin = ticks_begin();

	while (n--) {
		struct timeval now = { 0 };
		fd_set set = fdset;

		expect(select(end, &set, NULL, NULL, &now), 1, "select");
	}

	return ticks_end() - begin;
}

static uint64_t run_poll(unsigned long n, size_t size)
{
	uint64_t begin = ticks_begin();

	while (n--)
		expect(poll(pollfds, size, 0), 1, "poll");

	return ticks_end() - begin;
}

static uint64_t run_epoll(unsigned long n, size_t size)
{
	static struct epoll_event events[MANY_FDS];
	uint64_t begin = ticks_begin();

	while (n--)
		expect(epoll_wait(epoll, events, size, 0), 1, "epoll_wait");

	return ticks_end() - begin;
}

static const struct op ops[] = {
	{ "getpid",		50000, 0, NULL, run_getpid, NULL },
	{ "context-switch",	3000, 0, setup_switch, run_switch, teardown_switch },
	{ "fork-small",		100, 0, NULL, run_fork, NULL },
	{ "fork-big",		10, BIG_PROCESS, setup_big, run_fork, teardown_big },
	{ "thread",		400, 0, NULL, run_thread, NULL },
	{ "send-small",		6000, 64, setup_pair, run_send, teardown_pair },
	{ "send-big",		1500, 32768, setup_pair, run_send, teardown_pair },
	{ "recv-small",		6000, 64, setup_pair, run_recv, teardown_pair },
	{ "recv-big",		1500, 32768, setup_pair, run_recv, teardown_pair },
	{ "mmap-small",		4000, 1, NULL, run_mmap, NULL },
	{ "mmap-mid",		4000, 64, NULL, run_mmap, NULL },
	{ "mmap-big",		4000, 1024, NULL, run_mmap, NULL },
	{ "munmap-small",	2000, 1, NULL, run_munmap, NULL },
	{ "munmap-mid",		200, 64, NULL, run_munmap, NULL },
	{ "munmap-big",		15, 1024, NULL, run_munmap, NULL },
	{ "fault-small",	2000, 1, NULL, run_fault, NULL },
	{ "fault-mid",		200, 64, NULL, run_fault, NULL },
	{ "fault-big",		15, 1024, NULL, run_fault, NULL },
	{ "read-small",		20000, 64, setup_file, run_read, teardown_file },
	{ "read-mid",		15000, 4096, setup_file, run_read, teardown_file },
	{ "read-big",		1500, 65536, setup_file, run_read, teardown_file },
	{ "write-small",	15000, 64, setup_file, run_write, teardown_file },
	{ "write-mid",		10000, 4096, setup_file, run_write, teardown_file },
	{ "write-big",		1000, 65536, setup_file, run_write, teardown_file },
	{ "select-few",		4000, FEW_FDS, setup_fds, run_select, teardown_fds },
	{ "select-many",	100, MANY_FDS, setup_fds, run_select, teardown_fds },
	{ "poll-few",		4000, FEW_FDS, setup_fds, run_poll, teardown_fds },
	{ "poll-many",		100, MANY_FDS, setup_fds, run_poll, teardown_fds },
	{ "epoll-few",		6000, FEW_FDS, setup_epoll, run_epoll, teardown_epoll },
	{ "epoll-many",		6000, MANY_FDS, setup_epoll, run_epoll, teardown_epoll },
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void measure(const struct op *op, double factor)
{
	unsigned long n = op->iterations * factor;
	uint64_t ticks[BATCHES];

	current = op->name;
	if (!n)
		n = 1;
	if (op->setup)
		op->setup(op->size);

	/* The first ones fill caches, of the kernel's and of QEMU's. */
	op->run(n / 4 + 1, op->size);
	for (int i = 0; i < BATCHES; i++)
		ticks[i] = op->run(n, op->size);

	if (op->teardown)
		op->teardown(op->size);

	qsort(ticks, BATCHES, sizeof(ticks[0]), compare);
	printf("%s,%lu,%.2f\n", op->name, n, (double)ticks[BATCHES / 2] / n);
	/* Also so that no child inherits it */
	if (fflush(stdout))
		die("writing the result");
}

/* In a process of its own, so that no operation finds what another one left mapped. */
static void measure_alone(const struct op *op, double factor)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		measure(op, factor);
		_exit(0);
	}

	expect(waitpid(pid, &status, 0), pid, "waitpid");
	if (WIFSIGNALED(status))
		fprintf(stderr, "workload: %s: signal %d killed it.\n", op->name,
			WTERMSIG(status));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		exit(1);
}

static void __attribute__((noreturn)) usage(void)
{
	fputs("usage: workload -t | [-n FACTOR] [-c CPU, or -1 for any] [OPERATION...]\noperations:",
	      stderr);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		fprintf(stderr, " %s", ops[i].name);
	fputs("\n", stderr);
	exit(1);
}

static const struct op *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		if (!strcmp(ops[i].name, name))
			return &ops[i];
	}
	fprintf(stderr, "workload: there is no operation '%s': take those listed here.\n", name);
	usage();
}

/* A number that is all of the argument */
static double number(const char *arg)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || *end)
		usage();

	return value;
}

static void pin(double cpu)
{
	cpu_set_t set;

	if (cpu == -1)
		return;
	if (!(cpu >= 0 && cpu < CPU_SETSIZE))
		usage();

	CPU_ZERO(&set);
	CPU_SET((int)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity (is that CPU there?)");
}

/* Where things lie decides on the depth of page tables and on trees of mappings. */
static void fix_layout(char **argv)
{
	int old = personality(0xffffffff);

	if (old == -1)
		die("personality");
	if (old & ADDR_NO_RANDOMIZE)
		return;

	/* This takes effect when a program starts. */
	if (personality(old | ADDR_NO_RANDOMIZE) == -1)
		die("personality");
	execv("/proc/self/exe", argv);
	die("execv of /proc/self/exe (mount /proc)");
}

int main(int argc, char **argv)
{
	double factor = 1, cpu = 0;
	int opt;

	fix_layout(argv);
	while ((opt = getopt(argc, argv, "tn:c:")) != -1) {
		if (opt == 't')
			return printf("%llu\n", (unsigned long long)ticks_begin()) < 0;
		if (opt == 'n')
			factor = number(optarg);
		else if (opt == 'c')
			cpu = number(optarg);
		else
			usage();
	}
	if (!(factor > 0 && factor <= 1000))
		usage();

	/* All of them exist, or nothing is measured. */
	for (int i = optind; i < argc; i++)
		find(argv[i]);

	pin(cpu);
	puts("op,iterations,ticks_per_op");
	if (fflush(stdout))
		die("writing the header");
	for (int i = optind; i < argc; i++)
		measure_alone(find(argv[i]), factor);
	for (size_t i = 0; optind == argc && i < ARRAY_SIZE(ops); i++)
		measure_alone(&ops[i], factor);

	return 0;
}
