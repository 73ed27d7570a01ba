/* d[i][j]: distance of the first i letters of a and the first j of b, from the three (swap: four) shorter pairs. */
#include "model/near.h"

#include <string.h>

#define MOST 31

static int32_t min32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int32_t length(const char *text)
{
    const size_t n = strlen(text);
    return n > MOST ? MOST : (int32_t)n;
}

int32_t th_word_distance(const char *a, const char *b)
{
    int32_t d[MOST + 1][MOST + 1];
    const int32_t n = length(a), m = length(b);
    for (int32_t i = 0; i <= n; i++) d[i][0] = i;
    for (int32_t j = 0; j <= m; j++) d[0][j] = j;
    for (int32_t i = 1; i <= n; i++)
        for (int32_t j = 1; j <= m; j++) {
            const int32_t change = lower(a[i - 1]) != lower(b[j - 1]);
            d[i][j] = min32(d[i - 1][j - 1] + change, min32(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                d[i][j] = min32(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[n][m];
}

void th_word_nearer(const char *word, const char *candidate, const char **best, int32_t *distance)
{
    const int32_t d = th_word_distance(word, candidate), letters = length(word);
    if (d > (letters + 2) / 3 || d >= letters || (*best && d >= *distance)) return;
    *best = candidate;
    *distance = d;
}
