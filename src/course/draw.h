/* course/draw.h -- values that differ from learner to learner, and what the toolkit computes of them: shared by
 * computed items of quizzes (quiz.h) and labs (lab.h).
 *
 *   seed --th_draw_grid, th_draw_word--> th_values --th_values_fill--> "calc line w=1.5" --th_verb_json--> JSON
 *                                                                           \_ th_value_of("/loss * 100") -> a number
 */
#ifndef TH_COURSE_DRAW_H
#define TH_COURSE_DRAW_H

#include "base/why.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TH_DRAWN_BYTES 48

/* One of lo, lo + step, .. up to hi, as text with as many digits as lo and step have ("1.5").  The same seed, place
 * (an id: "rule/nudge/quiz/my-loss") and name give the same value, whatever else is drawn.
 * Errors: TH_EUSAGE (hi below lo, step not above 0, more than a million values). */
TH_NODISCARD th_err th_draw_grid(double lo, double hi, double step, uint64_t seed, const char *place, const char *name,
                                 char text[TH_DRAWN_BYTES], th_why *why);

/* A place among n > 0 ones. */
size_t th_draw_place(size_t n, uint64_t seed, const char *place, const char *name);

/* Names and texts. */
typedef struct th_values {
    struct th_value {
        char *name, *text;
    } * value;
    size_t n;
} th_values;

/* Sets or changes one; both texts are copied. */
TH_NODISCARD th_err th_values_set(th_values *v, const char *name, const char *text, th_why *why);
void th_values_free(th_values *v);

/* A copy of the text with each [[name]] replaced; free() it.  strict: a name that is not known is TH_EFORMAT, else it
 * stays as it stands. */
TH_NODISCARD th_err th_values_fill(const th_values *v, const char *text, bool strict, char **filled, th_why *why);

/* Words of a line as a shell divides them (spaces, '..', "..", backslash), nothing else of a shell.
 * Errors: TH_EFORMAT (a quote that does not end). */
typedef struct th_words {
    char **word; /* [n], and a NULL */
    size_t n;
} th_words;
TH_NODISCARD th_err th_words_split(const char *line, th_words *words, th_why *why);
void th_words_free(th_words *words);

/* True when the words begin with one of these verbs ("data list" is two words); verbs: NULL-terminated. */
bool th_words_are(const th_words *words, const char *const *verbs);

/* Runs `program` (this program's path: os/process.h) with the words of the line and --json, in the folder `cwd` (NULL:
 * ours), and reads the last line that it prints.  verbs: those that are allowed.  An exit code other than 0 with JSON
 * is no error (`data check` finds something). Errors: TH_EUSAGE (another verb), TH_EFORMAT (no JSON: the text is its
 * complaint), TH_ETOOL, TH_EINTR. */
TH_NODISCARD th_err th_verb_json(const char *program, const char *cwd, const char *line, const char *const *verbs,
                                 json_t **json, th_why *why);

/* Verbs without side effects, for th_verb_json: calc, model, inspect. */
extern const char *const th_verbs_pure[];

/* The member at a JSON pointer (RFC 6901), "/losses/3"; NULL: none. */
const json_t *th_json_pointer(const json_t *json, const char *pointer);

/* A value as recipes write it: "/pointer" or a number, then any of "* NUMBER", "+ NUMBER", "- NUMBER" from left to
 * right. Errors: TH_EFORMAT (there is no number: the text names it). */
TH_NODISCARD th_err th_value_of(const json_t *json, const char *text, double *value, th_why *why);

#endif
