// SPDX-License-Identifier: GPL-2.0
/*
 * attach: what does it cost to attach to many probe points, and to detach, as tools do?
 *
 *   attach WAY NUM <ADDRESSES
 *
 * Reads hexadecimal addresses, and puts NUM probes on the first ones that the kernel
 * accepts, in one of these ways:
 *
 *   tracefs	events made by a write each, enabled all by one, disabled likewise, and
 *		removed by a write each, as trace-cmd and perf-probe do
 *   truncate	the same, but removed all at once, by opening the file to truncate it
 *   perf	by perf_event_open() from one process, and closed one by one
 *   perf4	the same from four processes at a time, with a share of the probes each
 *   kill	the same as perf, by a process that SIGKILL ends
 *   bpf	the same as perf, with a BPF program on each
 *   settings	none of the addresses, but NUM probes of the kernel's own benchmark: disarmed
 *		and armed again by kprobes/enabled, and by the sysctl for optimization
 *
 * The first probe of all, by perf, is a phase of its own: it may have to find out what the
 * others then know.
 *
 * Prints a line of CSV for each phase: WAY, how many probes, the phase, ticks of the TSC,
 * nanoseconds that CPUs were idle meanwhile, how often all CPUs had to synchronize for a
 * change of text, how often somebody waited for a grace period, of RCU and of RCU
 * tasks, and for settings, the longest time in nanoseconds that text_mutex was held. Under QEMU's TCG with "-icount shift=0" and one CPU, ticks without those idled
 * are instructions. Synchronizations and grace periods are counted by perf, by probes as well, on the kernel's
 * functions; what the kernel does not have is counted as 0.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define TRACING		"/sys/kernel/tracing/"
#define SYSCTL		"/proc/sys/debug/kprobes-optimization"
#define DEBUG		"/sys/kernel/debug/"
#define HOLD		DEBUG "kprobes_uno_bench_hold"
#define PMU_TYPE	"/sys/bus/event_source/devices/kprobe/type"
#define MAX_CPUS	64
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const char * const counted[] = {
	"do_sync_core", "synchronize_rcu", "synchronize_rcu_tasks",
};

struct snapshot {
	uint64_t ticks, idle, hold, counts[ARRAY_SIZE(counted)];
};

static const char *way;
static unsigned int num;
static unsigned long *addrs;
static int counters[ARRAY_SIZE(counted)][MAX_CPUS];

static void fail(const char *what)
{
	fprintf(stderr, "attach: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_kprobe(const char *func, unsigned long addr, int cpu)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.kprobe_func = (unsigned long)func,
		.probe_offset = addr,
		.sample_period = func ? 0 : 1,
	};
	static unsigned int type;
	FILE *file;

	if (!type) {
		file = fopen(PMU_TYPE, "r");
		if (!file || fscanf(file, "%u", &type) != 1)
			fail(PMU_TYPE);
		fclose(file);
	}
	attr.type = type;
	return syscall(__NR_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static uint64_t read_idle(void)
{
	unsigned long long idle = 0, ns;
	char line[256];
	FILE *file = fopen("/proc/timer_list", "r");

	if (!file)
		fail("/proc/timer_list");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " .idle_sleeptime : %llu", &ns) == 1)
			idle += ns;
	fclose(file);
	return idle;
}

/* Since the last time, if the way is one that asks for it */
static uint64_t read_hold(void)
{
	unsigned long long ns = 0;
	FILE *file = strcmp(way, "settings") ? NULL : fopen(HOLD, "r");

	if (file) {
		if (fscanf(file, "%llu", &ns) != 1)
			fail(HOLD);
		fclose(file);
	}
	return ns;
}

static void take(struct snapshot *s)
{
	unsigned int i, cpu;
	uint64_t count;

	for (i = 0; i < ARRAY_SIZE(counted); i++) {
		s->counts[i] = 0;
		for (cpu = 0; cpu < MAX_CPUS; cpu++)
			if (counters[i][cpu] >= 0 &&
			    read(counters[i][cpu], &count, sizeof(count)) == sizeof(count))
				s->counts[i] += count;
	}
	s->hold = read_hold();
	s->idle = read_idle();
	s->ticks = __builtin_ia32_rdtsc();
}

static struct snapshot before;

static void begin(void)
{
	take(&before);
}

static void end(const char *phase, unsigned int probes)
{
	uint64_t ticks = __builtin_ia32_rdtsc();
	struct snapshot after;
	unsigned int i;

	take(&after);
	printf("%s,%u,%s,%llu,%llu", way, probes, phase, (long long)(ticks - before.ticks),
	       (long long)(after.idle - before.idle));
	for (i = 0; i < ARRAY_SIZE(counted); i++)
		printf(",%llu", (long long)(after.counts[i] - before.counts[i]));
	printf(",%llu\n", (long long)after.hold);
	fflush(stdout);
}

static void put(const char *name, int flags, const char *text)
{
	int fd = open(name, O_WRONLY | flags);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail(name);
	close(fd);
}

