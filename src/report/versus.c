#include "report/versus.h"

#include "base/hash.h"
#include "base/text.h"
#include "os/file.h"
#include "report/json.h"
#include "store/store.h"
#include "store/versions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double th_versus_deviation(double part, double n)
{
    if (!(n > 0)) return 0;
    const double p = fmin(fmax(part, 0.5 / n), 1 - 0.5 / n);
    return sqrt(p * (1 - p) / n);
}

double th_versus_deviation_f1(double hits, double n)
{
    if (!(n > 0)) return 0;
    const double j = hits / n;
    return 2 / ((1 + j) * (1 + j)) * th_versus_deviation(j, n);
}

/* ---- is it of now? ---- */

/* FNV-1a of a file of the project as 16 digits; "" when it cannot be read. */
static void hash_of(const th_project *p, const char *name, char hash[24])
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    *hash = 0;
    if (th_project_path(p, name, path, NULL) || !th_file_exists(path) || th_file_read(path, 0, &bytes, &n, NULL))
        return;
    th_text_fmt(hash, 24, "%016llx", (unsigned long long)th_fnv1a(TH_FNV1A_START, (th_span){bytes, n}));
    free(bytes);
}

void th_versus_know(const th_project *p, th_versus_now *now)
{
    char path[TH_PATH_BYTES], id[TH_HASH_BYTES] = "";
    th_store *s = NULL;
    *now = (th_versus_now){0};
    hash_of(p, TH_FILE_INI, now->recipe);
    if (th_project_path(p, TH_FILE_STORE, path, NULL) || !th_file_exists(path)) return;
    if (th_store_open(path, false, &s, NULL) == TH_OK && th_versions_now(s, id, NULL) == TH_OK)
        th_text_fmt(now->data, sizeof now->data, "%s", id);
    th_store_close(s);
}

/* Another text than now's; what is not known is no other. */
static bool other(const json_t *row, const char *key, const char *now)
{
    return *now && strcmp(th_json_str(row, key, now), now) != 0;
}

static bool is_stale(const th_project *p, const json_t *row, const th_versus_now *now)
{
    const char *file = th_json_str(row, "file", "");
    char hash[24] = "";
    if (other(row, "data", now->data) || other(row, "recipe", now->recipe)) return true;
    if (strcmp(file, TH_FILE_FLOAT) == 0) hash_of(p, file, hash);
    return other(row, "model", hash);
}

/* ---- rows ---- */

static bool read_row(const th_project *p, const json_t *o, const th_versus_now *now, th_versus_row *r)
{
    const double features = th_json_num(o, "features_instructions", 0);
    *r = (th_versus_row){.name = th_json_str(o, "name", ""),
                         .problem = th_json_str(o, "problem", NULL),
                         .score = th_json_num(o, "score", -1),
                         .deviation = th_json_num(o, "deviation", 0),
                         .flash = th_json_num(o, "flash", -1),
                         .ram = th_json_num(o, "ram", -1),
                         .instructions = th_json_num(o, "instructions", -1),
                         .all = o,
                         .learner = json_is_true(th_json_at(o, "learner")),
                         .stale = is_stale(p, o, now)};
    if (r->instructions >= 0 && features > 0) r->instructions += features;
    return *r->name && r->score >= 0 && r->score <= 1 && r->deviation >= 0 && r->deviation <= 1 && r->flash < 1e12 &&
           r->ram < 1e12 && r->instructions < 1e15;
}

static int by_score(const void *a, const void *b)
{
    const th_versus_row *p = a, *q = b;
    return p->score != q->score ? (p->score < q->score) - (p->score > q->score) : strcmp(p->name, q->name);
}

static bool counts(const th_versus_row *r)
{
    return !r->stale && !r->problem;
}

/* Bytes of flash; without a board's tools those of the model's file. */
static double size_of(const th_versus_row *r)
{
    return r->flash >= 0 ? r->flash : th_json_num(r->all, "model_bytes", 1e12);
}

void th_versus_read(const th_project *p, const json_t *file, const th_versus_now *now, th_versus *v)
{
    const json_t *rows = th_json_at(file, "rows");
    *v = (th_versus){.best = -1,
                     .take = -1,
                     .measure = th_json_str(file, "measure", "accuracy"),
                     .board = th_json_str(file, "board", "")};
    for (size_t i = 0; i < json_array_size(rows) && v->n < TH_VERSUS_ROWS; i++)
        v->n += read_row(p, json_array_get(rows, i), now, &v->row[v->n]);
    qsort(v->row, (size_t)v->n, sizeof *v->row, by_score);
    for (int i = v->n - 1; i >= 0; i--)
        if (counts(&v->row[i])) v->best = i;
    for (int i = 0; i < v->n && v->best >= 0; i++) {
        const th_versus_row *r = &v->row[i], *best = &v->row[v->best];
        if (!counts(r) || r->score < best->score - best->deviation) continue;
        if (v->take < 0 || size_of(r) < size_of(&v->row[v->take])) v->take = i;
    }
}

const char *th_versus_measure(const th_versus *v)
{
    if (strcmp(v->measure, "f1") == 0) return "F1 of alarms";
    return strcmp(v->measure, "quiet") == 0 ? "normal without an alarm" : "accuracy";
}

/* How many times less, for people; 0 when that cannot be said. */
static double times(double more, double less)
{
    return more > 0 && less > 0 ? more / less : 0;
}

void th_versus_sentence(const th_versus *v, char *buf, size_t cap)
{
    size_t n = 0;
    if (cap) *buf = 0;
    if (v->take < 0 || !cap) return;
    const th_versus_row *t = &v->row[v->take], *best = &v->row[v->best];
    int others = 0;
    for (int i = 0; i < v->n; i++) others += i != v->take && counts(&v->row[i]);
    if (others == 0) return;
    if (t == best) {
        th_text_fmt(buf, cap,
                    "Take %s: no other one is as good, and none that is smaller comes within one standard deviation of "
                    "the test (%.1f points).",
                    t->name, 100 * t->deviation);
        return;
    }
    th_text_fmt(buf, cap,
                "Take %s: it is the smallest of those within one standard deviation of the test (%.1f points) of the "
                "best, %s",
                t->name, 100 * best->deviation, best->name);
    const double flash = times(best->flash, t->flash), work = times(best->instructions, t->instructions);
    n = strlen(buf);
    if (flash > 0 && work > 0)
        th_text_fmt(buf + n, cap - n, ", and takes 1/%.1f of its flash and %s%.1f of its instructions", flash,
                    work >= 1 ? "1/" : "", work >= 1 ? work : 1 / work);
    n = strlen(buf);
    th_text_fmt(buf + n, cap - n, ".");
}
