/* The tables of `thimble bench`, at most 100 columns wide. */
#include "cli/bench.h"

#include "base/text.h"
#include "os/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#ifndef TH_OPT
#define TH_OPT "unknown options"
#endif

/* Width of the model's column; a longer name has a line for itself. */
#define NAME 22

static double number(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static const char *text(const json_t *o, const char *key)
{
    const char *t = json_string_value(json_object_get(o, key));
    return t ? t : "?";
}

/* 1,234,567 right-aligned after a space; "-" where there is no such figure. */
static void print_count(const json_t *o, const char *key, int width)
{
    char digits[32], out[48];
    const json_t *value = json_object_get(o, key);
    size_t n = 0;
    if (!value) {
        printf(" %*s", width - 1, "-");
        return;
    }
    const size_t len = th_text_fmt(digits, sizeof digits, "%lld", (long long)json_number_value(value));
    for (size_t i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0) out[n++] = ',';
        out[n++] = digits[i];
    }
    out[n] = '\0';
    printf(" %*s", width - 1, out);
}

static void print_name(const json_t *row)
{
    const char *name = text(row, "model");
    if (strlen(name) > NAME)
        printf("%s\n%*s", name, NAME, "");
    else
        printf("%-*s", NAME, name);
}

/* ---- boards ---- */

/* Widths: MACs, instructions, per MAC, RAM, flash code, flash weights, ms. With the name that is 100. */
#define HEAD "%-*s%11s%12s%8s%13s%13s%13s%8s\n"
enum { MACS = 11, COUNT = 12, PER_MAC = 8, BYTES = 13 };

void th_bench_board_head(const th_board *board, bool package)
{
    printf("%s: %s, %ld MHz%s; %s\n\n", board->name, board->core->name, (long)(board->clock_hz / 1000000),
           board->emulator ? ", emulated" : "; no emulator has it, so sizes only",
           package ? "a package (.thm) and its executor" : "generated C");
    printf(HEAD, NAME, "", "", "", "instr.", "", "flash:", "flash:", "about");
    printf(HEAD, NAME, "model", "MACs", "instr.", "per MAC", "RAM", "code", "weights", "ms");
}

/* "12.3% better" */
static void print_change(const json_t *cell, int width)
{
    const double percent = number(cell, "change_percent");
    char out[32] = "-";
    if (cell && fabs(percent) < 0.05)
        snprintf(out, sizeof out, "same");
    else if (cell)
        snprintf(out, sizeof out, "%.1f%% %s", fabs(percent), text(cell, "is"));
    printf(" %*s", width - 1, out);
}

/* "46 %": what is now, as a part of what was. */
static void print_part(const json_t *cell, int width)
{
    char out[32] = "-";
    if (cell) snprintf(out, sizeof out, "%.0f %%", 100.0 + number(cell, "change_percent"));
    printf(" %*s", width - 1, out);
}

/* The cells of another's row, each below ours. */
static void print_against(const char *title, const json_t *cells, void (*print)(const json_t *cell, int width))
{
    static const int width[TH_CELLS] = {MACS + COUNT, PER_MAC + BYTES, BYTES, BYTES};
    if (!cells) return;
    printf("%-*s", NAME, title);
    for (int i = 0; i < TH_CELLS; i++) print(json_object_get(cells, th_cell_name[i]), width[i]);
    puts("");
}

/* key: what a layer took, in so many decimals; counts also for each MAC. */
static void print_layers(const json_t *layers, const char *key, const char *title, int decimals)
{
    double all = 0.0;
    const size_t n = json_array_size(layers);
    for (size_t i = 0; i < n; i++) all += number(json_array_get(layers, i), key);
    printf("  %3s  %-18s %-26s %11s %12s %8s %8s\n", "", "layer", "kernel", "MACs", title, decimals ? "" : "per MAC",
           "share");
    for (size_t i = 0; i < n; i++) {
        const json_t *l = json_array_get(layers, i);
        const double took = number(l, key), macs = number(l, "macs");
        printf("  %3zu  %-18.18s %-26.26s", i, text(l, "op"), text(l, "kernel"));
        print_count(l, "macs", 12);
        if (decimals)
            printf(" %12.*f", decimals, took);
        else
            print_count(l, key, 13);
        if (!decimals && macs > 0.0)
            printf(" %8.2f", took / macs);
        else
            printf(" %8s", "");
        printf(" %6.1f %%\n", all > 0.0 ? 100.0 * took / all : 0.0);
    }
    puts("");
}

