#include "course/search.h"

#include "course/blocks.h"
#include "course/fold.h"
#include "course/map.h"
#include "course/markdown.h"
#include "course/plain.h"
#include "course/shelf_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES  48 /* of a word as it is sought; longer ones are cut */
#define MOST_WORDS  8  /* of a query */
#define PIECE_BYTES 240

/* Where a hit counts how much. */
typedef enum weight { IN_TEXT = 1, IN_HEADING = 4, IN_TITLE = 10 } weight;

/* The words of a text as they are sought: made once, for a query looks at all of them. */
typedef struct words {
    char *folded; /* each ended by a NUL */
    struct {
        uint32_t from, folded; /* where it stands in the text, where in `folded` */
    } * word;
    size_t n;
} words;

/* A text that can be sought in: of a page, or a term of the glossary. */
typedef struct entry {
    char id[TH_PAGE_ID_BYTES + TH_SLUG_BYTES];
    const char *course;       /* its course's id, "" without one */
    char lang[TH_LANG_BYTES]; /* of its text */
    char *title, *text;       /* a paragraph a line */
    words in_title, in_text;
    size_t headings; /* the first bytes of text, which are headings */
} entry;

struct th_search_index {
    char lang[TH_LANG_BYTES];
    entry *entry;
    size_t n;
    struct th_search_index *next;
};

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* The next word from *at on as it is sought; *from, *to: where it stands.  false: there is none. */
static bool next_word(const char *text, size_t n, size_t *at, char word[WORD_BYTES], size_t *from, size_t *to)
{
    char c[TH_FOLD_BYTES];
    size_t len = 0, used;
    bool in = false;
    *from = *to = *at;
    for (size_t i = *at; i < n; i += used) {
        const size_t k = th_fold(text + i, n - i, &used, c);
        if (k == 0 && in) break;
        if (k == 0) continue;
        if (!in) *from = i;
        in = true;
        *to = *at = i + used;
        if (k == TH_FOLD_NOTHING || len + k >= WORD_BYTES) continue;
        memcpy(word + len, c, k);
        len += k;
    }
    word[len] = 0;
    return in;
}

typedef struct query {
    char word[MOST_WORDS][WORD_BYTES];
    size_t n;
} query;

static void read_query(const char *text, query *q)
{
    size_t n = strlen(text), at = 0, from, to;
    if (n > TH_SEARCH_BYTES) n = TH_SEARCH_BYTES;
    for (q->n = 0; q->n < MOST_WORDS && next_word(text, n, &at, q->word[q->n], &from, &to);)
        q->n += q->word[q->n][0] != 0;
}

/* Which words of the query begin this word, as bits. */
static unsigned hits(const query *q, const char *word)
{
    unsigned bits = 0;
    for (size_t i = 0; i < q->n; i++)
        if (strncmp(word, q->word[i], strlen(q->word[i])) == 0) bits |= 1u << i;
    return bits;
}

/* What a text has of the query.  *first: where the first hit stands. */
typedef struct score {
    unsigned found; /* words, as bits */
    int points;
    size_t first;
} score;

static void words_free(words *w)
{
    free(w->folded);
    free(w->word);
    *w = (words){0};
}

/* A word and its NUL take at most 3 bytes for each byte of the text, and one. */
static th_err words_read(const char *text, words *w, th_why *why)
{
    char word[WORD_BYTES];
    const size_t n = strlen(text);
    size_t len = 0;
    *w = (words){.folded = malloc(3 * n + 1), .word = malloc((n / 2 + 1) * sizeof *w->word)};
    if (!w->folded || !w->word) {
        words_free(w);
        return th_why_set(why, TH_ENOMEM, "out of memory for the search");
    }
    for (size_t at = 0, from, to; next_word(text, n, &at, word, &from, &to);) {
        const size_t m = strlen(word) + 1;
        w->word[w->n].from = (uint32_t)from;
        w->word[w->n++].folded = (uint32_t)len;
        memcpy(w->folded + len, word, m);
        len += m;
    }
    return TH_OK;
}

