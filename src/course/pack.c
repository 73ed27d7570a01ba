/* A .zip is written by hand: an EPUB wants its first file without a single extra field, and libarchive adds some.
 * Source: PKWARE, APPNOTE.TXT 6.3, sections 4.3 and 4.4; bytes are deflated by zlib. */
#include "course/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* what is deflated is only read */
#include <zlib.h>

typedef struct bytes {
    uint8_t *p;
    size_t n, cap;
} bytes;

struct th_pack {
    struct archive *tar; /* NULL: a .zip */
    bytes out, list;     /* list: the central directory of a .zip */
    unsigned files;
};

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory while an archive is written");
}

static bool grow(bytes *b, size_t more)
{
    if (more > SIZE_MAX / 4 - b->n) return false;
    if (b->n + more <= b->cap) return true;
    const size_t cap = 2 * (b->n + more) + 4096;
    uint8_t *p = realloc(b->p, cap);
    if (!p) return false;
    b->p = p;
    b->cap = cap;
    return true;
}

static bool put(bytes *b, const void *p, size_t n)
{
    if (!grow(b, n)) return false;
    if (n) memcpy(b->p + b->n, p, n);
    b->n += n;
    return true;
}

/* ---- .tar.gz ----------------------------------------------------------------------------------------------------- */

static la_ssize_t on_write(struct archive *a, void *ctx, const void *p, size_t n)
{
    if (put(ctx, p, n)) return (la_ssize_t)n;
    archive_set_error(a, -1, "out of memory");
    return -1;
}

static bool open_tar(th_pack *pack)
{
    struct archive *a = pack->tar = archive_write_new();
    return a && archive_write_set_format_ustar(a) == ARCHIVE_OK && archive_write_add_filter_gzip(a) == ARCHIVE_OK &&
           archive_write_set_options(a, "gzip:!timestamp") == ARCHIVE_OK &&
           archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK &&
           archive_write_open(a, &pack->out, NULL, on_write, NULL) == ARCHIVE_OK;
}

static th_err add_to_tar(th_pack *pack, const char *name, th_span file, th_why *why)
{
    struct archive_entry *e = archive_entry_new();
    if (!e) return no_memory(why);
    archive_entry_set_pathname(e, name);
    archive_entry_set_size(e, (int64_t)file.n);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_mtime(e, 315532800, 0); /* 1980: .zip knows nothing older */
    const bool ok = archive_write_header(pack->tar, e) == ARCHIVE_OK &&
                    (file.n == 0 || archive_write_data(pack->tar, file.p, file.n) == (la_ssize_t)file.n);
    archive_entry_free(e);
    if (ok) return TH_OK;
    const char *text = archive_error_string(pack->tar);
    return th_why_set(why, TH_EIO, "the archive can't be written: %s", text ? text : "no reason is known");
}

/* ---- .zip -------------------------------------------------------------------------------------------------------- */

static void le16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void le32(uint8_t *p, uint32_t v)
{
    le16(p, v & 0xffff);
    le16(p + 2, v >> 16);
}

#define LOCAL_BYTES 30
#define ENTRY_BYTES 46
#define END_BYTES   22

/* What a local header and an entry of the directory have in common, from "version needed" on: 26 bytes. */
static void fill_header(uint8_t *p, bool plain, uint32_t crc, uint32_t packed, uint32_t size, const char *name)
{
    memset(p, 0, 26);
    le16(p, 20); /* version needed: 2.0 */
    le16(p + 4, plain ? 0 : 8);
    le16(p + 8, 1 << 5 | 1); /* 1 January 1980 */
    le32(p + 10, crc);
    le32(p + 14, packed);
    le32(p + 18, size);
    le16(p + 22, (unsigned)strlen(name));
}

/* The file deflated at the end of pack->out; *packed: bytes. */
static bool deflate_file(th_pack *pack, th_span file, uint32_t *packed)
{
    z_stream z = {0};
    if (deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) return false;
    const size_t bound = deflateBound(&z, (uLong)file.n);
    bool ok = grow(&pack->out, bound);
    if (ok) {
        z.next_in = file.p;
        z.avail_in = (uInt)file.n;
        z.next_out = pack->out.p + pack->out.n;
        z.avail_out = (uInt)bound;
        ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
        *packed = (uint32_t)z.total_out;
        pack->out.n += z.total_out;
    }
    deflateEnd(&z);
    return ok;
}

static th_err add_to_zip(th_pack *pack, const char *name, th_span file, bool plain, th_why *why)
{
    uint8_t local[LOCAL_BYTES] = "PK\3\4", entry[ENTRY_BYTES] = "PK\1\2";
    const size_t at = pack->out.n;
    uint32_t packed = (uint32_t)file.n;
    if (file.n > UINT32_MAX / 4 || at > UINT32_MAX / 2 || pack->files >= 65535 || strlen(name) > 65535)
        return th_why_set(why, TH_ERANGE, "the archive gets too large for a .zip");
    const uint32_t crc = (uint32_t)crc32(0, file.p, (uInt)file.n);
    bool ok = put(&pack->out, local, LOCAL_BYTES) && put(&pack->out, name, strlen(name)) &&
              (plain ? put(&pack->out, file.p, file.n) : deflate_file(pack, file, &packed));
    if (!ok) return no_memory(why);
    fill_header(pack->out.p + at + 4, plain, crc, packed, (uint32_t)file.n, name);
    le16(entry + 4, 20); /* version made by */
    fill_header(entry + 6, plain, crc, packed, (uint32_t)file.n, name);
    le32(entry + 42, (uint32_t)at);
    ok = put(&pack->list, entry, ENTRY_BYTES) && put(&pack->list, name, strlen(name));
    pack->files++;
    return ok ? TH_OK : no_memory(why);
}

static bool end_zip(th_pack *pack)
{
    uint8_t end[END_BYTES] = "PK\5\6";
    le16(end + 8, pack->files);
    le16(end + 10, pack->files);
    le32(end + 12, (uint32_t)pack->list.n);
    le32(end + 16, (uint32_t)pack->out.n);
    return put(&pack->out, pack->list.p, pack->list.n) && put(&pack->out, end, END_BYTES);
}

/* ---- both -------------------------------------------------------------------------------------------------------- */

th_err th_pack_new(bool tar, th_pack **pack, th_why *why)
{
    *pack = calloc(1, sizeof **pack);
    if (*pack && (!tar || open_tar(*pack))) return TH_OK;
    th_pack_free(*pack);
    *pack = NULL;
    return no_memory(why);
}

th_err th_pack_add(th_pack *pack, const char *name, th_span file, bool plain, th_why *why)
{
    return pack->tar ? add_to_tar(pack, name, file, why) : add_to_zip(pack, name, file, plain, why);
}

th_err th_pack_end(th_pack *pack, th_span *all, th_why *why)
{
    const bool ok = pack->tar ? archive_write_close(pack->tar) == ARCHIVE_OK : end_zip(pack);
    *all = (th_span){pack->out.p, pack->out.n};
    return ok ? TH_OK : no_memory(why);
}

void th_pack_free(th_pack *pack)
{
    if (!pack) return;
    if (pack->tar) archive_write_free(pack->tar);
    free(pack->out.p);
    free(pack->list.p);
    free(pack);
}
