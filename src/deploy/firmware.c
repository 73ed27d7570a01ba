/* One compiler call per source file, then the stack bound from the call graph, then the linker with
 * exactly that much stack, then the sizes as the ELF has them. */
#include "deploy/firmware.h"

#include "base/hash.h"
#include "base/text.h"
#include "deploy/stack.h"
#include "fmt/elf.h"
#include "os/process.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef TH_VERSION
#define TH_VERSION "unknown"
#endif

/* Functions that the ring calls through pointers: callbacks of main.c, and the network itself; a package's kernels
 * and a sensor's blocks come to them. */
static const char *const callbacks[] = {"device_classify",
                                        "device_on_detect",
                                        "device_on_scores",
                                        "network",
                                        "device_fill",
                                        "device_wake",
                                        "own_network",
                                        "device_network",
                                        "device_second_classify",
                                        "device_second_detect",
                                        "device_second_scores",
                                        "device_second_network",
                                        "th_baseline_init",
                                        "th_baseline_learn",
                                        "th_baseline_hold"};
#define N_CALLBACKS (sizeof callbacks / sizeof callbacks[0])

/* Reserved where recursion makes the call graph say nothing. */
#define UNBOUNDED_STACK 2048u

/* What the timer around each step may add to that: two frames. */
#define PROFILE_STACK 64u

/* Memory of a build that only wants to know its size. */
#define LARGE 0x10000000u

#define MAX_ARGS (TH_EMBED_MAX + 64)
typedef struct args {
    const char *v[MAX_ARGS];
    size_t n;
} args;

static void add(args *a, const char *word)
{
    if (a->n + 1 < MAX_ARGS) a->v[a->n++] = word;
    a->v[a->n] = NULL;
}

static void add_all(args *a, const char *const *words)
{
    while (*words) add(a, *words++);
}

th_err th_firmware_tools(const th_board *board, th_why *why)
{
    const char *compiler = board->core->compiler;
    if (th_program_exists(compiler) && th_program_exists(board->core->objcopy)) return TH_OK;
    return th_why_set(why, TH_ETOOL,
                      "%s is not installed. It is in the Debian package gcc-%.*s: ./run setup --device  "
                      "(`thimble deploy --as c` works without it)",
                      compiler, (int)strlen(compiler) - 4, compiler);
}

static th_err put(const char *dir, const char *below, const char *name, th_span bytes, th_why *why)
{
    char path[TH_PATH_BYTES], sub[TH_PATH_BYTES];
    th_text_fmt(sub, sizeof sub, "%s%s", below, name);
    TH_TRY(th_path_join(path, dir, sub, why));
    char *slash = strrchr(path, '/');
    *slash = '\0';
    TH_TRY(th_dir_make(path, why));
    *slash = '/';
    return th_file_write_unsynced(path, bytes, why);
}

/* A file of the firmware itself: device/x.c, or of the one that takes packages device/loader/x.c in place of some. */
static bool is_device_file(const th_code *code, const char *path)
{
    static const char *const other[] = {"device/main.c", "device/hal_console.c", "device/app.h"};
    const size_t n = strlen(path);
    if (strncmp(path, "device/", 7) != 0 || path[n - 2] != '.' || !strchr("ch", path[n - 1])) return false;
    if (strncmp(path, "device/loader/", 14) == 0) return code->loader;
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        if (code->loader && strcmp(path, other[i]) == 0) return false;
    return !strchr(path + 7, '/') && strcmp(path, "device/app.c") != 0;
}

/* The file that is the user's: written when there is none. */
static th_err put_app(const th_code *code, const char *dir, th_why *why)
{
    char path[TH_PATH_BYTES];
    const th_embed_file *app = th_embed_find("device/app.c");
    TH_TRY(th_path_join(path, dir, TH_FIRMWARE_YOURS, why));
    if (code->loader || th_file_exists(path)) return TH_OK;
    if (!app) return th_why_set(why, TH_ENOENT, "device/app.c is not part of this program: build thimble again");
    return put(dir, "", TH_FIRMWARE_YOURS, (th_span){app->bytes, app->size}, why);
}

