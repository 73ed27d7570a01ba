// studio-shots.mjs [WORD..]   Pictures of every page of the studio in every look (those whose names have a word), into
// build/shots/PAGE.LOOK.png, for people to look at.  Needs Chromium and web/node_modules; THIMBLE=program.
import { mkdirSync } from "node:fs";
import { browser, studio } from "../tests/web/lib.mjs";
import { looks, pages, visit, world } from "../tests/web/visit.mjs";

const words = process.argv.slice(2);
const out = new URL("../build/shots/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });
const site = await studio({ folder: world().folder });
const chrome = await browser(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
for (const [look, context] of Object.entries(looks)) {
  const page = await (await chrome.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 }, ...context })).newPage();
  for (const [name, where] of pages) {
    if (words.length && !words.some((w) => `${name}.${look}`.includes(w))) continue;
    await visit(page, site, where);
    await page.screenshot({ path: `${out}${name}.${look}.png`, fullPage: true });
  }
  await page.close();
}
await chrome.close();
await site.stop();
