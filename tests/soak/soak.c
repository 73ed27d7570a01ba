/* soak [-n MUTATIONS] [-r RUNS] [-s SEED] [-j WORKERS] [-d FOLDER] MODEL.tflite ..
 *
 * Every prefix and MUTATIONS (1000000) mutations of each model are loaded or refused, and RUNS (1000) of the mutations
 * that load are run.  Build it with MODE=asan.  The work is cut into chunks, each in a process of its own: what a chunk
 * did is noted in FOLDER (build/soak), so that a soak that was stopped goes on where it was, and a fault ends one
 * chunk. The file that made a fault is kept there, too.  Exit code 1: there was a fault. */
#include "mutate.h"
#include "os/file.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 50000, MOST_MODELS = 64, MOST_WORKERS = 64, MOST_FAULTS = 20, SAMPLE = 200, SAY_S = 30 };
#define HANGS_S 300.0 /* one try that takes longer, waiting included, is a fault */
#define SLOW_S  2.0   /* so is loading that takes more processor time */

typedef struct model {
    const char *path, *name;
    soak_file file;
    soak_counts cuts, spoilt;
    double slowest_s;
    double cost_s[2]; /* about, of one cut and one mutation */
    int n_open;       /* chunks that are not done */
} model;

typedef struct chunk {
    int model;
    bool cuts; /* prefixes; else mutations */
    int64_t from, to, runs;
    bool done;
} chunk;

/* One worker and what it has done, in memory that both processes see. */
typedef struct slot {
    pid_t pid; /* 0: free */
    int chunk;
    double seen_s; /* when `at` was last seen to change */
    int64_t seen_at;
    struct result {
        volatile int64_t at; /* cut or mutation that is being tried */
        soak_counts counts;
        double slowest_s;
    } * result;
} slot;

typedef struct soak {
    model models[MOST_MODELS];
    chunk *chunks;
    slot slots[MOST_WORKERS];
    int n_models, n_chunks, n_workers, n_faults;
    int64_t n_mutations, n_runs;
    uint64_t seed;
    const char *folder;
    char notes[TH_PATH_BYTES];
    double start_s, said_s, done_s, all_s; /* all_s, done_s: of one worker, by the sample */
} soak;

/* A model may ask for TH_MAX_ARENA and a little more; malloc of anything larger ends the process. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "max_allocation_size_mb=640:quarantine_size_mb=8:malloc_context_size=8:detect_stack_use_after_return=0";
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void give_up(const char *what, const char *more)
{
    fprintf(stderr, "soak: %s %s\n", what, more);
    exit(2);
}

/* --- one chunk, in the worker --- */

static void try_all(const soak *s, const soak_file *f, const chunk *c, struct result *r)
{
    const pid_t parent = getppid();
    for (int64_t k = c->from; k < c->to; k++) {
        r->at = k;
        if (k % 1024 == 0 && getppid() != parent) _exit(0); /* the soak was stopped */
        const int64_t run = r->counts.run;
        const double from_s = seconds(CLOCK_THREAD_CPUTIME_ID);
        if (c->cuts)
            soak_prefix(f, (size_t)k, &r->counts);
        else
            soak_mutate(f, s->seed, k, c->runs - run, &r->counts);
        const double took_s = seconds(CLOCK_THREAD_CPUTIME_ID) - from_s;
        if (r->counts.run == run && took_s > r->slowest_s) r->slowest_s = took_s;
    }
}

static void start_worker(soak *s, slot *w, int i)
{
    *w->result = (struct result){.at = s->chunks[i].from};
    w->chunk = i;
    w->seen_s = seconds(CLOCK_MONOTONIC);
    w->seen_at = -1;
    fflush(NULL);
    w->pid = fork();
    if (w->pid < 0) give_up("cannot start a worker", "");
    if (w->pid == 0) {
        try_all(s, &s->models[s->chunks[i].model].file, &s->chunks[i], w->result);
        exit(0); /* looks for leaks, too */
    }
}

/* --- what is noted --- */

