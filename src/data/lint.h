/* data/lint.h -- what is wrong with the recordings, and what to do about it, before training shows it. */
#ifndef TH_DATA_LINT_H
#define TH_DATA_LINT_H

#include "data/import.h"

/* One list: name, is it an error (training makes no sense), what it is, what to do. */
#define TH_LINT_LIST(X)                                                                                                \
    X(TH_LINT_EMPTY, "empty", true, "there are no clips", "Run thimble data import FOLDER, or thimble data synth.")    \
    X(TH_LINT_MISSING, "missing", true, "clips whose file is missing",                                                 \
      "Run the same thimble data import again: it puts them back.")                                                    \
    X(TH_LINT_DAMAGED, "damaged", true, "clips that cannot be read",                                                   \
      "Run the same thimble data import again: it puts them back.")                                                    \
    X(TH_LINT_CHANGED, "changed", false, "files that are not what was imported any more",                              \
      "Run the same thimble data import again: it puts them back. To change a sound, import the new one.")             \
    X(TH_LINT_NO_CLIPS, "no-clips", true, "labels without a training clip",                                            \
      "Record some and import them, or take the label out of thimble.ini.")                                            \
    X(TH_LINT_FEW, "few", false, "labels with fewer than 20 training clips",                                           \
      "Record more, from several people: 50 a word is a start, 200 is good.")                                          \
    X(TH_LINT_NOT_TESTED, "not-tested", false, "labels without a clip in val or test",                                 \
      "Record more of them, five at least, and run thimble data split.")                                               \
    X(TH_LINT_BALANCE, "balance", false, "labels with less than a third of the clips of the most frequent one",        \
      "Record more of these, or import with --per-label.")                                                             \
    X(TH_LINT_NO_UNKNOWN, "no-unknown", false, "there are no unknown words, so any word will sound like a label",      \
      "Import recordings of other words; their folders may have any name.")                                            \
    X(TH_LINT_NO_SILENCE, "no-silence", false, "there is no silence (background noise)",                               \
      "Record a minute of the room without speech into a folder named _background_noise_ and import it.")              \
    X(TH_LINT_CASE, "case", false, "words that differ only in upper and lower case",                                   \
      "Give the folders one spelling and import again.")                                                               \
    X(TH_LINT_LEAK, "leak", false,                                                                                     \
      "speakers that are in training and also in val or test, so the test looks too good",                             \
      "Run thimble data split: with five speakers or more it divides by speaker.")                                     \
    X(TH_LINT_FEW_SPEAKERS, "few-speakers", false,                                                                     \
      "speakers in training and also in val or test, for want of others, so the test looks too good",                  \
      "Record more people: with five or more, thimble data split divides by speaker.")                                 \
    X(TH_LINT_DUPLICATE, "duplicate", false, "clips with the same content as another one",                             \
      "Take them out: thimble data remove, with what names them.")                                                     \
    X(TH_LINT_RATE, "rate", false, "clips at another rate than the project's",                                         \
      "They are converted each time; import them again to convert them once.")                                         \
    X(TH_LINT_CLIPPED, "clipped", false, "clips that are overdriven (many samples at full scale)",                     \
      "Record with less gain or further from the microphone.")                                                         \
    X(TH_LINT_QUIET, "quiet", false, "words that are almost silent (below -50 dBFS)",                                  \
      "Listen to them, and take empty ones out: thimble data remove.")                                                 \
    X(TH_LINT_OFFSET, "offset", false, "clips that do not swing around zero (a fault of the microphone's amplifier)",  \
      "Try another input; the features suffer little from it.")                                                        \
    X(TH_LINT_SHORT, "short", false, "words shorter than 0.1 s",                                                       \
      "Listen to them, and take broken ones out: thimble data remove.")

typedef enum th_lint_kind {
#define X(id, name, is_error, what, todo) id,
    TH_LINT_LIST(X)
#undef X
        TH_N_LINTS
} th_lint_kind;

#define TH_LINT_EXAMPLES 5

typedef struct th_finding {
    size_t count; /* 0: nothing of this kind */
    char example[TH_LINT_EXAMPLES][160];
} th_finding;

typedef struct th_lint_report {
    th_finding finding[TH_N_LINTS];
    size_t n_errors, n_warnings; /* kinds that were found */
} th_lint_report;

const char *th_lint_name(th_lint_kind kind);
const char *th_lint_what(th_lint_kind kind);
const char *th_lint_todo(th_lint_kind kind);
bool th_lint_is_error(th_lint_kind kind);

/* Reads every clip. Errors: TH_ENOMEM, TH_EINTR; findings are no errors here. */
TH_NODISCARD th_err th_lint(const th_project *p, const th_dataset *set, th_import_progress *progress, void *ctx,
                            th_lint_report *report, th_why *why);

#endif