th_err th_firmware_sources(const th_code *code, const char *dir, th_why *why)
{
    const th_embed_set *ring = &code->ring;
    for (size_t i = 0; i < ring->n; i++)
        TH_TRY(put(dir, "src/", ring->file[i]->path, (th_span){ring->file[i]->bytes, ring->file[i]->size}, why));
    TH_TRY(put(dir, "src/", "model.h", TH_WRITER_SPAN(&code->model_h), why));
    TH_TRY(put(dir, "src/", "model.c", TH_WRITER_SPAN(&code->model_c), why));
    if (code->app_c.n) {
        TH_TRY(put(dir, "src/", code->app_name[0], TH_WRITER_SPAN(&code->app_h), why));
        TH_TRY(put(dir, "src/", code->app_name[1], TH_WRITER_SPAN(&code->app_c), why));
    }
    for (size_t i = 0; i < code->n_more; i++)
        if (!code->more[i].test) TH_TRY(put(dir, "src/", code->more[i].name, TH_WRITER_SPAN(&code->more[i].text), why));
    for (const th_embed_file *f = th_embed_table; f->path; f++)
        if (is_device_file(code, f->path)) TH_TRY(put(dir, "", f->path, (th_span){f->bytes, f->size}, why));
    return put_app(code, dir, why);
}

typedef struct build {
    const th_code *code;
    const th_board *board;
    const char *dir;
    unsigned flags;
    th_firmware *fw;
    char object[TH_EMBED_MAX + 32][96]; /* in the order of compiling */
    size_t n_objects;
    th_calls *calls;
} build;

/* The tool's complaint, first line that says error; or how it ended, where it did not say a word. */
static th_err tool_failed(const char *tool, const char *what, int status, char *tail, th_why *why)
{
    char end[96];
    th_process_status_text(status, end, sizeof end);
    if (!tail[strspn(tail, " \n")])
        return th_why_set(why, TH_ETOOL, "%s failed on %s without a message: %s. Is memory or disk full? Try again",
                          tool, what, end);
    char *line = strstr(tail, "error:");
    while (line && line > tail && line[-1] != '\n') line--;
    if (!line) line = tail;
    return th_why_set(why, TH_ETOOL, "%s failed on %s: %.*s", tool, what, (int)strcspn(line, "\n"), line);
}

static th_err run_tool(const build *b, const args *a, char *tail, size_t cap, int *status, th_why *why)
{
    /* Where ccache stands before the compilers, it would give back the object without its .ci. */
    static const char *const env[] = {"CCACHE_DISABLE=1", NULL};
    const th_process p = {.argv = a->v, .cwd = b->dir, .env = env, .timeout_s = 300};
    tail[0] = '\0';
    return th_process_run(&p, status, tail, cap, why);
}

