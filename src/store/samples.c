/* Every list of columns is made from TH_SAMPLE_TEXTS and TH_SAMPLE_COUNTS, so that none is forgotten in one place. */
#include "store/samples.h"

#include "store/store_priv.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char *const split_names[TH_N_SPLITS] = {"train", "val", "test"};
static const char *const kind_names[TH_N_SAMPLE_KINDS] = {"sound", "signal", "picture"};

const char *th_split_name(th_split s)
{
    return split_names[s];
}

const char *th_sample_kind_name(th_sample_kind kind)
{
    return kind_names[kind];
}

/* ---- digest ------------------------------------------------------------------------------- */

/* "NAME LENGTH:TEXT": no two different samples give the same bytes. */
static void hash_text(crypto_generichash_state *h, const char *name, const char *text)
{
    char length[24];
    if (!text || !*text) return;
    sqlite3_snprintf(sizeof length, length, " %lld:", (long long)strlen(text));
    (void)crypto_generichash_update(h, (const unsigned char *)name, strlen(name));
    (void)crypto_generichash_update(h, (const unsigned char *)length, strlen(length));
    (void)crypto_generichash_update(h, (const unsigned char *)text, strlen(text));
}

static void hash_count(crypto_generichash_state *h, const char *name, int64_t value)
{
    char text[24];
    sqlite3_snprintf(sizeof text, text, "%lld", (long long)value);
    if (value) hash_text(h, name, text);
}

/* By its bits, which are the same everywhere. */
static void hash_number(crypto_generichash_state *h, const char *name, double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    hash_count(h, name, bits);
}

void th_sample_digest(const th_sample *s, char digest[TH_HASH_BYTES])
{
    crypto_generichash_state h;
    unsigned char raw[32];
    (void)crypto_generichash_init(&h, NULL, 0, sizeof raw);
#define X(member, what) hash_text(&h, #member, s->member);
    TH_SAMPLE_TEXTS(X)
#undef X
    hash_text(&h, "kind", kind_names[s->kind]);
    hash_text(&h, "split", split_names[s->split]);
    hash_number(&h, "rate_hz", s->rate_hz);
#define X(member) hash_count(&h, #member, s->member);
    TH_SAMPLE_COUNTS(X)
#undef X
    for (size_t i = 0; i < s->n_segments; i++) {
        hash_count(&h, "from", s->segments[i].from);
        hash_count(&h, "to", s->segments[i].to);
        hash_text(&h, "segment", s->segments[i].label);
    }
    for (size_t i = 0; i < s->n_boxes; i++) {
        const th_box *b = &s->boxes[i];
        const float at[] = {b->x, b->y, b->w, b->h};
        for (int k = 0; k < 4; k++) hash_number(&h, k == 0 ? "x" : k == 1 ? "y" : k == 2 ? "w" : "h", (double)at[k]);
        hash_text(&h, "box", b->label);
    }
    (void)crypto_generichash_final(&h, raw, sizeof raw);
    (void)sodium_bin2hex(digest, TH_HASH_BYTES, raw, sizeof raw);
}

/* ---- reading ------------------------------------------------------------------------------ */

#define OF_ROWS                                                                                                        \
    " IN (SELECT description FROM samples WHERE ?1 = 0 UNION ALL SELECT description FROM version_rows WHERE version "  \
    "= ?1)"
#define NOT_WITHOUT                                                                                                    \
    " NOT IN (SELECT description FROM samples WHERE ?2 = 0 UNION ALL SELECT description FROM version_rows WHERE "      \
    "version = ?2)"

static const char select_samples[] = "SELECT id"
#define X(member, what) ", \"" #member "\""
    TH_SAMPLE_TEXTS(X)
#undef X
        ", kind, split, rate_hz"
#define X(member) ", " #member
    TH_SAMPLE_COUNTS(X)
#undef X
        " FROM descriptions WHERE id" OF_ROWS " AND id" NOT_WITHOUT " ORDER BY id";

