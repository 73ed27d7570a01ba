/* A sample in memory: one block holds its segments, its boxes and all its texts. */
#include "data/dataset.h"

#include "base/text.h"
#include "data/audio.h"
#include "data/old_index.h"
#include "data/sound_file.h"

#include <stdlib.h>
#include <string.h>

#define CLIP_SECONDS 1800.0

th_err th_dataset_new(const th_project *p, th_dataset **set, th_why *why)
{
    char dir[TH_PATH_BYTES];
    *set = NULL;
    TH_TRY(th_path_join(dir, p->dir, TH_DIR_OBJECTS, why));
    th_dataset *s = calloc(1, sizeof *s);
    if (s) s->object_dir = strdup(dir);
    if (!s || !s->object_dir) {
        free(s);
        return th_why_set(why, TH_ENOMEM, "out of memory");
    }
    s->rate_hz = p->rate_hz;
    *set = s;
    return TH_OK;
}

void th_dataset_free(th_dataset *set)
{
    if (!set) return;
    for (size_t i = 0; i < set->n; i++) free(set->samples[i].block);
    free(set->samples);
    free(set->object_dir);
    free(set);
}

/* ---- one sample in memory ------------------------------------------------------------------- */

static int by_segment(const void *a, const void *b)
{
    const th_segment *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to < y->to ? -1 : 1;
    return strcmp(x->label, y->label);
}

static int compare_float(float a, float b)
{
    return (a > b) - (a < b);
}

static int by_box(const void *a, const void *b)
{
    const th_box *x = a, *y = b;
    int order = compare_float(x->x, y->x);
    if (!order) order = compare_float(x->y, y->y);
    if (!order) order = compare_float(x->w, y->w);
    if (!order) order = compare_float(x->h, y->h);
    return order ? order : strcmp(x->label, y->label);
}

static size_t text_room(const char *text)
{
    return text ? strlen(text) + 1 : 1;
}

static size_t block_room(const th_sample *s)
{
    size_t n = s->n_segments * sizeof *s->segments + s->n_boxes * sizeof *s->boxes + text_room(s->file);
#define X(member, what) n += text_room(s->member);
    TH_SAMPLE_TEXTS(X)
#undef X
    for (size_t i = 0; i < s->n_segments; i++) n += text_room(s->segments[i].label);
    for (size_t i = 0; i < s->n_boxes; i++) n += text_room(s->boxes[i].label);
    return n;
}

static const char *append(char **at, const char *text)
{
    const char *start = *at;
    const size_t n = text_room(text);
    memcpy(*at, text ? text : "", n);
    *at += n;
    return start;
}

static size_t copy_segments(const th_sample *s, th_segment *to, char **text)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_segments; i++)
        to[i] = (th_segment){s->segments[i].from, s->segments[i].to, append(text, s->segments[i].label)};
    if (s->n_segments) qsort(to, s->n_segments, sizeof *to, by_segment);
    for (size_t i = 0; i < s->n_segments; i++)
        if (!n || by_segment(&to[i], &to[n - 1])) to[n++] = to[i];
    return n;
}

static size_t copy_boxes(const th_sample *s, th_box *to, char **text)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_boxes; i++) {
        const th_box *b = &s->boxes[i];
        to[i] = (th_box){b->x + 0.0f, b->y + 0.0f, b->w + 0.0f, b->h + 0.0f, append(text, b->label)}; /* no -0 */
    }
    if (s->n_boxes) qsort(to, s->n_boxes, sizeof *to, by_box);
    for (size_t i = 0; i < s->n_boxes; i++)
        if (!n || by_box(&to[i], &to[n - 1])) to[n++] = to[i];
    return n;
}

