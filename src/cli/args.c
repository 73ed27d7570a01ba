/* Words and options of one verb, parsed by its table; and its help, printed from the same table. */
#include "cli/cmd.h"

#include "cli/help.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int find(const th_cmd *cmd, const char *name, size_t len)
{
    for (int i = 0; cmd->opts && cmd->opts[i].name; i++)
        if (strlen(cmd->opts[i].name) == len && memcmp(cmd->opts[i].name, name, len) == 0) return i;
    return -1;
}

/* A name of one letter is written with one dash: -m TEXT. */
static const char *dashes(const char *name)
{
    return name[1] ? "--" : "-";
}

static th_err parse_option(th_args *a, int argc, char **argv, int *i, th_why *why)
{
    const char *name = argv[*i] + (argv[*i][1] == '-' ? 2 : 1), *equals = strchr(name, '=');
    const size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const int row = find(a->cmd, name, len);
    if (row < 0)
        return th_why_set(why, TH_EUSAGE, "there is no option --%.*s. See: thimble %s --help", (int)len, name,
                          a->cmd->name);
    const th_opt *o = &a->cmd->opts[row];
    if (!o->arg) {
        if (equals) return th_why_set(why, TH_EUSAGE, "--%s is a switch and takes no value", o->name);
        a->value[row] = "";
    } else if (equals) {
        a->value[row] = equals + 1;
    } else if (*i + 1 < argc) {
        a->value[row] = argv[++*i];
    } else {
        return th_why_set(why, TH_EUSAGE, "%s%s needs a value: %s%s %s", dashes(o->name), o->name, dashes(o->name),
                          o->name, o->arg);
    }
    if (a->n_given == TH_MAX_GIVEN)
        return th_why_set(why, TH_EUSAGE, "more than %d options in one command", TH_MAX_GIVEN);
    a->given[a->n_given++] = (th_given){row, a->value[row]};
    return TH_OK;
}

th_err th_args_parse(const th_cmd *cmd, int argc, char **argv, th_args *a, th_why *why)
{
    *a = (th_args){.cmd = cmd};
    bool words_only = false;
    for (int i = 0; i < argc; i++) {
        if (!words_only && strcmp(argv[i], "--") == 0) {
            words_only = true;
        } else if (!words_only && strncmp(argv[i], "--", 2) == 0) {
            TH_TRY(parse_option(a, argc, argv, &i, why));
        } else if (!words_only && argv[i][0] == '-' && argv[i][1] && !argv[i][2] && find(cmd, argv[i] + 1, 1) >= 0) {
            TH_TRY(parse_option(a, argc, argv, &i, why));
        } else if (!words_only && argv[i][0] == '-' && argv[i][1]) {
            return th_why_set(why, TH_EUSAGE, "\"%s\": options start with two dashes; a file of that name is ./%s",
                              argv[i], argv[i]);
        } else if (a->n_words == cmd->max_words) {
            return th_why_set(why, TH_EUSAGE, "\"%s\" is one word too many. Usage: thimble %s %s%s%s", argv[i],
                              cmd->name, cmd->words, *cmd->words ? " " : "",
                              find(cmd, "project", 7) >= 0 ? "[--project DIR]" : "[--options]");
        } else {
            a->word[a->n_words++] = argv[i];
        }
    }
    if (a->n_words < cmd->min_words)
        return th_why_set(why, TH_EUSAGE, "more words are needed. Usage: thimble %s %s", cmd->name, cmd->words);
    return TH_OK;
}

void th_cmd_help(const th_cmd *cmd)
{
    printf("thimble %s %s\n\n%s\n", cmd->name, cmd->words, cmd->summary);
    if (cmd->opts && cmd->opts[0].name) puts("\nOptions:");
    for (const th_opt *o = cmd->opts; o && o->name; o++) {
        char left[48];
        snprintf(left, sizeof left, "%s%s%s%s", dashes(o->name), o->name, o->arg ? " " : "", o->arg ? o->arg : "");
        printf("  %-22s %s%s%s%s\n", left, o->help, o->def ? " (default " : "", o->def ? o->def : "",
               o->def ? ")" : "");
    }
    if (cmd->detail) printf("\n%s\n", cmd->detail);
}

const char *th_arg(const th_args *a, const char *name)
{
    const int row = find(a->cmd, name, strlen(name));
    return row < 0 ? NULL : a->value[row];
}

bool th_arg_on(const th_args *a, const char *name)
{
    return th_arg(a, name) != NULL;
}

th_err th_arg_int(const th_args *a, const char *name, int64_t lo, int64_t hi, int64_t def, int64_t *out, th_why *why)
{
    const char *text = th_arg(a, name);
    *out = def;
    if (!text) return TH_OK;
    char *end;
    errno = 0;
    const long long v = strtoll(text, &end, 10);
    if (errno || end == text || *end || v < lo || v > hi)
        return th_why_set(why, TH_EUSAGE, "--%s takes a whole number from %lld to %lld, not \"%s\"", name,
                          (long long)lo, (long long)hi, text);
    *out = v;
    return TH_OK;
}

th_err th_arg_float(const th_args *a, const char *name, double lo, double hi, double def, double *out, th_why *why)
{
    const char *text = th_arg(a, name);
    *out = def;
    if (!text) return TH_OK;
    char *end, range[64];
    const double v = strtod(text, &end);
    if (end == text || *end || !(v >= lo && v <= hi)) {
        snprintf(range, sizeof range, "%g to %g", lo, hi);
        return th_why_set(why, TH_EUSAGE, "--%s takes a number from %s, not \"%s\"", name, range, text);
    }
    *out = v;
    return TH_OK;
}

const char *th_word(const th_args *a, int i, const char *def)
{
    return i < a->n_words ? a->word[i] : def;
}

th_err th_list_split(const char *text, char ***items, int *n, th_why *why)
{
    int cap = 1;
    for (const char *c = text; *c; c++) cap += *c == ',';
    *n = 0;
    *items = calloc((size_t)cap, sizeof **items);
    if (!*items) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (const char *c = text;; c++) {
        while (*c == ' ') c++;
        size_t len = strcspn(c, ",");
        const char *next = c + len;
        while (len && c[len - 1] == ' ') len--;
        if (len && !((*items)[(*n)++] = strndup(c, len))) {
            th_list_free(*items, *n);
            return th_why_set(why, TH_ENOMEM, "out of memory");
        }
        if (!*next) return TH_OK;
        c = next;
    }
}

void th_list_free(char **items, int n)
{
    for (int i = 0; items && i < n; i++) free(items[i]);
    free(items);
}
