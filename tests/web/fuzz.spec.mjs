// fuzz.spec.mjs [SECONDS [SEED]]   Sends a `thimble serve` ($THIMBLE, best one with sanitizers) requests that are made of the
// API's description and then broken: paths, queries, headers, JSON, files, and the bytes of HTTP themselves.  Wrong is a
// reply of 5xx (but 501 and 503, which are described), none at all, or a server that is gone.  The seed makes it again.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { studio } from "./lib.mjs";
import { follow } from "./schema.mjs";
import { tones } from "./sounds.mjs";
import { lights } from "./world.mjs";

const seconds = Number(process.argv[2] ?? 15);
const seed = Number(process.argv[3] ?? Date.now() % 1000000);
const api = JSON.parse(readFileSync(new URL("../../src/serve/openapi.json", import.meta.url), "utf8"));
const operations = Object.entries(api.paths).flatMap(([path, item]) =>
  Object.entries(item).filter(([method]) => method !== "parameters").map(([method, o]) => ({ path, method: method.toUpperCase(), ...o })),
);

let state = seed >>> 0;
const below = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const any = (list) => list[below(list.length)];
const texts = ["", "x", "-1", "0", "1e9", "99999999999999999999", "..", "%2e%2e%2f", "%00", "%ff", "%", "%25n", "a".repeat(9000), "null", "true", "\u{1f986}", "--json", "/etc/passwd", "\u0001", "[]", "{}"];
const values = [null, true, false, 0, -1, 1.5, 1e300, 2 ** 53, "", "x", "on", "../../x", "\u0000", "\u202e", "y".repeat(5000), [], {}, [[[]]], { a: 1 }, ["--out", "/tmp"], [null]];

/** A value that is like `v` but for one place. */
function bent(v) {
  if (below(4) === 0 || v === null || typeof v !== "object") return any(values);
  const copy = Array.isArray(v) ? [...v] : { ...v };
  const keys = Object.keys(copy);
  if (!keys.length || below(6) === 0) copy[any(["verb", "options", "name", "steps", "text", "label", "0"])] = any(values);
  else if (below(6) === 0) delete copy[any(keys)];
  else {
    const key = any(keys);
    copy[key] = bent(copy[key]);
  }
  return copy;
}

/** Bytes with some changed, cut, doubled or put in. */
function broken(bytes) {
  let b = Buffer.from(bytes);
  for (let n = 1 + below(8); n > 0 && b.length; n--) {
    const at = below(Math.min(b.length, below(3) ? 64 : b.length));
    const kind = below(5);
    if (kind === 0) b = b.subarray(0, at);
    else if (kind === 1) b = Buffer.concat([b.subarray(0, at), b.subarray(0, below(200)), b.subarray(at)]);
    else if (kind === 2) b = Buffer.concat([b.subarray(0, at), Buffer.from(any(texts)), b.subarray(at)]);
    else b[at] = kind === 3 ? below(256) : any([0, 255, 127, 128, 10, 34]);
  }
  return b;
}

const site = await studio();
const { token } = await (await fetch(`${site.url}api/v1/session`)).json();
const project = await lights(site, 3);
const drawn = await site.api("POST", `/projects/${project}/samples?label=on&name=second`, tones([[900, 1]], 77), "audio/wav");
const job = await site.api("POST", `/projects/${project}/jobs`, { verb: "data list" });
const files = {
  "audio/wav": tones([[700, 0.1]], 5), "text/csv": "x,y,z\n0.1,0.2,9.8\n0.1,0.3,9.7\n", "application/octet-stream": "abc",
  "application/zip": Buffer.from([0x50, 0x4b, 5, 6, ...Array(18).fill(0)]), "audio/flac": "fLaC\0\0\0\x22", "audio/ogg": "OggS\0\x02",
  "image/png": "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0", "image/jpeg": "\xff\xd8\xff\xe0\0\x10JFIF\0",
};

