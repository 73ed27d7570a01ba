/* What may be a label: short UTF-8 text that is safe as a folder's name, in a list with commas and
 * in a table with tabs. */
#include "data/project.h"

#include <string.h>

/* One character of UTF-8 at s; *len its bytes.  -1: not UTF-8 (also overlong, surrogates, > U+10FFFF). */
static int32_t utf8_next(const unsigned char *s, size_t *len)
{
    static const int32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
    if (!n) return -1;
    int32_t c = n == 1 ? s[0] : s[0] & (0x7f >> n);
    for (size_t i = 1; i < n; i++) {
        if (s[i] >> 6 != 2) return -1; /* also stops at the closing NUL */
        c = c << 6 | (s[i] & 0x3f);
    }
    *len = n;
    return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? -1 : c;
}

bool th_text_is_utf8(const char *text)
{
    size_t len;
    for (const unsigned char *s = (const unsigned char *)text; *s; s += len)
        if (utf8_next(s, &len) < 0) return false;
    return true;
}

/* Lower case of the scripts that have case: Latin, Greek, Cyrillic, Armenian (the simple mappings
 * of Unicode's CaseFolding.txt; towlower would depend on the locale). */
static int32_t fold(int32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7)) return c + 0x20;
    if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14a && c <= 0x177) || (c >= 0x1e00 && c <= 0x1eff) ||
        (c >= 0x460 && c <= 0x4bf))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return c + (c & 1);
    if (c >= 0x391 && c <= 0x3ab) return c + 0x20;
    if (c >= 0x410 && c <= 0x42f) return c + 0x20;
    if (c >= 0x400 && c <= 0x40f) return c + 0x50;
    if (c >= 0x531 && c <= 0x556) return c + 0x30;
    return c;
}

bool th_label_same(const char *a, const char *b)
{
    const unsigned char *s = (const unsigned char *)a, *t = (const unsigned char *)b;
    while (*s && *t) {
        size_t n, m;
        const int32_t c = utf8_next(s, &n), d = utf8_next(t, &m);
        if (c < 0 || d < 0) return strcmp((const char *)s, (const char *)t) == 0;
        if (fold(c) != fold(d)) return false;
        s += n;
        t += m;
    }
    return *s == *t;
}

th_err th_label_check(const char *label, th_why *why)
{
    const size_t n = strlen(label);
    if (n == 0) return th_why_set(why, TH_EUSAGE, "a label is empty");
    if (n >= TH_LABEL_BYTES)
        return th_why_set(why, TH_EUSAGE, "the label \"%.40s...\" is longer than %d bytes", label, TH_LABEL_BYTES - 1);
    if (!th_text_is_utf8(label))
        return th_why_set(why, TH_EUSAGE, "a label is not UTF-8 text. Save the file or name the folder in UTF-8");
    if (label[0] == '.' || label[0] == ' ' || label[n - 1] == ' ')
        return th_why_set(why, TH_EUSAGE, "the label \"%s\" starts with a dot, or starts or ends with a space", label);
    size_t len;
    for (const unsigned char *s = (const unsigned char *)label; *s; s += len) {
        const int32_t c = utf8_next(s, &len);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || strchr("/\\,;\"#[]=", *s))
            return th_why_set(why, TH_EUSAGE,
                              "the label \"%s\" has a character that is not possible in a label: / \\ , ; # \" = [ ] "
                              "or a control character",
                              label);
    }
    return TH_OK;
}

th_err th_project_set_labels(th_project *p, const char *const *labels, int n_labels, th_why *why)
{
    const bool words = th_project_task(p)->input == TH_IN_SOUND;
    p->n_labels = 0;
    for (int i = 0; i < n_labels; i++) {
        if (words && (strcmp(labels[i], TH_LABEL_UNKNOWN) == 0 || strcmp(labels[i], TH_LABEL_SILENCE) == 0)) continue;
        TH_TRY(th_label_check(labels[i], why));
        if (words && (th_label_same(labels[i], TH_LABEL_UNKNOWN) || th_label_same(labels[i], TH_LABEL_SILENCE)))
            return th_why_set(why, TH_EUSAGE,
                              "\"%s\" cannot be a label of yours: unknown and silence are added by themselves",
                              labels[i]);
        for (int k = 0; k < p->n_labels; k++) {
            if (strcmp(labels[i], p->labels[k]) == 0)
                return th_why_set(why, TH_EUSAGE, "the label \"%s\" is there twice", labels[i]);
            if (th_label_same(labels[i], p->labels[k]))
                return th_why_set(why, TH_EUSAGE,
                                  "the labels \"%s\" and \"%s\" differ only in upper and lower case. Use one of them",
                                  p->labels[k], labels[i]);
        }
        if (p->n_labels == TH_MAX_LABELS - 2)
            return th_why_set(why, TH_EUSAGE, "there are more than %d labels", TH_MAX_LABELS - 2);
        memcpy(p->labels[p->n_labels++], labels[i], strlen(labels[i]) + 1);
    }
    if (!words) return TH_OK;
    if (p->n_labels == 0) return th_why_set(why, TH_EUSAGE, "there is no label. Name at least one word, like yes");
    memcpy(p->labels[p->n_labels++], TH_LABEL_UNKNOWN, sizeof TH_LABEL_UNKNOWN);
    memcpy(p->labels[p->n_labels++], TH_LABEL_SILENCE, sizeof TH_LABEL_SILENCE);
    return TH_OK;
}

int th_project_label(const th_project *p, const char *label)
{
    for (int i = 0; i < p->n_labels; i++)
        if (strcmp(p->labels[i], label) == 0) return i;
    return -1;
}
