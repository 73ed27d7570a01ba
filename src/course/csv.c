#include "course/csv.h"

#include <stdio.h>
#include <string.h>

void th_csv_text(th_html *csv, bool first, const char *text)
{
    char one[2] = {0};
    th_html_put(csv, first ? "\"" : ",\"");
    if (*text && strchr("=+-@\t\r", *text)) th_html_put(csv, "'");
    for (; *text; text++) {
        one[0] = *text;
        th_html_put(csv, *text == '"' ? "\"\"" : one);
    }
    th_html_put(csv, "\"");
}

void th_csv_number(th_html *csv, bool first, double value)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%s%.6g", first ? "" : ",", value);
    th_html_put(csv, text);
}

void th_csv_end(th_html *csv)
{
    th_html_put(csv, "\r\n");
}
