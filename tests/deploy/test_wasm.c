/* WebAssembly: both modules run in node.js by the ES module that is written beside them, with sound, rows and frames,
 * and say what the host says; the network gives the host's bytes. */
#include "kinds.h"

#include "deploy/wasm.h"

/* Feeds the file "feed" as the page would, with both modules: the same lines. */
static const char player[] =
    "import {load, info, sameAsWritten} from './web.mjs';\nimport {readFileSync, writeFileSync} from 'node:fs';\n"
    "const feed = readFileSync('feed'), bytes = feed.buffer.slice(feed.byteOffset, feed.byteOffset + feed.length);\n"
    "const line = e => (info.kind == 'camera' ? '' : `${e.time} ms: `) + `${e.label} ${e.score.toFixed(2)}\\n`;\n"
    "const said = [];\n"
    "for (const vectors of [false, true]) {\n"
    "  const model = await load({vectors});\n"
    "  if (!sameAsWritten(model)) process.exit(3);\n"
    "  let text = '';\n"
    "  if (info.kind == 'sound') text = model.listen(new Int16Array(bytes)).map(line).join('');\n"
    "  if (info.kind == 'sensor')\n"
    "    for (let i = 0, f = new Float32Array(bytes); i < f.length; i += info.axes)\n"
    "      text += model.watch(f.slice(i, i + info.axes)).map(line).join('');\n"
    "  if (info.kind == 'camera')\n"
    "    for (let i = 0; i < feed.length; i += 2 * info.width * info.height) text += line(model.look(picture(i)));\n"
    "  said.push(text);\n"
    "}\n"
    "function picture(at) {\n"
    "  const data = new Uint8ClampedArray(4 * info.width * info.height);\n"
    "  for (let p = 0; p < data.length; p += 4) {\n"
    "    const v = feed[at + p / 2] << 8 | feed[at + p / 2 + 1];\n"
    "    data.set([v >> 8 & 0xf8, v >> 3 & 0xfc, v << 3 & 0xf8, 255], p);\n"
    "  }\n"
    "  return {width: info.width, height: info.height, data};\n"
    "}\n"
    "writeFileSync('said', said[0]);\n"
    "if (said[0] != said[1]) process.exit(4);\n"
    "let refused = 0;\n"
    "const model = await load();\n"
    "for (const f of [() => model.run([]), () => model.run([[1]]), () => model[{sound: 'watch'}[info.kind] ?? "
    "'listen']([1])])\n"
    "  try { f(); } catch (e) { refused++; }\n"
    "process.exit(refused == 3 ? 0 : 5);\n";

static void export_and_run(world *w, const th_plan *plan, const th_app *app, th_span feed)
{
    th_why why = {0};
    th_wasm_sizes sizes;
    th_plan *simd = NULL;
    char tail[4096];
    const char *const argv[] = {"node", "player.mjs", NULL};
    if (th_plan_make_for(plan->graph, TH_ISA_SIMD128, &simd, &why) ||
        th_export_wasm(plan, simd, app, w->out, &sizes, &why))
        fail_msg("%s", why.text);
    assert_true(sizes.plain > 1000 && sizes.simd > 1000);
    put(w, "feed", feed);
    put(w, "player.mjs", (th_span){(const uint8_t *)player, sizeof player - 1});
    const int status = run_program(w->out, argv, tail, sizeof tail);
    if (status) fail_msg("node ends with %d: %s", status, tail);
    said_is_wanted(w);
    th_plan_free(simd);
}

static bool tools(void)
{
    if (!th_wasm_tools(NULL) && th_program_exists("node")) return true;
    printf("# SKIP clang, wasm-ld or node is not here\n");
    return false;
}

static void words(void **state)
{
    (void)state;
    if (!tools()) skip();
    with_words(open_world("web"), export_and_run);
}

static void motion(void **state)
{
    (void)state;
    if (!tools()) skip();
    with_motion(open_world("web"), 6, export_and_run);
}

static void pictures(void **state)
{
    (void)state;
    if (!tools()) skip();
    with_pictures(open_world("web"), export_and_run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(motion),
        cmocka_unit_test(pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
