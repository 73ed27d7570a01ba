/* thimble model: checks a description of a network and prints what it costs, without training; lists the presets. */
#include "cli/cmd.h"
#include "data/front.h"
#include "cli/table.h"
#include "design/design.h"
#include "design/preview.h"

#include <stdlib.h>
#include <string.h>

typedef struct model_cmd {
    th_network *network; /* of a project; else: */
    th_preset preset;
    char preset_text[TH_PRESET_BYTES];
    th_spec spec;
    const char *text; /* the description */
    char *owned;      /* of a file: to be freed */
} model_cmd;

/* "HxWxC" of --input over what is there. */
static th_err read_input(const th_args *a, int32_t shape[3], th_why *why)
{
    const char *text = th_arg(a, "input"), *c = text;
    for (int i = 0; text && i < 3; i++) {
        int32_t v = 0;
        const char *start = c;
        for (; *c >= '0' && *c <= '9' && v < 100000; c++) v = v * 10 + (*c - '0');
        if (c == start || v < 1 || v > 4096 || *c != (i < 2 ? 'x' : 0))
            return th_why_set(why, TH_EUSAGE,
                              "--input takes HEIGHTxWIDTHxCHANNELS, 1 to 4096 each, such as 96x96x3, not \"%s\"", text);
        shape[i] = v;
        c++;
    }
    return TH_OK;
}

/* A description that no project stands around: of a preset or of a file. */
static th_err parse_alone(const th_args *a, model_cmd *c, const char *file, const int32_t made_for[3],
                          int32_t n_classes, th_why *why)
{
    int32_t shape[3] = {made_for[0], made_for[1], made_for[2]};
    int64_t classes;
    TH_TRY(read_input(a, shape, why));
    TH_TRY(th_arg_int(a, "classes", 0, 4096, n_classes, &classes, why));
    return th_spec_parse_part(c->text, file, 1, shape[0], shape[1], shape[2], (int32_t)classes, &c->spec, why);
}

static th_err open_file(const th_args *a, model_cmd *c, const char *path, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    static const int32_t none[3] = {0, 0, 0};
    if (!th_arg(a, "input"))
        return th_why_set(why, TH_EUSAGE, "%s is no project: say what goes into the network, as in --input 49x10x1",
                          path);
    TH_TRY(th_file_read(path, (size_t)1 << 20, &bytes, &n, why));
    c->text = c->owned = malloc(n + 1);
    if (c->owned) {
        if (n) memcpy(c->owned, bytes, n);
        c->owned[n] = 0;
    }
    const bool is_text = !c->owned || strlen(c->owned) == n;
    free(bytes);
    if (!c->owned) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (!is_text)
        return th_why_set(why, TH_EFORMAT, "%s is not a text. A trained model: thimble inspect %s", path, path);
    return parse_alone(a, c, path, none, 0, why);
}

static th_err open_project(const th_args *a, model_cmd *c, const char *dir, th_why *why)
{
    th_project *p = calloc(1, sizeof *p);
    if (!p) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_project_load(dir, p, why);
    if (!err && (th_arg(a, "input") || th_arg(a, "classes")))
        err = th_why_set(why, TH_EUSAGE, "--input and --classes are for presets and files; %s has them in %s", dir,
                         TH_FILE_INI);
    if (!err) err = th_network_open(p, th_arg(a, "preset"), NULL, &c->network, why);
    free(p);
    if (c->network) {
        c->text = c->network->text;
        c->spec = c->network->spec;
    }
    if (!err && c->network->assumed)
        fputs("note: there are no data yet, so what goes in is as the preset was made for\n", stderr);
    return err;
}

static th_err open_any(const th_args *a, model_cmd *c, th_why *why)
{
    char ini[TH_PATH_BYTES];
    const char *word = th_word(a, 0, NULL), *preset = th_arg(a, "preset");
    if (!word && preset) {
        TH_TRY(th_preset_make(preset, c->preset_text, &c->preset, why));
        c->text = c->preset_text;
        const int32_t made_for[3] = {c->preset.in_h, c->preset.in_w, c->preset.in_c};
        return parse_alone(a, c, "model description", made_for, c->preset.n_classes, why);
    }
    if (!word) word = ".";
    TH_TRY(th_path_join(ini, word, TH_FILE_INI, why));
    if (th_file_exists(ini) || !th_file_exists(word) || th_dir_exists(word)) return open_project(a, c, word, why);
    if (preset) return th_why_set(why, TH_EUSAGE, "%s is a file with layers of its own; leave --preset out", word);
    return open_file(a, c, word, why);
}

/* ---- the list ---- */

