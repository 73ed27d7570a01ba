#include "course/calc.h"

#include "base/text.h"
#include "course/calc_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTS "xs=0,1,2,3 ys=1,3,5,7"
#define SCORES "bad=0.9,0.8,0.4 good=0.1,0.3,0.5"

typedef struct row {
    th_calc_row row;
    th_calc_fn *run;
} row;

static const row rows[] = {
    {{"line", "Learning", "w=1 b=0 " POINTS, "loss of the line y = w x + b on points, and which way it falls"},
     th_calc_line},
    {{"step", "Learning", "w=1 b=0 rate=0.1 " POINTS, "one step of gradient descent"}, th_calc_step},
    {{"descend", "Learning", "w=0 b=0 rate=0.1 n=10 " POINTS, "n steps of gradient descent"}, th_calc_descend},
    {{"neuron", "Learning", "x=1,2 w=0.5,-1 b=0 activation=relu",
      "what one neuron says (activation: none, relu, sigmoid, tanh, step)"},
     th_calc_neuron},
    {{"layer", "Learning", "x=1,2 w=1,0/0,1 b=0,0 activation=relu", "what a dense layer says; a row of w per neuron"},
     th_calc_layer},
    {{"softmax", "Learning", "z=2,1,0", "parts of 1 from what the last layer says"}, th_calc_softmax},
    {{"crossentropy", "Learning", "z=2,1,0 class=0", "the loss of a classifier: -ln of the right class's part"},
     th_calc_crossentropy},
    {{"parameters", "Learning", "kind=dense inputs=64 units=10 channels=1 kernel=3 bias=1",
      "parameters and bytes of a layer (kind: dense, conv, depthwise)"},
     th_calc_parameters},
    {{"split", "Learning", "n=100 val=10 test=10 people=10 seed=1", "who learns, watches, tests: whole people"},
     th_calc_split},
    {{"patience", "Learning", "losses=5,4,3,3.5,3.2,3.6 patience=2", "when early stopping ends a training"},
     th_calc_patience},
    {{"conv", "Seeing", "picture=0,0,9/0,0,9/0,0,9 kernel=-1,0,1/-1,0,1/-1,0,1 stride=1 padding=valid row=0 column=0",
      "a kernel slides over a picture (padding: valid, same)"},
     th_calc_conv},
    {{"size", "Seeing", "size=28 kernel=3 stride=1 padding=valid", "how many places a window has"}, th_calc_size},
    {{"pool", "Seeing", "picture=1,2,3,4/5,6,7,8 kernel=2 stride=2 kind=max",
      "a picture made smaller (kind: max, mean)"},
     th_calc_pool},
    {{"macs", "Seeing", "kind=conv height=28 width=28 channels=1 units=8 kernel=3 stride=1 padding=same",
      "the work of a layer (kind: conv, depthwise, separable, dense)"},
     th_calc_macs},
    {{"alias", "Hearing", "tone=9000 rate=16000", "which frequency is heard of a tone that is sampled"}, th_calc_alias},
    {{"bin", "Hearing", "tone=440 rate=16000 n=512", "the loudest bin of the FFT of a tone"}, th_calc_bin},
    {{"frames", "Hearing", "ms=1000 rate=16000 window=30 hop=20", "frames of a recording; window and hop in ms"},
     th_calc_frames},
    {{"mel", "Hearing", "hz=1000", "how high it sounds: mel(f) = 1127 ln(1 + f / 700)"}, th_calc_mel},
    {{"band", "Hearing", "band=0 bands=40 low=20 high=4000 rate=16000 n=512", "one of the mel bands"}, th_calc_band},
    {{"decibel", "Hearing", "signal=1 noise=0.1", "signal to noise: 20 log10(signal / noise)"}, th_calc_decibel},
    {{"bits", "Hearing", "bits=16", "what a sample of so many bits can say"}, th_calc_bits},
    {{"scale", "Eight bits", "lo=-1 hi=3", "scale and zero point of a range as int8"}, th_calc_scale},
    {{"quantize", "Eight bits", "x=0.1,0.5,2 lo=-1 hi=3", "values to int8 and back"}, th_calc_quantize},
    {{"arena", "Eight bits", "bytes=4000,2000,8000,1000", "memory for outputs that follow each other"}, th_calc_arena},
    {{"matrix", "Judging", "tp=8 fp=2 fn=1 tn=89", "precision, recall, F1, accuracy of counts"}, th_calc_matrix},
    {{"threshold", "Judging", SCORES " at=0.45 miss=1 alarm=1",
      "what a threshold does: hits, misses, false alarms, and what these cost"},
     th_calc_threshold},
    {{"auc", "Judging", SCORES, "how often a bad one has the higher score"}, th_calc_auc},
    {{"cheapest", "Judging", SCORES " miss=10 alarm=1 rate=0.1", "the threshold that costs least"}, th_calc_cheapest},
    {{"cost", "Judging", "events=10 quiet=1000 miss=0.1 alarm=0.01 cost_miss=50 cost_alarm=1",
      "what errors cost in a day"},
     th_calc_cost},
    {{"rates", "Judging", "rate=0.001 per_second=4", "false alarms an hour, from the part of windows"}, th_calc_rates},
    {{"most", "Judging", "seen=0 hours=1", "how many false alarms there may be when so many were seen"}, th_calc_most},
    {{"sure", "Judging", "right=90 n=100", "where the true accuracy lies with 95 % certainty"}, th_calc_sure},
    {{"fair", "Judging", "a=40,10,10,40 b=20,5,20,55", "two groups compared; each tp,fp,fn,tn"}, th_calc_fair},
    {{"smooth", "Judging", "scores=0.1,0.9,0.2,0.8,0.9 width=3", "the mean of the last scores"}, th_calc_smooth},
    {{"distance", "Neighbours", "a=0,0 b=3,4", "how far two points are from each other"}, th_calc_distance},
    {{"knn", "Neighbours", "points=0,0/1,0/5,5 labels=0,0,1 x=4,4 k=1", "what the nearest points say"}, th_calc_knn},
    {{"kmeans", "Neighbours", "points=0,0/1,0/5,5/6,5 centres=0,0/5,5", "one step of k-means"}, th_calc_kmeans},
    {{"energy", "Devices", "active_ma=5 sleep_ma=0.01 active_ms=50 every_ms=1000 mah=220 volts=3",
      "how long a battery lasts"},
     th_calc_energy},
    {{"budget", "Devices", "board=nano33ble flash=200000 ram=60000", "does it fit on a board?"}, th_calc_budget},
    {{"speed", "Devices", "board=nano33ble instructions=1000000", "time and energy of instructions on a board"},
     th_calc_speed},
    {{"send", "Devices", "bytes=32000 bits_per_second=250000 ma=10 volts=3", "what sending costs instead"},
     th_calc_send},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

const th_calc_row *th_calc_row_at(size_t i)
{
    return i < N_ROWS ? &rows[i].row : NULL;
}

/* ---- values in --------------------------------------------------------------------------------------------------- */

static int find_value(const th_calc *c, const char *name, size_t n)
{
    for (int i = 0; i < c->n; i++)
        if (c->value[i].name_n == n && memcmp(c->value[i].name, name, n) == 0) return i;
    return -1;
}

static void fail(th_calc *c, th_err err)
{
    if (!c->err) c->err = err;
}

/* Defaults of the row: "w=1 b=0". */
static void take_defaults(th_calc *c)
{
    for (const char *p = c->row->takes; *p && c->n < TH_CALC_KEYS; c->n++) {
        const size_t name = strcspn(p, "="), text = strcspn(p + name, " ");
        c->value[c->n].name = p;
        c->value[c->n].name_n = name;
        c->value[c->n].text = p + name + 1;
        c->value[c->n].text_n = text - 1;
        p += name + text;
        while (*p == ' ') p++;
    }
}

static th_err take_word(th_calc *c, const char *word)
{
    const size_t n = strcspn(word, "=");
    const int i = find_value(c, word, n);
    if (i < 0 || word[n] != '=')
        return th_why_set(c->why, TH_EUSAGE, "%s does not know \"%.60s\"; it takes %s", c->row->name, word,
                          c->row->takes);
    c->value[i].text = word + n + 1;
    c->value[i].text_n = strlen(word + n + 1);
    return TH_OK;
}

/* Whole [p, p + n) is a finite number. */
static bool read_number(const char *p, size_t n, double *v)
{
    char text[48], *end;
    if (n == 0 || n >= sizeof text || strspn(p, "0123456789+-.eE") < n) return false;
    memcpy(text, p, n);
    text[n] = 0;
    *v = strtod(text, &end);
    return *end == 0 && isfinite(*v);
}

double th_calc_number(th_calc *c, const char *name, double lo, double hi)
{
    const int i = find_value(c, name, strlen(name));
    double v = lo;
    char range[64];
    if (read_number(c->value[i].text, c->value[i].text_n, &v) && v >= lo && v <= hi) return v;
    snprintf(range, sizeof range, "%.6g to %.6g", lo, hi);
    fail(c, th_why_set(c->why, TH_EUSAGE, "%s: %s takes a number from %s, not \"%.*s\"", c->row->name, name, range,
                       c->value[i].text_n < 40 ? (int)c->value[i].text_n : 40, c->value[i].text));
    return lo;
}

int32_t th_calc_whole(th_calc *c, const char *name, int32_t lo, int32_t hi)
{
    const double v = th_calc_number(c, name, lo, hi);
    if (v == floor(v)) return (int32_t)v;
    fail(c, th_why_set(c->why, TH_EUSAGE, "%s: %s takes a whole number", c->row->name, name));
    return lo;
}

static th_err numbers_fail(th_calc *c, const char *name, const char *wanted)
{
    return th_why_set(c->why, TH_EUSAGE, "%s: %s takes %s", c->row->name, name, wanted);
}

void th_calc_table(th_calc *c, const char *name, th_numbers *t)
{
    const int i = find_value(c, name, strlen(name));
    const char *p = c->value[i].text, *end = p + c->value[i].text_n;
    int32_t columns = 0;
    t->n = t->rows = t->columns = 0;
    for (bool more = true; more; p++) {
        const char *start = p;
        while (p < end && *p != ',' && *p != '/') p++;
        if (t->n == TH_CALC_VALUES || !read_number(start, (size_t)(p - start), &t->v[t->n])) {
            fail(c,
                 numbers_fail(c, name, "numbers with commas between, rows divided by /, as in 1,2/3,4; at most 1024"));
            return;
        }
        t->f[t->n] = (float)t->v[t->n];
        t->n++;
        columns++;
        more = p < end;
        if (more && *p == ',') continue;
        if (t->rows++ > 0 && columns != t->columns) {
            fail(c, numbers_fail(c, name, "rows that are equally long"));
            return;
        }
        t->columns = columns;
        columns = 0;
    }
}

void th_calc_list(th_calc *c, const char *name, int32_t lo, int32_t hi, th_numbers *list)
{
    char wanted[80];
    th_calc_table(c, name, list);
    if (c->err || (list->rows == 1 && list->n >= lo && list->n <= hi)) return;
    if (lo == hi)
        th_text_fmt(wanted, sizeof wanted, "%ld numbers with commas between", (long)lo);
    else
        th_text_fmt(wanted, sizeof wanted, "%ld to %ld numbers with commas between", (long)lo, (long)hi);
    fail(c, numbers_fail(c, name, wanted));
}

int th_calc_word(th_calc *c, const char *name, const char *const *words)
{
    char given[32], all[128];
    size_t n = 0;
    th_calc_text(c, name, given, sizeof given);
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], given) == 0) return i;
        n += th_text_fmt(all + n, sizeof all - n, "%s%s", i ? ", " : "", words[i]);
    }
    fail(c, th_why_set(c->why, TH_EUSAGE, "%s: %s is one of %s, not \"%s\"", c->row->name, name, all, given));
    return 0;
}

