// api.spec.mjs -- every operation of openapi.json, called with what is right and with what is wrong.
//
// Right: the reply has a status and a body as described.  Wrong (names that are none, bodies that are cut, of another
// type, without what is required; queries with garbage; methods that are none): a 4xx with {"error": {code, text}}, never
// a 5xx, and the server is there afterwards.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // the class's server vouches for itself
process.removeAllListeners("warning");
process.on("warning", () => {});
const { execFileSync } = await import("node:child_process");
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = await import("node:fs");
const { tmpdir } = await import("node:os");
const { join } = await import("node:path");
const { studio } = await import("./lib.mjs");
const { course } = await import("./api_course.mjs");
const { follow, wrongOf } = await import("./schema.mjs");
const { tones } = await import("./sounds.mjs");

const api = JSON.parse(await (await import("node:fs/promises")).readFile(new URL("../../src/serve/openapi.json", import.meta.url), "utf8"));
const operations = Object.entries(api.paths).flatMap(([path, item]) =>
  Object.entries(item).filter(([method]) => method !== "parameters").map(([method, o]) => ({ path, method: method.toUpperCase(), ...o })),
);
const named = Object.fromEntries(operations.map((o) => [o.operationId, o]));
const tried = new Set();
let count = 0;
let failed = 0;

function say(name, wrong) {
  console.log(`${wrong.length ? "not ok" : "ok"} ${++count} - ${name}`);
  for (const w of wrong.slice(0, 8)) console.log(`#   ${w}`);
  failed += wrong.length ? 1 : 0;
}

/** A client of one server with a session. */
async function client(site) {
  const it = { site, cookie: "", token: "" };
  it.ask = async (method, path, body, type, more = {}) => {
    const headers = { "X-Thimble-Token": it.token, ...(it.cookie ? { Cookie: it.cookie } : {}), ...(type ? { "Content-Type": type } : {}), ...more };
    const stop = new AbortController();
    const reply = await fetch(new URL(path, site.url), { method, headers, body, signal: stop.signal, redirect: "manual" });
    const mime = (reply.headers.get("content-type") ?? "").split(";")[0];
    if (mime === "text/event-stream") {
      const { value } = await reply.body.getReader().read();
      stop.abort();
      return { status: reply.status, mime, bytes: Buffer.from(value ?? []), headers: reply.headers };
    }
    return { status: reply.status, mime, bytes: Buffer.from(await reply.arrayBuffer()), headers: reply.headers };
  };
  it.session = async () => {
    const reply = await it.ask("GET", "/api/v1/session");
    it.token = JSON.parse(reply.bytes).token ?? "";
  };
  await it.session();
  return it;
}

/** What is wrong with a reply by the description. */
function judge(o, reply) {
  const anywhere = [401, 403, 429].includes(reply.status) && api.components.responses.Error; // docs/api.md: of any operation
  const described = o.responses[reply.status] ?? anywhere;
  if (!described) return [`status ${reply.status} is not described: ${reply.bytes.subarray(0, 300)}`];
  const content = (described.$ref ? follow(api, described.$ref) : described).content;
  if (!content) return reply.bytes.length ? [`${reply.status} has a body and none is described`] : [];
  if (!content[reply.mime] && !content["*/*"]) return [`${reply.mime} is not described (${Object.keys(content)})`];
  if (reply.mime !== "application/json") return [];
  try {
    return wrongOf(api, content[reply.mime].schema ?? {}, JSON.parse(reply.bytes));
  } catch (e) {
    return [`the body is not JSON: ${e.message}`];
  }
}

const fill = (o, parts = {}, query = {}) => {
  const path = o.path.replace(/\{(\w+)\}/g, (_, name) => (["file", "id", "path"].includes(name) ? (parts[name] ?? "none") : encodeURIComponent(parts[name] ?? "none")));
  const words = new URLSearchParams(query).toString();
  return words ? `${path}?${words}` : path;
};

/** Calls an operation rightly: the status is the wanted one and the reply as described. Gives the body. */
async function right(c, id, want, { parts, query, body, type } = {}) {
  const o = named[id];
  if (!o) {
    say(`${id} is described`, ["it is not"]);
    return null;
  }
  tried.add(id);
  const json = body !== undefined && !type;
  const reply = await c.ask(o.method, fill(o, parts, query), json ? JSON.stringify(body) : body, json ? "application/json" : type);
  const wrong = judge(o, reply);
  if (reply.status !== want) wrong.unshift(`status ${reply.status}, not ${want}: ${reply.bytes.subarray(0, 300)}`);
  say(`${id} ${want}`, wrong);
  return reply.mime === "application/json" && reply.bytes.length ? JSON.parse(reply.bytes) : reply.bytes;
}

