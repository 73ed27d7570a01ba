/* The rules that Arduino's IDE, builder and Library Manager have for a library. */
#include "deploy/arduino.h"

#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

typedef struct check {
    const th_bundle *b;
    th_library_report *r;
} check;

static void found(check *c, bool error, const char *path, int32_t line, const char *fmt, ...) TH_PRINTF(5, 6);
static void found(check *c, bool error, const char *path, int32_t line, const char *fmt, ...)
{
    va_list args;
    size_t *count = error ? &c->r->n_errors : &c->r->n_warnings;
    ++*count;
    if (c->r->n == sizeof c->r->finding / sizeof c->r->finding[0]) return;
    th_library_finding *f = &c->r->finding[c->r->n++];
    f->error = error;
    f->line = line;
    th_text_fmt(f->path, sizeof f->path, "%s", path);
    va_start(args, fmt);
    (void)vsnprintf(f->text, sizeof f->text, fmt, args);
    va_end(args);
}

/* Well-formed UTF-8 without control characters? (Unicode 15, table 3-7, less the finer points.) */
static bool is_text(const th_bundle_file *f)
{
    for (size_t i = 0; i < f->n;) {
        const uint8_t c = f->bytes[i];
        const size_t more = c < 0x80                ? 0
                            : c >= 0xC2 && c < 0xE0 ? 1
                            : (c & 0xF0) == 0xE0    ? 2
                            : c >= 0xF0 && c < 0xF5 ? 3
                                                    : 9;
        if (more == 9 || i + more >= f->n + (more == 0) || (c < 32 && c != '\n' && c != '\r' && c != '\t'))
            return false;
        for (size_t k = 1; k <= more; k++)
            if ((f->bytes[i + k] & 0xC0) != 0x80) return false;
        i += more + 1;
    }
    return true;
}

/* The first n bytes of a text, as many as there is room for. */
static void cut(char *to, size_t cap, const char *from, size_t n)
{
    if (n >= cap) n = cap - 1;
    memcpy(to, from, n);
    to[n] = '\0';
}

/* The next line of a file, without its end; false behind the last one. */
typedef struct lines {
    const char *at;
    int32_t number;
    char text[512]; /* longer lines are cut */
} lines;

static bool next_line(lines *l)
{
    if (!*l->at) return false;
    const size_t n = strcspn(l->at, "\n");
    cut(l->text, sizeof l->text, l->at, n);
    l->text[strcspn(l->text, "\r")] = '\0';
    l->at += n + (l->at[n] == '\n');
    l->number++;
    return true;
}

/* library.properties: one row for each field that there is. */
static const char *const fields[] = {"name",          "version",  "author",      "maintainer",    "sentence",
                                     "paragraph",     "category", "url",         "architectures", "depends",
                                     "dot_a_linkage", "includes", "precompiled", "ldflags"};
enum {
    NAME,
    VERSION,
    AUTHOR,
    MAINTAINER,
    SENTENCE,
    PARAGRAPH,
    CATEGORY,
    URL,
    ARCHITECTURES,
    DEPENDS,
    DOT_A,
    INCLUDES,
    PRECOMPILED,
    LDFLAGS,
    FIELDS
};
static const char file_name[] = "library.properties";

typedef struct properties {
    char value[FIELDS][512];
    int32_t line[FIELDS]; /* 0: it is not there */
} properties;

static void take_property(check *c, const lines *l, properties *p)
{
    const char *equals = strchr(l->text, '=');
    if (!l->text[strspn(l->text, " \t")] || l->text[0] == '#') return;
    if (!equals) {
        found(c, true, file_name, l->number, "\"%.40s\" is no field: write key=value", l->text);
        return;
    }
    for (int i = 0; i < FIELDS; i++) {
        if (strlen(fields[i]) != (size_t)(equals - l->text) || strncmp(fields[i], l->text, strlen(fields[i])) != 0)
            continue;
        if (p->line[i])
            found(c, true, file_name, l->number, "%s stands here a second time: the first is in line %d", fields[i],
                  (int)p->line[i]);
        th_text_fmt(p->value[i], sizeof p->value[i], "%s", equals + 1);
        p->line[i] = l->number;
        return;
    }
    found(c, false, file_name, l->number, "nobody knows the field \"%.*s\"", (int)(equals - l->text), l->text);
}