void th_calc_text(th_calc *c, const char *name, char *text, size_t cap)
{
    const int i = find_value(c, name, strlen(name));
    th_text_fmt(text, cap, "%.*s", (int)c->value[i].text_n, c->value[i].text);
}

void th_calc_need(th_calc *c, bool holds, const char *text)
{
    if (!holds) fail(c, th_why_set(c->why, TH_EUSAGE, "%s: %s", c->row->name, text));
}

/* ---- results out ------------------------------------------------------------------------------------------------- */

static void set(th_calc *c, const char *name, json_t *v)
{
    if (json_object_set_new(c->out, name, v)) fail(c, TH_ENOMEM);
}

/* JSON has no infinity: such a result is out of range. */
static json_t *real(th_calc *c, double v)
{
    if (!isfinite(v))
        fail(c, th_why_set(c->why, TH_ERANGE, "%s: the result is too large for a number: take smaller values",
                           c->row->name));
    return json_real(isfinite(v) ? v : 0);
}

void th_calc_set(th_calc *c, const char *name, double v)
{
    set(c, name, real(c, v));
}

void th_calc_set_whole(th_calc *c, const char *name, int64_t v)
{
    set(c, name, json_integer(v));
}

void th_calc_set_yes(th_calc *c, const char *name, bool yes)
{
    set(c, name, json_boolean(yes));
}

