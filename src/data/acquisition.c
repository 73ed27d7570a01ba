#include "data/acquisition.h"

#include "base/text.h"
#include "data/cbor.h"
#include "data/project.h"
#include "data/signal.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)128 << 20)
#define HEX        (2 * (int)crypto_auth_hmacsha256_BYTES)

static bool has(th_span s, const char *word)
{
    const size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if (memcmp(s.p + i, word, n) == 0) return true;
    return false;
}

bool th_acquisition_fits(const char *path, th_span head)
{
    if (!th_text_ends(path, ".json") && !th_text_ends(path, ".cbor")) return false;
    return has(head, "protected") || has(head, "payload");
}

static th_err bad(const char *name, th_why *why, const char *what)
{
    return th_why_set(why, TH_EFORMAT, "%s: %s", name, what);
}

static th_err read_tree(th_span bytes, const char *name, json_t **root, th_why *why)
{
    size_t at = 0;
    json_error_t wrong;
    if (bytes.n > MOST_BYTES) return th_why_set(why, TH_ERANGE, "%s has more than 128 MB", name);
    while (at < bytes.n && strchr(" \t\r\n", bytes.p[at]) && bytes.p[at]) at++;
    if (at == bytes.n) return bad(name, why, "it is empty");
    if (bytes.p[at] != '{' && (bytes.p[0] < 0xa0 || bytes.p[0] > 0xbf) && bytes.p[0] != 0xd9)
        return bad(name, why, "it begins neither as JSON with fields nor as CBOR");
    if (bytes.p[at] != '{') return th_cbor_parse(bytes, name, root, why);
    *root = json_loadb((const char *)bytes.p, bytes.n, 0, &wrong);
    if (*root) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%s, line %d, column %d: %s", name, wrong.line, wrong.column, wrong.text);
}

/* ---- the signature ---- */

static void sign(th_span bytes, const char *key, char hex[HEX + 1])
{
    crypto_auth_hmacsha256_state s;
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_init(&s, (const uint8_t *)key, strlen(key));
    crypto_auth_hmacsha256_update(&s, bytes.p, bytes.n);
    crypto_auth_hmacsha256_final(&s, mac);
    sodium_bin2hex(hex, HEX + 1, mac, sizeof mac);
}

/* The file as it was when it was signed: zeros in place of the signature. */
static th_err unsigned_copy(th_span bytes, const char *signature, const char *name, uint8_t **copy, th_why *why)
{
    for (size_t i = 0; i + HEX <= bytes.n; i++) {
        if (memcmp(bytes.p + i, signature, HEX) != 0) continue;
        *copy = malloc(bytes.n);
        if (!*copy) return th_why_set(why, TH_ENOMEM, "out of memory reading %s", name);
        memcpy(*copy, bytes.p, bytes.n);
        memset(*copy + i, '0', HEX);
        return TH_OK;
    }
    return bad(name, why, "its signature is written in a way that is not known");
}

static th_err check_signature(th_span bytes, const json_t *root, const char *name, const char *key, th_why *why)
{
    const char *alg = json_string_value(json_object_get(json_object_get(root, "protected"), "alg"));
    const json_t *field = json_object_get(root, "signature");
    const char *signature = json_string_value(field);
    char right[HEX + 1], lower[HEX + 1];
    uint8_t *copy;
    if (!key) return TH_OK;
    if (!alg || strcmp(alg, "HS256") != 0)
        return th_why_set(
            why, TH_EFORMAT,
            "%s is not signed (protected.alg is %s, not HS256), but a key was given. Leave out --hmac-key "
            "to take it as it is",
            name, alg ? alg : "missing");
    if (!signature || json_string_length(field) != HEX || strspn(signature, "0123456789abcdefABCDEF") != HEX)
        return bad(name, why, "signature: 64 hexadecimal digits are needed");
    TH_TRY(unsigned_copy(bytes, signature, name, &copy, why));
    sign((th_span){copy, bytes.n}, key, right);
    free(copy);
    for (int i = 0; i <= HEX; i++)
        lower[i] = (char)(signature[i] >= 'A' && signature[i] <= 'F' ? signature[i] + 32 : signature[i]);
    if (sodium_memcmp(lower, right, HEX) == 0) return TH_OK;
    return bad(name, why,
               "the signature is wrong: the file was changed after it was signed, or signed with another key");
}

/* ---- the payload ---- */

/* Names of the sensors joined by commas; "wav" among the units is sound. */
static th_err read_sensors(const json_t *sensors, const char *name, th_acquisition *a, th_why *why)
{
    size_t used = 0, cap = 2;
    const size_t n = json_array_size(sensors);
    if (!n || n > TH_MAX_CHANNELS) return bad(name, why, "payload.sensors: a list of 1 to 256 sensors is needed");
    for (size_t i = 0; i < n; i++) cap += json_string_length(json_object_get(json_array_get(sensors, i), "name")) + 1;
    a->channels = calloc(cap, 1);
    if (!a->channels) return th_why_set(why, TH_ENOMEM, "out of memory reading %s", name);
    for (size_t i = 0; i < n; i++) {
        const json_t *s = json_array_get(sensors, i);
        const char *what = json_string_value(json_object_get(s, "name")),
                   *units = json_string_value(json_object_get(s, "units"));
        if (!what || !*what)
            return th_why_set(why, TH_EFORMAT, "%s, payload.sensors, number %zu: it has no name", name, i + 1);
        if (i) a->channels[used++] = ',';
        for (; *what; what++) /* a comma stands between names */
            a->channels[used++] = (char)(*what == ',' || *what == '"' || (unsigned char)*what < 32 ? '_' : *what);
        a->sound = n == 1 && units && strcmp(units, "wav") == 0;
    }
    a->n_channels = (int32_t)n;
    return TH_OK;
}

