/* thimble data export, clean: files out of the store, and files that nothing needs any more. */
#include "cli/data_filter.h"
#include "data/export_edge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- export ----------------------------------------------------------------------------------- */

/* A text that grows; `failed` once memory ran out. */
typedef struct text {
    char *p;
    size_t n, cap;
    bool failed;
} text;

static void put(text *t, const char *s, size_t n)
{
    if (t->failed) return;
    if (t->n + n > t->cap) {
        const size_t cap = (t->n + n) * 2 + 256;
        char *more = realloc(t->p, cap);
        t->failed = !more;
        if (!more) return;
        t->p = more;
        t->cap = cap;
    }
    memcpy(t->p + t->n, s, n);
    t->n += n;
}

/* A cell of CSV (RFC 4180), and what follows it. */
static void cell(text *t, const char *s, char end)
{
    const bool quoted = strpbrk(s, ",\"\r\n") != NULL;
    if (quoted) put(t, "\"", 1);
    for (; *s; s++) {
        if (*s == '"') put(t, "\"", 1);
        put(t, s, 1);
    }
    if (quoted) put(t, "\"", 1);
    put(t, &end, 1);
}

static void number(text *t, double v, char end)
{
    char buf[40];
    snprintf(buf, sizeof buf, "%.9g%c", v, end);
    put(t, buf, strlen(buf));
}

typedef struct export
{
    const th_dataset *set;
    const char *dir;
    text index, segments, boxes;
    size_t n;
}
export;

/* A text as the name of a file or folder: no way out of the folder, nothing hidden. */
static void safe_name(const char *from, char *to, size_t cap)
{
    size_t n = 0;
    for (; *from && n + 1 < cap; from++) {
        const unsigned char c = (unsigned char)*from;
        const bool bad = c == '/' || c == '\\' || c < 32 || c == 127 || (n == 0 && c == '.');
        to[n++] = bad ? '_' : *from;
    }
    to[n] = 0;
    if (!n) snprintf(to, cap, "_");
}

/* LABEL/NAME.suffix below the folder: the name that the source gave it, and the hash where there is one like it
 * already. */
static th_err choose_path(const export *e, const th_sample *s, char below[TH_PATH_BYTES], char path[TH_PATH_BYTES],
                          th_why *why)
{
    char label[128], name[200], folder[TH_PATH_BYTES];
    const char *last = strrchr(s->name, '/');
    safe_name(s->label, label, sizeof label);
    safe_name(last ? last + 1 : s->name, name, sizeof name);
    char *dot = strrchr(name, '.');
    if (dot && dot != name && strlen(dot) <= 5 && !strchr(dot, '#')) *dot = 0;
    TH_TRY(th_path_join(folder, e->dir, label, why));
    TH_TRY(th_dir_make(folder, why));
    for (int turn = 0; turn < 2; turn++) {
        snprintf(below, TH_PATH_BYTES, turn ? "%s/%s-%.12s.%s" : "%s/%s%.0s.%s", label, name, s->hash, s->suffix);
        TH_TRY(th_path_join(path, e->dir, below, why));
        if (!th_file_exists(path)) break;
    }
    return TH_OK;
}

static void describe(export *e, const th_sample *s, const char *below)
{
    cell(&e->index, below, ',');
    cell(&e->index, th_sample_kind_name(s->kind), ',');
    cell(&e->index, th_split_name(s->split), ',');
    number(&e->index, s->rate_hz, ',');
#define X(member) number(&e->index, s->member, ',');
    TH_SAMPLE_COUNTS(X)
#undef X
#define X(member, what) cell(&e->index, s->member, ',');
    TH_SAMPLE_TEXTS(X)
#undef X
    e->index.p[e->index.n - !e->index.failed] = '\n';
    for (size_t i = 0; i < s->n_segments; i++) {
        const th_segment *g = &s->segments[i];
        const double second = s->rate_hz > 0 ? 1 / s->rate_hz : 0;
        cell(&e->segments, below, ',');
        number(&e->segments, g->from, ',');
        number(&e->segments, g->to, ',');
        number(&e->segments, g->from * second, ',');
        number(&e->segments, g->to * second, ',');
        cell(&e->segments, g->label, '\n');
    }
    for (size_t i = 0; i < s->n_boxes; i++) {
        const th_box *b = &s->boxes[i];
        cell(&e->boxes, below, ',');
        number(&e->boxes, (double)b->x, ',');
        number(&e->boxes, (double)b->y, ',');
        number(&e->boxes, (double)b->w, ',');
        number(&e->boxes, (double)b->h, ',');
        cell(&e->boxes, b->label, '\n');
    }
}

