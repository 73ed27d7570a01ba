/* Markdown as safe HTML and as plain text; pages as their blocks. */
#include "../test.h"

#include "course/blocks.h"
#include "course/lesson.h"
#include "course/markdown.h"
#include "course/plain.h"

static th_span span(const char *text)
{
    return (th_span){(const uint8_t *)text, strlen(text)};
}

static void html_is(const char *markdown, const char *expected)
{
    th_html out = {0};
    th_why why = {0};
    if (th_markdown_put(&out, span(markdown), &(th_markdown){"1-a/1-b"}, &why)) fail_msg("%s", why.text);
    if (strcmp(out.text, expected) != 0) fail_msg("%s\n  gives    %s\n  expected %s", markdown, out.text, expected);
    th_html_free(&out);
}

static void links_lead_to_pages(void **state)
{
    (void)state;
    html_is("[a](lesson:rule/coin/fits)",
            "<p><a href=\"#/learn/rule/coin/fits\" data-id=\"rule/coin/fits\">a</a></p>\n");
    html_is("[a](lab:rule/coin)", "<p><a href=\"#/learn/rule/coin/lab\" data-id=\"rule/coin/lab\">a</a></p>\n");
    html_is("[a](quiz:rule/coin)", "<p><a href=\"#/learn/rule/coin/quiz\" data-id=\"rule/coin/quiz\">a</a></p>\n");
    html_is("[a](glossary:flash-memory)",
            "<p><a class=\"term\" href=\"#/learn/glossary/flash-memory\" data-term=\"flash-memory\">a</a></p>\n");
    html_is("[a](studio:train)", "<p><a href=\"#/\" data-studio=\"train\">a</a></p>\n");
    html_is("[a](https://x.org/?b=1&c=2)", "<p><a class=\"outside\" rel=\"noopener noreferrer\" target=\"_blank\" "
                                           "href=\"https://x.org/?b=1&amp;c=2\">a</a> "
                                           "<span class=\"address\">(https://x.org/?b=1&amp;c=2)</span></p>\n");
    html_is("https://x.org", "<p><a class=\"outside\" rel=\"noopener noreferrer\" target=\"_blank\" "
                             "href=\"https://x.org\">https://x.org</a></p>\n");
}

