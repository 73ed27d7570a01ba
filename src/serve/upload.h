/* serve/upload.h -- the bytes of one sample as a browser sends them: what they are, and what is wrong with them. */
#ifndef TH_SERVE_UPLOAD_H
#define TH_SERVE_UPLOAD_H

#include "data/dataset.h"

#define TH_UPLOAD_WARNINGS 6
#define TH_UPLOAD_SECONDS  60 /* of a recording whose loudest part is kept */

typedef struct th_upload_warning {
    const char *code; /* clipped, silent, quiet, short, noisy, already */
    char text[160];
} th_upload_warning;

typedef struct th_upload {
    th_sample_kind kind;
    int16_t *pcm;             /* sound: [n], at the project's rate */
    float *rows;              /* signal: [n][n_channels] */
    char *channels;           /* its names, joined by commas */
    double rate_hz;           /* of its rows; 0: they have no times */
    int32_t n, n_channels;    /* samples or rows */
    th_span picture;          /* the body itself */
    int32_t width, height;    /* of it */
    char hash[TH_HASH_BYTES]; /* that its file will have */
    th_upload_warning warning[TH_UPLOAD_WARNINGS];
    int n_warnings;
} th_upload;

typedef struct th_upload_cfg {
    const char *type;  /* the Content-Type */
    const char *label; /* "silence" may be long, quiet and noisy */
    bool trim;         /* of a sound only the loudest clip_ms */
    double rate_hz;    /* of rows that do not say it; 0: the project's */
} th_upload_cfg;

/* Is it a type that samples of this project have?  Errors: TH_EUNSUP (the text lists those that are). */
TH_NODISCARD th_err th_upload_type(const th_project *p, const char *type, th_why *why);

/* Errors: TH_EUNSUP as above; TH_EFORMAT, TH_ERANGE (what is wrong with the bytes, and where); TH_ENOMEM. */
TH_NODISCARD th_err th_upload_read(const th_project *p, const th_upload_cfg *cfg, th_span body, th_upload *u,
                                   th_why *why);
void th_upload_free(th_upload *u);

void th_upload_warn(th_upload *u, const char *code, const char *text);

#endif
