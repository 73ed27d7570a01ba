/* thimble quantize: a float model as an integer one, what each operator loses, why, and how to mend it. */
#include "cli/cmd.h"
#include "cli/quantized.h"
#include "cli/table.h"

#include "os/file.h"
#include "os/run.h"

#include <string.h>

static const th_opt options[] = {
    {"samples", "N", "400", "samples to calibrate with, at most"},
    {"method", "NAME", "mse", "how ranges are chosen: mse, percentile, minmax or kl"},
    {"percentile", "P", "99.99", "of --method percentile: percent of the values that are kept at each end"},
    {"bits", "8|16", "8", "of activations; 16: int16x8, weights stay int8"},
    {"equalise", NULL, NULL, "first make channels of neighbouring layers alike (the same function in float)"},
    {"dense-per-channel", NULL, NULL, "a scale for each output of dense layers (needs a newer TensorFlow Lite)"},
    {"no-correct", NULL, NULL, "leave biases as they are rounded, instead of correcting their mean error"},
    {"keep-16", "LAYERS", NULL, "operators with int16 activations: numbers or output names, separated by commas"},
    {"keep-float", "LAYERS", NULL, "operators that stay float"},
    {"float-rest", NULL, NULL, "operators without an integer form stay float, instead of being refused"},
    {"debug", NULL, NULL, "what each layer loses alone, its values as a picture, and what is wrong with it"},
    {"repair", NULL, NULL, "find the least change that gives the accuracy back"},
    {"within", "POINTS", "1", "of --repair: accuracy that may be lost; without labels decibels below 20"},
    {"train", "EPOCHS", NULL, "train on with the integer network in the loop (quantisation-aware)"},
    {"learning-rate", "X", "0.0003", "of --train"},
    {"seed", "N", "1, of a project its own", "of --train: start of all chance"},
    {"threads", "N", "all processors", "of --train"},
    {"change", "LIST", "flip,shift,zoom,light", "of --train and a .tflite: how pictures are changed"},
    {"data", "PATH", NULL, "of a .tflite: examples as train --data takes them, or raw float32 inputs"},
    {"val", "PATH", "data", "of a .tflite: examples to compare with"},
    {"labels", "FILE", NULL, "of a .tflite and raw inputs: a class number for each of them"},
    {"pixels", "LO..HI", NULL, "of a .tflite without a card: what black and white become"},
    {"io", "TYPE", "int8", "of a .tflite: what goes in and comes out, int8, int16 or float"},
    {"out", "FILE", NULL, "of a .tflite: where the integer model goes"},
    {"json", NULL, NULL, "print one JSON object"},
    {NULL, NULL, NULL, NULL},
};

static th_err parse_ends(const char *text, th_ends *ends, th_why *why)
{
    static const char *const names[] = {[TH_ENDS_S8] = "int8", [TH_ENDS_S16] = "int16", [TH_ENDS_F32] = "float"};
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *ends = (th_ends)i;
            return TH_OK;
        }
    return th_why_set(why, TH_EUSAGE, "--io %s is not known; there are int8, int16 and float", text);
}

static th_err parse_training(const th_args *a, th_quantize_options *o, th_why *why)
{
    static const char *const others[] = {"repair", "keep-16", "keep-float"};
    int64_t epochs, seed, threads;
    double rate;
    TH_TRY(th_arg_int(a, "train", 1, 10000, 0, &epochs, why));
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, (int64_t)o->seed, &seed, why));
    TH_TRY(th_arg_int(a, "threads", 1, 64, th_cpu_count(), &threads, why));
    TH_TRY(th_arg_float(a, "learning-rate", 1e-9, 10.0, (double)TH_QAT_RATE, &rate, why));
    o->epochs = th_arg(a, "train") ? (int32_t)epochs : 0;
    o->seed = (uint64_t)seed;
    o->has_seed = th_arg(a, "seed") != NULL;
    o->threads = (int)threads;
    o->learning_rate = (float)rate;
    if (o->epochs) o->equalise = true; /* costs nothing, and scales are not trained: a giant channel would stay one */
    for (int i = 0; i < 3 && o->epochs; i++)
        if (th_arg(a, others[i]))
            return th_why_set(why, TH_EUSAGE, "--train and --%s don't go together: training makes all layers alike",
                              others[i]);
    return TH_OK;
}

