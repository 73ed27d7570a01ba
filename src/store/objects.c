#include "store/objects.h"

#include "base/text.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define HASH_RAW 32

void th_hash_of(th_span bytes, char hash[TH_HASH_BYTES])
{
    unsigned char raw[HASH_RAW];
    (void)crypto_generichash(raw, sizeof raw, bytes.p, bytes.n, NULL,
                             0); /* fails for wrong sizes of raw and key only */
    (void)sodium_bin2hex(hash, TH_HASH_BYTES, raw, sizeof raw);
}

bool th_hash_is_good(const char *hash)
{
    return strlen(hash) == TH_HASH_BYTES - 1 && strspn(hash, "0123456789abcdef") == TH_HASH_BYTES - 1;
}

static bool is_suffix(const char *suffix)
{
    const size_t n = strlen(suffix);
    return n >= 1 && n <= 8 && strspn(suffix, "abcdefghijklmnopqrstuvwxyz0123456789") == n;
}

th_err th_object_path(const char *dir, const char *hash, const char *suffix, char path[TH_PATH_BYTES], th_why *why)
{
    char name[TH_HASH_BYTES + 16];
    if (!th_hash_is_good(hash) || !is_suffix(suffix))
        return th_why_set(why, TH_EFORMAT, "the index names a file \"%s.%s\", which cannot be one of the store", hash,
                          suffix);
    th_text_fmt(name, sizeof name, "%.*s/%s.%s", 2, hash, hash + 2, suffix);
    return th_path_join(path, dir, name, why);
}

bool th_object_is_there(const char *dir, const char *hash, const char *suffix, int64_t bytes)
{
    char path[TH_PATH_BYTES];
    if (th_object_path(dir, hash, suffix, path, NULL)) return false;
    const int64_t size = th_file_size(path);
    return size >= 0 && (bytes < 0 || size == bytes);
}

/* Path of the file, its folder made; *there tells whether it is there with this many bytes. */
static th_err open_place(const char *dir, const char *hash, const char *suffix, size_t bytes, char path[TH_PATH_BYTES],
                         bool *there, th_why *why)
{
    char folder[TH_PATH_BYTES], name[3];
    TH_TRY(th_object_path(dir, hash, suffix, path, why));
    *there = th_object_is_there(dir, hash, suffix, (int64_t)bytes);
    if (*there) return TH_OK;
    th_text_fmt(name, sizeof name, "%.*s", 2, hash);
    TH_TRY(th_path_join(folder, dir, name, why));
    return th_dir_make(folder, why);
}

th_err th_object_put(const char *dir, th_span bytes, const char *suffix, char hash[TH_HASH_BYTES], th_why *why)
{
    char path[TH_PATH_BYTES];
    bool there;
    th_hash_of(bytes, hash);
    TH_TRY(open_place(dir, hash, suffix, bytes.n, path, &there, why));
    return there ? TH_OK : th_file_write_unsynced(path, bytes, why);
}

th_err th_object_take(const char *dir, const char *from, const char *suffix, char hash[TH_HASH_BYTES], th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    bool there = false;
    TH_TRY(th_file_read(from, 0, &bytes, &n, why));
    th_hash_of((th_span){bytes, n}, hash);
    th_err err = open_place(dir, hash, suffix, n, path, &there, why);
    if (!err && !there && !th_file_link(from, path)) err = th_file_write_unsynced(path, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}
