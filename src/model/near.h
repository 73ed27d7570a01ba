/* model/near.h -- the word that somebody meant. */
#ifndef TH_MODEL_NEAR_H
#define TH_MODEL_NEAR_H

#include <stddef.h>
#include <stdint.h>

/* Fewest letters to change, leave out, put in or swap with the next one that make b of a (Damerau and Levenshtein,
 * without changing a letter twice); upper and lower case of A to Z count as the same.  Words longer than 31 bytes are
 * compared by their first 31. */
int32_t th_word_distance(const char *a, const char *b);

/* `best` with its distance, unless `candidate` is nearer to `word` and near enough to be meant: at most one letter in
 * three differs.  Start with *best NULL. */
void th_word_nearer(const char *word, const char *candidate, const char **best, int32_t *distance);

#endif
