/* thimble.ini: one table of keys gives reading, checking, the texts of errors and (through the
 * template at the end) writing. */
#include "data/project.h"

#include "base/text.h"
#include "data/project_edit.h"
#include "model/spec.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

typedef enum kind {
    KIND_TASK,
    KIND_LABELS,
    KIND_PRESET,
    KIND_FEATURES,
    KIND_NAME,
    KIND_WORD, /* one of those in `words` */
    KIND_SIZE, /* HEIGHTxWIDTH: two int32_t */
    KIND_INT,
    KIND_SEED,
    KIND_FLOAT
} kind;

typedef struct key {
    const char *section, *name;
    kind kind;
    size_t offset; /* in th_project */
    double lo, hi;
    bool can_be_preset; /* the word "preset" stands for 0 */
    unsigned tasks;     /* bits of th_task_input; 0: all */
    size_t cap;         /* of a text */
    const char *words;  /* of KIND_WORD: "rgb grey " */
} key;

#define AT(member)   offsetof(th_project, member)
#define TEXT(member) AT(member), .cap = sizeof((th_project *)NULL)->member
#define SOUND        (1u << TH_IN_SOUND)
#define SIGNAL       (1u << TH_IN_SIGNAL)
#define PICTURE      (1u << TH_IN_PICTURE)
#define STROKE       (1u << TH_IN_STROKE)
#define NUMBER       (1u << TH_IN_NUMBER)
static const key keys[] = {
    {"project", "task", KIND_TASK, TEXT(task)},
    {"project", "labels", KIND_LABELS, AT(labels), .lo = 0},
    {"signal", "rate_hz", KIND_FLOAT, AT(recipe.rate_hz), 1e-5, 100000, .tasks = SIGNAL},
    {"signal", "window_ms", KIND_INT, AT(recipe.window_ms), 1, 1e9, .tasks = SIGNAL},
    {"signal", "hop_ms", KIND_INT, AT(recipe.hop_ms), 1, 1e9, .tasks = SIGNAL},
    {"signal", "pause_ms", KIND_INT, AT(recipe.pause_ms), 1, 1e9, .tasks = SIGNAL},
    {"signal", "baseline", KIND_WORD, TEXT(recipe.baseline), .tasks = SIGNAL, .words = "none group "},
    {"signal", "baseline_ms", KIND_INT, AT(recipe.baseline_ms), 1, 1e9, .tasks = SIGNAL},
    {"features", "blocks", KIND_NAME, TEXT(recipe.blocks), .tasks = SIGNAL},
    {"features", "summary", KIND_NAME, TEXT(summary), .tasks = SIGNAL},
    {"features", "change", KIND_NAME, TEXT(change), .tasks = SOUND | SIGNAL},
    {"gesture", "strokes", KIND_WORD, TEXT(recipe.strokes), .tasks = STROKE, .words = "points raster "},
    {"gesture", "change", KIND_NAME, TEXT(change), .tasks = STROKE},
    {"gesture", "points", KIND_INT, AT(recipe.points), 8, 1024, .tasks = STROKE},
    {"picture", "size", KIND_SIZE, AT(picture_h), 8, 1024, .tasks = PICTURE},
    {"picture", "colour", KIND_WORD, TEXT(colour), .tasks = PICTURE, .words = "rgb grey "},
    {"picture", "pixels", KIND_NAME, TEXT(pixels), .tasks = PICTURE},
    {"picture", "change", KIND_NAME, TEXT(change), .tasks = PICTURE},
    {"anomaly", "percentile", KIND_FLOAT, AT(percentile), 50, 100, .tasks = SIGNAL},
    {"anomaly", "factor", KIND_FLOAT, AT(factor), 0.01, 1000, .tasks = SIGNAL},
    {"anomaly", "trim", KIND_FLOAT, AT(recipe.trim), 0, 50, .tasks = SIGNAL},
    {"anomaly", "threshold", KIND_WORD, TEXT(threshold), .tasks = SIGNAL, .words = "percentile cost "},
    {"anomaly", "cost_false_alarm", KIND_FLOAT, AT(cost_false_alarm), 1e-6, 1e9, .tasks = SIGNAL},
    {"anomaly", "cost_miss", KIND_FLOAT, AT(cost_miss), 1e-6, 1e9, .tasks = SIGNAL},
    {"anomaly", "fault_rate", KIND_FLOAT, AT(fault_rate), 1e-9, 0.999, .tasks = SIGNAL},
    {"sine", "points", KIND_INT, AT(sine_points), 16, 1000000, .tasks = NUMBER},
    {"sine", "noise", KIND_FLOAT, AT(sine_noise), 0, 10, .tasks = NUMBER},
    {"features", "rate_hz", KIND_INT, AT(rate_hz), 4000, 48000, .tasks = SOUND},
    {"features", "clip_ms", KIND_INT, AT(clip_ms), 100, 10000, .tasks = SOUND},
    {"features", "window_ms", KIND_INT, AT(window_ms), 5, 200, .tasks = SOUND},
    {"features", "hop_ms", KIND_INT, AT(hop_ms), 2, 200, .tasks = SOUND},
    {"features", "kind", KIND_FEATURES, AT(feature_kind), .tasks = SOUND},
    {"features", "mel_bands", KIND_INT, AT(n_mel), 4, TH_MAX_COEFS, .tasks = SOUND},
    {"features", "coefficients", KIND_INT, AT(n_coef), 1, TH_MAX_COEFS, true, .tasks = SOUND},
    {"features", "low_hz", KIND_FLOAT, AT(low_hz), 0, 24000, .tasks = SOUND},
    {"features", "high_hz", KIND_FLOAT, AT(high_hz), 100, 24000, .tasks = SOUND},
    {"train", "preset", KIND_PRESET, TEXT(preset)},
    {"train", "epochs", KIND_INT, AT(epochs), 1, 10000, .can_be_preset = true},
    {"train", "batch", KIND_INT, AT(batch), 1, 4096, .can_be_preset = true},
    {"train", "learning_rate", KIND_FLOAT, AT(learning_rate), 1e-6, 1, .can_be_preset = true},
    {"train", "seed", KIND_SEED, AT(seed), .lo = 0},
    {"detect", "threshold", KIND_FLOAT, AT(detect.threshold), 0, 1, .tasks = SOUND},
    {"detect", "window_ms", KIND_INT, AT(detect.window_ms), 1, 10000, .tasks = SOUND},
    {"detect", "suppress_ms", KIND_INT, AT(detect.suppress_ms), 0, 60000, .tasks = SOUND},
    {"detect", "min_count", KIND_INT, AT(detect.min_count), 1, TH_DETECT_HISTORY, .tasks = SOUND},
    {"detect", "stride_ms", KIND_INT, AT(detect.stride_ms), 10, 1000, .tasks = SOUND},
    {"deploy", "board", KIND_NAME, TEXT(board)},
};
#define N_KEYS     (sizeof keys / sizeof keys[0])
#define KEY_LABELS 1

