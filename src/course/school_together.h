/* course/school_together.h -- what learners do with each other: the forum, the showcase, peers who read each other's
 * texts.
 *
 * Numbers that are not there are TH_ENOENT; what is another one's to change is TH_EUSAGE.  Texts are Markdown of
 * strangers: told as `text`, and as `html` that is safe to show. */
#ifndef TH_COURSE_SCHOOL_TOGETHER_H
#define TH_COURSE_SCHOOL_TOGETHER_H

#include "course/school.h"

#define TH_POST_BYTES 20000

/* ---- forum (school_forum.c) ----------------------------------------------------------------------------------- */

/* How long she must wait before she writes again, seconds: a person has 30 posts an hour; a teacher any number. */
TH_NODISCARD th_err th_school_post_wait(th_school *school, const th_pupil *who, int *wait_s, th_why *why);

typedef struct th_threads {
    const char *page;     /* a lesson's id, "general", or NULL: all */
    const char *sort;     /* "new", "votes", "open" (no answer is accepted yet); NULL: new */
    const char *contains; /* in title or posts; NULL: any */
    int64_t offset;
} th_threads;
/* {threads: [{id, page, title, author, at, last, posts, votes, accepted}], more}, twenty at a time. */
TH_NODISCARD th_err th_school_threads(th_school *school, const th_pupil *who, const th_threads *which, json_t **found,
                                      th_why *why);
/* {id, page, title, author, at, last, mine, accepted: post or null, posts: [{id, author, mine, html, text, at, edited,
 * votes, voted, accepted, removed: null or "author" or "teacher"}]}; of a removed post only its author and teachers
 * read the text. */
TH_NODISCARD th_err th_school_thread(th_school *school, const th_pupil *who, int64_t thread, json_t **found,
                                     th_why *why);
TH_NODISCARD th_err th_school_thread_add(th_school *school, const th_pupil *who, const char *page, const char *title,
                                         const char *text, int64_t *thread, th_why *why);
TH_NODISCARD th_err th_school_post_add(th_school *school, const th_pupil *who, int64_t thread, const char *text,
                                       int64_t *post, th_why *why);
/* Its author's; the text before is kept. */
TH_NODISCARD th_err th_school_post_change(th_school *school, const th_pupil *who, int64_t post, const char *text,
                                          th_why *why);
/* Its author's, or a teacher's; removed false: is there again, for who removed it, or a teacher. */
TH_NODISCARD th_err th_school_post_remove(th_school *school, const th_pupil *who, int64_t post, bool removed,
                                          th_why *why);
TH_NODISCARD th_err th_school_vote(th_school *school, const th_pupil *who, int64_t post, bool on, th_why *why);
/* By who asked, or a teacher: this post is the answer (or none is). */
TH_NODISCARD th_err th_school_accept(th_school *school, const th_pupil *who, int64_t post, bool on, th_why *why);
TH_NODISCARD th_err th_school_report(th_school *school, const th_pupil *who, int64_t post, const char *reason,
                                     th_why *why);
/* [{id, post, thread, title, author, text, html, reason, by, at, handled}], open ones first. */
TH_NODISCARD th_err th_school_reports(th_school *school, const th_pupil *who, json_t **list, th_why *why);
TH_NODISCARD th_err th_school_report_handled(th_school *school, const th_pupil *who, int64_t report, bool handled,
                                             th_why *why);

/* ---- showcase (school_show.c) --------------------------------------------------------------------------------- */

/* [{id, author, mine, title, text, html, project, made, at, removed, reviews: n, mastery, creativity, benefit: means
 * or null}], the newest first. */
TH_NODISCARD th_err th_school_showcase(th_school *school, const th_pupil *who, json_t **list, th_why *why);
/* One, with told: [{author, mine, mastery, creativity, benefit, text, html, at}]. */
TH_NODISCARD th_err th_school_show(th_school *school, const th_pupil *who, int64_t number, json_t **one, th_why *why);
/* body: {title, text, project, made: [..]}.  number 0: a new one. */
TH_NODISCARD th_err th_school_show_put(th_school *school, const th_pupil *who, int64_t *number, const json_t *body,
                                       th_why *why);
TH_NODISCARD th_err th_school_show_remove(th_school *school, const th_pupil *who, int64_t number, bool removed,
                                          th_why *why);
/* body: {mastery, creativity, benefit: 1..4, text}; a second one of the same person takes the first one's place. */
TH_NODISCARD th_err th_school_review(th_school *school, const th_pupil *who, int64_t number, const json_t *body,
                                     th_why *why);

/* ---- peers (school_peer.c)
 * ------------------------------------------------------------------------------------------- */

#define TH_PEER_TEXTS 3 /* that each reads of a lab */

/* {review: [{id, lab, title, text, html, rubric: [{name, text}], scores, said, done}], received: [{lab, title, n,
 * scores: {name: mean}, texts: [..]}]}.  Who handed a text in reads three of others of her classes, those that were
 * given out least; no names are told. */
TH_NODISCARD th_err th_school_peer(th_school *school, const th_pupil *who, json_t **peer, th_why *why);
/* body: {scores: {name: 1..4, of each of the rubric}, text}. */
TH_NODISCARD th_err th_school_peer_say(th_school *school, const th_pupil *who, int64_t number, const json_t *body,
                                       th_why *why);

#endif
