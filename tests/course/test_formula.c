/* Formulas: what becomes of TeX in MathML and in plain text, what is refused, and that nothing breaks the reader. */
#include "../test.h"

#include "course/formula.h"

#include <stdbool.h>

static th_span span(const char *text)
{
    return (th_span){(const uint8_t *)text, strlen(text)};
}

/* The <math ..> without its alttext. */
static void mathml_is(const char *tex, const char *expected)
{
    char *math = NULL;
    th_why why = {0};
    if (th_formula_mathml(span(tex), false, &math, &why)) fail_msg("%s: %s", tex, why.text);
    char *row = strstr(math, "><mrow>");
    assert_non_null(row);
    assert_memory_equal(math, "<math alttext=\"", 15);
    row += strlen("><mrow>");
    row[strlen(row) - strlen("</mrow></math>")] = 0;
    if (strcmp(row, expected) != 0) fail_msg("%s\n  gives    %s\n  expected %s", tex, row, expected);
    free(math);
}

static void text_is(const char *tex, const char *expected)
{
    char *text = NULL;
    th_why why = {0};
    if (th_formula_text(span(tex), &text, &why)) fail_msg("%s: %s", tex, why.text);
    if (strcmp(text, expected) != 0) fail_msg("%s\n  gives    %s\n  expected %s", tex, text, expected);
    free(text);
}

static void refused(const char *tex, const char *word)
{
    char *math = NULL;
    th_why why = {0};
    if (!th_formula_mathml(span(tex), false, &math, &why)) fail_msg("%s was taken: %s", tex, math);
    if (!strstr(why.text, word)) fail_msg("%s: \"%s\" does not say \"%s\"", tex, why.text, word);
}

static void becomes_mathml(void **state)
{
    (void)state;
    mathml_is("x", "<mi>x</mi>");
    mathml_is("3.14", "<mn>3.14</mn>");
    mathml_is("a<b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>");
    mathml_is("-1", "<mo>−</mo><mn>1</mn>");
    mathml_is("x^2_i", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>");
    mathml_is("x_i", "<msub><mi>x</mi><mi>i</mi></msub>");
    mathml_is("x'", "<msup><mi>x</mi><mo>′</mo></msup>");
    mathml_is("\\frac{1}{2}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>");
    mathml_is("\\sqrt{x}", "<msqrt><mrow><mi>x</mi></mrow></msqrt>");
    mathml_is("\\sqrt[3]x", "<mroot><mi>x</mi><mrow><mn>3</mn></mrow></mroot>");
    mathml_is("\\sum_{i}^n",
              "<munderover><mo movablelimits=\"true\">∑</mo><mrow><mi>i</mi></mrow><mi>n</mi></munderover>");
    mathml_is("\\text{if } x", "<mtext>if </mtext><mi>x</mi>");
    mathml_is("\\mathrm{kB}", "<mrow><mi mathvariant=\"normal\">kB</mi></mrow>");
    mathml_is("\\mathbf{w}", "<mrow><mi>𝐰</mi></mrow>");
    mathml_is("\\mathbb R", "<mi>ℝ</mi>");
    mathml_is("\\hat{y}", "<mover accent=\"true\"><mrow><mi>y</mi></mrow><mo>^</mo></mover>");
    mathml_is("\\left( x \\right.", "<mrow><mo stretchy=\"true\">(</mo><mrow><mi>x</mi></mrow></mrow>");
    mathml_is("\\{\\alpha\\}", "<mo stretchy=\"false\">{</mo><mi>α</mi><mo stretchy=\"false\">}</mo>");
    mathml_is("\\begin{matrix} a & b \\\\ c & d \\end{matrix}",
              "<mrow><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr>"
              "<mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr></mtable></mrow>");
}

static void alttext_is_the_tex(void **state)
{
    char *math;
    (void)state;
    assert_int_equal(th_formula_mathml(span("a < \"b\""), true, &math, NULL), TH_OK);
    assert_non_null(strstr(math, "<math display=\"block\" alttext=\"a &lt; &quot;b&quot;\">"));
    free(math);
}

static void becomes_text(void **state)
{
    (void)state;
    text_is("y = w x + b", "y = wx + b");
    text_is("x^2", "x²");
    text_is("x_i^{10}", "xᵢ¹⁰");
    text_is("e^{-x/2}", "e^(−x/2)");
    text_is("\\frac{a+b}{2}", "(a + b)/2");
    text_is("\\sqrt{x + 1}", "√(x + 1)");
    text_is("-3 \\le x", "−3 ≤ x");
    text_is("2 - 3", "2 − 3");
    text_is("\\max(0, x)", "max(0, x)");
    text_is("\\log x", "log x");
    text_is("\\hat y", "y\xcc\x82");
    text_is("16000 \\times 2 = 32000", "16000 × 2 = 32000");
    text_is("", "");
}

static void errors_name_what_is_wrong(void **state)
{
    char deep[400] = "";
    (void)state;
    refused("\\foo{x}", "\\foo");
    refused("\\frac{1}", "must follow");
    refused("{x", "\"}\"");
    refused("x}", "\"}\"");
    refused("x^2^3", "two \"^\"");
    refused("\\left( x", "\\right");
    refused("\\left\\alpha x \\right)", "\\alpha");
    refused("\\begin{table} x \\end{table}", "matrix");
    refused("\\begin{matrix} x \\end{cases}", "matrix");
    refused("\\begin{matrix} x", "\\end");
    refused("a & b", "&");
    refused("\\", "\\");
    for (int i = 0; i < 100; i++) strcat(deep, "{x");
    refused(deep, "32");
    char *math;
    char *lots = calloc(1, 5000);
    assert_non_null(lots);
    memset(lots, 'x', 4999);
    assert_int_equal(th_formula_mathml(span(lots), false, &math, NULL), TH_ERANGE);
    free(lots);
}

static const char all[] = "\\left(\\frac{\\sqrt[3]{x_1}}{\\hat{y}'}\\right)^2 \\begin{cases} a & \\text{if } b \\\\ "
                          "\\underbrace{1+2}_{\\text{é}} & \\mathbf{A1} \\end{cases} \\ne \\lfloor x \\rfloor \\, 3.5";

/* Every beginning of a formula that has everything, and every one of its bytes gone. */
static void ends_anywhere(void **state)
{
    (void)state;
    for (size_t n = 0; n <= sizeof all - 1; n++) {
        char *text = NULL, *part = malloc(n + 1); /* its own memory: a byte too far is seen */
        assert_non_null(part);
        memcpy(part, all, n);
        if (!th_formula_mathml((th_span){(uint8_t *)part, n}, true, &text, NULL)) free(text);
        if (!th_formula_text((th_span){(uint8_t *)part, n}, &text, NULL)) free(text);
        memmove(part, all + 1, n ? n - 1 : 0);
        if (!th_formula_mathml((th_span){(uint8_t *)part, n ? n - 1 : 0}, true, &text, NULL)) free(text);
        free(part);
    }
    text_is(all, "(³√x₁/y\xcc\x82′)²{a if b; (1 + 2)_é 𝐀𝟏 ≠ ⌊x⌋ 3.5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(becomes_mathml), cmocka_unit_test(alttext_is_the_tex),
        cmocka_unit_test(becomes_text),   cmocka_unit_test(errors_name_what_is_wrong),
        cmocka_unit_test(ends_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
