/* A learner's C file, looked at in the phases of a C compiler: splices, comments and strings, directives
 * (C11, 5.1.1.2). */
#include "course/lab_guard.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The text with lines that end in a backslash joined, and without comments; line[i] is where byte i stands. */
typedef struct logical {
    char *text;
    int32_t *line;
    size_t n;
} logical;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Length of a backslash, blanks and a line's end; 0: there is none. */
static size_t splice(th_span t, size_t i)
{
    if (t.p[i] != '\\') return 0;
    size_t k = i + 1;
    while (k < t.n && is_blank((char)t.p[k])) k++;
    return k < t.n && t.p[k] == '\n' ? k + 1 - i : 0;
}

static void join_lines(th_span t, logical *l)
{
    int32_t line = 1;
    for (size_t i = 0; i < t.n;) {
        const size_t skip = splice(t, i);
        if (skip) {
            i += skip;
            line++;
            continue;
        }
        l->line[l->n] = line;
        l->text[l->n++] = (char)t.p[i];
        line += t.p[i++] == '\n';
    }
}

/* Bytes of a string or character constant at i, up to its end or that of the line. */
static size_t quoted(const char *text, size_t n, size_t i)
{
    const char quote = text[i];
    size_t k = i + 1;
    while (k < n && text[k] != quote && text[k] != '\n') k += text[k] == '\\' && k + 1 < n ? 2 : 1;
    if (k >= n) return n - i;
    return k - i + (text[k] == quote);
}

/* Bytes of a comment at i; 0: there is none. */
static size_t comment(const logical *l, size_t i)
{
    const char next = i + 1 < l->n ? l->text[i + 1] : 0;
    if (l->text[i] != '/' || (next != '/' && next != '*')) return 0;
    size_t k = i + 2;
    if (next == '/') {
        while (k < l->n && l->text[k] != '\n') k++;
        return k - i;
    }
    while (k + 1 < l->n && !(l->text[k] == '*' && l->text[k + 1] == '/')) k++;
    return (k + 1 < l->n ? k + 2 : l->n) - i;
}

static void take(logical *l, size_t *n, size_t i, char c)
{
    l->line[*n] = l->line[i];
    l->text[(*n)++] = c;
}

/* Each comment becomes a space; line ends inside of one go with it, as in the compiler. */
static void drop_comments(logical *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n;) {
        const size_t skip = comment(l, i);
        const bool quote = l->text[i] == '"' || l->text[i] == '\'';
        size_t keep = skip ? 0 : quote ? quoted(l->text, l->n, i) : 1;
        if (skip) {
            take(l, &n, i, ' ');
            i += skip;
        }
        for (; keep && i < l->n; keep--, i++) take(l, &n, i, l->text[i]);
    }
    l->n = n;
    l->text[n] = 0;
}

static th_err make_logical(th_span text, logical *l, th_why *why)
{
    *l = (logical){.text = malloc(text.n + 1), .line = malloc((text.n + 1) * sizeof *l->line)};
    if (!l->text || !l->line) return th_why_set(why, TH_ENOMEM, "out of memory");
    join_lines(text, l);
    drop_comments(l);
    return TH_OK;
}

static void free_logical(logical *l)
{
    free(l->text);
    free(l->line);
}

/* ---- directives ---- */

static bool in_list(const char *const *list, const char *name, size_t n)
{
    for (; *list; list++)
        if (strlen(*list) == n && strncmp(*list, name, n) == 0) return true;
    return false;
}

static th_err refuse(const char *file, int32_t line, const char *what, th_why *why)
{
    return th_why_set(why, TH_EFORMAT, "%s, line %d: %s", file, (int)line, what);
}

/* at: behind "include". */
static th_err check_include(const char *at, const char *file, int32_t line, const char *const *includes, th_why *why)
{
    while (is_blank(*at)) at++;
    const char end = *at == '<' ? '>' : *at == '"' ? '"' : 0;
    const char *stop = end ? strpbrk(at + 1, end == '>' ? ">\n" : "\"\n") : NULL;
    if (!stop || *stop != end)
        return refuse(file, line, "write #include with a name in <> or \"\", so that one sees what it is", why);
    if (in_list(includes, at + 1, (size_t)(stop - at - 1))) return TH_OK;
    return th_why_set(why, TH_EFORMAT,
                      "%s, line %d: %.*s is not for labs. There are the lab's own headers, <stdint.h>, <stddef.h>, "
                      "<stdbool.h>, <limits.h>, <float.h>, <string.h> and <math.h>",
                      file, (int)line, (int)(stop - at + 1 > 60 ? 60 : stop - at + 1), at);
}

/* at: behind the # of a line. */
static th_err check_directive(const char *at, const char *file, int32_t line, const char *const *includes, th_why *why)
{
    static const char *const fine[] = {"define", "undef", "if",    "ifdef", "ifndef",
                                       "else",   "elif",  "endif", "error", NULL};
    size_t n = 0;
    while (is_blank(*at)) at++;
    while (is_letter(at[n]) || is_digit(at[n])) n++;
    if (n == 0 && (*at == '\n' || *at == 0)) return TH_OK;
    if (n == 7 && strncmp(at, "include", 7) == 0) return check_include(at + 7, file, line, includes, why);
    if (in_list(fine, at, n)) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%s, line %d: #%.*s is not for labs", file, (int)line, (int)(n > 40 ? 40 : n),
                      at);
}