static const char select_segments[] =
    "SELECT description, from_row, to_row, label FROM segments WHERE description" OF_ROWS
    " ORDER BY description, from_row, to_row, label";
static const char select_boxes[] = "SELECT description, x, y, w, h, label FROM boxes WHERE description" OF_ROWS
                                   " ORDER BY description, x, y, w, h, label";

/* Parts of the samples, read along with them: both stand in the order of the descriptions. */
typedef struct parts {
    sqlite3_stmt *q;
    bool more;
    void *array; /* [n] of the current description */
    size_t n, cap, size;
} parts;

typedef struct reader {
    const th_store *s;
    sqlite3_stmt *q;
    parts segments, boxes;
    th_why *why;
} reader;

static char *copy_text(sqlite3_stmt *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q, column);
    return text ? strdup((const char *)text) : NULL;
}

void th_part_label_free(const char *label)
{
    char *own;
    memcpy(&own, &label, sizeof own);
    free(own);
}

static void empty_segments(parts *p)
{
    th_segment *v = p->array;
    for (size_t i = 0; i < p->n; i++) th_part_label_free(v[i].label);
    p->n = 0;
}

static void empty_boxes(parts *p)
{
    th_box *v = p->array;
    for (size_t i = 0; i < p->n; i++) th_part_label_free(v[i].label);
    p->n = 0;
}

static th_err room(reader *r, parts *p)
{
    if (p->n < p->cap) return TH_OK;
    const size_t cap = p->cap ? 2 * p->cap : 16;
    void *more = realloc(p->array, cap * p->size);
    if (!more) return th_why_set(r->why, TH_ENOMEM, "out of memory for the index of the data");
    p->array = more;
    p->cap = cap;
    return TH_OK;
}

static th_err take_part(reader *r, parts *p, const char *label)
{
    if (!label) return th_why_set(r->why, TH_ENOMEM, "out of memory for the index of the data");
    p->n++;
    return th_store_step(r->s, p->q, &p->more, r->why);
}

/* The parts before those of description `id` belong to samples that are left out. */
static th_err skip_to(reader *r, parts *p, int64_t id)
{
    while (p->more && sqlite3_column_int64(p->q, 0) < id) TH_TRY(th_store_step(r->s, p->q, &p->more, r->why));
    return TH_OK;
}

static bool is_of(const parts *p, int64_t id)
{
    return p->more && sqlite3_column_int64(p->q, 0) == id;
}

static th_err read_segments(reader *r, int64_t id)
{
    parts *p = &r->segments;
    empty_segments(p);
    TH_TRY(skip_to(r, p, id));
    while (is_of(p, id)) {
        TH_TRY(room(r, p));
        th_segment *v = (th_segment *)p->array + p->n;
        *v = (th_segment){sqlite3_column_int(p->q, 1), sqlite3_column_int(p->q, 2), copy_text(p->q, 3)};
        TH_TRY(take_part(r, p, v->label));
    }
    return TH_OK;
}

static th_err read_boxes(reader *r, int64_t id)
{
    parts *p = &r->boxes;
    empty_boxes(p);
    TH_TRY(skip_to(r, p, id));
    while (is_of(p, id)) {
        TH_TRY(room(r, p));
        th_box *v = (th_box *)p->array + p->n;
        *v = (th_box){(float)sqlite3_column_double(p->q, 1), (float)sqlite3_column_double(p->q, 2),
                      (float)sqlite3_column_double(p->q, 3), (float)sqlite3_column_double(p->q, 4), copy_text(p->q, 5)};
        TH_TRY(take_part(r, p, v->label));
    }
    return TH_OK;
}

static bool find_name(const char *const *names, int n, const unsigned char *text, int *at)
{
    for (*at = 0; text && *at < n; ++*at)
        if (strcmp(names[*at], (const char *)text) == 0) return true;
    return false;
}

