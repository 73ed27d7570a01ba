/* thimble compare: the network and the classic learners on the same project, what each reaches and what it costs. */
#include "cli/bench.h"
#include "cli/quantized.h"
#include "cli/table.h"
#include "cli/test.h"
#include "cli/train_learner.h"
#include "cli/train_record.h"
#include "cli/version.h"

#include "base/hash.h"
#include "base/text.h"
#include "data/version.h"
#include "learn/learn.h"
#include "os/lock.h"
#include "os/run.h"
#include "report/json.h"
#include "report/table.h"
#include "report/versus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETWORK "network"
#define FOLDER  "model/compare"

typedef struct compare_cmd {
    const th_args *args;
    th_project project;
    th_example_set set; /* what learners are trained on; opened for the first of them */
    bool has_set;
    th_card card; /* of the set, before a learner changed it */
    const th_board *board;
    th_versus_now now;
    json_t *file; /* model/compare.json */
    int lock;
    int done, failed;
    char id[TH_HASH_BYTES];
} compare_cmd;

/* ---- what is compared ---- */

static bool suits(const th_project *p, const th_learner *l)
{
    const th_task *task = th_project_task(p);
    return th_task_learner(task, l->name) &&
           (l->kinds & (task->output == TH_OUT_LABELS ? TH_LEARN_CLASSES : TH_LEARN_SCORE)) != 0;
}

static bool in_list(char **items, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(items[i], name) == 0) return true;
    return false;
}

/* Every name of --presets is one that can be compared. */
static th_err check_names(const th_project *p, char **items, int n, th_why *why)
{
    char all[160] = NETWORK;
    size_t n_learners, used = strlen(all);
    const th_learner *l = th_learners(&n_learners);
    for (size_t i = 0; i < n_learners; i++)
        if (suits(p, &l[i])) {
            th_text_fmt(all + used, sizeof all - used, ", %s", l[i].name);
            used = strlen(all);
        }
    for (int i = 0; i < n; i++) {
        const th_learner *one = th_learner_find(items[i]);
        if (strcmp(items[i], NETWORK) != 0 && !(one && suits(p, one)))
            return th_why_set(why, TH_EUSAGE,
                              "--presets %s: of task = %s these are compared: %s. Another network: thimble train %s "
                              "--preset NAME, then compare",
                              items[i], p->task, all, p->dir);
    }
    return TH_OK;
}

/* Can this project be compared at all? */
static th_err check_task(const th_project *p, th_why *why)
{
    const th_task *task = th_project_task(p);
    if (task->input == TH_IN_SOUND)
        return th_why_set(why, TH_EUNSUP,
                          "task = %s has no classic learners to compare with: the hundreds of values of a clip's "
                          "features mean nothing one by one, and shift in time. Networks are compared by `thimble "
                          "train --preset NAME` and `thimble runs compare`",
                          p->task);
    if (!th_task_learner(task, "knn"))
        return th_why_set(why, TH_EUNSUP, "task = %s has no classic learners to compare with", p->task);
    return TH_OK;
}

/* ---- figures ---- */

static th_err put_figures(const th_test *t, json_t *row, const char **measure, th_why *why)
{
    const int k = TH_NET_INT8;
    if (!t->net[k]) return th_why_set(why, TH_ENOENT, "there is no int8 model");
    if (th_test_output(t) == TH_OUT_LABELS) {
        json_t *all = th_test_json(t);
        const double score = th_json_num(all, "int8.accuracy", -1);
        static const char *const keep[] = {"balanced", "macro_f1"};
        *measure = "accuracy";
        json_object_set_new(row, "score", json_real(score));
        json_object_set_new(row, "deviation", json_real(th_versus_deviation(score, (double)t->tested)));
        for (size_t i = 0; i < 2; i++)
            json_object_set(row, keep[i], json_object_get(json_object_get(all, "int8"), keep[i]));
        json_decref(all);
    } else {
        const th_alarms *a = &t->alarms[k];
        const bool both = t->auc[k] >= 0;
        const double cases = (double)(a->hits + a->misses + a->false_alarms),
                     normal = (double)(a->quiet + a->false_alarms);
        *measure = both ? "f1" : "quiet";
        json_object_set_new(row, "score", json_real(both ? a->f1 : 1 - a->false_rate));
        json_object_set_new(row, "deviation",
                            json_real(both ? th_versus_deviation_f1((double)a->hits, cases)
                                           : th_versus_deviation(a->false_rate, normal)));
        if (both) json_object_set_new(row, "auc", json_real(t->auc[k]));
    }
    json_object_set_new(row, "examples", json_integer((json_int_t)t->tested));
    return TH_OK;
}

