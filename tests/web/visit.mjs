// visit.mjs -- every page of the studio, in every look, with projects that have something to show: for axe, the keyboard and
// tools/studio-shots.mjs.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { trained } from "./trained.mjs";

export const looks = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  narrow: { viewport: { width: 390, height: 844 } },
  es: { locale: "es-ES" },
  ar: { locale: "ar-EG" },
  "ar-dark-narrow": { locale: "ar-EG", colorScheme: "dark", viewport: { width: 390, height: 844 } },
};

const inProject = ["", "/collect", "/look", "/train", "/test", "/squeeze", "/deploy", "/board", "/settings"];
/** [name, address] of all pages: of the project "tones", which is trained and tested, and of "empty". */
export const pages = [
  ["home", ""],
  ...inProject.map((p) => [`tones${p.replace("/", "-")}`, `#/p/tones${p}`]),
  ...inProject.map((p) => [`empty${p.replace("/", "-")}`, `#/p/empty${p}`]),
  ["people", "#/people"],
  ["join", "#/join"],
  ["learn", "#/learn"],
  ["learn-lesson", "#/learn/rule/coin/what-fits"],
  ["learn-quiz", "#/learn/rule/coin/quiz"],
];

/** The folder with both projects. */
export function world() {
  const made = trained("words");
  const thimble = process.env.THIMBLE ?? new URL("../../build/thimble", import.meta.url).pathname;
  const run = (...words) => execFileSync(thimble, words, { stdio: ["ignore", "pipe", "pipe"] });
  const tones = join(made.folder, "tones");
  run("test", tones);
  run("data", "map", "--project", tones);
  try {
    run("data", "check", "--project", tones);
  } catch {
    // it found something: that is what the page shows
  }
  run("new", join(made.folder, "empty"), "--task", "image");
  return made;
}

const asked = new WeakMap(); // of each page: the requests that have no answer yet

/** Goes to a page and waits until it is all there; streams of events stay open. */
export async function visit(page, site, where) {
  if (!asked.has(page)) {
    const open = new Set();
    asked.set(page, open);
    page.on("request", (r) => /\/events(\?|$)/.test(r.url()) || open.add(r));
    page.on("requestfinished", (r) => open.delete(r));
    page.on("requestfailed", (r) => open.delete(r));
  }
  await page.goto("about:blank");
  asked.get(page).clear();
  await page.goto(site.url + where);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator(".loading").waitFor({ state: "detached" });
  for (let calm = 0, i = 0; calm < 3 && i < 100; i++) {
    await page.waitForTimeout(40);
    calm = asked.get(page).size ? 0 : calm + 1;
  }
}