static th_err parse(const th_args *a, th_quantize_options *o, th_why *why)
{
    const char *name = th_arg(a, "method"), *io = th_arg(a, "io");
    int64_t samples = TH_CALIBRATION_SAMPLES, bits = 8;
    *o = th_quantize_defaults();
    const int method = th_range_find(name ? name : "mse");
    if (method < 0)
        return th_why_set(why, TH_EUSAGE, "--method %s is not known; there are mse, percentile, minmax and kl", name);
    TH_TRY(th_arg_int(a, "samples", 1, 100000, samples, &samples, why));
    TH_TRY(th_arg_int(a, "bits", 8, 16, bits, &bits, why));
    if (bits != 8 && bits != 16) return th_why_set(why, TH_EUSAGE, "--bits is 8 or 16");
    TH_TRY(th_arg_float(a, "percentile", 50.0, 100.0, TH_PERCENTILE, &o->settings.percentile, why));
    TH_TRY(th_arg_float(a, "within", 0.0, 100.0, o->within, &o->within, why));
    if (io) TH_TRY(parse_ends(io, &o->settings.ends, why));
    o->n_samples = (int32_t)samples;
    o->settings.method = (th_range_method)method;
    o->settings.wide = bits == 16;
    o->settings.correct_bias = !th_arg_on(a, "no-correct");
    o->settings.dense_per_channel = th_arg_on(a, "dense-per-channel");
    o->settings.float_rest = th_arg_on(a, "float-rest");
    o->wide_layers = th_arg(a, "keep-16");
    o->float_layers = th_arg(a, "keep-float");
    o->equalise = th_arg_on(a, "equalise");
    o->debug = th_arg_on(a, "debug");
    o->repair = th_arg_on(a, "repair");
    return parse_training(a, o, why);
}

static bool is_model(const char *word)
{
    const size_t n = strlen(word);
    return n > 7 && strcmp(word + n - 7, ".tflite") == 0;
}

static th_err quantize(const th_args *a, const th_quantize_options *o, th_quantized *q, th_why *why)
{
    static const char *const of_files[] = {"data", "val", "labels", "pixels", "change", "out"};
    const th_quantize_files files = {.data = th_arg(a, "data"),
                                     .val = th_arg(a, "val"),
                                     .labels = th_arg(a, "labels"),
                                     .pixels = th_arg(a, "pixels"),
                                     .change = th_arg(a, "change"),
                                     .out = th_arg(a, "out")};
    const char *word = th_word(a, 0, ".");
    if (is_model(word)) {
        if (!files.data)
            return th_why_set(
                why, TH_EUSAGE,
                "a model file needs --data PATH, to learn the range of every tensor from: examples as `thimble train "
                "--data` takes them, or a file of inputs in float32, one after another");
        return th_file_quantize(word, &files, o, q, why);
    }
    for (size_t i = 0; i < sizeof of_files / sizeof of_files[0]; i++)
        if (th_arg(a, of_files[i]))
            return th_why_set(why, TH_EUSAGE,
                              "--data, --val, --labels, --pixels, --change and --out are for a .tflite file; %s is a "
                              "project, which has its own clips and writes model/int8.tflite",
                              word);
    th_project p;
    TH_TRY(th_project_load(word, &p, why));
    return th_project_quantize(&p, o, q, why);
}

static th_err run(const th_args *a, th_why *why)
{
    th_quantize_options o;
    th_quantized q = {0};
    TH_TRY(parse(a, &o, why));
    th_interrupt_catch();
    th_err err = quantize(a, &o, &q, why);
    if (!err && th_arg_on(a, "json"))
        err = th_json_print(th_quantized_json(&q), why);
    else if (!err)
        th_quantized_print(&q);
    th_quantized_free(&q);
    return err;
}

const th_cmd th_cmd_quantize = {
    .name = "quantize",
    .words = "[PROJECT | MODEL.tflite]",
    .summary = "the float model as int8, what each operator loses, and how to mend it",
    .detail =
        "Of a project: reads model/float.tflite, runs it on training clips to learn the range of every tensor, and\n"
        "writes model/int8.tflite and model/quantize.json; --debug and --repair compare with the validation clips.\n"
        "Of any float .tflite: --data has the inputs. docs/quantization.md explains it all.\n\n"
        "  thimble quantize my-words --debug\n"
        "  thimble quantize my-words --repair\n"
        "  thimble quantize my-words --train 10\n"
        "  thimble quantize mine.tflite --data pictures/train --val pictures/val --out mine_int8.tflite\n"
        "  thimble quantize net.tflite --data inputs.bin --labels labels.txt --out net_int8.tflite --bits 16",
    .opts = options,
    .min_words = 0,
    .max_words = 1,
    .run = run,
};
