/* base/option.h -- an option of a verb, as a row of a table: command line, help and the studio's API come from it. */
#ifndef TH_BASE_OPTION_H
#define TH_BASE_OPTION_H

typedef struct th_opt {
    const char *name; /* "epochs": written --epochs N; "m": written -m TEXT */
    const char *arg;  /* "N", "DIR", or NULL for a switch */
    const char *def;  /* default as text for the help, or NULL */
    const char *help; /* one line */
} th_opt;

/* What of a verb is known without running it. */
typedef struct th_verb {
    const char *name;    /* "train", or "data import" */
    const char *words;   /* "[PROJECT]": shown in the usage line */
    const char *summary; /* one line for the list */
    const th_opt *opts;  /* ended by a row with name NULL */
    int max_words;
} th_verb;

#endif