static th_err export_one(export *e, const th_sample *s, th_why *why)
{
    char from[TH_PATH_BYTES], below[TH_PATH_BYTES], path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_dataset_path(e->set, s, from, why));
    TH_TRY(th_file_read(from, 0, &bytes, &n, why));
    th_err err = choose_path(e, s, below, path, why);
    if (!err) err = th_file_write_unsynced(path, (th_span){bytes, n}, why);
    free(bytes);
    if (err) return err;
    describe(e, s, below);
    e->n++;
    return TH_OK;
}

static th_err write_text(const export *e, const char *name, const text *t, th_why *why)
{
    char path[TH_PATH_BYTES];
    if (t->failed) return th_why_set(why, TH_ENOMEM, "out of memory");
    TH_TRY(th_path_join(path, e->dir, name, why));
    return th_file_write(path, (th_span){(const uint8_t *)t->p, t->n}, why);
}

static th_err export_all(export *e, const th_filter *f, th_why *why)
{
    static const char heads[] = "file,kind,split,rate_hz"
#define X(member) "," #member
        TH_SAMPLE_COUNTS(X)
#undef X
#define X(member, what) "," #member
            TH_SAMPLE_TEXTS(X)
#undef X
                "\n",
                      segments[] = "file,from_row,to_row,from_s,to_s,label\n", boxes[] = "file,x,y,w,h,label\n";
    put(&e->index, heads, sizeof heads - 1);
    put(&e->segments, segments, sizeof segments - 1);
    put(&e->boxes, boxes, sizeof boxes - 1);
    for (size_t i = 0; i < e->set->n; i++)
        if (th_filter_takes(f, &e->set->samples[i])) TH_TRY(export_one(e, &e->set->samples[i], why));
    if (e->n == 0) return th_why_set(why, TH_ENOENT, "there is no such sample. thimble data list shows what there is");
    TH_TRY(write_text(e, "index.csv", &e->index, why));
    if (e->segments.n > sizeof segments) TH_TRY(write_text(e, "segments.csv", &e->segments, why));
    if (e->boxes.n > sizeof boxes) TH_TRY(write_text(e, "boxes.csv", &e->boxes, why));
    return TH_OK;
}

static th_err check_folder(const char *dir, th_why *why)
{
    th_names names;
    if (th_file_exists(dir)) return th_why_set(why, TH_EEXIST, "%s is a file; name a new folder", dir);
    if (!th_dir_exists(dir)) return TH_OK;
    TH_TRY(th_dir_list(dir, &names, why));
    const bool empty = names.n == 0;
    th_names_free(&names);
    return empty ? TH_OK : th_why_set(why, TH_EEXIST, "%s is not empty; name a new folder", dir);
}