// ---- wrong requests -------------------------------------------------------------------------------------------------

const garbage = ["", "x", "-1", "99999999999999999999", "1e9", "\u0001", "../..", "%", "\ud800".toWellFormed?.() ?? "?", "a".repeat(3000), "null", "🦆"];
const odd = [null, true, -1, 1e300, "", "x".repeat(2000), [], {}, [[]], "\u0000", "../../etc/passwd", "--json"];

function* wrongBodies(o) {
  const content = o.requestBody?.content;
  if (!content) return;
  const schema = content["application/json"]?.schema;
  const media = content["application/json"] ?? {};
  const resolved = schema?.$ref ? follow(api, schema.$ref) : schema;
  const good = media.example ?? Object.values(media.examples ?? {})[0]?.value;
  for (const text of ["{", "[]", "7", '"a"', "{}x", '{"a":1,"a":2}', "\u0000", "[".repeat(5000)]) yield ["application/json", text];
  yield ["application/x-none", "x"];
  if (!resolved || !good) return;
  for (const name of Object.keys(resolved.properties ?? {}))
    for (const value of odd) yield ["application/json", JSON.stringify({ ...good, [name]: value })];
  for (const name of resolved.required ?? []) {
    const { [name]: _, ...rest } = good;
    yield ["application/json", JSON.stringify(rest)];
  }
  yield ["application/json", JSON.stringify({ ...good, surplus: 1 })];
}

/** Calls an operation wrongly in every way; some may be right by chance, none may be a 5xx or a 4xx without its words. */
async function wrongly(c, o, parts) {
  const wrong = [];
  const look = (what, reply, must = false) => {
    if (reply.status >= 500 && reply.status !== 501) wrong.push(`${what}: ${reply.status} ${reply.bytes.subarray(0, 200)}`);
    else if (must && reply.status < 400) wrong.push(`${what}: ${reply.status}, taken`);
    else if (reply.status >= 400) {
      let e;
      try {
        e = JSON.parse(reply.bytes).error;
      } catch { /* below */ }
      if (typeof e?.code !== "string" || !e.text) wrong.push(`${what}: ${reply.status} without {error: {code, text}}: ${reply.bytes.subarray(0, 100)}`);
    }
  };
  const params = (o.parameters ?? []).map((p) => (p.$ref ? follow(api, p.$ref) : p));
  const content = Object.keys(o.requestBody?.content ?? {});
  const type = content[0];
  for (const p of params.filter((p) => p.in === "path"))
    for (const name of ["none", ".hidden", "-x", "a".repeat(300), "%00", "é", " "]) {
      const path = o.path.replace(/\{(\w+)\}/g, (_, n) => (n === p.name ? (name === "%00" ? name : encodeURIComponent(name)) : encodeURIComponent(parts[n] ?? "none")));
      look(`${p.name} = ${name}`, await c.ask(o.method, path, content.length ? "{}" : undefined, type), true);
    }
  for (const p of params.filter((p) => p.in === "query"))
    for (const value of garbage) look(`?${p.name}=${value}`, await c.ask(o.method, fill(o, parts, { [p.name]: value }), content.length ? "{}" : undefined, type));
  for (const [mime, body] of wrongBodies(o)) look(`${mime} ${body.slice(0, 120)}`, await c.ask(o.method, fill(o, parts), body, mime));
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "BREW"])
    if (!api.paths[o.path][method.toLowerCase()]) look(method, await c.ask(method, fill(o, parts)), true);
  if (o.method !== "GET") look("no token", await c.ask(o.method, fill(o, parts), content.length ? "{}" : undefined, type, { "X-Thimble-Token": "x" }), true);
  const alive = await c.ask("GET", "/api/v1");
  if (alive.status !== 200) wrong.push(`the server is gone: ${alive.status}`);
  say(`${o.operationId} with what is wrong`, wrong);
}

// ---- a server on this computer ----------------------------------------------------------------------------------------