static void count(model *m, const chunk *c, const struct result *r)
{
    soak_counts *to = c->cuts ? &m->cuts : &m->spoilt;
    to->tried += r->counts.tried;
    to->loaded += r->counts.loaded;
    to->run += r->counts.run;
    if (r->slowest_s > m->slowest_s) m->slowest_s = r->slowest_s;
}

static void finish_chunk(soak *s, int i)
{
    chunk *c = &s->chunks[i];
    model *m = &s->models[c->model];
    c->done = true;
    s->done_s += (double)(c->to - c->from) * m->cost_s[!c->cuts];
    if (--m->n_open) return;
    printf("soak: %s: %" PRId64 " prefixes (%" PRId64 " loaded), %" PRId64 " mutations, %" PRId64 " loaded, %" PRId64
           " run; slowest load %.1f ms\n",
           m->name, m->cuts.tried, m->cuts.loaded, m->spoilt.tried, m->spoilt.loaded, m->spoilt.run,
           1e3 * m->slowest_s);
}

/* One entry of the notes, as it stands in memory: they are for this machine. */
typedef struct noted {
    uint64_t hash, seed;
    chunk chunk;
    soak_counts counts;
    double slowest_s;
} noted;

static void note(const soak *s, int i, const struct result *r)
{
    noted n;
    memset(&n, 0, sizeof n);
    n.hash = s->models[s->chunks[i].model].file.hash;
    n.seed = s->seed;
    n.chunk = s->chunks[i];
    n.counts = r->counts;
    n.slowest_s = r->slowest_s;
    FILE *f = fopen(s->notes, "ab");
    if (!f || fwrite(&n, sizeof n, 1, f) != 1 || fclose(f)) give_up("cannot write", s->notes);
}

static bool same_chunk(const soak *s, const chunk *c, const noted *n)
{
    return s->models[c->model].file.hash == n->hash && c->cuts == n->chunk.cuts && c->from == n->chunk.from &&
           c->to == n->chunk.to && (c->cuts || (s->seed == n->seed && c->runs == n->chunk.runs));
}

/* Chunks that an earlier soak has done. */
static void read_notes(soak *s)
{
    noted n;
    FILE *f = fopen(s->notes, "rb");
    while (f && fread(&n, sizeof n, 1, f) == 1)
        for (int i = 0; i < s->n_chunks; i++) {
            if (s->chunks[i].done || !same_chunk(s, &s->chunks[i], &n)) continue;
            const struct result r = {.counts = n.counts, .slowest_s = n.slowest_s};
            count(&s->models[s->chunks[i].model], &s->chunks[i], &r);
            finish_chunk(s, i);
            break;
        }
    if (f) fclose(f);
}

/* --- faults --- */

static void keep_file(const soak *s, const chunk *c, int64_t k, char path[TH_PATH_BYTES])
{
    const model *m = &s->models[c->model];
    soak_mutation change = {.n = (size_t)k};
    th_rng rng = th_rng_make(s->seed ^ m->file.hash, (uint64_t)k);
    if (!c->cuts) soak_spoil(&m->file, &change, &rng);
    SOAK_SHOW(m->file.bytes, m->file.n);
    snprintf(path, TH_PATH_BYTES, "%s/%s-%" PRId64 "-of-seed-%" PRIu64 "-%s", s->folder, c->cuts ? "cut" : "mutation",
             k, s->seed, m->name);
    if (th_file_write(path, (th_span){m->file.bytes, change.n}, NULL)) give_up("cannot write", path);
    soak_mend(&m->file, &change);
}

/* Chunk i ended, or hung, at a fault: what is behind it becomes a chunk again. */
static void fault(soak *s, int i, const struct result *r, const char *how)
{
    char path[TH_PATH_BYTES];
    chunk *c = &s->chunks[i];
    model *m = &s->models[c->model];
    const int64_t at = r->at;
    keep_file(s, c, at, path);
    printf("soak: FAULT: %s: %s %" PRId64 " %s; the file is %s\n", m->name, c->cuts ? "prefix" : "mutation", at, how,
           path);
    if (++s->n_faults >= MOST_FAULTS) give_up("too many faults:", "the rest was not tried");
    count(m, c, r);
    c->from = at + 1;
    c->runs -= r->counts.run;
    if (c->from >= c->to) finish_chunk(s, i);
}