static th_err read_sample(reader *r, th_sample *s)
{
    int column = 1, kind, split;
    bool good = true;
    *s = (th_sample){.file = ""};
#define X(member, what) good = (s->member = (const char *)sqlite3_column_text(r->q, column++)) && good;
    TH_SAMPLE_TEXTS(X)
#undef X
    const unsigned char *kind_text = sqlite3_column_text(r->q, column++),
                        *split_text = sqlite3_column_text(r->q, column++);
    if (!good || !kind_text || !split_text) return th_store_fail(r->s, r->why);
    if (!find_name(kind_names, TH_N_SAMPLE_KINDS, kind_text, &kind) ||
        !find_name(split_names, TH_N_SPLITS, split_text, &split))
        return th_why_set(r->why, TH_EFORMAT, "%s: \"%s\" has the kind \"%s\" and the split \"%s\"", r->s->path,
                          s->name, (const char *)kind_text, (const char *)split_text);
    s->kind = (th_sample_kind)kind;
    s->split = (th_split)split;
    s->rate_hz = sqlite3_column_double(r->q, column++);
#define X(member) s->member = sqlite3_column_int(r->q, column++);
    TH_SAMPLE_COUNTS(X)
#undef X
    const int64_t id = sqlite3_column_int64(r->q, 0);
    TH_TRY(read_segments(r, id));
    TH_TRY(read_boxes(r, id));
    s->segments = r->segments.array;
    s->n_segments = r->segments.n;
    s->boxes = r->boxes.array;
    s->n_boxes = r->boxes.n;
    return TH_OK;
}

static th_err read_all(reader *r, int64_t rows, int64_t without, th_sample_take *take, void *ctx)
{
    bool more;
    TH_TRY(th_store_prepare(r->s, &r->q, r->why, select_samples, "ii", rows, without));
    TH_TRY(th_store_prepare(r->s, &r->segments.q, r->why, select_segments, "i", rows));
    TH_TRY(th_store_prepare(r->s, &r->boxes.q, r->why, select_boxes, "i", rows));
    TH_TRY(th_store_step(r->s, r->segments.q, &r->segments.more, r->why));
    TH_TRY(th_store_step(r->s, r->boxes.q, &r->boxes.more, r->why));
    for (;;) {
        th_sample sample;
        TH_TRY(th_store_step(r->s, r->q, &more, r->why));
        if (!more) return TH_OK;
        TH_TRY(read_sample(r, &sample));
        TH_TRY(take(ctx, &sample, r->why));
    }
}

th_err th_samples_read(const th_store *s, int64_t rows, int64_t without, th_sample_take *take, void *ctx, th_why *why)
{
    reader r = {.s = s, .why = why, .segments.size = sizeof(th_segment), .boxes.size = sizeof(th_box)};
    const th_err err = read_all(&r, rows, without, take, ctx);
    empty_segments(&r.segments);
    empty_boxes(&r.boxes);
    free(r.segments.array);
    free(r.boxes.array);
    sqlite3_finalize(r.q);
    sqlite3_finalize(r.segments.q);
    sqlite3_finalize(r.boxes.q);
    return err;
}

static th_err read_number(const th_store *s, const char *sql, const char *types, const char *text, int64_t *value,
                          th_why *why)
{
    sqlite3_stmt *q;
    bool more;
    TH_TRY(th_store_prepare(s, &q, why, sql, types, text));
    const th_err err = th_store_step(s, q, &more, why);
    *value = !err && more ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return err;
}

th_err th_samples_revision(const th_store *s, int64_t *revision, th_why *why)
{
    return read_number(s, "SELECT changes FROM data_state", "", NULL, revision, why);
}

th_err th_samples_use(const th_store *s, const char *hash, bool *used, th_why *why)
{
    int64_t n;
    TH_TRY(read_number(s,
                       "SELECT EXISTS (SELECT 1 FROM descriptions d WHERE d.hash = ? AND (d.kept OR EXISTS "
                       "(SELECT 1 FROM samples WHERE description = d.id)))",
                       "s", hash, &n, why));
    *used = n != 0;
    return TH_OK;
}

