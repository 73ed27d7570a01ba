/* Certificates: made, signed, verified. */
#include "course/badge.h"

#include "base/text.h"
#include "os/file.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEY_HEAD    "thimble issuer key 1\n"
#define DID_BYTES   64
#define VARIANT     sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define OPEN_BASE64 sodium_base64_ENCODED_LEN(32, VARIANT)

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static th_err key_make(const char *path, th_badge_key *key, th_why *why)
{
    char text[sizeof KEY_HEAD + 2 * 32 + 1], hex[2 * 32 + 1];
    uint8_t seed[32];
    randombytes_buf(seed, sizeof seed);
    (void)crypto_sign_seed_keypair(key->open, key->secret, seed);
    (void)sodium_bin2hex(hex, sizeof hex, seed, sizeof seed);
    const int n = snprintf(text, sizeof text, KEY_HEAD "%s\n", hex);
    const th_err err = th_file_write_private(path, (th_span){(const uint8_t *)text, (size_t)n}, why);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(text, sizeof text);
    sodium_memzero(hex, sizeof hex);
    return err;
}

static bool key_read(th_span file, th_badge_key *key)
{
    uint8_t seed[32];
    const size_t head = strlen(KEY_HEAD);
    size_t n;
    if (file.n != head + 65 || memcmp(file.p, KEY_HEAD, head) != 0 || file.p[file.n - 1] != '\n') return false;
    const bool good = !sodium_hex2bin(seed, sizeof seed, (const char *)file.p + head, 64, NULL, &n, NULL) && n == 32;
    if (good) (void)crypto_sign_seed_keypair(key->open, key->secret, seed);
    sodium_memzero(seed, sizeof seed);
    return good;
}

th_err th_badge_key_open(const char *path, th_badge_key *key, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    if (sodium_init() < 0) return th_why_set(why, TH_EIO, "this computer gives no random numbers");
    if (!th_file_exists(path)) return key_make(path, key, why);
    TH_TRY(th_file_read(path, 4096, &bytes, &n, why));
    const bool good = key_read((th_span){bytes, n}, key);
    sodium_memzero(bytes, n);
    free(bytes);
    return good ? TH_OK
                : th_why_set(why, TH_EFORMAT,
                             "%s is no issuer's key: put the right one back, or move it away to begin with a new one",
                             path);
}

void th_badge_fingerprint(const uint8_t open[32], char text[TH_FINGERPRINT_BYTES])
{
    uint8_t sum[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(sum, open, 32);
    for (size_t i = 0; i < sizeof sum; i++)
        snprintf(text + 3 * i, TH_FINGERPRINT_BYTES - 3 * i, "%02X%s", sum[i], i + 1 < sizeof sum ? ":" : "");
}

/* did:key of an Ed25519 key: "z", then base58 (Bitcoin's) of 0xed 0x01 and the key. */
static void did_of(const uint8_t open[32], char did[DID_BYTES])
{
    static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    uint8_t number[34] = {0xed, 0x01}, out[50];
    size_t n = 0;
    memcpy(number + 2, open, 32);
    for (bool more = true; more; n++) { /* divided by 58 again and again */
        unsigned rest = 0;
        more = false;
        for (size_t i = 0; i < sizeof number; i++) {
            const unsigned v = rest * 256 + number[i];
            number[i] = (uint8_t)(v / 58);
            rest = v % 58;
            more = more || number[i];
        }
        out[n] = (uint8_t)rest;
    }
    size_t at = (size_t)snprintf(did, DID_BYTES, "did:key:z");
    while (n && at + 1 < DID_BYTES) did[at++] = digits[out[--n]];
    did[at] = 0;
}

/* ---- signed ------------------------------------------------------------------------------------------------------ */

static void time_text(int64_t at_s, char text[32])
{
    const time_t at = (time_t)at_s;
    struct tm t;
    if (!gmtime_r(&at, &t) || !strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &t)) text[0] = 0;
}

