/* Any bytes as a lab's recipe, as answers, and as a learner's C file: refused, or read the same whatever stands around.
 */
#include "course/lab_guard.h"
#include "course/lab_ini.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool ok)
{
    if (!ok) abort();
}

static void read_ini(th_span text, bool comments)
{
    th_lab_ini ini;
    if (!th_lab_ini_read(text, "lab.ini", comments, &ini, NULL)) {
        hold(ini.n >= 1 && !ini.section[0].kind[0]);
        for (size_t i = 0; i < ini.n; i++) {
            const th_lab_section *s = &ini.section[i];
            hold(i == 0 || (s->kind[0] && th_lab_ini_find(&ini, s->kind, s->name)));
            for (size_t k = 0; k < s->n; k++) hold(s->entry[k].line > 0 && th_lab_get(s, s->entry[k].name));
        }
    }
    th_lab_ini_free(&ini);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"math.h", "nudge.h", NULL}, *const from[] = {"../include/", NULL};
    const th_span text = {data, size};
    read_ini(text, true);
    read_ini(text, false);
    (void)!th_lab_guard_source(text, "step.c", names, NULL);
    (void)!th_lab_guard_expanded(text, "step.c", from, NULL);
    hold(th_lab_code_lines(text) <= size);
    return 0;
}
