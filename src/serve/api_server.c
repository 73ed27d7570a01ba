/* GET /api/v1: what this server is and what is installed beside it; and the API's own description. */
#include "deploy/board.h"
#include "deploy/embed.h"
#include "deploy/wasm.h"
#include "os/process.h"
#include "serve/pages.h"
#include "serve/routes.h"

static th_err server(const th_request *r, th_reply *out, th_why *why)
{
    const th_board *board;
    TH_TRY(th_board_find(NULL, &board, why));
    const bool firmware = th_program_exists(board->core->compiler), emulator = th_program_exists(board->emulator);
    return th_reply_json(out, 200,
                         json_pack("{s:s, s:s, s:b, s:s, s:b, s:{s:b, s:b, s:b, s:b}}", "name", "Thimble", "version",
                                   r->site->version, "lan", r->site->lan, "only", r->site->only, "studio",
                                   th_web_files[0].path != NULL, "tools", "firmware", firmware, "emulator",
                                   firmware && emulator, "wasm", !th_wasm_tools(NULL), "voices",
                                   th_program_exists("espeak-ng")),
                         why);
}

static th_err description(const th_request *r, th_reply *out, th_why *why)
{
    (void)r;
    const th_embed_file *f = th_embed_find("serve/openapi.json");
    if (!f) return th_why_set(why, TH_ENOENT, "this program was built without its openapi.json");
    out->type = "application/json";
    out->fixed = f->bytes;
    out->n = f->size;
    return TH_OK;
}

const th_route th_routes_server[] = {
    {"GET", "/api/v1", TH_ROLE_NOBODY, 0, .handle = server},
    {"GET", "/api/v1/openapi.json", TH_ROLE_NOBODY, 0, .handle = description},
    {0},
};
