/* answers.ini: written with its questions, read, changed. */
#include "course/lab_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_comment(FILE *out, const char *text)
{
    fputs("# ", out);
    for (; *text; text++)
        if (*text == '\n')
            fputs("\n# ", out);
        else
            fputc(*text, out);
}

/* Further lines of a value begin with a space. */
static void put_value(FILE *out, const char *value)
{
    if (value && *value) fputc(' ', out);
    for (; value && *value; value++)
        if (*value == '\n')
            fputs("\n  ", out);
        else if ((unsigned char)*value >= 0x20 || *value == '\t')
            fputc(*value, out);
    fputc('\n', out);
}

/* given: {name: text}, or NULL. */
static void put_question(FILE *out, const json_t *q, const json_t *given)
{
    size_t i;
    json_t *choice;
    const char *unit = json_string_value(json_object_get(q, "unit")),
               *name = json_string_value(json_object_get(q, "name"));
    const json_t *from = json_object_get(q, "from");
    if (strcmp(json_string_value(json_object_get(q, "kind")), "reason") != 0) {
        fputc('\n', out);
        put_comment(out, json_string_value(json_object_get(q, "ask")));
        if (unit) fprintf(out, " (%s)", unit);
        fputc('\n', out);
        if (from)
            fprintf(out, "# from %g to %g in steps of %g\n", json_number_value(from),
                    json_number_value(json_object_get(q, "to")), json_number_value(json_object_get(q, "step")));
    } else {
        fputs("# Why? In your own words.\n", out);
    }
    json_array_foreach(json_object_get(q, "choices"), i, choice)
    {
        fprintf(out, "#   %s: ", json_string_value(json_object_get(choice, "id")));
        fprintf(out, "%s\n", json_string_value(json_object_get(choice, "text")));
    }
    fprintf(out, "%s =", name);
    put_value(out, json_string_value(json_object_get(given, name)));
}

/* Text of an answers.ini with these answers; NULL: nothing is asked. */
static th_err answers_text(const th_lab *lab, const json_t *given, char **text, size_t *n, th_why *why)
{
    json_t *json, *q;
    size_t i;
    *text = NULL;
    TH_TRY(th_lab_json(lab, &json, why));
    const json_t *answers = json_object_get(json, "answers");
    FILE *out = json_array_size(answers) ? open_memstream(text, n) : NULL;
    if (out) {
        fprintf(out, "# Your answers: write them behind the = signs. Then: thimble course grade .\n");
        json_array_foreach(answers, i, q) put_question(out, q, given);
        if (fclose(out)) *text = NULL;
    }
    const bool none = json_array_size(answers) > 0 && !*text;
    json_decref(json);
    return none ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

th_err th_lab_answers_write(const th_lab *lab, const char *dir, const json_t *given, th_why *why)
{
    char path[TH_PATH_BYTES], *text;
    size_t n = 0;
    TH_TRY(th_path_join(path, dir, "answers.ini", why));
    TH_TRY(answers_text(lab, given, &text, &n, why));
    if (!text) return TH_OK;
    const th_err err = th_file_write(path, (th_span){(const uint8_t *)text, n}, why);
    free(text);
    return err;
}

th_err th_lab_answers_read(const char *dir, th_lab_ini *ini, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes = NULL;
    size_t n = 0;
    TH_TRY(th_path_join(path, dir, "answers.ini", why));
    if (th_file_exists(path)) TH_TRY(th_file_read(path, TH_LAB_INI_BYTES, &bytes, &n, why));
    const th_err err = th_lab_ini_read((th_span){bytes, n}, "answers.ini", false, ini, why);
    free(bytes);
    return err;
}

/* {name: text} of all that is asked, as answers.ini has it; what can't be read there is not answered. */
static th_err known(const th_lab *lab, const char *dir, json_t **answers, th_why *why)
{
    json_t *json, *q;
    size_t i;
    th_lab_ini ini = {0};
    TH_TRY(th_lab_json(lab, &json, why));
    *answers = json_object();
    if (th_lab_answers_read(dir, &ini, NULL)) th_lab_ini_free(&ini);
    json_array_foreach(json_object_get(json, "answers"), i, q)
    {
        const char *name = json_string_value(json_object_get(q, "name")), *value = NULL;
        for (size_t k = 0; k < ini.n && !value; k++) value = th_lab_get(&ini.section[k], name);
        json_t *text = json_string(value ? value : "");
        json_object_set_new(*answers, name, text ? text : json_string("")); /* no UTF-8: not answered */
    }
    th_lab_ini_free(&ini);
    json_decref(json);
    return *answers ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

th_err th_lab_answers_get(const th_lab *lab, const char *dir, json_t **answers, th_why *why)
{
    return known(lab, dir, answers, why);
}

/* One answer of a page into the others. */
static th_err change(json_t *all, const char *name, const json_t *value, th_why *why)
{
    char number[64];
    const char *text = json_string_value(value);
    if (!json_object_get(all, name)) return th_why_set(why, TH_EUSAGE, "nothing called \"%.60s\" is asked here", name);
    if (json_is_null(value)) text = "";
    if (json_is_number(value)) {
        snprintf(number, sizeof number, "%.12g", json_number_value(value));
        text = number;
    }
    if (!text) return th_why_set(why, TH_EUSAGE, "%s must be a text or a number", name);
    if (strlen(text) > TH_LAB_ANSWER_BYTES ||
        strlen(text) != (json_is_string(value) ? json_string_length(value) : strlen(text)))
        return th_why_set(why, TH_ERANGE, "%s is longer than %d bytes", name, TH_LAB_ANSWER_BYTES);
    return json_object_set_new(all, name, json_string(text)) ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

th_err th_lab_answers_put(const th_lab *lab, const char *dir, json_t *answers, th_why *why)
{
    const char *name;
    json_t *all, *value;
    TH_TRY(known(lab, dir, &all, why));
    th_err err = json_is_object(answers) ? TH_OK : th_why_set(why, TH_EUSAGE, "answers are an object: {name: text}");
    json_object_foreach(answers, name, value)
    {
        if (!err) err = change(all, name, value, why);
    }
    if (!err) err = th_lab_answers_write(lab, dir, all, why);
    json_decref(all);
    return err;
}