void th_calc_set_list(th_calc *c, const char *name, const double *v, int32_t n)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < n; i++) json_array_append_new(list, real(c, v[i]));
    set(c, name, list);
}

void th_calc_set_floats(th_calc *c, const char *name, const float *v, int32_t n)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < n; i++) json_array_append_new(list, real(c, (double)v[i]));
    set(c, name, list);
}

void th_calc_set_table(th_calc *c, const char *name, const float *v, int32_t n_rows, int32_t columns)
{
    json_t *table = json_array();
    for (int32_t r = 0; r < n_rows; r++) {
        json_t *list = json_array();
        for (int32_t i = 0; i < columns; i++) json_array_append_new(list, real(c, (double)v[r * columns + i]));
        json_array_append_new(table, list);
    }
    set(c, name, table);
}

/* ---- one computation --------------------------------------------------------------------------------------------- */

static const row *find_row(const char *name)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strcmp(rows[i].row.name, name) == 0) return &rows[i];
    return NULL;
}

static th_err no_row(const char *name, th_why *why)
{
    char all[512];
    size_t n = 0;
    for (size_t i = 0; i < N_ROWS && n < sizeof all; i++)
        n += th_text_fmt(all + n, sizeof all - n, "%s%s", i ? ", " : "", rows[i].row.name);
    return th_why_set(why, TH_EUSAGE, "there is no \"%.40s\" to be computed; there are %s", name, all);
}

th_err th_calc_run(const char *name, const char *const *word, int n, json_t **result, th_why *why)
{
    const row *r = find_row(name);
    *result = NULL;
    if (!r) return no_row(name, why);
    th_calc c = {.row = &r->row, .why = why};
    take_defaults(&c);
    for (int i = 0; i < n; i++) TH_TRY(take_word(&c, word[i]));
    c.out = json_object();
    if (c.out) r->run(&c);
    if (!c.out || c.err == TH_ENOMEM) c.err = th_why_set(why, TH_ENOMEM, "out of memory in a computation");
    if (c.err) {
        json_decref(c.out);
        return c.err;
    }
    *result = c.out;
    return TH_OK;
}
