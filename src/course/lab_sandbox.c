/* Compiling in a private folder, looking at what came out, running it, reading its lines. */
#include "course/lab_sandbox.h"

#include "course/lab_guard.h"
#include "course/lab_text.h"
#include "deploy/embed.h"
#include "os/child.h"
#include "os/file.h"
#include "os/process.h"
#include "os/run.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMPILER "arm-none-eabi-gcc"
#define EMULATOR "qemu-system-arm"

enum {
    MOST_WORDS = 480,
    MOST_BYTES = 1 << 20,
    RUN_S = 60,
    MOST_RAM = 512 * 1024,
    NONCE_BYTES = 33,
    MOST_CASES = 200,
    OBJECT_BYTES = 200,
    LINE_BYTES = MOST_BYTES,
    SAID_BYTES = 8 * MOST_BYTES
};

typedef struct box {
    const th_box_cfg *cfg;
    th_box_run *run;
    char nonce[NONCE_BYTES];
    char *said; /* what a tool printed */
    size_t n_said;
    bool cut; /* it printed more than is kept */
    bool ended;
    th_child *child;
    th_err err;
    th_why *why;
} box;

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory");
}

static void end_with(box *b, th_box_end end, const char *fmt, ...) TH_PRINTF(3, 4);
static void end_with(box *b, th_box_end end, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = th_lab_vtext(fmt, args);
    va_end(args);
    free(b->run->text);
    b->run->text = text;
    b->run->end = end;
}

/* ---- files ---- */

static th_err put(const box *b, const char *below, const char *name, th_span bytes, th_why *why)
{
    char path[TH_PATH_BYTES], dir[TH_PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%s/%s%s", b->cfg->folder, below, name);
    if (n < 0 || (size_t)n >= sizeof path) return th_why_set(why, TH_ERANGE, "the path of %s is too long", name);
    snprintf(dir, sizeof dir, "%s", path);
    *strrchr(dir, '/') = 0;
    TH_TRY(th_dir_make(dir, why));
    return th_file_write_unsynced(path, bytes, why);
}

static th_err put_embedded(const box *b, const char *from, const char *below, th_why *why)
{
    const size_t n = strlen(from);
    for (const th_embed_file *f = th_embed_table; f->path; f++)
        if (strncmp(f->path, from, n) == 0) TH_TRY(put(b, below, f->path + n, (th_span){f->bytes, f->size}, why));
    return TH_OK;
}

/* The ring's files that are compiled, too. */
static th_err ring_set(const box *b, th_embed_set *set, th_why *why)
{
    static const char *const own[] = {"base/fmath.h", "base/rng.h", "base/text.h"};
    const char *at = b->cfg->ring;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) TH_TRY(th_embed_add(set, own[i], why));
    while (at && *at) {
        char name[128];
        at += strspn(at, ", ");
        const size_t n = strcspn(at, ", ");
        if (n == 0) break;
        snprintf(name, sizeof name, "%.*s", (int)(n < 127 ? n : 127), at);
        TH_TRY(th_embed_add(set, name, why));
        at += n;
    }
    return TH_OK;
}

/* hers/: what she may see; sys/: everything else. */
static th_err put_all(const box *b, const th_embed_set *ring, th_why *why)
{
    const th_box_cfg *c = b->cfg;
    for (size_t i = 0; i < c->n_hers; i++) TH_TRY(put(b, "hers/", c->hers[i].name, c->hers[i].text, why));
    for (size_t i = 0; i < c->n_headers; i++) {
        TH_TRY(put(b, "hers/", c->headers[i].name, c->headers[i].text, why));
        TH_TRY(put(b, "sys/", c->headers[i].name, c->headers[i].text, why));
    }
    for (size_t i = 0; i < ring->n; i++)
        TH_TRY(put(b, "sys/", ring->file[i]->path, (th_span){ring->file[i]->bytes, ring->file[i]->size}, why));
    TH_TRY(put_embedded(b, "device/lab_include/", "include/", why));
    TH_TRY(put_embedded(b, "device/lab/", "sys/", why));
    TH_TRY(put_embedded(b, "device/libc.c", "sys/libc.c", why));
    return put(b, "sys/", "harness.c", c->harness.text, why);
}