/* ---- numbers, the same in every locale ---------------------------------------------------- */

/* "12", "0.25", "3e-3": the whole text, or false. */
static bool parse_number(const char *text, double *value)
{
    const char *c = text;
    double v = 0, unit = 1;
    bool digits = false;
    for (; *c >= '0' && *c <= '9'; c++, digits = true) v = v * 10 + (*c - '0');
    if (*c == '.')
        for (c++; *c >= '0' && *c <= '9'; c++, digits = true) v += (*c - '0') * (unit /= 10);
    if (digits && (*c == 'e' || *c == 'E')) {
        const bool down = c[1] == '-';
        int e = 0;
        c += c[1] == '-' || c[1] == '+' ? 2 : 1;
        digits = false;
        for (; *c >= '0' && *c <= '9' && e < 100; c++, digits = true) e = e * 10 + (*c - '0');
        for (; e > 0; e--) v = down ? v / 10 : v * 10;
    }
    *value = v;
    return digits && !*c;
}

/* Up to 6 decimals, no zeros at the end. */
static const char *print_number(double v, char buf[32])
{
    const uint64_t micro = (uint64_t)(v * 1e6 + 0.5);
    size_t n = th_text_fmt(buf, 32, "%llu.%06llu", (unsigned long long)(micro / 1000000),
                           (unsigned long long)(micro % 1000000));
    while (buf[n - 1] == '0') buf[--n] = 0;
    if (buf[n - 1] == '.') buf[n - 1] = 0;
    return buf;
}

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct parse {
    const char *file;
    const char *at, *end; /* what is left of the text */
    char *pending;        /* the rest of a long line */
    char line_text[16384];
    int line;         /* of the file, from 1 */
    bool continued;   /* the line given out last goes on */
    bool in_model;    /* inside [model], whose lines are no keys */
    int seen[N_KEYS]; /* line of each key, 0 = not there */
    const th_task *task;
    char **labels;
    int n_labels;
    th_project *p;
    th_why *why;
    th_err err;
} parse;

