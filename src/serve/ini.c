#include "serve/ini.h"

#include "base/hash.h"
#include "data/project_edit.h"
#include "serve/desk.h"
#include "serve/jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

th_err th_ini_open(const th_project *p, th_ini *ini, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    *ini = (th_ini){0};
    TH_TRY(th_project_path(p, TH_FILE_INI, path, why));
    TH_TRY(th_file_read(path, TH_INI_BYTES, &bytes, &ini->n, why));
    snprintf(ini->revision, sizeof ini->revision, "%016llx",
             (unsigned long long)th_fnv1a(TH_FNV1A_START, (th_span){bytes, ini->n}));
    ini->text = malloc(ini->n + 1);
    if (ini->text) {
        if (ini->n) memcpy(ini->text, bytes, ini->n);
        ini->text[ini->n] = 0;
    }
    free(bytes);
    return ini->text ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for %s", path);
}

void th_ini_close(th_ini *ini)
{
    free(ini->text);
    *ini = (th_ini){0};
}

typedef struct change {
    const th_project *p;
    const char *revision;
    th_ini_edit *edit;
    void *ctx;
} change;

static th_err change_alone(void *ctx, th_why *why)
{
    const change *c = ctx;
    th_ini ini;
    TH_TRY(th_ini_open(c->p, &ini, why));
    const bool same = strcmp(ini.revision, c->revision) == 0;
    th_ini_close(&ini);
    if (!same)
        return th_why_set(why, TH_EEXIST, "%s was changed by somebody else meanwhile: get it again", TH_FILE_INI);
    return c->edit(c->ctx, c->p, why);
}

th_err th_ini_change(const th_request *r, th_project *p, const json_t *revision, th_ini_edit *edit, void *ctx,
                     th_why *why)
{
    change c = {p, json_string_value(revision), edit, ctx};
    if (!c.revision) return th_why_set(why, TH_EUSAGE, "revision is missing: the text that GET gave");
    TH_TRY(th_desk_alone(r->site->desk, p, change_alone, &c, why));
    if (r->site->jobs) th_jobs_tell(r->site->jobs, r->part[0], "model", json_pack("{s:s}", "changed", "settings"));
    return TH_OK;
}

th_err th_ini_wrong(th_reply *out, const char *text, int32_t line, th_why *why)
{
    json_t *error = json_pack("{s:s, s:o}", "code", th_status_word(400), "text", th_text_json(text));
    if (line > 0) json_object_set_new(error, "line", json_integer(line));
    return th_reply_json(out, 400, json_pack("{s:o}", "error", error), why);
}

int32_t th_ini_complaint(const char *text, const char **rest)
{
    for (const char *at = text; (at = strstr(at, ", line ")); at++) {
        char *end;
        const long n = strtol(at + strlen(", line "), &end, 10);
        if (n < 1 || n > INT32_MAX || strncmp(end, ": ", 2) != 0) continue;
        *rest = end + 2;
        return (int32_t)n;
    }
    *rest = text;
    return 0;
}
