/* tasks TASK DATA OUT: files of ../shared/data -> train, val, test (.bin with .labels) in OUT, for tools/accuracy.sh.
 * tasks score INPUTS LABELS OUTPUTS ..: how good outputs of networks are (score.h). */
#include "score.h"
#include "set.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    static th_why why;
    const char *task = argc > 1 ? argv[1] : "";
    th_err err = TH_EUSAGE;
    if (strcmp(task, "classes") == 0 && argc == 4)
        err = score_classes(argv[2], argv[3], &why);
    else if (strcmp(task, "errors") == 0 && argc > 4 && (argc - 2) % 3 == 0)
        err = score_errors((const char *const *)argv + 2, argc - 2, &why);
    else if (argc != 4)
        th_why_set(&why, err,
                   "tasks har-sp|har-sw|fan|skab|wand|adult DATA OUT, tasks classes LABELS OUTPUTS, tasks "
                   "errors LEARNT INPUTS LABELS ..");
    else if (strncmp(task, "har-", 4) == 0)
        err = make_har(argv[2], argv[3], task + 4, &why);
    else if (strcmp(task, "fan") == 0)
        err = make_fan(argv[2], argv[3], &why);
    else if (strcmp(task, "skab") == 0)
        err = make_skab(argv[2], argv[3], &why);
    else if (strcmp(task, "wand") == 0)
        err = make_wand(argv[2], argv[3], &why);
    else if (strcmp(task, "adult") == 0)
        err = make_adult(argv[2], argv[3], &why);
    if (err) fprintf(stderr, "tasks: %s\n", why.text);
    return err != TH_OK;
}
