// bench-course.mjs [LEARNERS [SECONDS [THINK]]]   A school on one server: so many learners (500), each with a session and a
// connection of her own over TLS, from one address, go through lessons and quizzes for so many seconds (60) and look at a page
// for THINK seconds (6) on average.  Prints how long the requests took, and the pages (all requests that a page makes, one after
// the other).  The client takes its share of the same processors.  --store ADDRESS as of thimble serve.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // the class's server vouches for itself
process.removeAllListeners("warning");
process.on("warning", () => {});
const { spawn } = await import("node:child_process");
const { mkdtempSync, rmSync } = await import("node:fs");
const { Agent, request } = await import("node:https");
const { tmpdir } = await import("node:os");
const { join } = await import("node:path");

const words = process.argv.slice(2);
const at = words.indexOf("--store");
const store = at < 0 ? [] : words.splice(at, 2);
const [learners, seconds, think] = [500, 60, 6].map((usual, i) => Number(words[i] ?? usual));
const thimble = process.env.THIMBLE ?? new URL("../build/thimble", import.meta.url).pathname;
const root = mkdtempSync(join(tmpdir(), "thimble-school-"));
const rest = (ms) => new Promise((go) => setTimeout(go, ms));
const server = spawn(thimble, ["serve", root, "--lan", "--port", "0", ...store], { stdio: ["ignore", "pipe", "inherit"] });
let said = "";
server.stdout.on("data", (bytes) => (said += bytes));
for (let i = 0; i < 100 && !/fingerprint/.test(said); i++) await rest(100);
const port = Number(said.match(/localhost:(\d+)/)[1]);

const times = new Map(); // name of a request: [ms]
const wrong = new Map(); // "name status": n
const note = (map, key, value) => (map.has(key) ? map.get(key).push(value) : map.set(key, [value]));

/** One browser: a connection that stays, a cookie, a token. */
class Client {
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cookie = "";
  token = "";
  ask(method, path, body) {
    return new Promise((go, fail) => {
      const bytes = body === undefined ? undefined : JSON.stringify(body);
      const headers = { "X-Thimble-Token": this.token, Cookie: this.cookie, ...(bytes ? { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(bytes) } : {}) };
      const r = request({ agent: this.agent, host: "127.0.0.1", port, method, path: `/api/v1${path}`, headers }, (reply) => {
        let text = "";
        reply.on("data", (piece) => (text += piece));
        reply.on("end", () => {
          const [cookie] = reply.headers["set-cookie"] ?? [];
          if (cookie) this.cookie = cookie.split(";")[0];
          go({ status: reply.statusCode, json: text && /json/.test(reply.headers["content-type"] ?? "") ? JSON.parse(text) : null });
        });
      });
      r.on("error", fail);
      r.end(bytes);
    });
  }
  /** The same with its time under a name. */
  async timed(name, want, method, path, body) {
    const begun = performance.now();
    const reply = await this.ask(method, path, body);
    const ms = performance.now() - begun;
    note(times, name, ms);
    if (!want.includes(reply.status)) note(wrong, `${name} ${reply.status}`, JSON.stringify(reply.json)?.slice(0, 200));
    return reply.json;
  }
  async enter(code, name) {
    const key = async () => (this.token = (await this.ask("GET", "/session")).json.token);
    await key(); // of somebody who is not in yet
    const reply = await this.ask("POST", "/session", { code, name });
    if (reply.status !== 201) throw new Error(`${name} can't join: ${JSON.stringify(reply.json)}`);
    await key();
  }
}

const of = (id) => id.split("/").map(encodeURIComponent).join("/");
const given = (item) => {
  const any = (list) => list[Math.floor(Math.random() * list.length)].id;
  if (item.kind === "single") return any(item.choices);
  if (item.kind === "multiple") return [any(item.choices)];
  if (item.kind === "matching") return Object.fromEntries(item.left.map((l) => [l.id, any(item.right)]));
  return item.kind === "number" ? String(Math.floor(Math.random() * 20)) : "a word";
};

