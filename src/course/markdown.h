/* course/markdown.h -- Markdown to HTML that is safe to show, by md4c: with tables, strikethrough and formulas, without
 * raw HTML.  It is well-formed XHTML, too.
 *
 *   [text](lesson:rule/coin/what-fits)  <a href="#/learn/rule/coin/what-fits" data-id="rule/coin/what-fits">
 *   lab:rule/coin, quiz:rule/coin       <a href="#/learn/rule/coin/lab" data-id="rule/coin/lab">, ../quiz
 *   glossary:arena                      <a class="term" href="#/learn/glossary/arena" data-term="arena">
 *   studio:train                        <a href="#/" data-studio="train">
 *   https://..                          <a class="outside" .. rel="noopener noreferrer"> with its address behind it
 *   ![alt](what-fits.svg)               <img src="/api/v1/course/files/1-rule/1-coin/what-fits.svg" alt="alt"/>
 *   $x^2$                               <math> (course/formula.h); what is no formula stays as it was written
 *
 * Any other address is left out, its text stays. */
#ifndef TH_COURSE_MARKDOWN_H
#define TH_COURSE_MARKDOWN_H

#include "base/span.h"
#include "base/why.h"
#include "report/html.h"

#include <md4c.h>

/* Has md4c read a text; parser: its callbacks, flags are set here.  They get pointers into a copy: md4c 0.4.8 reads on
 * behind a text that ends inside of a link, "[a](b", and stops at a line's end. Returns what md_parse does, not 0 also
 * without memory: `ctx` knows the cause. */
int th_markdown_parse(th_span text, MD_PARSER parser, void *ctx);

#define TH_COURSE_FILES "/api/v1/course/files/"

typedef struct th_markdown {
    const char *folder; /* where pictures lie below courses/, "1-rule/1-coin"; NULL: no pictures, their text instead */
} th_markdown;

/* Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_markdown_put(th_html *out, th_span text, const th_markdown *how, th_why *why);

/* The character that "&nbsp;" and the few others stand for that people write; NULL: it is none of them. */
const char *th_markdown_entity(const char *text, size_t n);

#define TH_LINK_BYTES 1024 /* of a link, and of the address that it becomes */

#endif
