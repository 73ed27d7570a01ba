#include "serve/job_rules.h"

#include "base/text.h"
#include "serve/lab_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table -------------------------------------------------------------------------------------------------- */

typedef enum words_are {
    W_NONE,
    W_PROJECT, /* the project, given by the server */
    W_MODELS,  /* paths; none: the project */
    W_PATHS,   /* paths, at least one */
    W_PLAIN,   /* as they are */
    W_NETWORK, /* with option data: a preset's name or a path; else the project */
    W_OUT,     /* a folder of the job, given by the server */
    W_LAB      /* a lab's, given by the server with most options (lab_work.h) */
} words_are;

/* Lists of option names stand between spaces.  out: "option>file" is given always, "option>file?x" when option x is,
 * and "option>file?" when the request has it as a switch; the file is one of the job's, "." all of its folder. */
typedef struct rule {
    const char *verb;
    words_are words;
    const char *paths;   /* are read */
    const char *others;  /* a path, or the name of another project */
    const char *names;   /* letters, digits, - _ +: another program makes a file's name of it */
    const char *sources; /* microphone, serial:PORT or - */
    const char *refused;
    const char *out;
    const char *keeps;
    unsigned does;
    bool told;
} rule;

static const rule rules[] = {
    {.verb = "data import", .words = W_PATHS, .does = TH_JOB_WRITES_DATA},
    {.verb = "data record", .words = W_PROJECT, .sources = " from ", .refused = " list ", .does = TH_JOB_WRITES_DATA},
    {.verb = "data synth", .words = W_NONE, .names = " voice ", .does = TH_JOB_WRITES_DATA},
    {.verb = "data list", .words = W_NONE},
    {.verb = "data check", .words = W_PROJECT, .told = true},
    {.verb = "data map", .words = W_PROJECT, .out = "out>map.svg?"},
    {.verb = "data split", .words = W_NONE, .does = TH_JOB_WRITES_DATA},
    {.verb = "data stream", .words = W_NONE, .out = "out>stream.wav"},
    {.verb = "data pairs", .words = W_PATHS, .others = " sound sensor ", .out = "out>train.csv test>test.csv?"},
    {.verb = "data set", .words = W_PLAIN, .does = TH_JOB_WRITES_DATA},
    {.verb = "data remove", .words = W_NONE, .does = TH_JOB_WRITES_DATA},
    {.verb = "data commit", .words = W_NONE, .does = TH_JOB_WRITES_DATA},
    {.verb = "data log", .words = W_NONE},
    {.verb = "data diff", .words = W_PLAIN},
    {.verb = "data checkout", .words = W_PLAIN, .does = TH_JOB_WRITES_DATA},
    {.verb = "data export", .words = W_OUT},
    {.verb = "data clean", .words = W_NONE, .does = TH_JOB_WRITES_DATA},
    {.verb = "model", .words = W_MODELS},
    {.verb = "train",
     .words = W_NETWORK,
     .paths = " data val ",
     .others = " from ",
     .out = "out>model.tflite?data",
     .does = TH_JOB_TRAINS},
    {.verb = "runs", .words = W_PROJECT},
    {.verb = "runs show", .words = W_PLAIN},
    {.verb = "runs compare", .words = W_PLAIN},
    {.verb = "runs name", .words = W_PLAIN, .does = TH_JOB_WRITES_RESULTS},
    {.verb = "runs delete", .words = W_PLAIN, .does = TH_JOB_WRITES_RESULTS},
    {.verb = "quantize",
     .words = W_MODELS,
     .paths = " data val labels ",
     .out = "out>model.tflite?data",
     .does = TH_JOB_TRAINS},
    {.verb = "test", .words = W_MODELS, .paths = " data model stream truth ", .does = TH_JOB_WRITES_RESULTS},
    {.verb = "inspect", .words = W_MODELS, .told = true},
    {.verb = "run", .words = W_MODELS, .paths = " in ", .sources = " live ", .out = "out>out.bin?in layers>layers?"},
    {.verb = "edit", .words = W_PATHS, .refused = " metadata ", .out = "out>model.tflite"},
    {.verb = "deploy",
     .words = W_MODELS,
     .paths = " in check-library ",
     .others = " with ",
     .sources = " send ",
     .out = "out>. to>to.bin?"},
    {.verb = "emulate",
     .words = W_MODELS,
     .paths = " feed in ",
     .others = " with ",
     .out = "out>out.bin?in",
     .does = TH_JOB_WRITES_RESULTS},
    {.verb = "compare", .words = W_PROJECT, .does = TH_JOB_TRAINS},
    {.verb = "course start",
     .words = W_LAB,
     .refused = TH_LAB_BY_SERVER,
     .does = TH_JOB_TRAINS | TH_JOB_WRITES_DATA | TH_JOB_WRITES_RESULTS},
    {.verb = "course grade", .words = W_LAB, .refused = TH_LAB_BY_SERVER, .does = TH_JOB_WRITES_RESULTS},
    {.verb = "report", .words = W_PROJECT, .keeps = "report.html", .does = TH_JOB_WRITES_RESULTS},
};