/* 1.2.3, and what may follow: -beta.1 and +build */
static bool is_version(const char *v)
{
    for (int i = 0; i < 3; i++) {
        const size_t digits = strspn(v, "0123456789");
        if (!digits || (digits > 1 && *v == '0')) return false;
        v += digits;
        if (i < 2 && *v++ != '.') return false;
    }
    return !*v || ((*v == '-' || *v == '+') && v[1] && strspn(v + 1, NAME_CHARS "+") == strlen(v + 1));
}

/* A library's name may have spaces in it; a folder's may not. */
static bool is_name(const char *name, bool spaces)
{
    const size_t n = strlen(name);
    return n >= 1 && n <= 63 && isalnum((unsigned char)name[0]) &&
           strspn(name, spaces ? NAME_CHARS " " : NAME_CHARS) == n;
}

static void check_values(check *c, const properties *p)
{
    static const char *const categories[] = {
        "Display", "Communication", "Signal Input/Output", "Sensors", "Device Control",
        "Timing",  "Data Storage",  "Data Processing",     "Other",   "Uncategorized"};
    bool known = false;
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++)
        known = known || strcmp(p->value[CATEGORY], categories[i]) == 0;
    if (p->line[CATEGORY] && !known)
        found(c, true, file_name, p->line[CATEGORY], "\"%.40s\" is no category; one that fits is Data Processing",
              p->value[CATEGORY]);
    if (strcmp(p->value[CATEGORY], "Uncategorized") == 0)
        found(c, false, file_name, p->line[CATEGORY], "the Library Manager shows it under no topic: name one");
    if (p->line[NAME] && !is_name(p->value[NAME], true))
        found(c, true, file_name, p->line[NAME],
              "a name has 1 to 63 letters, digits, spaces, _ . and -, a letter or digit first");
    if (strncasecmp(p->value[NAME], "arduino", 7) == 0)
        found(c, false, file_name, p->line[NAME],
              "names that begin with \"Arduino\" are kept for Arduino's own libraries: the Library Manager refuses it");
    if (p->line[VERSION] && !is_version(p->value[VERSION]))
        found(c, true, file_name, p->line[VERSION], "\"%.40s\" is no version: write three numbers as in 1.0.0",
              p->value[VERSION]);
    if (p->line[ARCHITECTURES] && !*p->value[ARCHITECTURES])
        found(c, true, file_name, p->line[ARCHITECTURES], "no architecture: write * for all");
    if (p->line[DOT_A] && strcmp(p->value[DOT_A], "true") != 0)
        found(c, true, file_name, p->line[DOT_A], "dot_a_linkage can only be true");
    if (p->line[PRECOMPILED] && strcmp(p->value[PRECOMPILED], "true") != 0 &&
        strcmp(p->value[PRECOMPILED], "full") != 0)
        found(c, true, file_name, p->line[PRECOMPILED], "precompiled can only be true or full");
    if (strncasecmp(p->value[PARAGRAPH], p->value[SENTENCE], strlen(p->value[SENTENCE])) == 0 && *p->value[SENTENCE] &&
        *p->value[PARAGRAPH])
        found(c, false, file_name, p->line[PARAGRAPH],
              "the paragraph begins with the sentence: both are shown, one after the other");
}

/* Calls fn for each part of a list with commas. */
static void each_part(check *c, const char *list, int32_t line, void (*fn)(check *, const char *, int32_t))
{
    while (*list) {
        char part[128];
        const size_t n = strcspn(list, ",");
        const char *from = list + strspn(list, " ");
        size_t m = from < list + n ? (size_t)(list + n - from) : 0;
        while (m && from[m - 1] == ' ') m--;
        cut(part, sizeof part, from, m);
        fn(c, part, line);
        list += n + (list[n] == ',');
    }
}

static void check_depends(check *c, const char *part, int32_t line)
{
    char name[128];
    th_text_fmt(name, sizeof name, "%.*s", (int)strcspn(part, "("), part); /* "Other (>=1.0.0)" */
    for (size_t n = strlen(name); n && name[n - 1] == ' '; n--) name[n - 1] = '\0';
    if (!is_name(name, true)) found(c, true, file_name, line, "\"%.60s\" in depends is no library's name", part);
}

static void check_include(check *c, const char *part, int32_t line)
{
    char path[160];
    th_text_fmt(path, sizeof path, "src/%s", part);
    if (!th_bundle_find(c->b, path) && !th_bundle_find(c->b, part))
        found(c, true, file_name, line, "includes names %.60s, which is not in src/", part);
}

