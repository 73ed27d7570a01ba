// build.mjs OUT [META.json]   Puts the studio's pages together: OUT gets index.html, and in OUT/assets/ everything that index.html leads
// to, under names with a hash of the content (so that browsers may keep them for ever).  No network is needed.
// META.json gets esbuild's account of what came from where.
//
//   src/main.tsx     the frame; pages, languages and the plots come when they are needed (dynamic import)
//   build/engine.wasm   what the explorables compute (tools/engine.sh); missing or empty: the pages know that there is none
//   src/**/*.css     one style sheet: theme.css first, then parts/, pages/, explore/ by name
//   src/worklets/*.ts, src/workers/*.ts   programs of their own; worklets.ts knows under which name they are served
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const here = new URL(".", import.meta.url).pathname;
const src = join(here, "src");
const out = process.argv[2] ?? join(here, "../build/web");
const target = ["es2020", "chrome87", "firefox80", "safari15"];

const list = (dir, end) => {
  try {
    return readdirSync(join(src, dir)).filter((f) => f.endsWith(end)).sort().map((f) => join(src, dir, f));
  } catch {
    return [];
  }
};

function save(name, end, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const path = `assets/${name}-${hash}${end}`;
  writeFileSync(join(out, path), bytes);
  return `/${path}`;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "assets"), { recursive: true });
const common = { bundle: true, minify: true, target, legalComments: "none", logLevel: "warning", charset: "utf8" };

// Programs that run beside the page.
const threads = {};
for (const file of [...list("worklets", ".ts"), ...list("workers", ".ts")]) {
  if (file.endsWith(".d.ts")) continue;
  const made = await build({ ...common, entryPoints: [file], format: "iife", write: false });
  const name = basename(file, ".ts");
  threads[name] = save(name, ".js", made.outputFiles[0].contents);
}

// The explorables' engine.
const engine = join(here, "../build/engine.wasm");
const wasm = existsSync(engine) ? readFileSync(engine) : "";
const engineUrl = wasm.length ? save("engine", ".wasm", wasm) : "";

// The style sheet.
const sheets = [join(src, "theme.css"), ...list("parts", ".css"), ...list("pages", ".css"), ...list("explore", ".css")];
const style = await build({
  ...common,
  stdin: { contents: sheets.map((f) => `@import ${JSON.stringify(f)};`).join("\n"), resolveDir: src, loader: "css" },
  write: false,
});

// The frame and its pages.
const made = await build({
  ...common,
  entryPoints: [join(src, "main.tsx")],
  outdir: join(out, "assets"),
  format: "esm",
  splitting: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { __THREADS__: JSON.stringify(threads), __ENGINE__: JSON.stringify(engineUrl) },
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  metafile: true,
});
if (process.argv[3]) writeFileSync(process.argv[3], JSON.stringify(made.metafile));
const main = Object.entries(made.metafile.outputs).find(([, o]) => o.entryPoint?.endsWith("src/main.tsx"))[0];

const place = {
  "icon.svg": save("icon", ".svg", readFileSync(join(src, "icon.svg"))),
  "style.css": save("style", ".css", style.outputFiles[0].contents),
  "main.js": `/assets/${basename(main)}`,
};
const html = readFileSync(join(src, "index.html"), "utf8").replace(/@([\w.]+)@/g, (_, name) => place[name]);
writeFileSync(join(out, "index.html"), html);