static void make_id(char id[48])
{
    uint8_t r[16];
    char hex[33];
    randombytes_buf(r, sizeof r);
    r[6] = (uint8_t)((r[6] & 0x0f) | 0x40); /* RFC 9562: version 4, by chance */
    r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
    (void)sodium_bin2hex(hex, sizeof hex, r, sizeof r);
    snprintf(id, 48, "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static json_t *subject_json(const th_badge *b)
{
    json_t *who = json_pack("{s:s, s:b, s:s, s:s}", "type", "IdentityObject", "hashed", 0, "identityHash", b->learner,
                            "identityType", "name");
    json_t *what =
        json_pack("{s:s+, s:[s], s:s, s:s, s:{s:s}}", "id", "urn:thimble:course:", b->course, "type", "Achievement",
                  "name", b->title, "description", b->title, "criteria", "narrative", b->criteria);
    return json_pack("{s:[s], s:[o], s:o}", "type", "AchievementSubject", "identifier", who, "achievement", what);
}

/* The credential with JWT's claims beside it, as Open Badges 3.0, section 8.2, has it. */
static json_t *payload_json(const th_badge *b, const char *did)
{
    char at[32];
    time_text(b->at_s, at);
    json_t *issuer = json_pack("{s:s, s:[s], s:s}", "id", did, "type", "Profile", "name", b->issuer);
    json_t *how = json_pack("{s:[s], s:s, s:s+}", "type", "Evidence", "name", b->level, "description",
                            "graded by Thimble ", b->version);
    return json_pack("{s:[s, s], s:s, s:[s, s], s:o, s:s, s:s, s:o, s:[o], s:s, s:s, s:I, s:s}", "@context",
                     "https://www.w3.org/ns/credentials/v2",
                     "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json", "id", b->id, "type",
                     "VerifiableCredential", "OpenBadgeCredential", "issuer", issuer, "validFrom", at, "name", b->title,
                     "credentialSubject", subject_json(b), "evidence", how, "iss", did, "jti", b->id, "nbf",
                     (json_int_t)b->at_s, "sub", b->id);
}

static json_t *header_json(const uint8_t open[32], const char *did)
{
    char x[OPEN_BASE64];
    (void)sodium_bin2base64(x, sizeof x, open, 32, VARIANT);
    return json_pack("{s:s, s:s, s:s++, s:{s:s, s:s, s:s}}", "alg", "EdDSA", "typ", "JWT", "kid", did, "#", did + 8,
                     "jwk", "kty", "OKP", "crv", "Ed25519", "x", x);
}

/* Takes root; appends it as base64url. */
static bool add_json(json_t *root, char *jwt, size_t cap)
{
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    const size_t n = text ? strlen(text) : 0, at = strlen(jwt);
    const bool fits = text && at + sodium_base64_encoded_len(n, VARIANT) <= cap;
    if (fits) (void)sodium_bin2base64(jwt + at, cap - at, (const uint8_t *)text, n, VARIANT);
    json_decref(root);
    free(text);
    return fits;
}

th_err th_badge_sign(th_badge *badge, const th_badge_key *key, char **jwt, th_why *why)
{
    char did[DID_BYTES], *text = calloc(1, TH_BADGE_BYTES);
    uint8_t signature[crypto_sign_BYTES];
    *jwt = NULL;
    if (!badge->id[0]) make_id(badge->id);
    did_of(key->open, did);
    bool good = text && add_json(header_json(key->open, did), text, TH_BADGE_BYTES / 2);
    if (good) strcat(text, ".");
    good = good && add_json(payload_json(badge, did), text, TH_BADGE_BYTES - 256);
    if (!good) {
        free(text);
        return th_why_set(why, TH_ENOMEM, "out of memory for a certificate");
    }
    size_t n = strlen(text);
    (void)crypto_sign_detached(signature, NULL, (const uint8_t *)text, n, key->secret);
    text[n++] = '.';
    (void)sodium_bin2base64(text + n, TH_BADGE_BYTES - n, signature, sizeof signature, VARIANT);
    *jwt = text;
    return TH_OK;
}

/* ---- verified ---------------------------------------------------------------------------------------------------- */

static th_err no_certificate(th_why *why, const char *what)
{
    return th_why_set(why, TH_EFORMAT, "this is no certificate of Thimble: %s", what);
}

/* Strict base64url: one spelling only.  The bytes, or NULL; free() them.  (libsodium 1.0.18 takes 0xdf for '_': the
 * letters are looked at here.) */
static uint8_t *decode(const char *text, size_t len, size_t *n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t *bytes = strspn(text, letters) >= len ? malloc(len + 1) : NULL;
    const char *end;
    if (!bytes || sodium_base642bin(bytes, len, text, len, NULL, n, &end, VARIANT) || end != text + len) {
        free(bytes);
        return NULL;
    }
    bytes[*n] = 0;
    return bytes;
}

static json_t *decode_json(const char *text, size_t len)
{
    size_t n;
    uint8_t *bytes = decode(text, len, &n);
    json_t *root = bytes ? json_loadb((const char *)bytes, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    free(bytes);
    return root;
}

static bool read_header(json_t *h, uint8_t open[32])
{
    const char *alg, *kty, *crv, *x;
    size_t n;
    if (json_unpack(h, "{s:s, s:{s:s, s:s, s:s}}", "alg", &alg, "jwk", "kty", &kty, "crv", &crv, "x", &x)) return false;
    if (strcmp(alg, "EdDSA") != 0 || strcmp(kty, "OKP") != 0 || strcmp(crv, "Ed25519") != 0) return false;
    uint8_t *bytes = decode(x, strlen(x), &n);
    if (bytes && n == 32) memcpy(open, bytes, 32);
    const bool good = bytes && n == 32;
    free(bytes);
    return good;
}

static bool keep(char *to, size_t cap, const char *text)
{
    return (size_t)snprintf(to, cap, "%s", text) < cap;
}

static bool read_payload(json_t *p, const char *did, th_badge *b)
{
    const char *id, *by, *school, *title, *course, *criteria, *iss, *learner, *level, *version, *jti;
    const char *const before = "urn:thimble:course:", *const graded = "graded by Thimble ";
    json_int_t at;
    if (json_unpack(p, "{s:s, s:{s:s, s:s}, s:{s:[{s:s}], s:{s:s, s:s, s:{s:s}}}, s:[{s:s, s:s}], s:s, s:s, s:I}", "id",
                    &id, "issuer", "id", &by, "name", &school, "credentialSubject", "identifier", "identityHash",
                    &learner, "achievement", "id", &course, "name", &title, "criteria", "narrative", &criteria,
                    "evidence", "name", &level, "description", &version, "iss", &iss, "jti", &jti, "nbf", &at))
        return false;
    if (strcmp(by, did) != 0 || strcmp(iss, did) != 0 || strcmp(id, jti) != 0) return false;
    if (strncmp(course, before, strlen(before)) != 0 || strncmp(version, graded, strlen(graded)) != 0) return false;
    *b = (th_badge){.at_s = at};
    return keep(b->id, sizeof b->id, id) && keep(b->learner, sizeof b->learner, learner) &&
           keep(b->course, sizeof b->course, course + strlen(before)) && keep(b->title, sizeof b->title, title) &&
           keep(b->criteria, sizeof b->criteria, criteria) && keep(b->level, sizeof b->level, level) &&
           keep(b->issuer, sizeof b->issuer, school) && keep(b->version, sizeof b->version, version + strlen(graded));
}

/* header.payload.signature, NUL-terminated. */
static th_err verify_jwt(const char *jwt, th_badge *badge, uint8_t open[32], th_why *why)
{
    char did[DID_BYTES];
    size_t n = 0;
    const char *dot = strchr(jwt, '.'), *second = dot ? strchr(dot + 1, '.') : NULL;
    if (!second) return no_certificate(why, "it has not three parts with dots between them");
    json_t *header = decode_json(jwt, (size_t)(dot - jwt));
    const bool known = header && read_header(header, open);
    json_decref(header);
    if (!known) return no_certificate(why, "its first part names no Ed25519 key");
    uint8_t *signature = decode(second + 1, strlen(second + 1), &n);
    const bool fits = signature && n == crypto_sign_BYTES &&
                      !crypto_sign_verify_detached(signature, (const uint8_t *)jwt, (size_t)(second - jwt), open);
    free(signature);
    if (!fits)
        return th_why_set(why, TH_ERANGE,
                          "this certificate is not valid: its signature does not fit, so it was changed after it was "
                          "signed, or was never signed by this key");
    json_t *payload = decode_json(dot + 1, (size_t)(second - dot - 1));
    did_of(open, did);
    const bool whole = payload && read_payload(payload, did, badge);
    json_decref(payload);
    return whole ? TH_OK : no_certificate(why, "it is signed, but says something else than a course that was passed");
}

th_err th_badge_verify(th_span file, th_badge *badge, uint8_t open[32], th_why *why)
{
    static const char before[] = "verify=\"";
    char *text, *svg = NULL;
    if (sodium_init() < 0) return th_why_set(why, TH_EIO, "this computer gives no random numbers");
    if (!file.n || file.n >= TH_BADGE_BYTES || memchr(file.p, 0, file.n))
        return no_certificate(why, file.n ? "it is too long, or no text" : "it is empty");
    text = calloc(1, file.n + 1);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory for a certificate");
    memcpy(text, file.p, file.n);
    const char *at = text[0] == '<' ? strstr(text, before) : NULL;
    if (!at) {
        const th_err err = verify_jwt(text, badge, open, why);
        free(text);
        return err;
    }
    char *jwt = strndup(at + strlen(before), strcspn(at + strlen(before), "\""));
    th_err err = jwt ? th_badge_svg(jwt, &svg, why) : th_why_set(why, TH_ENOMEM, "out of memory for a certificate");
    if (!err) err = verify_jwt(jwt, badge, open, why);
    if (!err && strcmp(svg, text) != 0)
        err = th_why_set(why, TH_ERANGE,
                         "this picture is not the one that Thimble draws for the certificate in it: somebody changed "
                         "what it shows, or it is of another version; ask for the certificate itself (.jwt)");
    free(jwt);
    free(svg);
    free(text);
    return err;
}
