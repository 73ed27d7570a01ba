/* store/sql.h -- one way to a database: a file of SQLite, or a server of PostgreSQL for a school or a country.
 *
 *   th_sql_open("ROOT/.thimble/course.db" or "postgresql://user@host/db") --th_sql--> pool of connections
 *   th_sql_read / th_sql_begin --th_sql_link--> statements --th_sql_rows--> values
 *   th_sql_end: kept for good when it returns TH_OK (on disk: no kill -9 and no power cut loses it), or taken back
 *
 * Statements are what both understand: `?` for parameters, BIGINT, DOUBLE PRECISION, TEXT, ON CONFLICT, RETURNING; in
 * a schema $ID is a column "id" that counts by itself.  Truth is 0 or 1.  Statements are prepared once per connection,
 * so their texts should be constants.
 *
 * A th_sql may be used from any thread; a link by one thread at a time, and whoever has one must not ask for another:
 * pass it on. */
#ifndef TH_STORE_SQL_H
#define TH_STORE_SQL_H

#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct th_sql th_sql;
typedef struct th_sql_link th_sql_link; /* one connection, lent */
typedef struct th_sql_rows th_sql_rows;

/* Step i brings a database from version i to i + 1.  Never change one that was released: add another. */
typedef struct th_sql_schema {
    const char *const *steps;
    int n_steps;
} th_sql_schema;

/* where: a file's path, made when it is not there, or an address that begins with "postgresql://" or "postgres://"
 * (libpq's: passwords also from PGPASSWORD or ~/.pgpass).  The tables are brought up to date; on a server they stand in
 * a schema "thimble" of their own.
 * Errors: TH_EIO (cannot be reached, written), TH_EFORMAT (of another program), TH_EUNSUP (of a newer Thimble). */
TH_NODISCARD th_err th_sql_open(const char *where, const th_sql_schema *schema, th_sql **sql, th_why *why);
void th_sql_close(th_sql *sql); /* all links must be back; NULL is fine */

/* A link for reading alone; waits while all are lent. */
TH_NODISCARD th_err th_sql_read(th_sql *sql, th_sql_link **link, th_why *why);
/* A link within a transaction.  Of transactions with the same `lock` (not 0) one at a time runs, on whichever computer:
 * what was looked at before a change is still so. */
TH_NODISCARD th_err th_sql_begin(th_sql *sql, int64_t lock, th_sql_link **link, th_why *why);
/* The same for what is no harm to lose when the power goes: it is kept when the program is killed, and soon on disk,
 * but th_sql_end does not wait for that. */
TH_NODISCARD th_err th_sql_begin_light(th_sql *sql, th_sql_link **link, th_why *why);
/* Gives the link back.  `err`, or for TH_OK how keeping the transaction went. */
TH_NODISCARD th_err th_sql_end(th_sql_link *link, th_err err, th_why *why);

/* Parameters follow `types`, a letter each: i int64_t, d double, s const char * (NULL is null), I const int64_t *,
 * D const double * (NULL is null).  After an error only th_sql_end may follow.
 * Errors: TH_EEXIST (it must be there once only), TH_ERANGE (another rule of the tables), TH_EIO. */
#define TH_SQL_PARAMS 24
TH_NODISCARD th_err th_sql_do(th_sql_link *link, th_why *why, const char *text, const char *types, ...);
int64_t th_sql_changed(const th_sql_link *link); /* rows that the last th_sql_do changed */

/* Rows of an answer: while (th_sql_next(rows)) ..; then th_sql_done, which frees them and says what went wrong. */
TH_NODISCARD th_err th_sql_ask(th_sql_link *link, th_sql_rows **rows, th_why *why, const char *text, const char *types,
                               ...);
bool th_sql_next(th_sql_rows *rows);
TH_NODISCARD th_err th_sql_done(th_sql_rows *rows, th_why *why);

/* Values of the row, columns from 0.  Text lives until the next row; null is 0 or "". */
int64_t th_sql_int(const th_sql_rows *rows, int column);
double th_sql_double(const th_sql_rows *rows, int column);
const char *th_sql_text(const th_sql_rows *rows, int column);
bool th_sql_is_null(const th_sql_rows *rows, int column);

/* The first value of the first row; `none` where there is no row. */
TH_NODISCARD th_err th_sql_number(th_sql_link *link, int64_t *value, int64_t none, th_why *why, const char *text,
                                  const char *types, ...);

#endif