/* As Edge Impulse takes it. */
static th_err export_edge(const th_args *a, export *x, const th_filter *f, th_why *why)
{
    th_edge_export *e;
    TH_TRY(th_edge_export_new(x->dir, th_arg(a, "hmac-key"), &e, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < x->set->n && !err; i++)
        if (th_filter_takes(f, &x->set->samples[i])) err = th_edge_export_add(e, x->set, &x->set->samples[i], why);
    if (!err) err = th_edge_export_end(e, &x->n, why);
    th_edge_export_free(e);
    return err;
}

static th_err run_export(const th_args *a, th_why *why)
{
    static th_project p;
    th_dataset *set;
    th_filter f;
    export e = {.dir = a->word[0]};
    const char *format = th_arg(a, "format") ? th_arg(a, "format") : "table";
    TH_TRY(th_filter_read(a, &f, why));
    TH_TRY(th_arg_project(a, &p, why));
    const bool edge = strcmp(format, "edge-impulse") == 0;
    if (!edge && strcmp(format, "table") != 0)
        return th_why_set(why, TH_EUSAGE, "--format %s: it is table or edge-impulse", format);
    if (!edge && th_arg(a, "hmac-key")) return th_why_set(why, TH_EUSAGE, "--hmac-key is for --format edge-impulse");
    TH_TRY(check_folder(e.dir, why));
    TH_TRY(th_dataset_load(&p, &set, why));
    e.set = set;
    const th_err err = edge ? export_edge(a, &e, &f, why) : export_all(&e, &f, why);
    if (!err)
        printf("%zu samples in %s, all that is known of them in %s/%s\n", e.n, e.dir, e.dir,
               edge ? "info.labels" : "index.csv");
    free(e.index.p);
    free(e.segments.p);
    free(e.boxes.p);
    th_dataset_free(set);
    return err;
}

static const th_opt export_opts[] = {{"project", "DIR", ".", "the project"},
                                     {"format", "NAME", "table", "table, or edge-impulse: for its uploader"},
                                     {"hmac-key", "KEY", NULL, "sign the files of edge-impulse"},
                                     TH_FILTER_OPTIONS,
                                     {0}};

const th_cmd th_cmd_data_export = {
    .name = "data export",
    .words = "DIR",
    .summary = "write samples to a new folder: a folder per label, and tables of all that is known",
    .detail = "LABEL/NAME has the name that the source gave it; index.csv a line for each file, segments.csv the "
              "labelled parts\n"
              "of long recordings, boxes.csv those of pictures. thimble data import reads the folder again.\n\n"
              "  thimble data export ~/for-others --split test",
    .opts = export_opts,
    .min_words = 1,
    .max_words = 1,
    .run = run_export,
};

/* ---- clean ------------------------------------------------------------------------------------ */

typedef struct clean {
    const th_store *store; /* NULL: nothing is in use */
    bool remove;
    size_t n, kept;
    int64_t bytes;
} clean;

/* Does a version or the data of now need the file `name` of folder `ab`?  What is no file of the store is left alone,
 * but for what killed programs left (".NAME.tmp"). */
static th_err is_needed(const clean *c, const char *ab, const char *name, bool *needed, th_why *why)
{
    char hash[TH_HASH_BYTES];
    const char *dot = strchr(name, '.');
    const size_t n = strlen(name);
    *needed = true;
    if (*name == '.') {
        *needed = n < 5 || strcmp(name + n - 4, ".tmp") != 0;
        return TH_OK;
    }
    if (!dot || snprintf(hash, sizeof hash, "%s%.*s", ab, (int)(dot - name), name) != TH_HASH_BYTES - 1) return TH_OK;
    if (!th_hash_is_good(hash)) return TH_OK;
    *needed = false;
    return c->store ? th_samples_use(c->store, hash, needed, why) : TH_OK;
}

static th_err clean_folder(clean *c, const char *dir, const char *ab, th_why *why)
{
    char folder[TH_PATH_BYTES], path[TH_PATH_BYTES];
    th_names names;
    TH_TRY(th_path_join(folder, dir, ab, why));
    if (strlen(ab) != 2 || !th_dir_exists(folder)) return TH_OK;
    TH_TRY(th_dir_list(folder, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        bool needed;
        err = is_needed(c, ab, names.name[i], &needed, why);
        if (!err) err = th_path_join(path, folder, names.name[i], why);
        c->kept += needed;
        if (err || needed) continue;
        const int64_t size = th_file_size(path);
        c->n++;
        c->bytes += size > 0 ? size : 0;
        printf("%s\n", path);
        if (c->remove) th_file_remove(path);
    }
    th_names_free(&names);
    if (c->remove) th_dir_remove_empty(folder);
    return err;
}

static th_err clean_all(clean *c, const th_project *p, th_why *why)
{
    char dir[TH_PATH_BYTES];
    th_names names;
    TH_TRY(th_project_path(p, TH_DIR_OBJECTS, dir, why));
    if (!th_dir_exists(dir)) return TH_OK;
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) err = clean_folder(c, dir, names.name[i], why);
    th_names_free(&names);
    return err;
}

static th_err run_clean(const th_args *a, th_why *why)
{
    static th_project p;
    char path[TH_PATH_BYTES];
    th_dataset *set;
    th_store *store = NULL;
    int lock;
    TH_TRY(th_arg_project(a, &p, why));
    TH_TRY(th_data_lock(&p, &lock, why));
    clean c = {.remove = th_arg_on(a, "delete")};
    th_err err = th_dataset_load(&p, &set, why);
    if (!err) th_dataset_free(set);
    if (!err) err = th_project_path(&p, TH_FILE_STORE, path, why);
    if (!err && th_file_exists(path)) err = th_store_open(path, c.remove, &store, why);
    if (!err && store && c.remove) err = th_samples_forget(store, why); /* their files go */
    c.store = store;
    if (!err) err = clean_all(&c, &p, why);
    th_store_close(store);
    th_lock_release(lock);
    if (err) return err;
    printf("%zu files, %.1f MB, %s by no version and no sample; %zu are used\n", c.n, (double)c.bytes / 1e6,
           c.remove ? "deleted: used" : "used", c.kept);
    if (c.n && !c.remove) puts("Delete them with: thimble data clean --delete");
    return TH_OK;
}

static const th_opt clean_opts[] = {{"project", "DIR", ".", "the project"},
                                    {"delete", NULL, NULL, "delete them; without it they are only listed"},
                                    {0}};

const th_cmd th_cmd_data_clean = {
    .name = "data clean",
    .words = "",
    .summary = "list files that no version and no sample uses, and delete them with --delete",
    .opts = clean_opts,
    .run = run_clean,
};
