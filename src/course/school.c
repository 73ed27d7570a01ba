/* The school itself: its store, its secret, who its learners are. */
#include "course/school_priv.h"

#include "base/text.h"
#include "course/school_tables.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ALONE "me" /* who has this computer to herself, as she is told; her account's name is "" */

/* Made once for ever, by whichever server is first. */
static th_err secret_of(th_school *s, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    char hex[2 * sizeof s->secret + 1] = "";
    size_t n = 0;
    randombytes_buf(s->secret, sizeof s->secret);
    (void)sodium_bin2hex(hex, sizeof hex, s->secret, sizeof s->secret);
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = th_sql_do(link, why, "INSERT INTO settings (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING",
                           "s", hex);
    if (!err) err = th_sql_ask(link, &q, why, "SELECT value FROM settings WHERE name = 'secret'", "");
    if (!err) {
        if (th_sql_next(q)) (void)th_text_fmt(hex, sizeof hex, "%s", th_sql_text(q, 0));
        err = th_sql_done(q, why);
    }
    if (!err &&
        (sodium_hex2bin(s->secret, sizeof s->secret, hex, strlen(hex), NULL, &n, NULL) || n != sizeof s->secret))
        err = th_why_set(why, TH_EFORMAT, "the secret in the course's store is damaged");
    return th_sql_end(link, err, why);
}

th_err th_school_open(const char *where, const char *program, th_school **school, th_why *why)
{
    th_school *s = calloc(1, sizeof *s);
    *school = NULL;
    if (sodium_init() < 0) {
        free(s);
        return th_why_set(why, TH_EIO, "this system gives no random numbers (libsodium)");
    }
    if (!s || !(s->program = strdup(program))) {
        free(s);
        return th_why_set(why, TH_ENOMEM, "out of memory for the course's record");
    }
    th_err err = th_sql_open(where, &th_school_tables, &s->sql, why);
    if (!err) err = secret_of(s, why);
    if (!err) err = th_quiz_cache_new(&s->cache, why);
    if (err)
        th_school_close(s);
    else
        *school = s;
    return err;
}

void th_school_close(th_school *s)
{
    if (!s) return;
    th_quiz_cache_free(s->cache);
    th_sql_close(s->sql);
    free(s->program);
    sodium_memzero(s->secret, sizeof s->secret);
    free(s);
}

/* 1 .. 2^31 - 1: a number that every verb's --seed takes. */
static uint64_t seed_of(const th_school *s, const char *what, const char *name)
{
    unsigned char hash[16];
    uint64_t seed;
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, s->secret, sizeof s->secret, sizeof hash);
    (void)crypto_generichash_update(&state, (const unsigned char *)what, strlen(what) + 1);
    (void)crypto_generichash_update(&state, (const unsigned char *)name, strlen(name));
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    memcpy(&seed, hash, sizeof seed);
    return 1 + seed % INT32_MAX;
}

uint64_t th_school_sealed_seed(const th_school *s)
{
    return seed_of(s, "sealed", "");
}

static th_err find(th_sql_link *link, const char *user, th_pupil *who, th_why *why)
{
    th_sql_rows *q;
    TH_TRY(th_sql_ask(link, &q, why, "SELECT id, language FROM learners WHERE name = ?", "s", user));
    if (th_sql_next(q)) {
        who->id = th_sql_int(q, 0);
        (void)th_text_fmt(who->language, sizeof who->language, "%s", th_sql_text(q, 1));
    }
    return th_sql_done(q, why);
}

th_err th_school_find(th_school *s, const char *user, th_pupil *who, bool *there, th_why *why)
{
    th_sql_link *link;
    *who = (th_pupil){.seed = seed_of(s, "learner", user)};
    (void)th_text_fmt(who->name, sizeof who->name, "%s", *user ? user : ALONE);
    TH_TRY(th_sql_read(s->sql, &link, why));
    const th_err err = find(link, user, who, why);
    *there = who->id != 0;
    return th_sql_end(link, err, why);
}

th_err th_school_enter(th_school *s, const char *user, bool teacher, int64_t now_ms, th_pupil *who, th_why *why)
{
    th_sql_link *link;
    bool there;
    TH_TRY(th_school_find(s, user, who, &there, why));
    who->teacher = teacher;
    who->now_ms = now_ms;
    if (there) return TH_OK;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err =
        th_sql_do(link, why, "INSERT INTO learners (name, joined_ms) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", "si",
                  user, now_ms);
    if (!err) err = find(link, user, who, why);
    return th_sql_end(link, err, why);
}

