#include "store/versions.h"

#include "base/text.h"
#include "store/store_priv.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST 4 /* characters of an id */

static void copy_column(char *to, size_t cap, sqlite3_stmt *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q, column);
    th_text_fmt(to, cap, "%s", text ? (const char *)text : "");
}

th_err th_versions_now(const th_store *s, char id[TH_HASH_BYTES], th_why *why)
{
    sqlite3_stmt *q;
    crypto_generichash_state h;
    unsigned char raw[32];
    bool more = true;
    TH_TRY(th_store_prepare(s, &q, why,
                            "SELECT digest FROM samples JOIN descriptions ON id = description ORDER BY digest", ""));
    (void)crypto_generichash_init(&h, NULL, 0, sizeof raw);
    th_err err = TH_OK;
    while (!err) {
        err = th_store_step(s, q, &more, why);
        if (err || !more) break;
        const unsigned char *digest = sqlite3_column_text(q, 0);
        if (digest)
            (void)crypto_generichash_update(&h, digest, TH_HASH_BYTES - 1);
        else
            err = th_store_fail(s, why);
    }
    sqlite3_finalize(q);
    (void)crypto_generichash_final(&h, raw, sizeof raw);
    (void)sodium_bin2hex(id, TH_HASH_BYTES, raw, sizeof raw);
    return err;
}

/* ---- list --------------------------------------------------------------------------------- */

static th_err take_version(th_data_version_list *list, sqlite3_stmt *q, th_why *why)
{
    th_data_version *more = realloc(list->v, (list->n + 1) * sizeof *more);
    const unsigned char *message = sqlite3_column_text(q, 4);
    char *copy = more && message ? strdup((const char *)message) : NULL;
    if (more) list->v = more;
    if (!copy) return th_why_set(why, TH_ENOMEM, "out of memory for the list of versions");
    th_data_version *v = &list->v[list->n++];
    *v = (th_data_version){.number = sqlite3_column_int64(q, 0),
                           .message = copy,
                           .n = sqlite3_column_int64(q, 5),
                           .head = sqlite3_column_int(q, 6) != 0};
    copy_column(v->id, sizeof v->id, q, 1);
    copy_column(v->parent, sizeof v->parent, q, 2);
    copy_column(v->time, sizeof v->time, q, 3);
    return TH_OK;
}

th_err th_versions_all(const th_store *s, th_data_version_list *list, th_why *why)
{
    sqlite3_stmt *q;
    bool more = true;
    *list = (th_data_version_list){0};
    TH_TRY(th_store_prepare(
        s, &q, why,
        "SELECT number, id, parent, time, message, (SELECT count(*) FROM version_rows WHERE version = number), "
        "number IS (SELECT head FROM data_state) FROM versions ORDER BY number DESC",
        ""));
    th_err err = TH_OK;
    while (!err) {
        err = th_store_step(s, q, &more, why);
        if (err || !more) break;
        err = take_version(list, q, why);
    }
    sqlite3_finalize(q);
    if (err) th_versions_free(list);
    return err;
}

void th_versions_free(th_data_version_list *list)
{
    for (size_t i = 0; i < list->n; i++) free(list->v[i].message);
    free(list->v);
    *list = (th_data_version_list){0};
}

static const th_data_version *by_id(const th_data_version_list *list, const char *id)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->v[i].id, id) == 0) return &list->v[i];
    return NULL;
}

/* "head" and "head~3". */
static const th_data_version *from_head(const th_data_version_list *list, const char *word)
{
    const th_data_version *v = NULL;
    char *end = NULL;
    const long back = word[4] == '~' ? strtol(word + 5, &end, 10) : 0;
    if ((word[4] && word[4] != '~') || (end && (*end || end == word + 5)) || back < 0) return NULL;
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].head) v = &list->v[i];
    for (long i = 0; v && i < back; i++) v = *v->parent ? by_id(list, v->parent) : NULL;
    return v;
}

