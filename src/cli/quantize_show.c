/* What th_quantized holds, for people: a table of layers, and with --debug a picture and a sentence for each. */
#include "cli/quantized.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Letters of the longest operator name, at least as many as most have. */
static int name_width(const th_quantized *q)
{
    size_t width = 18;
    for (int32_t i = 0; i < q->n_layers; i++)
        if (strlen(q->layers[i].error.op) > width) width = strlen(q->layers[i].error.op);
    return (int)width;
}

static void print_db(double db)
{
    if (db >= 199.0)
        printf("    exact   ");
    else if (isnan(db))
        printf("        -   ");
    else
        printf(" %8.1f dB", db);
}

static void print_rows(const th_quantized *q)
{
    const int width = name_width(q);
    const bool labelled = q->f32_score.n_labelled > 0;
    printf("  %3s  %-*s %-5s %11s", "#", width, "operator", "type", "signal/noise");
    if (q->options.debug)
        printf(" %11s %6s %5s %9s  %s", "half below", "cut", "used", "imbalance", labelled ? "alone" : "alone, output");
    if (!q->options.debug) printf(" %14s %6s", "scale", "zero");
    puts("");
    for (int32_t i = 0; i < q->n_layers; i++) {
        const th_layer_debug *l = &q->layers[i];
        printf("  %3ld  %-*s %-5s ", (long)l->error.node, width, l->error.op, th_precision_name(l->error.precision));
        print_db(l->error.snr_db);
        if (!q->options.debug) {
            printf(" %14.7g %6ld\n", (double)l->error.scale, (long)l->error.zero);
            continue;
        }
        print_db(l->channel_db);
        printf(" %5.1f%% %4.0f%% %9.1f ", 100.0 * l->saturated, 100.0 * l->used, l->imbalance);
        if (l->tried && labelled)
            printf(" %+.1f points", 100.0 * (l->alone.accuracy - q->f32_score.accuracy));
        else if (l->tried)
            print_db(l->alone.out_db);
        puts("");
    }
}

/* Height of a bar: nothing, or a letter from low to high. */
static void print_bars(const th_layer_debug *l)
{
    static const char *const heights[] = {" ",
                                          "\xe2\x96\x81",
                                          "\xe2\x96\x82",
                                          "\xe2\x96\x83",
                                          "\xe2\x96\x84",
                                          "\xe2\x96\x85",
                                          "\xe2\x96\x86",
                                          "\xe2\x96\x87",
                                          "\xe2\x96\x88"};
    double most = 0.0;
    for (int i = 0; i < TH_DEBUG_BARS; i++) most = fmax(most, l->bar[i]);
    putchar('|');
    for (int i = 0; i < TH_DEBUG_BARS; i++) /* by the root: one bar of zeros leaves the others visible */
        fputs(l->bar[i] > 0.0 ? heights[1 + (int)(7.0 * sqrt(l->bar[i] / most))] : heights[0], stdout);
    putchar('|');
}

static void print_debug(const th_quantized *q)
{
    char words[192];
    puts("\nThe values of each layer's output, from the smallest to the largest (higher bars: more of them), and what "
         "int8 "
         "or int16 can say of them:");
    for (int32_t i = 0; i < q->n_layers; i++) {
        const th_layer_debug *l = &q->layers[i];
        printf("  %3ld  ", (long)l->error.node);
        print_bars(l);
        printf("  %.4g .. %.4g", l->lo, l->hi);
        if (l->error.precision != TH_P_F32) printf(", can say %.4g .. %.4g", l->first, l->last);
        puts("");
        th_debug_words(l, &q->f32_score, words, sizeof words);
        if (*words) printf("       ! %s\n", words);
    }
    puts("\nhalf below: half of the channels are worse than this. cut: values outside of what the type can say. used: "
         "part "
         "of its\nsteps that are used. imbalance: largest channel over the middle one. alone: what it costs when only "
         "this "
         "layer is an integer one.");
}

static void print_score(const char *what, const th_score *s, bool with_db)
{
    printf("%s", what);
    if (s->n_labelled > 0) printf(" %.1f %% right", 100.0 * s->accuracy);
    if (with_db && s->n_labelled == 0 && s->agree > 0.0)
        printf(" says the class of the float one %.1f %% of the time,", 100.0 * s->agree);
    if (with_db) printf("%s output", s->n_labelled > 0 ? "," : "");
    if (with_db) print_db(s->out_db);
    puts("");
}

static void print_repair(const th_quantized *q)
{
    printf("\nRepair: at most %.1f %s may be lost. Tried, from the least change to the largest:\n", q->options.within,
           q->f32_score.n_labelled > 0 ? "points of accuracy" : "dB below 20 dB at the output");
    for (int32_t i = 0; i < q->n_tried; i++) {
        printf("  %s ", i == q->best ? "*" : " ");
        print_score(q->tried[i].words, &q->tried[i].score, true);
    }
    printf("%s\n", !q->restored   ? "None of it is enough; the best (*) was kept. What is left is training with the "
                                    "integer network: the same command with --train 10 instead of --repair."
                   : q->best == 0 ? "Nothing had to be changed."
                                  : "The one with * is the least change that is enough, and was kept.");
}

static bool has_weak_layer(const th_quantized *q)
{
    bool weak = false;
    for (int32_t i = 0; i < q->n_layers; i++) weak = weak || q->layers[i].error.snr_db < 10.0;
    return weak;
}

void th_quantized_print(const th_quantized *q)
{
    printf("%s against float, %ld samples, ranges by %s%s\n\n", q->options.settings.wide ? "int16x8" : "int8",
           (long)q->n_samples, th_range_name(q->options.settings.method),
           q->n_pairs > 0 ? ", channels of neighbouring layers equalised" : "");
    print_rows(q);
    if (q->options.debug)
        print_debug(q);
    else if (has_weak_layer(q))
        puts("\nA layer below 10 dB lost more than a third of its signal: --debug says why, --repair mends it.");
    if (q->f32_score.n > 0) {
        printf("\n%ld samples to compare with:\n", (long)q->f32_score.n);
        print_score("  float:  ", &q->f32_score, false);
        print_score("  integer:", &q->score, true);
        if (q->best_epoch > 0) print_score("  trained:", &q->trained, true);
    }
    if (q->best_epoch > 0)
        printf("\nTrained for %ld epochs with the integer network (%.0f s); epoch %ld was best%s.\n",
               (long)q->options.epochs, q->train_s, (long)q->best_epoch,
               q->kept ? ", and is kept" : ", but no better than without: the integer network stays as it was");
    if (q->n_tried > 0) print_repair(q);
    printf("\nfloat %zu bytes -> integers %zu bytes. 20 dB: the error is a tenth of the signal; 40 dB: a hundredth.\n",
           q->float_bytes, q->int_bytes);
}