void th_bench_board_row(const json_t *row)
{
    print_name(row);
    print_count(row, "macs", MACS);
    print_count(row, "instructions", COUNT);
    if (json_object_get(row, "instructions_per_mac"))
        printf(" %*.2f", PER_MAC - 1, number(row, "instructions_per_mac"));
    else
        printf(" %*s", PER_MAC - 1, "-");
    for (int i = TH_CELL_RAM; i < TH_CELLS; i++) print_count(row, th_cell_name[i], BYTES);
    if (json_object_get(row, "ms_estimate"))
        printf(" %7.2f\n", number(row, "ms_estimate"));
    else
        printf(" %7s\n", "-");
    print_against("  against baseline", json_object_get(row, "baseline"), print_change);
    print_against("  part of CMSIS-NN", json_object_get(row, "cmsis_nn"), print_part);
    if (!json_object_get(row, "layers")) return;
    puts("");
    print_layers(json_object_get(row, "layers"), "instructions", "instr.", 0);
}

/* Words of a long text from column `indent` on, lines of at most 100 columns; the cursor is at `indent`. */
static void print_wrapped(const char *words, int indent)
{
    int at = indent;
    while (*words) {
        const int n = (int)strcspn(words, " ");
        if (at > indent && at + 1 + n > 100) printf("\n%*s", at = indent, "");
        at += printf("%s%.*s", at > indent ? " " : "", n, words);
        words += n + (words[n] == ' ');
    }
    puts("");
}

void th_bench_board_legend(const th_board *board, bool compared)
{
    const th_core *core = board->core;
    puts("MACs      multiply-accumulates that the layers are made of");
    if (board->emulator)
        puts("instr.    instructions of one inference, counted by the emulator: the same in every run, not cycles");
    printf("RAM       bytes: arena, other static memory, and the stack %s\n",
           board->emulator ? "that was used" : "that is reserved");
    puts("flash     bytes; weights: weights, biases and scales as they are stored; code: everything else");
    if (board->emulator) {
        printf("about ms  an estimate: %.2f cycles for each instruction", core->cycles_per_100_instr / 100.0);
        if (core->cycles_error_percent) printf(", +-%ld %%", (long)core->cycles_error_percent);
        printf("\n          ");
        print_wrapped(core->cycles_source, 10);
    }
    if (compared)
        puts("baseline  what was measured when it was saved; more than 1 % worse fails with --check\n"
             "CMSIS-NN  TensorFlow Lite Micro with CMSIS-NN: 50 % means that ours takes half as much; its weights\n"
             "          are the .tflite file");
}

/* ---- this computer ---- */

void th_bench_host_head(const th_host_bench *how)
{
    char cpu[64];
    th_cpu_name(cpu, sizeof cpu);
    printf("this computer (%s), compiled with " TH_OPT "; least time of %d rounds, kernels take turns\n\n", cpu,
           how->rounds);
    printf("%*s\n", NAME + 11 + 10 + 8 + 11 + 12, "times");
    printf("%-*s%11s  %-8s%8s%11s%12s%9s%11s\n", NAME, "model", "MACs", "kernels", "threads", "ms", "plain", "GMAC/s",
           "RAM");
}

static void print_way(const json_t *way)
{
    printf("  %-8s%8.0f%11.4f%12.1f%9.2f", text(way, "kernels"), number(way, "threads"), number(way, "ms"),
           number(way, "times_plain"), number(way, "gmacs_per_s"));
    print_count(way, "arena", 11);
    puts("");
}

void th_bench_host_row(const json_t *row)
{
    const json_t *times = json_object_get(row, "times");
    print_name(row);
    print_count(row, "macs", 11);
    for (size_t i = 0; i < json_array_size(times); i++) {
        if (i) printf("%*s", NAME + 11, "");
        print_way(json_array_get(times, i));
    }
    for (size_t i = 0; i < json_array_size(times); i++) {
        const json_t *way = json_array_get(times, i), *layers = json_object_get(way, "layers");
        char title[32];
        th_text_fmt(title, sizeof title, "us, %s", text(way, "kernels"));
        if (layers && i == 0) puts("");
        if (layers) print_layers(layers, "us", title, 2);
    }
}

void th_bench_host_legend(void)
{
    puts("kernels      plain: C for any processor; the others: for one family of processors, chosen by what\n"
         "             this one can do or by the environment variable THIMBLE_ISA\n"
         "ms           of processor time on one thread, of elapsed time on more\n"
         "times plain  how many times as fast as the plain kernels in the same run: other computers compare\n"
         "             with this, not with the milliseconds\n"
         "GMAC/s       thousand millions of multiply-accumulates a second\n"
         "RAM          bytes of memory for tensors and for what the kernels work in");
}
