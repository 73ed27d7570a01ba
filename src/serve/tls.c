#include "serve/tls.h"

#include "base/text.h"
#include "os/file.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S      86400
#define LASTS_DAYS 397
#define LEFT_DAYS  14
#define PEM_MAX    65536
#define FILE_PEM   "tls.pem"
#define FILE_KEY   "tls.key"

/* A call of GnuTLS: 0 and more is good. */
static th_err good(int code, const char *what, th_why *why)
{
    if (code >= 0) return TH_OK;
    return th_why_set(why, TH_ETOOL, "the certificate for --lan: %s: %s", what, gnutls_strerror(code));
}

static th_err add_name(gnutls_x509_crt_t c, const char *name, th_why *why)
{
    return good(
        gnutls_x509_crt_set_subject_alt_name(c, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), GNUTLS_FSAN_APPEND),
        "name", why);
}

static th_err add_address(gnutls_x509_crt_t c, const char *address, th_why *why)
{
    unsigned char ip[16];
    const unsigned n = (unsigned)th_net_parse(address, ip);
    return good(gnutls_x509_crt_set_subject_alt_name(c, GNUTLS_SAN_IPADDRESS, ip, n, GNUTLS_FSAN_APPEND), "address",
                why);
}

static void local_name(const th_net *net, char name[TH_NET_NAME_BYTES + 8])
{
    (void)th_text_fmt(name, TH_NET_NAME_BYTES + 8, "%s.local", net->name);
}

static th_err add_names(gnutls_x509_crt_t c, const th_net *net, th_why *why)
{
    char local[TH_NET_NAME_BYTES + 8];
    TH_TRY(add_name(c, "localhost", why));
    TH_TRY(add_address(c, "127.0.0.1", why));
    TH_TRY(add_address(c, "::1", why));
    local_name(net, local);
    if (net->name[0]) TH_TRY(add_name(c, net->name, why));
    if (net->name[0]) TH_TRY(add_name(c, local, why));
    for (size_t i = 0; i < net->n; i++) TH_TRY(add_address(c, net->address[i], why));
    return TH_OK;
}

static th_err fill(gnutls_x509_crt_t c, gnutls_x509_privkey_t key, const th_net *net, int64_t now_s, th_why *why)
{
    static const char name[] = "Thimble studio on this network";
    unsigned char serial[16];
    randombytes_buf(serial, sizeof serial);
    serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40); /* positive, and of full length */
    TH_TRY(good(gnutls_x509_crt_set_version(c, 3), "version", why));
    TH_TRY(good(gnutls_x509_crt_set_serial(c, serial, sizeof serial), "serial", why));
    TH_TRY(good(gnutls_x509_crt_set_dn_by_oid(c, GNUTLS_OID_X520_COMMON_NAME, 0, name, sizeof name - 1), "name", why));
    TH_TRY(good(gnutls_x509_crt_set_activation_time(c, (time_t)(now_s - DAY_S)), "time", why)); /* clocks differ */
    TH_TRY(good(gnutls_x509_crt_set_expiration_time(c, (time_t)(now_s + (LASTS_DAYS - 1) * DAY_S)), "time", why));
    TH_TRY(good(gnutls_x509_crt_set_basic_constraints(c, 0, -1), "constraints", why));
    TH_TRY(good(gnutls_x509_crt_set_key_usage(c, GNUTLS_KEY_DIGITAL_SIGNATURE), "usage", why));
    TH_TRY(good(gnutls_x509_crt_set_key_purpose_oid(c, GNUTLS_KP_TLS_WWW_SERVER, 0), "purpose", why));
    TH_TRY(add_names(c, net, why));
    TH_TRY(good(gnutls_x509_crt_set_key(c, key), "key", why));
    return good(gnutls_x509_crt_sign2(c, c, key, GNUTLS_DIG_SHA256, 0), "signature", why);
}

/* Writes the bytes of `pem` and frees them. */
static th_err keep(const char *dir, const char *name, gnutls_datum_t *pem, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_err err = th_path_join(path, dir, name, why);
    if (!err) err = th_file_write_private(path, (th_span){pem->data, pem->size}, why);
    sodium_memzero(pem->data, pem->size);
    gnutls_free(pem->data);
    return err;
}

/* The key first: a certificate without its key is made again. */
static th_err keep_both(const char *dir, gnutls_x509_crt_t c, gnutls_x509_privkey_t key, th_why *why)
{
    gnutls_datum_t pem;
    TH_TRY(good(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem), "key", why));
    TH_TRY(keep(dir, FILE_KEY, &pem, why));
    TH_TRY(good(gnutls_x509_crt_export2(c, GNUTLS_X509_FMT_PEM, &pem), "export", why));
    return keep(dir, FILE_PEM, &pem, why);
}

static th_err make(const char *dir, const th_net *net, int64_t now_s, th_why *why)
{
    gnutls_x509_crt_t c = NULL;
    gnutls_x509_privkey_t key = NULL;
    th_err err = good(gnutls_x509_privkey_init(&key), "key", why);
    if (!err) err = good(gnutls_x509_crt_init(&c), "certificate", why);
    if (!err)
        err = good(
            gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
            "key", why);
    if (!err) err = fill(c, key, net, now_s, why);
    if (!err) err = keep_both(dir, c, key, why);
    if (c) gnutls_x509_crt_deinit(c);
    if (key) gnutls_x509_privkey_deinit(key);
    return err;
}