/** The bytes of one request. */
function make() {
  const o = any(operations);
  const right = { project, sample: drawn.sample.hash, job: job.id, run: "1", name: any(["test", "check", "map"]), file: "job.json", user: "Noor", token: "ours", order: "none" };
  const parameters = (o.parameters ?? []).map((p) => (p.$ref ? follow(api, p.$ref) : p));
  const rightly = (name) => right[name] ?? String(parameters.find((p) => p.name === name)?.example ?? "1");
  let path = o.path.replace(/\{(\w+)\}/g, (_, name) => (below(20) ? rightly(name) : any(texts)).replace(/[\r\n ]/g, "+"));
  const query = parameters.filter((p) => p.in === "query" && below(3) === 0)
    .map((p) => `${p.name}=${below(4) ? String(p.example ?? any(["on", "1", "train", "yes"])) : encodeURIComponent(any(texts))}`);
  if (below(20) === 0) query.push(any(texts));
  if (query.length) path += `?${query.join("&")}`.replace(/[\r\n ]/g, "+");
  const content = o.requestBody?.content;
  let body = Buffer.alloc(0);
  let type = "";
  if (content && below(12)) {
    type = any(Object.keys(content));
    const example = content[type].example ?? (type === "application/json" ? {} : files[type] ?? "");
    body = Buffer.from(type === "application/json" ? JSON.stringify(below(3) ? bent(example) : example) : typeof example === "string" ? Buffer.from(example, "latin1") : example);
    if (below(3) === 0) body = broken(body);
    if (below(12) === 0) type = any(["", "text/html", "application/json; charset=utf-16", "multipart/form-data", "a".repeat(500)]);
  }
  const method = below(25) ? o.method : any(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "X", "a".repeat(300)]);
  const host = new URL(site.url).host;
  let head = `${method} ${path} HTTP/1.1\r\nHost: ${below(40) ? host : any(["evil.example", "", "a".repeat(3000)])}\r\nConnection: close\r\n`;
  if (below(30)) head += `X-Thimble-Token: ${below(30) ? token : any(texts).replace(/[\r\n]/g, "")}\r\n`;
  if (type) head += `Content-Type: ${type}\r\n`;
  if (below(10) === 0) head += `${any(["Last-Event-ID", "If-None-Match", "Cookie", "Origin", "Range", "Authorization", "Accept-Encoding", "Expect", "X"])}: ${any(texts).replace(/[\r\n\u0100-\u{fffff}]/gu, "")}\r\n`;
  if (below(40) === 0) head += `Transfer-Encoding: chunked\r\n`;
  else head += `Content-Length: ${below(60) ? body.length : any(["-1", "0", "1", String(body.length + 9), "99999999999999999999", "x"])}\r\n`;
  const bytes = Buffer.concat([Buffer.from(`${head}\r\n`, "utf8"), body]);
  return below(40) ? bytes : broken(bytes);
}

/** Sends it and reads the first line of the answer; a stream or a half request is let go after a while. */
const tell = (bytes) =>
  new Promise((end) => {
    const socket = connect(new URL(site.url).port, "127.0.0.1");
    let said = Buffer.alloc(0);
    let half = false;
    const done = (why) => (socket.destroy(), end({ status: Number(said.toString("latin1").match(/^HTTP\/1\.[01] (\d+)/)?.[1] ?? 0), why, said }));
    socket.setTimeout(300, () => (said.length || half ? done("late") : ((half = true), socket.end())));
    socket.on("data", (b) => (said = said.length < 4096 ? Buffer.concat([said, b]) : said));
    socket.on("close", () => done("closed"));
    socket.on("error", (e) => (e.code === "ECONNREFUSED" ? done("gone") : done("reset")));
    socket.write(bytes);
  });

const counts = {};
const bad = [];
let last = Buffer.alloc(0);
let n = 0;
async function sender(end) {
  while (Date.now() < end && site.alive() && bad.length < 5) {
    const bytes = (last = make());
    const reply = await tell(bytes);
    n++;
    counts[reply.status] = (counts[reply.status] ?? 0) + 1;
    const wrong = reply.why === "gone" || (reply.status >= 500 && ![501, 503, 505].includes(reply.status));
    if (wrong) bad.push(`${bytes.toString("latin1").slice(0, 1500)}\n-> ${reply.why} ${reply.said.toString("latin1").slice(0, 400)}`);
    const made = reply.status === 202 && reply.said.toString("latin1").match(/"id": ?"(\w+)"/)?.[1];
    if (made) await site.api("DELETE", `/projects/${project}/jobs/${made}`).catch(() => null); // nothing that takes minutes
    if (reply.status === 200 && n % 50 === 0) await site.api("POST", `/projects/${project}/samples/${drawn.sample.hash}/restore`).catch(() => null);
  }
}
const until = Date.now() + seconds * 1000;
await Promise.all([1, 2, 3, 4].map(() => sender(until)));
let answers = false;
try {
  answers = (await fetch(`${site.url}api/v1`, { signal: AbortSignal.timeout(20000) })).ok;
} catch {
  answers = false;
}
if (!site.alive()) bad.push(`the server is gone; one of the last requests: ${last.toString("latin1").slice(0, 1500)}`);
console.log("1..2");
console.log(`# seed ${seed}, ${n} requests: ${JSON.stringify(counts)}`);
console.log(`${bad.length ? "not ok" : "ok"} 1 - broken requests for ${seconds} s`);
console.log(`${answers ? "ok" : "not ok"} 2 - the server answers afterwards`);
for (const b of bad) console.log(b.replace(/^/gm, "#   "));
await site.stop();
const sanitized = /ERROR: \w+Sanitizer|runtime error/.test(site.said());
if (bad.length || !answers || sanitized) console.log(site.said().slice(-4000).replace(/^/gm, "#   "));
process.exit(bad.length || !answers || sanitized ? 1 : 0);
