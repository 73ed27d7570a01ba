/* JPEG by libjpeg, which leaves its functions by longjmp when a file is damaged: everything that must be given back
 * stands in `reader`, and read_jpeg is the only function that longjmp comes back to. */
#include "base/text.h"
#include "data/picture_priv.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after stdio.h */
#include <jerror.h>
#include <jpeglib.h>

#define MOST_SCANS 200 /* of a progressive file: each goes over the whole picture, however few bytes it has */

typedef struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf back;
    char message[JMSG_LENGTH_MAX];
    uint8_t *row; /* [w][3] */
} reader;

static void fail(j_common_ptr jpeg)
{
    reader *r = jpeg->client_data;
    jpeg->err->format_message(jpeg, r->message);
    longjmp(r->back, 1);
}

/* Warnings (level -1) are damage, but for bytes between two parts, which many cameras write. */
static void note(j_common_ptr jpeg, int level)
{
    if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA) fail(jpeg);
}

static void keep_quiet(j_common_ptr jpeg)
{
    (void)jpeg;
}

static void count_scans(j_common_ptr jpeg)
{
    reader *r = jpeg->client_data;
    if (r->jpeg.input_scan_number <= MOST_SCANS) return;
    th_text_fmt(r->message, sizeof r->message, "more than %d scans", MOST_SCANS);
    longjmp(r->back, 1);
}

static th_err read_header(reader *r, th_span file, const char *name, int32_t c, uint8_t **bytes, th_why *why)
{
    struct jpeg_decompress_struct *j = &r->jpeg;
    jpeg_mem_src(j, file.p, (unsigned long)file.n);
    (void)jpeg_read_header(j, TRUE);
    if (j->num_components != 1 && j->num_components != 3)
        return th_why_set(why, TH_EUNSUP, "%s: a JPEG picture of %d colours; save it as RGB or grey", name,
                          j->num_components);
    TH_TRY(th_picture_room(name, j->image_height, j->image_width, c, bytes, why));
    j->out_color_space = JCS_RGB;
    j->dct_method = JDCT_ISLOW;
    r->row = malloc((size_t)j->image_width * 3);
    return r->row ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %s", name);
}

static void read_rows(reader *r, int32_t c, uint8_t *to)
{
    struct jpeg_decompress_struct *j = &r->jpeg;
    (void)jpeg_start_decompress(j);
    for (; j->output_scanline < j->output_height; to += (size_t)j->output_width * (size_t)c) {
        JSAMPROW row = r->row;
        (void)jpeg_read_scanlines(j, &row, 1);
        if (c == 1)
            th_picture_grey(r->row, (int32_t)j->output_width, to);
        else
            memcpy(to, r->row, (size_t)j->output_width * 3);
    }
    (void)jpeg_finish_decompress(j);
}

/* *bytes are the caller's, also after an error. */
static th_err read_jpeg(reader *r, th_span file, const char *name, int32_t c, uint8_t **bytes, th_why *why)
{
    if (setjmp(r->back)) {
        const bool memory = r->errors.msg_code == JERR_OUT_OF_MEMORY;
        return th_why_set(why, memory ? TH_ENOMEM : TH_EFORMAT, "%s: a damaged JPEG picture (%s)", name, r->message);
    }
    jpeg_create_decompress(&r->jpeg);
    r->jpeg.client_data = r;
    r->jpeg.progress = &r->progress;
    TH_TRY(read_header(r, file, name, c, bytes, why));
    read_rows(r, c, *bytes);
    return TH_OK;
}

th_err th_picture_jpeg(th_span file, const char *name, int32_t c, uint8_t **bytes, int32_t *h, int32_t *w, th_why *why)
{
    reader r;
    memset(&r, 0, sizeof r);
    *bytes = NULL;
    r.jpeg.client_data = &r; /* jpeg_create_decompress keeps it, and may fail itself */
    r.jpeg.err = jpeg_std_error(&r.errors);
    r.errors.error_exit = fail;
    r.errors.emit_message = note;
    r.errors.output_message = keep_quiet;
    r.progress.progress_monitor = count_scans;
    const th_err err = read_jpeg(&r, file, name, c, bytes, why);
    *h = (int32_t)r.jpeg.image_height, *w = (int32_t)r.jpeg.image_width;
    jpeg_destroy_decompress(&r.jpeg);
    free(r.row);
    return err;
}
