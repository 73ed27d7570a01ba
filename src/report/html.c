#include "report/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void th_html_free(th_html *h)
{
    free(h->text);
    *h = (th_html){0};
}

/* Room for n more bytes and a NUL. */
static bool grow(th_html *h, size_t n)
{
    if (h->failed) return false;
    if (h->n + n + 1 <= h->cap) return true;
    size_t cap = h->cap ? h->cap : 4096;
    while (cap < h->n + n + 1) cap *= 2;
    char *text = realloc(h->text, cap);
    if (!text) {
        h->failed = true;
        return false;
    }
    h->text = text;
    h->cap = cap;
    return true;
}

void th_html_bytes(th_html *h, const char *p, size_t n)
{
    if (!grow(h, n)) return;
    if (n) memcpy(h->text + h->n, p, n);
    h->n += n;
    h->text[h->n] = '\0';
}

void th_html_put(th_html *h, const char *markup)
{
    th_html_bytes(h, markup, strlen(markup));
}

void th_html_fmt(th_html *h, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n >= 0 && grow(h, (size_t)n)) {
        vsnprintf(h->text + h->n, (size_t)n + 1, fmt, again);
        h->n += (size_t)n;
    }
    va_end(again);
}

/* Bytes of the UTF-8 character at p[0..left), 0 when it is none that may stand in a page.
 * Source: RFC 3629, section 4; control characters are left out. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80) return p[0] >= 0x20 && p[0] != 0x7f;
    const size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n > left) return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)) return 0;
    if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)) return 0;
    if (p[0] == 0xc2 && p[1] < 0xa0) return 0;
    return n;
}

void th_html_text_n(th_html *h, const char *text, size_t n_bytes)
{
    const unsigned char *p = (const unsigned char *)text, *end = n_bytes ? p + n_bytes : p;
    while (p < end) {
        const size_t n = utf8_length(p, (size_t)(end - p));
        if (n == 0)
            th_html_put(h, "\xef\xbf\xbd");
        else if (*p == '&')
            th_html_put(h, "&amp;");
        else if (*p == '<')
            th_html_put(h, "&lt;");
        else if (*p == '>')
            th_html_put(h, "&gt;");
        else if (*p == '"')
            th_html_put(h, "&quot;");
        else if (*p == '\'')
            th_html_put(h, "&#39;");
        else
            th_html_bytes(h, (const char *)p, n);
        p += n ? n : 1;
    }
}

void th_html_text(th_html *h, const char *text)
{
    th_html_text_n(h, text, strlen(text));
}

void th_html_name(th_html *h, const char *text)
{
    th_html_put(h, "<bdi>");
    th_html_text(h, text);
    th_html_put(h, "</bdi>");
}

void th_html_count(th_html *h, int64_t v)
{
    char digits[32];
    const int n = snprintf(digits, sizeof digits, "%lld", (long long)(v < 0 ? -v : v));
    if (v < 0) th_html_put(h, "-");
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0) th_html_put(h, "\xe2\x80\xaf"); /* U+202F, narrow and never broken */
        th_html_bytes(h, digits + i, 1);
    }
}

void th_html_percent(th_html *h, double part)
{
    if (part < 0.0)
        th_html_put(h, "-");
    else
        th_html_fmt(h, "%.1f\xe2\x80\xaf%%", part * 100.0);
}

void th_html_base64(th_html *h, const uint8_t *bytes, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (!grow(h, (n + 2) / 3 * 4)) return;
    for (size_t i = 0; i < n; i += 3) {
        const size_t left = n - i;
        const uint32_t v =
            (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);
        const char four[4] = {digit[v >> 18], digit[v >> 12 & 63], left > 1 ? digit[v >> 6 & 63] : '=',
                              left > 2 ? digit[v & 63] : '='};
        th_html_bytes(h, four, 4);
    }
}

void th_html_table(th_html *h, const char *caption, const char *const *headings, int n)
{
    th_html_put(h, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    th_html_text(h, caption);
    th_html_put(h, "\"><table><caption>");
    th_html_text(h, caption);
    th_html_put(h, "</caption><thead><tr>");
    for (int i = 0; i < n; i++) {
        th_html_put(h, "<th scope=\"col\">");
        th_html_text(h, headings[i]);
        th_html_put(h, "</th>");
    }
    th_html_put(h, "</tr></thead><tbody>\n");
}

void th_html_table_end(th_html *h)
{
    th_html_put(h, "</tbody></table></div>\n");
}

void th_html_bar(th_html *h, double part, const char *text)
{
    const double p = part < 0.0 ? 0.0 : part > 1.0 ? 1.0 : part;
    th_html_fmt(h, "<td class=\"bar\"><div><i style=\"--p:%.3f\"></i><span>", p);
    th_html_text(h, text);
    th_html_put(h, "</span></div></td>");
}

void th_html_details(th_html *h, const char *summary)
{
    th_html_put(h, "<details><summary>");
    th_html_text(h, summary);
    th_html_put(h, "</summary>\n");
}

void th_html_details_end(th_html *h)
{
    th_html_put(h, "</details>\n");
}