static th_err check_lines(const logical *l, const char *file, const char *const *includes, th_why *why)
{
    bool begins = true;
    for (size_t i = 0; i < l->n; i++) {
        const char c = l->text[i];
        const size_t mark = c == '#' ? 1 : c == '%' && l->text[i + 1] == ':' ? 2 : 0;
        if (begins && mark) TH_TRY(check_directive(l->text + i + mark, file, l->line[i], includes, why));
        if (c == '\n')
            begins = true;
        else if (!is_blank(c))
            begins = false;
        if (strncmp(l->text + i, "__has_", 6) == 0) return refuse(file, l->line[i], "__has_.. is not for labs", why);
    }
    return TH_OK;
}

/* Trigraphs would change what a line is; nobody writes them. */
static th_err check_bytes(th_span text, const char *file, th_why *why)
{
    int32_t line = 1;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == 0) return refuse(file, line, "a byte 0 stands there: is it a text?", why);
        if (i + 2 < text.n && text.p[i] == '?' && text.p[i + 1] == '?' && strchr("=/'()!<>-", text.p[i + 2]))
            return refuse(file, line, "\"\?\?\" begins a trigraph: write the sign itself", why);
        line += text.p[i] == '\n';
    }
    return TH_OK;
}

th_err th_lab_guard_source(th_span text, const char *file, const char *const *includes, th_why *why)
{
    logical l;
    TH_TRY(check_bytes(text, file, why));
    th_err err = make_logical(text, &l, why);
    if (!err) err = check_lines(&l, file, includes, why);
    free_logical(&l);
    return err;
}

/* ---- after the preprocessor ---- */

/* The rest of a line mark: 12 "step.c" 2.  Sets the line and whether it is the learner's. */
static th_err take_mark(const char *at, const char *file, const char *const *from, int32_t *line, bool *hers,
                        th_why *why)
{
    char *name;
    *line = (int32_t)strtol(at, &name, 10);
    while (is_blank(*name)) name++;
    if (*name != '"') return TH_OK;
    const size_t n = strcspn(++name, "\"\n");
    *hers = strlen(file) == n && strncmp(name, file, n) == 0;
    for (; !*hers && *from; from++)
        if (strncmp(name, *from, strlen(*from)) == 0) return TH_OK;
    if (*hers || *name == '<') return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%s includes %.*s, which is not for labs", file, (int)(n > 100 ? 100 : n), name);
}

static th_err check_word(const char *word, size_t n, const char *file, int32_t line, th_why *why)
{
    static const char *const never[] = {"asm",         "__asm",   "__asm__",    "__attribute__",
                                        "__attribute", "_Pragma", "__declspec", NULL};
    /* what the headers of labs make of isnan, offsetof, ..; others jump (longjmp) or read the stack */
    static const char *const built[] = {"__builtin_inff",     "__builtin_nanf",     "__builtin_isnan",
                                        "__builtin_isinf",    "__builtin_isfinite", "__builtin_offsetof",
                                        "__builtin_va_start", "__builtin_va_arg",   "__builtin_va_copy",
                                        "__builtin_va_end",   "__builtin_va_list",  NULL};
    const bool inside = n > 10 && strncmp(word, "__builtin_", 10) == 0 && !in_list(built, word, n);
    if (!inside && !in_list(never, word, n)) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%s, line %d: %.*s is not for labs: plain C does it", file, (int)line, (int)n,
                      word);
}

static th_err check_expanded(const char *t, size_t n, const char *file, const char *const *from, th_why *why)
{
    int32_t line = 1;
    bool hers = true, begins = true;
    for (size_t i = 0; i < n;) {
        size_t step = 1;
        if (begins && t[i] == '#') {
            if (t[i + 1] == ' ' && is_digit(t[i + 2])) {
                TH_TRY(take_mark(t + i + 2, file, from, &line, &hers, why));
                line--; /* its own line end counts */
            } else if (hers) {
                return refuse(file, line, "this directive is not for labs", why);
            }
            step = strcspn(t + i, "\n");
        } else if (t[i] == '"' || t[i] == '\'') {
            step = quoted(t, n, i);
        } else if (is_letter(t[i])) {
            while (is_letter(t[i + step]) || is_digit(t[i + step])) step++;
            if (hers) TH_TRY(check_word(t + i, step, file, line, why));
        } else if (is_digit(t[i])) {
            while (is_letter(t[i + step]) || is_digit(t[i + step])) step++;
        }
        begins = t[i] == '\n' || (begins && is_blank(t[i]));
        line += t[i] == '\n';
        i += step;
    }
    return TH_OK;
}

th_err th_lab_guard_expanded(th_span text, const char *file, const char *const *from, th_why *why)
{
    char *copy = malloc(text.n + 4);
    if (!copy) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (text.n) memcpy(copy, text.p, text.n);
    memset(copy + text.n, 0, 4);
    const th_err err = check_expanded(copy, text.n, file, from, why);
    free(copy);
    return err;
}

size_t th_lab_code_lines(th_span text)
{
    logical l;
    size_t lines = 0;
    int32_t last = 0;
    if (make_logical(text, &l, NULL)) {
        free_logical(&l);
        return SIZE_MAX;
    }
    for (size_t i = 0; i < l.n; i++) {
        const char c = l.text[i];
        if (is_blank(c) || c == '\n' || c == '{' || c == '}' || l.line[i] == last) continue;
        last = l.line[i];
        lines++;
    }
    free_logical(&l);
    return lines;
}
