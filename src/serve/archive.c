/* Written to a temporary file that has no name any more while it is sent. */
#include "serve/archive.h"

#include "serve/jobs_priv.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

static th_err fail(struct archive *a, th_why *why)
{
    const char *text = archive_error_string(a);
    return th_why_set(why, TH_EIO, "the .zip can't be written: %s", text ? text : "no reason is known");
}

static th_err put_file(struct archive *a, const char *dir, const char *name, int64_t n, th_why *why)
{
    char path[TH_PATH_BYTES], buf[65536];
    TH_TRY(th_path_join(path, dir, name, why));
    FILE *f = fopen(path, "rb");
    struct archive_entry *e = archive_entry_new();
    th_err err = f && e ? TH_OK : th_why_set(why, f ? TH_ENOMEM : TH_EIO, "cannot read %s", name);
    if (!err) {
        archive_entry_set_pathname_utf8(e, name);
        archive_entry_set_size(e, n);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_mtime(e, (time_t)th_file_time(path), 0);
        if (archive_write_header(a, e) != ARCHIVE_OK) err = fail(a, why);
    }
    for (size_t got; !err && n > 0 && (got = fread(buf, 1, sizeof buf, f)) > 0; n -= (int64_t)got)
        if (archive_write_data(a, buf, (int64_t)got > n ? (size_t)n : got) < 0) err = fail(a, why);
    archive_entry_free(e);
    if (f) (void)fclose(f);
    return err;
}

static th_err write_zip(const char *dir, const char *zip, th_why *why)
{
    struct archive *a = archive_write_new();
    json_t *list = th_job_file_list(dir), *file;
    size_t i;
    if (!a || !list) {
        json_decref(list);
        archive_write_free(a);
        return th_why_set(why, TH_ENOMEM, "out of memory for a .zip");
    }
    th_err err = TH_OK;
    if (archive_write_set_format_zip(a) != ARCHIVE_OK ||
        archive_write_set_options(a, "zip:hdrcharset=UTF-8") == ARCHIVE_FATAL ||
        archive_write_open_filename(a, zip) != ARCHIVE_OK)
        err = fail(a, why);
    json_array_foreach(list, i, file)
    {
        if (!err)
            err = put_file(a, dir, json_string_value(json_object_get(file, "path")),
                           json_integer_value(json_object_get(file, "bytes")), why);
    }
    json_decref(list);
    if (!err && archive_write_close(a) != ARCHIVE_OK) err = fail(a, why);
    archive_write_free(a);
    return err;
}

static long next(void *ctx, char *buf, size_t cap)
{
    const size_t n = fread(buf, 1, cap, ctx);
    return n ? (long)n : -1;
}

static void end(void *ctx)
{
    (void)fclose(ctx);
}

th_err th_archive_reply(const char *dir, const char *save_as, th_reply *out, th_why *why)
{
    char temp[TH_PATH_BYTES], zip[TH_PATH_BYTES];
    TH_TRY(th_dir_temp(temp, why));
    th_err err = th_path_join(zip, temp, "files.zip", why);
    if (!err) err = write_zip(dir, zip, why);
    FILE *f = err ? NULL : fopen(zip, "rb");
    if (!err && !f) err = th_why_set(why, TH_EIO, "the .zip can't be read again");
    th_dir_remove(temp); /* what is open stays until it is closed */
    if (err) return err;
    out->type = "application/zip";
    snprintf(out->save_as, sizeof out->save_as, "%s", save_as);
    out->next = next;
    out->ctx = f;
    out->end = end;
    return TH_OK;
}