static void count(const query *q, const words *w, size_t headings, bool title, score *s)
{
    for (size_t i = 0; i < w->n; i++) {
        const unsigned bits = hits(q, w->folded + w->word[i].folded);
        if (!bits) continue;
        if (!title && s->first == SIZE_MAX) s->first = w->word[i].from;
        if (!title && !(bits & ~s->found) && s->points > 200) continue; /* a long page is no better for that */
        s->points += title ? IN_TITLE : w->word[i].from < headings ? IN_HEADING : IN_TEXT;
        s->found |= bits;
    }
}

static bool has_all(const query *q, const score *s)
{
    return q->n && s->found == (1u << q->n) - 1;
}

/* ---- the piece that is shown --------------------------------------------------------------------------------------
 */

/* Moves to the beginning of a word, at most 40 bytes. */
static size_t to_word(const char *text, size_t at, size_t n)
{
    size_t i = at;
    if (at == 0) return 0;
    while (i < n && i < at + 40 && text[i] != ' ' && text[i] != '\n') i++;
    while (i < n && (text[i] == ' ' || text[i] == '\n')) i++;
    while (i < n && ((unsigned char)text[i] & 0xc0) == 0x80) i++;
    return i;
}

/* Text around `first` with the hits marked. */
static void put_piece(th_html *out, const query *q, const char *text, size_t first)
{
    char word[WORD_BYTES];
    const size_t n = strlen(text);
    const size_t begin = to_word(text, first > 60 ? first - 60 : 0, first);
    const size_t end = begin + PIECE_BYTES < n ? to_word(text, begin + PIECE_BYTES, n) : n;
    size_t done = begin;
    if (begin) th_html_put(out, "… ");
    for (size_t at = begin, from, to; next_word(text, end, &at, word, &from, &to);) {
        if (!hits(q, word)) continue;
        th_html_text_n(out, text + done, from - done);
        th_html_put(out, "<mark>");
        th_html_text_n(out, text + from, to - from);
        th_html_put(out, "</mark>");
        done = to;
    }
    if (done < end) th_html_text_n(out, text + done, end - done);
    if (end < n) th_html_put(out, " …");
}

/* Line ends become blanks: a piece is one line. */
static char *flat(char *text)
{
    for (char *c = text; c && *c; c++)
        if (*c == '\n' || *c == '\t') *c = ' ';
    return text;
}

th_err th_search_text(const char *sought, const char *text, char **piece, th_why *why)
{
    query q;
    score s = {.first = SIZE_MAX};
    th_html out = {0};
    *piece = NULL;
    words w;
    read_query(sought, &q);
    TH_TRY(words_read(text, &w, why));
    count(&q, &w, 0, false, &s);
    words_free(&w);
    if (!has_all(&q, &s)) return TH_OK;
    char *line = flat(strdup(text));
    if (line) put_piece(&out, &q, line, s.first);
    free(line);
    *piece = out.failed ? NULL : out.text;
    if (*piece) return TH_OK;
    th_html_free(&out);
    return th_why_set(why, TH_ENOMEM, "out of memory for a search");
}

/* ---- the index --------------------------------------------------------------------------------------------------- */

void th_search_free(struct th_search_index *x)
{
    while (x) {
        struct th_search_index *next = x->next;
        for (size_t i = 0; i < x->n; i++) {
            free(x->entry[i].title);
            free(x->entry[i].text);
            words_free(&x->entry[i].in_title);
            words_free(&x->entry[i].in_text);
        }
        free(x->entry);
        free(x);
        x = next;
    }
}