static void by_tracefs(unsigned int known)
{
	unsigned int i, n = 0;
	char line[64];
	int fd;

	begin();
	fd = open(TRACING "kprobe_events", O_WRONLY | O_APPEND);
	if (fd < 0)
		fail(TRACING "kprobe_events");
	for (i = 0; i < known && n < num; i++) {
		snprintf(line, sizeof(line), "p:attach/e%u 0x%lx\n", n, addrs[i]);
		if (write(fd, line, strlen(line)) > 0)
			n++;
	}
	end("make", num);
	if (n < num)
		fail("there are too few probe points");

	begin();
	put(TRACING "events/attach/enable", 0, "1");
	end("enable", num);
	begin();
	put(TRACING "events/attach/enable", 0, "0");
	end("disable", num);

	begin();
	if (!strcmp(way, "truncate")) {
		close(fd);
		fd = open(TRACING "kprobe_events", O_WRONLY | O_TRUNC);
		if (fd < 0)
			fail("truncating " TRACING "kprobe_events");
	} else {
		for (i = 0; i < num; i++) {
			snprintf(line, sizeof(line), "-:attach/e%u\n", i);
			if (write(fd, line, strlen(line)) < 0)
				fail("removing an event");
		}
	}
	close(fd);
	end("remove", num);
}

/* A program that does nothing */
static int load_program(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_KPROBE;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = ARRAY_SIZE(insns);
	attr.license = (unsigned long)"GPL";
	fd = syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0)
		fail("BPF_PROG_LOAD");
	return fd;
}

/* One of 'share' processes, which tells that it has attached, and goes on when told */
static void child(unsigned int known, unsigned int turn, unsigned int share, int tell, int listen)
{
	int program = strcmp(way, "bpf") ? -1 : load_program();
	int *fds = calloc(num, sizeof(*fds));
	unsigned int i, n = 0;
	char c = 0;

	for (i = turn; i < known && n < num / share; i += share) {
		fds[n] = open_kprobe(NULL, addrs[i], 0);
		if (fds[n] < 0)
			continue;
		if (program >= 0 && ioctl(fds[n], PERF_EVENT_IOC_SET_BPF, program))
			fail("PERF_EVENT_IOC_SET_BPF");
		n++;
	}
	if (n < num / share)
		fail("there are too few probe points, or no more descriptors");
	if (write(tell, &c, 1) != 1 || read(listen, &c, 1) != 1)
		fail("the parent");
	for (i = 0; i < n; i++)
		close(fds[i]);
	exit(0);
}

static void by_perf(unsigned int known)
{
	unsigned int share = strcmp(way, "perf4") ? 1 : 4, i;
	int tell[2], listen[2], status;
	pid_t pids[4];
	char c = 0;

	if (pipe(tell) || pipe(listen))
		fail("pipe");
	begin();
	for (i = 0; i < share; i++) {
		pids[i] = fork();
		if (!pids[i])
			child(known, i, share, tell[1], listen[0]);
	}
	close(tell[1]);
	for (i = 0; i < share; i++)
		if (read(tell[0], &c, 1) != 1)
			fail("a process has not attached");
	end("attach", num);

	begin();
	for (i = 0; i < share; i++)
		if (strcmp(way, "kill") ? write(listen[1], &c, 1) != 1 : kill(pids[i], SIGKILL))
			fail("a process");
	for (i = 0; i < share; i++)
		if (waitpid(pids[i], &status, 0) < 0 || (WIFEXITED(status) && WEXITSTATUS(status)))
			fail("a process has failed");
	end("detach", num);
}

/* What a file is set to, and what comes of that within some seconds */
static void set(const char *phase, const char *name, const char *text)
{
	begin();
	put(name, 0, text);
	sleep(3);
	end(phase, num);
}

static void by_settings(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", num);
	put(DEBUG "kprobes_uno_bench_probes", 0, text);
	sleep(5);
	put(HOLD, 0, "1");
	set("enabled=0", DEBUG "kprobes/enabled", "0");
	set("enabled=1", DEBUG "kprobes/enabled", "1");
	set("optimization=0", SYSCTL, "0");
	set("optimization=1", SYSCTL, "1");
	set("unregister", DEBUG "kprobes_uno_bench_probes", "0");
	put(HOLD, 0, "0");
}

static void first(unsigned int known)
{
	unsigned int i;
	int fd = -1;

	begin();
	for (i = 0; i < known && fd < 0; i++)
		fd = open_kprobe(NULL, addrs[i], 0);
	end("first", 1);
	if (fd < 0)
		fail("no probe point is accepted");
	close(fd);
	/* What is left to be done afterwards is none of what comes now. */
	usleep(500000);
}

int main(int argc, char **argv)
{
	static const char * const ways[] = { "tracefs", "truncate", "perf", "perf4", "kill", "bpf",
					    "settings" };
	struct rlimit limit = { .rlim_cur = 65536, .rlim_max = 65536 };
	unsigned int i, cpu, known = 0;
	unsigned long addr;

	for (i = 0; argc == 3 && i < ARRAY_SIZE(ways); i++)
		if (!strcmp(argv[1], ways[i]))
			way = ways[i];
	num = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;
	if (!way || !num) {
		fprintf(stderr, "usage: attach WAY NUM <ADDRESSES, see attach.c\n");
		return 2;
	}

	while (scanf("%lx%*[^\n]", &addr) == 1) {
		addrs = realloc(addrs, (known + 1) * sizeof(*addrs));
		if (!addrs)
			fail("addresses");
		addrs[known++] = addr;
	}
	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("RLIMIT_NOFILE");
	for (i = 0; i < ARRAY_SIZE(counted); i++)
		for (cpu = 0; cpu < MAX_CPUS; cpu++)
			/* All CPUs synchronize: count what one of them does. */
			counters[i][cpu] = i || !cpu ? open_kprobe(counted[i], 0, cpu) : -1;

	if (!strcmp(way, "settings")) {
		by_settings();
		return 0;
	}
	first(known);
	if (!strcmp(way, "tracefs") || !strcmp(way, "truncate"))
		by_tracefs(known);
	else
		by_perf(known);
	return 0;
}
