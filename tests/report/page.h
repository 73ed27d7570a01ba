/* tests/report/page.h -- is a page well-formed, and does it stand alone? */
#ifndef TH_TEST_PAGE_H
#define TH_TEST_PAGE_H

#include "../test.h"

#include <ctype.h>

/* Reads the page as XML does: every element closed, attributes quoted, no bare & or <.
 * Returns NULL, or the place where it breaks. */
static inline const char *page_broken_at(const char *p)
{
    char open[64][16];
    int depth = 0;
    if (strncmp(p, "<!DOCTYPE html>", 15) == 0) p += 15;
    while (*p) {
        if (*p == '&') {
            const char *semi = strchr(p, ';');
            if (!semi || semi - p > 8) return p;
            p = semi + 1;
            continue;
        }
        if (*p != '<') {
            p++;
            continue;
        }
        const char *at = p++;
        const int closing = *p == '/';
        p += closing;
        char name[16];
        size_t n = 0;
        while (isalnum((unsigned char)*p) && n < sizeof name - 1) name[n++] = *p++;
        name[n] = '\0';
        if (!n) return at;
        while (*p && *p != '>' && *p != '/') {
            if (*p == '"') {
                for (p++; *p && *p != '"'; p++)
                    if (*p == '<') return p;
                if (!*p) return at;
            } else if (*p == '<' || *p == '\'') {
                return p;
            }
            p++;
        }
        const int empty = *p == '/';
        p += empty;
        if (*p++ != '>') return at;
        if (closing && (depth == 0 || strcmp(open[--depth], name) != 0)) return at;
        if (!closing && !empty) {
            if (depth == 64) return at;
            strcpy(open[depth++], name);
        }
    }
    return depth ? "an element is not closed at the end" : NULL;
}

static inline void assert_page_stands_alone(const char *page)
{
    const char *broken = page_broken_at(page);
    if (broken) fail_msg("not well-formed at: %.80s", broken);
    static const char *const never[] = {"http", "<script", "<link", "@import", "url(", "javascript:", "<iframe"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(page, never[i])) fail_msg("the page holds %s: %.60s", never[i], strstr(page, never[i]));
    for (const char *p = page; (p = strstr(p, "src=\"")); p += 5)
        if (strncmp(p + 5, "data:", 5) != 0) fail_msg("a source outside the page: %.60s", p);
    for (const char *p = page; (p = strstr(p, "href=\"")); p += 6)
        if (p[6] != '#') fail_msg("a link out of the page: %.60s", p);
}

#endif
