/* thimble quantize: model/float.tflite to model/int8.tflite, and how much each operator lost. */
#include "cli/cmd.h"
#include "cli/quantized.h"
#include "cli/table.h"

#include <stdio.h>
#include <string.h>

static const th_opt options[] = {
    {"samples", "N", "400", "training clips to calibrate with, at most"},
    {"method", "NAME", "mse", "how ranges are chosen: mse, percentile or minmax"},
    {"json", NULL, NULL, "print one JSON object"},
    {NULL, NULL, NULL, NULL},
};

static void print_table(const th_quantized *q)
{
    printf("int8 against float, %ld training clips, ranges by %s\n\n", (long)q->n_samples, th_range_name(q->method));
    printf("  %3s  %-18s %10s %14s %6s\n", "#", "operator", "signal/noise", "scale", "zero");
    for (int32_t i = 0; i < q->n_layers; i++) {
        const th_layer_error *l = &q->layers[i];
        printf("  %3ld  %-18s %9.1f dB %14.7g %6ld\n", (long)l->node, l->op, l->snr_db, (double)l->scale,
               (long)l->zero);
    }
    printf("\nfloat %zu bytes -> int8 %zu bytes. 20 dB: the error is a tenth of the signal; 40 dB: a hundredth.\n",
           q->float_bytes, q->int8_bytes);
}

static th_err run(const th_args *a, th_why *why)
{
    th_project p;
    int64_t samples = TH_CALIBRATION_SAMPLES;
    const char *name = th_arg(a, "method");
    const int method = th_range_find(name ? name : "mse");
    if (method < 0)
        return th_why_set(why, TH_EUSAGE, "--method %s is not known; there are mse, percentile and minmax", name);
    TH_TRY(th_arg_int(a, "samples", 1, 100000, samples, &samples, why));
    TH_TRY(th_project_load(th_word(a, 0, "."), &p, why));
    th_quantized q;
    th_err err = th_project_quantize(&p, (int32_t)samples, (th_range_method)method, &q, why);
    if (!err && th_arg_on(a, "json"))
        err = th_json_print(th_quantized_json(&q), why);
    else if (!err)
        print_table(&q);
    th_quantized_free(&q);
    return err;
}

const th_cmd th_cmd_quantize = {
    .name = "quantize",
    .words = "[PROJECT]",
    .summary = "the float model as int8, and what each operator loses",
    .detail = "Reads model/float.tflite, runs it on training clips to learn the range of every tensor, and writes\n"
              "model/int8.tflite and model/quantize.json.\n\n"
              "  thimble quantize my-words",
    .opts = options,
    .min_words = 0,
    .max_words = 1,
    .run = run,
};
