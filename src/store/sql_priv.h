/* store/sql_priv.h -- what one kind of database gives to sql.c: connections and their statements. */
#ifndef TH_STORE_SQL_PRIV_H
#define TH_STORE_SQL_PRIV_H

#include "store/sql.h"

typedef struct th_sql_value {
    char type; /* i, d, s, or n: null of `of` */
    char of;
    int64_t i;
    double d;
    const char *s;
} th_sql_value;

typedef struct th_sql_params {
    th_sql_value v[TH_SQL_PARAMS];
    int n;
} th_sql_params;

/* Statements that a connection has prepared, found by their text. */
#define TH_SQL_KEPT 256
typedef struct th_sql_kept {
    char *text;
    uint64_t hash;
    void *statement;
    bool busy;
} th_sql_kept;

struct th_sql_link {
    th_sql *sql;
    th_sql_link *next; /* among the free ones */
    void *db;          /* sqlite3 *, PGconn * */
    th_sql_kept kept[TH_SQL_KEPT];
    int n_kept;
    int64_t changed;
    bool writing; /* within a transaction */
    bool light;   /* .. that nobody waits for */
};

struct th_sql_rows {
    th_sql_link *link;
    void *answer; /* sqlite3_stmt *, PGresult * */
    th_sql_kept *kept;
    int row, n; /* PostgreSQL: the row, of so many */
    th_err err;
    th_why why;
};

typedef struct th_sql_driver {
    const char *name;
    const char *id;     /* what $ID becomes */
    const char *tables; /* how many tables there are */
    bool one_writer;    /* transactions one after another, on a link of their own */
    th_err (*open)(const char *where, th_sql_link *link, th_why *why);
    void (*close)(th_sql_link *link);
    th_err (*ask)(th_sql_link *link, const char *text, const th_sql_params *params, th_sql_rows *rows, th_why *why);
    bool (*next)(th_sql_rows *rows);
    void (*done)(th_sql_rows *rows);
    th_err (*script)(th_sql_link *link, const char *text, th_why *why); /* several statements, no parameters */
    th_err (*lock)(th_sql_link *link, int64_t lock, th_why *why);       /* NULL: one_writer is enough */
    const char *begin, *light;                                          /* light: said then, or NULL */
    const char *log; /* behind the path: the file that holds what was committed; NULL: the server cares */
    int64_t (*get_int)(const th_sql_rows *rows, int column);
    double (*get_double)(const th_sql_rows *rows, int column);
    const char *(*get_text)(const th_sql_rows *rows, int column);
    bool (*get_null)(const th_sql_rows *rows, int column);
} th_sql_driver;

extern const th_sql_driver th_sql_sqlite, th_sql_postgres;

const char *th_sql_where(const th_sql_link *link); /* for errors: the path, or the server without its password */

/* The kept statement of a text, or a free place for it with statement NULL; NULL: no place is left, or it is busy. */
th_sql_kept *th_sql_keep(th_sql_link *link, const char *text);

#endif
