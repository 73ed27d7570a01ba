/* adult: numbers as they are (gain and loss of capital as ln(1 + x)), each word of the others a value of its own, 0
 * or 1. The weight of a row in the census (fnlwgt) is left out.  Every fifth row is for the test, every tenth watches.
 */
#include "set.h"

#include "os/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 15
#define WORDS   160

/* What a column is: -: left out, n: number, l: number that spans orders, w: word. */
static const char kinds[] = "nw-wnwwwwwllnw";

typedef struct table {
    char *text;
    char *(*cell)[COLUMNS];
    int32_t n;
    struct {
        int column;
        const char *name;
    } word[WORDS];
    int32_t n_words;
} table;

static th_err read_table(const char *path, table *t, th_why *why)
{
    TH_TRY(text_read(path, &t->text, why));
    int32_t lines = 1;
    for (const char *c = t->text; *c; c++) lines += *c == '\n';
    t->cell = calloc((size_t)lines, sizeof *t->cell);
    if (!t->cell) return th_why_set(why, TH_ENOMEM, "no memory for %s", path);
    for (char *line = t->text, *next; line; line = next) {
        next = text_line(line);
        if (text_fields(line, ',', t->cell[t->n], COLUMNS) == COLUMNS) t->n++;
    }
    return TH_OK;
}

static int32_t find_word(const table *t, int column, const char *name)
{
    for (int32_t k = 0; k < t->n_words; k++)
        if (t->word[k].column == column && strcmp(t->word[k].name, name) == 0) return k;
    return -1;
}

static th_err list_words(table *t, th_why *why)
{
    for (int c = 0; c < COLUMNS - 1; c++)
        for (int32_t i = 0; i < t->n && kinds[c] == 'w'; i++) {
            if (find_word(t, c, t->cell[i][c]) >= 0) continue;
            if (t->n_words == WORDS) return th_why_set(why, TH_EFORMAT, "more than %d words", WORDS);
            t->word[t->n_words].column = c;
            t->word[t->n_words++].name = t->cell[i][c];
        }
    return TH_OK;
}

/* Values: the numbers, then the words; the number of values. */
static int32_t values(const table *t, int32_t i, float *x)
{
    int32_t n = 0;
    for (int c = 0; c < COLUMNS - 1; c++)
        if (kinds[c] == 'n' || kinds[c] == 'l') {
            const float v = strtof(t->cell[i][c], NULL);
            x[n++] = kinds[c] == 'l' ? log1pf(v) : v;
        }
    for (int32_t k = 0; k < t->n_words; k++) x[n + k] = 0;
    for (int c = 0; c < COLUMNS - 1; c++)
        if (kinds[c] == 'w') x[n + find_word(t, c, t->cell[i][c])] = 1;
    return n + t->n_words;
}

th_err make_adult(const char *data, const char *out, th_why *why)
{
    table t = {0};
    set s = {0};
    char path[TH_PATH_BYTES];
    float x[WORDS + COLUMNS];
    TH_TRY(th_path_join(path, data, "adult/adult.data", why));
    th_err err = read_table(path, &t, why);
    if (!err) err = list_words(&t, why);
    if (!err && t.n) s.n_x = s.channels = values(&t, 0, x);
    for (int32_t i = 0; i < t.n && !err; i++) {
        (void)values(&t, i, x);
        err = set_add(&s, x, strcmp(t.cell[i][COLUMNS - 1], ">50K") == 0,
                      i % 5 == 4    ? TEST
                      : i % 10 == 2 ? VAL
                                    : TRAIN,
                      why);
    }
    set_standardise(&s);
    if (!err) err = set_write(&s, out, why);
    set_free(&s);
    free(t.cell);
    free(t.text);
    return err;
}