/* ---- writing ------------------------------------------------------------------------------ */

static const char insert_description[] = "INSERT INTO descriptions (digest"
#define X(member, what) ", \"" #member "\""
    TH_SAMPLE_TEXTS(X)
#undef X
        ", kind, split, rate_hz"
#define X(member) ", " #member
    TH_SAMPLE_COUNTS(X)
#undef X
        ") VALUES (?"
#define X(member, what) ", ?"
    TH_SAMPLE_TEXTS(X)
#undef X
        ", ?, ?, ?"
#define X(member) ", ?"
    TH_SAMPLE_COUNTS(X)
#undef X
        ")";

enum { FIND, INSERT, SEGMENT, BOX, NOW, GONE, DROP, UNDO, N_STATEMENTS };
static const char *const statements[N_STATEMENTS] = {
    [FIND] = "SELECT id FROM descriptions WHERE digest = ?",
    [INSERT] = insert_description,
    [SEGMENT] = "INSERT OR IGNORE INTO segments VALUES (?, ?, ?, ?)",
    [BOX] = "INSERT OR IGNORE INTO boxes VALUES (?, ?, ?, ?, ?, ?)",
    [NOW] = "INSERT OR IGNORE INTO samples VALUES (?)",
    [GONE] = "DELETE FROM samples WHERE description = ? RETURNING description",
    [DROP] = "DELETE FROM descriptions WHERE id = ?1 AND kept = 0 AND NOT EXISTS (SELECT 1 FROM undo WHERE description "
             "= ?1)",
    [UNDO] = "INSERT INTO undo (hash, description) VALUES (?, ?)",
};

typedef struct writer {
    th_store *s;
    sqlite3_stmt *q[N_STATEMENTS];
    th_why *why;
} writer;

static void put_text(sqlite3_stmt *q, int column, const char *text)
{
    (void)sqlite3_bind_text(q, column, text ? text : "", -1, SQLITE_STATIC); /* the step reports what failed */
}

/* Runs a statement with its values bound; *row tells whether it gave one, in *id. */
static th_err run_bound(writer *w, int statement, bool *row, int64_t *id)
{
    sqlite3_stmt *q = w->q[statement];
    const th_err err = th_store_step(w->s, q, row, w->why);
    if (!err && *row && id) *id = sqlite3_column_int64(q, 0);
    (void)sqlite3_reset(q);
    return err;
}

static th_err put_parts(writer *w, const th_sample *s, int64_t id)
{
    bool row;
    for (size_t i = 0; i < s->n_segments; i++) {
        sqlite3_stmt *q = w->q[SEGMENT];
        sqlite3_bind_int64(q, 1, id);
        sqlite3_bind_int(q, 2, s->segments[i].from);
        sqlite3_bind_int(q, 3, s->segments[i].to);
        put_text(q, 4, s->segments[i].label);
        TH_TRY(run_bound(w, SEGMENT, &row, NULL));
    }
    for (size_t i = 0; i < s->n_boxes; i++) {
        sqlite3_stmt *q = w->q[BOX];
        const th_box *b = &s->boxes[i];
        sqlite3_bind_int64(q, 1, id);
        sqlite3_bind_double(q, 2, (double)b->x);
        sqlite3_bind_double(q, 3, (double)b->y);
        sqlite3_bind_double(q, 4, (double)b->w);
        sqlite3_bind_double(q, 5, (double)b->h);
        put_text(q, 6, b->label);
        TH_TRY(run_bound(w, BOX, &row, NULL));
    }
    return TH_OK;
}

