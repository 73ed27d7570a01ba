/* Where the programs of this folder that run on emulated boards print to. */
#ifndef TH_TESTS_DSP_DEVICE_CONSOLE_H
#define TH_TESTS_DSP_DEVICE_CONSOLE_H

#include "base/text.h"
#include "board.h"
#include "semihost.h"

static char line[200];
static int32_t console;

static void console_start(void)
{
    console = semi_open(":tt", 3, SEMI_OPEN_WRITE);
    device_clock_start();
}

/* board.h: what start.c has to say of a fault. */
void device_say(const char *word, const uint32_t *value, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const size_t bytes = th_text_fmt(line, sizeof line, "%s %lx\n", word, (unsigned long)value[i]);
        (void)semi_write(console, line, (uint32_t)bytes);
    }
}

#endif
