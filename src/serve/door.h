/* serve/door.h -- the codes that let somebody in for the first time.
 *
 *   pairing   6 digits for the class, 15 minutes, made when a teacher looks at them; a new one after 100 wrong tries,
 *             whoever made them: guessing one of a million that way succeeds once in 10000 classes
 *   once      12 letters for the teacher, in the terminal of each start; used up by the first who has them
 *
 * Compared in constant time.  From any thread; kept in memory only. */
#ifndef TH_SERVE_DOOR_H
#define TH_SERVE_DOOR_H

#include "base/why.h"

#include <stdbool.h>
#include <stdint.h>

#define TH_PAIRING_BYTES 7
#define TH_ONCE_BYTES    15 /* "ABCD-EFGH-JKMN" */
#define TH_PAIRING_MS    (15 * 60 * 1000)
#define TH_PAIRING_TRIES 100

typedef struct th_door th_door;

TH_NODISCARD th_err th_door_new(th_door **d, th_why *why);
void th_door_free(th_door *d);

/* The class's code, made when there is none (or `renew`); *left_ms: how long it still lets in. */
void th_door_pairing(th_door *d, bool renew, int64_t now_ms, char code[TH_PAIRING_BYTES], int64_t *left_ms);
/* The teacher's, "" when it was used. */
void th_door_once(th_door *d, char code[TH_ONCE_BYTES]);

typedef enum th_door_kind { TH_DOOR_SHUT, TH_DOOR_PAIRING, TH_DOOR_ONCE } th_door_kind;

/* What the code opens; spaces and '-' in it and the case of letters do not matter. */
th_door_kind th_door_try(th_door *d, const char *code, int64_t now_ms);
/* The teacher is in: the letters open no more.  False when somebody else was faster. */
bool th_door_use_once(th_door *d);
/* But did not come in (the name was wrong): they open again. */
void th_door_again(th_door *d, const char *code);

#endif