async function ended(c, project, job) {
  for (let i = 0; i < 600; i++) {
    const reply = JSON.parse((await c.ask("GET", `/api/v1/projects/${project}/jobs/${job}`)).bytes);
    if (!["queued", "running"].includes(reply.state)) return reply.state;
    await new Promise((go) => setTimeout(go, 100));
  }
  return "still running";
}
const done = async (c, job, want = "done") => say(`job ${job.id}: ${job.title}`, [await ended(c, "hello", job.id)].filter((s) => s !== want));

async function samples(c, at) {
  const parts = { project: "lights" };
  const clip = await right(c, "addSample", 201, { parts, query: { label: "on", subject: "Ana", consent: "yes", trim: "1" }, body: tones([[500, 1.2]], 1), type: "audio/wav" });
  await right(c, "addSample", 200, { parts, query: { label: "on", subject: "Ana", consent: "yes", trim: "1" }, body: tones([[500, 1.2]], 1), type: "audio/wav" });
  const one = { project: "lights", sample: clip.sample.hash };
  at.sample = one.sample;
  await right(c, "listSamples", 200, { parts, query: { label: "on", limit: "5" } });
  for (const id of ["getSample", "getSampleFile", "getSampleWave", "getSampleSpectrogram", "getSampleFeatures"]) await right(c, id, 200, { parts: one });
  await right(c, "changeSample", 200, { parts: one, body: { label: "off", notes: "louder" } });
  await right(c, "deleteSample", 200, { parts: one });
  await right(c, "getSample", 404, { parts: one });
  await right(c, "restoreSample", 200, { parts: one });
  await right(c, "getSample", 200, { parts: one });
  await right(c, "getWanted", 200, { parts });
}

async function jobs(c, at) {
  const parts = { project: "hello" };
  const train = await right(c, "addJob", 202, { parts, body: { verb: "train", options: { epochs: 3 } } });
  await done(c, train);
  const test = await right(c, "addJob", 202, { parts, body: { verb: "test" } });
  await done(c, test);
  const code = await right(c, "addJob", 202, { parts, body: { steps: [{ verb: "quantize" }, { verb: "deploy", options: { as: "c" } }] } });
  await done(c, code);
  at.job = code.id;
  await right(c, "getJob", 200, { parts: { ...parts, job: code.id } });
  await right(c, "jobEvents", 200, { parts: { ...parts, job: code.id } });
  const files = await right(c, "listJobFiles", 200, { parts: { ...parts, job: code.id } });
  say("deploy made files", files?.length > 2 ? [] : [JSON.stringify(files)]);
  await right(c, "getJobFile", 200, { parts: { ...parts, job: code.id, file: files[0].path } });
  await right(c, "getJobArchive", 200, { parts: { ...parts, job: code.id } });
  const live = await right(c, "addJob", 202, { parts, body: { verb: "train", options: { epochs: 100000, patience: 0, name: "long" } } });
  await right(c, "resumeJob", 409, { parts: { ...parts, job: live.id } });
  await right(c, "jobInput", 409, { parts: { ...parts, job: live.id }, body: "abc", type: "application/octet-stream" });
  await right(c, "cancelJob", 202, { parts: { ...parts, job: live.id } });
  await done(c, live, "cancelled");
  const again = await right(c, "resumeJob", 202, { parts: { ...parts, job: live.id } });
  await right(c, "cancelJob", 202, { parts: { ...parts, job: again.id } });
  await ended(c, "hello", again.id);
  await right(c, "cancelJob", 204, { parts: { ...parts, job: again.id } });
  await right(c, "listJobs", 200, { parts, query: { limit: "2" } });
  const { runs } = (await right(c, "listRuns", 200, { parts })) ?? {};
  at.run = String(runs?.[0]?.id);
  await right(c, "getRun", 200, { parts: { ...parts, run: at.run } });
  at.name = "test";
  await right(c, "getResult", 200, { parts: { ...parts, name: "test" } });
}

