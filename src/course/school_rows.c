/* From rows of the store to JSON, and what people write. */
#include "course/lesson.h"
#include "course/school_priv.h"

#include <stdlib.h>
#include <string.h>

static json_t *out_of(th_sql_rows *q, int column, char kind)
{
    if (th_sql_is_null(q, column)) return json_null();
    const char *text = th_sql_text(q, column);
    switch (kind) {
    case 'i': return json_integer((json_int_t)th_sql_int(q, column));
    case 'd': return json_real(th_sql_double(q, column));
    case 'b': return json_boolean(th_sql_int(q, column) != 0);
    case 't': return json_integer((json_int_t)(th_sql_int(q, column) / 1000));
    case 'j': return json_loads(text, JSON_DECODE_ANY, NULL);
    case 'n': return *text ? json_string(text) : json_null();
    default: return json_string(text);
    }
}

static json_t *row_json(th_sql_rows *q, const char *shape)
{
    json_t *row = json_object();
    for (int column = 0; *shape; column++) {
        const size_t n = strcspn(shape, " "), name = strcspn(shape, ": ");
        char key[40];
        if (shape[0] != '-' && name < sizeof key) {
            memcpy(key, shape, name);
            key[name] = 0;
            json_object_set_new(row, key, out_of(q, column, name < n ? shape[name + 1] : 's'));
        }
        shape += n + (shape[n] == ' ');
    }
    return row;
}

th_err th_rows_list(th_sql_rows *rows, const char *shape, json_t **list, th_why *why)
{
    *list = json_array();
    while (th_sql_next(rows)) json_array_append_new(*list, row_json(rows, shape));
    const th_err err = th_sql_done(rows, why);
    if (!err && *list) return TH_OK;
    json_decref(*list);
    *list = NULL;
    return err ? err : th_why_set(why, TH_ENOMEM, "out of memory for a list");
}

th_err th_rows_one(th_sql_rows *rows, const char *shape, json_t **object, th_why *why)
{
    *object = th_sql_next(rows) ? row_json(rows, shape) : NULL;
    const th_err err = th_sql_done(rows, why);
    if (!err) return TH_OK;
    json_decref(*object);
    *object = NULL;
    return err;
}

th_err th_rows_text(const json_t *json, char **text, th_why *why)
{
    *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    return *text ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a text");
}

char *th_rows_pattern(const char *text)
{
    char *p = malloc(2 * strlen(text) + 3);
    size_t n = 0;
    if (!p) return NULL;
    p[n++] = '%';
    for (; *text; text++) {
        if (strchr("%_!", *text)) p[n++] = '!';
        p[n++] = *text;
    }
    p[n++] = '%';
    p[n] = 0;
    return p;
}

th_err th_rows_html(json_t *list, th_why *why)
{
    json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        const char *text = json_string_value(json_object_get(one, "text"));
        char *html = NULL;
        const th_span markdown = {(const uint8_t *)(text ? text : ""), text ? strlen(text) : 0};
        const th_err err = th_markdown_html(markdown, false, &html, why);
        if (err) {
            json_decref(list);
            return err;
        }
        json_object_set_new(one, "html", json_string(html));
        free(html);
    }
    return TH_OK;
}

th_err th_words_ok(const char *what, const char *text, size_t most, bool empty, th_why *why)
{
    if (!text) return th_why_set(why, TH_EUSAGE, "%s must be a text", what);
    const size_t n = strlen(text), words = strspn(text, " \t\r\n");
    if (n > most) return th_why_set(why, TH_EUSAGE, "%s is too long: at most %zu bytes", what, most);
    if (words == n && !empty) return th_why_set(why, TH_EUSAGE, "%s is empty: write something", what);
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)text[i] < 0x20 && !strchr("\t\r\n", text[i])) || text[i] == 0x7f)
            return th_why_set(why, TH_EUSAGE, "%s has a control character in it", what);
    return TH_OK;
}

th_err th_school_here(th_sql_link *link, const th_pupil *who, th_why *why)
{
    return th_sql_do(link, why, "INSERT INTO days (learner, day) VALUES (?, ?) ON CONFLICT DO NOTHING", "ii", who->id,
                     who->now_ms / DAY_MS);
}

th_err th_school_end_one(th_sql_link *link, th_err err, const char *else_what, th_why *why)
{
    if (!err && !th_sql_changed(link)) err = th_why_set(why, TH_ENOENT, "%s", else_what);
    return th_sql_end(link, err, why);
}