static bool names_all(gnutls_x509_crt_t c, const th_net *net)
{
    char local[TH_NET_NAME_BYTES + 8];
    local_name(net, local);
    bool all =
        !net->name[0] || (gnutls_x509_crt_check_hostname(c, local) && gnutls_x509_crt_check_hostname(c, net->name));
    for (size_t i = 0; all && i < net->n; i++) all = gnutls_x509_crt_check_hostname(c, net->address[i]) != 0;
    return all;
}

/* The certificate is the key's: the two files were written one after the other. */
static bool fits(gnutls_x509_crt_t c, const th_tls *tls)
{
    unsigned char of_key[64], of_certificate[64];
    size_t n_key = sizeof of_key, n_certificate = sizeof of_certificate;
    gnutls_x509_privkey_t key;
    const gnutls_datum_t pem = {(unsigned char *)tls->key, (unsigned)strlen(tls->key)};
    if (gnutls_x509_privkey_init(&key)) return false;
    const bool same = !gnutls_x509_privkey_import(key, &pem, GNUTLS_X509_FMT_PEM) &&
                      !gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, of_key, &n_key) &&
                      !gnutls_x509_crt_get_key_id(c, GNUTLS_KEYID_USE_SHA256, of_certificate, &n_certificate) &&
                      n_key == n_certificate && !memcmp(of_key, of_certificate, n_key);
    gnutls_x509_privkey_deinit(key);
    return same;
}

static bool print_of(gnutls_x509_crt_t c, char text[TH_FINGERPRINT_BYTES])
{
    unsigned char hash[32];
    size_t n = sizeof hash;
    if (gnutls_x509_crt_get_fingerprint(c, GNUTLS_DIG_SHA256, hash, &n)) return false;
    for (size_t i = 0; i < n; i++)
        (void)th_text_fmt(text + 3 * i, 4, "%c%c%s", "0123456789ABCDEF"[hash[i] >> 4], "0123456789ABCDEF"[hash[i] & 15],
                          i + 1 < n ? ":" : "");
    return true;
}

static bool is_right(th_tls *tls, const th_net *net, int64_t now_s)
{
    gnutls_x509_crt_t c;
    const gnutls_datum_t pem = {(unsigned char *)tls->certificate, (unsigned)strlen(tls->certificate)};
    if (gnutls_x509_crt_init(&c)) return false;
    const bool right = !gnutls_x509_crt_import(c, &pem, GNUTLS_X509_FMT_PEM) &&
                       (int64_t)gnutls_x509_crt_get_activation_time(c) <= now_s &&
                       (int64_t)gnutls_x509_crt_get_expiration_time(c) > now_s + LEFT_DAYS * DAY_S &&
                       names_all(c, net) && fits(c, tls) && print_of(c, tls->fingerprint);
    gnutls_x509_crt_deinit(c);
    return right;
}

/* A file as a text; NULL when it is not there or too long. */
static char *text_of(const char *dir, const char *name)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    if (th_path_join(path, dir, name, NULL) || th_file_read(path, PEM_MAX, &bytes, &n, NULL)) return NULL;
    char *text = malloc(n + 1);
    if (text) {
        memcpy(text, bytes, n);
        text[n] = 0;
    }
    sodium_memzero(bytes, n);
    free(bytes);
    return text;
}

static bool load(const char *dir, const th_net *net, int64_t now_s, th_tls *tls)
{
    *tls = (th_tls){.certificate = text_of(dir, FILE_PEM), .key = text_of(dir, FILE_KEY)};
    if (tls->certificate && tls->key && is_right(tls, net, now_s)) return true;
    th_tls_free(tls);
    return false;
}

static void add_known(th_net *net, const unsigned char *ip, size_t n)
{
    char text[TH_NET_ADDRESS_BYTES];
    if ((n != 4 && n != 16) || net->n == TH_NET_MAX) return;
    th_net_text(ip, n, text);
    bool known = !strcmp(text, "127.0.0.1") || !strcmp(text, "::1");
    for (size_t i = 0; i < net->n && !known; i++) known = !strcmp(net->address[i], text);
    if (!known) memcpy(net->address[net->n++], text, sizeof text);
}

/* The addresses of the certificate that is in dir, behind those of net. */
static void add_last(const char *dir, th_net *net)
{
    char *text = text_of(dir, FILE_PEM);
    gnutls_x509_crt_t c;
    if (!text || gnutls_x509_crt_init(&c)) {
        free(text);
        return;
    }
    const gnutls_datum_t pem = {(unsigned char *)text, (unsigned)strlen(text)};
    int kind = gnutls_x509_crt_import(c, &pem, GNUTLS_X509_FMT_PEM);
    for (unsigned i = 0; kind >= 0; i++) {
        unsigned char name[256];
        size_t n = sizeof name;
        kind = gnutls_x509_crt_get_subject_alt_name(c, i, name, &n, NULL);
        if (kind == GNUTLS_SAN_IPADDRESS) add_known(net, name, n);
    }
    gnutls_x509_crt_deinit(c);
    free(text);
}

th_err th_tls_open(const char *dir, const th_net *net, int64_t now_ms, th_tls *tls, th_why *why)
{
    const int64_t now_s = now_ms / 1000;
    if (load(dir, net, now_s, tls)) return TH_OK;
    th_net all = *net;
    add_last(dir, &all);
    TH_TRY(make(dir, &all, now_s, why));
    if (load(dir, net, now_s, tls)) return TH_OK;
    return th_why_set(why, TH_EIO, "the certificate that was written to %s cannot be read back", dir);
}

void th_tls_free(th_tls *tls)
{
    if (tls->key) sodium_memzero(tls->key, strlen(tls->key));
    free(tls->key);
    free(tls->certificate);
    *tls = (th_tls){.key = NULL};
}