#define FRESH ". Mend the line; or make a fresh file with `thimble new OTHER --labels ..` and copy its thimble.ini here"

static th_err bad_line(parse *s, const char *text, const char *detail)
{
    return s->err ? s->err
                  : (s->err = th_why_set(s->why, TH_EFORMAT, "%s, line %d: %s%s", s->file, s->line, text, detail));
}

/* libinih cuts lines at 200 bytes, and a list of labels may be longer: a long line is handed over
 * in parts that end at a comma; a part that starts with a space continues the value before. */
#define PART_BYTES 190

static char *hand_over(parse *s, char *out, int max)
{
    size_t len = strlen(s->pending), cut = len;
    const bool first = s->pending == s->line_text;
    if (len > PART_BYTES) {
        cut = PART_BYTES - 2;
        while (cut > 0 && s->pending[cut - 1] != ',') cut--;
        if (cut == 0) {
            bad_line(s, "the line is too long", "");
            return NULL;
        }
    }
    th_text_fmt(out, (size_t)max, "%s%.*s\n", first ? "" : " ", (int)cut, s->pending);
    s->continued = !first;
    s->pending = cut < len ? s->pending + cut : NULL;
    return out;
}

/* A line of [model] is kept as it stands, and of a remark its place, so that errors can name the number of the line. */
static th_err add_model_line(parse *s, const char *line, size_t len)
{
    const size_t used = strlen(s->p->model);
    if (memchr(line, 0, len)) return bad_line(s, "this is not a line of text", FRESH);
    if (used + len + 2 > sizeof s->p->model) return bad_line(s, "the lines of [model] are longer than 8000 bytes", "");
    memcpy(s->p->model + used, line, len);
    memcpy(s->p->model + used + len, "\n", 2);
    return TH_OK;
}

/* What "[" begins. */
static th_err start_section(parse *s)
{
    s->in_model = strncmp(s->line_text, "[model]", 7) == 0;
    if (!s->in_model) return TH_OK;
    if (s->p->model_line) return bad_line(s, "there is a [model] already. Keep one of them", "");
    s->p->model_line = s->line + 1;
    return TH_OK;
}