static th_err put_description(writer *w, const th_sample *s, const char *digest, int64_t *id)
{
    sqlite3_stmt *q = w->q[INSERT];
    bool row;
    int column = 1;
    put_text(q, column++, digest);
#define X(member, what) put_text(q, column++, s->member);
    TH_SAMPLE_TEXTS(X)
#undef X
    put_text(q, column++, kind_names[s->kind]);
    put_text(q, column++, split_names[s->split]);
    sqlite3_bind_double(q, column++, s->rate_hz);
#define X(member) sqlite3_bind_int(q, column++, s->member);
    TH_SAMPLE_COUNTS(X)
#undef X
    TH_TRY(run_bound(w, INSERT, &row, NULL));
    *id = sqlite3_last_insert_rowid(w->s->db);
    return put_parts(w, s, *id);
}

static bool is_number(const th_sample *s)
{
    bool good = isfinite(s->rate_hz) && s->rate_hz >= 0;
    for (size_t i = 0; i < s->n_boxes; i++)
        good = good && isfinite(s->boxes[i].x) && isfinite(s->boxes[i].y) && isfinite(s->boxes[i].w) &&
               isfinite(s->boxes[i].h);
    return good;
}

static th_err put_sample(writer *w, const th_sample *s)
{
    char digest[TH_HASH_BYTES];
    bool row;
    int64_t id = 0;
    if (!is_number(s))
        return th_why_set(w->why, TH_ERANGE, "\"%s\" has a rate or a box that is no number", s->name ? s->name : "");
    th_sample_digest(s, digest);
    put_text(w->q[FIND], 1, digest);
    TH_TRY(run_bound(w, FIND, &row, &id));
    if (!row) TH_TRY(put_description(w, s, digest, &id));
    sqlite3_bind_int64(w->q[NOW], 1, id);
    return run_bound(w, NOW, &row, NULL);
}

static th_err check_revision(const th_store *s, int64_t wanted, th_why *why)
{
    int64_t now;
    TH_TRY(th_samples_revision(s, &now, why));
    if (wanted < 0 || wanted == now) return TH_OK;
    return th_why_set(why, TH_EEXIST,
                      "another program has changed the data in %s meanwhile. Nothing was overwritten: run the same "
                      "command again",
                      s->path);
}

static th_err writer_open(writer *w, int64_t revision)
{
    TH_TRY(check_revision(w->s, revision, w->why));
    for (int i = 0; i < N_STATEMENTS; i++) TH_TRY(th_store_prepare(w->s, &w->q[i], w->why, statements[i], ""));
    return TH_OK;
}

/* The end of the transaction, too. */
static th_err writer_close(writer *w, th_err err, int64_t *revision)
{
    for (int i = 0; i < N_STATEMENTS; i++) sqlite3_finalize(w->q[i]);
    int64_t now = 0;
    if (!err) err = th_samples_revision(w->s, &now, w->why);
    err = th_store_end(w->s, err, w->why);
    if (!err) *revision = now;
    return err;
}

/* Inside a transaction. */
static th_err replace(writer *w, const th_sample *samples, size_t n, int64_t revision)
{
    TH_TRY(writer_open(w, revision));
    TH_TRY(th_store_run(w->s, w->why, "DELETE FROM samples", ""));
    for (size_t i = 0; i < n; i++) TH_TRY(put_sample(w, &samples[i]));
    return th_samples_changed(w->s, w->why);
}

static th_err count_change(const th_store *s, th_why *why)
{
    return th_store_run(
        s, why, "INSERT INTO data_state VALUES (1, NULL, 1) ON CONFLICT DO UPDATE SET changes = changes + 1", "");
}

th_err th_samples_changed(const th_store *s, th_why *why)
{
    TH_TRY(
        th_store_run(s, why,
                     "DELETE FROM descriptions WHERE kept = 0 AND id NOT IN (SELECT description FROM samples) AND id "
                     "NOT IN (SELECT description FROM undo)",
                     ""));
    return count_change(s, why);
}