/* The server's: where, and how the answer is told. */
#define BY_SERVER " project json "

static const rule *find_rule(const char *verb)
{
    for (size_t i = 0; verb && i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].verb, verb) == 0) return &rules[i];
    return NULL;
}

static const th_verb *find_verb(const th_site *site, const char *name)
{
    for (const th_verb *v = site->verbs; v && v->name; v++)
        if (strcmp(v->name, name) == 0) return v;
    return NULL;
}

static const th_opt *find_option(const th_verb *verb, const char *name)
{
    for (const th_opt *o = verb->opts; o && o->name; o++)
        if (strcmp(o->name, name) == 0) return o;
    return NULL;
}

static bool in_list(const char *list, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = list ? strstr(list, name) : NULL; at && n; at = strstr(at + 1, name))
        if (at > list && at[-1] == ' ' && at[n] == ' ') return true;
    return false;
}

/* An entry "option>file?when" of a rule's out. */
typedef struct out_entry {
    char option[24], file[32], when[24];
    bool always;
} out_entry;

static bool next_out(const char **at, out_entry *e)
{
    if (!*at) return false;
    *at += strspn(*at, " ");
    if (!**at) return false;
    const size_t n = strcspn(*at, " "), name = strcspn(*at, ">"), file = strcspn(*at, "? ");
    e->always = file >= n;
    snprintf(e->option, sizeof e->option, "%.*s", (int)name, *at);
    snprintf(e->file, sizeof e->file, "%.*s", (int)(file - name - 1), *at + name + 1);
    snprintf(e->when, sizeof e->when, "%.*s", e->always ? 0 : (int)(n - file - 1), *at + file + 1);
    *at += n;
    return true;
}

static bool find_out(const rule *r, const char *option, out_entry *e)
{
    for (const char *at = r->out; next_out(&at, e);)
        if (strcmp(e->option, option) == 0) return true;
    return false;
}

bool th_job_verb_ok(const char *verb)
{
    return find_rule(verb) != NULL;
}

unsigned th_job_does(const char *verb)
{
    const rule *r = find_rule(verb);
    return r ? r->does : 0;
}

bool th_job_option_ok(const char *verb, const char *name)
{
    out_entry e;
    const rule *r = find_rule(verb);
    if (!r || in_list(r->refused, name) || in_list(BY_SERVER, name)) return false;
    return !find_out(r, name, &e) || (!e.always && !e.when[0]);
}

/* ---- words of the command line ---- */

typedef struct maker {
    const th_job_place *place;
    const rule *rule;
    const th_verb *verb;
    json_t *options;
    th_job_line *line;
} maker;

static th_err add(maker *m, char *word, th_why *why)
{
    th_job_line *l = m->line;
    if (!word) return th_why_set(why, TH_ENOMEM, "out of memory for a job");
    if (l->n == TH_JOB_WORDS) {
        free(word);
        return th_why_set(why, TH_ERANGE, "more than %d words and options in one step of a job", TH_JOB_WORDS);
    }
    l->word[l->n++] = word;
    return TH_OK;
}

static th_err add_text(maker *m, const char *text, th_why *why)
{
    return add(m, strdup(text), why);
}