th_err th_versions_find(const th_data_version_list *list, const char *word, const th_data_version **v, th_why *why)
{
    const size_t n = strlen(word);
    *v = NULL;
    if (strncmp(word, "head", 4) == 0 && (*v = from_head(list, word))) return TH_OK;
    if (n >= SHORTEST)
        for (size_t i = 0; i < list->n; i++) {
            if (strncmp(list->v[i].id, word, n) != 0) continue;
            if (*v)
                return th_why_set(why, TH_EUSAGE, "several versions begin with %s (%.12s, %.12s): give more of it",
                                  word, (*v)->id, list->v[i].id);
            *v = &list->v[i];
        }
    if (*v) return TH_OK;
    return th_why_set(why, TH_ENOENT, "there is no version \"%s\" of the data%s. All of them: thimble data log", word,
                      n < SHORTEST ? " (at least 4 characters of its id are needed)" : "");
}

/* ---- writing ------------------------------------------------------------------------------ */

static th_err find_number(const th_store *s, const char *id, int64_t *number, th_why *why)
{
    sqlite3_stmt *q;
    bool more;
    TH_TRY(th_store_prepare(s, &q, why, "SELECT number FROM versions WHERE id = ?", "s", id));
    const th_err err = th_store_step(s, q, &more, why);
    *number = !err && more ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return err;
}

static th_err keep(th_store *s, const char *message, const char *id, int64_t *number, th_why *why)
{
    TH_TRY(th_store_run(s, why,
                        "INSERT INTO versions (id, parent, time, message) VALUES (?, coalesce((SELECT id FROM versions "
                        "WHERE number = (SELECT head FROM data_state)), ''), strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?)",
                        "ss", id, message));
    *number = sqlite3_last_insert_rowid(s->db);
    TH_TRY(th_store_run(s, why, "INSERT INTO version_rows SELECT ?, description FROM samples", "i", *number));
    return th_store_run(
        s, why, "UPDATE descriptions SET kept = 1 WHERE kept = 0 AND id IN (SELECT description FROM samples)", "");
}

static th_err set_head(const th_store *s, int64_t number, th_why *why)
{
    return th_store_run(s, why, "INSERT INTO data_state VALUES (1, ?1, 0) ON CONFLICT DO UPDATE SET head = ?1", "i",
                        number);
}

static th_err commit(th_store *s, const char *message, char id[TH_HASH_BYTES], bool *made, th_why *why)
{
    int64_t number;
    TH_TRY(th_versions_now(s, id, why));
    TH_TRY(find_number(s, id, &number, why));
    *made = number == 0;
    if (*made) TH_TRY(keep(s, message, id, &number, why));
    return set_head(s, number, why);
}

th_err th_versions_commit(th_store *s, const char *message, char id[TH_HASH_BYTES], bool *made, th_why *why)
{
    TH_TRY(th_store_begin(s, why));
    return th_store_end(s, commit(s, message, id, made, why), why);
}

static th_err is_committed(const th_store *s, th_why *why)
{
    char now[TH_HASH_BYTES], nothing[TH_HASH_BYTES];
    int64_t number;
    th_hash_of((th_span){NULL, 0}, nothing);
    TH_TRY(th_versions_now(s, now, why));
    TH_TRY(find_number(s, now, &number, why));
    if (number || strcmp(now, nothing) == 0) return TH_OK;
    return th_why_set(why, TH_EEXIST,
                      "the data has changes that no version has (thimble data diff shows them). Keep them with thimble "
                      "data commit -m TEXT, or drop them with --force");
}

static th_err checkout(th_store *s, const th_data_version *v, bool careful, th_why *why)
{
    if (careful) TH_TRY(is_committed(s, why));
    TH_TRY(th_store_run(s, why, "DELETE FROM samples", ""));
    TH_TRY(th_store_run(s, why, "INSERT INTO samples SELECT description FROM version_rows WHERE version = ?", "i",
                        v->number));
    TH_TRY(th_samples_changed(s, why));
    return set_head(s, v->number, why);
}

th_err th_versions_checkout(th_store *s, const th_data_version *v, bool careful, th_why *why)
{
    TH_TRY(th_store_begin(s, why));
    return th_store_end(s, checkout(s, v, careful, why), why);
}
