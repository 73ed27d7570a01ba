/* Explorables by their names, and what can be set of each: docs/explorables.md tells what it means, and
 * tests/course/test_check.c holds the two lists together. */
#include "course/check_priv.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *settings; /* with a space before and behind each */
} rows[] = {
    {"descent", " model rate start start2 noise seed "},
    {"neuron", " data w1 w2 b activation seed "},
    {"budget", " board flash ram macs every sleep battery "},
    {"window", " picture kernel stride padding pool relu "},
    {"alias", " tone rate filter "},
    {"mel", " sound bands window hop pitch "},
    {"overfit", " size points noise epochs stop seed "},
    {"grid", " values bits per cut seed "},
    {"arena", " net plan step "},
    {"threshold", " threshold distance rare miss alarm seed "},
    {"kmeans", " points k start alarm seed "},
    {"split", " by people each habit test seed "},
    {"fair", " one a b gap rate_a rate_b goal seed "},
};

const char *th_explore_settings(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0) return rows[i].settings;
    return NULL;
}

static void check_setting(th_checker *c, const char *file, int line, const char *name, const char *settings,
                          const char *word)
{
    char sought[70];
    const size_t n = strcspn(word, "=");
    if (!word[n] || !word[n + 1] || n == 0 || n > 60) {
        th_check_say(c, file, line, "the setting \"%.60s\" has no value: write name=value", word);
        return;
    }
    snprintf(sought, sizeof sought, " %.*s ", (int)n, word);
    if (!strstr(settings, sought))
        th_check_say(c, file, line, "the explorable %s has no setting \"%.*s\": it has%s", name, (int)n, word,
                     settings);
}

void th_check_explore(th_checker *c, const char *file, const th_passage *b)
{
    char words[512];
    snprintf(words, sizeof words, "%.*s", (int)(b->words.n < sizeof words ? b->words.n : sizeof words - 1),
             (const char *)b->words.p);
    char *save = NULL, *name = strtok_r(words, " \t", &save);
    const char *settings = name ? th_explore_settings(name) : NULL;
    if (!settings) {
        th_check_say(c, file, b->line, "there is no explorable \"%.60s\": docs/explorables.md lists them",
                     name ? name : "");
        return;
    }
    for (char *word = strtok_r(NULL, " \t", &save); word; word = strtok_r(NULL, " \t", &save))
        check_setting(c, file, b->line, name, settings, word);
    if (!th_text_trim(b->body).n)
        th_check_say(c, file, b->line,
                     "this explorable has no text: say in two or three sentences what one sees, for those who can't");
}