static th_err read_calls(build *b, const char *object, th_why *why)
{
    char name[128], path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    th_text_fmt(name, sizeof name, "%s", object);
    th_text_fmt(strrchr(name, '.'), 4, ".ci");
    TH_TRY(th_path_join(path, b->dir, name, why));
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    const th_err err = th_calls_add(b->calls, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}

/* -Os for what is not computing: the firmware's own files, and the network's order of steps. */
static bool is_small(const char *source)
{
    return strncmp(source, "device/", 7) == 0 || strcmp(source, TH_FIRMWARE_YOURS) == 0 ||
           (strncmp(source, "src/model", 9) == 0 && strcmp(source + 9 + strspn(source + 9, "0123456789"), ".c") == 0);
}

/* `source` relative to the folder; `extra` may be NULL. */
static th_err compile(build *b, const char *source, const char *object, const char *extra, th_why *why)
{
    /* Scheduling before register allocation spills in the inner loops: 2 to 8 % more instructions.
     * Freestanding: no C library's headers are needed; builtin: memcpy of four bytes is still one instruction. */
    static const char *const flags[] = {"-std=gnu11",
                                        "-ffreestanding",
                                        "-fbuiltin",
                                        "-fno-schedule-insns",
                                        "-ffp-contract=off",
                                        "-fno-math-errno",
                                        "-ffunction-sections",
                                        "-fdata-sections",
                                        "-fno-common",
                                        "-fcallgraph-info=su",
                                        "-Wall",
                                        "-Wextra",
                                        "-Isrc",
                                        "-Idevice",
                                        NULL};
    const th_board *board = b->board;
    char clock[64], clock_at[48], ticks[48], serial[64], serial_at[48], tail[2048], prefix[TH_PATH_BYTES + 32];
    args a = {.n = 0};
    int status;
    if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
    th_text_fmt(clock, sizeof clock, "-DDEVICE_CLOCK=\"%s\"", board->clock);
    th_text_fmt(clock_at, sizeof clock_at, "-DDEVICE_CLOCK_AT=0x%lxu", (unsigned long)board->clock_at);
    th_text_fmt(ticks, sizeof ticks, "-DDEVICE_TICKS_PER_MS=%ldu", 1000000L * board->clock_ticks / board->clock_instr);
    th_text_fmt(serial, sizeof serial, "-DDEVICE_SERIAL=\"%s\"", board->serial ? board->serial : "");
    th_text_fmt(serial_at, sizeof serial_at, "-DDEVICE_SERIAL_AT=0x%lxu", (unsigned long)board->serial_at);
    th_text_fmt(prefix, sizeof prefix, "-ffile-prefix-map=%s=.", b->dir);
    add(&a, b->board->core->compiler);
    add_all(&a, b->board->core->flags);
    add_all(&a, flags);
    add(&a, is_small(source) ? "-Os" : "-O2");
    add(&a, clock);
    add(&a, clock_at);
    add(&a, ticks);
    if (b->code->loader) add(&a, serial), add(&a, serial_at);
    add(&a, prefix);
    if (strcmp(source, "device/libc.c") == 0) /* or gcc turns memcpy's loop into a call of memcpy */
        add(&a, "-fno-builtin"), add(&a, "-fno-tree-loop-distribute-patterns");
    if (extra) add(&a, extra);
    add(&a, "-c");
    add(&a, source);
    add(&a, "-o");
    add(&a, object);
    TH_TRY(run_tool(b, &a, tail, sizeof tail, &status, why));
    return status ? tool_failed(b->board->core->compiler, source, status, tail, why) : TH_OK;
}

/* "src/nn/conv_2d.c" -> "build/src_nn_conv_2d.o" */
static void object_name(char *object, size_t cap, const char *source, const char *suffix)
{
    const size_t n = th_text_fmt(object, cap, "build/%.*s%s.o", (int)(strlen(source) - 2), source, suffix);
    for (size_t i = 6; i < n && i < cap; i++)
        if (object[i] == '/') object[i] = '_';
}

static th_err compile_one(build *b, const char *below, const char *name, th_why *why)
{
    char source[128];
    char *object = b->object[b->n_objects];
    if (b->n_objects == sizeof b->object / sizeof b->object[0])
        return th_why_set(why, TH_ERANGE, "too many source files");
    th_text_fmt(source, sizeof source, "%s%s", below, name);
    object_name(object, sizeof b->object[0], source, "");
    TH_TRY(compile(b, source, object, NULL, why));
    b->n_objects++;
    return read_calls(b, object, why);
}

static bool is_c(const char *path)
{
    const size_t n = strlen(path);
    return n > 2 && strcmp(path + n - 2, ".c") == 0;
}

/* model.c and main.c come first: the measuring build replaces these two. */
static th_err compile_all(build *b, th_why *why)
{
    const th_embed_set *ring = &b->code->ring;
    char dir[TH_PATH_BYTES];
    TH_TRY(th_path_join(dir, b->dir, "build", why));
    TH_TRY(th_dir_make(dir, why));
    TH_TRY(compile_one(b, "src/", "model.c", why));
    TH_TRY(compile_one(b, "", b->code->loader ? "device/loader/main.c" : "device/main.c", why));
    if (!b->code->loader) TH_TRY(compile_one(b, "", TH_FIRMWARE_YOURS, why));
    if (b->code->app_c.n) TH_TRY(compile_one(b, "src/", b->code->app_name[1], why));
    for (size_t i = 0; i < b->code->n_more; i++)
        if (!b->code->more[i].test && is_c(b->code->more[i].name))
            TH_TRY(compile_one(b, "src/", b->code->more[i].name, why));
    for (size_t i = 0; i < ring->n; i++)
        if (is_c(ring->file[i]->path)) TH_TRY(compile_one(b, "src/", ring->file[i]->path, why));
    for (const th_embed_file *f = th_embed_table; f->path; f++)
        if (is_device_file(b->code, f->path) && is_c(f->path) && !strstr(f->path, "/main.c"))
            TH_TRY(compile_one(b, "", f->path, why));
    return TH_OK;
}

static th_err bound_stack(build *b, th_why *why)
{
    th_stack_bound bound;
    const th_code *code = b->code;
    size_t n = 0;
    const char **reached = malloc((N_CALLBACKS + code->n_kernels + TH_BLOCK_PARTS) * sizeof *reached);
    if (!reached) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < N_CALLBACKS; i++) reached[n++] = callbacks[i];
    for (size_t i = 0; i < code->n_kernels; i++) reached[n++] = code->kernel[i];
    for (size_t i = 0; i < TH_BLOCK_PARTS + 1 && *code->block[i]; i++) reached[n++] = code->block[i];
    const th_err err = th_calls_bound(b->calls, "device_entry", reached, n, b->board->core->library_frame, &bound, why);
    free(reached);
    if (err) return err;
    /* A way that ends in libgcc is bounded by its largest frame; recursion is not bounded at all. */
    const bool usable = bound.exact || (bound.weak && strncmp(bound.weak, "__", 2) == 0);
    b->fw->stack_bound = usable ? (bound.bytes + 7u) & ~7u : 0;
    b->fw->stack = usable ? b->fw->stack_bound : UNBOUNDED_STACK;
    return TH_OK;
}

