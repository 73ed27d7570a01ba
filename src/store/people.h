/* store/people.h -- ROOT/.thimble/people.db: who may use a studio that other computers reach (serve --lan).
 *
 *   people     (id) -> name, teacher?, password's hash, since when
 *   sessions   hash of a cookie -> person, until when
 *   programs   name -> hash of a token, orders a day, bytes an order
 *   orders     (program, day) -> how many
 *   owners     project, or sample of it -> name of the person who made it
 *
 * Secrets stand there only as hashes, made by the caller.  Times are milliseconds since 1970.  One thread at a time. */
#ifndef TH_STORE_PEOPLE_H
#define TH_STORE_PEOPLE_H

#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

#define TH_PERSON_BYTES   64  /* a name: UTF-8, with its NUL */
#define TH_PASSHASH_BYTES 128 /* crypto_pwhash_STRBYTES */
#define TH_PEOPLE_MAX     1000

typedef struct th_person {
    int64_t id;
    char name[TH_PERSON_BYTES];
    bool teacher;
    char password[TH_PASSHASH_BYTES]; /* hash, or "": can't log in by one */
    int64_t joined_ms;
} th_person;

typedef struct th_program {
    char name[TH_PERSON_BYTES];
    int64_t orders_a_day, order_bytes, made_ms;
} th_program;

/* Made when it is not there.  Errors: th_store_open's. */
TH_NODISCARD th_err th_people_open(const char *path, th_store **s, th_why *why);

/* Errors: TH_EEXIST (names differ by more than the case of a to z), TH_ERANGE (TH_PEOPLE_MAX are there). */
TH_NODISCARD th_err th_people_add(th_store *s, const char *name, bool teacher, int64_t now_ms, th_person *person,
                                  th_why *why);
/* Errors: TH_ENOENT. */
TH_NODISCARD th_err th_people_find(th_store *s, const char *name, th_person *person, th_why *why);
/* By name; free(*people). */
TH_NODISCARD th_err th_people_all(th_store *s, th_person **people, size_t *n, th_why *why);
/* What stands in `person` from now on, by its id. */
TH_NODISCARD th_err th_people_change(th_store *s, const th_person *person, th_why *why);
TH_NODISCARD th_err th_people_remove(th_store *s, int64_t id, th_why *why); /* and the sessions */

TH_NODISCARD th_err th_people_session_add(th_store *s, const char *hash, int64_t person, int64_t now_ms,
                                          int64_t until_ms, th_why *why); /* forgets those that are over */
/* Whose session is it?  Errors: TH_ENOENT: nobody's, or over. */
TH_NODISCARD th_err th_people_session(th_store *s, const char *hash, int64_t now_ms, th_person *person, th_why *why);
TH_NODISCARD th_err th_people_session_end(th_store *s, const char *hash, th_why *why);
TH_NODISCARD th_err th_people_sessions_end(th_store *s, int64_t person, th_why *why); /* all of a person */

/* Errors: TH_EEXIST, TH_ERANGE. */
TH_NODISCARD th_err th_people_program_add(th_store *s, const th_program *program, const char *hash, th_why *why);
TH_NODISCARD th_err th_people_program(th_store *s, const char *hash, th_program *program, th_why *why); /* TH_ENOENT */
TH_NODISCARD th_err th_people_program_find(th_store *s, const char *name, th_program *program, th_why *why);
TH_NODISCARD th_err th_people_programs(th_store *s, th_program **programs, size_t *n, th_why *why); /* free it */
TH_NODISCARD th_err th_people_program_remove(th_store *s, const char *name, th_why *why);           /* TH_ENOENT */
/* Counts one order of the day (days since 1970), unless the program has had all of them: *taken. */
TH_NODISCARD th_err th_people_order(th_store *s, const char *program, int64_t day, bool *taken, th_why *why);

/* sample: its hash, or "": the project itself. */
TH_NODISCARD th_err th_people_own(th_store *s, const char *project, const char *sample, const char *person,
                                  th_why *why);
/* The sample, or the project that it is in. */
TH_NODISCARD th_err th_people_owns(th_store *s, const char *project, const char *sample, const char *person, bool *owns,
                                   th_why *why);

#endif
