#include "data/export_edge.h"

#include "base/text.h"
#include "data/acquisition.h"
#include "data/side_labels.h"
#include "os/file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct th_edge_export {
    char dir[TH_PATH_BYTES];
    const char *key;
    json_t *files;
    size_t n;
};

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory");
}

static const char *category(th_split s)
{
    return s == TH_TRAIN ? "training" : s == TH_TEST ? "testing" : "validation";
}

th_err th_edge_export_new(const char *dir, const char *key, th_edge_export **out, th_why *why)
{
    th_edge_export *e = *out = calloc(1, sizeof *e);
    if (!e) return no_memory(why);
    th_text_fmt(e->dir, sizeof e->dir, "%s", dir);
    e->key = key;
    e->files = json_array();
    if (e->files) return TH_OK;
    free(e);
    *out = NULL;
    return no_memory(why);
}

void th_edge_export_free(th_edge_export *e)
{
    if (e) json_decref(e->files);
    free(e);
}

/* ---- files ---- */

static th_err write_acquisition(const th_edge_export *e, const th_acquisition *a, const char *path, th_why *why)
{
    char *text;
    TH_TRY(th_acquisition_print(a, a->sound ? "wav" : "", e->key, &text, why));
    const th_err err = th_file_write_unsynced(path, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    return err;
}

static th_err write_sound(const th_edge_export *e, const th_dataset *set, const th_sample *s, const char *path,
                          th_why *why)
{
    static const char channel[] = "audio";
    char name[sizeof channel];
    int16_t *pcm;
    int32_t n;
    TH_TRY(th_dataset_samples(set, s, &pcm, &n, why));
    memcpy(name, channel, sizeof name);
    th_acquisition a = {.interval_ms = 1000.0 / set->rate_hz, .sound = true, .channels = name, .n = n, .n_channels = 1};
    th_text_fmt(a.device, sizeof a.device, "%s", s->device);
    a.rows = malloc(((size_t)n + 1) * sizeof *a.rows);
    for (int32_t i = 0; a.rows && i < n; i++) a.rows[i] = pcm[i];
    free(pcm);
    const th_err err = a.rows ? write_acquisition(e, &a, path, why) : no_memory(why);
    free(a.rows);
    return err;
}

static th_err write_signal(const th_edge_export *e, const th_dataset *set, const th_sample *s, const char *path,
                           th_why *why)
{
    th_acquisition a = {.interval_ms = s->rate_hz > 0 ? 1000 / s->rate_hz : 0, .channels = strdup(s->channels)};
    if (!a.channels) return no_memory(why);
    th_text_fmt(a.device, sizeof a.device, "%s", s->device);
    th_err err = th_dataset_signal(set, s, &a.rows, &a.n, &a.n_channels, why);
    if (!err) {
        err = write_acquisition(e, &a, path, why);
        free(a.rows);
    }
    free(a.channels);
    return err;
}

static th_err write_picture(const th_dataset *set, const th_sample *s, const char *path, th_why *why)
{
    char from[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_dataset_path(set, s, from, why));
    TH_TRY(th_file_read(from, 0, &bytes, &n, why));
    const th_err err = th_file_write_unsynced(path, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}

/* ---- info.labels ---- */

static void add_segment(json_t *list, int32_t from, int32_t to, const char *label)
{
    if (to > from)
        json_array_append_new(
            list, json_pack("{s:i,s:i,s:s}", "startIndex", (int)from, "endIndex", (int)to - 1, "label", label));
}

static json_t *segments_json(const th_sample *s)
{
    json_t *list = json_array();
    int32_t at = 0;
    for (size_t i = 0; i < s->n_segments; i++) {
        const th_segment *g = &s->segments[i];
        add_segment(list, at, g->from, TH_SIDE_UNLABELLED);
        add_segment(list, g->from > at ? g->from : at, g->to, g->label);
        if (g->to > at) at = g->to;
    }
    add_segment(list, at, s->n_rows, TH_SIDE_UNLABELLED);
    return json_pack("{s:s,s:o}", "type", "multi-label", "labels", list);
}

static json_t *label_json(const th_sample *s)
{
    if (s->n_segments) return segments_json(s);
    return *s->label ? json_pack("{s:s,s:s}", "type", "label", "label", s->label)
                     : json_pack("{s:s}", "type", "unlabeled");
}

static json_t *metadata_json(const th_sample *s)
{
    const char *const pair[][2] = {{"subject", s->subject}, {"group", s->group},     {"device", s->device},
                                   {"source", s->source},   {"licence", s->licence}, {"consent", s->consent}};
    json_t *map = json_object();
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        if (*pair[i][1]) json_object_set_new(map, pair[i][0], json_string(pair[i][1]));
    return map;
}

static json_t *boxes_json(const th_sample *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_boxes; i++) {
        const th_box *b = &s->boxes[i];
        json_array_append_new(list, json_pack("{s:s,s:f,s:f,s:f,s:f}", "label", b->label, "x", (double)b->x, "y",
                                              (double)b->y, "width", (double)b->w, "height", (double)b->h));
    }
    return list;
}

static th_err describe(th_edge_export *e, const th_sample *s, const char *below, th_why *why)
{
    const char *slash = strrchr(below, '/');
    json_t *file = json_pack("{s:s,s:s,s:s,s:o,s:o,s:o}", "path", below, "name", slash ? slash + 1 : below, "category",
                             category(s->split), "label", label_json(s), "metadata", metadata_json(s), "boundingBoxes",
                             boxes_json(s));
    if (!file || json_array_append_new(e->files, file)) return no_memory(why);
    return TH_OK;
}

th_err th_edge_export_add(th_edge_export *e, const th_dataset *set, const th_sample *s, th_why *why)
{
    char folder[TH_PATH_BYTES], path[TH_PATH_BYTES], below[TH_PATH_BYTES];
    const char *label = *s->label ? s->label : s->n_segments ? "segments" : "unlabeled";
    TH_TRY(th_path_join(folder, e->dir, category(s->split), why));
    TH_TRY(th_dir_make(folder, why));
    th_text_fmt(below, sizeof below, "%s/%s.%zu.%s", category(s->split), label, e->n + 1,
                s->kind == TH_PICTURE ? s->suffix : "json");
    TH_TRY(th_path_join(path, e->dir, below, why));
    TH_TRY(s->kind == TH_PICTURE  ? write_picture(set, s, path, why)
           : s->kind == TH_SIGNAL ? write_signal(e, set, s, path, why)
                                  : write_sound(e, set, s, path, why));
    e->n++;
    return describe(e, s, below, why);
}

th_err th_edge_export_end(th_edge_export *e, size_t *n, th_why *why)
{
    char path[TH_PATH_BYTES];
    if (!e->n) return th_why_set(why, TH_ENOENT, "there is no such sample. thimble data list shows what there is");
    json_t *root = json_pack("{s:i,s:O}", "version", 1, "files", e->files);
    char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
    json_decref(root);
    if (!text) return no_memory(why);
    th_err err = th_path_join(path, e->dir, "info.labels", why);
    if (!err) err = th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    *n = e->n;
    return err;
}