/* The end of a worker: of its chunk, or of one try. */
static void worker_ended(soak *s, slot *w, int status)
{
    const struct result *r = w->result;
    const int i = w->chunk;
    char how[96];
    w->pid = 0;
    if (status == 0 && r->slowest_s <= SLOW_S) {
        note(s, i, r);
        count(&s->models[s->chunks[i].model], &s->chunks[i], r);
        finish_chunk(s, i);
    } else if (status == 0) {
        count(&s->models[s->chunks[i].model], &s->chunks[i], r);
        printf("soak: FAULT: %s: a load took %.1f s\n", s->models[s->chunks[i].model].name, r->slowest_s);
        s->n_faults++;
        finish_chunk(s, i);
    } else {
        snprintf(how, sizeof how, WIFSIGNALED(status) ? "was killed by signal %d" : "ended with exit code %d",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        fault(s, i, r, how);
    }
}

static void kill_if_it_hangs(slot *w)
{
    const double now_s = seconds(CLOCK_MONOTONIC);
    if (w->result->at != w->seen_at) {
        w->seen_at = w->result->at;
        w->seen_s = now_s;
    } else if (now_s - w->seen_s > HANGS_S) {
        kill(w->pid, SIGKILL);
    }
}

/* --- all chunks --- */

static int next_chunk(const soak *s)
{
    for (int i = 0; i < s->n_chunks; i++) {
        bool busy = s->chunks[i].done;
        for (int k = 0; k < s->n_workers; k++) busy |= s->slots[k].pid && s->slots[k].chunk == i;
        if (!busy) return i;
    }
    return -1;
}

static void say(soak *s)
{
    const double now_s = seconds(CLOCK_MONOTONIC);
    double part_s = s->done_s;
    if (now_s - s->said_s < SAY_S) return;
    for (int k = 0; k < s->n_workers; k++) {
        const chunk *c = &s->chunks[s->slots[k].chunk];
        if (s->slots[k].pid)
            part_s += (double)(s->slots[k].result->at - c->from) * s->models[c->model].cost_s[!c->cuts];
    }
    printf("soak: about %.1f %% after %.0f min\n", 100 * part_s / s->all_s, (now_s - s->start_s) / 60);
    fflush(stdout);
    s->said_s = now_s;
}

static void run_all(soak *s)
{
    for (;;) {
        int n_busy = 0, status;
        for (int k = 0; k < s->n_workers; k++) {
            slot *w = &s->slots[k];
            if (w->pid && waitpid(w->pid, &status, WNOHANG) == w->pid) worker_ended(s, w, status);
            if (w->pid) kill_if_it_hangs(w);
            const int i = w->pid ? -1 : next_chunk(s);
            if (i >= 0) start_worker(s, w, i);
            n_busy += w->pid != 0;
        }
        say(s);
        if (!n_busy) return;
        nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
}

/* --- before that --- */

static void add_chunks(soak *s, int m, bool cuts, int64_t n)
{
    const int64_t pieces = (n + CHUNK - 1) / CHUNK;
    s->models[m].n_open += (int)pieces;
    s->chunks = realloc(s->chunks, ((size_t)s->n_chunks + (size_t)pieces) * sizeof *s->chunks);
    if (pieces && !s->chunks) give_up("out of memory", "");
    for (int64_t i = 0; i < pieces; i++) {
        const int64_t to = (i + 1) * CHUNK, runs = s->n_runs * (i + 1) / pieces - s->n_runs * i / pieces;
        s->chunks[s->n_chunks++] =
            (chunk){.model = m, .cuts = cuts, .from = i * CHUNK, .to = to < n ? to : n, .runs = cuts ? 0 : runs};
    }
}

/* Seconds that one cut and one mutation take, from SAMPLE of each. */
static void measure(const soak *s, model *m)
{
    soak_counts c = {0};
    double from_s = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < SAMPLE; i++) soak_prefix(&m->file, i * m->file.n / SAMPLE, &c);
    m->cost_s[0] = (seconds(CLOCK_THREAD_CPUTIME_ID) - from_s) / SAMPLE;
    from_s = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int64_t i = 0; i < SAMPLE; i++) soak_mutate(&m->file, s->seed + 1, i, 0, &c);
    m->cost_s[1] = (seconds(CLOCK_THREAD_CPUTIME_ID) - from_s) / SAMPLE;
}