th_err th_sample_copy(const th_sample *from, th_sample *to, th_why *why)
{
    void *block = malloc(block_room(from));
    if (!block) return th_why_set(why, TH_ENOMEM, "out of memory for the index of the data");
    th_segment *segments = block;
    th_box *boxes = (void *)(segments + from->n_segments);
    char *text = (void *)(boxes + from->n_boxes);
    *to = *from;
    to->block = block;
    to->segments = segments;
    to->boxes = boxes;
    to->file = append(&text, from->file);
#define X(member, what) to->member = append(&text, from->member);
    TH_SAMPLE_TEXTS(X)
#undef X
    to->n_segments = copy_segments(from, segments, &text);
    to->n_boxes = copy_boxes(from, boxes, &text);
    return TH_OK;
}

th_err th_dataset_add(th_dataset *set, const th_sample *s, th_why *why)
{
    if (set->n == set->cap) {
        const size_t cap = set->cap ? set->cap * 2 : 256;
        th_sample *more = realloc(set->samples, cap * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "out of memory for %zu samples", cap);
        set->samples = more;
        set->cap = cap;
    }
    TH_TRY(th_sample_copy(s, &set->samples[set->n], why));
    set->n++;
    return TH_OK;
}

th_err th_dataset_set(th_dataset *set, size_t i, const char *member, const char *value, th_why *why)
{
    th_sample changed = set->samples[i], copy;
    bool known = false;
#define X(name, what)                                                                                                  \
    if (strcmp(member, #name) == 0) {                                                                                  \
        changed.name = value;                                                                                          \
        known = true;                                                                                                  \
    }
    TH_SAMPLE_TEXTS(X)
#undef X
    if (!known) return th_why_set(why, TH_EUSAGE, "a sample has no \"%s\"", member);
    TH_TRY(th_sample_copy(&changed, &copy, why));
    free(set->samples[i].block);
    set->samples[i] = copy;
    return TH_OK;
}

void th_dataset_remove(th_dataset *set, const bool *gone, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->n; i++) {
        if (i < n && gone[i])
            free(set->samples[i].block);
        else
            set->samples[kept++] = set->samples[i];
    }
    set->n = kept;
}

