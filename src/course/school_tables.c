/* The tables of the school.  Times are milliseconds since 1970, days such since 1970 at Greenwich. */
#include "course/school_tables.h"

/* Step i brings a store from version i to i + 1.  Never change one that was released: add another. */
static const char *const steps[] = {
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE learners ($ID,"
    " name TEXT NOT NULL UNIQUE," /* of the account; '' who has the computer to herself */
    " joined_ms BIGINT NOT NULL,"
    " language TEXT NOT NULL DEFAULT '',"
    " age TEXT, education TEXT, gender TEXT," /* volunteered */
    " share BIGINT NOT NULL DEFAULT 0,"       /* may they be counted, in groups? */
    " place TEXT NOT NULL DEFAULT '', block TEXT NOT NULL DEFAULT '');"
    "CREATE TABLE days (learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE, day BIGINT NOT NULL,"
    " PRIMARY KEY (learner, day));"
    "CREATE TABLE progress ("
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " page TEXT NOT NULL,"
    " done BIGINT NOT NULL, seconds BIGINT NOT NULL,"
    " first_ms BIGINT NOT NULL, last_ms BIGINT NOT NULL, done_ms BIGINT,"
    " PRIMARY KEY (learner, page));"
    "CREATE TABLE bookmarks ("
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " page TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (learner, page));"
    "CREATE TABLE notes ($ID,"
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " page TEXT NOT NULL, block TEXT NOT NULL, text TEXT NOT NULL, at_ms BIGINT NOT NULL);"
    "CREATE INDEX notes_learner ON notes (learner, page);"
    "CREATE TABLE journals ("
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " page TEXT NOT NULL, text TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (learner, page));"
    /* every answer there ever was; never changed */
    "CREATE TABLE answers ($ID,"
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " quiz TEXT NOT NULL, item TEXT NOT NULL,"
    " review BIGINT NOT NULL, attempt BIGINT NOT NULL,"
    " given TEXT NOT NULL, points DOUBLE PRECISION NOT NULL, is_right BIGINT NOT NULL, at_ms BIGINT NOT NULL,"
    " UNIQUE (learner, quiz, item, review, attempt));"
    /* what they come to: one row for each question of each learner */
    "CREATE TABLE items ("
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " quiz TEXT NOT NULL, item TEXT NOT NULL,"
    " attempts BIGINT NOT NULL DEFAULT 0, reviews BIGINT NOT NULL DEFAULT 0,"
    " points DOUBLE PRECISION NOT NULL DEFAULT 0, is_right BIGINT NOT NULL DEFAULT 0," /* of the best attempt */
    " best_ms BIGINT NOT NULL DEFAULT 0,"
    " given TEXT NOT NULL DEFAULT '', last_ms BIGINT NOT NULL DEFAULT 0," /* of the last one */
    " hint BIGINT NOT NULL DEFAULT 0,"
    " box BIGINT NOT NULL DEFAULT 0, due_ms BIGINT," /* of a missed one: when it comes back */
    " PRIMARY KEY (learner, quiz, item));"
    "CREATE TABLE lab_results ($ID,"
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " lab TEXT NOT NULL, level TEXT NOT NULL,"
    " score DOUBLE PRECISION NOT NULL, total DOUBLE PRECISION NOT NULL, result TEXT NOT NULL, at_ms BIGINT NOT NULL);"
    "CREATE INDEX lab_results_learner ON lab_results (learner, lab);"
    "CREATE TABLE labs (" /* the best of them */
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " lab TEXT NOT NULL, score DOUBLE PRECISION NOT NULL, total DOUBLE PRECISION NOT NULL,"
    " first_ms BIGINT NOT NULL, best_ms BIGINT NOT NULL, passed_ms BIGINT,"
    " PRIMARY KEY (learner, lab));"
    "CREATE TABLE certificates ("
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " course TEXT NOT NULL, level TEXT NOT NULL, jwt TEXT NOT NULL, svg TEXT NOT NULL, at_ms BIGINT NOT NULL,"
    " PRIMARY KEY (learner, course));",

    "CREATE TABLE classes ($ID,"
    " name TEXT NOT NULL, code TEXT NOT NULL UNIQUE,"
    " courses TEXT NOT NULL, policy TEXT NOT NULL," /* JSON */
    " made_ms BIGINT NOT NULL);"
    "CREATE TABLE members ("
    " class BIGINT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,"
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " joined_ms BIGINT NOT NULL, PRIMARY KEY (class, learner));"
    "CREATE INDEX members_learner ON members (learner);"
    "CREATE TABLE deadlines ("
    " class BIGINT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,"
    " page TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (class, page));"
    "CREATE TABLE announcements ($ID,"
    " class BIGINT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,"
    " author BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " text TEXT NOT NULL, at_ms BIGINT NOT NULL);"
    "CREATE INDEX announcements_class ON announcements (class);"
    "CREATE TABLE own_lessons ($ID,"
    " class BIGINT NOT NULL REFERENCES classes (id) ON DELETE CASCADE,"
    " chapter TEXT NOT NULL, title TEXT NOT NULL, markdown TEXT NOT NULL, at_ms BIGINT NOT NULL);"
    "CREATE INDEX own_lessons_class ON own_lessons (class);",

    "CREATE TABLE threads ($ID,"
    " page TEXT NOT NULL," /* a lesson's id, or 'general' */
    " author BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " title TEXT NOT NULL, made_ms BIGINT NOT NULL, last_ms BIGINT NOT NULL,"
    " first BIGINT NOT NULL DEFAULT 0, accepted BIGINT NOT NULL DEFAULT 0);" /* posts; accepted 0: open */
    "CREATE INDEX threads_page ON threads (page, last_ms);"
    "CREATE TABLE posts ($ID,"
    " thread BIGINT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,"
    " author BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " text TEXT NOT NULL, at_ms BIGINT NOT NULL, edited_ms BIGINT,"
    " votes BIGINT NOT NULL DEFAULT 0,"
    " removed TEXT NOT NULL DEFAULT '');" /* by whom: '', author, teacher */
    "CREATE INDEX posts_thread ON posts (thread);"
    "CREATE INDEX posts_author ON posts (author, at_ms);"
    "CREATE TABLE edits ($ID," /* what a post said before */
    " post BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE, text TEXT NOT NULL, at_ms BIGINT NOT NULL);"
    "CREATE INDEX edits_post ON edits (post);"
    "CREATE TABLE votes ("
    " post BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,"
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE, PRIMARY KEY (post, learner));"
    "CREATE TABLE reports ($ID,"
    " post BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,"
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " reason TEXT NOT NULL, at_ms BIGINT NOT NULL, handled_ms BIGINT, UNIQUE (post, learner));"
    "CREATE TABLE projects ($ID," /* of the showcase */
    " author BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " title TEXT NOT NULL, text TEXT NOT NULL, project TEXT NOT NULL, made TEXT NOT NULL,"
    " at_ms BIGINT NOT NULL, removed BIGINT NOT NULL DEFAULT 0);"
    "CREATE TABLE reviews ("
    " project BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,"
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " mastery BIGINT NOT NULL, creativity BIGINT NOT NULL, benefit BIGINT NOT NULL, text TEXT NOT NULL,"
    " at_ms BIGINT NOT NULL, PRIMARY KEY (project, learner));"
    "CREATE TABLE written ($ID," /* of labs, for peers: the last version */
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " lab TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, rubric TEXT NOT NULL,"
    " at_ms BIGINT NOT NULL, UNIQUE (learner, lab, name));"
    "CREATE INDEX written_lab ON written (lab, name);"
    "CREATE TABLE peers ($ID," /* who reads what */
    " written BIGINT NOT NULL REFERENCES written (id) ON DELETE CASCADE,"
    " learner BIGINT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,"
    " scores TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '',"
    " given_ms BIGINT NOT NULL, done_ms BIGINT, UNIQUE (written, learner));"
    "CREATE INDEX peers_learner ON peers (learner);",
};

const th_sql_schema th_school_tables = {steps, sizeof steps / sizeof steps[0]};
