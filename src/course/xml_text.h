/* course/xml_text.h -- a piece of XHTML, read by libxml2, as Markdown that shows the same. */
#ifndef TH_COURSE_XML_TEXT_H
#define TH_COURSE_XML_TEXT_H

#include "report/html.h"

#include <libxml/tree.h>

/* Is it the element `name`? */
bool th_xml_is(const xmlNode *n, const char *name);
/* Is its name one of these, NULL at the end? */
bool th_xml_is_one(const xmlNode *n, const char *const *names);

/* An attribute's value, or NULL; xmlFree it. */
char *th_xml_value(const xmlNode *n, const char *name);

/* What stands inside n, but for children that are one of `without`.  Paragraphs, emphasis, code, lists, tables, links
 * to https, formulas by their alttext, pictures by their alt; other elements by what is in them; no scripts. */
void th_xml_text(const xmlNode *n, const char *const *without, th_html *out);

#endif