/* What int8 reaches on the test part; model: the file of a learner, NULL: the project's own. */
static th_err test_one(compare_cmd *c, const char *model, json_t *row, th_why *why)
{
    const char *measure = "";
    th_test *t = calloc(1, sizeof *t);
    if (!t) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_test_open(c->project.dir, model, t, why);
    if (!err) err = th_test_examples(t, NULL, NULL, NULL, NULL, why);
    if (!err) err = put_figures(t, row, &measure, why);
    if (!err) json_object_set_new(c->file, "measure", json_string(measure));
    th_test_free(t);
    free(t);
    return err;
}

/* What it takes on the board.  One that does not fit, or whose tools are missing, keeps its accuracy. */
static th_err cost_one(const compare_cmd *c, const char *int8, json_t *row, th_why *why)
{
    static const char *const keep[] = {"flash", "ram",         "arena",      "instructions", "features_instructions",
                                       "macs",  "ms_estimate", "mj_estimate"};
    json_t *cost = NULL;
    th_why inner = {0};
    uint8_t *bytes = NULL;
    size_t n = 0;
    TH_TRY(th_file_read(int8, 0, &bytes, &n, why));
    free(bytes);
    json_object_set_new(row, "model_bytes", json_integer((json_int_t)n));
    const th_err err = th_bench_board(int8, c->board, TH_BENCH_WINDOWS, &cost, &inner);
    if (err == TH_EINTR || err == TH_ENOMEM) return th_why_set(why, err, "%s", inner.text);
    for (size_t i = 0; i < sizeof keep / sizeof *keep; i++)
        if (json_object_get(cost, keep[i])) json_object_set(row, keep[i], json_object_get(cost, keep[i]));
    json_decref(cost);
    if (err) fprintf(stderr, "note: %s: no figures of %s: %s\n", int8, c->board->name, inner.text);
    if (err && err != TH_ETOOL) json_object_set_new(row, "problem", json_string("does not run on this board"));
    return TH_OK;
}

/* ---- the record ---- */

static uint64_t hash_file(const char *path)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    if (th_file_read(path, 0, &bytes, &n, NULL)) return 0;
    const uint64_t h = th_fnv1a(TH_FNV1A_START, (th_span){bytes, n});
    free(bytes);
    return h;
}

/* The figures of the run that made this float model, in thimble.db. */
static void record_figures(const compare_cmd *c, const json_t *row, uint64_t model)
{
    const char *measure = th_json_str(c->file, "measure", "score");
    const char *const names[][2] = {{"score", NULL},
                                    {"balanced", "test_balanced_int8"},
                                    {"auc", "test_auc_int8"},
                                    {"flash", "flash"},
                                    {"ram", "ram"},
                                    {"instructions", "instructions"},
                                    {"features_instructions", "features_instructions"}};
    char score[48];
    th_text_fmt(score, sizeof score, "test_%s_int8", measure);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const json_t *value = json_object_get(row, names[i][0]);
        if (json_is_number(value))
            th_train_record_result(&c->project, model, names[i][1] ? names[i][1] : score, json_number_value(value));
    }
}