/* Takes the text. */
static th_err add(struct th_search_index *x, const entry *e, th_html *text, th_why *why)
{
    entry *more = realloc(x->entry, (x->n + 1) * sizeof *more);
    if (more) x->entry = more;
    char *title = more ? strdup(e->title) : NULL;
    if (!title || text->failed || !text->text) {
        free(title);
        th_html_free(text);
        return th_why_set(why, TH_ENOMEM, "out of memory for the search");
    }
    entry *fresh = &x->entry[x->n++]; /* from here on it is the index's, to be freed with it */
    *fresh = *e;
    fresh->title = title;
    fresh->text = flat(text->text);
    TH_TRY(words_read(fresh->title, &fresh->in_title, why));
    return words_read(fresh->text, &fresh->in_text, why);
}

/* The lines of Markdown that are headings, or those that are not. */
static th_err put_lines(th_html *out, th_span markdown, bool headings, th_why *why)
{
    th_span line;
    th_html some = {0};
    th_html_bytes(&some, "", 0);
    for (size_t at = 0; th_text_line(markdown, &at, &line);) {
        if (th_text_begins(line, "## ") != headings && th_text_begins(line, "### ") != headings) continue;
        th_html_bytes(&some, (const char *)line.p, line.n);
        th_html_put(&some, "\n");
    }
    th_err err = some.failed ? th_why_set(why, TH_ENOMEM, "out of memory for the search") : TH_OK;
    if (!err) err = th_plain_put(out, (th_span){(const uint8_t *)some.text, some.n}, TH_PLAIN_SEARCH, 0, why);
    th_html_free(&some);
    return err;
}

static th_err add_page(const th_shelf *s, struct th_search_index *x, const th_page *page, th_why *why)
{
    th_page_text t;
    th_html text = {0};
    entry e = {.course = page->course < 0 ? "" : s->page[page->course].id};
    char title[512];
    th_err err = th_page_text_read(s, page, x->lang, &t, why);
    th_html_bytes(&text, "", 0);
    for (int headings = 1; headings >= 0; headings--) {
        for (size_t i = 0; !err && i < t.english.n; i++)
            if (t.shown[i]->kind != TH_PASSAGE_ASK) err = put_lines(&text, t.shown[i]->body, headings, why);
        if (headings) e.headings = text.n;
    }
    snprintf(e.id, sizeof e.id, "%s", page->id);
    snprintf(e.lang, sizeof e.lang, "%s", err ? "en" : t.lang);
    snprintf(title, sizeof title, "%s", th_page_value(s, page, x->lang, "title"));
    e.title = title;
    th_page_text_free(&t);
    if (!err) return add(x, &e, &text, why);
    th_html_free(&text);
    return err;
}

/* Text of HTML that is ours: without its tags. */
static void put_text_of(th_html *out, const char *html)
{
    while (*html) {
        const size_t n = strcspn(html, "<&");
        th_html_bytes(out, html, n);
        html += n;
        if (*html == '<') html += strcspn(html, ">");
        if (*html == '&') {
            const size_t len = strcspn(html, ";") + 1;
            const char *c = th_markdown_entity(html, len);
            th_html_put(out, c ? c : "'");
            html += len - 1;
        }
        html += *html != 0;
    }
}

static th_err add_terms(const th_shelf *s, struct th_search_index *x, th_why *why)
{
    json_t *terms, *term;
    size_t i;
    th_err err = th_glossary_json(s, x->lang, &terms, why);
    if (err) return err;
    json_array_foreach(terms, i, term)
    {
        char title[256];
        th_html text = {0};
        entry e = {.course = ""};
        th_html_bytes(&text, "", 0);
        put_text_of(&text, json_string_value(json_object_get(term, "html")));
        snprintf(e.id, sizeof e.id, "glossary/%s", json_string_value(json_object_get(term, "slug")));
        snprintf(e.lang, sizeof e.lang, "%s", json_string_value(json_object_get(term, "lang")));
        snprintf(title, sizeof title, "%s", json_string_value(json_object_get(term, "term")));
        e.title = title;
        if (!err) err = add(x, &e, &text, why);
    }
    json_decref(terms);
    return err;
}