static th_err write_link_script(const build *b, const char *name, uint32_t stack, th_why *why)
{
    const th_embed_file *file = th_embed_find("device/link.ld.in");
    const bool any = (b->flags & TH_BUILD_ANY_SIZE) != 0;
    const struct {
        const char *key;
        uint32_t value;
    } key[] = {{"@FLASH_AT@", b->board->flash_at},
               {"@FLASH_BYTES@", any ? LARGE : b->board->flash_bytes},
               {"@RAM_AT@", b->board->ram_at},
               {"@RAM_BYTES@", any ? LARGE : b->board->ram_bytes},
               {"@STACK_BYTES@", stack}};
    th_writer w = {0};
    if (!file) return th_why_set(why, TH_ENOENT, "device/link.ld.in is not part of this program: build thimble again");
    for (const char *c = (const char *)file->bytes; *c;) {
        size_t used = 0;
        for (size_t k = 0; *c == '@' && k < sizeof key / sizeof key[0]; k++)
            if (strncmp(c, key[k].key, strlen(key[k].key)) == 0) {
                th_writer_add(&w, "0x%lx", (unsigned long)key[k].value);
                used = strlen(key[k].key);
            }
        if (!used) th_writer_add(&w, "%c", *c);
        c += used ? used : 1;
    }
    th_err err = w.err ? th_why_set(why, w.err, "out of memory") : put(b->dir, "", name, TH_WRITER_SPAN(&w), why);
    th_writer_free(&w);
    return err;
}

/* "region `RAM' overflowed by 64640 bytes" */
static th_err link_failed(const build *b, int status, char *tail, th_why *why)
{
    const char *flash = strstr(tail, "region `FLASH' overflowed by "),
               *ram = strstr(tail, "region `RAM' overflowed by ");
    const char *at = ram ? ram : flash;
    if (!at) return tool_failed(b->board->core->compiler, "linking", status, tail, why);
    at = strstr(at, " by ") + 4;
    return th_why_set(why, TH_ERANGE,
                      "the firmware does not fit %s: %.*s bytes too many for its %lu KB of %s. "
                      "`thimble inspect MODEL --board %s` shows what needs them",
                      b->board->title, (int)strspn(at, "0123456789"), at,
                      (unsigned long)((ram ? b->board->ram_bytes : b->board->flash_bytes) / 1024),
                      ram ? "RAM" : "flash", b->board->name);
}

