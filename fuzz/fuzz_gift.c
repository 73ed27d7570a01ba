/* Any bytes as questions in GIFT: refused, or items that come back the same from what is written of them. */
#include "../tests/course/gift_equal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool ok)
{
    if (!ok) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_quiz quiz, again;
    char *text;
    if (!th_gift_read((th_span){data, size}, &quiz, NULL) && !th_gift_write(&quiz, false, &text, NULL)) {
        hold(!th_gift_read((th_span){(const uint8_t *)text, strlen(text)}, &again, NULL));
        hold(same_quiz(&quiz, &again));
        th_quiz_free(&again);
        free(text);
    }
    th_quiz_free(&quiz);
    return 0;
}