function zip(folder) {
  mkdirSync(join(folder, "clips/on"), { recursive: true });
  for (let i = 0; i < 3; i++) writeFileSync(join(folder, `clips/on/a${i}_nohash_0.wav`), tones([[400 + 50 * i, 1]], i + 7));
  execFileSync("bsdtar", ["-a", "-cf", join(folder, "clips.zip"), "-C", join(folder, "clips"), "on"]);
  return join(folder, "clips.zip");
}
const hasTar = () => {
  try {
    execFileSync("bsdtar", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

async function archives(c, at) {
  if (!hasTar()) {
    for (const id of ["importZip", "order", "getOrder", "getFirmware", "dropOrder"]) tried.add(id);
    console.log(`ok ${++count} # SKIP import and orders: bsdtar is not installed`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "thimble-zip-"));
  const { readFileSync } = await import("node:fs");
  const bytes = readFileSync(zip(folder));
  const job = await right(c, "importZip", 202, { parts: { project: "lights" }, body: bytes, type: "application/zip" });
  say("the import ends well", [await ended(c, "lights", job.id)].filter((s) => s !== "done"));
  const order = await right(c, "order", 202, { query: { task: "keyword", labels: "on" }, body: bytes, type: "application/zip" });
  at.order = order?.id;
  await right(c, "getOrder", 200, { parts: { order: at.order } });
  await right(c, "getFirmware", 409, { parts: { order: at.order } });
  await right(c, "dropOrder", 204, { parts: { order: at.order } });
  rmSync(folder, { recursive: true });
}

async function here() {
  const site = await studio();
  const c = await client(site);
  const at = { project: "lights", order: "none", user: "none", token: "none", run: "1", name: "test", file: "none", job: "none" };
  for (const id of ["getServer", "getDescription", "listVerbs", "listBoards", "listPresets", "getSession", "listPorts", "listProjects"]) await right(c, id, 200);
  await right(c, "makeProject", 201, { body: { name: "lights", labels: ["on", "off"] } });
  await right(c, "makeProject", 201, { body: { name: "hello", task: "sine" } });
  await right(c, "makeProject", 409, { body: { name: "hello", task: "sine" } });
  await right(c, "getProject", 200, { parts: at });
  const settings = await right(c, "getSettings", 200, { parts: at });
  await right(c, "saveSettings", 200, { parts: at, body: settings });
  await right(c, "saveSettings", 409, { parts: at, body: { ...settings, revision: "0" } });
  const model = await right(c, "getModel", 200, { parts: at });
  await right(c, "previewModel", 200, { parts: at, body: { preset: model.preset, board: "nano33ble" } });
  await right(c, "previewModel", 200, { parts: at, body: { text: "no layer", board: "nano33ble" } });
  await right(c, "putModel", 200, { parts: at, body: { text: model.text, revision: model.revision } });
  await samples(c, at);
  await jobs(c, at);
  await right(c, "projectEvents", 200, { parts: at, query: { after: "0" } });
  await archives(c, at);
  const { lesson } = await course((id, want, how) => right(c, id, want, how));
  Object.assign(at, { id: lesson, path: "none", class: "1", n: "1", note: "1", learner: "none" });
  for (const o of operations) await wrongly(c, o, { ...at, project: o.path.includes("{job}") || o.path.includes("{run}") ? "hello" : "lights" });
  await site.stop();
}

// ---- a class ------------------------------------------------------------------------------------------------------------

async function inClass() {
  const site = await studio({ args: ["--lan"] });
  for (let i = 0; i < 100 && !/fingerprint/.test(site.said()); i++) await new Promise((go) => setTimeout(go, 50));
  const code = site.said().match(/#\/join\/([A-Z0-9]+-[A-Z0-9-]+)/)[1];
  const c = await client(site);
  await right(c, "listProjects", 401);
  const o = named.openSession;
  const reply = await c.ask(o.method, o.path, JSON.stringify({ code, name: "Ms Curie" }), "application/json");
  c.cookie = (reply.headers.get("set-cookie") ?? "").split(";")[0];
  say("openSession", judge(o, reply));
  tried.add("openSession");
  await c.session();
  await right(c, "getPairing", 200);
  await right(c, "renewPairing", 200);
  await right(c, "listUsers", 200);
  await right(c, "changeUser", 204, { parts: { user: "Ms Curie" }, body: { password: "a long sentence is good" } });
  await right(c, "removeUser", 409, { parts: { user: "Ms Curie" } });
  const token = await right(c, "makeToken", 201, { body: named.makeToken.requestBody.content["application/json"].example });
  await right(c, "listTokens", 200);
  await right(c, "removeToken", 204, { parts: { token: token.id ?? token.name } });
  for (const op of operations.filter((op) => /Token|User|Pairing/.test(op.operationId))) await wrongly(c, op, { user: "none", token: "none" });
  await right(c, "closeSession", 204);
  await right(c, "listUsers", 401);
  await site.stop();
}

await here();
await inClass();
say("every operation was called", operations.map((o) => o.operationId).filter((id) => !tried.has(id)));
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
