/* The body of POST ../jobs, until it is a command line: whatever it says, nothing but the verb's own options stands
 * before
 * "--", no path leads out of the project, and what is written goes to the job's files. */
#include "serve/job_rules.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const th_opt opts[] = {{"project", "DIR", ".", ""},   {"epochs", "N", NULL, ""},    {"m", "TEXT", NULL, ""},
                              {"resume", NULL, NULL, ""},    {"data", "PATH", NULL, ""},   {"from", "SOURCE", NULL, ""},
                              {"out", "DIR", NULL, ""},      {"send", "PORT", NULL, ""},   {"to", "FILE", NULL, ""},
                              {"with", "PROJECT", NULL, ""}, {"in", "FILE", NULL, ""},     {"feed", "FILE", NULL, ""},
                              {"as", "KIND", NULL, ""},      {"live", "SOURCE", NULL, ""}, {"layers", "DIR", NULL, ""},
                              {"list", NULL, NULL, ""},      {"json", NULL, NULL, ""},     {0}};
static const th_opt model_opts[] = {
    {"data", "PATH", NULL, ""}, {"epochs", "N", NULL, ""}, {"out", "FILE", NULL, ""}, {"json", NULL, NULL, ""}, {0}};
static const th_verb verbs[] = {
    {"train", "", "", model_opts, 1}, {"test", "", "", model_opts, 1}, {"data import", "", "", opts, 1},
    {"data record", "", "", opts, 1}, {"data set", "", "", opts, 8},   {"data export", "", "", opts, 1},
    {"deploy", "", "", opts, 4},      {"emulate", "", "", opts, 1},    {"run", "", "", opts, 1},
    {"edit", "", "", opts, 1},        {"bench", "", "", opts, 8},      {NULL, NULL, NULL, NULL, 0},
};

static bool known(const char *word, const char *start)
{
    return strncmp(word, start, strlen(start)) == 0;
}

static void check_option(const char *word)
{
    static const char *const read[] = {"--data=", "--in=", "--feed=", "--with="};
    static const char *const written[] = {"--out=", "--to=", "--layers="};
    if (!known(word, "--")) __builtin_trap();
    if (strcmp(word, "--project=.") != 0 && known(word, "--project")) __builtin_trap();
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        if (!known(word, read[i])) continue;
        const char *path = strchr(word, '=') + 1;
        if (path[0] == '/' || strcmp(path, "..") == 0 || known(path, "../") || strstr(path, "/../")) __builtin_trap();
    }
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (known(word, written[i]) && !known(strchr(word, '=') + 1, "jobs/000001/files")) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static th_site site;
    static th_job_place place;
    th_job_line line;
    char title[240];
    th_why why = {0};
    json_t *step = json_loadb((const char *)bytes, n, 0, NULL);
    if (!json_is_object(step)) {
        json_decref(step);
        return 0;
    }
    site = (th_site){.root = "/nonexistent", .program = "thimble", .verbs = verbs};
    place = (th_job_place){.site = &site, .dir = "/nonexistent/a", .files = "jobs/000001/files", .project = "a"};
    place.listens = n & 1;
    th_job_line_title(step, title, sizeof title);
    if (th_job_line_make(&place, step, &line, &why)) {
        if (!why.text[0]) __builtin_trap();
        json_decref(step);
        return 0;
    }
    if (strcmp(line.word[0], "thimble") != 0 || line.word[line.n]) __builtin_trap();
    int i = 2 + (strcmp(line.word[1], "data") == 0);
    for (; i < line.n && strcmp(line.word[i], "--") != 0; i++) check_option(line.word[i]);
    if (i == line.n) __builtin_trap();
    th_job_line_free(&line);
    json_decref(step);
    return 0;
}
