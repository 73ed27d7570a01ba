/* thimble.ini: one table of keys gives reading, checking, the texts of errors and (through the
 * template at the end) writing. */
#include "data/project.h"

#include "base/text.h"
#include "model/spec.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#define INI_BYTES ((size_t)256 << 10)

typedef enum kind {
    KIND_TASK,
    KIND_LABELS,
    KIND_PRESET,
    KIND_FEATURES,
    KIND_NAME,
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
} key;

#define AT(member) offsetof(th_project, member)
static const key keys[] = {
    {"project", "task", KIND_TASK, AT(task), 0, 0, false},
    {"project", "labels", KIND_LABELS, AT(labels), 0, 0, false},
    {"features", "rate_hz", KIND_INT, AT(rate_hz), 4000, 48000, false},
    {"features", "clip_ms", KIND_INT, AT(clip_ms), 100, 10000, false},
    {"features", "window_ms", KIND_INT, AT(window_ms), 5, 200, false},
    {"features", "hop_ms", KIND_INT, AT(hop_ms), 2, 200, false},
    {"features", "kind", KIND_FEATURES, AT(feature_kind), 0, 0, false},
    {"features", "mel_bands", KIND_INT, AT(n_mel), 4, TH_MAX_COEFS, false},
    {"features", "coefficients", KIND_INT, AT(n_coef), 1, TH_MAX_COEFS, true},
    {"features", "low_hz", KIND_FLOAT, AT(low_hz), 0, 24000, false},
    {"features", "high_hz", KIND_FLOAT, AT(high_hz), 100, 24000, false},
    {"train", "preset", KIND_PRESET, AT(preset), 0, 0, false},
    {"train", "epochs", KIND_INT, AT(epochs), 1, 10000, true},
    {"train", "batch", KIND_INT, AT(batch), 1, 4096, true},
    {"train", "learning_rate", KIND_FLOAT, AT(learning_rate), 1e-6, 1, true},
    {"train", "seed", KIND_SEED, AT(seed), 0, 0, false},
    {"detect", "threshold", KIND_FLOAT, AT(detect.threshold), 0, 1, false},
    {"detect", "window_ms", KIND_INT, AT(detect.window_ms), 1, 10000, false},
    {"detect", "suppress_ms", KIND_INT, AT(detect.suppress_ms), 0, 60000, false},
    {"detect", "min_count", KIND_INT, AT(detect.min_count), 1, TH_DETECT_HISTORY, false},
    {"detect", "stride_ms", KIND_INT, AT(detect.stride_ms), 10, 1000, false},
    {"deploy", "board", KIND_NAME, AT(board), 0, 0, false},
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

static th_err set_name(parse *s, const key *k, const char *value, size_t cap)
{
    if (!*value || strlen(value) >= cap) return bad_line(s, k->name, " is empty or too long");
    memcpy((char *)s->p + k->offset, value, strlen(value) + 1);
    return TH_OK;
}

static th_err set_preset(parse *s, const key *k, const char *value)
{
    char text[TH_PRESET_BYTES];
    th_preset preset;
    th_why inner = {0};
    return th_preset_make(value, text, &preset, &inner) ? bad_line(s, "", inner.text)
                                                        : set_name(s, k, value, sizeof s->p->preset);
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

static th_err unknown_key(parse *s, const char *section, const char *name)
{
    char text[600];
    size_t n = th_text_fmt(text, sizeof text, "[%.40s] has no key \"%.40s\". Possible: ", section, name);
    const char *before = "";
    for (size_t i = 0; i < N_KEYS && n < sizeof text; i++) {
        if (strcmp(before, keys[i].section) != 0)
            n += th_text_fmt(text + n, sizeof text - n, "%s[%s]", *before ? "; " : "", keys[i].section);
        before = keys[i].section;
        if (n < sizeof text) n += th_text_fmt(text + n, sizeof text - n, " %s", keys[i].name);
    }
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
    case KIND_TASK:
        return strcmp(value, "keyword") ? bad_line(s, "task is one of keyword, not ", value)
                                        : set_name(s, k, value, sizeof s->p->task);
    case KIND_LABELS: return add_labels(s, value);
    case KIND_PRESET: return set_preset(s, k, value);
    case KIND_FEATURES: return set_features(s, value);
    case KIND_NAME: return set_name(s, k, value, sizeof s->p->board);
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
        if (strcmp(section, keys[i].section) == 0 && strcmp(name, keys[i].name) == 0) return set(s, i, value) == TH_OK;
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
    if (!s->seen[KEY_LABELS])
        return th_why_set(s->why, TH_EFORMAT, "%s: [project] has no labels. Add a line like: labels = yes, no",
                          s->file);
    s->line = s->seen[KEY_LABELS];
    th_why inner = {0};
    if (th_project_set_labels(p, (const char *const *)s->labels, s->n_labels, &inner))
        return bad_line(s, "", inner.text);
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
        .detect = {.window_ms = 1000, .suppress_ms = 1500, .min_count = 3, .stride_ms = 200, .threshold = 0.5f},
    };
}

th_err th_project_parse(th_span text, const char *file, th_project *p, th_why *why)
{
    set_defaults(p);
    parse *s = calloc(1, sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    *s = (parse){.file = file, .at = (const char *)text.p, .end = (const char *)text.p + text.n, .p = p, .why = why};
    const int bad = text.n ? ini_parse_stream(read_line, s, on_key, s) : 0;
    th_err err = s->err;
    if (!err && bad)
        err = th_why_set(why, TH_EFORMAT, "%s, line %d: expected \"key = value\" or \"[section]\"", file, s->line);
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
    TH_TRY(th_file_read(path, INI_BYTES, &text, &n, why));
    const th_err err = th_project_parse((th_span){text, n}, path, p, why);
    free(text);
    if (!err) memcpy(p->dir, dir, strlen(dir) + 1); /* it fits: path_join had room for more */
    return err;
}

/* ---- writing ------------------------------------------------------------------------------ */

th_err th_project_defaults(const char *task, const char *const *labels, int n_labels, th_project *p, th_why *why)
{
    set_defaults(p);
    if (strcmp(task, "keyword") != 0)
        return th_why_set(why, TH_EUSAGE, "there is no task \"%s\". The tasks are: keyword (hears words)", task);
    return th_project_set_labels(p, labels, n_labels, why);
}

/* "yes, no": the keywords. */
static void print_labels(const th_project *p, char *buf, size_t cap)
{
    size_t n = 0;
    buf[0] = 0;
    for (int i = 0; i < p->n_labels - 2 && n < cap; i++)
        n += th_text_fmt(buf + n, cap - n, "%s%s", i ? ", " : "", p->labels[i]);
}

#define LABEL_LINE_BYTES (TH_MAX_LABELS * (TH_LABEL_BYTES + 2))

static th_err write_ini(const th_project *p, const char *path, th_why *why)
{
    char labels[LABEL_LINE_BYTES], text[LABEL_LINE_BYTES + 2048], low[32], high[32], threshold[32];
    print_labels(p, labels, sizeof labels);
    const size_t n = th_text_fmt(
        text, sizeof text,
        "# A Thimble project. Change what you like, then run thimble train again.\n"
        "# \"preset\" means: what the preset brings along.\n\n"
        "[project]\ntask = %s\n"
        "# The words to hear. \"unknown\" (all other words) and \"silence\" are added by themselves.\n"
        "labels = %s\n\n"
        "[features]\n# How sound becomes a picture: windows of window_ms, one every hop_ms, over clip_ms of sound.\n"
        "rate_hz = %d\nclip_ms = %d\nwindow_ms = %d\nhop_ms = %d\n"
        "# mfcc, logmel or preset\nkind = preset\nmel_bands = %d\ncoefficients = preset\nlow_hz = %s\nhigh_hz = %s\n\n"
        "[train]\n# tiny-conv (smallest), ds-cnn-s (better), ds-cnn (best for ten words and more); others: thimble "
        "model "
        "--list\npreset = %s\n"
        "epochs = preset\nbatch = preset\nlearning_rate = preset\nseed = %llu\n"
        "# More keys (loss, optimizer, schedule, clip, stop_on, class_weights ..) are those of thimble train --help,\n"
        "# with _ for -:  class_weights = auto\n\n"
        "[model]\n# Layers of your own, one a line, instead of the preset's. thimble model shows what they cost;\n"
        "# thimble model --text prints the preset's, to start from. An example:\n"
        "# conv2d 8 10x8 stride 2x2 relu\n# dropout 0.5\n# dense classes\n\n"
        "[detect]\n# A word counts when its mean score over window_ms is above threshold (0 to 1).\n"
        "# Higher: fewer false alarms, more words missed.\nthreshold = %s\nwindow_ms = %d\nmin_count = %d\n"
        "# After a word nothing is reported for suppress_ms; the network runs every stride_ms.\nsuppress_ms = "
        "%d\nstride_ms = %d\n\n"
        "[deploy]\nboard = %s\n",
        p->task, labels, p->rate_hz, p->clip_ms, p->window_ms, p->hop_ms, p->n_mel,
        print_number((double)p->low_hz, low), print_number((double)p->high_hz, high), p->preset,
        (unsigned long long)p->seed, print_number((double)p->detect.threshold, threshold), p->detect.window_ms,
        p->detect.min_count, p->detect.suppress_ms, p->detect.stride_ms, p->board);
    if (n >= sizeof text) return th_why_set(why, TH_ERANGE, "the labels are too long for %s", TH_FILE_INI);
    return th_file_write(path, (th_span){(const uint8_t *)text, n}, why);
}

th_err th_project_create(const th_project *p, const char *dir, th_why *why)
{
    char path[TH_PATH_BYTES], clips[TH_PATH_BYTES];
    TH_TRY(th_path_join(path, dir, TH_FILE_INI, why));
    if (th_file_exists(path))
        return th_why_set(why, TH_EEXIST, "%s is a project already. Choose another folder, or edit %s", dir, path);
    TH_TRY(th_path_join(clips, dir, "data/clips", why));
    TH_TRY(th_dir_make(clips, why));
    return write_ini(p, path, why);
}

/* The span of the labels line: [*from, *to) without its newline.  False when there is none. */
static bool find_labels_line(const char *text, size_t n, size_t *from, size_t *to)
{
    bool in_project = false;
    for (size_t at = 0, stop; at < n; at = stop + 1) {
        for (stop = at; stop < n && text[stop] != '\n'; stop++) {
        }
        size_t c = at;
        while (c < stop && (text[c] == ' ' || text[c] == '\t')) c++;
        if (c < stop && text[c] == '[') in_project = stop - c >= 9 && memcmp(text + c, "[project]", 9) == 0;
        if (!in_project || stop - c < 7 || memcmp(text + c, "labels", 6) != 0) continue;
        for (c += 6; c < stop && (text[c] == ' ' || text[c] == '\t'); c++) {
        }
        if (c == stop || (text[c] != '=' && text[c] != ':')) continue;
        *from = at;
        *to = stop;
        return true;
    }
    return false;
}

th_err th_project_save_labels(const th_project *p, th_why *why)
{
    char path[TH_PATH_BYTES], labels[LABEL_LINE_BYTES];
    uint8_t *text;
    size_t n, from = 0, to = 0;
    TH_TRY(th_project_path(p, TH_FILE_INI, path, why));
    TH_TRY(th_file_read(path, INI_BYTES, &text, &n, why));
    print_labels(p, labels, sizeof labels);
    th_err err = TH_OK;
    char *out = malloc(n + sizeof labels + 16);
    if (!out)
        err = th_why_set(why, TH_ENOMEM, "out of memory");
    else if (!find_labels_line((const char *)text, n, &from, &to))
        err = th_why_set(why, TH_EFORMAT, "%s: [project] has no labels line", path);
    if (!err) {
        memcpy(out, text, from);
        size_t len = from + th_text_fmt(out + from, sizeof labels + 16, "labels = %s", labels);
        memcpy(out + len, text + to, n - to);
        len += n - to;
        err = th_file_write(path, (th_span){(const uint8_t *)out, len}, why);
    }
    free(out);
    free(text);
    return err;
}