static th_err link_elf(const build *b, const char *script, const char *elf, const char *map, th_why *why)
{
    char tail[4096], map_flag[64], script_flag[64];
    args a = {.n = 0};
    int status;
    th_text_fmt(map_flag, sizeof map_flag, "-Wl,-Map=%s", map);
    add(&a, b->board->core->compiler);
    add_all(&a, b->board->core->flags);
    add(&a, "-nostdlib");
    add(&a, "-nostartfiles");
    th_text_fmt(script_flag, sizeof script_flag, "-T%s", script);
    add(&a, script_flag);
    add(&a, "-Wl,--gc-sections,--build-id=none");
    add(&a, map_flag);
    for (size_t i = 0; i < b->n_objects; i++) add(&a, b->object[i]);
    add(&a, "-lgcc");
    add(&a, "-o");
    add(&a, elf);
    TH_TRY(run_tool(b, &a, tail, sizeof tail, &status, why));
    return status ? link_failed(b, status, tail, why) : TH_OK;
}

static th_err convert(const build *b, const char *format, const char *to, th_why *why)
{
    char tail[1024];
    args a = {.n = 0};
    int status;
    add(&a, b->board->core->objcopy);
    add(&a, "-O");
    add(&a, format);
    add(&a, "firmware.elf");
    add(&a, to);
    TH_TRY(run_tool(b, &a, tail, sizeof tail, &status, why));
    return status ? tool_failed(b->board->core->objcopy, "firmware.elf", status, tail, why) : TH_OK;
}

static int by_size(const void *a, const void *b)
{
    const th_symbol *x = a, *y = b;
    return x->bytes != y->bytes ? (x->bytes < y->bytes ? 1 : -1) : strcmp(x->name, y->name);
}

/* "t7" (constant tensor 7) and "w3_bias" (an array of step 3), in another graph "g2_t7". */
static bool is_weights(const char *name)
{
    if (name[0] == 'g' && name[1] >= '0' && name[1] <= '9') {
        const char *below = strchr(name, '_');
        if (below) name = below + 1;
    }
    const size_t digits = strspn(name + (*name != '\0'), "0123456789");
    const char *end = name + 1 + digits;
    return digits && ((name[0] == 't' && !*end) || (name[0] == 'w' && *end == '_'));
}

static void take_symbols(const th_elf *elf, const th_board *board, th_firmware *fw)
{
    for (uint32_t i = 0; i < elf->n_symbols; i++) {
        const th_elf_symbol s = th_elf_symbol_at(elf, i);
        if (!s.bytes || s.section >= elf->n_sections) continue;
        const bool ram = s.address >= board->ram_at && s.address - board->ram_at < LARGE;
        const bool weights = !ram && is_weights(s.name);
        if (weights) fw->flash_model += s.bytes;
        if (fw->n_symbols == TH_MAX_SYMBOLS) continue;
        th_symbol *to = &fw->symbol[fw->n_symbols++];
        *to = (th_symbol){.bytes = s.bytes, .ram = ram, .weights = weights};
        th_text_fmt(to->name, sizeof to->name, "%s", s.name);
    }
    qsort(fw->symbol, fw->n_symbols, sizeof *fw->symbol, by_size);
}

static void take_sections(const th_elf *elf, th_firmware *fw)
{
    uint32_t stack = 0;
    for (uint32_t i = 0; i < elf->n_sections; i++) {
        const th_elf_section s = th_elf_section_at(elf, i);
        if (!(s.flags & TH_ELF_ALLOC)) continue;
        if (strcmp(s.name, ".stack") == 0)
            stack += s.bytes;
        else if (s.type == TH_ELF_NOBITS)
            fw->bss += s.bytes;
        else if (s.flags & TH_ELF_WRITE)
            fw->data += s.bytes;
        else if (s.flags & TH_ELF_EXEC)
            fw->text += s.bytes;
        else
            fw->rodata += s.bytes;
    }
    fw->stack = stack;
    fw->flash = fw->text + fw->rodata + fw->data;
    fw->ram_bound = fw->data + fw->bss + stack;
}

