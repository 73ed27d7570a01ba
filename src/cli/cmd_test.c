/* thimble test: how well the float and the int8 network hear. */
#include "cli/table.h"
#include "cli/test.h"
#include "cli/test_curve.h"
#include "cli/train_record.h"
#include "cli/unpacked.h"
#include "os/run.h"

#include <stdio.h>
#include <string.h>

/* For the report and the studio, and for the run that made the model. */
static void keep(const th_test *t, json_t *object)
{
    static const char *const figures[] = {"accuracy", "balanced", "macro_f1", "auc", "f1", "rmse"};
    const int n = sizeof figures / sizeof *figures;
    if (th_test_output(t) == TH_OUT_LABELS) th_test_add_each(t, object);
    th_test_save(t, object, t->hash[TH_NET_FLOAT], TH_FILE_TEST);
    for (int i = 0; i < TH_TEST_NETS * n; i++) {
        const json_t *value = json_object_get(json_object_get(object, th_test_net(i / n)), figures[i % n]);
        char name[48];
        snprintf(name, sizeof name, "test_%s_%s", figures[i % n], th_test_net(i / n));
        if (json_is_number(value))
            th_train_record_result(&t->project, t->hash[TH_NET_FLOAT], name, json_number_value(value));
    }
}

static th_err show(const th_test *t, bool json, json_t *object, th_why *why)
{
    if (!object) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (json) return th_json_print(object, why);
    json_decref(object);
    return th_test_output(t) == TH_OUT_LABELS ? th_test_print(t, why) : th_test_values_print(t, why);
}

/* What is printed has every clip only when that is wanted: there may be very many. */
static th_err show_each(const th_args *a, const th_test *t, json_t *object, th_why *why)
{
    const bool wanted = th_arg_on(a, "each");
    if (object && wanted && !json_object_get(object, "each")) th_test_add_each(t, object);
    if (object && !wanted) {
        json_object_del(object, "each");
        json_object_del(object, "subjects");
    }
    return show(t, th_arg_on(a, "json"), object, why);
}

/* The report shows the test of the project's own held-out part, of its own models. */
static bool is_own(const th_args *a, const th_test *t)
{
    const char *split = th_arg(a, "split");
    return t->has_project && !th_arg(a, "data") && !th_arg(a, "model") && (!split || strcmp(split, "test") == 0);
}

/* The same once more on the emulated board, when one is named. */
static th_err on_board(const th_args *a, th_test *t, th_why *why)
{
    const char *board = th_arg(a, "on"), *model = th_arg(a, "model");
    return board ? th_test_device(t, model ? model : th_word(a, 0, "."), board, why) : TH_OK;
}

static void add_board(const th_test *t, json_t *object)
{
    json_t *device = json_object_get(object, th_test_net(TH_NET_DEVICE));
    if (!device) return;
    json_object_set_new(device, "board", json_string(t->board->name));
    json_object_set_new(device, "examples", json_integer((json_int_t)t->on_board));
    json_object_set_new(device, "differ", json_integer((json_int_t)t->differ));
}

/* What the board computes is what this computer computes, or it is said, and is an error. */
static th_err judge_board(const th_test *t, th_why *why)
{
    if (!t->board) return TH_OK;
    if (t->differ)
        return th_why_set(why, TH_EIO,
                          "%zu of %zu outputs of the emulated %s are not those of this computer: this is a bug, please "
                          "report it with model and data",
                          t->differ, t->on_board, t->board->name);
    fprintf(stderr, "note: all %zu outputs of the emulated %s are equal to this computer's, byte for byte\n",
            t->on_board, t->board->name);
    return TH_OK;
}