/* --name=value; without a value --name. */
static th_err add_option(maker *m, const char *name, const char *value, th_why *why)
{
    const size_t n = strlen(name) + (value ? strlen(value) : 0) + 4;
    char *word = malloc(n);
    if (word) snprintf(word, n, "--%s%s%s", name, value ? "=" : "", value ? value : "");
    return add(m, word, why);
}

static th_err add_own_file(maker *m, const char *option, const char *file, th_why *why)
{
    char path[TH_PATH_BYTES];
    const bool all = strcmp(file, ".") == 0;
    snprintf(path, sizeof path, "%s%s%s", m->place->files, all ? "" : "/", all ? "" : file);
    return option ? add_option(m, option, path, why) : add_text(m, path, why);
}

/* ---- paths ---- */

static bool is_inside(const char *path, const char *dir)
{
    const size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == 0);
}

/* Parts between slashes are names: none is empty, "." or "..". */
static bool parts_are_names(const char *text)
{
    for (const char *at = text;;) {
        const size_t n = strcspn(at, "/");
        if (n == 0 || (n == 1 && at[0] == '.') || (n == 2 && at[0] == '.' && at[1] == '.')) return false;
        at += n;
        if (!*at) return true;
        at++;
    }
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f) return true;
    return false;
}

/* must: it has to be there. */
static th_err find_path(const th_job_place *place, const char *text, bool must, char path[TH_PATH_BYTES], th_why *why)
{
    char full[TH_PATH_BYTES], real[TH_PATH_BYTES];
    const size_t len = strlen(text);
    const bool own = strcmp(text, "files") == 0 || strncmp(text, "files/", 6) == 0;
    if (len == 0 || len > 1000 || has_control(text) || !parts_are_names(text))
        return th_why_set(why, TH_EUSAGE,
                          "\"%.200s\" is no path inside the project: write it relative to the project's folder, "
                          "without \"..\"",
                          text);
    if (own)
        snprintf(path, TH_PATH_BYTES, "%s%s", place->files, text + 5);
    else
        snprintf(path, TH_PATH_BYTES, "%s", text);
    TH_TRY(th_path_join(full, place->dir, path, why));
    if (th_path_absolute(real, full, NULL)) {
        if (!must) return TH_OK; /* a step before may make it */
        return th_why_set(why, TH_ENOENT, "there is no %.200s in the project", text);
    }
    if (is_inside(real, place->dir)) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "\"%.200s\" leads out of the project", text);
}

th_err th_job_path(const th_job_place *place, const char *text, char path[TH_PATH_BYTES], th_why *why)
{
    return find_path(place, text, place->now, path, why);
}

/* A path inside, or another project's name. */
static th_err other_path(const maker *m, const char *text, char path[TH_PATH_BYTES], th_why *why)
{
    const th_err inside = find_path(m->place, text, true, path, NULL);
    if (!inside) return TH_OK;
    if (!th_lab_is_others(m->place->site, text, m->place->user ? m->place->user : "") &&
        !th_site_project_dir(m->place->site, text, path, NULL))
        return TH_OK;
    if (inside == TH_ENOENT && m->place->now)
        return th_why_set(why, TH_ENOENT, "there is neither a project \"%.200s\" nor a file of that name in this one",
                          text);
    return th_job_path(m->place, text, path, why);
}

/* A serial port's name as systems give them; nothing else can be opened under this word. */
static bool is_serial_port(const char *port)
{
    static const char *const starts[] = {"/dev/ttyACM", "/dev/ttyUSB",        "/dev/ttyAMA",
                                         "/dev/ttyS",   "/dev/serial/by-id/", "/dev/pts/"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const size_t n = strlen(starts[i]);
        if (strncmp(port, starts[i], n) == 0)
            return port[n] && !strpbrk(port + n, "/") && !has_control(port) && port[n] != '.';
    }
    return false;
}