static th_err read_sizes(build *b, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    th_elf elf;
    th_diag diag = {0};
    TH_TRY(th_file_read(b->fw->elf, 0, &bytes, &n, why));
    th_err err = th_elf_open((th_span){bytes, n}, &elf, &diag);
    if (err) {
        free(bytes);
        return th_why_set(why, err, "%s, byte %zu: %s", b->fw->elf, diag.pos, diag.msg);
    }
    b->fw->symbol = calloc(TH_MAX_SYMBOLS, sizeof *b->fw->symbol);
    if (b->fw->symbol) {
        take_sections(&elf, b->fw);
        take_symbols(&elf, b->board, b->fw);
        b->fw->flash_model += (uint32_t)b->code->packed.weight_bytes; /* inside the symbol "package" */
        b->fw->flash_code = b->fw->flash - b->fw->flash_model;
        b->fw->arena = (uint32_t)b->code->arena_bytes;
        b->fw->fixed = b->fw->data + b->fw->bss - b->fw->arena;
    }
    free(bytes);
    return b->fw->symbol ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

/* model.c and main.c once more, with the timer around each step. */
static th_err build_profile(build *b, th_why *why)
{
    static const char *const source[2] = {"src/model.c", "device/main.c"};
    for (size_t i = 0; i < 2; i++) {
        object_name(b->object[i], sizeof b->object[i], source[i], "_profile");
        TH_TRY(compile(b, source[i], b->object[i], "-DMODEL_PROFILE", why));
    }
    TH_TRY(write_link_script(b, "build/profile.ld", b->fw->stack + PROFILE_STACK, why));
    TH_TRY(link_elf(b, "build/profile.ld", "build/profile.elf", "build/profile.map", why));
    return th_path_join(b->fw->profile_elf, b->dir, "build/profile.elf", why);
}

static void hash_file(uint64_t *h, const char *name, th_span bytes)
{
    *h = th_fnv1a(*h, (th_span){(const uint8_t *)name, strlen(name)});
    *h = th_fnv1a(*h, bytes);
}

static void version_line(void *ctx, const char *line)
{
    th_text_fmt(ctx, 64, "%s", line);
}

/* Everything that the ELF depends on: sources, board, compiler, this program's version. */
static uint64_t source_key(const th_code *code, const th_board *board, const char *dir, unsigned flags)
{
    char version[64] = "", path[TH_PATH_BYTES];
    uint8_t *yours;
    size_t n;
    int status;
    uint64_t h = TH_FNV1A_START;
    const char *const argv[] = {board->core->compiler, "-dumpfullversion", NULL};
    const th_process p = {.argv = argv, .on_line = version_line, .ctx = version, .timeout_s = 30};
    if (th_process_run(&p, &status, NULL, 0, NULL)) return 0;
    hash_file(&h, version, (th_span){(const uint8_t *)&flags, sizeof flags});
    hash_file(&h, board->name, TH_WRITER_SPAN(&code->model_h));
    hash_file(&h, TH_VERSION, TH_WRITER_SPAN(&code->model_c));
    hash_file(&h, "audio", TH_WRITER_SPAN(&code->app_c));
    hash_file(&h, "audio.h", TH_WRITER_SPAN(&code->app_h));
    for (size_t i = 0; i < code->n_more; i++) hash_file(&h, code->more[i].name, TH_WRITER_SPAN(&code->more[i].text));
    for (const th_embed_file *f = th_embed_table; f->path; f++) hash_file(&h, f->path, (th_span){f->bytes, f->size});
    if (!th_path_join(path, dir, TH_FIRMWARE_YOURS, NULL) && !th_file_read(path, 0, &yours, &n, NULL)) {
        hash_file(&h, TH_FIRMWARE_YOURS, (th_span){yours, n});
        free(yours);
    }
    return h;
}

/* "KEY ELF_HASH PROFILE_HASH STACK_BOUND" of a folder as it is now. */
static th_err key_text(const char *dir, uint64_t key, unsigned flags, uint32_t bound, char text[96], th_why *why)
{
    static const char *const name[2] = {"firmware.elf", "build/profile.elf"};
    uint64_t hash[2] = {0, 0};
    for (int i = 0; i < (flags & TH_BUILD_PROFILE ? 2 : 1); i++) {
        char path[TH_PATH_BYTES];
        uint8_t *bytes;
        size_t n;
        TH_TRY(th_path_join(path, dir, name[i], why));
        TH_TRY(th_file_read(path, 0, &bytes, &n, why));
        hash[i] = th_fnv1a(TH_FNV1A_START, (th_span){bytes, n});
        free(bytes);
    }
    th_text_fmt(text, 96, "%016llx %016llx %016llx %lu\n", (unsigned long long)key, (unsigned long long)hash[0],
                (unsigned long long)hash[1], (unsigned long)bound);
    return TH_OK;
}

static th_err write_key(const build *b, th_why *why)
{
    char text[96];
    const uint64_t key = source_key(b->code, b->board, b->dir, b->flags);
    TH_TRY(key_text(b->dir, key, b->flags, b->fw->stack_bound, text, why));
    return put(b->dir, "build/", "key", (th_span){(const uint8_t *)text, strlen(text)}, why);
}

static bool key_matches(const th_code *code, const th_board *board, const char *dir, unsigned flags, uint32_t *bound)
{
    char path[TH_PATH_BYTES], text[96];
    uint8_t *bytes;
    size_t n;
    if (th_path_join(path, dir, "build/key", NULL) || !th_file_exists(path) || th_file_read(path, 96, &bytes, &n, NULL))
        return false;
    const char *last = n && n < 96 ? memchr(bytes, ' ', n) : NULL;
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == ' ') last = (const char *)bytes + i;
    *bound = 0;
    for (const char *c = last ? last + 1 : ""; last && c < (const char *)bytes + n && *c >= '0' && *c <= '9'; c++)
        *bound = *bound * 10 + (uint32_t)(*c - '0');
    const bool same = last && key_text(dir, source_key(code, board, dir, flags), flags, *bound, text, NULL) == TH_OK &&
                      strlen(text) == n && memcmp(text, bytes, n) == 0;
    free(bytes);
    return same;
}