static th_err read_row(const json_t *row, const char *name, size_t i, int32_t n, float *out, th_why *why)
{
    const bool alone = n == 1 && json_is_number(row);
    if (!alone && json_array_size(row) != (size_t)n)
        return th_why_set(why, TH_EFORMAT, "%s, payload.values, row %zu: %d numbers are needed, one for each sensor",
                          name, i + 1, (int)n);
    for (int32_t k = 0; k < n; k++) {
        const json_t *v = alone ? row : json_array_get(row, (size_t)k);
        const float f = (float)json_number_value(v);
        if (!json_is_number(v) || !isfinite(f))
            return th_why_set(why, TH_EFORMAT, "%s, payload.values, row %zu: value %d is no number", name, i + 1,
                              (int)k + 1);
        out[k] = f;
    }
    return TH_OK;
}

static th_err read_values(const json_t *values, const char *name, th_acquisition *a, th_why *why)
{
    const size_t n = json_array_size(values), columns = (size_t)a->n_channels;
    if (!n) return bad(name, why, "payload.values: a list of rows is needed");
    if (n > INT32_MAX / columns) return bad(name, why, "payload.values: too many rows");
    a->n = (int32_t)n;
    a->rows = malloc(n * columns * sizeof *a->rows);
    if (!a->rows) return th_why_set(why, TH_ENOMEM, "out of memory reading %s", name);
    for (size_t i = 0; i < n; i++)
        TH_TRY(read_row(json_array_get(values, i), name, i, a->n_channels, a->rows + i * columns, why));
    return TH_OK;
}

static th_err read_payload(const json_t *payload, const char *name, th_acquisition *a, th_why *why)
{
    const json_t *interval = json_object_get(payload, "interval_ms");
    const char *device = json_string_value(json_object_get(payload, "device_name"));
    if (!device) device = json_string_value(json_object_get(payload, "device_type"));
    if (!json_is_object(payload)) return bad(name, why, "it has no payload");
    a->interval_ms = json_number_value(interval);
    if (!json_is_number(interval) || !(a->interval_ms >= 0 && a->interval_ms <= 1e9))
        return bad(name, why, "payload.interval_ms: a number from 0 to 1e9 is needed, the time from row to row");
    if (a->interval_ms > 0 && a->interval_ms < 1e-6)
        return bad(name, why, "payload.interval_ms: less than a nanosecond from row to row");
    th_text_fmt(a->device, sizeof a->device, "%s", device ? device : "");
    while (!th_text_is_utf8(a->device)) a->device[strlen(a->device) - 1] = 0; /* cut inside a character */
    TH_TRY(read_sensors(json_object_get(payload, "sensors"), name, a, why));
    return read_values(json_object_get(payload, "values"), name, a, why);
}

th_err th_acquisition_parse(th_span bytes, const char *name, const char *key, th_acquisition *a, th_why *why)
{
    json_t *root;
    *a = (th_acquisition){0};
    TH_TRY(read_tree(bytes, name, &root, why));
    th_err err = check_signature(bytes, root, name, key, why);
    if (!err) err = read_payload(json_object_get(root, "payload"), name, a, why);
    json_decref(root);
    if (err) th_acquisition_free(a);
    return err;
}

void th_acquisition_free(th_acquisition *a)
{
    free(a->channels);
    free(a->rows);
    *a = (th_acquisition){0};
}

/* ---- writing ---- */

static json_t *sensors_json(const th_acquisition *a, const char *units)
{
    json_t *list = json_array();
    for (const char *at = a->channels; *at;) {
        const size_t n = strcspn(at, ",");
        json_array_append_new(list, json_pack("{s:s%,s:s}", "name", at, n, "units", units));
        at += n + (at[n] == ',');
    }
    return list;
}

/* A whole number as one: sound is shorter so. */
static json_t *value_json(float v)
{
    return v == rintf(v) && fabsf(v) < 1e6f ? json_integer((json_int_t)v) : json_real((double)v);
}

static json_t *values_json(const th_acquisition *a)
{
    json_t *rows = json_array();
    for (int32_t i = 0; i < a->n; i++) {
        json_t *row = a->n_channels == 1 ? NULL : json_array();
        for (int32_t k = 0; k < a->n_channels; k++) {
            json_t *v = value_json(a->rows[(size_t)i * (size_t)a->n_channels + (size_t)k]);
            json_array_append_new(row ? row : rows, v);
        }
        if (row) json_array_append_new(rows, row);
    }
    return rows;
}

th_err th_acquisition_print(const th_acquisition *a, const char *units, const char *key, char **text, th_why *why)
{
    char zeros[HEX + 1], hex[HEX + 1];
    memset(zeros, '0', HEX);
    zeros[HEX] = 0;
    json_t *root = json_pack("{s:{s:s,s:s},s:s,s:{s:s,s:s,s:f,s:o,s:o}}", "protected", "ver", "v1", "alg",
                             key ? "HS256" : "none", "signature", zeros, "payload", "device_name", a->device,
                             "device_type", *a->device ? a->device : "unknown", "interval_ms", a->interval_ms,
                             "sensors", sensors_json(a, units), "values", values_json(a));
    *text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    if (!*text) return th_why_set(why, TH_ENOMEM, "out of memory for a recording of %d rows", (int)a->n);
    if (!key) return TH_OK;
    sign((th_span){(const uint8_t *)*text, strlen(*text)}, key, hex);
    memcpy(strstr(*text, zeros), hex, HEX);
    return TH_OK;
}