static void print_preset(const json_t *p)
{
    char shape[40];
    const json_t *in = json_object_get(p, "input");
    snprintf(shape, sizeof shape, "%dx%dx%d", (int)json_integer_value(json_array_get(in, 0)),
             (int)json_integer_value(json_array_get(in, 1)), (int)json_integer_value(json_array_get(in, 2)));
    printf("%-30s %-10s %7d %10lld %12lld  %s\n    %s\n", json_string_value(json_object_get(p, "written")), shape,
           (int)json_integer_value(json_object_get(p, "classes")),
           (long long)json_integer_value(json_object_get(p, "parameters")),
           (long long)json_integer_value(json_object_get(p, "macs")), json_string_value(json_object_get(p, "summary")),
           json_string_value(json_object_get(p, "sentence")));
}

static th_err list_presets(bool json, th_why *why)
{
    json_t *list, *p;
    size_t i;
    TH_TRY(th_presets_json(NULL, &list, why));
    if (json) return th_json_print(json_pack("{s:o}", "presets", list), why);
    printf("%-30s %-10s %7s %10s %12s  %s\n", "preset", "input", "classes", "parameters", "MACs", "what it is");
    json_array_foreach(list, i, p) print_preset(p);
    json_decref(list);
    return TH_OK;
}

/* ---- running ---- */

/* Without the empty lines that stand for remarks of thimble.ini. */
static void print_text(const char *text)
{
    while (*text) {
        const size_t n = strcspn(text, "\n");
        if (n) printf("%.*s\n", (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static th_err show_board(const th_args *a, const model_cmd *c, th_why *why)
{
    const th_board *board;
    th_preview preview;
    TH_TRY(th_board_find(th_arg(a, "board"), &board, why));
    TH_TRY(th_preview_make(&c->spec, c->network, board, !th_arg_on(a, "quick"), &preview, why));
    if (th_arg_on(a, "json")) return th_json_print(th_preview_json(&c->spec, &preview, board), why);
    th_design_print(stdout, &c->spec, true);
    th_measure_print(stdout, &preview.measure, board);
    return TH_OK;
}

static th_err show(const th_args *a, const model_cmd *c, th_why *why)
{
    if (th_arg(a, "board")) return show_board(a, c, why);
    if (th_arg_on(a, "quick"))
        return th_why_set(why, TH_EUSAGE, "--quick is how to look at a board: thimble model --board %s --quick",
                          TH_BOARD_DEFAULT);
    if (th_arg_on(a, "json")) return th_json_print(th_design_json(&c->spec), why);
    if (th_arg_on(a, "text"))
        print_text(c->text);
    else
        th_design_print(stdout, &c->spec, true);
    return TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    if (th_arg_on(a, "list")) {
        if (a->n_words || th_arg(a, "preset") || th_arg(a, "input") || th_arg(a, "classes"))
            return th_why_set(why, TH_EUSAGE, "--list goes alone, or with --json");
        return list_presets(th_arg_on(a, "json"), why);
    }
    model_cmd *c = calloc(1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = open_any(a, c, why);
    if (!err)
        err = show(a, c, why);
    else if (c->spec.n_layers)
        th_design_print(stderr, &c->spec, false);
    th_network_free(c->network);
    free(c->owned);
    free(c);
    return err;
}

static const th_opt opts[] = {
    {"list", NULL, NULL, "print the presets: input, parameters, multiplications (MACs)"},
    {"preset", "NAME", "from thimble.ini", "this preset; without PROJECT: with the input that it is made for"},
    {"input", "HxWxC", NULL, "what goes in (of a preset or a file): height, width, channels; signals: STEPSx1xC"},
    {"classes", "N", NULL, "classes to tell apart; 0: the network gives values"},
    {"board", "B", NULL, "also what it will take there as int8, and whether that fits: without training it"},
    {"quick", NULL, NULL, "of --board: the arena exactly, the rest about, in place of building the firmware"},
    {"text", NULL, NULL, "print the lines of the description instead, to copy and change them"},
    {"json", NULL, NULL, "print one JSON object"},
    {NULL, NULL, NULL, NULL},
};

const th_cmd th_cmd_model = {
    .name = "model",
    .words = "[PROJECT|FILE]",
    .summary = "check a network's description and print what it costs, without training",
    .detail =
        "The description is the block [model] of thimble.ini, else the preset; or a text file. One layer a line,\n"
        "docs/models.md has all words. RAM int8: estimated bytes of activations while the layer\n"
        "runs. With --board the int8 network is made with weights of chance and built: its RAM and\n"
        "flash are those that it will have when it is trained and quantised.\n\n"
        "  thimble model my-words --board nano33ble\n"
        "  thimble model --preset mobilenet-v1-0.5-128 --classes 10\n"
        "  thimble model net.txt --input 49x10x1 --classes 4",
    .opts = opts,
    .max_words = 1,
    .run = run,
};