bool th_firmware_reuse(const th_code *code, const th_board *board, const char *dir, unsigned flags, th_firmware *fw)
{
    build b = {.code = code, .board = board, .dir = dir, .flags = flags, .fw = fw};
    uint32_t bound;
    memset(fw, 0, sizeof *fw);
    if (th_firmware_tools(board, NULL) || !key_matches(code, board, dir, flags, &bound)) return false;
    if (th_path_join(fw->elf, dir, "firmware.elf", NULL) ||
        th_path_join(fw->profile_elf, dir, "build/profile.elf", NULL))
        return false;
    if (read_sizes(&b, NULL)) {
        th_firmware_free(fw);
        memset(fw, 0, sizeof *fw);
        return false;
    }
    fw->stack_bound = bound;
    fw->listener = (uint32_t)code->listener_bytes;
    return true;
}

static th_err build_all(build *b, th_why *why)
{
    TH_TRY(compile_all(b, why));
    TH_TRY(bound_stack(b, why));
    TH_TRY(write_link_script(b, "link.ld", b->fw->stack, why));
    TH_TRY(link_elf(b, "link.ld", "firmware.elf", "firmware.map", why));
    TH_TRY(convert(b, "binary", "firmware.bin", why));
    TH_TRY(convert(b, "ihex", "firmware.hex", why));
    TH_TRY(th_path_join(b->fw->elf, b->dir, "firmware.elf", why));
    TH_TRY(read_sizes(b, why));
    if (b->flags & TH_BUILD_PROFILE) TH_TRY(build_profile(b, why));
    return write_key(b, why);
}

th_err th_firmware_build(const th_code *code, const th_board *board, const char *dir, unsigned flags, th_firmware *fw,
                         th_why *why)
{
    memset(fw, 0, sizeof *fw);
    TH_TRY(th_firmware_tools(board, why));
    build *b = calloc(1, sizeof *b);
    if (!b) return th_why_set(why, TH_ENOMEM, "out of memory");
    *b = (build){.code = code, .board = board, .dir = dir, .flags = flags, .fw = fw};
    th_err err = th_calls_new(&b->calls, why);
    if (!err) err = build_all(b, why);
    th_calls_free(b->calls);
    free(b);
    fw->listener = (uint32_t)code->listener_bytes;
    return err;
}

void th_firmware_free(th_firmware *fw)
{
    free(fw->symbol);
    fw->symbol = NULL;
    fw->n_symbols = 0;
}
