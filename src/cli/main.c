/* thimble: the list of verbs, and the way from the command line to one of them. */
#include "cli/cmd.h"
#include "cli/help.h"
#include "os/run.h"

#include <stdio.h>
#include <string.h>

#ifndef TH_VERSION
#define TH_VERSION "unknown"
#endif

/* In the order of the workflow. */
const th_cmd *const th_verbs[] = {
    &th_cmd_new,
    &th_cmd_data_import,
    &th_cmd_data_record,
    &th_cmd_data_synth,
    &th_cmd_data_list,
    &th_cmd_data_check,
    &th_cmd_data_map,
    &th_cmd_data_split,
    &th_cmd_data_stream,
    &th_cmd_data_pairs,
    &th_cmd_data_set,
    &th_cmd_data_remove,
    &th_cmd_data_commit,
    &th_cmd_data_log,
    &th_cmd_data_diff,
    &th_cmd_data_checkout,
    &th_cmd_data_export,
    &th_cmd_data_clean,
    &th_cmd_model,
    &th_cmd_train,
    /* those with two words before "runs", which is the beginning of them */
    &th_cmd_runs_show,
    &th_cmd_runs_compare,
    &th_cmd_runs_name,
    &th_cmd_runs_delete,
    &th_cmd_runs,
    &th_cmd_quantize,
    &th_cmd_test,
    &th_cmd_inspect,
    &th_cmd_run,
    &th_cmd_edit,
    &th_cmd_deploy,
    &th_cmd_emulate,
    &th_cmd_bench,
    &th_cmd_compare,
    &th_cmd_report,
    &th_cmd_serve,
    /* the course: who learns, who asks, who writes */
    &th_cmd_course_list,
    &th_cmd_course_read,
    &th_cmd_course_start,
    &th_cmd_course_grade,
    &th_cmd_course_record,
    &th_cmd_course_verify,
    &th_cmd_course_answers,
    &th_cmd_course_try,
    &th_cmd_course_check,
    &th_cmd_course_translate,
    &th_cmd_course_export,
    &th_cmd_course_import,
    &th_cmd_calc,
    NULL,
};

static void print_verbs(FILE *to)
{
    fputs("thimble -- from recordings to a microcontroller that hears the word\n\n"
          "  thimble VERB [words] [--options]      thimble VERB --help tells more\n\n",
          to);
    for (const th_cmd *const *v = th_verbs; *v; v++) fprintf(to, "  %-17s %s\n", (*v)->name, (*v)->summary);
    fputs("\nExit code: 0 done, 1 failed, 2 wrong usage.\n", to);
}

/* The verb at argv[0] (or argv[0..1]: "data import"); *used words of it. */
static const th_cmd *find_verb(int argc, char **argv, int *used)
{
    char two[64];
    snprintf(two, sizeof two, "%s %s", argv[0], argc > 1 ? argv[1] : "");
    for (const th_cmd *const *v = th_verbs; *v; v++) {
        *used = strchr((*v)->name, ' ') ? 2 : 1;
        if (strcmp((*v)->name, *used == 2 ? two : argv[0]) == 0) return *v;
    }
    return NULL;
}

/* Nothing in the table matches: say what there is, all of it or what begins with the same word.
 * `help` was asked for: then a first half ("data") is an answer, and no mistake. */
static int no_verb(const char *word, bool help)
{
    const size_t len = strlen(word);
    bool half = false;
    for (const th_cmd *const *v = th_verbs; *v; v++)
        half = half || (len && strncmp((*v)->name, word, len) == 0 && (*v)->name[len] == ' ');
    const bool fine = half && help;
    FILE *to = fine ? stdout : stderr;
    if (fine)
        fprintf(to, "thimble %s VERB\n\n", word);
    else
        fprintf(to,
                half ? "thimble: \"%s\" needs one more word:\n\n"
                     : "thimble: there is no verb \"%s\". The verbs are:\n\n",
                word);
    for (const th_cmd *const *v = th_verbs; *v; v++)
        if (!half || strncmp((*v)->name, word, len) == 0) fprintf(to, "  %-17s %s\n", (*v)->name, (*v)->summary);
    return fine ? 0 : 2;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

/* What was printed has arrived, or `why` says so. */
static th_err flush_stdout(th_why *why)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return TH_OK;
    return th_why_set(why, TH_EIO, "writing to standard output failed (disk full?)");
}

/* Names out of foreign files may hold anything; a terminal must not obey them. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t') || *text == 0x7f) *text = '?';
}

/* The exit code, after the last words of a verb (or of "thimble" itself). */
static int leave(const char *name, th_err err, th_why *why)
{
    if (!err) err = flush_stdout(why);
    make_printable(why->text);
    if (err) fprintf(stderr, "thimble%s%s: %s\n", *name ? " " : "", name, why->err ? why->text : th_err_text(err));
    return err == TH_EUSAGE ? 2 : err ? 1 : 0;
}

int main(int argc, char **argv)
{
    th_why why = {0};
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_verbs(argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : leave("", TH_OK, &why);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("thimble " TH_VERSION);
        return leave("", TH_OK, &why);
    }

    int used = 0;
    const th_cmd *cmd = find_verb(argc - 1, argv + 1, &used);
    if (!cmd) {
        const int code = no_verb(argv[1], wants_help(argc - 2, argv + 2));
        return code ? code : leave(argv[1], TH_OK, &why);
    }
    if (wants_help(argc - 1 - used, argv + 1 + used)) {
        th_cmd_help(cmd);
        return leave(cmd->name, TH_OK, &why);
    }
    th_args args;
    th_file_limit_is_error();
    th_err err = th_args_parse(cmd, argc - 1 - used, argv + 1 + used, &args, &why);
    if (!err) err = cmd->run(&args, &why);
    return leave(cmd->name, err, &why);
}