/* Puts the row in place of the one of that name and writes the file. */
static th_err keep_row(compare_cmd *c, json_t *row, const char *file, th_why *why)
{
    char path[TH_PATH_BYTES], hash[24];
    json_t *rows = json_object_get(c->file, "rows");
    TH_TRY(th_project_path(&c->project, file, path, why));
    const uint64_t model = hash_file(path);
    th_text_fmt(hash, sizeof hash, "%016llx", (unsigned long long)model);
    json_object_set_new(row, "file", json_string(file));
    json_object_set_new(row, "model", json_string(hash));
    json_object_set_new(row, "data", json_string(c->now.data));
    json_object_set_new(row, "recipe", json_string(c->now.recipe));
    record_figures(c, row, model);
    const bool network = strcmp(file, TH_FILE_FLOAT) == 0;
    for (size_t i = json_array_size(rows); i-- > 0;) {
        const json_t *old = json_array_get(rows, i);
        const bool same = network ? strcmp(th_json_str(old, "file", ""), file) == 0
                                  : strcmp(th_json_str(old, "name", ""), th_json_str(row, "name", "")) == 0;
        if (same) json_array_remove(rows, i);
    }
    json_array_append(rows, row);
    TH_TRY(th_project_path(&c->project, TH_FILE_VERSUS, path, why));
    char *text = json_dumps(c->file, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    c->done += !err;
    return err;
}

/* ---- one learner ---- */

static th_err open_set(compare_cmd *c, const char *name, th_why *why)
{
    if (c->has_set) return TH_OK;
    c->set.seed = c->project.seed;
    TH_TRY(th_example_set_project(&c->set, &c->project, name, NULL, why));
    c->has_set = true;
    c->card = c->set.card;
    return TH_OK;
}

static void record_learner(const compare_cmd *c, const char *name, const char *file)
{
    char options[200], seed[24], data[24];
    th_text_fmt(options, sizeof options, "compare = yes\nboard = %s\nexamples = %d\n", c->board->name,
                (int)c->set.train->n);
    th_text_fmt(seed, sizeof seed, "%llu", (unsigned long long)c->project.seed);
    th_text_fmt(data, sizeof data, "%016llx", (unsigned long long)th_example_set_hash(&c->set));
    const th_run run = {.job = data,
                        .preset = name,
                        .options = options,
                        .model = "",
                        .seed = seed,
                        .path = "",
                        .data_hash = data,
                        .data_version = c->now.data,
                        .code = th_version(),
                        .metric = "",
                        .threads = 1};
    th_train_record rec;
    th_train_record_start(&rec, &c->project, &run, false);
    th_train_record_end(&rec, NULL, 0, "done", NULL, &c->project, file);
}

/* Trains it and writes both of its models. */
static th_err learn(compare_cmd *c, const char *name, const char *file, const char *f32, const char *int8, th_why *why)
{
    char summary[1024];
    th_model *model = NULL;
    const int threads = th_cpu_count();
    TH_TRY(open_set(c, name, why));
    c->set.card = c->card;
    th_err err = th_project_learn(c->args, name, &c->set, &c->project, &model, summary, why);
    if (!err && c->set.to_input) err = th_example_set_limit(&c->set, &c->project, model, threads, why);
    if (!err) err = th_card_attach(&c->set.card, model, why);
    if (!err) err = th_model_save(model, f32, why);
    th_model_free(model);
    if (err) return err;
    record_learner(c, name, file);
    const th_quantize_files files = {.project = &c->project, .out = int8};
    const th_quantize_options options = th_quantize_defaults();
    th_quantized q;
    err = th_file_quantize(f32, &files, &options, &q, why);
    th_quantized_free(&q);
    return err;
}

static th_err add_learner(compare_cmd *c, const char *name, th_why *why)
{
    char file[64], f32[TH_PATH_BYTES], small[64], int8[TH_PATH_BYTES];
    const double began = th_clock_s();
    th_text_fmt(file, sizeof file, FOLDER "/%s.tflite", name);
    th_text_fmt(small, sizeof small, FOLDER "/%s_int8.tflite", name);
    TH_TRY(th_project_path(&c->project, file, f32, why));
    TH_TRY(th_project_path(&c->project, small, int8, why));
    json_t *row = json_pack("{s:s,s:b}", "name", name, "learner", 1);
    th_err err = learn(c, name, file, f32, int8, why);
    if (!err) json_object_set_new(row, "train_seconds", json_real(th_clock_s() - began));
    if (!err) err = test_one(c, int8, row, why);
    if (!err) err = cost_one(c, int8, row, why);
    if (!err) err = keep_row(c, row, file, why);
    json_decref(row);
    return err;
}

/* ---- the network ---- */

/* The preset of model/float.tflite, "" when it is not known. */
static void preset_of(const th_project *p, char name[64])
{
    char path[TH_PATH_BYTES];
    *name = 0;
    if (th_project_path(p, TH_FILE_HISTORY, path, NULL)) return;
    json_t *o = json_load_file(path, 0, NULL);
    th_text_fmt(name, 64, "%s", th_json_str(o, "preset", ""));
    json_decref(o);
}

/* The network that the project has, or, when there is no model at all, trained now by `thimble train`. */
static th_err add_network(compare_cmd *c, th_why *why)
{
    char f32[TH_PATH_BYTES], int8[TH_PATH_BYTES], name[64];
    const th_project *p = &c->project;
    TH_TRY(th_project_path(p, TH_FILE_FLOAT, f32, why));
    TH_TRY(th_project_path(p, TH_FILE_INT8, int8, why));
    if (!th_file_exists(f32)) {
        const th_args train = {.cmd = &th_cmd_train, .word = {p->dir}, .n_words = 1};
        TH_TRY(th_cmd_train.run(&train, why));
    }
    preset_of(p, name);
    if (th_learner_find(name))
        return th_why_set(
            why, TH_ENOENT,
            "the project's own model is the learner %s, so there is no network to compare with. Train one: "
            "thimble train %s --preset %s",
            name, p->dir, th_project_task(p)->preset);
    json_t *row = json_pack("{s:s,s:b}", "name", *name ? name : NETWORK, "learner", 0);
    th_err err = row ? test_one(c, NULL, row, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) err = cost_one(c, int8, row, why);
    if (!err) err = keep_row(c, row, TH_FILE_FLOAT, why);
    json_decref(row);
    return err;
}

/* ---- all of them ---- */

/* Rows of before stay until they are measured again; of another board none do. */
static th_err open_file(compare_cmd *c, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_project_path(&c->project, FOLDER, path, why));
    TH_TRY(th_dir_make(path, why));
    TH_TRY(th_project_path(&c->project, TH_FILE_VERSUS, path, why));
    json_t *old = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    json_t *rows = json_object_get(old, "rows");
    const bool same = strcmp(th_json_str(old, "board", ""), c->board->name) == 0 && json_is_array(rows);
    c->file = json_pack("{s:s,s:O?}", "board", c->board->name, "rows", same ? rows : NULL);
    if (c->file && !same) json_object_set_new(c->file, "rows", json_array());
    if (same) json_object_set(c->file, "measure", json_object_get(old, "measure"));
    json_decref(old);
    return c->file ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

/* The version of the data, which is kept as a training keeps it. */
static th_err keep_data(compare_cmd *c, th_why *why)
{
    th_dataset *data = NULL;
    bool made;
    th_why ignored = {0};
    th_err err = th_dataset_load(&c->project, &data, why);
    if (!err && th_dataset_commit(&c->project, data, "for thimble compare", c->id, &made, &ignored))
        fprintf(stderr, "note: the data is not kept as a version: %s\n", ignored.text);
    th_dataset_free(data);
    th_versus_know(&c->project, &c->now);
    return err;
}

/* What goes wrong with one leaves the others. */
static th_err add(compare_cmd *c, const char *name, th_why *why)
{
    th_why inner = {0};
    const bool network = strcmp(name, NETWORK) == 0;
    fprintf(stderr, "%s ..\n", name);
    if (!network && c->lock < 0) TH_TRY(th_train_lock(&c->project, &c->lock, why));
    const th_err err = network ? add_network(c, &inner) : add_learner(c, name, &inner);
    if (err == TH_EINTR || err == TH_ENOMEM) return th_why_set(why, err, "%s", inner.text);
    if (err) {
        fprintf(stderr, "note: %s is left out: %s\n", name, inner.text);
        c->failed++;
    }
    return th_interrupted() ? th_why_set(why, TH_EINTR, "interrupted") : TH_OK;
}

static th_err add_all(compare_cmd *c, char **items, int n, th_why *why)
{
    size_t n_learners, done = 0;
    const th_learner *l = th_learners(&n_learners);
    const size_t all = items ? (size_t)n : n_learners + 1;
    if (!items || in_list(items, n, NETWORK)) TH_TRY(add(c, NETWORK, why));
    for (size_t i = 0; i < n_learners; i++) {
        if (!suits(&c->project, &l[i]) || (items && !in_list(items, n, l[i].name))) continue;
        if (!th_stderr_is_terminal()) th_progress("compare", (double)++done / (double)(all + 1)); /* names tell there */
        TH_TRY(add(c, l[i].name, why));
    }
    return TH_OK;
}

/* ---- what came out ---- */

static void count_cell(th_table *t, double v)
{
    if (v < 0)
        th_table_cell(t, "-");
    else
        th_table_cell(t, "%.0f", v);
}

static th_err print_table(const compare_cmd *c, const th_versus *v, const char *sentence, th_why *why)
{
    th_table t = th_table_make(7);
    const char *const head[] = {c->board->name, th_versus_measure(v), "+-", "flash", "RAM", "instructions", ""};
    t.last_left = true;
    for (int i = 0; i < 7; i++) th_table_cell(&t, "%s", head[i]);
    for (int i = 0; i < v->n; i++) {
        const th_versus_row *r = &v->row[i];
        th_table_cell(&t, "%s", r->name);
        if (i == v->take) th_table_strong(&t);
        th_table_cell(&t, "%.1f %%", 100 * r->score);
        th_table_cell(&t, "%.1f", 100 * r->deviation);
        count_cell(&t, r->flash);
        count_cell(&t, r->ram);
        count_cell(&t, r->instructions);
        th_table_cell(&t, "%s", r->stale ? "stale: of other data, settings or model" : r->problem ? r->problem : "");
    }
    th_table_print(&t, stdout, th_stdout_is_terminal());
    const bool failed = t.failed;
    th_table_free(&t);
    if (*sentence) printf("\n%s\n", sentence);
    printf("int8 on the test part; +- is one standard deviation of the test. Instructions are of one answer, with its "
           "features\nwhere a sensor is watched. The choice was made on these very examples. next: thimble report %s\n",
           c->project.dir);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static th_err print_json(const compare_cmd *c, const th_versus *v, const char *sentence, th_why *why)
{
    json_t *rows = json_array(), *o = json_deep_copy(c->file);
    for (int i = 0; i < v->n; i++) {
        json_t *row = json_deep_copy(v->row[i].all);
        json_object_set_new(row, "stale", json_boolean(v->row[i].stale));
        json_array_append_new(rows, row);
    }
    json_object_set_new(o, "rows", rows);
    json_object_set_new(o, "take", v->take < 0 ? json_null() : json_string(v->row[v->take].name));
    json_object_set_new(o, "sentence", json_string(sentence));
    return th_json_print(o, why);
}

static th_err show(const compare_cmd *c, th_why *why)
{
    char sentence[640];
    th_versus v;
    th_versus_read(&c->project, c->file, &c->now, &v);
    th_versus_sentence(&v, sentence, sizeof sentence);
    return th_arg_on(c->args, "json") ? print_json(c, &v, sentence, why) : print_table(c, &v, sentence, why);
}

static th_err compare(compare_cmd *c, char **items, int n, th_why *why)
{
    const char *board = th_arg(c->args, "on");
    TH_TRY(check_task(&c->project, why));
    TH_TRY(check_names(&c->project, items, n, why));
    TH_TRY(th_board_find(board ? board : c->project.board, &c->board, why));
    TH_TRY(keep_data(c, why));
    TH_TRY(open_file(c, why));
    if (th_project_task(&c->project)->input == TH_IN_PICTURE)
        fputs(
            "note: classic learners on the pixels of a picture are poor: each looks at single points, and a thing that "
            "moves lights up others\n",
            stderr);
    th_interrupt_catch();
    const th_err err = add_all(c, items, n, why);
    if (err && err != TH_EINTR) return err;
    if (c->done == 0) return err ? err : th_why_set(why, TH_ENOENT, "nothing could be compared: see the notes above");
    th_why other = {0};
    const th_err shown = show(c, &other);
    if (err) return th_why_set(why, err, "interrupted; the %d that were done are kept", c->done);
    return shown ? th_why_set(why, shown, "%s", other.text) : TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    char **items = NULL;
    int n = 0;
    compare_cmd *c = calloc(1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    c->args = a;
    c->lock = -1;
    th_err err = th_project_load(th_word(a, 0, "."), &c->project, why);
    if (!err && th_arg(a, "presets")) err = th_list_split(th_arg(a, "presets"), &items, &n, why);
    if (!err) err = compare(c, items, n, why);
    th_list_free(items, n);
    th_lock_release(c->lock);
    if (c->has_set) th_example_set_free(&c->set);
    json_decref(c->file);
    free(c);
    return err;
}

static const th_opt opts[] = {
    {"presets", "LIST", "all that suit the task",
     "these only: network, knn, kmeans, mixture, pca, logistic, tree, ..."},
    {"on", "BOARD", "from thimble.ini", "count flash, RAM and instructions on this emulated board"},
    {"threads", "N", "all processors", "threads to use"},
    {"seed", "N", "from thimble.ini", "start of all chance of the learners"},
    {"json", NULL, NULL, "one JSON object on the last line"},
    {NULL, NULL, NULL, NULL},
};

const th_cmd th_cmd_compare = {
    .name = "compare",
    .words = "[PROJECT]",
    .summary = "network and classic learners on the same data: accuracy against flash, RAM, work",
    .detail =
        "  thimble compare steps\n"
        "  thimble compare fan --presets network,kmeans,pca --on microbit\n\n"
        "The network is the project's own model (trained now when there is none). Learners are trained on the same\n"
        "examples into model/compare/; the project's own model stays. All are tested in int8 on the test part, and "
        "run\n"
        "on the emulated board. Each is a run in thimble.db; the report draws them. Rows of before stay in the table\n"
        "until they are measured again, and are said to be stale when data, thimble.ini or the network changed.",
    .opts = opts,
    .min_words = 0,
    .max_words = 1,
    .run = run,
};