static void check_properties(check *c)
{
    const th_bundle_file *f = th_bundle_find(c->b, file_name);
    properties *p = calloc(1, sizeof *p);
    if (f && p) {
        lines l = {(const char *)f->bytes, 0, ""};
        if (!is_text(f)) found(c, true, file_name, 0, "it is not UTF-8 text");
        while (next_line(&l)) take_property(c, &l, p);
        for (int i = 0; i <= ARCHITECTURES; i++) {
            const bool value = p->line[i] && p->value[i][strspn(p->value[i], " ")];
            if (!p->line[i])
                found(c, i <= VERSION, file_name, 0, "the field %s is missing: the Library Manager wants it",
                      fields[i]);
            else if (!value && i != URL && i != ARCHITECTURES)
                found(c, i <= VERSION, file_name, p->line[i], "%s is empty", fields[i]);
        }
        check_values(c, p);
        each_part(c, p->value[DEPENDS], p->line[DEPENDS], check_depends);
        each_part(c, p->value[INCLUDES], p->line[INCLUDES], check_include);
    }
    if (!f) found(c, true, file_name, 0, "it is missing: without it the folder is no library");
    free(p);
}

static const char *ending(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && !strchr(dot, '/') ? dot : "";
}

static bool is_one_of(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(text, *list) == 0) return true;
    return false;
}

static const char *const headers[] = {".h", ".hh", ".hpp", ".hxx", NULL};
static const char *const sources[] = {".h", ".hh", ".hpp", ".hxx", ".c", ".cpp", ".cc", ".cxx", ".S", ".s", NULL};

/* "a/b/../c.h" -> "a/c.h"; false when it leaves the library. */
static bool normal_path(char *path)
{
    char *to = path, *part = path;
    while (*part) {
        const size_t n = strcspn(part, "/");
        if (n == 2 && strncmp(part, "..", 2) == 0) {
            if (to == path) return false;
            for (to--; to > path && to[-1] != '/';) to--;
        } else if (!(n == 1 && *part == '.')) {
            memmove(to, part, n + 1);
            to += n + 1;
            if (!part[n]) return true;
        }
        part += n + (part[n] == '/');
    }
    return true;
}

/* #include "name" of a file in src/: beside the file, or from src/ on; nothing else is on the path. */
static void check_quoted(check *c, const th_bundle_file *f, const lines *l, const char *name)
{
    char beside[512], above[512];
    const char *slash = strrchr(f->name, '/');
    th_text_fmt(beside, sizeof beside, "%.*s%s", (int)(slash - f->name + 1), f->name, name);
    th_text_fmt(above, sizeof above, "src/%s", name);
    if (normal_path(beside) && th_bundle_find(c->b, beside)) return;
    if (normal_path(above) && th_bundle_find(c->b, above)) return;
    found(c, true, f->name, l->number, "#include \"%.80s\": there is no such file beside it or from src/ on", name);
}

static void check_includes_of(check *c, const th_bundle_file *f)
{
    lines l = {(const char *)f->bytes, 0, ""};
    while (next_line(&l)) {
        char name[256];
        const char *at = l.text + strspn(l.text, " \t");
        if (*at++ != '#') continue;
        at += strspn(at, " \t");
        if (strncmp(at, "include", 7) != 0) continue;
        at += 7 + strspn(at + 7, " \t");
        const size_t n = *at == '"' ? strcspn(at + 1, "\"") : 0;
        cut(name, sizeof name, at + 1, n);
        if (n) check_quoted(c, f, &l, name);
    }
}

static void check_sources(check *c)
{
    size_t n_headers = 0;
    bool has_src = false, utility = false;
    for (size_t i = 0; i < c->b->n; i++) {
        const th_bundle_file *f = &c->b->file[i];
        const bool in_src = strncmp(f->name, "src/", 4) == 0;
        has_src = has_src || in_src;
        utility = utility || strncmp(f->name, "utility/", 8) == 0;
        if (in_src && !strchr(f->name + 4, '/') && is_one_of(ending(f->name), headers)) n_headers++;
        if (in_src && is_one_of(ending(f->name), sources)) check_includes_of(c, f);
        if (in_src && strcmp(ending(f->name), ".ino") == 0)
            found(c, false, f->name, 0, "a sketch in src/ is not compiled: it belongs into examples/");
    }
    if (!has_src) found(c, true, "src", 0, "there is no src/: only the old form of libraries has its sources outside");
    if (has_src && !n_headers) found(c, true, "src", 0, "no header directly in src/: a sketch could include nothing");
    if (has_src && utility)
        found(c, true, "utility", 0, "beside src/ the folder utility/ is not compiled: move it into src/");
    for (size_t i = 0; i < c->b->n && has_src; i++)
        if (!strchr(c->b->file[i].name, '/') && is_one_of(ending(c->b->file[i].name), sources))
            found(c, false, c->b->file[i].name, 0, "a source beside src/ is not compiled: move it into src/");
}