static th_err test_examples(const th_args *a, const char *data, th_test *t, th_why *why)
{
    const char *split = th_arg(a, "split");
    if (th_arg(a, "stream"))
        return th_why_set(why, TH_EUSAGE,
                          "this model takes pictures or numbers, named with --data PATH; --stream is for recordings");
    t->normal = th_arg(a, "normal");
    TH_TRY(th_test_examples(t, data, th_arg(a, "pixels"), split, th_arg(a, "device"), why));
    if (th_arg_on(a, "light")) {
        const char *model = th_arg(a, "model");
        return th_test_light(t, model ? model : th_word(a, 0, "."), th_arg(a, "on"), is_own(a, t), th_arg_on(a, "json"),
                             why);
    }
    TH_TRY(on_board(a, t, why));
    json_t *object = th_test_output(t) == TH_OUT_LABELS ? th_test_json(t) : th_test_values_json(t);
    add_board(t, object);
    if (object && is_own(a, t)) keep(t, object);
    return show_each(a, t, object, why);
}

static th_err test_clips(const th_args *a, const char *dir, th_test *t, th_why *why)
{
    TH_TRY(th_test_choose(t, dir, th_arg(a, "split"), why));
    TH_TRY(th_test_classify(t, why));
    TH_TRY(on_board(a, t, why));
    json_t *object = th_test_json(t);
    add_board(t, object);
    if (object && is_own(a, t)) keep(t, object);
    return show_each(a, t, object, why);
}

static th_err check_options(const th_args *a, th_why *why)
{
    if (th_arg(a, "truth") && !th_arg(a, "stream"))
        return th_why_set(why, TH_EUSAGE, "--truth belongs to --stream FILE.wav");
    if (th_arg_on(a, "each") && !th_arg_on(a, "json"))
        return th_why_set(why, TH_EUSAGE, "--each belongs to --json: people get the worst ones anyway");
    if (th_arg(a, "seed") && !th_arg(a, "soak")) return th_why_set(why, TH_EUSAGE, "--seed belongs to --soak HOURS");
    if (th_arg(a, "soak") && (th_arg(a, "stream") || th_arg(a, "data") || th_arg(a, "split") || th_arg(a, "on")))
        return th_why_set(why, TH_EUSAGE,
                          "--soak makes its own stream: leave out --stream, --data, --split and --on (thimble data "
                          "stream --seconds S --out FILE.wav writes one that emulate --feed plays to a board)");
    if (th_arg(a, "stream") && (th_arg(a, "data") || th_arg(a, "split") || th_arg(a, "on")))
        return th_why_set(why, TH_EUSAGE,
                          "--stream tests one long recording: leave out --data, --split and --on (thimble emulate "
                          "--feed FILE.wav plays it to a board)");
    return TH_OK;
}

/* Of the open networks, on the data at `data`; NULL: the project's own. */
static th_err test_all(const th_args *a, const char *data, th_test *t, th_why *why)
{
    const char *stream = th_arg(a, "stream"), *pixels = th_arg(a, "pixels");
    th_curve_request ask;
    bool curve;
    if (th_arg(a, "threshold")) return th_test_threshold(t, a, why);
    TH_TRY(th_curve_request_from(a, &ask, &curve, why));
    if (curve) return th_test_curve(t, &ask, th_arg_on(a, "json"), why);
    double hours;
    int64_t seed;
    TH_TRY(th_arg_float(a, "soak", 0.03, 10000, 1, &hours, why));
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, 1, &seed, why));
    if (th_arg(a, "soak")) return th_test_soak(t, hours, (uint64_t)seed, th_arg_on(a, "json"), why);
    if (t->of_examples) return test_examples(a, data, t, why);
    if (th_arg_on(a, "light"))
        return th_why_set(why, TH_EUSAGE, "--light is for models that tell pictures apart; this one takes recordings");
    if (pixels || th_arg(a, "normal"))
        return th_why_set(why, TH_EUSAGE, "--%s is for models that take %s; this one takes recordings",
                          pixels ? "pixels" : "normal", pixels ? "pictures" : "numbers");
    return stream ? th_test_stream(t, stream, th_arg(a, "truth"), th_arg_on(a, "json"), why)
                  : test_clips(a, data, t, why);
}

