/* The target of a request (RFC 3986, section 3): a path of segments and a query of pairs, each percent-encoded.
 * They are taken apart before they are decoded, so an encoded slash never makes another segment. */
#include "data/project.h"
#include "serve/site.h"

#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Decodes [from, from + n) to *at, ends it with a NUL and moves *at behind that; NULL when it is refused. */
static const char *decode(const char *from, size_t n, bool plus, char **at)
{
    const char *text = *at;
    char *to = *at;
    for (size_t i = 0; i < n; i++) {
        int c = (unsigned char)from[i];
        if (c == '%') {
            if (i + 2 >= n) return NULL;
            const int high = hex(from[i + 1]), low = hex(from[i + 2]);
            if (high < 0 || low < 0) return NULL;
            c = high * 16 + low;
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        if (c < 0x20 || c == 0x7f) return NULL;
        *to++ = (char)c;
    }
    *to++ = 0;
    *at = to;
    return th_text_is_utf8(text) ? text : NULL;
}

static th_err take_path(const char *path, size_t n, th_target *t, char **at, th_why *why)
{
    for (size_t i = 0; i < n;) {
        i += path[i] == '/';
        const char *slash = memchr(path + i, '/', n - i);
        const size_t len = slash ? (size_t)(slash - (path + i)) : n - i;
        if (i == n && t->n_segments) break; /* a slash at the end is none */
        if (t->n_segments == TH_MAX_SEGMENTS) return th_why_set(why, TH_EUSAGE, "the path has too many parts");
        const char *text = decode(path + i, len, false, at);
        if (!text || strchr(text, '/') || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
            return th_why_set(why, TH_EUSAGE, "part %d of the path can't be a name", t->n_segments + 1);
        t->segment[t->n_segments++] = text;
        i += len;
    }
    return TH_OK;
}

static th_err take_query(const char *query, th_target *t, char **at, th_why *why)
{
    while (*query) {
        const size_t len = strcspn(query, "&");
        const char *equals = memchr(query, '=', len);
        const size_t n_name = equals ? (size_t)(equals - query) : len;
        if (len) {
            if (t->n_query == TH_MAX_QUERY) return th_why_set(why, TH_EUSAGE, "the query has too many parts");
            const char *name = decode(query, n_name, true, at);
            const char *value = equals ? decode(equals + 1, len - n_name - 1, true, at) : "";
            if (!name || !value) return th_why_set(why, TH_EUSAGE, "part %d of the query is no text", t->n_query + 1);
            t->query[t->n_query++] = (th_pair){name, value};
        }
        query += len;
        query += *query == '&';
    }
    return TH_OK;
}

th_err th_target_parse(const char *uri, th_target *t, th_why *why)
{
    t->n_segments = t->n_query = 0;
    /* decoding makes nothing longer; each text gets a NUL where a separator stood, and one more at the end */
    if (strlen(uri) + 2 > sizeof t->text) return th_why_set(why, TH_ERANGE, "the address is too long");
    if (uri[0] != '/') return th_why_set(why, TH_EUSAGE, "the path does not begin with a slash");
    char *at = t->text;
    const size_t n_path = strcspn(uri, "?");
    TH_TRY(take_path(uri, n_path, t, &at, why));
    return uri[n_path] ? take_query(uri + n_path + 1, t, &at, why) : TH_OK;
}
