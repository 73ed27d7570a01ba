#include "serve/accounts.h"

#include "base/text.h"
#include "os/thread.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PASSES      3
#define MEMORY      (64u << 20)
#define MAX_WAITING 8
#define MAX_LETTERS 40
#define DAY_MS      INT64_C(86400000)

_Static_assert(TH_PASSHASH_BYTES >= crypto_pwhash_STRBYTES, "a password's hash fits");

struct th_accounts {
    th_mutex lock;      /* of all but: */
    th_mutex hash_lock; /* one password at a time */
    th_store *store;
    char nobody[TH_PASSHASH_BYTES]; /* a hash that no password has: looked at for names that are not there */
    int waiting;                    /* for hash_lock */
    size_t n_seen;
    struct {
        int64_t person, ms;
    } seen[TH_PEOPLE_MAX];
};

static th_err make_locks(th_accounts *a, th_why *why)
{
    TH_TRY(th_mutex_init(&a->lock, why));
    const th_err err = th_mutex_init(&a->hash_lock, why);
    if (err) th_mutex_free(&a->lock);
    return err;
}

th_err th_accounts_open(const char *path, th_accounts **out, th_why *why)
{
    *out = NULL;
    th_accounts *a = calloc(1, sizeof *a);
    if (!a) return th_why_set(why, TH_ENOMEM, "out of memory for accounts");
    th_err err = make_locks(a, why);
    if (err) {
        free(a);
        return err;
    }
    err = th_people_open(path, &a->store, why);
    if (err)
        th_accounts_close(a);
    else
        *out = a;
    return err;
}

void th_accounts_close(th_accounts *a)
{
    if (!a) return;
    th_store_close(a->store);
    th_mutex_free(&a->lock);
    th_mutex_free(&a->hash_lock);
    sodium_memzero(a, sizeof *a);
    free(a);
}

/* ---- names, tokens, passwords -------------------------------------------------------------------------------- */