static th_err check_source(const maker *m, const char *name, const char *text, th_why *why)
{
    const bool serial = strncmp(text, "serial:", 7) == 0;
    const bool port = is_serial_port(serial ? text + 7 : text), send = strcmp(name, "send") == 0;
    if (strcmp(text, "-") == 0 && !send) return TH_OK;
    if (send ? serial || !port : serial ? !port : strcmp(text, "microphone") != 0)
        return th_why_set(why, TH_EUSAGE, "%s: \"%.100s\" is not allowed: %s", name, text,
                          send ? "a serial port (/dev/ttyACM0)" : "microphone, serial:/dev/ttyACM0, or - (the input)");
    if (m->place->listens) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "%s: microphone and ports of the studio's computer are not for a class (--lan)",
                      name);
}

/* ---- options ---- */

/* A text of the request, without what a text may not hold. */
static th_err text_of(const json_t *value, const char *what, const char **text, th_why *why)
{
    *text = json_string_value(value);
    if (!*text || strlen(*text) != json_string_length(value))
        return th_why_set(why, TH_EUSAGE, "%s must be a text", what);
    for (const char *c = *text; *c; c++)
        if ((unsigned char)*c < 0x20 && *c != '\t' && *c != '\n')
            return th_why_set(why, TH_EUSAGE, "%s has a control character", what);
    return strlen(*text) <= 8192 ? TH_OK : th_why_set(why, TH_ERANGE, "%s is longer than 8192 bytes", what);
}

static bool is_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+";
    return *text && *text != '-' && text[strspn(text, letters)] == 0;
}

static th_err add_value(maker *m, const char *name, const json_t *value, th_why *why)
{
    char number[64], path[TH_PATH_BYTES];
    const char *text = number;
    if (json_is_integer(value))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(number, sizeof number, "%.17g", json_real_value(value));
    else
        TH_TRY(text_of(value, name, &text, why));
    if (in_list(m->rule->sources, name)) {
        TH_TRY(check_source(m, name, text, why));
    } else if (in_list(m->rule->names, name)) {
        if (!is_name(text))
            return th_why_set(why, TH_EUSAGE, "%s: \"%.100s\" is no name: letters, digits, - _ and +", name, text);
    } else if (in_list(m->rule->paths, name)) {
        TH_TRY(th_job_path(m->place, text, path, why));
        text = path;
    } else if (in_list(m->rule->others, name)) {
        TH_TRY(other_path(m, text, path, why));
        text = path;
    }
    return add_option(m, name, text, why);
}

static th_err add_given(maker *m, const char *name, const json_t *value, th_why *why)
{
    const th_opt *o = find_option(m->verb, name);
    out_entry out;
    size_t i;
    json_t *one;
    if (strcmp(name, "json") == 0 && json_is_boolean(value)) return TH_OK; /* it is given anyway */
    if (!o) return th_why_set(why, TH_EUSAGE, "%s has no option \"%.60s\"", m->verb->name, name);
    if (!th_job_option_ok(m->rule->verb, name))
        return th_why_set(why, TH_EUSAGE,
                          "the option \"%s\" of %s is not for a job: the server gives it, or leaves it "
                          "out",
                          name, m->verb->name);
    if (json_is_null(value) || json_is_false(value)) return TH_OK;
    const bool own = find_out(m->rule, name, &out);
    if (!o->arg || own) {
        if (!json_is_true(value)) return th_why_set(why, TH_EUSAGE, "%s is a switch: true or false", name);
        return own ? add_own_file(m, name, out.file, why) : add_option(m, name, NULL, why);
    }
    if (json_is_true(value)) return th_why_set(why, TH_EUSAGE, "%s needs a value: %s", name, o->arg);
    if (!json_is_array(value)) return add_value(m, name, value, why);
    json_array_foreach(value, i, one) TH_TRY(add_value(m, name, one, why));
    return TH_OK;
}

static bool is_given(const maker *m, const char *name)
{
    const json_t *v = json_object_get(m->options, name);
    return v && !json_is_null(v) && !json_is_false(v);
}

/* Where an Arduino library goes: a .zip, called as the project as far as a library can be. */
static void library_name(const char *project, char file[64])
{
    size_t n = 0;
    for (; *project && n < 40; project++) {
        const char c = *project;
        const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (n && c >= '0' && c <= '9');
        if (ok || (n && (c == '-' || c == '_'))) file[n++] = c;
    }
    snprintf(file + n, 64 - n, "%s.zip", n ? "" : "thimble");
}

