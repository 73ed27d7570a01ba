/* What a function of the API asks of its request. */
#include "os/file.h"
#include "serve/site.h"

#include "course/lab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool same_in_any_case(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        const char x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a, y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;
        if (x != y) return false;
    }
    return *a == *b;
}

const char *th_request_query(const th_request *r, const char *name)
{
    for (int i = 0; i < r->n_query; i++)
        if (strcmp(r->query[i].name, name) == 0) return r->query[i].value;
    return NULL;
}

const char *th_request_header(const th_request *r, const char *name)
{
    for (int i = 0; i < r->n_headers; i++)
        if (same_in_any_case(r->headers[i].name, name)) return r->headers[i].value;
    return NULL;
}

th_err th_request_int(const th_request *r, const char *name, int64_t lo, int64_t hi, int64_t def, int64_t *out,
                      th_why *why)
{
    const char *text = th_request_query(r, name);
    *out = def;
    if (!text) return TH_OK;
    char *end;
    errno = 0;
    const long long v = strtoll(text, &end, 10);
    if (errno || end == text || *end || v < lo || v > hi)
        return th_why_set(why, TH_EUSAGE, "%s takes a whole number from %lld to %lld, not \"%s\"", name, (long long)lo,
                          (long long)hi, text);
    *out = v;
    return TH_OK;
}

/* Brackets, commas and colons outside of texts tell how much memory the JSON will take; what is no JSON is jansson's.
 */
static th_err weigh(th_span text, size_t most, th_why *why)
{
    size_t weight = 0, depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        const uint8_t c = text.p[i];
        if (quoted && c == '\\') {
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '[' || c == '{')) {
            weight += 4;
            depth++;
        } else if (!quoted && (c == ']' || c == '}')) {
            depth -= depth > 0;
        } else if (!quoted && (c == ',' || c == ':')) {
            weight++;
        }
        if (depth > TH_JSON_DEPTH)
            return th_why_set(why, TH_ERANGE, "lists in lists in the JSON, deeper than %d", TH_JSON_DEPTH);
        if (weight > most) return th_why_set(why, TH_ERANGE, "more values in the JSON than are taken at once");
    }
    return TH_OK;
}

th_err th_json_read(th_span text, size_t flags, size_t most, json_t **root, th_why *why)
{
    json_error_t at;
    *root = NULL;
    TH_TRY(weigh(text, most, why));
    *root = json_loadb((const char *)text.p, text.n, flags, &at);
    if (*root) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "this is not JSON: line %d, column %d: %s", at.line, at.column, at.text);
}

th_err th_request_json(const th_request *r, json_t **root, th_why *why)
{
    static const uint8_t none[] = "{}";
    const th_span body = r->body.n ? r->body : (th_span){none, 2};
    TH_TRY(th_json_read(body, JSON_REJECT_DUPLICATES, TH_JSON_BODY, root, why));
    if (json_is_object(*root)) return TH_OK;
    json_decref(*root);
    *root = NULL;
    return th_why_set(why, TH_EFORMAT, "the body is JSON, but no object: it must begin with {");
}

bool th_project_name_ok(const char *name)
{
    const size_t n = strlen(name);
    return n && n < TH_NAME_BYTES && name[0] != '.' && name[0] != '-' && !strpbrk(name, "/\\:*?\"<>|") &&
           name[n - 1] != ' ' && name[0] != ' ' && th_text_is_utf8(name);
}

bool th_is_order(const char *project)
{
    return !strncmp(project, TH_ORDER_PREFIX, strlen(TH_ORDER_PREFIX));
}

/* The folder of this name below the root, when there is one; false: none, or a link that leads elsewhere. */
static bool find_folder(const th_site *site, const char *name, char dir[TH_PATH_BYTES])
{
    char wanted[TH_PATH_BYTES];
    return th_project_name_ok(name) && !th_path_join(wanted, site->root, name, NULL) &&
           !th_path_absolute(dir, wanted, NULL) && strcmp(dir, wanted) == 0;
}

static bool has_file(const char *dir, const char *name)
{
    char path[TH_PATH_BYTES];
    return !th_path_join(path, dir, name, NULL) && th_file_exists(path);
}

th_err th_site_project_dir(const th_site *site, const char *name, char dir[TH_PATH_BYTES], th_why *why)
{
    const bool shown = !site->only[0] || strcmp(site->only, name) == 0;
    if (shown && find_folder(site, name, dir) && has_file(dir, TH_FILE_INI)) return TH_OK;
    return th_why_set(why, TH_ENOENT, "there is no project \"%s\" here", name);
}

th_err th_site_work_dir(const th_site *site, const char *name, char dir[TH_PATH_BYTES], th_why *why)
{
    if (find_folder(site, name, dir) && has_file(dir, TH_LAB_MARK)) return TH_OK;
    return th_site_project_dir(site, name, dir, why);
}

th_err th_request_project(const th_request *r, th_project **p, th_why *why)
{
    char dir[TH_PATH_BYTES];
    *p = NULL;
    TH_TRY(th_site_project_dir(r->site, r->part[0], dir, why));
    *p = malloc(sizeof **p); /* too large for a thread's stack */
    if (!*p) return th_why_set(why, TH_ENOMEM, "out of memory for a project");
    const th_err err = th_project_load(dir, *p, why);
    if (err) {
        free(*p);
        *p = NULL;
    }
    return err;
}