const char *th_sample_text(const th_sample *s, const char *member)
{
#define X(name, what)                                                                                                  \
    if (strcmp(member, #name) == 0) return s->name;
    TH_SAMPLE_TEXTS(X)
#undef X
    return NULL;
}

const char *th_sample_shown(const th_sample *s)
{
    return *s->file ? s->file : s->name;
}

void th_sample_labels(const th_sample *s, th_label_give *give, void *ctx)
{
    if (*s->label || !s->n_segments) give(ctx, s->label, s->n_rows);
    for (size_t i = 0; i < s->n_segments && !*s->label; i++)
        give(ctx, s->segments[i].label, s->segments[i].to - s->segments[i].from);
}

const char *th_dataset_label(const th_project *p, const char *word)
{
    const int i = th_project_label(p, word);
    return i < 0 ? TH_LABEL_UNKNOWN : p->labels[i];
}

const char *th_dataset_label_now(const th_project *p, const th_sample *s)
{
    const bool again = s->kind == TH_SOUND && th_project_task(p)->input == TH_IN_SOUND &&
                       (th_project_label(p, s->label) < 0 || strcmp(s->label, TH_LABEL_UNKNOWN) == 0);
    return again ? th_dataset_label(p, s->word) : s->label;
}

/* ---- the index ------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const th_sample *x = a, *y = b;
    int order = strcmp(x->label, y->label);
    if (!order) order = strcmp(x->name, y->name);
    if (!order) order = strcmp(x->hash, y->hash);
    if (order) return order;
    char digest[2][TH_HASH_BYTES]; /* twins: any order will do, as long as it is always the same */
    th_sample_digest(x, digest[0]);
    th_sample_digest(y, digest[1]);
    return strcmp(digest[0], digest[1]);
}

void th_dataset_sort(th_dataset *set)
{
    if (set->n) qsort(set->samples, set->n, sizeof *set->samples, by_name);
}

typedef struct loading {
    const th_project *p;
    th_dataset *set;
} loading;

static th_err take_sample(void *ctx, const th_sample *s, th_why *why)
{
    const loading *l = ctx;
    th_sample sample = *s;
    sample.label = th_dataset_label_now(l->p, s);
    return th_dataset_add(l->set, &sample, why);
}

static th_err load_from(const th_store *s, const th_project *p, th_dataset *set, th_why *why)
{
    loading l = {p, set};
    TH_TRY(th_samples_revision(s, &set->revision, why));
    TH_TRY(th_samples_read(s, TH_ROWS_NOW, TH_ROWS_NONE, take_sample, &l, why));
    th_dataset_sort(set);
    return TH_OK;
}

th_err th_dataset_load_store(const th_project *p, th_dataset **set, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_store *s;
    th_why inner = {0};
    *set = NULL; /* who frees it after an error, too, must not meet it again */
    TH_TRY(th_project_path(p, TH_FILE_STORE, path, why));
    TH_TRY(th_dataset_new(p, set, why));
    th_err err = th_store_open(path, false, &s, &inner);
    if (err == TH_ENOENT) return TH_OK;
    if (!err) err = load_from(s, p, *set, &inner);
    th_store_close(s);
    if (!err) return TH_OK;
    th_dataset_free(*set);
    *set = NULL;
    return th_why_set(why, err, "%s", inner.text);
}

th_err th_dataset_load(const th_project *p, th_dataset **set, th_why *why)
{
    *set = NULL;
    TH_TRY(th_old_index_bring(p, why));
    return th_dataset_load_store(p, set, why);
}

th_err th_dataset_save(const th_project *p, th_dataset *set, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_store *s;
    TH_TRY(th_project_path(p, TH_FILE_STORE, path, why));
    TH_TRY(th_store_open(path, true, &s, why));
    const th_err err = th_samples_write(s, set->samples, set->n, &set->revision, why);
    th_store_close(s);
    return err;
}

/* Some samples have other labels here than in the index, when the project's were changed: then all are written. */
th_err th_dataset_save_few(const th_project *p, th_dataset *set, const th_samples_edit *e, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_store *s;
    th_why inner = {0};
    TH_TRY(th_project_path(p, TH_FILE_STORE, path, why));
    TH_TRY(th_store_open(path, true, &s, why));
    th_err err = th_samples_change(s, e, &set->revision, &inner);
    if (err == TH_ENOENT) {
        inner = (th_why){0};
        err = th_samples_write(s, set->samples, set->n, &set->revision, &inner);
    }
    th_store_close(s);
    return err ? th_why_set(why, err, "%s", inner.text) : TH_OK;
}

th_err th_dataset_restore(const th_project *p, th_dataset *set, const char *hash, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_store *s;
    TH_TRY(th_project_path(p, TH_FILE_STORE, path, why));
    TH_TRY(th_store_open(path, true, &s, why));
    const th_err err = th_samples_restore(s, hash, &set->revision, why);
    th_store_close(s);
    return err;
}

/* ---- files ------------------------------------------------------------------------------------ */

th_err th_dataset_path(const th_dataset *set, const th_sample *s, char buf[TH_PATH_BYTES], th_why *why)
{
    if (s->file && *s->file)
        return s->file[0] == '/' ? th_path_join(buf, "", s->file, why)
                                 : th_path_join(buf, set->object_dir, s->file, why);
    return th_object_path(set->object_dir, s->hash, s->suffix, buf, why);
}

th_err th_dataset_samples(const th_dataset *set, const th_sample *s, int16_t **pcm, int32_t *n, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_dataset_path(set, s, path, why));
    if (s->kind != TH_SOUND)
        return th_why_set(why, TH_EUNSUP, "%s is a %s, not a sound", path, th_sample_kind_name(s->kind));
    const th_sound_part all = {.max_seconds = CLIP_SECONDS};
    TH_TRY(th_sound_read(path, NULL, set->rate_hz, &all, pcm, n, why));
    if (!s->file || !*s->file) return TH_OK;
    if (s->start >= *n) {
        free(*pcm);
        return th_why_set(why, TH_ERANGE, "%s has become shorter than it was", path);
    }
    *n -= s->start;
    if (s->start) memmove(*pcm, *pcm + s->start, (size_t)*n * sizeof **pcm);
    if (s->n_rows > 0 && *n > s->n_rows) *n = s->n_rows;
    return TH_OK;
}