static th_err run(const th_args *a, th_why *why)
{
    static th_test t; /* large; a verb runs once */
    th_unpacked data = {0};
    TH_TRY(check_options(a, why));
    th_interrupt_catch();
    th_err err = th_test_open(th_word(a, 0, "."), th_arg(a, "model"), &t, why);
    if (!err && th_arg(a, "data")) err = th_unpacked_open(th_arg(a, "data"), &data, why);
    if (!err) err = test_all(a, th_arg(a, "data") ? data.path : NULL, &t, why);
    if (!err) err = judge_board(&t, why);
    th_unpacked_close(&data);
    th_test_free(&t);
    return err;
}

static const th_opt opts[] = {
    {"data", "PATH", NULL, "a folder or .zip of recordings, pictures, rows, in any layout of `data import`"},
    {"pixels", "LO..HI", NULL, "of a model of pictures without a card: what black and white become"},
    {"normal", "LABEL", "as the model's card says", "of a model that gives a score: what is normal"},
    {"split", "NAME", "test", "test, val or train part of the project, or of --data; of --data also all"},
    {"device", "NAME", "as trained", "of --data that several devices recorded: phone, watch"},
    {"model", "FILE", NULL, "this .tflite instead of the project's float and int8 models"},
    {"on", "BOARD", NULL,
     "also on that emulated board, as firmware: the same figures, and whether all outputs are equal"},
    {"light", NULL, NULL, "of pictures: the same in other light, brighter, duller, yellower; with --on some of each"},
    {"stream", "FILE", NULL, "one long recording, listened to as the board does"},
    {"soak", "HOURS", NULL, "such a recording of that length, of the project's test clips, made while it is heard"},
    {"seed", "N", "1", "of --soak: another number, another order"},
    {"truth", "FILE", "FILE.tsv beside it", "what is said in it: lines of start, end (seconds) and label"},
    {"curve", NULL, NULL,
     "false alarms per hour against misses at every threshold, of --stream or of validation clips"},
    {"choose", "N", NULL, "threshold and window_ms for at most N false alarms per hour -> thimble.ini, int8 model"},
    {"hours", "H", "1; of --choose 3/N, to 12", "--curve: length of the stream made of validation clips"},
    {"threshold", "T", NULL, "this threshold, 0.01 to 0.99 -> thimble.ini, int8 model; nothing is tested"},
    {"each", NULL, NULL, "with --json: every clip with its scores, and every person, too"},
    {"json", NULL, NULL, "one JSON object on the last line"},
    {NULL, NULL, NULL, NULL},
};

const th_cmd th_cmd_test = {
    .name = "test",
    .words = "[PROJECT|MODEL.tflite|MODEL.thm]",
    .summary = "how good float and int8 are: confusion, recall, precision",
    .detail =
        "  thimble test                           the project's test clips, heard by both networks\n"
        "  thimble test --data recordings         other people's clips, pictures, rows, as the data set has them: what "
        "is\n"
        "                                         for testing, or all; a word that is no label counts as \"unknown\"\n"
        "  thimble test mine.tflite --data pictures/test\n"
        "                                         a model that `train --data` made: pictures or numbers, the labels "
        "in its card\n"
        "  thimble test --on nano33ble            everything once more on the emulated board\n"
        "  thimble test --light                   a model of pictures: how right it is in the dark, in haze, by a "
        "lamp\n"
        "  thimble test --stream kitchen.wav      a long recording: words heard, false alarms per hour, delay\n"
        "  thimble test --choose 1                the threshold for one false alarm per hour, by validation clips\n"
        "  thimble test --soak 24                 hours of test clips in memory that does not grow; the last hour is\n"
        "                                         the first one again, and must be heard as then\n\n"
        "The truth of a long recording is a label track as Audacity exports it: start, end, label, separated by tabs.\n"
        "A detection of the right label from the start of a word to 1 s after its end is a hit, once; every other one "
        "is a\n"
        "false alarm. The delay is counted from the start of the word.",
    .opts = opts,
    .min_words = 0,
    .max_words = 1,
    .run = run,
};