/* ---- tools ---- */

typedef struct words {
    const char *w[MOST_WORDS];
    size_t n;
} words;

static void add(words *w, const char *word)
{
    if (w->n + 1 < MOST_WORDS) w->w[w->n++] = word;
    w->w[w->n] = NULL;
}

static void add_list(words *w, const char *const *list)
{
    for (; *list; list++) add(w, *list);
}

/* A shell that sets limits first: of memory (KB), processor time (s) and size of files (512 B): a declaration of
 * gigabytes is her mistake, and not this computer's trouble. */
static void begin(words *w, const char *tool)
{
    static const char *const limited[] = {"sh", "-c", "ulimit -v 2000000; ulimit -t 20; ulimit -f 100000; exec \"$@\"",
                                          "sh", NULL};
    w->n = 0;
    add_list(w, limited);
    add(w, tool);
}

static void begin_compile(words *w)
{
    static const char *const flags[] = {"-mcpu=cortex-m4",
                                        "-mthumb",
                                        "-mfloat-abi=hard",
                                        "-mfpu=fpv4-sp-d16",
                                        "-ffreestanding",
                                        "-fbuiltin",
                                        "-fno-math-errno",
                                        "-ffp-contract=off",
                                        "-ffunction-sections",
                                        "-fdata-sections",
                                        "-fno-common",
                                        "-fno-optimize-sibling-calls",
                                        "-fno-working-directory",
                                        "-g",
                                        "-nostdinc",
                                        "-isystem",
                                        "../include",
                                        NULL};
    begin(w, COMPILER);
    add_list(w, flags);
}

static void take_said(void *ctx, bool error, const char *line, size_t n)
{
    box *b = ctx;
    (void)error;
    b->cut = b->cut || n >= LINE_BYTES || b->n_said + n + 2 > SAID_BYTES;
    if (b->cut) return;
    char *more = realloc(b->said, b->n_said + n + 2);
    b->cut = !more;
    if (!more) return;
    b->said = more;
    memcpy(more + b->n_said, line, n);
    more[b->n_said + n] = '\n';
    b->n_said += n + 1;
    more[b->n_said] = 0;
}

/* Runs a tool in a folder of the box; what it prints is in b->said. */
static th_err tool(box *b, const words *w, const char *below, int *status, th_why *why)
{
    static const char *const env[] = {"LC_ALL=C", "CCACHE_DISABLE=1", NULL};
    char dir[TH_PATH_BYTES];
    th_child *child;
    const double stop_s = th_clock_s() + 2.0 * RUN_S;
    b->n_said = 0;
    b->cut = false;
    if (b->said) b->said[0] = 0;
    TH_TRY(th_path_join(dir, b->cfg->folder, below, why));
    const th_child_start start = {.argv = w->w, .cwd = dir, .env = env, .line_max = LINE_BYTES};
    TH_TRY(th_child_new(&start, &child, why));
    bool stopped = false;
    while (!th_child_follow(child, 100, take_said, b)) {
        if (!stopped && (th_interrupted() || th_clock_s() > stop_s)) th_child_stop(child, 0);
        stopped = stopped || th_interrupted() || th_clock_s() > stop_s;
    }
    *status = th_child_status(child);
    th_child_free(child);
    if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
    if (!b->said) b->said = calloc(1, 1);
    return b->said ? TH_OK : no_memory(why);
}

/* The first lines of a compiler that say what is wrong, each cut to what a person reads. */
static void complaints(const box *b, char *text, size_t cap)
{
    size_t n = 0, lines = 0;
    text[0] = 0;
    for (const char *at = b->said; *at && lines < 4 && n + 2 < cap;) {
        const size_t len = strcspn(at, "\n");
        char line[300];
        snprintf(line, sizeof line, "%.*s", (int)(len < 299 ? len : 299), at);
        const char *what = strstr(line, "error: ");
        if (what) {
            n += (size_t)snprintf(text + n, cap - n, "%s%s", lines ? "\n" : "", line);
            lines++;
        }
        at += len + (at[len] == '\n');
    }
    if (!lines) snprintf(text, cap, "%.*s", 300, b->said);
}

