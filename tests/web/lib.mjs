// lib.mjs -- what the tests of the pages share: a server of their own, a browser, and what every page must keep to.
//
//   import { test, studio, run } from "./lib.mjs";
//   test("a project can be made", async ({ page, site, check }) => {
//     await page.goto(site.url);
//     check(await page.title(), "Thimble");
//   });
//   await run();
//
// Every test gets a fresh folder with a `thimble serve`, and a fresh browser context.  It fails as well when a page says
// something on the console, throws, or asks another server for anything.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../../", import.meta.url).pathname;
const require = createRequire(join(root, "web/package.json"));
const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const thimble = process.env.THIMBLE ?? join(root, "build/thimble");
const tests = [];

/** Starts the program; what it says where it is at. */
async function serve(dir, port, args) {
  const child = spawn(thimble, ["serve", dir, "--port", String(port), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const run = { child, said: "", ended: new Promise((end) => child.once("exit", end)) };
  run.url = await new Promise((good, bad) => {
    const timer = setTimeout(() => bad(new Error(`thimble serve did not start:\n${run.said}`)), 20000);
    const hear = (bytes) => {
      run.said += bytes;
      const m = run.said.match(/https?:\/\/\S+:\d+\//);
      if (!m) return;
      clearTimeout(timer);
      good(m[0]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void run.ended.then((code) => bad(new Error(`thimble serve ended with ${code}:\n${run.said}`)));
  });
  return run;
}

/** A server on a free port. folder: "" makes one that is removed at the end. */
export async function studio({ folder = "", args = [] } = {}) {
  const dir = folder || mkdtempSync(join(tmpdir(), "thimble-web-"));
  let now = await serve(dir, 0, args);
  const { url } = now;
  return {
    url,
    dir,
    said: () => now.said,
    alive: () => now.child.exitCode === null && now.child.signalCode === null,
    /** A request past the browser: the session's token comes with it. */
    api: async (method, path, body, type = "application/json") => {
      const { token } = await (await fetch(`${url}api/v1/session`)).json();
      const bytes = body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
      const headers = { "X-Thimble-Token": token ?? "", ...(bytes === undefined ? {} : { "Content-Type": type }) };
      const reply = await fetch(`${url}api/v1${path}`, { method, headers, body: bytes });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
      return text ? JSON.parse(text) : null;
    },
    /** As a power cut would; again() starts it anew at the same port. */
    kill: async () => {
      now.child.kill("SIGKILL");
      await now.ended;
    },
    again: async () => {
      now = await serve(dir, Number(new URL(url).port), args);
    },
    stop: async () => {
      now.child.kill("SIGTERM");
      const late = setTimeout(() => now.child.kill("SIGKILL"), 5000);
      await now.ended;
      clearTimeout(late);
      if (!folder) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Chromium; args: for a fake microphone, camera .. (shared/docs/TARGETS.md, section 6). */
export const browser = (args = []) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ["--no-sandbox", ...args] });

/** What is wrong with a page for people who use other senses, as texts; [] when nothing is. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 160)).slice(0, 3).join(" | ")}`);
}

/** Notes what a page does that none may do: errors, words on the console, requests elsewhere. A test may allow some. */
export function watch(page, site, wrong, allowed = []) {
  const note = (text) => allowed.some((a) => text.match(a)) || wrong.push(text);
  page.on("pageerror", (e) => note(`the page threw: ${e.message}`));
  page.on("console", (m) => {
    const where = m.location().url ?? "";
    const noneYet = /404/.test(m.text()) && /\/results\/\w+$/.test(where); // how the API says so; the browser notes it
    if (["error", "warning"].includes(m.type()) && !noneYet) note(`console: ${m.text()} ${where}`);
  });
  page.on("request", (r) => {
    if (!r.url().startsWith(site.url) && !/^(data|blob):/.test(r.url())) note(`a request to ${r.url()}`);
  });
}

/** options: args (of the browser), serve (of studio), context (of Playwright: viewport, colorScheme, locale ..),
 * allowed (patterns of console texts that are no failure). */
export function test(name, options, body) {
  tests.push(typeof options === "function" ? { name, options: {}, body: options } : { name, options, body });
}

class Wrong extends Error {}
/** The same, or the test ends. */
export function check(is, want, what = "") {
  if (JSON.stringify(is) !== JSON.stringify(want))
    throw new Wrong(`${what ? `${what}: ` : ""}is ${JSON.stringify(is)}, should be ${JSON.stringify(want)}`);
}

async function one({ options, body }) {
  const wrong = [];
  const site = await studio(options.serve);
  let chrome;
  try {
    chrome = await browser(options.args);
    // axe and the tests put scripts into the page, which the server forbids pages; the pages' own still obey.
    const context = await chrome.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 }, ...options.context });
    context.setDefaultTimeout(15000);
    const page = await context.newPage();
    watch(page, site, wrong, options.allowed);
    await body({ page, context, site, check, axe, chrome, watch: (p) => watch(p, site, wrong, options.allowed) });
  } finally {
    await chrome?.close();
    await site.stop();
  }
  if (wrong.length) throw new Wrong(wrong.join("\n"));
}

/** Runs the tests one after another (words on the command line: those whose names have one) and prints TAP. */
export async function run() {
  const words = process.argv.slice(2);
  const mine = tests.filter((x) => !words.length || words.some((w) => x.name.includes(w)));
  console.log(`1..${mine.length}`);
  let failed = 0;
  for (const [i, x] of mine.entries()) {
    try {
      await one(x);
      console.log(`ok ${i + 1} - ${x.name}`);
    } catch (e) {
      failed++;
      console.log(`not ok ${i + 1} - ${x.name}`);
      console.log(String(e instanceof Wrong ? e.message : (e.stack ?? e)).replace(/^/gm, "#   "));
    }
  }
  process.exit(failed ? 1 : 0);
}