th_err th_samples_write(th_store *s, const th_sample *samples, size_t n, int64_t *revision, th_why *why)
{
    writer w = {.s = s, .why = why};
    TH_TRY(th_store_begin(s, why));
    return writer_close(&w, replace(&w, samples, n, *revision), revision);
}

/* ---- a few of many ------------------------------------------------------------------------ */

static th_err take_out(writer *w, const th_sample *s, bool undo)
{
    char digest[TH_HASH_BYTES];
    bool row;
    int64_t id = 0;
    th_sample_digest(s, digest);
    put_text(w->q[FIND], 1, digest);
    TH_TRY(run_bound(w, FIND, &row, &id));
    if (row) {
        sqlite3_bind_int64(w->q[GONE], 1, id);
        TH_TRY(run_bound(w, GONE, &row, NULL));
    }
    if (!row) return th_why_set(w->why, TH_ENOENT, "\"%s\" is not among the samples", s->name ? s->name : "");
    if (undo) {
        put_text(w->q[UNDO], 1, s->hash);
        sqlite3_bind_int64(w->q[UNDO], 2, id);
        return run_bound(w, UNDO, &row, NULL);
    }
    sqlite3_bind_int64(w->q[DROP], 1, id);
    return run_bound(w, DROP, &row, NULL);
}

/* The oldest ones beyond TH_UNDO_MOST; their descriptions go with the next th_samples_changed. */
static th_err limit_undo(const th_store *s, th_why *why)
{
    return th_store_run(s, why, "DELETE FROM undo WHERE number <= (SELECT max(number) FROM undo) - ?", "i",
                        (int64_t)TH_UNDO_MOST);
}

static th_err change(writer *w, const th_samples_edit *e, int64_t revision)
{
    TH_TRY(writer_open(w, revision));
    for (size_t i = 0; i < e->n_out; i++) TH_TRY(take_out(w, &e->out[i], e->undo));
    for (size_t i = 0; i < e->n_in; i++) TH_TRY(put_sample(w, &e->in[i]));
    if (e->undo) TH_TRY(limit_undo(w->s, w->why));
    return count_change(w->s, w->why);
}

th_err th_samples_change(th_store *s, const th_samples_edit *e, int64_t *revision, th_why *why)
{
    writer w = {.s = s, .why = why};
    TH_TRY(th_store_begin(s, why));
    return writer_close(&w, change(&w, e, *revision), revision);
}

static th_err restore(writer *w, const char *hash, int64_t revision)
{
    int64_t number, id;
    bool row;
    TH_TRY(writer_open(w, revision));
    TH_TRY(read_number(w->s, "SELECT max(number) FROM undo WHERE hash = ?", "s", hash, &number, w->why));
    if (!number)
        return th_why_set(w->why, TH_ENOENT,
                          "nothing is kept of what the sample %.12s was before: it was not changed "
                          "here, or thimble data clean has forgotten it",
                          hash);
    TH_TRY(th_store_run(w->s, w->why,
                        "DELETE FROM samples WHERE description IN (SELECT id FROM descriptions WHERE hash = ?)", "s",
                        hash));
    TH_TRY(read_number(
        w->s, "DELETE FROM undo WHERE number = (SELECT max(number) FROM undo WHERE hash = ?) RETURNING description",
        "s", hash, &id, w->why));
    sqlite3_bind_int64(w->q[NOW], 1, id);
    TH_TRY(run_bound(w, NOW, &row, NULL));
    return th_samples_changed(w->s, w->why);
}

th_err th_samples_restore(th_store *s, const char *hash, int64_t *revision, th_why *why)
{
    writer w = {.s = s, .why = why};
    TH_TRY(th_store_begin(s, why));
    return writer_close(&w, restore(&w, hash, *revision), revision);
}

th_err th_samples_forget(th_store *s, th_why *why)
{
    TH_TRY(th_store_begin(s, why));
    th_err err = th_store_run(s, why, "DELETE FROM undo", "");
    if (!err) err = th_samples_changed(s, why);
    return th_store_end(s, err, why);
}
