/* A certificate as a picture: the credential stands inside, as Open Badges 3.0 bakes it. */
#include "course/badge.h"
#include "report/html.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDTH      1120
#define LINE_BYTES 86 /* of the criteria, as wide as the picture */

static void put_line(th_html *h, int y, int size, const char *colour, const char *text)
{
    th_html_fmt(h, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" fill=\"%s\">", WIDTH / 2, y, size, colour);
    th_html_text(h, text);
    th_html_put(h, "</text>\n");
}

/* In lines, broken between words. */
static void put_lines(th_html *h, int y, int size, const char *colour, const char *text)
{
    char line[LINE_BYTES + 1];
    while (*text) {
        size_t n = strlen(text), cut = n;
        if (n > LINE_BYTES)
            for (cut = LINE_BYTES; cut > 0 && text[cut] != ' ';) cut--;
        if (!cut) cut = n < LINE_BYTES ? n : LINE_BYTES;
        memcpy(line, text, cut);
        line[cut] = 0;
        put_line(h, y, size, colour, line);
        text += cut + (text[cut] == ' ');
        y += size * 3 / 2;
    }
}

static void put_thimble(th_html *h)
{
    th_html_put(h, "<g transform=\"translate(524 56) scale(4.5)\"><path d=\"M1 19 3 4a5 5 0 0 1 10 0l2 15a2 2 0 0 1-2 "
                   "2H3a2 2 0 0 1-2-2z\" fill=\"#0b6e66\"/><path d=\"M6 8h.01M10 8h.01M5 13h.01M8 13h.01M11 13h.01\" "
                   "stroke=\"#fff\" stroke-width=\"2\" stroke-linecap=\"round\"/></g>\n");
}

static const char *level_text(const char *level)
{
    return strcmp(level, "class") == 0 ? "Graded by the teacher's server with data that the learner did not have."
                                       : "Graded for practice, on the learner's own computer.";
}

static void draw(th_html *h, const th_badge *b, const char *jwt, const char *fingerprint)
{
    char day[32];
    const time_t at = (time_t)b->at_s;
    struct tm t;
    if (!gmtime_r(&at, &t) || !strftime(day, sizeof day, "%Y-%m-%d", &t)) day[0] = 0;
    th_html_put(h, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                   "xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\" viewBox=\"0 0 1120 792\" "
                   "font-family=\"Georgia, 'Times New Roman', serif\" text-anchor=\"middle\" role=\"img\">\n<title>");
    th_html_text(h, b->learner);
    th_html_put(h, ": ");
    th_html_text(h, b->title);
    th_html_put(h, "</title>\n<openbadges:credential verify=\"");
    th_html_text(h, jwt);
    th_html_put(h, "\"/>\n<rect width=\"1120\" height=\"792\" fill=\"#fffdf8\"/>\n"
                   "<rect x=\"24\" y=\"24\" width=\"1072\" height=\"744\" rx=\"18\" fill=\"none\" stroke=\"#0b6e66\" "
                   "stroke-width=\"3\"/>\n");
    put_thimble(h);
    put_line(h, 218, 26, "#4a5654", "This certifies that");
    put_line(h, 284, 54, "#14201e", b->learner);
    put_line(h, 340, 26, "#4a5654", "has completed the course");
    put_line(h, 404, 44, "#0b6e66", b->title);
    put_lines(h, 460, 21, "#14201e", b->criteria);
    put_line(h, 572, 21, "#4a5654", level_text(b->level));
    put_line(h, 634, 28, "#14201e", b->issuer);
    put_line(h, 668, 21, "#4a5654", day);
    put_line(h, 716, 13, "#4a5654", "Verify it without a network: thimble course verify FILE. The issuer's key:");
    put_line(h, 738, 13, "#4a5654", fingerprint);
    th_html_put(h, "</svg>\n");
}

th_err th_badge_svg(const char *jwt, char **svg, th_why *why)
{
    th_badge badge;
    uint8_t open[32];
    char fingerprint[TH_FINGERPRINT_BYTES];
    th_html h = {0};
    *svg = NULL;
    if (jwt[0] == '<') return th_why_set(why, TH_EFORMAT, "this is a picture already");
    TH_TRY(th_badge_verify((th_span){(const uint8_t *)jwt, strlen(jwt)}, &badge, open, why));
    th_badge_fingerprint(open, fingerprint);
    draw(&h, &badge, jwt, fingerprint);
    if (h.failed) {
        th_html_free(&h);
        return th_why_set(why, TH_ENOMEM, "out of memory for a certificate");
    }
    *svg = h.text;
    return TH_OK;
}
