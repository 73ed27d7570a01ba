#include "serve/pupil.h"

#include "serve/guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

th_err th_request_pupil(const th_request *r, th_pupil *who, th_why *why)
{
    if (strchr(r->user, ':')) /* "program:NAME" */
        return th_why_set(why, TH_EUSAGE, "the course is for people: a program's token can't learn");
    if (!r->site->school) return th_why_set(why, TH_ENOENT, "this studio has no course");
    return th_school_enter(r->site->school, r->site->lan ? r->user : "", r->role == TH_ROLE_TEACHER,
                           th_guard_now_ms(r->site->guard), who, why);
}

bool th_is_own_lesson(const char *id)
{
    return !strncmp(id, "own/", 4) && id[4] && strlen(id) < 24 && strspn(id + 4, "0123456789") == strlen(id + 4);
}

th_err th_request_page(const th_request *r, const char *id, bool general, th_why *why)
{
    const th_shelf *shelf;
    if (general && !strcmp(id, "general")) return TH_OK;
    if (th_is_own_lesson(id)) return TH_OK;
    TH_TRY(th_library_borrow(r->site->library, &shelf, why));
    const bool found = th_shelf_find(shelf, id) != NULL;
    th_library_return(r->site->library, shelf);
    return found ? TH_OK : th_why_set(why, TH_ENOENT, "there is no \"%.150s\" in the courses", id);
}

th_err th_request_number(const th_request *r, int part, int64_t *number, th_why *why)
{
    char *end;
    errno = 0;
    *number = strtoll(r->part[part], &end, 10);
    if (!errno && !*end && *number > 0) return TH_OK;
    return th_why_set(why, TH_ENOENT, "there is no \"%.60s\": a number is expected there", r->part[part]);
}

th_err th_pupil_reply(const th_request *r, th_reply *out, th_pupil_find *find, th_why *why)
{
    th_pupil who;
    json_t *found;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(find(r->site->school, &who, &found, why));
    return th_reply_json(out, 200, found, why);
}

th_err th_reply_nothing(th_reply *out, th_err err)
{
    if (!err) out->status = 204;
    return err;
}
