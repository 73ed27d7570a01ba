/* thimble: the list of verbs, and the way from the command line to one of them. */
#include "cli/cmd.h"
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#ifndef TH_VERSION
#define TH_VERSION "unknown"
#endif

/* In the order of the workflow. */
static const th_cmd *const verbs[] = {
    NULL,
};

static void print_verbs(FILE *to)
{
    fputs("thimble -- from recordings to a microcontroller that hears the word\n\n"
          "  thimble VERB [words] [--options]      thimble VERB --help tells more\n\n",
          to);
    for (const th_cmd *const *v = verbs; *v; v++) fprintf(to, "  %-14s %s\n", (*v)->name, (*v)->summary);
    fputs("\nExit code: 0 done, 1 failed, 2 wrong usage.\n", to);
}

/* The verb at argv[0] (or argv[0..1]: "data import"); *used words of it. */
static const th_cmd *find_verb(int argc, char **argv, int *used)
{
    char two[64];
    snprintf(two, sizeof two, "%s %s", argv[0], argc > 1 ? argv[1] : "");
    for (const th_cmd *const *v = verbs; *v; v++) {
        *used = strchr((*v)->name, ' ') ? 2 : 1;
        if (strcmp((*v)->name, *used == 2 ? two : argv[0]) == 0) return *v;
    }
    return NULL;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_verbs(argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : 0;
    }
    if (strcmp(argv[1], "--version") == 0) return puts("thimble " TH_VERSION) < 0;

    int used = 0;
    const th_cmd *cmd = find_verb(argc - 1, argv + 1, &used);
    if (!cmd) {
        fprintf(stderr, "thimble: there is no verb \"%s\". The verbs are:\n\n", argv[1]);
        print_verbs(stderr);
        return 2;
    }
    if (wants_help(argc - 1 - used, argv + 1 + used)) return th_cmd_help(cmd), 0;

    th_why why = {0};
    th_args args;
    th_err err = th_args_parse(cmd, argc - 1 - used, argv + 1 + used, &args, &why);
    if (!err) err = cmd->run(&args, &why);
    if (!err && (fflush(stdout) || ferror(stdout))) err = th_why_set(&why, TH_EIO, "writing to stdout failed (disk full?)");
    if (err) fprintf(stderr, "thimble %s: %s\n", cmd->name, why.err ? why.text : th_err_text(err));
    return err == TH_EUSAGE ? 2 : err ? 1 : 0;
}