static void add_model(soak *s, const char *path)
{
    uint8_t *bytes;
    size_t n;
    th_why why = {0};
    if (s->n_models == MOST_MODELS) give_up("more models than it can take:", path);
    model *m = &s->models[s->n_models];
    if (th_file_read(path, 0, &bytes, &n, &why)) give_up(why.text, "");
    const char *slash = strrchr(path, '/');
    m->path = path;
    m->name = slash ? slash + 1 : path;
    if (n < 8 || soak_open(&m->file, (th_span){bytes, n})) give_up("too small for a model:", path);
    free(bytes);
    measure(s, m);
    add_chunks(s, s->n_models, true, (int64_t)n);
    add_chunks(s, s->n_models, false, s->n_mutations);
    s->all_s += (double)n * m->cost_s[0] + (double)s->n_mutations * m->cost_s[1];
    s->n_models++;
}

static void read_options(soak *s, int argc, char **argv)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *s = (soak){.n_mutations = 1000000, .n_runs = 1000, .seed = 1, .folder = "build/soak", .n_workers = (int)cores};
    for (int o; (o = getopt(argc, argv, "n:r:s:j:d:")) != -1;) {
        if (o == 'n') s->n_mutations = strtoll(optarg, NULL, 10);
        if (o == 'r') s->n_runs = strtoll(optarg, NULL, 10);
        if (o == 's') s->seed = strtoull(optarg, NULL, 10);
        if (o == 'j') s->n_workers = (int)strtol(optarg, NULL, 10);
        if (o == 'd') s->folder = optarg;
        if (o == '?') exit(2);
    }
    if (s->n_workers < 1) s->n_workers = 1;
    if (s->n_workers > MOST_WORKERS) s->n_workers = MOST_WORKERS;
    if (th_dir_make(s->folder, NULL)) give_up("cannot make the folder", s->folder);
    snprintf(s->notes, sizeof s->notes, "%s/done", s->folder);
    for (int i = optind; i < argc; i++) add_model(s, argv[i]);
    if (!s->n_models) give_up("which models?", "soak MODEL.tflite ..");
}

/* A page of a file without a name for each worker. */
static void share_results(soak *s)
{
    FILE *f = tmpfile();
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (!f || ftruncate(fileno(f), (off_t)(page * MOST_WORKERS))) give_up("cannot make a temporary file", "");
    for (int k = 0; k < s->n_workers; k++) {
        void *p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(f), (off_t)(page * (size_t)k));
        if (p == MAP_FAILED) give_up("out of memory", "");
        s->slots[k].result = p;
    }
    fclose(f);
}

int main(int argc, char **argv)
{
    static soak s;
    read_options(&s, argc, argv);
    share_results(&s);
    s.start_s = s.said_s = seconds(CLOCK_MONOTONIC);
    printf("soak: %d models, every prefix, %" PRId64 " mutations each of seed %" PRIu64 ": about %.0f min with %d "
           "workers, and the runs\n",
           s.n_models, s.n_mutations, s.seed, s.all_s / s.n_workers / 60, s.n_workers);
    read_notes(&s);
    fflush(stdout);
    run_all(&s);
    printf("soak: %d models, %d faults, %.0f min\n", s.n_models, s.n_faults,
           (seconds(CLOCK_MONOTONIC) - s.start_s) / 60);
    if (!s.n_faults) remove(s.notes); /* the next soak begins anew */
    for (int i = 0; i < s.n_models; i++) soak_close(&s.models[i].file);
    free(s.chunks);
    return s.n_faults ? 1 : 0;
}
