/* The table of figures that new ones are held against: text, a row a line, fields between tabs. */
#include "cli/bench.h"

#include "deploy/embed.h"
#include "os/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSIDE "bench/baseline.tsv"

const char *const th_cell_name[TH_CELLS] = {"instructions", "ram", "flash_code", "flash_model"};

/* who, board, model; then numbers: macs and the cells. */
enum { N_TEXTS = 3, N_FIELDS = N_TEXTS + 1 + TH_CELLS, LINE = 512 };
static const char *const field_name[N_FIELDS] = {"who",          "board", "model",      "macs",
                                                 "instructions", "ram",   "flash_code", "flash_model"};

/* One line without its newline; "-" is a figure that there is none of. */
static json_t *read_row(char *line)
{
    json_t *row = json_object();
    char *field = line;
    for (int i = 0; row && i < N_FIELDS; i++) {
        char *end = strchr(field, '\t'), *rest;
        const bool last = i == N_FIELDS - 1;
        if (last ? end != NULL : end == NULL) break;
        if (end) *end = '\0';
        errno = 0;
        const long long number = strtoll(field, &rest, 10);
        const bool is_number = !errno && rest != field && !*rest && number >= 0;
        if (i < N_TEXTS && json_object_set_new(row, field_name[i], json_string(field))) break;
        if (i >= N_TEXTS && is_number) json_object_set_new(row, field_name[i], json_integer(number));
        if (i >= N_TEXTS && !is_number && strcmp(field, "-") != 0) break;
        if (last) return row;
        field = end + 1;
    }
    json_decref(row);
    return NULL;
}

static th_err read_rows(const char *path, const char *text, json_t *rows, th_why *why)
{
    char line[LINE];
    for (long number = 1; *text; number++) {
        const size_t n = strcspn(text, "\n");
        const bool skip = n == 0 || *text == '#';
        if (!skip) {
            if (n < sizeof line) memcpy(line, text, n);
            line[n < sizeof line ? n : 0] = '\0';
            json_t *row = read_row(line);
            if (!row)
                return th_why_set(why, TH_EFORMAT,
                                  "%s, line %ld: a baseline's row is who, board, model, macs, instructions, ram, "
                                  "flash_code and flash_model with a tab between two",
                                  path, number);
            if (json_array_append_new(rows, row)) return th_why_set(why, TH_ENOMEM, "out of memory");
        }
        text += n + (text[n] == '\n');
    }
    return TH_OK;
}

th_err th_baseline_load(const char *path, json_t **rows, th_why *why)
{
    const th_embed_file *inside = th_embed_find(INSIDE);
    *rows = json_array();
    if (!*rows) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (!path)
        return inside ? read_rows(INSIDE, (const char *)inside->bytes, *rows, why)
                      : th_why_set(why, TH_ENOENT, INSIDE " is not part of this program: build thimble again");
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    char *text = strndup((const char *)bytes, n);
    free(bytes);
    const th_err err = text ? read_rows(path, text, *rows, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    free(text);
    return err;
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

/* The row of this model: names can be anybody's, so the multiply-accumulates must agree, too. */
static const json_t *find(const json_t *rows, const char *who, const char *board, const json_t *of)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *r = json_array_get(rows, i);
        if (!strcmp(text_of(r, "who"), who) && !strcmp(text_of(r, "board"), board) &&
            !strcmp(text_of(r, "model"), text_of(of, "model")) &&
            json_equal(json_object_get(r, "macs"), json_object_get(of, "macs")))
            return r;
    }
    return NULL;
}

static json_t *compare(const json_t *was, const json_t *now)
{
    json_t *o = json_object();
    for (int i = 0; i < TH_CELLS; i++) {
        const json_t *a = json_object_get(was, th_cell_name[i]), *b = json_object_get(now, th_cell_name[i]);
        if (!a || !b) continue;
        const double before = json_number_value(a), after = json_number_value(b);
        const double percent = before > 0.0 ? 100.0 * (after - before) / before : after > 0.0 ? 100.0 : 0.0;
        json_object_set_new(o, th_cell_name[i],
                            json_pack("{s:I,s:f,s:s}", "was", json_integer_value(a), "change_percent", percent, "is",
                                      after < before   ? "better"
                                      : after > before ? "worse"
                                                       : "same"));
    }
    return o;
}

void th_baseline_compare(const json_t *rows, const char *board, json_t *row)
{
    static const char *const who[2][2] = {{"thimble", "baseline"}, {"cmsis-nn", "cmsis_nn"}};
    for (int i = 0; i < 2; i++) {
        const json_t *was = find(rows, who[i][0], board, row);
        if (was) json_object_set_new(row, who[i][1], compare(was, row));
    }
}

int th_baseline_worse(const json_t *row)
{
    const json_t *cells = json_object_get(row, "baseline");
    int n = 0;
    if (!cells) return -1;
    for (int i = 0; i < TH_CELLS; i++) {
        const json_t *cell = json_object_get(cells, th_cell_name[i]);
        n += json_number_value(json_object_get(cell, "change_percent")) > TH_WORSE_PERCENT;
    }
    return n;
}

/* ---- writing ---- */

static void write_row(FILE *f, const json_t *row, const char *who, const char *board)
{
    fprintf(f, "%s\t%s\t%s", who, board, text_of(row, "model"));
    for (int i = N_TEXTS; i < N_FIELDS; i++) {
        const json_t *number = json_object_get(row, field_name[i]);
        if (number)
            fprintf(f, "\t%lld", (long long)json_integer_value(number));
        else
            fputs("\t-", f);
    }
    fputc('\n', f);
}

static void write_rows(FILE *f, const json_t *rows, const char *board, const json_t *models)
{
    fputs(
        "# What `thimble bench` compares with: one inference on the emulated board, inputs of seed 1; instructions and "
        "bytes.\n"
        "# thimble: this program, compiled by gcc 12.2 (make baseline writes these rows again).\n"
        "# cmsis-nn: TensorFlow Lite Micro 90b983c2 with CMSIS-NN 4ab83cc3, gcc 12.2, the same emulator, counted "
        "once;\n"
        "# its flash_model is the .tflite file.\n",
        f);
    fputc('#', f);
    for (int i = 0; i < N_FIELDS; i++) fprintf(f, "%c%s", i ? '\t' : ' ', field_name[i]);
    fputc('\n', f);
    for (size_t i = 0; i < json_array_size(models); i++) write_row(f, json_array_get(models, i), "thimble", board);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *r = json_array_get(rows, i);
        bool again = false;
        for (size_t k = 0; !strcmp(text_of(r, "who"), "thimble") && k < json_array_size(models); k++)
            again = again || (!strcmp(text_of(r, "board"), board) &&
                              !strcmp(text_of(r, "model"), text_of(json_array_get(models, k), "model")));
        if (!again) write_row(f, r, text_of(r, "who"), text_of(r, "board"));
    }
}

th_err th_baseline_save(const char *path, const json_t *rows, const char *board, const json_t *models, th_why *why)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (!f) return th_why_set(why, TH_ENOMEM, "out of memory");
    write_rows(f, rows, board, models);
    if (fclose(f)) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = th_file_write(path, (th_span){(const uint8_t *)text, n}, why);
    free(text);
    return err;
}