/* A verb that fills a folder gets one of its own behind steps that made files. */
static bool has_files(const th_job_place *place)
{
    char path[TH_PATH_BYTES];
    th_names names;
    if (!place->now || th_path_join(path, place->dir, place->files, NULL) || th_dir_list(path, &names, NULL))
        return false;
    const bool some = names.n > 0;
    th_names_free(&names);
    return some;
}

/* What the verb writes goes to the job's files. */
static th_err add_outs(maker *m, th_why *why)
{
    out_entry e;
    char file[64];
    const json_t *as = json_object_get(m->options, "as");
    const bool library = json_is_string(as) && strcmp(json_string_value(as), "arduino") == 0;
    for (const char *at = m->rule->out; next_out(&at, &e);) {
        if (!e.always && !(e.when[0] && is_given(m, e.when))) continue;
        if (strcmp(e.file, ".") == 0 && (is_given(m, "send") || is_given(m, "check-library"))) continue;
        const bool all = strcmp(e.file, ".") == 0;
        snprintf(file, sizeof file, "%s", all && has_files(m->place) ? m->verb->name : e.file);
        if (all && library) library_name(m->place->project, file);
        TH_TRY(add_own_file(m, e.option, file, why));
    }
    return TH_OK;
}

/* ---- words ---- */

/* What a request must not choose: whose lab it is, which, and what it is graded by. */
static th_err add_lab(maker *m, th_why *why)
{
    th_lab_words w;
    TH_TRY(th_lab_job_words(m->place, m->rule->verb, &w, why));
    for (size_t i = 0; i < w.n; i++) TH_TRY(add_option(m, w.option[i].name, w.option[i].value, why));
    TH_TRY(add_text(m, "--", why));
    return add_text(m, w.word, why);
}

/* A preset or a learner has no slash and no dot in its name; files have. */
static th_err add_word(maker *m, const json_t *word, th_why *why)
{
    const char *text;
    char path[TH_PATH_BYTES];
    const words_are are = m->rule->words;
    TH_TRY(text_of(word, "a word", &text, why));
    const bool plain = are == W_PLAIN || (are == W_NETWORK && !strpbrk(text, "./"));
    if (plain) return add_text(m, text, why);
    if (are == W_MODELS && strcmp(text, ".") == 0) return add_text(m, text, why);
    TH_TRY(th_job_path(m->place, text, path, why));
    return add_text(m, path, why);
}

static th_err add_words(maker *m, const json_t *words, th_why *why)
{
    const words_are are = m->rule->words;
    const size_t n = json_array_size(words);
    const bool takes = are == W_MODELS || are == W_PATHS || are == W_PLAIN || (are == W_NETWORK && is_given(m, "data"));
    size_t i;
    json_t *word;
    if (words && !json_is_array(words)) return th_why_set(why, TH_EUSAGE, "words must be a list of texts");
    if (n > (takes ? (size_t)m->verb->max_words : 0))
        return th_why_set(why, TH_EUSAGE, "%s takes %d words here, not %zu", m->verb->name,
                          takes ? m->verb->max_words : 0, n);
    if (are == W_PATHS && n == 0)
        return th_why_set(why, TH_EUSAGE, "%s needs words: %s", m->verb->name, m->verb->words);
    if (are == W_LAB) return add_lab(m, why);
    TH_TRY(add_text(m, "--", why));
    if (are == W_OUT) return add_own_file(m, NULL, "data", why);
    const bool alone = is_given(m, "list") || is_given(m, "generic") || is_given(m, "check-library");
    if (are == W_PROJECT && !find_option(m->verb, "project")) return add_text(m, ".", why);
    if (n == 0 && !alone && (are == W_MODELS || are == W_NETWORK)) return add_text(m, ".", why);
    json_array_foreach(words, i, word) TH_TRY(add_word(m, word, why));
    return TH_OK;
}

/* ---- a step ---- */

