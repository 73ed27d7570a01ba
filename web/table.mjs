// table.mjs DIR   Prints the files below DIR, packed by gzip where that makes them smaller, as the C table th_web_files
// of src/serve/pages.h.  Compiling a megabyte of it takes about a second.
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const dir = process.argv[2];
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const walk = (below) =>
  readdirSync(join(dir, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) => (e.isDirectory() ? walk(`${below}${e.name}/`) : [below + e.name]));

const rows = [];
let c = '/* Made by web/table.mjs: the pages of `thimble serve`. */\n#include "serve/pages.h"\n\n';
walk("").forEach((path, i) => {
  const type = types[extname(path)];
  if (!type) throw new Error(`table.mjs: ${path}: there is no type for this ending; add it`);
  const plain = readFileSync(join(dir, path));
  const packed = gzipSync(plain, { level: 9 });
  const gzipped = packed.length < plain.length;
  const bytes = gzipped ? packed : plain;
  c += `static const unsigned char file_${i}[] = {${bytes.join(",")}};\n`;
  rows.push(`    {"${path}", "${type}", file_${i}, sizeof file_${i}, ${gzipped}},`);
});
c += `\nconst th_web_file th_web_files[] = {\n${rows.join("\n")}\n    {NULL, NULL, NULL, 0, false},\n};\n`;
process.stdout.write(c);
