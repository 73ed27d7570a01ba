#define _GNU_SOURCE /* sched_getaffinity */
#include "os/run.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double clock_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double th_clock_s(void)
{
    return clock_of(CLOCK_MONOTONIC);
}

double th_thread_clock_s(void)
{
    return clock_of(CLOCK_THREAD_CPUTIME_ID);
}

void th_clock_rest(double s)
{
    const struct timespec t = {.tv_sec = (time_t)s, .tv_nsec = (long)((s - (double)(time_t)s) * 1e9)};
    nanosleep(&t, NULL);
}

void th_clock_date(char date[TH_DATE_BYTES])
{
    const time_t now = time(NULL);
    struct tm t;
    if (!gmtime_r(&now, &t) || !strftime(date, TH_DATE_BYTES, "%Y%m%dT%H%M%SZ", &t)) date[0] = 0;
}

double th_memory_peak_mb(void)
{
    struct rusage u;
    return getrusage(RUSAGE_SELF, &u) ? 0 : (double)u.ru_maxrss / 1024;
}

void th_memory_large(void *p, size_t n)
{
#ifdef MADV_HUGEPAGE
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), skip = (page - (uintptr_t)p % page) % page;
    if (n > skip) (void)madvise((char *)p + skip, n - skip, MADV_HUGEPAGE);
#else
    (void)p, (void)n;
#endif
}

/* A mutable global, as a signal handler can reach nothing else; atomic, as the server's threads look at it, too. */
static atomic_int interrupted;

static void on_signal(int sig)
{
    (void)sig;
    interrupted = 1;
}

void th_interrupt_catch(void)
{
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};
    sigemptyset(&sa.sa_mask); /* RESETHAND: the second signal meets the default action and ends us */
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
}

bool th_interrupted(void)
{
    return interrupted != 0;
}

void th_file_limit_is_error(void)
{
    signal(SIGXFSZ, SIG_IGN);
}

void th_file_limit_raise(uint64_t n)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= n) return;
    limit.rlim_cur = limit.rlim_max < n ? limit.rlim_max : n;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

bool th_stderr_is_terminal(void)
{
    return isatty(STDERR_FILENO) == 1;
}

bool th_stdout_is_terminal(void)
{
    return isatty(STDOUT_FILENO) == 1;
}

int th_terminal_columns(void)
{
    struct winsize w;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}

/* Linux has a line "model name : .." on x86; Arm boards name themselves elsewhere. */
void th_cpu_name(char *text, size_t cap)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "r");
    snprintf(text, cap, "unknown processor");
    while (f && fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        colon += strspn(colon, ": \t");
        snprintf(text, cap, "%.*s", (int)strcspn(colon, "\n"), colon);
        break;
    }
    if (f) fclose(f);
}

int th_cpu_count(void)
{
    const char *text = getenv("THIMBLE_THREADS");
    const long wish = text ? strtol(text, NULL, 10) : 0;
    if (wish >= 1 && wish <= 64) return (int)wish;
    cpu_set_t set;
    const int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n > 64 ? 64 : n;
}