static th_err add_verb(maker *m, th_why *why)
{
    const char *name = m->verb->name, *space = strchr(name, ' ');
    TH_TRY(add_text(m, m->place->site->program, why));
    if (!space) return add_text(m, name, why);
    TH_TRY(add(m, strndup(name, (size_t)(space - name)), why));
    return add_text(m, space + 1, why);
}

static th_err make(maker *m, json_t *step, th_why *why)
{
    const char *key;
    json_t *value;
    th_job_line *l = m->line;
    TH_TRY(add_verb(m, why));
    if (m->options && !json_is_object(m->options))
        return th_why_set(why, TH_EUSAGE, "options must be an object: {\"epochs\": 10}");
    if (find_option(m->verb, "project")) TH_TRY(add_option(m, "project", ".", why));
    json_object_foreach(m->options, key, value) TH_TRY(add_given(m, key, value, why));
    TH_TRY(add_outs(m, why));
    l->json = find_option(m->verb, "json") && !is_given(m, "csv");
    if (l->json) TH_TRY(add_option(m, "json", NULL, why));
    l->told = m->rule->told;
    l->keeps = m->rule->keeps;
    l->verb = m->rule->verb;
    l->resumes = find_option(m->verb, "resume") != NULL;
    return add_words(m, json_object_get(step, "words"), why);
}

th_err th_job_line_make(const th_job_place *place, json_t *step, th_job_line *line, th_why *why)
{
    const char *name = json_string_value(json_object_get(step, "verb")), *key;
    json_t *value;
    *line = (th_job_line){0};
    if (!name) return th_why_set(why, TH_EUSAGE, "a job needs a verb: {\"verb\": \"train\"}");
    maker m = {.place = place, .rule = find_rule(name), .options = json_object_get(step, "options"), .line = line};
    if (m.rule) m.verb = find_verb(place->site, name);
    if (!m.verb) return th_why_set(why, TH_EUSAGE, "\"%.60s\" can't be a job: GET /api/v1/verbs lists what can", name);
    json_object_foreach(step, key, value)
    {
        if (strcmp(key, "verb") != 0 && strcmp(key, "words") != 0 && strcmp(key, "options") != 0)
            return th_why_set(why, TH_EUSAGE, "a step has verb, words and options, not \"%.60s\"", key);
    }
    const th_err err = make(&m, step, why);
    if (err) th_job_line_free(line);
    return err;
}

void th_job_line_free(th_job_line *line)
{
    for (int i = 0; i < line->n; i++) free(line->word[i]);
    *line = (th_job_line){0};
}

/* ---- as a person would type it ---- */

static void put(char *text, size_t cap, size_t *n, const char *before, const char *word)
{
    if (*n < cap) *n += (size_t)snprintf(text + *n, cap - *n, "%s%s", before, word);
}

static void put_value(char *text, size_t cap, size_t *n, const json_t *value)
{
    char number[64];
    if (json_is_string(value)) put(text, cap, n, " ", json_string_value(value));
    if (!json_is_number(value)) return;
    snprintf(number, sizeof number, "%.10g", json_number_value(value));
    put(text, cap, n, " ", number);
}

void th_job_line_title(const json_t *step, char *text, size_t cap)
{
    const char *key, *verb = json_string_value(json_object_get(step, "verb"));
    json_t *value, *one;
    size_t n = 0, i;
    text[0] = 0;
    put(text, cap, &n, "", verb ? verb : "");
    json_array_foreach(json_object_get(step, "words"), i, one) put_value(text, cap, &n, one);
    json_object_foreach(json_object_get(step, "options"), key, value)
    {
        if (json_is_null(value) || json_is_false(value) || strcmp(key, "json") == 0) continue;
        put(text, cap, &n, key[0] && key[1] ? " --" : " -", key);
        if (json_is_array(value))
            json_array_foreach(value, i, one) put_value(text, cap, &n, one);
        else
            put_value(text, cap, &n, value);
    }
    /* cut: not inside of a character */
    size_t end = strlen(text);
    while (n >= cap && end && ((unsigned char)text[end - 1] & 0xC0) == 0x80) end--;
    if (n >= cap && end) text[end - 1] = 0;
}
