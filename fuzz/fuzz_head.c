/* Headers of strangers: Host, Origin, Cookie, Authorization.  What is taken has the form that it promises.
 * The first byte says which header the rest is. */
#include "serve/head.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char value_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void check_value(const char *value, size_t cap)
{
    const size_t n = strlen(value);
    if (!n || n >= cap || strspn(value, value_letters) != n) abort();
}

static void check_host(const char *text)
{
    th_host host;
    if (!th_head_host(text, &host)) return;
    const size_t n = strlen(host.name);
    if (!n || n >= sizeof host.name || host.port < 0 || host.port > 65535) abort();
    if (strspn(host.name, "abcdefghijklmnopqrstuvwxyz0123456789-.:") != n) abort();
    if (strchr(host.name, ':') && !host.ip) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char value[48];
    char *text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    const char *rest = size ? text + 1 : text;
    switch (text[0]) {
    case 'h': check_host(rest); break;
    case 'c':
        if (th_head_cookie(rest, "__Host-thimble-8765", value, sizeof value)) check_value(value, sizeof value);
        break;
    case 'a':
        if (th_head_bearer(rest, value, sizeof value)) check_value(value, sizeof value);
        break;
    default:
        if (th_head_same_origin(rest, "https", "localhost:8765") && strlen(rest) != strlen("https://localhost:8765"))
            abort();
    }
    free(text);
    return 0;
}