/* examples/NAME/NAME.ino, or deeper: each folder with a sketch in it has one of its own name. */
static void check_examples(check *c)
{
    static const char *const folders[] = {"example", "Examples", "Example", "extra", "Extras", "Src", NULL};
    for (size_t i = 0; i < c->b->n; i++) {
        const th_bundle_file *f = &c->b->file[i];
        char top[32], main_name[640];
        cut(top, sizeof top, f->name, strcspn(f->name, "/"));
        if (strchr(f->name, '/') && is_one_of(top, folders))
            found(c, true, f->name, 0, "%s/ is not looked at: its name is examples, extras or src", top);
        if (strcmp(ending(f->name), ".ino") != 0 || strncmp(f->name, "examples/", 9) != 0) continue;
        const char *slash = strrchr(f->name, '/');
        const char *folder = slash;
        while (folder > f->name && folder[-1] != '/') folder--;
        const int n = (int)(slash - folder);
        th_text_fmt(main_name, sizeof main_name, "%.*s/%.*s.ino", (int)(slash - f->name), f->name, n, folder);
        if (!th_bundle_find(c->b, main_name))
            found(c, true, f->name, 0, "a sketch has the name of its folder: %.*s.ino", n, folder);
        char name[128];
        cut(name, sizeof name, folder, (size_t)n);
        if (!is_name(name, false))
            found(c, true, f->name, 0, "\"%s\" cannot be a sketch's name: 1 to 63 letters, digits, _ . and -", name);
    }
}

static void check_keywords(check *c)
{
    static const char *const types[] = {"KEYWORD1",      "KEYWORD2",  "KEYWORD3",     "LITERAL1", "LITERAL2",
                                        "RESERVED_WORD", "DATA_TYPE", "PREPROCESSOR", NULL};
    const th_bundle_file *f = th_bundle_find(c->b, "keywords.txt");
    if (!f) return;
    lines l = {(const char *)f->bytes, 0, ""};
    while (next_line(&l)) {
        char type[32];
        if (!*l.text || l.text[0] == '#') continue;
        const char *tab = strchr(l.text, '\t');
        if (!tab || tab == l.text || strchr(l.text, ' ')) {
            found(c, true, f->name, l.number, "write word, one tab, kind; no spaces");
            continue;
        }
        cut(type, sizeof type, tab + 1, strcspn(tab + 1, "\t"));
        if (!is_one_of(type, types))
            found(c, true, f->name, l.number,
                  "\"%s\" is no kind: KEYWORD1 (types), KEYWORD2 (functions) or LITERAL1 (constants), after one tab",
                  type);
    }
}

static void check_files(check *c)
{
    for (size_t i = 0; i < c->b->n; i++) {
        const char *name = c->b->file[i].name;
        if (strcmp(name, ".development") == 0)
            found(c, false, name, 0,
                  "with this file the IDE takes the library for one in work: remove it before giving it away");
        if (strcasecmp(ending(name), ".exe") == 0)
            found(c, true, name, 0, "the Library Manager takes no library with programs (.exe) in it");
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(name, c->b->file[k].name) == 0)
                found(c, true, name, 0, "%s is the same name where large and small letters are alike (Windows, macOS)",
                      c->b->file[k].name);
    }
}

void th_library_check(const th_bundle *library, const char *root, th_library_report *report)
{
    check c = {library, report};
    memset(report, 0, sizeof *report);
    if (!is_name(root, false))
        found(&c, true, root, 0, "the folder's name has 1 to 63 letters, digits, _ . and -, a letter or digit first");
    check_properties(&c);
    check_sources(&c);
    check_examples(&c);
    check_keywords(&c);
    check_files(&c);
}
