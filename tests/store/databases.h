/* The databases that the same tests run on: SQLite, and a server of PostgreSQL that is started for them (which skips
 * with a word where its programs are not installed). */
#ifndef TH_TESTS_STORE_DATABASES_H
#define TH_TESTS_STORE_DATABASES_H

#include "../test.h"

#include "os/file.h"
#include "os/process.h"

typedef struct database {
    char folder[TH_PATH_BYTES]; /* of this test */
    char where[TH_PATH_BYTES + 64];
} database;

static char server_folder[TH_PATH_BYTES], server_address[TH_PATH_BYTES + 64]; /* "": none */

static inline void address_line(void *ctx, const char *line)
{
    (void)ctx; /* what start prints */
    snprintf(server_address, sizeof server_address, "%s", line);
}

static inline int server_do(const char *what)
{
    const char *const argv[] = {"tests/store/postgres.sh", what, server_folder, NULL};
    const th_process p = {.argv = argv, .on_line = address_line, .timeout_s = 60};
    char tail[1024];
    int status;
    th_why why = {0};
    if (th_process_run(&p, &status, tail, sizeof tail, &why)) fail_msg("%s", why.text);
    if (status && status != 77) fail_msg("postgres.sh %s: %s", what, tail);
    return status;
}

static inline int server_start(void **state)
{
    (void)state;
    if (th_dir_temp(server_folder, NULL)) return -1;
    if (server_do("start")) {
        printf("# PostgreSQL is not installed: its tests are skipped\n");
        server_address[0] = 0;
    }
    return 0;
}

static inline int server_stop(void **state)
{
    (void)state;
    if (server_address[0]) (void)server_do("stop");
    th_dir_remove(server_folder);
    return 0;
}

static inline int on_sqlite(void **state)
{
    database *d = calloc(1, sizeof *d);
    *state = d;
    return !d || th_dir_temp(d->folder, NULL) ||
           snprintf(d->where, sizeof d->where, "%s/course.db", d->folder) >= (int)sizeof d->where;
}

/* What an earlier test left is dropped. */
static inline int on_postgres(void **state)
{
    database *d = calloc(1, sizeof *d);
    *state = d;
    if (!d || th_dir_temp(d->folder, NULL)) return -1;
    snprintf(d->where, sizeof d->where, "%s", server_address);
    return server_address[0] ? server_do("fresh") : 0;
}

static inline int database_end(void **state)
{
    th_dir_remove(((database *)*state)->folder);
    free(*state);
    return 0;
}

#define NEEDS_DATABASE(d)                                                                                              \
    do {                                                                                                               \
        if (!(d)->where[0]) {                                                                                          \
            printf("SKIPPED: PostgreSQL is not installed\n");                                                          \
            skip();                                                                                                    \
        }                                                                                                              \
    } while (0)

/* One test, on both. */
#define ON_BOTH(test)                                                                                                  \
    {#test " on SQLite", test, on_sqlite, database_end, NULL},                                                         \
    {                                                                                                                  \
#test " on PostgreSQL", test, on_postgres, database_end, NULL                                                  \
    }

#endif