th_err th_school_left(th_school *s, const char *user, th_why *why)
{
    th_sql_link *link;
    char name[TH_PUPIL_BYTES + 40];
    int64_t id;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = th_sql_number(link, &id, 0, why, "SELECT id FROM learners WHERE name = ?", "s", user);
    (void)th_text_fmt(name, sizeof name, "%s (left: %lld)", user,
                      err ? 0 : (long long)id); /* no account has brackets' colon */
    if (!err && id) err = th_sql_do(link, why, "UPDATE learners SET name = ? WHERE id = ?", "si", name, id);
    return th_sql_end(link, err, why);
}

/* ---- me ------------------------------------------------------------------------------------------------------- */

static th_err me_of(th_sql_link *link, const th_pupil *who, json_t **me, th_why *why)
{
    th_sql_rows *q;
    json_t *classes;
    TH_TRY(th_sql_ask(link, &q, why, "SELECT language, age, education, gender, share FROM learners WHERE id = ?", "i",
                      who->id));
    TH_TRY(th_rows_one(q, "language:n age education gender share:b", me, why));
    if (!*me) return th_why_set(why, TH_ENOENT, "this learner is not known");
    th_err err = th_sql_ask(link, &q, why,
                            "SELECT c.id, c.name, c.courses FROM members m JOIN classes c ON c.id = m.class "
                            "WHERE m.learner = ? ORDER BY c.id",
                            "i", who->id);
    if (!err) err = th_rows_list(q, "id:i name courses:j", &classes, why);
    if (err) {
        json_decref(*me);
        return err;
    }
    json_object_set_new(*me, "classes", classes);
    json_object_set_new(*me, "name", json_string(who->name));
    json_object_set_new(*me, "seed", json_integer((json_int_t)who->seed));
    json_object_set_new(*me, "teacher", json_boolean(who->teacher));
    return TH_OK;
}

th_err th_school_me(th_school *s, const th_pupil *who, json_t **me, th_why *why)
{
    th_sql_link *link;
    *me = NULL;
    TH_TRY(th_sql_read(s->sql, &link, why));
    return th_sql_end(link, me_of(link, who, me, why), why);
}

/* What one may tell of oneself, in words that are groups already. */
static const struct told {
    const char *name, *sql;
    const char *word[8];
} tells[] = {
    {"age",
     "UPDATE learners SET age = ? WHERE id = ?",
     {"under-13", "13-15", "16-18", "19-25", "26-40", "41-60", "over-60"}},
    {"education",
     "UPDATE learners SET education = ? WHERE id = ?",
     {"school", "vocational", "bachelor", "master", "doctor", "other"}},
    {"gender", "UPDATE learners SET gender = ? WHERE id = ?", {"female", "male", "other"}},
};

/* The member is one of the words, or null. */
static th_err tell(th_sql_link *link, const th_pupil *who, const json_t *change, const struct told *t, th_why *why)
{
    const json_t *given = json_object_get(change, t->name);
    const char *word = json_string_value(given);
    if (!given) return TH_OK;
    bool known = json_is_null(given);
    for (int i = 0; word && t->word[i]; i++) known = known || !strcmp(t->word[i], word);
    if (!known)
        return th_why_set(why, TH_EUSAGE, "%s is null or one of the words %s, %s .. (docs/api-course.md)", t->name,
                          t->word[0], t->word[1]);
    return th_sql_do(link, why, t->sql, "si", word, who->id);
}

static th_err change_me(th_sql_link *link, const th_pupil *who, const json_t *change, th_why *why)
{
    const json_t *language = json_object_get(change, "language"), *share = json_object_get(change, "share");
    const char *code = json_is_null(language) ? "" : json_string_value(language);
    if (share && !json_is_boolean(share)) return th_why_set(why, TH_EUSAGE, "share is true or false");
    if (language && (!code || strlen(code) > 3 || strspn(code, "abcdefghijklmnopqrstuvwxyz") != strlen(code)))
        return th_why_set(why, TH_EUSAGE, "language is a code like \"es\", or null");
    for (size_t i = 0; i < sizeof tells / sizeof *tells; i++) TH_TRY(tell(link, who, change, &tells[i], why));
    if (language) TH_TRY(th_sql_do(link, why, "UPDATE learners SET language = ? WHERE id = ?", "si", code, who->id));
    if (!share) return TH_OK;
    return th_sql_do(link, why, "UPDATE learners SET share = ? WHERE id = ?", "ii", (int64_t)json_is_true(share),
                     who->id);
}

th_err th_school_me_change(th_school *s, const th_pupil *who, const json_t *change, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, who->id, &link, why));
    return th_sql_end(link, change_me(link, who, change, why), why);
}