/* ---- her files ---- */

/* Names that she may include. */
static void allowed_names(const box *b, const char *names[64])
{
    static const char *const std[] = {"stdint.h", "stddef.h", "stdbool.h", "limits.h",
                                      "float.h",  "string.h", "math.h",    NULL};
    size_t n = 0;
    for (size_t i = 0; std[i]; i++) names[n++] = std[i];
    for (size_t i = 0; i < b->cfg->n_headers && n < 63; i++) names[n++] = b->cfg->headers[i].name;
    names[n] = NULL;
}

/* What the preprocessor makes of it is looked at, so that no macro hides anything. */
static th_err check_expanded(box *b, const th_box_file *f, th_why *why)
{
    const char *from[64] = {"../include/"};
    words w;
    int status;
    size_t n = 1;
    th_why own = {0};
    for (size_t i = 0; i < b->cfg->n_headers && n < 62; i++) from[n++] = b->cfg->headers[i].name;
    begin_compile(&w);
    add(&w, "-std=c11");
    add(&w, "-E");
    add(&w, f->name);
    TH_TRY(tool(b, &w, "hers", &status, why));
    if (b->cut) /* what was not looked at is not compiled */
        end_with(b, TH_BOX_REFUSED, "%s becomes too large when its macros are expanded", f->name);
    if (status || b->cut) return TH_OK; /* the compiler will say so */
    if (th_lab_guard_expanded((th_span){(const uint8_t *)b->said, b->n_said}, f->name, from, &own) == TH_EFORMAT)
        end_with(b, TH_BOX_REFUSED, "%s", own.text);
    return TH_OK;
}

static th_err compile_hers(box *b, const th_box_file *f, th_why *why)
{
    const char *names[64];
    char text[1200];
    th_why own = {0};
    words w;
    int status;
    allowed_names(b, names);
    const th_err bad = th_lab_guard_source(f->text, f->name, names, &own);
    if (bad == TH_EFORMAT) end_with(b, TH_BOX_REFUSED, "%s", own.text);
    if (bad) return bad == TH_EFORMAT ? TH_OK : th_why_set(why, bad, "%s", own.text);
    TH_TRY(check_expanded(b, f, why));
    if (b->run->end == TH_BOX_REFUSED) return TH_OK;
    begin_compile(&w);
    add(&w, "-std=c11");
    add(&w, "-O1");
    add(&w, "-Wall");
    add(&w, "-fno-diagnostics-show-caret");
    add(&w, "-Werror=implicit-function-declaration");
    add(&w, "-c");
    add(&w, f->name);
    TH_TRY(tool(b, &w, "hers", &status, why));
    if (!status) return TH_OK;
    complaints(b, text, sizeof text);
    const bool large = !*text || strstr(b->said, "File too large") || strstr(b->said, "memory exhausted");
    end_with(b, TH_BOX_REFUSED, "It does not compile. %s",
             large ? "The compiler gave up: is there something very large in it?" : text);
    return TH_OK;
}

static bool in_headers(const box *b, const char *name)
{
    const size_t len = strlen(name);
    for (size_t i = 0; i < b->cfg->n_headers; i++) {
        const th_span t = b->cfg->headers[i].text;
        for (size_t k = 0; k + len <= t.n; k++)
            if (memcmp(t.p + k, name, len) == 0) return true;
    }
    return false;
}

