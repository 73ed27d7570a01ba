/* How hard a text is to read. */
#include "course/check.h"
#include "course/front.h"
#include "course/map.h"

#include <stdlib.h>
#include <string.h>

#define WORD_BYTES 48

struct th_easy_words {
    char (*word)[WORD_BYTES]; /* [n], small letters */
    size_t n;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The next word from *at on in small letters; false: there is none.  *after: what stands behind it, up to the next. */
static bool next_word(const char **at, char word[WORD_BYTES], const char **after)
{
    size_t n = 0;
    const char *c = *at;
    while (*c && !is_letter(*c) && !(*c >= '0' && *c <= '9')) c++;
    if (!*c) return false;
    for (; is_letter(*c) || (*c >= '0' && *c <= '9') || (*c == '\'' && is_letter(c[1])) ||
           ((*c == ',' || *c == '.') && c[1] >= '0' && c[1] <= '9');
         c++)
        if (n + 1 < WORD_BYTES) word[n++] = small(*c);
    word[n] = 0;
    *after = *at = c;
    return true;
}

th_err th_easy_words_new(const th_shelf *shelf, th_easy_words **out, th_why *why)
{
    json_t *terms, *term;
    size_t i;
    TH_TRY(th_glossary_json(shelf, "en", &terms, why));
    size_t room = 1;
    json_array_foreach(terms, i, term) room += strlen(json_string_value(json_object_get(term, "slug"))) / 2 + 1;
    th_easy_words *easy = calloc(1, sizeof *easy);
    if (easy) easy->word = calloc(room, sizeof *easy->word);
    if (easy && easy->word) json_array_foreach(terms, i, term)
        {
            const char *at = json_string_value(json_object_get(term, "slug")), *after;
            while (easy->n < room && next_word(&at, easy->word[easy->n], &after)) easy->n++;
        }
    json_decref(terms);
    *out = easy;
    if (easy && easy->word) return TH_OK;
    th_easy_words_free(easy);
    return th_why_set(why, TH_ENOMEM, "out of memory for the glossary's words");
}

void th_easy_words_free(th_easy_words *easy)
{
    if (easy) free(easy->word);
    free(easy);
}

/* Also in the plural. */
static bool is_easy(const th_easy_words *easy, const char *word)
{
    const size_t n = strlen(word);
    for (size_t i = 0; easy && i < easy->n; i++) {
        const size_t m = strlen(easy->word[i]);
        if (strncmp(word, easy->word[i], m) == 0 && (n == m || (n == m + 1 && word[m] == 's'))) return true;
    }
    return false;
}

/* Groups of vowels, without a silent e at the end: right for most English words. */
static int syllables(const char *word)
{
    const size_t n = strlen(word);
    int count = 0;
    bool vowel = false;
    for (size_t i = 0; i < n; i++) {
        const bool v = strchr("aeiouy", word[i]) != NULL;
        count += v && !vowel;
        vowel = v;
    }
    const bool silent_e = n > 2 && word[n - 1] == 'e' && !strchr("aeiouyl", word[n - 2]);
    const bool silent_ed = n > 3 && word[n - 1] == 'd' && word[n - 2] == 'e' && !strchr("aeioutd", word[n - 3]);
    const bool silent_es =
        n > 3 && word[n - 1] == 's' && word[n - 2] == 'e' && !strchr("aeiousxzcg", word[n - 3]) && word[n - 3] != 'h';
    if (count > 1 && (silent_e || silent_ed || silent_es)) count--;
    return count ? count : 1;
}

void th_prose_add(th_prose *r, const char *prose, const th_easy_words *easy)
{
    char word[WORD_BYTES];
    bool open = false; /* a sentence has begun */
    const char *after;
    for (const char *at = prose; next_word(&at, word, &after);) {
        const int n = syllables(word);
        r->words++;
        r->syllables += n > 2 && is_easy(easy, word) ? 2 : n;
        open = true;
        const size_t gap = strcspn(after, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        for (size_t i = 0; open && i < gap; i++) {
            const bool stop = strchr(".!?", after[i]) && (!after[i + 1] || strchr(" \n\"')", after[i + 1]));
            if (!stop && after[i] != '\n') continue;
            r->sentences++;
            open = false;
        }
    }
    r->sentences += open;
}

double th_prose_grade(const th_prose *r)
{
    if (!r->words || !r->sentences) return 0;
    return 0.39 * r->words / r->sentences + 11.8 * r->syllables / r->words - 15.59;
}