/* The next line that is not a remark, without spaces around it, into line_text. */
static bool next_line(parse *s)
{
    while (s->at < s->end && !s->err) {
        const char *start = s->at, *stop = memchr(start, '\n', (size_t)(s->end - start));
        s->at = stop ? stop + 1 : s->end;
        if (!stop) stop = s->end;
        s->line++;
        if (s->line == 1 && stop - start >= 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0) start += 3;
        while (start < stop && (*start == ' ' || *start == '\t')) start++;
        while (start < stop && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r')) stop--;
        const bool remark = start == stop || *start == '#' || *start == ';';
        const size_t len = (size_t)(stop - start);
        if (s->in_model && (remark || *start != '[')) {
            if (add_model_line(s, start, remark ? 0 : len)) return false;
            continue;
        }
        if (remark) continue;
        if (memchr(start, 0, len) || len >= sizeof s->line_text)
            return bad_line(s, "this is not a line of text", FRESH), false;
        memcpy(s->line_text, start, len);
        s->line_text[len] = 0;
        if (*start == '[' ? !memchr(start, ']', len) : !strpbrk(s->line_text, "=:"))
            return bad_line(s, "expected \"key = value\" or \"[section]\"; a remark starts with #", FRESH), false;
        return *start != '[' || !start_section(s);
    }
    return false;
}

static char *read_line(char *out, int max, void *stream)
{
    parse *s = stream;
    if (!s->pending) {
        if (!next_line(s)) return NULL;
        s->pending = s->line_text;
    }
    return hand_over(s, out, max);
}

static th_err add_labels(parse *s, const char *list)
{
    for (const char *c = list; *c;) {
        while (*c == ' ' || *c == '\t' || *c == ',') c++;
        size_t len = strcspn(c, ",");
        const char *next = c + len;
        while (len && (c[len - 1] == ' ' || c[len - 1] == '\t')) len--;
        if (len) {
            char **more = realloc(s->labels, (size_t)(s->n_labels + 1) * sizeof *more);
            if (more) s->labels = more;
            if (!more || !(s->labels[s->n_labels] = strndup(c, len)))
                return s->err = th_why_set(s->why, TH_ENOMEM, "out of memory");
            s->n_labels++;
        }
        c = next;
    }
    return TH_OK;
}

static th_err set_name(parse *s, const key *k, const char *value)
{
    if (!*value || strlen(value) >= k->cap) return bad_line(s, k->name, " is empty or too long");
    memcpy((char *)s->p + k->offset, value, strlen(value) + 1);
    return TH_OK;
}

static th_err set_preset(parse *s, const key *k, const char *value)
{
    char text[TH_PRESET_BYTES];
    th_preset preset;
    th_why inner = {0};
    if (th_task_learner(s->task, value)) return set_name(s, k, value);
    return th_preset_make(value, text, &preset, &inner) ? bad_line(s, "", inner.text) : set_name(s, k, value);
}

/* The words of a list that ends each with a blank. */
static th_err set_word(parse *s, const key *k, const char *value)
{
    char text[160], word[34];
    th_text_fmt(word, sizeof word, "%.32s ", value);
    const char *at = strstr(k->words, word);
    if (at && (at == k->words || at[-1] == ' ')) return set_name(s, k, value);
    th_text_fmt(text, sizeof text, "%s is one of %snot \"%.40s\"", k->name, k->words, value);
    return bad_line(s, text, "");
}

static th_err set_size(parse *s, const key *k, const char *value)
{
    double v[2] = {0};
    char part[16];
    const char *x = strchr(value, 'x');
    const size_t n = x ? (size_t)(x - value) : sizeof part;
    if (n < sizeof part) {
        th_text_fmt(part, sizeof part, "%.*s", (int)n, value);
        if (parse_number(part, &v[0]) && parse_number(x + 1, &v[1]))
            for (int i = 0; i < 2; i++)
                if (v[i] < k->lo || v[i] > k->hi || v[i] != (double)(int32_t)v[i]) x = NULL;
        const int32_t side[2] = {(int32_t)v[0], (int32_t)v[1]};
        if (x && v[0] > 0 && v[1] > 0) {
            memcpy((char *)s->p + k->offset, side, sizeof side);
            return TH_OK;
        }
    }
    th_text_fmt(part, sizeof part, "%d to %d", (int)k->lo, (int)k->hi);
    char text[160];
    th_text_fmt(text, sizeof text, "%s is height x width, such as 96x96, each from %s, not \"%.40s\"", k->name, part,
                value);
    return bad_line(s, text, "");
}

static th_err set_number(parse *s, const key *k, const char *value)
{
    double v;
    char text[160], lo[32], hi[32];
    unsigned char *at = (unsigned char *)s->p + k->offset;
    const bool preset = k->can_be_preset && strcmp(value, "preset") == 0;
    bool good = parse_number(value, &v) && v >= k->lo && v <= k->hi;
    if (good && k->kind == KIND_INT) good = v == (double)(int32_t)v;
    if (!good && !preset) {
        th_text_fmt(text, sizeof text, "%s is a %snumber from %s to %s%s, not \"%.40s\"", k->name,
                    k->kind == KIND_INT ? "whole " : "", print_number(k->lo, lo), print_number(k->hi, hi),
                    k->can_be_preset ? ", or the word preset" : "", value);
        return bad_line(s, text, "");
    }
    if (preset) v = 0;
    const int32_t i = (int32_t)v;
    const float f = (float)v;
    if (k->kind == KIND_INT)
        memcpy(at, &i, sizeof i);
    else
        memcpy(at, &f, sizeof f);
    return TH_OK;
}

static th_err set_seed(parse *s, const char *value)
{
    uint64_t v = 0;
    const char *c = value;
    for (; *c >= '0' && *c <= '9' && v <= (UINT64_MAX - 9) / 10; c++) v = v * 10 + (uint64_t)(*c - '0');
    if (c == value || *c) return bad_line(s, "seed is a whole number, 0 or more, not ", value);
    s->p->seed = v;
    return TH_OK;
}

static th_err set_features(parse *s, const char *value)
{
    if (strcmp(value, "preset") == 0)
        s->p->feature_kind = -1;
    else if (strcmp(value, "mfcc") == 0)
        s->p->feature_kind = TH_MFCC;
    else if (strcmp(value, "logmel") == 0)
        s->p->feature_kind = TH_LOGMEL;
    else
        return bad_line(s, "kind is one of mfcc, logmel, preset, not ", value);
    return TH_OK;
}

/* Is it a key of projects with this task? */
static bool belongs(const parse *s, const key *k)
{
    if (strcmp(k->section, "anomaly") == 0 && s->task->output != TH_OUT_INPUT) return false;
    return !k->tasks || (k->tasks >> s->task->input & 1);
}

static th_err unknown_key(parse *s, const char *section, const char *name)
{
    char text[600];
    size_t n = th_text_fmt(text, sizeof text, "[%.40s] has no key \"%.40s\". Possible: ", section, name);
    const char *before = "";
    for (size_t i = 0; i < N_KEYS && n < sizeof text; i++) {
        if (!belongs(s, &keys[i])) continue;
        if (strcmp(before, keys[i].section) != 0)
            n += th_text_fmt(text + n, sizeof text - n, "%s[%s]", *before ? "; " : "", keys[i].section);
        before = keys[i].section;
        if (n < sizeof text) n += th_text_fmt(text + n, sizeof text - n, " %s", keys[i].name);
    }
    return bad_line(s, text, "");
}

static th_err bad_task(parse *s, const char *value)
{
    char text[600], list[480];
    (void)th_task_list(list, sizeof list);
    th_text_fmt(text, sizeof text, "there is no task \"%.40s\". The tasks are: %s", value, list);
    return bad_line(s, text, "");
}

static th_err set(parse *s, size_t row, const char *value)
{
    const key *k = &keys[row];
    if (s->seen[row] && !s->continued) {
        char text[96];
        th_text_fmt(text, sizeof text, "%s is there already in line %d. Keep one of them", k->name, s->seen[row]);
        return bad_line(s, text, "");
    }
    s->seen[row] = s->line;
    switch (k->kind) {
    case KIND_TASK: return th_task_find(value) ? set_name(s, k, value) : bad_task(s, value);
    case KIND_LABELS: return add_labels(s, value);
    case KIND_PRESET: return set_preset(s, k, value);
    case KIND_FEATURES: return set_features(s, value);
    case KIND_NAME: return set_name(s, k, value);
    case KIND_WORD: return set_word(s, k, value);
    case KIND_SIZE: return set_size(s, k, value);
    case KIND_SEED: return set_seed(s, value);
    case KIND_INT:
    case KIND_FLOAT: break;
    }
    return set_number(s, k, value);
}

/* A key of [train] that src/train knows, or refuses when a training is started. */
static th_err keep_train(parse *s, const char *name, const char *value)
{
    th_project *p = s->p;
    th_ini_line *line = s->continued && p->n_train ? &p->train[p->n_train - 1] : NULL;
    for (int32_t i = 0; !line && i < p->n_train; i++)
        if (strcmp(p->train[i].key, name) == 0) {
            char text[96];
            th_text_fmt(text, sizeof text, "%.32s is there already in line %d. Keep one of them", name,
                        p->train[i].line);
            return bad_line(s, text, "");
        }
    if (!line && (p->n_train == TH_MAX_TRAIN_LINES || strlen(name) >= sizeof line->key))
        return bad_line(s, "[train] has no such key, or too many: ", name);
    if (!line) {
        line = &p->train[p->n_train++];
        *line = (th_ini_line){.line = s->line};
        memcpy(line->key, name, strlen(name) + 1);
    }
    const size_t used = strlen(line->value);
    if (used + strlen(value) >= sizeof line->value) return bad_line(s, name, " is too long");
    memcpy(line->value + used, value, strlen(value) + 1);
    return TH_OK;
}

static int on_key(void *ctx, const char *section, const char *name, const char *value)
{
    parse *s = ctx;
    if (s->err) return 0;
    for (size_t i = 0; i < N_KEYS; i++)
        if (strcmp(section, keys[i].section) == 0 && strcmp(name, keys[i].name) == 0 && belongs(s, &keys[i]))
            return set(s, i, value) == TH_OK;
    if (strcmp(section, "train") == 0) return keep_train(s, name, value) == TH_OK;
    return unknown_key(s, section, name) == TH_OK;
}

/* What no single line can be wrong about. */
static th_err check_together(parse *s)
{
    th_project *p = s->p;
    if (p->model[strspn(p->model, "\n")] == 0) { /* remarks only */
        memset(p->model, 0, sizeof p->model);
        p->model_line = 0;
    }
    if (!s->seen[KEY_LABELS] && s->task->labels[0])
        return th_why_set(s->why, TH_EFORMAT, "%s: [project] has no labels. Add a line like: labels = yes, no",
                          s->file);
    if (s->seen[KEY_LABELS]) s->line = s->seen[KEY_LABELS];
    th_why inner = {0};
    if (th_project_set_labels(p, (const char *const *)s->labels, s->n_labels, &inner))
        return bad_line(s, "", inner.text);
    if (s->task->input == TH_IN_SIGNAL && p->recipe.hop_ms > p->recipe.window_ms)
        return th_why_set(s->why, TH_EFORMAT, "%s: [signal] hop_ms must not be above window_ms: rows would be left out",
                          s->file);
    if (p->low_hz >= p->high_hz || p->high_hz * 2 > (float)p->rate_hz)
        return th_why_set(s->why, TH_EFORMAT,
                          "%s: [features] low_hz must be below high_hz, and high_hz at most half of rate_hz (%d)",
                          s->file, p->rate_hz);
    if (p->hop_ms > p->clip_ms || p->window_ms > p->clip_ms)
        return th_why_set(s->why, TH_EFORMAT, "%s: [features] window_ms and hop_ms must be below clip_ms", s->file);
    if (p->n_coef > p->n_mel)
        return th_why_set(s->why, TH_EFORMAT, "%s: [features] coefficients (%d) must not be above mel_bands (%d)",
                          s->file, p->n_coef, p->n_mel);
    return TH_OK;
}

static void set_defaults(th_project *p)
{
    *p = (th_project){
        .task = "keyword",
        .rate_hz = 16000,
        .clip_ms = 1000,
        .window_ms = 30,
        .hop_ms = 20,
        .n_mel = 40,
        .n_coef = 0,
        .low_hz = 20,
        .high_hz = 7600,
        .feature_kind = -1,
        .preset = "ds-cnn-s",
        .seed = 1,
        .board = "nano33ble",
        .recipe = {.rate_hz = 50,
                   .window_ms = 1000,
                   .hop_ms = 250,
                   .pause_ms = 500,
                   .blocks = "raw",
                   .strokes = "points",
                   .baseline = "none",
                   .baseline_ms = 300000,
                   .points = 64},
        .picture_h = 96,
        .picture_w = 96,
        .colour = "rgb",
        .pixels = "0..1",
        .percentile = 99,
        .factor = 1.5f,
        .threshold = "percentile",
        .cost_false_alarm = 1,
        .cost_miss = 10,
        .fault_rate = 0.01f,
        .sine_points = 1000,
        .sine_noise = 0.1f,
        .detect = {.window_ms = 1000, .suppress_ms = 1500, .min_count = 3, .stride_ms = 200, .threshold = 0.5f},
    };
}

const th_task *th_project_task(const th_project *p)
{
    return th_task_find(p->task);
}

/* The task that a text names, before its other lines can be understood; that of keywords when there is none. */
static const th_task *task_of(th_span text)
{
    size_t from, to;
    char name[24] = "";
    if (th_ini_find((const char *)text.p, text.n, "project", "task", &from, &to)) {
        const char *at = (const char *)text.p + from, *end = (const char *)text.p + to;
        while (at < end && *at != '=' && *at != ':') at++;
        while (at < end && (*at == '=' || *at == ':' || *at == ' ' || *at == '\t')) at++;
        while (end > at && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) end--;
        if ((size_t)(end - at) < sizeof name) memcpy(name, at, (size_t)(end - at));
    }
    const th_task *task = th_task_find(name);
    return task ? task : th_task_row(0);
}

/* The lines of a text into p. */
static th_err read_text(parse *s, th_span text)
{
    s->at = (const char *)text.p, s->end = s->at + text.n;
    const int bad = text.n ? ini_parse_stream(read_line, s, on_key, s) : 0;
    if (s->err || !bad) return s->err;
    return th_why_set(s->why, TH_EFORMAT, "%s, line %d: expected \"key = value\" or \"[section]\"", s->file, s->line);
}

/* What a fresh thimble.ini of the task says is what stands for keys that are not there. */
static th_err set_task(parse *s, const th_task *task)
{
    *s = (parse){.file = task->name, .p = s->p, .why = s->why, .task = task};
    set_defaults(s->p);
    th_text_fmt(s->p->task, sizeof s->p->task, "%s", task->name);
    th_text_fmt(s->p->preset, sizeof s->p->preset, "%s", task->preset);
    if (task->input == TH_IN_SOUND) th_text_fmt(s->p->change, sizeof s->p->change, "usual");
    return read_text(s, (th_span){(const uint8_t *)task->sections, strlen(task->sections)});
}

th_err th_project_parse(th_span text, const char *file, th_project *p, th_why *why)
{
    parse *s = calloc(1, sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    s->p = p, s->why = why;
    const th_task *task = task_of(text);
    th_err err = set_task(s, task);
    if (!err) {
        *s = (parse){.file = file, .p = p, .why = why, .task = task};
        err = read_text(s, text);
    }
    if (!err) err = check_together(s);
    for (int i = 0; i < s->n_labels; i++) free(s->labels[i]);
    free(s->labels);
    free(s);
    return err;
}

th_err th_project_path(const th_project *p, const char *name, char buf[TH_PATH_BYTES], th_why *why)
{
    return th_path_join(buf, p->dir, name, why);
}

th_err th_project_load(const char *dir, th_project *p, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *text;
    size_t n;
    TH_TRY(th_path_join(path, dir, TH_FILE_INI, why));
    if (!th_file_exists(path))
        return th_why_set(
            why, TH_ENOENT,
            "%s is not a Thimble project: it has no %s. Make one with: thimble new %s --task keyword --labels yes,no",
            dir, TH_FILE_INI, strcmp(dir, ".") == 0 ? "DIR" : dir);
    TH_TRY(th_file_read(path, TH_INI_BYTES, &text, &n, why));
    const th_err err = th_project_parse((th_span){text, n}, path, p, why);
    free(text);
    if (!err) memcpy(p->dir, dir, strlen(dir) + 1); /* it fits: path_join had room for more */
    return err;
}

/* ---- writing ------------------------------------------------------------------------------ */

th_err th_project_defaults(const char *name, const char *const *labels, int n_labels, th_project *p, th_why *why)
{
    const th_task *task = th_task_find(name);
    char list[480];
    (void)th_task_list(list, sizeof list);
    if (!task) return th_why_set(why, TH_EUSAGE, "there is no task \"%s\". The tasks are: %s", name, list);
    parse *s = calloc(1, sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    s->p = p, s->why = why;
    const th_err err = set_task(s, task);
    free(s);
    return err ? err : th_project_set_labels(p, labels, n_labels, why);
}

/* Sections of a project of words. */
static size_t print_sound(const th_project *p, char *buf, size_t cap)
{
    char low[32], high[32];
    return th_text_fmt(
        buf, cap,
        "[features]\n# How sound becomes a picture: windows of window_ms, one every hop_ms, over clip_ms of sound.\n"
        "rate_hz = %d\nclip_ms = %d\nwindow_ms = %d\nhop_ms = %d\n"
        "# mfcc, logmel or preset\nkind = preset\nmel_bands = %d\ncoefficients = preset\nlow_hz = %s\nhigh_hz = %s\n"
        "# How clips are changed each time they are heard in training: usual, and behind it stretch, pitch; or words "
        "of\n"
        "# docs/tasks.md; or none.\nchange = usual\n\n",
        p->rate_hz, p->clip_ms, p->window_ms, p->hop_ms, p->n_mel, print_number((double)p->low_hz, low),
        print_number((double)p->high_hz, high));
}

static size_t print_detect(const th_project *p, char *buf, size_t cap)
{
    char threshold[32];
    return th_text_fmt(
        buf, cap,
        "[detect]\n# A word counts when its mean score over window_ms is above threshold (0 to 1).\n"
        "# Higher: fewer false alarms, more words missed.\nthreshold = %s\nwindow_ms = %d\nmin_count = %d\n"
        "# After a word nothing is reported for suppress_ms; the network runs every stride_ms.\nsuppress_ms = "
        "%d\nstride_ms = %d\n\n",
        print_number((double)p->detect.threshold, threshold), p->detect.window_ms, p->detect.min_count,
        p->detect.suppress_ms, p->detect.stride_ms);
}

static size_t print_train(const th_project *p, bool sound, char *buf, size_t cap)
{
    return th_text_fmt(
        buf, cap,
        "[train]\n%spreset = %s\n"
        "epochs = preset\nbatch = preset\nlearning_rate = preset\nseed = %llu\n"
        "# More keys (loss, optimizer, schedule, clip, stop_on, class_weights ..) are those of thimble train --help,\n"
        "# with _ for -:  class_weights = auto\n\n"
        "[model]\n# Layers of your own, one a line, instead of the preset's. thimble model shows what they cost;\n"
        "# thimble model --text prints the preset's, to start from. An example:\n"
        "# conv2d 8 10x8 stride 2x2 relu\n# dropout 0.5\n# dense classes\n\n",
        sound
            ? "# tiny-conv (smallest), ds-cnn-s (better), ds-cnn (best for ten words and more); others: thimble model "
              "--list\n"
            : "# The network; others: thimble model --list\n",
        p->preset, (unsigned long long)p->seed);
}

static th_err write_ini(const th_project *p, const char *path, th_why *why)
{
    const th_task *task = th_project_task(p);
    const bool sound = task->input == TH_IN_SOUND;
    char labels[TH_LABEL_LINE_BYTES], text[TH_LABEL_LINE_BYTES + 4096];
    th_ini_labels(p, labels, sizeof labels);
    size_t n = th_text_fmt(
        text, sizeof text,
        "# A Thimble project. Change what you like, then run thimble train again.\n"
        "# \"preset\" means: what the preset brings along.\n\n[project]\ntask = %s\n%slabels = %s\n\n",
        p->task,
        sound ? "# The words to hear. \"unknown\" (all other words) and \"silence\" are added by themselves.\n"
        : *task->labels || task->output == TH_OUT_VALUES
            ? ""
            : "# Left empty, the labels are those of the data: thimble data import fills them in.\n",
        labels);
    if (n < sizeof text)
        n += sound ? print_sound(p, text + n, sizeof text - n)
                   : th_text_fmt(text + n, sizeof text - n, "%s", task->sections);
    if (n < sizeof text) n += print_train(p, sound, text + n, sizeof text - n);
    if (sound && n < sizeof text) n += print_detect(p, text + n, sizeof text - n);
    if (n < sizeof text) n += th_text_fmt(text + n, sizeof text - n, "[deploy]\nboard = %s\n", p->board);
    if (n >= sizeof text) return th_why_set(why, TH_ERANGE, "the labels are too long for %s", TH_FILE_INI);
    return th_file_write(path, (th_span){(const uint8_t *)text, n}, why);
}

th_err th_project_create(const th_project *p, const char *dir, th_why *why)
{
    char path[TH_PATH_BYTES], objects[TH_PATH_BYTES];
    TH_TRY(th_path_join(path, dir, TH_FILE_INI, why));
    if (th_file_exists(path))
        return th_why_set(why, TH_EEXIST, "%s is a project already. Choose another folder, or edit %s", dir, path);
    TH_TRY(th_path_join(objects, dir, TH_DIR_OBJECTS, why));
    TH_TRY(th_dir_make(objects, why));
    return write_ini(p, path, why);
}