/* A function that she calls without having it: of the compiler's own library, of the headers, or not to be had. */
static bool may_call(const box *b, const char *name)
{
    static const char *const known[] = {"memcpy", "memmove", "memset", "memcmp", "strlen", "fabsf", "sqrtf",
                                        "floorf", "ceilf",   "roundf", "fmodf",  "expf",   "logf",  "log2f",
                                        "log10f", "powf",    "tanhf",  "sinf",   "cosf",   NULL};
    if (strncmp(name, "__aeabi_", 8) == 0) return true;
    for (size_t i = 0; known[i]; i++)
        if (strcmp(known[i], name) == 0) return true;
    return in_headers(b, name);
}

/* "step.c" -> "step.o" */
static void object_of(const char *source, const char *below, char object[OBJECT_BYTES])
{
    snprintf(object, OBJECT_BYTES, "%s%.*so", below, (int)strlen(source) - 1, source);
}

/* Complains of a name that nm calls undefined, unless she may call it or has it in another file. */
static void check_name(box *b, const char *name)
{
    char own[160];
    snprintf(own, sizeof own, "%.120s T ", name);
    if (may_call(b, name) || strstr(b->said, own)) return;
    end_with(
        b, TH_BOX_REFUSED,
        "It calls %s, which there is not. There are your own functions, and those of <string.h> and <math.h>: float "
        "only (sqrtf, expf, ..).",
        name);
}

