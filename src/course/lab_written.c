/* A text for peers: its length and headings are checked, never its words. */
#include "course/lab_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_BYTES = 1 << 20, MOST_WORDS = 100000 };

static const char *const settings[] = {"file", "words", "headings", "each", "rubric", "ask", NULL};

/* Is this line (n bytes, without blanks around) one of the starter's? */
static bool is_given(th_span starter, const char *line, size_t n)
{
    const char *at = (const char *)starter.p, *end = at + starter.n;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        const char *from = at, *to = stop;
        while (from < to && strchr(" \t\r", *from)) from++;
        while (to > from && strchr(" \t\r", to[-1])) to--;
        if ((size_t)(to - from) == n && memcmp(from, line, n) == 0) return true;
        at = stop + 1;
    }
    return false;
}

/* What a line says as a heading, or NULL: "## Who it is for". */
static const char *heading_of(const char *line)
{
    const size_t marks = strspn(line, "#");
    if (!marks || marks > 6 || (line[marks] != ' ' && line[marks] != '\t')) return NULL;
    return line + marks + strspn(line + marks, " \t");
}

/* Number of the heading in "A | B", or -1. */
static int heading_place(const char *headings, const char *text)
{
    char one[256];
    for (int i = 0; th_lab_part(&headings, '|', one, sizeof one); i++)
        if (strcasecmp(one, text) == 0) return i;
    return -1;
}

#define MOST_HEADINGS 32

typedef struct counted {
    size_t words, below[MOST_HEADINGS];
    bool there[MOST_HEADINGS];
} counted;

/* text is changed: lines become texts of their own. */
static void count(char *text, th_span starter, const char *headings, counted *c)
{
    int now = -1;
    *c = (counted){0};
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = 0;
        line += strspn(line, " \t\r");
        size_t n = strlen(line);
        while (n && strchr(" \t\r", line[n - 1])) line[--n] = 0;
        const char *heading = heading_of(line);
        if (heading) {
            now = headings ? heading_place(headings, heading) : -1;
            if (now >= 0 && now < MOST_HEADINGS) c->there[now] = true;
        }
        if (heading || is_given(starter, line, n)) continue;
        const size_t words = th_lab_words(line);
        c->words += words;
        if (now >= 0 && now < MOST_HEADINGS) c->below[now] += words;
    }
}

static th_err judge(const th_lab_prop *p, const counted *c, th_lab_found *found, th_why *why)
{
    double lo = 1, hi = MOST_WORDS, step, each;
    char one[256];
    const char *words = th_lab_setting(p, "words"), *at = th_lab_setting(p, "headings");
    if (words && !th_lab_range(words, &lo, &hi, &step)) return th_why_set(why, TH_EFORMAT, "words = %.40s", words);
    TH_TRY(th_lab_amount(p, "each", 1, &each, why));
    for (size_t i = 0; i < MOST_HEADINGS && th_lab_part(&at, '|', one, sizeof one); i++) {
        if (!c->there[i])
            th_lab_say(found, TH_LAB_FAILED, "The heading \"## %s\" is missing.", one);
        else if ((double)c->below[i] < each)
            th_lab_say(found, TH_LAB_FAILED, "Below \"%s\" stand %zu words of yours; %g are wanted at least.", one,
                       c->below[i], each);
        else
            continue;
        return TH_OK;
    }
    if ((double)c->words < lo)
        th_lab_say(found, TH_LAB_FAILED, "It has %zu words of yours; %g are wanted at least.", c->words, lo);
    else if ((double)c->words > hi)
        th_lab_say(found, TH_LAB_FAILED, "It has %zu words: at most %g, so that somebody reads them.", c->words, hi);
    else
        th_lab_say(found, TH_LAB_PASSED, "%zu words, and all headings. Whether it is good, your peers say.", c->words);
    return TH_OK;
}

static th_err grade(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    char path[TH_PATH_BYTES], shelf[1024];
    const char *file = th_lab_setting(p, "file");
    uint8_t *bytes;
    size_t n;
    th_span starter = {0};
    counted c;
    TH_TRY(th_path_join(path, run->dir, file, why));
    if (!th_file_exists(path)) {
        th_lab_say(found, TH_LAB_FAILED, "There is no file %s.", file);
        return TH_OK;
    }
    TH_TRY(th_file_read(path, MOST_BYTES, &bytes, &n, why));
    snprintf(shelf, sizeof shelf, "%sstarter/%s", run->lab->folder, file);
    if (th_shelf_file(run->lab->shelf, shelf, &starter, NULL)) starter = (th_span){0};
    char *text = strndup((const char *)bytes, n);
    free(bytes);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory");
    count(text, starter, th_lab_setting(p, "headings"), &c);
    free(text);
    return judge(p, &c, found, why);
}

static char *text(th_lab_run *run, const th_lab_prop *p)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    if (th_path_join(path, run->dir, th_lab_setting(p, "file"), NULL) ||
        th_file_read(path, MOST_BYTES, &bytes, &n, NULL))
        return NULL;
    char *copy = strndup((const char *)bytes, n);
    free(bytes);
    return copy;
}

static th_err check(const th_lab *lab, const th_lab_prop *p, th_why *why)
{
    (void)lab;
    double lo, hi, step, each;
    size_t at = 0;
    const char *file = th_lab_setting(p, "file"), *words = th_lab_setting(p, "words");
    if (!file || !th_lab_path_ok(file)) return th_why_set(why, TH_EFORMAT, "a written text needs its \"file\"");
    if (words && !th_lab_range(words, &lo, &hi, &step))
        return th_why_set(why, TH_EFORMAT, "words = %.40s: \"150..600\" is wanted", words);
    if (!th_lab_next(p, "rubric", &at))
        return th_why_set(why, TH_EFORMAT, "a written text needs \"rubric\" lines: peers judge by them");
    return th_lab_amount(p, "each", 1, &each, why);
}

const th_lab_kind th_lab_kind_written = {
    .name = "written", .settings = settings, .check = check, .grade = grade, .text = text};