th_err th_sound_hash(int32_t rate_hz, const int16_t *pcm, int32_t n, char hash[TH_HASH_BYTES], th_why *why)
{
    uint8_t *bytes;
    size_t n_bytes;
    TH_TRY(th_audio_wav(rate_hz, pcm, n, &bytes, &n_bytes, why));
    th_hash_of((th_span){bytes, n_bytes}, hash);
    free(bytes);
    return TH_OK;
}

/* Writes the file and adds the sample with its hash. */
static th_err put(th_dataset *set, const th_sample *s, th_sample_kind kind, th_span bytes, const char *suffix,
                  th_why *why)
{
    char hash[TH_HASH_BYTES];
    th_sample copy = *s;
    TH_TRY(th_object_put(set->object_dir, bytes, suffix, hash, why));
    copy.kind = kind;
    copy.hash = hash;
    copy.suffix = suffix;
    copy.file = "";
    copy.start = 0;
    return th_dataset_add(set, &copy, why);
}

th_err th_dataset_put_sound(th_dataset *set, const th_sample *s, const int16_t *pcm, int32_t n, th_why *why)
{
    uint8_t *bytes;
    size_t n_bytes;
    th_sample copy = *s;
    copy.rate_hz = set->rate_hz;
    copy.n_rows = n;
    TH_TRY(th_audio_wav(set->rate_hz, pcm, n, &bytes, &n_bytes, why));
    const th_err err = put(set, &copy, TH_SOUND, (th_span){bytes, n_bytes}, "wav", why);
    free(bytes);
    return err;
}

th_err th_dataset_put_picture(th_dataset *set, const th_sample *s, th_span bytes, th_why *why)
{
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, jpeg[] = {0xff, 0xd8, 0xff};
    const bool is_png = bytes.n > sizeof png && memcmp(bytes.p, png, sizeof png) == 0,
               is_jpeg = bytes.n > sizeof jpeg && memcmp(bytes.p, jpeg, sizeof jpeg) == 0;
    if (!is_png && !is_jpeg)
        return th_why_set(why, TH_EFORMAT, "%s is neither PNG nor JPEG", s->name ? s->name : "the picture");
    return put(set, s, TH_PICTURE, bytes, is_png ? "png" : "jpg", why);
}

th_err th_dataset_put_signal(th_dataset *set, const th_sample *s, const float *rows, int32_t n, th_why *why)
{
    uint8_t *bytes;
    size_t n_bytes;
    th_sample copy = *s;
    copy.n_rows = n;
    TH_TRY(th_signal_print(s->channels ? s->channels : "", rows, n, &bytes, &n_bytes, why));
    const th_err err = put(set, &copy, TH_SIGNAL, (th_span){bytes, n_bytes}, "csv", why);
    free(bytes);
    return err;
}

th_err th_dataset_signal(const th_dataset *set, const th_sample *s, float **rows, int32_t *n, int32_t *channels,
                         th_why *why)
{
    char path[TH_PATH_BYTES], *names;
    uint8_t *bytes;
    size_t n_bytes;
    TH_TRY(th_dataset_path(set, s, path, why));
    if (s->kind != TH_SIGNAL)
        return th_why_set(why, TH_EUNSUP, "%s is a %s, not a signal", path, th_sample_kind_name(s->kind));
    TH_TRY(th_file_read(path, 0, &bytes, &n_bytes, why));
    const th_err err = th_signal_parse((th_span){bytes, n_bytes}, path, &names, rows, n, channels, why);
    free(bytes);
    if (!err) free(names);
    return err;
}
