/* Any bytes as a file of OLX: refused, left out, or items that come back the same from what is written of them. */
#include "../tests/course/gift_equal.h"

#include "course/import.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool ok)
{
    if (!ok) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_quiz quiz = {0}, again;
    th_left_out left = {0};
    char *text;
    if (!th_import_olx_xml((th_span){data, size}, "fuzz.xml", &quiz, &left, NULL) && quiz.n > 0) {
        hold(!th_gift_write(&quiz, false, &text, NULL));
        hold(!th_gift_read((th_span){(const uint8_t *)text, strlen(text)}, &again, NULL));
        hold(same_quiz(&quiz, &again));
        th_quiz_free(&again);
        free(text);
    }
    th_quiz_free(&quiz);
    th_left_out_free(&left);
    return 0;
}
