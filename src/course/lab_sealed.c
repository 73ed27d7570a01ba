/* Data that the learner does not have: projects made in private folders when they are needed. */
#include "course/lab_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct th_lab_sealed {
    struct th_lab_sealed *next;
    char *lines, dir[TH_PATH_BYTES];
};

/* All lines as one text; they name the project. */
static char *joined(const th_lab_prop *p)
{
    char *text = NULL;
    size_t n, at = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out) return NULL;
    for (const char *line; (line = th_lab_next(p, "sealed", &at));) fprintf(out, "%s\n", line);
    return fclose(out) == 0 ? text : NULL;
}

static th_err make(const th_lab *lab, const th_lab_prop *p, const char *dir, th_why *why)
{
    size_t at = 0;
    char path[TH_PATH_BYTES];
    TH_TRY(th_dir_make(dir, why));
    for (const char *line; (line = th_lab_next(p, "sealed", &at));) {
        th_why own = {0};
        const th_err err = th_lab_do(lab, line, dir, &own);
        if (strstr(own.text, "not installed")) return th_why_set(why, TH_ETOOL, "%s", own.text);
        /* the line is not told: the seed is in it */
        if (err)
            return th_why_set(why, err, "%s: the sealed data of \"%s\" can't be made: %s", lab->file, p->own->name,
                              own.text);
    }
    /* all of it is for testing */
    snprintf(path, sizeof path, "%.4000s/thimble.db", dir);
    return th_file_exists(path) ? th_lab_do(lab, "data set split=test --all", dir, why) : TH_OK;
}

th_err th_lab_sealed(th_lab_run *run, const th_lab_prop *p, const char **dir, th_why *why)
{
    char *lines = joined(p);
    if (!lines) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (const struct th_lab_sealed *s = run->sealed; s; s = s->next) {
        if (strcmp(s->lines, lines) != 0) continue;
        free(lines);
        *dir = s->dir;
        return TH_OK;
    }
    struct th_lab_sealed *s = calloc(1, sizeof *s);
    if (!s) {
        free(lines);
        return th_why_set(why, TH_ENOMEM, "out of memory");
    }
    s->lines = lines;
    s->next = run->sealed;
    run->sealed = s;
    snprintf(s->dir, sizeof s->dir, "%.4000s/sealed-%zu", run->work, ++run->n_sealed);
    *dir = s->dir;
    return make(run->lab, p, s->dir, why);
}

void th_lab_sealed_free(struct th_lab_sealed *sealed)
{
    while (sealed) {
        struct th_lab_sealed *next = sealed->next;
        free(sealed->lines);
        free(sealed);
        sealed = next;
    }
}

th_err th_lab_bring(const th_lab_run *run, const char *file, const char *dir, bool *there, th_why *why)
{
    char from[TH_PATH_BYTES], to[TH_PATH_BYTES], above[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_path_join(from, run->dir, file, why));
    TH_TRY(th_path_join(to, dir, file, why));
    *there = th_file_exists(from);
    if (!*there) return TH_OK;
    snprintf(above, sizeof above, "%s", to);
    *strrchr(above, '/') = 0;
    TH_TRY(th_dir_make(above, why));
    TH_TRY(th_file_read(from, 0, &bytes, &n, why));
    const th_err err = th_file_write_unsynced(to, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}
