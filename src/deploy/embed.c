#include "deploy/embed.h"

#include "base/text.h"

#include <string.h>

const th_embed_file *th_embed_find(const char *path)
{
    for (const th_embed_file *f = th_embed_table; f->path; f++)
        if (strcmp(f->path, path) == 0) return f;
    return NULL;
}

static int has(const th_embed_set *set, const th_embed_file *file)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->file[i] == file) return 1;
    return 0;
}

static const char *skip_blanks(const char *c, const char *end)
{
    while (c < end && (*c == ' ' || *c == '\t')) c++;
    return c;
}

/* The quoted name of an #include line, or 0. */
static int include_name(const char *line, const char *end, char *name, size_t cap)
{
    static const char word[] = "include";
    const size_t n = sizeof word - 1;
    const char *c = skip_blanks(line, end);
    if (c == end || *c != '#') return 0;
    c = skip_blanks(c + 1, end);
    if ((size_t)(end - c) <= n || memcmp(c, word, n) != 0) return 0;
    c = skip_blanks(c + n, end);
    if (c == end || *c++ != '"') return 0;
    size_t k = 0;
    while (c < end && *c != '"' && k + 1 < cap) name[k++] = *c++;
    name[k] = '\0';
    return c < end && *c == '"';
}

static th_err add_includes(th_embed_set *set, const th_embed_file *file, th_why *why)
{
    const char *text = (const char *)file->bytes, *end = text + file->size;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        char name[128];
        if (!stop) stop = end;
        if (include_name(text, stop, name, sizeof name)) TH_TRY(th_embed_add(set, name, why));
        text = stop + 1;
    }
    return TH_OK;
}

th_err th_embed_add(th_embed_set *set, const char *path, th_why *why)
{
    const th_embed_file *file = th_embed_find(path);
    if (!file)
        return th_why_set(why, TH_ENOENT, "the source file %s is not part of this program: build thimble again", path);
    if (has(set, file)) return TH_OK;
    if (set->n == TH_EMBED_MAX) return th_why_set(why, TH_ERANGE, "more than %d source files", TH_EMBED_MAX);
    set->file[set->n++] = file;
    TH_TRY(add_includes(set, file, why));

    char body[128];
    const size_t n = th_text_fmt(body, sizeof body, "%s", path);
    if (n < 2 || n >= sizeof body || strcmp(body + n - 2, ".h") != 0) return TH_OK;
    body[n - 1] = 'c';
    return th_embed_find(body) ? th_embed_add(set, body, why) : TH_OK;
}
