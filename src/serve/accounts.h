/* serve/accounts.h -- people, their sessions and programs' tokens: store/people.h with secrets made, hashed and
 * compared, and one thread at a time.
 *
 * Passwords are Argon2id (libsodium's crypto_pwhash_str: 64 MiB, 3 passes), one at a time, at most 8 that wait: thirty
 * log-ins at the same moment must not take two gigabytes.  Tokens are 32 random bytes; what is kept is their BLAKE2b
 * hash, so the file lets nobody in who reads it. */
#ifndef TH_SERVE_ACCOUNTS_H
#define TH_SERVE_ACCOUNTS_H

#include "store/people.h"

#define TH_SECRET_BYTES 48 /* of a token as text, with its NUL */
#define TH_PASSWORD_MIN 8  /* bytes */
#define TH_PASSWORD_MAX 256
#define TH_LEARNER_DAYS 60 /* a session lasts */
#define TH_TEACHER_DAYS 7

typedef struct th_accounts th_accounts;

/* Errors: those of th_people_open. */
TH_NODISCARD th_err th_accounts_open(const char *path, th_accounts **a, th_why *why);
void th_accounts_close(th_accounts *a); /* NULL is fine */

/* A new person and a session.  A teacher whose name is known is that person.
 * Errors: TH_EUSAGE (a name of 1 to 40 visible letters, not with ':'), TH_EEXIST, TH_ERANGE. */
TH_NODISCARD th_err th_accounts_join(th_accounts *a, const char *name, bool teacher, int64_t now_ms,
                                     char token[TH_SECRET_BYTES], th_person *person, th_why *why);
/* A session for who knows the password; takes as long for names that are not there.  Errors: TH_ENOENT: one of the two
 * is wrong; TH_ENOMEM: too many at once. */
TH_NODISCARD th_err th_accounts_login(th_accounts *a, const char *name, const char *password, int64_t now_ms,
                                      char token[TH_SECRET_BYTES], th_person *person, th_why *why);
/* Whose session it is; notes that the person was here.  TH_ENOENT: nobody's. */
TH_NODISCARD th_err th_accounts_session(th_accounts *a, const char *token, int64_t now_ms, th_person *person,
                                        th_why *why);
TH_NODISCARD th_err th_accounts_logout(th_accounts *a, const char *token, th_why *why);

/* seen_ms: when each was here last since the start, 0: not yet. free() both. */
TH_NODISCARD th_err th_accounts_all(th_accounts *a, th_person **people, int64_t **seen_ms, size_t *n, th_why *why);
/* Another role or password, whichever is not NULL.  A new password ends the person's sessions unless `keep`.
 * Errors: TH_ENOENT, TH_EUSAGE. */
TH_NODISCARD th_err th_accounts_change(th_accounts *a, const char *name, const bool *teacher, const char *password,
                                       bool keep, th_why *why);
TH_NODISCARD th_err th_accounts_remove(th_accounts *a, const char *name, th_why *why);

/* Errors: TH_EUSAGE (name, limits), TH_EEXIST.  The token is never told again. */
TH_NODISCARD th_err th_accounts_program_add(th_accounts *a, const th_program *program, char token[TH_SECRET_BYTES],
                                            th_why *why);
TH_NODISCARD th_err th_accounts_programs(th_accounts *a, th_program **programs, size_t *n, th_why *why);
TH_NODISCARD th_err th_accounts_program(th_accounts *a, const char *token, th_program *program, th_why *why);
TH_NODISCARD th_err th_accounts_program_find(th_accounts *a, const char *name, th_program *program, th_why *why);
TH_NODISCARD th_err th_accounts_program_remove(th_accounts *a, const char *name, th_why *why);
TH_NODISCARD th_err th_accounts_order(th_accounts *a, const char *program, int64_t now_ms, bool *taken, th_why *why);

TH_NODISCARD th_err th_accounts_own(th_accounts *a, const char *project, const char *sample, const char *person,
                                    th_why *why);
TH_NODISCARD th_err th_accounts_owns(th_accounts *a, const char *project, const char *sample, const char *person,
                                     bool *owns, th_why *why);

#endif
