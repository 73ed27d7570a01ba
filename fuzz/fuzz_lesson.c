/* Any bytes as a page of a course: its blocks as HTML without a way out, as plain text; its own translation. */
#include "course/blocks.h"
#include "course/markdown.h"
#include "course/plain.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Tags of ours only, and no address that does something. */
static int is_safe(const char *html)
{
    static const char *const tags[] = {"a ",  "p>",  "em>", "strong>", "code", "pre ",  "h1>",   "h2>",   "h3>", "h4>",
                                       "h5>", "h6>", "ul>", "ol",      "li>",  "table", "thead", "tbody", "tr>", "th ",
                                       "td",  "div", "del", "hr/",     "br/",  "img ",  "block", "span",  "m"};
    for (const char *c = html; (c = strchr(c, '<')); c++) {
        const char *name = c + 1 + (c[1] == '/');
        size_t i = 0;
        while (i < sizeof tags / sizeof *tags && strncmp(name, tags[i], strlen(tags[i]) - (c[1] == '/')) != 0) i++;
        if (i == sizeof tags / sizeof *tags) return 0;
    }
    for (const char *c = html; (c = strstr(c, "href=\"")); c++)
        if (strncmp(c + 6, "http", 4) != 0 && strncmp(c + 6, "#/", 2) != 0) return 0;
    return 1;
}

static void look_at(th_span markdown)
{
    th_html out = {0};
    if (!th_markdown_put(&out, markdown, &(th_markdown){"a"}, NULL) && !is_safe(out.text)) abort();
    th_html_free(&out);
    for (int kind = TH_PLAIN_TERMINAL; kind <= TH_PLAIN_PROSE; kind++) {
        if (th_plain_put(&out, markdown, (th_plain_kind)kind, 30, NULL)) abort();
        th_html_free(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_passages blocks;
    if (!th_passages_of_file((th_span){data, size}, "x", &blocks, NULL))
        for (size_t i = 0; i < blocks.n; i++) {
            const th_passage *b = &blocks.block[i];
            if (b->text.p < data || b->text.p + b->text.n > data + size) abort();
            look_at(b->body);
        }
    th_passages_free(&blocks);
    return 0;
}