static void nothing_unsafe_comes_through(void **state)
{
    (void)state;
    html_is("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
    html_is("a <img src=x onerror=y>", "<p>a &lt;img src=x onerror=y&gt;</p>\n");
    html_is("[a](javascript:alert(1))", "<p>a</p>\n");
    html_is("[a](&#106;avascript:alert(1))", "<p>a</p>\n");
    html_is("[a](data:text/html,x)", "<p>a</p>\n");
    html_is("[a](lesson:../../x)", "<p>a</p>\n");
    html_is("[a](https://x.org/\"onclick=\"y)",
            "<p><a class=\"outside\" rel=\"noopener noreferrer\" target=\"_blank\" "
            "href=\"https://x.org/&quot;onclick=&quot;y\">a</a> "
            "<span class=\"address\">(https://x.org/&quot;onclick=&quot;y)</span></p>\n");
    html_is("![x](../secret.svg) ![x](https://x.org/p.svg) ![x](/etc/a.svg)", "<p>x x x</p>\n");
    html_is("``` \"><b>\nx\n```",
            "<pre tabindex=\"0\"><code class=\"language-&quot;&gt;&lt;b&gt;\">x\n</code></pre>\n");
}

static void blocks_have_their_elements(void **state)
{
    (void)state;
    html_is("![A \"coin\"](fit.svg)",
            "<p><img loading=\"lazy\" src=\"/api/v1/course/files/1-a/1-b/fit.svg\" alt=\"A &quot;coin&quot;\"/></p>\n");
    html_is("## T\n\n1. a\n2. b", "<h2>T</h2>\n<ol><li>a</li>\n<li>b</li>\n</ol>\n");
    html_is("3. a", "<ol start=\"3\"><li>a</li>\n</ol>\n");
    html_is("> *a*  \n> ~~b~~", "<blockquote><p><em>a</em><br/>\n<del>b</del></p>\n</blockquote>\n");
    html_is("    code", "<pre tabindex=\"0\"><code>code\n</code></pre>\n");
    html_is("|a|b|\n|---|--:|\n|1|2|",
            "<div class=\"table\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">a</th><th scope=\"col\" "
            "class=\"right\">b</th></tr>\n</thead>\n<tbody><tr><td>1</td><td class=\"right\">2</td></tr>\n</tbody>\n"
            "</table></div>\n");
    html_is("$x$", "<p><math alttext=\"x\"><mrow><mi>x</mi></mrow></math></p>\n");
    html_is("a&nbsp;b &copy; &lt;", "<p>a\xc2\xa0"
                                    "b &amp;copy; &lt;</p>\n");
    html_is("it costs $\\foo$", "<p>it costs $\\foo$</p>\n");
}

/* md4c 0.4.8 reads on behind a text that ends inside of a link: what stands there is none of ours. */
static void nothing_behind_the_end_is_read(void **state)
{
    static const char whole[] = "[a](stud) secret";
    th_html out = {0};
    (void)state;
    assert_int_equal(th_markdown_put(&out, (th_span){(const uint8_t *)whole, 8}, &(th_markdown){""}, NULL), TH_OK);
    assert_string_equal(out.text, "<p>[a](stud</p>\n");
    th_html_free(&out);
}

/* What strangers write in the forum: no pictures. */
static void of_strangers(void **state)
{
    char *html;
    (void)state;
    assert_int_equal(th_markdown_html(span("![a](b.svg) *c*"), false, &html, NULL), TH_OK);
    assert_string_equal(html, "<p>a <em>c</em></p>\n");
    free(html);
    assert_int_equal(th_markdown_html(span(""), true, &html, NULL), TH_OK);
    assert_string_equal(html, "");
    free(html);
}

static void text_is(const char *markdown, th_plain_kind kind, const char *expected)
{
    th_html out = {0};
    assert_int_equal(th_plain_put(&out, span(markdown), kind, 20, NULL), TH_OK);
    if (strcmp(out.text, expected) != 0) fail_msg("%s\n  gives    %s\n  expected %s", markdown, out.text, expected);
    th_html_free(&out);
}

static void becomes_plain_text(void **state)
{
    (void)state;
    const char *page =
        "## A title\n\nWords that go on over the *line*, $x^2$ too.\n\n- one\n- two and three and four\n\n"
        "So:\n\n    code\n\n|a|b|\n|---|---|\n|1|2|\n\n![A coin](a.svg) [b](https://x.org)\n";
    text_is(
        page, TH_PLAIN_TERMINAL,
        "A title\n-------\n\nWords that go on\nover the line, x²\ntoo.\n\n  - one\n  - two and three\n    and four\n\n"
        "So:\n\n    code\n\na | b\n1 | 2\n\n[Picture: A coin] b\n(https://x.org)\n\n");
    text_is(page, TH_PLAIN_SEARCH,
            "A title\nWords that go on over the line, x² too.\none\ntwo and three and four\nSo:\ncode\na | b\n1 | 2\nA "
            "coin b\n");
    text_is(page, TH_PLAIN_PROSE,
            "Words that go on over the line, x too.\none\ntwo and three and four\nSo:\nA coin b\n");
    text_is("Año ñandú über wörter", TH_PLAIN_TERMINAL, "Año ñandú über\nwörter\n\n");
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

static const char page[] =
    "---\r\ntitle: T\r\n---\r\n\r\nOne\nline.\n\n<!-- of 0123abcd -->\n:::explore grid bits=4\nText.\n\n"
    "More.\n:::\n## Head\nand text\n\n<!-- a\ncomment -->\n```\na\n\nb\n```\n:::story\n:::\n";

static void is_split(void **state)
{
    (void)state;
    th_passages b;
    th_why why = {0};
    if (th_passages_of_file(span(page), "x.md", &b, &why)) fail_msg("%s", why.text);
    assert_int_equal(b.n, 5);
    static const struct {
        th_passage_kind kind;
        int line;
        const char *body, *of;
    } expected[] = {{TH_PASSAGE_HTML, 5, "One\nline.", ""},
                    {TH_PASSAGE_EXPLORE, 9, "Text.\n\nMore.", "0123abcd"},
                    {TH_PASSAGE_HTML, 14, "## Head\nand text", ""},
                    {TH_PASSAGE_HTML, 19, "```\na\n\nb\n```", ""},
                    {TH_PASSAGE_STORY, 24, "", ""}};
    for (size_t i = 0; i < b.n; i++) {
        const th_span body = th_text_trim(b.block[i].body);
        assert_int_equal(b.block[i].kind, expected[i].kind);
        assert_int_equal(b.block[i].line, expected[i].line);
        assert_int_equal(body.n, strlen(expected[i].body));
        assert_memory_equal(body.p, expected[i].body, body.n);
        assert_string_equal(b.block[i].of, expected[i].of);
    }
    assert_memory_equal(b.block[1].words.p, "grid bits=4", 11);
    th_passages_free(&b);
}

static void key_of(const char *text, char key[TH_COURSE_KEY_BYTES])
{
    th_text_key(span(text), key);
}

/* What a translator's editor changes by itself changes no key; what a writer changes does. */
static void keys_are_of_the_text(void **state)
{
    char a[TH_COURSE_KEY_BYTES], b[TH_COURSE_KEY_BYTES];
    (void)state;
    key_of("One\nline.", a);
    key_of("One\r\nline. \n\n", b);
    assert_string_equal(a, b);
    key_of("One\nline!", b);
    assert_string_not_equal(a, b);
    assert_true(th_is_key(a, 8));
}

static void refused(const char *text, const char *words)
{
    th_passages b;
    th_why why = {0};
    assert_int_equal(th_passages_read(span(text), 1, "x.md", &b, &why), TH_EFORMAT);
    if (!strstr(why.text, words)) fail_msg("\"%s\" does not say \"%s\"", why.text, words);
    th_passages_free(&b);
}

static void errors_have_a_line(void **state)
{
    (void)state;
    refused("a\n\n:::story\nb\n", "x.md:3: this block has no end");
    refused(":::stry\nb\n:::\n", "x.md:1: \":::stry\"");
    refused("a\n:::\n", "x.md:2:");
    refused("a\n\n<!-- b\nc", "x.md:3: this comment");
}

/* Every beginning of a page: blocks or an error, and no byte behind its end is read. */
static void ends_anywhere(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof page; n++) {
        uint8_t *part = malloc(n + 1);
        th_passages b;
        th_html out = {0};
        assert_non_null(part);
        memcpy(part, page, n);
        uint8_t *tight = realloc(part, n ? n : 1);
        assert_non_null(tight);
        const th_err err = th_passages_of_file((th_span){tight, n}, "x.md", &b, NULL);
        assert_true(err == TH_OK || err == TH_EFORMAT);
        th_passages_free(&b);
        assert_int_equal(th_markdown_put(&out, (th_span){tight, n}, &(th_markdown){""}, NULL), TH_OK);
        th_html_free(&out);
        free(tight);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_lead_to_pages),
        cmocka_unit_test(nothing_unsafe_comes_through),
        cmocka_unit_test(blocks_have_their_elements),
        cmocka_unit_test(of_strangers),
        cmocka_unit_test(nothing_behind_the_end_is_read),
        cmocka_unit_test(becomes_plain_text),
        cmocka_unit_test(is_split),
        cmocka_unit_test(keys_are_of_the_text),
        cmocka_unit_test(errors_have_a_line),
        cmocka_unit_test(ends_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