/* nm -P prints "name T ..": what is U and not hers must be one that she may call. */
static th_err check_calls(box *b, th_why *why)
{
    words w;
    int status;
    char object[TH_BOX_FILES][OBJECT_BYTES];
    begin(&w, "arm-none-eabi-nm");
    add(&w, "-P");
    for (size_t i = 0; i < b->cfg->n_hers; i++) {
        object_of(b->cfg->hers[i].name, "", object[i]);
        add(&w, object[i]);
    }
    TH_TRY(tool(b, &w, "hers", &status, why));
    for (const char *at = b->said; *at;) {
        char name[128], kind = 0;
        if (sscanf(at, "%127s %c", name, &kind) == 2 && kind == 'U') check_name(b, name);
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    return TH_OK;
}

/* ---- the program ---- */

static th_err compile_sys(box *b, const th_embed_set *ring, th_why *why)
{
    words w;
    int status;
    char nonce[64], seed[48], most[48], text[1200];
    snprintf(nonce, sizeof nonce, "-DLAB_NONCE=\"%s\"", b->nonce);
    snprintf(seed, sizeof seed, "-DLAB_SEED=%luu", (unsigned long)b->cfg->seed);
    snprintf(most, sizeof most, "-DLAB_INSTRUCTIONS=%luu", (unsigned long)b->cfg->instructions);
    begin_compile(&w);
    add(&w, "-std=gnu11");
    add(&w, "-O1");
    add(&w, "-I.");
    add(&w, nonce);
    add(&w, seed);
    add(&w, most);
    /* or the loops of memcpy and strlen become calls of themselves */
    add(&w, "-fno-tree-loop-distribute-patterns");
    add(&w, "-c");
    add(&w, "harness.c");
    add(&w, "lab.c");
    add(&w, "start.c");
    add(&w, "libc.c");
    for (size_t i = 0; i < ring->n; i++) {
        const char *path = ring->file[i]->path;
        if (path[strlen(path) - 1] == 'c') add(&w, path);
    }
    TH_TRY(tool(b, &w, "sys", &status, why));
    if (!status) return TH_OK;
    complaints(b, text, sizeof text);
    return th_why_set(why, TH_EFORMAT, "the harness does not compile: %.600s", text);
}

static th_err write_script(const box *b, th_why *why)
{
    const th_embed_file *file = th_embed_find("device/lab/link.ld.in");
    char *text = NULL;
    size_t n = 0;
    FILE *out = file ? open_memstream(&text, &n) : NULL;
    if (!out)
        return th_why_set(why, TH_ENOENT, "device/lab/link.ld.in is not part of this program: build thimble again");
    for (const char *c = (const char *)file->bytes; *c; c++) {
        const bool ram = strncmp(c, "@RAM_BYTES@", 11) == 0, stack = strncmp(c, "@STACK_BYTES@", 13) == 0;
        if (ram) fprintf(out, "%lu", (unsigned long)(b->cfg->ram + b->cfg->stack));
        if (stack) fprintf(out, "%lu", (unsigned long)b->cfg->stack);
        if (!ram && !stack) fputc(*c, out);
        c += ram ? 10 : stack ? 12 : 0;
    }
    th_err err = fclose(out) == 0 ? TH_OK : no_memory(why);
    if (!err) err = put(b, "sys/", "link.ld", (th_span){(const uint8_t *)text, n}, why);
    free(text);
    return err;
}

/* What the linker says, in words for her. */
static void link_failed(box *b)
{
    char name[96] = "", bytes[32] = "";
    const char *missing = strstr(b->said, "undefined reference to `"),
               *twice = strstr(b->said, "multiple definition of `"), *large = strstr(b->said, "overflowed by ");
    if (missing) sscanf(missing + 24, "%95[^']", name);
    if (twice) sscanf(twice + 24, "%95[^']", name);
    if (large) sscanf(large + 14, "%31[0-9]", bytes);
    if (large)
        end_with(b, TH_BOX_REFUSED,
                 "It needs too much memory: %s bytes more than the %lu that there are for variables. Which array is "
                 "larger than it has to be?",
                 bytes, (unsigned long)b->cfg->ram);
    else if (missing)
        end_with(b, TH_BOX_REFUSED, "There is no function %s: is its name spelt as in the header?", name);
    else if (twice)
        end_with(b, TH_BOX_REFUSED, "There are two things called %s: give yours another name, or `static` before it.",
                 name);
    else
        end_with(b, TH_BOX_REFUSED, "It can't be linked: %.300s", b->said);
}

static th_err link_all(box *b, th_why *why)
{
    static const char *const flags[] = {"-mcpu=cortex-m4",
                                        "-mthumb",
                                        "-mfloat-abi=hard",
                                        "-mfpu=fpv4-sp-d16",
                                        "-nostdlib",
                                        "-nostartfiles",
                                        "-Tlink.ld",
                                        "-Wl,--gc-sections,--build-id=none",
                                        "-Wl,--no-warn-rwx-segments",
                                        "-o",
                                        "lab.elf",
                                        NULL};
    char dir[TH_PATH_BYTES];
    th_names names;
    words w;
    int status = 0;
    TH_TRY(write_script(b, why));
    TH_TRY(th_path_join(dir, b->cfg->folder, "sys", why));
    TH_TRY(th_dir_list(dir, &names, why));
    begin(&w, COMPILER);
    add_list(&w, flags);
    char hers[TH_BOX_FILES][OBJECT_BYTES];
    for (size_t i = 0; i < b->cfg->n_hers; i++) {
        object_of(b->cfg->hers[i].name, "../hers/", hers[i]);
        add(&w, hers[i]);
    }
    for (size_t i = 0; i < names.n; i++) {
        const size_t n = strlen(names.name[i]);
        if (n > 2 && strcmp(names.name[i] + n - 2, ".o") == 0) add(&w, names.name[i]);
    }
    add(&w, "-lgcc");
    const th_err err = tool(b, &w, "sys", &status, why);
    th_names_free(&names);
    if (!err && status) link_failed(b);
    return err;
}

/* ---- running ---- */

static th_box_case *case_of(box *b, const char *name)
{
    th_box_run *r = b->run;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->cases[i].name, name) == 0) return &r->cases[i];
    th_box_case *more = r->n < MOST_CASES ? realloc(r->cases, (r->n + 1) * sizeof *more) : NULL;
    if (!more) return NULL;
    r->cases = more;
    more[r->n] = (th_box_case){.name = strdup(name)};
    if (!more[r->n].name) return NULL;
    return &more[r->n++];
}