static bool is_sought(const th_page *p)
{
    return p->kind == TH_PAGE_COURSE || p->kind == TH_PAGE_CHAPTER || p->kind == TH_PAGE_LESSON ||
           p->kind == TH_PAGE_LAB;
}

/* The index of a language, made when it is first asked for.  The lock is held. */
static th_err find_index(const th_shelf *s, const char *lang, struct th_search_index **out, th_why *why)
{
    for (*out = s->kept->index; *out; *out = (*out)->next)
        if (strcmp((*out)->lang, lang) == 0) return TH_OK;
    struct th_search_index *x = calloc(1, sizeof *x);
    if (!x) return th_why_set(why, TH_ENOMEM, "out of memory for the search");
    snprintf(x->lang, sizeof x->lang, "%s", lang);
    th_err err = TH_OK;
    for (size_t i = 0; !err && i < s->n_pages; i++)
        if (is_sought(&s->page[i])) err = add_page(s, x, &s->page[i], why);
    if (!err) err = add_terms(s, x, why);
    if (err) {
        th_search_free(x);
        return err;
    }
    x->next = s->kept->index;
    *out = s->kept->index = x;
    return TH_OK;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

typedef struct found {
    const entry *entry;
    score score;
} found;

/* Best first; then in the order of reading. */
static int by_points(const void *a, const void *b)
{
    const found *x = a, *y = b;
    if (x->score.points != y->score.points) return x->score.points < y->score.points ? 1 : -1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static th_err tell(const found *f, const query *q, json_t *list, th_why *why)
{
    const entry *e = f->entry;
    th_html piece = {0};
    th_html_bytes(&piece, "", 0);
    put_piece(&piece, q, e->text, f->score.first == SIZE_MAX ? 0 : f->score.first);
    const int bad = piece.failed ||
                    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", e->id, "title", e->title,
                                                          "course", e->course, "lang", e->lang, "piece", piece.text));
    th_html_free(&piece);
    return bad ? th_why_set(why, TH_ENOMEM, "out of memory for a search") : TH_OK;
}

static th_err ask(const struct th_search_index *x, const query *q, json_t *list, th_why *why)
{
    size_t n = 0;
    found *all = calloc(x->n + 1, sizeof *all);
    if (!all) return th_why_set(why, TH_ENOMEM, "out of memory for a search");
    for (size_t i = 0; i < x->n; i++) {
        score s = {.first = SIZE_MAX};
        count(q, &x->entry[i].in_title, 0, true, &s);
        count(q, &x->entry[i].in_text, x->entry[i].headings, false, &s);
        if (has_all(q, &s)) all[n++] = (found){&x->entry[i], s};
    }
    qsort(all, n, sizeof *all, by_points);
    th_err err = TH_OK;
    for (size_t i = 0; !err && i < n && i < TH_SEARCH_MOST; i++) err = tell(&all[i], q, list, why);
    free(all);
    return err;
}

/* Is any page written in it?  Else English is searched. */
static bool is_spoken(const th_shelf *s, const char *lang)
{
    char path[TH_COURSE_PATH];
    th_span bytes;
    for (size_t i = 0; i < s->n_pages; i++)
        if (!th_course_path(s->page[i].file, lang, path, NULL) && !th_shelf_file(s, path, &bytes, NULL)) return true;
    return false;
}

th_err th_search_json(const th_shelf *s, const char *sought, const char *lang, json_t **out, th_why *why)
{
    query q;
    char path[TH_COURSE_PATH];
    struct th_search_index *x;
    TH_TRY(th_course_path("a.md", lang, path, why)); /* a language? */
    json_t *list = json_array();
    read_query(sought, &q);
    th_mutex_lock(&s->kept->search_lock);
    th_err err = q.n ? find_index(s, is_spoken(s, lang) ? lang : "en", &x, why) : TH_OK;
    th_mutex_unlock(&s->kept->search_lock);
    if (!err && q.n) err = ask(x, &q, list, why); /* an index does not change */
    *out = list;
    if (err) json_decref(list);
    return err;
}
