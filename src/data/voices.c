#include "data/voices.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct script {
    uint32_t from, to;
    const char *language;
} script;

/* First match counts; kana stands before Han, for Japanese mixes the two. */
static const script scripts[] = {
    {'A', 'Z', "en"},       {'a', 'z', "en"},       {0xc0, 0x24f, "en"},    {0x1e00, 0x1eff, "en"},
    {0x370, 0x3ff, "el"},   {0x400, 0x52f, "ru"},   {0x530, 0x58f, "hy"},   {0x590, 0x5ff, "he"},
    {0x600, 0x6ff, "ar"},   {0x750, 0x77f, "ar"},   {0x900, 0x97f, "hi"},   {0x980, 0x9ff, "bn"},
    {0xa00, 0xa7f, "pa"},   {0xa80, 0xaff, "gu"},   {0xb00, 0xb7f, "or"},   {0xb80, 0xbff, "ta"},
    {0xc00, 0xc7f, "te"},   {0xc80, 0xcff, "kn"},   {0xd00, 0xd7f, "ml"},   {0xd80, 0xdff, "si"},
    {0xe00, 0xe7f, "th"},   {0x1000, 0x109f, "my"}, {0x10a0, 0x10ff, "ka"}, {0x1200, 0x137f, "am"},
    {0x1100, 0x11ff, "ko"}, {0xac00, 0xd7a3, "ko"}, {0x3040, 0x30ff, "ja"}, {0x4e00, 0x9fff, "cmn"},
};

static uint32_t next_character(const unsigned char **s)
{
    const unsigned char *c = *s;
    const unsigned n = c[0] < 0x80 ? 0 : c[0] < 0xe0 ? 1 : c[0] < 0xf0 ? 2 : 3;
    uint32_t x = n ? c[0] & (0x3fu >> n) : c[0];
    unsigned i = 0;
    for (; i < n && c[i + 1] >> 6 == 2; i++) x = x << 6 | (c[i + 1] & 0x3fu);
    *s = c + 1 + i;
    return x;
}

static const char *language_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++)
        if (c >= scripts[i].from && c <= scripts[i].to) return scripts[i].language;
    return NULL;
}

th_err th_voice_language(const char *text, const char **language, th_why *why)
{
    const char *found = NULL;
    bool digits = false;
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        const uint32_t c = next_character(&s);
        digits |= c >= '0' && c <= '9';
        const char *its = language_of(c);
        if (!its && c > 0x7f && !(c >= 0x300 && c <= 0x36f) && c != 0x200c && c != 0x200d) /* joiners are fine */
            return th_why_set(why, TH_EUNSUP,
                              "no synthetic voice can read \"%s\". Record it: thimble data import FOLDER", text);
        if (its && found && strcmp(its, found) != 0) {
            const bool japanese = (strcmp(its, "ja") == 0 && strcmp(found, "cmn") == 0) ||
                                  (strcmp(its, "cmn") == 0 && strcmp(found, "ja") == 0);
            if (!japanese)
                return th_why_set(
                    why, TH_EUNSUP,
                    "\"%s\" mixes scripts, so no synthetic voice can read it. Record it: thimble data import FOLDER",
                    text);
            its = "ja";
        }
        if (its) found = its;
    }
    if (!found && !digits)
        return th_why_set(why, TH_EUNSUP, "\"%s\" has no letters that a synthetic voice can read", text);
    *language = found ? found : "en";
    return TH_OK;
}

/* Whispers, robots and copies are left out. */
static const char *const variants[TH_N_VARIANTS] = {"m1",   "f1",    "m2",   "f2",    "m3",    "f3",     "m4",
                                                    "f4",   "m5",    "f5",   "m6",    "Annie", "m7",     "linda",
                                                    "Andy", "steph", "Gene", "Jacky", "Lee",   "Michael"};
static const char *const accents[] = {"en-us",  "en-gb",          "en-gb-scotland", "en-gb-x-rp",
                                      "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd"};
#define N_ACCENTS (sizeof accents / sizeof accents[0])

void th_voice_name(const char *language, unsigned k, char *voice, size_t cap, const char **speaker)
{
    const unsigned variant = k % TH_N_VARIANTS;
    const char *base = strcmp(language, "en") == 0 ? accents[(k + k / TH_N_VARIANTS) % N_ACCENTS] : language;
    th_text_fmt(voice, cap, "%s+%s", base, variants[variant]);
    *speaker = variants[variant];
}

const char *const *th_voice_other_words(const char *language, size_t *n)
{
    /* some short, some long, some that share sounds with common labels; none that sounds like one (know, write) */
    static const char *const english[] = {"one",   "two",    "three",   "four",  "five",    "six",    "seven", "eight",
                                          "nine",  "zero",   "left",    "right", "up",      "down",   "stop",  "go",
                                          "cat",   "house",  "happy",   "tree",  "yellow",  "nobody", "music", "window",
                                          "water", "listen", "morning", "under", "kitchen", "maybe"};
    static const char *const numbers[] = {"2",  "3",  "4",  "5",  "6",  "7",  "8",  "9",  "10", "11", "12", "13",
                                          "14", "15", "16", "17", "18", "19", "20", "30", "40", "50", "60", "100"};
    const bool en = strncmp(language, "en", 2) == 0;
    *n = en ? sizeof english / sizeof english[0] : sizeof numbers / sizeof numbers[0];
    return en ? english : numbers;
}