/* Function and line in her file, "step(), line 12 of step.c"; "" where that can't be said. */
static void place_of(box *b, uint32_t pc, char *text, size_t cap)
{
    char address[16], name[96] = "", file[200] = "", line[16] = "";
    words w;
    int status;
    text[0] = 0;
    snprintf(address, sizeof address, "0x%lx", (unsigned long)pc);
    begin(&w, "arm-none-eabi-addr2line");
    add(&w, "-f");
    add(&w, "-s");
    add(&w, "-e");
    add(&w, "lab.elf");
    add(&w, address);
    if (!pc || tool(b, &w, "sys", &status, NULL) || status) return;
    if (sscanf(b->said, "%95s %199[^:\n]:%15[0-9]", name, file, line) != 3) return;
    for (size_t i = 0; i < b->cfg->n_hers; i++)
        if (strcmp(file, b->cfg->hers[i].name) == 0) snprintf(text, cap, " in %s(), line %s of %s", name, line, file);
}

typedef struct stop {
    char how[16];
    uint32_t pc, lr, fault, address;
} stop;

static void tell_stop(box *b, const stop *s)
{
    char where[320];
    place_of(b, s->pc, where, sizeof where);
    if (!*where) place_of(b, (s->lr - 1u) & ~1u, where, sizeof where);
    if (strcmp(s->how, "endless") == 0)
        end_with(b, TH_BOX_STOPPED,
                 "It was stopped%s: after %lu instructions it had not come to an end. Is there a loop that never ends?",
                 where, (unsigned long)b->cfg->instructions);
    else if (strcmp(s->how, "forged") == 0)
        end_with(b, TH_BOX_REFUSED,
                 "It called what belongs to the grading by its address: there are your functions, and those of the "
                 "headers.");
    else if (strcmp(s->how, "overflow") == 0)
        end_with(b, TH_BOX_STOPPED,
                 "The stack is full%s: %lu bytes are all there are. Is there a large array inside a function, or a "
                 "function that calls itself without an end?",
                 where, (unsigned long)b->cfg->stack);
    else if (s->fault & 0x02000000u)
        end_with(b, TH_BOX_STOPPED, "A whole number was divided by zero%s.", where);
    else if (s->address < 1024 && (s->fault & 0x8080u))
        end_with(b, TH_BOX_STOPPED, "It used a NULL pointer%s.", where);
    else if (s->fault & 0x8080u)
        end_with(b, TH_BOX_STOPPED,
                 "It read or wrote memory that is not its own%s, at address 0x%08x. Is an index outside of its array?",
                 where, (unsigned)s->address);
    else
        end_with(b, TH_BOX_STOPPED, "It jumped to a place where no code is%s. Was an array written past its end?",
                 where);
}

/* A line of the board: "NONCE word case rest". */
static void take_line(void *ctx, bool error, const char *text, size_t n)
{
    box *b = ctx;
    char word[16], name[64];
    int used = 0;
    (void)n;
    if (error || b->ended || strncmp(text, b->nonce, strlen(b->nonce)) != 0) return;
    text += strlen(b->nonce);
    if (sscanf(text, " %15s %63s%n", word, name, &used) != 2) return;
    const char *rest = text + used + (text[used] == ' ');
    if (strcmp(word, "end") == 0) {
        b->ended = true;
        return;
    }
    th_box_case *c = strcmp(name, "-") == 0 ? NULL : case_of(b, name);
    if (c && strcmp(word, "begin") == 0) {
        c->begun = true;
    } else if (c && strcmp(word, "ok") == 0) {
        c->ok = !c->text;
    } else if (c && strcmp(word, "bad") == 0) {
        if (!c->text) c->text = strdup(rest);
        c->ok = false;
    } else {
        stop s = {0};
        snprintf(s.how, sizeof s.how, "%s", word);
        b->ended = true;
        b->run->at = strdup(name);
        unsigned long v[4];
        char *next = NULL;
        for (int i = 0; i < 4; i++, rest = next) v[i] = strtoul(rest, &next, 16);
        s.pc = (uint32_t)v[0], s.lr = (uint32_t)v[1], s.fault = (uint32_t)v[2], s.address = (uint32_t)v[3];
        tell_stop(b, &s);
    }
}

