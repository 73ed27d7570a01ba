/* A child that is waited for; the last bytes of its stderr are kept. */
#include "os/process.h"

#include "base/text.h"
#include "os/child.h"
#include "os/file.h"
#include "os/run.h"

#include <string.h>
#include <unistd.h>

th_err th_program_self(char path[TH_PROGRAM_BYTES], th_why *why)
{
    const ssize_t n = readlink("/proc/self/exe", path, TH_PROGRAM_BYTES - 1);
    if (n <= 0) return th_why_set(why, TH_EIO, "the path of this program is not known: is /proc mounted?");
    path[n] = 0;
    return TH_OK;
}

bool th_program_exists(const char *program)
{
    char path[TH_PATH_BYTES];
    return th_program_find(program, path);
}

void th_tail_add(th_tail *t, const char *bytes, size_t n)
{
    if (n > TH_TAIL_BYTES) {
        bytes += n - TH_TAIL_BYTES;
        n = TH_TAIL_BYTES;
    }
    const size_t keep = t->n + n > TH_TAIL_BYTES ? TH_TAIL_BYTES - n : t->n;
    memmove(t->text, t->text + t->n - keep, keep);
    memcpy(t->text + keep, bytes, n);
    t->n = keep + n;
    t->text[t->n] = 0;
}

/* The running program and what came out of it so far. */
typedef struct running {
    const th_process *p;
    th_tail tail;
} running;

static void take(void *ctx, bool error, const char *line, size_t n)
{
    running *r = ctx;
    if (error) {
        th_tail_add(&r->tail, line, n);
        th_tail_add(&r->tail, "\n", 1);
    } else if (r->p->on_line) {
        r->p->on_line(r->p->ctx, line);
    }
}

static th_err follow(running *r, th_child *c, th_why *why)
{
    const th_process *p = r->p;
    const double stop_s = th_clock_s() + p->timeout_s;
    while (!th_child_follow(c, 50, take, r)) {
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted; %s was stopped", p->argv[0]);
        if (p->timeout_s > 0 && th_clock_s() > stop_s)
            return th_why_set(why, TH_ETOOL, "%s did not finish within %d s and was stopped. %s", p->argv[0],
                              p->timeout_s, r->tail.text);
    }
    return TH_OK;
}

th_err th_process_run(const th_process *p, int *status, char *stderr_tail, size_t tail_cap, th_why *why)
{
    th_child *c = NULL;
    running r = {.p = p};
    TH_TRY(
        th_child_new(&(th_child_start){.argv = p->argv, .cwd = p->cwd, .env = p->env, .quiet = !p->on_line}, &c, why));
    const th_err err = follow(&r, c, why);
    *status = err ? 128 + 9 : th_child_status(c);
    th_child_free(c); /* kills it, when it still runs */
    if (stderr_tail && tail_cap) {
        const size_t skip = r.tail.n >= tail_cap ? r.tail.n - tail_cap + 1 : 0;
        th_text_fmt(stderr_tail, tail_cap, "%s", r.tail.text + skip);
    }
    return err;
}

void th_process_status_text(int status, char *text, size_t cap)
{
    if (status > 128)
        th_text_fmt(text, cap, "killed by signal %d (%s)", status - 128, strsignal(status - 128));
    else
        th_text_fmt(text, cap, "exit code %d", status);
}
