#include "serve/head.h"

#include "os/net.h"

#include <string.h>
#include <strings.h>

/* Not isalnum: that asks the locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_plain(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static bool port_of(const char *text, int *port)
{
    *port = 0;
    size_t n = 0;
    for (; n < 5 && is_digit(text[n]); n++) *port = *port * 10 + (text[n] - '0');
    return n && !text[n] && text[0] != '0' && *port <= 65535;
}

/* The name's end, or NULL when a letter in it can't be. */
static const char *name_end(const char *text)
{
    size_t n = 0;
    while (is_plain(text[n]) || text[n] == '.') n++;
    return n && n < TH_HOST_BYTES && (!text[n] || text[n] == ':') ? text + n : NULL;
}

bool th_head_host(const char *text, th_host *host)
{
    *host = (th_host){.port = 0};
    if (!text) return false;
    const bool six = text[0] == '[';
    const char *from = text + (six ? 1 : 0), *end = six ? strchr(from, ']') : name_end(from);
    if (!end || (size_t)(end - from) >= TH_HOST_BYTES) return false;
    for (size_t i = 0; from + i < end; i++)
        host->name[i] = (char)(from[i] >= 'A' && from[i] <= 'Z' ? from[i] - 'A' + 'a' : from[i]);
    unsigned char address[16];
    host->ip = th_net_parse(host->name, address) == (six ? 16 : 4);
    if (six && !host->ip) return false;
    if (six) end++;
    return !*end || (*end == ':' && port_of(end + 1, &host->port));
}

bool th_head_same_origin(const char *origin, const char *scheme, const char *host)
{
    const size_t n = strlen(scheme);
    return origin && host && !strncasecmp(origin, scheme, n) && !strncmp(origin + n, "://", 3) &&
           !strcasecmp(origin + n + 3, host);
}

/* text[0..n) as a value, copied. */
static bool take(const char *text, size_t n, char *value, size_t cap)
{
    if (!n || n >= cap) return false;
    for (size_t i = 0; i < n; i++)
        if (!is_plain(text[i]) && text[i] != '_') return false;
    memcpy(value, text, n);
    value[n] = 0;
    return true;
}

bool th_head_cookie(const char *cookies, const char *name, char *value, size_t cap)
{
    const size_t n_name = strlen(name);
    int found = 0;
    bool ok = false;
    for (const char *at = cookies; at && *at;) {
        at += strspn(at, " \t");
        const size_t n = strcspn(at, ";");
        if (n > n_name && !strncmp(at, name, n_name) && at[n_name] == '=') {
            found++;
            ok = take(at + n_name + 1, n - n_name - 1, value, cap);
        }
        at += n + (at[n] ? 1 : 0);
    }
    return found == 1 && ok;
}

bool th_head_bearer(const char *authorization, char *value, size_t cap)
{
    if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0) return false;
    return take(authorization + 7, strlen(authorization + 7), value, cap);
}