/* The bytes of the UTF-8 letter at s, or 0: not one, or one that can't be seen (control, direction, joiners). */
static size_t letter(const unsigned char *s)
{
    const size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    uint32_t c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
    if (s[0] >= 0xf5 || (s[0] >= 0x80 && s[0] < 0xc2)) return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    const bool hidden = c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
                        (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
                        (c >= 0xd800 && c < 0xe000) || c > 0x10ffff || c == 0xad || c == 0x3164;
    const bool longer = (n == 3 && c < 0x800) || (n == 4 && c < 0x10000); /* than it needs to be */
    return hidden || longer ? 0 : n;
}

static th_err check_name(const char *name, th_why *why)
{
    const size_t n = strlen(name);
    size_t letters = 0, at = 0, step;
    while (at < n && (step = letter((const unsigned char *)name + at)) > 0) {
        at += step;
        letters++;
    }
    const bool good = at == n && letters && letters <= MAX_LETTERS && n < TH_PERSON_BYTES && name[0] != ' ' &&
                      name[n - 1] != ' ' && !strpbrk(name, ":/\\\"<>");
    return good ? TH_OK
                : th_why_set(why, TH_EUSAGE,
                             "a name has 1 to %d letters that can be seen (at most %d bytes), without : / \\ \" < >",
                             MAX_LETTERS, TH_PERSON_BYTES - 1);
}

static void hash_of(const char *token, char hex[65])
{
    unsigned char hash[32];
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
    (void)sodium_bin2hex(hex, 65, hash, sizeof hash);
}

static void fresh_token(const char *head, char token[TH_SECRET_BYTES])
{
    unsigned char raw[32];
    const size_t n = strlen(head);
    randombytes_buf(raw, sizeof raw);
    memcpy(token, head, n);
    (void)sodium_bin2base64(token + n, TH_SECRET_BYTES - n, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(raw, sizeof raw);
}

/* Waits until no other password is computed. */
static th_err take_turn(th_accounts *a, th_why *why)
{
    th_mutex_lock(&a->lock);
    const bool room = a->waiting < MAX_WAITING;
    if (room) a->waiting++;
    th_mutex_unlock(&a->lock);
    if (!room) return th_why_set(why, TH_ENOMEM, "too many people log in at this moment: try again in some seconds");
    th_mutex_lock(&a->hash_lock);
    return TH_OK;
}

static void end_turn(th_accounts *a)
{
    th_mutex_unlock(&a->hash_lock);
    th_mutex_lock(&a->lock);
    a->waiting--;
    th_mutex_unlock(&a->lock);
}

/* Inside a turn. */
static th_err make_hash(const char *password, char hash[TH_PASSHASH_BYTES], th_why *why)
{
    if (crypto_pwhash_str(hash, password, strlen(password), PASSES, MEMORY))
        return th_why_set(why, TH_ENOMEM, "out of memory for a password: 64 MB are needed");
    return TH_OK;
}

static th_err compare(th_accounts *a, const char *hash, const char *password, th_why *why)
{
    TH_TRY(take_turn(a, why));
    th_err err = TH_OK;
    if (!a->nobody[0]) {
        char token[TH_SECRET_BYTES];
        fresh_token("", token);
        err = make_hash(token, a->nobody, why);
    }
    const bool known = hash[0] != 0;
    if (!err && (crypto_pwhash_str_verify(known ? hash : a->nobody, password, strlen(password)) != 0 || !known))
        err = th_why_set(why, TH_ENOENT, "the name or the password is wrong");
    end_turn(a);
    return err;
}

/* ---- people and sessions --------------------------------------------------------------------------------------- */

static th_err find(th_accounts *a, const char *name, th_person *person, th_why *why)
{
    th_mutex_lock(&a->lock);
    const th_err err = th_people_find(a->store, name, person, why);
    th_mutex_unlock(&a->lock);
    return err;
}

static th_err start_session(th_accounts *a, const th_person *p, int64_t now_ms, char token[TH_SECRET_BYTES],
                            th_why *why)
{
    char hash[65];
    fresh_token("", token);
    hash_of(token, hash);
    const int64_t days = p->teacher ? TH_TEACHER_DAYS : TH_LEARNER_DAYS;
    return th_people_session_add(a->store, hash, p->id, now_ms, now_ms + days * DAY_MS, why);
}

/* Under the lock: the person of a name, made or made a teacher. */
static th_err person_for(th_accounts *a, const char *name, bool teacher, int64_t now_ms, th_person *p, th_why *why)
{
    if (!teacher || th_people_find(a->store, name, p, NULL))
        return th_people_add(a->store, name, teacher, now_ms, p, why);
    p->teacher = true;
    return th_people_change(a->store, p, why);
}

th_err th_accounts_join(th_accounts *a, const char *name, bool teacher, int64_t now_ms, char token[TH_SECRET_BYTES],
                        th_person *person, th_why *why)
{
    TH_TRY(check_name(name, why));
    th_mutex_lock(&a->lock);
    th_err err = person_for(a, name, teacher, now_ms, person, why);
    if (!err) err = start_session(a, person, now_ms, token, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_login(th_accounts *a, const char *name, const char *password, int64_t now_ms,
                         char token[TH_SECRET_BYTES], th_person *person, th_why *why)
{
    if (strlen(password) > TH_PASSWORD_MAX) return th_why_set(why, TH_ENOENT, "the name or the password is wrong");
    const th_err missing = find(a, name, person, NULL);
    if (missing && missing != TH_ENOENT) return find(a, name, person, why);
    if (missing) *person = (th_person){.id = 0};
    TH_TRY(compare(a, person->password, password, why));
    char hash[TH_PASSHASH_BYTES];
    memcpy(hash, person->password, sizeof hash);
    th_mutex_lock(&a->lock);
    th_err err = th_people_find(a->store, name, person, why); /* again: it may have been changed meanwhile */
    if (err == TH_ENOENT || (!err && strcmp(person->password, hash) != 0))
        err = th_why_set(why, TH_ENOENT, "the name or the password is wrong");
    if (!err) err = start_session(a, person, now_ms, token, why);
    th_mutex_unlock(&a->lock);
    return err;
}

/* Under the lock. When the table is full, who was here longest ago makes room. */
static void note(th_accounts *a, int64_t person, int64_t now_ms)
{
    size_t at = 0;
    for (size_t i = 0; i < a->n_seen; i++) {
        if (a->seen[i].person == person) {
            a->seen[i].ms = now_ms;
            return;
        }
        if (a->seen[i].ms < a->seen[at].ms) at = i;
    }
    if (a->n_seen < TH_PEOPLE_MAX) at = a->n_seen++;
    a->seen[at].person = person;
    a->seen[at].ms = now_ms;
}

th_err th_accounts_session(th_accounts *a, const char *token, int64_t now_ms, th_person *person, th_why *why)
{
    char hash[65];
    hash_of(token, hash);
    th_mutex_lock(&a->lock);
    const th_err err = th_people_session(a->store, hash, now_ms, person, why);
    if (!err) note(a, person->id, now_ms);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_logout(th_accounts *a, const char *token, th_why *why)
{
    char hash[65];
    hash_of(token, hash);
    th_mutex_lock(&a->lock);
    const th_err err = th_people_session_end(a->store, hash, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_all(th_accounts *a, th_person **people, int64_t **seen_ms, size_t *n, th_why *why)
{
    th_mutex_lock(&a->lock);
    *seen_ms = NULL;
    th_err err = th_people_all(a->store, people, n, why);
    if (!err && !(*seen_ms = calloc(*n + 1, sizeof **seen_ms))) {
        free(*people);
        *people = NULL;
        err = th_why_set(why, TH_ENOMEM, "out of memory for a list of people");
    }
    for (size_t i = 0; !err && i < *n; i++)
        for (size_t k = 0; k < a->n_seen; k++)
            if (a->seen[k].person == (*people)[i].id) (*seen_ms)[i] = a->seen[k].ms;
    th_mutex_unlock(&a->lock);
    return err;
}

static th_err password_hash(th_accounts *a, const char *password, char hash[TH_PASSHASH_BYTES], th_why *why)
{
    const size_t n = strlen(password);
    if (n < TH_PASSWORD_MIN || n > TH_PASSWORD_MAX)
        return th_why_set(why, TH_EUSAGE, "a password has %d to %d letters; some words in a row are easy to remember",
                          TH_PASSWORD_MIN, TH_PASSWORD_MAX);
    TH_TRY(take_turn(a, why));
    const th_err err = make_hash(password, hash, why);
    end_turn(a);
    return err;
}

th_err th_accounts_change(th_accounts *a, const char *name, const bool *teacher, const char *password, bool keep,
                          th_why *why)
{
    char hash[TH_PASSHASH_BYTES] = "";
    th_person p;
    TH_TRY(find(a, name, &p, why));
    if (password) TH_TRY(password_hash(a, password, hash, why));
    th_mutex_lock(&a->lock);
    th_err err = th_people_find(a->store, name, &p, why); /* again: nobody may have changed it meanwhile */
    if (!err && teacher) p.teacher = *teacher;
    if (!err && password) memcpy(p.password, hash, sizeof p.password);
    if (!err) err = th_people_change(a->store, &p, why);
    if (!err && password && !keep) err = th_people_sessions_end(a->store, p.id, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_remove(th_accounts *a, const char *name, th_why *why)
{
    th_person p;
    th_mutex_lock(&a->lock);
    th_err err = th_people_find(a->store, name, &p, why);
    if (!err) err = th_people_remove(a->store, p.id, why);
    th_mutex_unlock(&a->lock);
    return err;
}

/* ---- programs -------------------------------------------------------------------------------------------------- */

th_err th_accounts_program_add(th_accounts *a, const th_program *program, char token[TH_SECRET_BYTES], th_why *why)
{
    char hash[65];
    TH_TRY(check_name(program->name, why));
    if (program->orders_a_day < 0 || program->order_bytes < 0)
        return th_why_set(why, TH_EUSAGE, "orders a day and bytes an order are 0 or more");
    fresh_token("thm_", token);
    hash_of(token, hash);
    th_mutex_lock(&a->lock);
    const th_err err = th_people_program_add(a->store, program, hash, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_programs(th_accounts *a, th_program **programs, size_t *n, th_why *why)
{
    th_mutex_lock(&a->lock);
    const th_err err = th_people_programs(a->store, programs, n, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_program(th_accounts *a, const char *token, th_program *program, th_why *why)
{
    char hash[65];
    hash_of(token, hash);
    th_mutex_lock(&a->lock);
    const th_err err = th_people_program(a->store, hash, program, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_program_find(th_accounts *a, const char *name, th_program *program, th_why *why)
{
    th_mutex_lock(&a->lock);
    const th_err err = th_people_program_find(a->store, name, program, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_program_remove(th_accounts *a, const char *name, th_why *why)
{
    th_mutex_lock(&a->lock);
    const th_err err = th_people_program_remove(a->store, name, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_order(th_accounts *a, const char *program, int64_t now_ms, bool *taken, th_why *why)
{
    th_mutex_lock(&a->lock);
    const th_err err = th_people_order(a->store, program, now_ms / DAY_MS, taken, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_own(th_accounts *a, const char *project, const char *sample, const char *person, th_why *why)
{
    th_mutex_lock(&a->lock);
    const th_err err = th_people_own(a->store, project, sample, person, why);
    th_mutex_unlock(&a->lock);
    return err;
}

th_err th_accounts_owns(th_accounts *a, const char *project, const char *sample, const char *person, bool *owns,
                        th_why *why)
{
    th_mutex_lock(&a->lock);
    const th_err err = th_people_owns(a->store, project, sample, person, owns, why);
    th_mutex_unlock(&a->lock);
    return err;
}
