// first-page.mjs THIMBLE PROJECT   Milliseconds from the start of `thimble serve PROJECT` until a browser that is open already
// shows the first page with something on it (first contentful paint), and until the project's steps stand there. Five times.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";

const [thimble, project] = process.argv.slice(2);
const require = createRequire(new URL("../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const ms = [];
for (let i = 0; i < 5; i++) {
  const page = await (await browser.newContext()).newPage(); // nothing cached
  const began = performance.now();
  const server = spawn(thimble, ["serve", project, "--port", "0"]);
  const url = await new Promise((good) => server.stdout.on("data", (b) => good(String(b).match(/http:\S+/)[0])));
  const started = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.locator("main h1").waitFor();
  const there = performance.now();
  const paint = await page.evaluate(() => performance.timeOrigin + performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  ms.push({ server: started - began, paint: paint - performance.timeOrigin - began, there: there - began });
  server.kill();
  await page.close();
}
await browser.close();
const middle = (name) => Math.round(ms.map((m) => m[name]).sort((a, b) => a - b)[2]);
console.log(`from the command to the first page: server ${middle("server")} ms, first paint ${middle("paint")} ms, heading there ${middle("there")} ms (middle of 5)`);