static th_err run_it(box *b, th_why *why)
{
    static const char *const argv[] = {EMULATOR,  "-M",       "mps2-an386", "-display", "none",    "-monitor",
                                       "none",    "-serial",  "stdio",      "-nic",     "none",    "-icount",
                                       "shift=0", "-sandbox", "on",         "-kernel",  "lab.elf", NULL};
    char dir[TH_PATH_BYTES], tail[300];
    const double stop_s = th_clock_s() + RUN_S;
    TH_TRY(th_path_join(dir, b->cfg->folder, "sys", why));
    const th_child_start start = {.argv = argv, .cwd = dir, .line_max = 1024};
    TH_TRY(th_child_new(&start, &b->child, why));
    bool late = false, stopped = false;
    while (!th_child_follow(b->child, 50, take_line, b)) {
        late = !b->ended && th_clock_s() > stop_s;
        if (!stopped && (b->ended || late || th_interrupted())) {
            th_child_stop(b->child, 0);
            stopped = true;
        }
    }
    const int status = th_child_status(b->child);
    th_child_free(b->child);
    b->child = NULL;
    if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
    if (b->ended) return TH_OK;
    th_process_status_text(status, tail, sizeof tail);
    if (!stopped) return th_why_set(why, TH_ETOOL, "%s ended early, %s", EMULATOR, tail);
    end_with(b, TH_BOX_STOPPED, "It was stopped after %d seconds: it had not come to an end.", RUN_S);
    return TH_OK;
}

/* ---- all of it ---- */

static bool tools_missing(box *b)
{
    const char *missing = !th_program_exists(COMPILER) ? COMPILER : !th_program_exists(EMULATOR) ? EMULATOR : NULL;
    if (!missing) return false;
    end_with(
        b, TH_BOX_MISSING,
        "This computer can't look at it: %s is not installed (./run setup --device installs it). It is no mistake of "
        "yours.",
        missing);
    return true;
}

static th_err build_and_run(box *b, th_why *why)
{
    th_embed_set *ring = calloc(1, sizeof *ring);
    if (!ring) return no_memory(why);
    th_err err = ring_set(b, ring, why);
    if (!err) err = put_all(b, ring, why);
    for (size_t i = 0; i < b->cfg->n_hers && !err && b->run->end == TH_BOX_DONE; i++)
        err = compile_hers(b, &b->cfg->hers[i], why);
    if (!err && b->run->end == TH_BOX_DONE) err = check_calls(b, why);
    if (!err && b->run->end == TH_BOX_DONE) err = compile_sys(b, ring, why);
    if (!err && b->run->end == TH_BOX_DONE) err = link_all(b, why);
    if (!err && b->run->end == TH_BOX_DONE) err = run_it(b, why);
    free(ring);
    return err;
}

th_err th_box_go(const th_box_cfg *cfg, th_box_run *run, th_why *why)
{
    uint8_t random[(NONCE_BYTES - 1) / 2];
    box b = {.cfg = cfg, .run = run, .why = why};
    *run = (th_box_run){0};
    if (cfg->n_hers > TH_BOX_FILES) return th_why_set(why, TH_EFORMAT, "at most %d files of the learner", TH_BOX_FILES);
    if (cfg->ram > MOST_RAM || cfg->stack > MOST_RAM || cfg->stack < 256)
        return th_why_set(why, TH_EFORMAT, "stack (256 bytes at least) and ram: at most %d bytes", MOST_RAM);
    if (tools_missing(&b)) return TH_OK;
    if (sodium_init() < 0) return th_why_set(why, TH_EIO, "no random numbers can be had from the system");
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(b.nonce, sizeof b.nonce, random, sizeof random);
    const th_err err = build_and_run(&b, why);
    free(b.said);
    return err;
}

void th_box_free(th_box_run *run)
{
    for (size_t i = 0; i < run->n; i++) {
        free(run->cases[i].name);
        free(run->cases[i].text);
    }
    free(run->cases);
    free(run->text);
    free(run->at);
    *run = (th_box_run){0};
}