let going = true;
async function page(c, name, work) {
  const begun = performance.now();
  const found = await work();
  note(times, `page: ${name}`, performance.now() - begun);
  await rest(1000 * think * (0.5 + Math.random()));
  return found;
}

/** From a chapter of her own on: the map, its lessons with a note now and then, its quiz. */
async function learn(c, n, chapters) {
  await rest(1000 * think * Math.random());
  for (let k = n % chapters.length; going; k = (k + 1) % chapters.length) {
    const chapter = chapters[k];
    await page(c, "map", () => c.timed("GET map", [200], "GET", "/course/map?lang=en"));
    for (const lesson of chapter.lessons) {
      if (!going) return;
      await page(c, "lesson", async () => {
        await c.timed("GET lesson", [200], "GET", `/course/lessons/${of(lesson.id)}?lang=en`);
        await c.timed("PUT progress", [204], "PUT", `/course/progress/${of(lesson.id)}`, { state: "done", seconds: 40 });
        await c.timed("PUT place", [204], "PUT", "/course/place", { id: lesson.id, block: "5f3a91c2" });
        if (Math.random() < 0.2) await c.timed("POST note", [201], "POST", "/course/notes", { lesson: lesson.id, block: "5f3a91c2", text: "Ask." });
      });
    }
    if (!chapter.quiz || !going) continue;
    const quiz = await page(c, "quiz", () => c.timed("GET quiz", [200], "GET", `/course/quizzes/${of(chapter.quiz.id)}?lang=en`));
    for (const item of quiz?.items ?? []) {
      if (!going) return;
      await page(c, "answer", () => c.timed("POST answer", [201, 409], "POST", "/course/answers", { quiz: chapter.quiz.id, item: item.name, given: given(item) }));
    }
  }
}

const line = (name, list) => {
  const sorted = [...list].sort((a, b) => a - b);
  const part = (p) => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))].toFixed(1).padStart(8);
  console.log(`${name.padEnd(18)} ${String(sorted.length).padStart(7)} ${part(0.5)} ${part(0.95)} ${part(0.99)} ${part(1)}`);
};

try {
  const teacher = new Client();
  await teacher.enter(said.match(/#\/join\/([A-Z0-9-]+)/)[1], "Ms Curie");
  const { code } = (await teacher.ask("GET", "/pairing")).json;
  const map = (await teacher.ask("GET", "/course/map")).json;
  const chapters = map.courses.flatMap((c) => c.chapters).filter((c) => c.lessons.length);
  const all = Array.from({ length: learners }, () => new Client());
  const joined = performance.now();
  for (const [i, c] of all.entries()) await c.enter(code, `learner ${i}`);
  console.log(`${learners} learners joined in ${((performance.now() - joined) / 1000).toFixed(1)} s; ${chapters.length} chapters`);
  const begun = performance.now();
  const done = Promise.all(all.map((c, i) => learn(c, i, chapters)));
  await rest(1000 * seconds);
  going = false;
  await done;
  const requests = [...times].filter(([name]) => !name.startsWith("page"));
  const n = requests.reduce((sum, [, list]) => sum + list.length, 0);
  console.log(`${n} requests in ${seconds} s: ${Math.round((1000 * n) / (performance.now() - begun))} a second\n`);
  console.log(`${"ms".padEnd(18)} ${"n".padStart(7)} ${"half".padStart(8)} ${"95 %".padStart(8)} ${"99 %".padStart(8)} ${"most".padStart(8)}`);
  for (const [name, list] of [...times].sort()) line(name, list);
  line("all requests", requests.flatMap(([, list]) => list));
  line("all pages", [...times].filter(([name]) => name.startsWith("page")).flatMap(([, list]) => list));
  for (const [what, list] of wrong) console.log(`wrong: ${what}, ${list.length} times: ${list[0]}`);
} finally {
  server.kill("SIGTERM");
  await new Promise((go) => server.on("exit", go));
  rmSync(root, { recursive: true });
}
process.exit(wrong.size ? 1 : 0);
