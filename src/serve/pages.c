/* The studio's pages: what was built into the program, under its names. */
#include "serve/pages.h"

#include "serve/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char no_studio[] =
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
    "<title>Thimble</title><h1>The studio is not in this program</h1>"
    "<p>Thimble was built without Node.js, which makes the studio's pages. The command line works: "
    "<code>thimble --help</code>.<p>To get the studio, where Thimble's sources are: <pre>./run setup\nmake</pre>"
    "<p>The API answers at <a href=/api/v1>/api/v1</a>.";

static const th_web_file *find(const char *path)
{
    for (const th_web_file *f = th_web_files; f->path; f++)
        if (strcmp(f->path, path) == 0) return f;
    return NULL;
}

/* A client that does not take gzip (a script, mostly). */
static th_err inflate_file(const th_web_file *f, th_reply *out, th_why *why)
{
    z_stream z = {0};
    size_t cap = f->n * 8 + 65536;
    uint8_t *bytes = malloc(cap);
    if (!bytes || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) {
        free(bytes);
        return th_why_set(why, TH_ENOMEM, "out of memory for %s", f->path);
    }
    union {
        const unsigned char *from;
        unsigned char *to;
    } in = {f->bytes};
    z.next_in = in.to;
    z.avail_in = (uInt)f->n;
    z.next_out = bytes;
    z.avail_out = (uInt)cap;
    const int code = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    out->bytes = bytes;
    out->n = cap - z.avail_out;
    return code == Z_STREAM_END ? TH_OK : th_why_set(why, TH_EFORMAT, "%s is damaged inside the program", f->path);
}

static th_err send(const th_request *r, const th_web_file *f, th_reply *out, th_why *why)
{
    out->type = f->type;
    snprintf(out->tag, sizeof out->tag, "%08x-%zx", (unsigned)crc32(0, f->bytes, (uInt)f->n), f->n);
    out->keep = strncmp(f->path, "assets/", 7) == 0 ? "public, max-age=31536000, immutable" : "no-cache";
    const char *takes = th_request_header(r, "Accept-Encoding");
    if (f->gzipped && !(takes && strstr(takes, "gzip"))) return inflate_file(f, out, why);
    out->fixed = f->bytes;
    out->n = f->n;
    out->encoding = f->gzipped ? "gzip" : NULL;
    return TH_OK;
}

static th_err index_page(const th_request *r, th_reply *out, th_why *why)
{
    const th_web_file *f = find("index.html");
    if (f) return send(r, f, out, why);
    out->type = "text/html; charset=utf-8";
    out->fixed = no_studio;
    out->n = sizeof no_studio - 1;
    return TH_OK;
}

static th_err page(const th_request *r, th_reply *out, th_why *why)
{
    const th_web_file *f = find(r->part[0]);
    if (!f && strncmp(r->part[0], "api/", 4) == 0)
        return th_why_set(why, TH_ENOENT, "the API has no such operation: GET /api/v1/openapi.json has all of them");
    return f ? send(r, f, out, why) : th_why_set(why, TH_ENOENT, "there is no page of this name");
}

const th_route th_routes_pages[] = {
    {"GET", "/", TH_ROLE_NOBODY, 0, .handle = index_page},
    {"GET", "/{file..}", TH_ROLE_NOBODY, 0, .handle = page},
    {0},
};
