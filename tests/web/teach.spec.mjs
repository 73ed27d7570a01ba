// teach.spec.mjs -- the teacher's pages: a class is made, told, given a deadline and a lesson; its grades and its course
// are shown; axe in the looks that differ most.
import { join } from "node:path";
import { run, test } from "./lib.mjs";
import { looks } from "./visit.mjs";

const courses = new URL("courses", import.meta.url).pathname;
const serve = { args: ["--courses", courses] };
const shoot = (page, name) => (process.env.SHOTS ? page.screenshot({ path: join(process.env.SHOTS, `teach-${name}.png`), fullPage: true }) : null);
const tab = (page, name) => page.getByRole("tab", { name }).click();

/** A class with the one learner of this computer in it, who has done a little. */
async function school(site) {
  const made = await site.api("POST", "/course/classes", { name: "9b", courses: ["rule"] });
  await site.api("POST", "/course/join", { code: made.code });
  await site.api("PUT", "/course/progress/rule/coin/fits", { state: "done", seconds: 240 });
  return made;
}

test("a class is made and joined by its code", { serve }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/learn`);
  await page.getByRole("link", { name: "Classes" }).click();
  await page.getByText("No class yet").waitFor();
  await page.getByLabel("Name").fill("Evening course");
  await page.getByRole("button", { name: "Make the class" }).click();
  await page.getByText("Nobody is in this class yet.").first().waitFor();
  await tab(page, "Learners");
  const code = (await page.locator(".teach-digits").textContent()).trim();
  check(/^\d{6}$/.test(code), true);
  await page.getByRole("button", { name: "Another code" }).click();
  await page.waitForFunction((was) => document.querySelector(".teach-digits")?.textContent?.trim() !== was, code);
  const now = (await page.locator(".teach-digits").textContent()).trim();
  await page.goto(`${site.url}#/learn/me`);
  await page.getByLabel("Code").fill(now);
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByText("Evening course").first().waitFor();
});

test("how it goes, grades by another policy, a table to take along", { serve }, async ({ page, site, check }) => {
  const { id } = await school(site);
  await page.goto(`${site.url}#/teach/${id}`);
  await page.getByText("1 learner;").waitFor();
  await page.getByRole("row", { name: /What fits/ }).getByText("4 min").waitFor();
  await tab(page, "Grades");
  await page.getByRole("rowheader", { name: "me" }).waitFor();
  await page.getByText("How grades are computed").click();
  await page.getByLabel("Grades and from which percentage").fill("A");
  await page.getByText("Write a grade and a number").waitFor();
  await page.getByLabel("Grades and from which percentage").fill("top 60, fine 0");
  await page.getByLabel("Weight of labs").fill("10");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("cell", { name: "fine" }).waitFor();
  const { policy } = await site.api("GET", `/course/classes/${id}`);
  check([policy.weights.lab, policy.cutoffs], [10, { top: 60, fine: 0 }]);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /CSV/ }).click()]);
  check((await file.path()) !== null, true);
});

test("a deadline, an announcement, an own lesson: the learner has them", { serve }, async ({ page, site, check }) => {
  const { id } = await school(site);
  await page.goto(`${site.url}#/teach/${id}`);
  await tab(page, "Deadlines");
  await page.getByLabel("The whole chapter").first().fill("2031-05-04");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved").waitFor();
  await tab(page, "Announcements");
  await page.getByLabel("A new announcement").fill("Bring **headphones** on Friday.");
  await page.getByRole("button", { name: "Tell the class" }).click();
  await page.locator("strong", { hasText: "headphones" }).waitFor();
  await tab(page, "Own lessons");
  await page.getByRole("button", { name: "A new lesson" }).click();
  await page.getByLabel("Title").fill("Our street");
  await page.getByLabel("Text").fill("What listens in *our* street?\n\n<script>alert(1)</script>");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "Our street" }).waitFor();
  await page.goto(`${site.url}#/learn`);
  await page.getByText("headphones").waitFor();
  await page.getByText(/2031/).first().waitFor();
  const map = await site.api("GET", "/course/map");
  const own = map.courses[0].chapters[0].lessons.find((l) => l.title === "Our street");
  await page.goto(`${site.url}#/learn/${own.id}`);
  await page.getByText("What listens in").waitFor();
  check(await page.locator("main script").count(), 0);
});

test("a question about a lesson, its answer, changed, removed and brought back; found again by a search", { serve }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/learn/rule/coin/fits`);
  await page.getByRole("link", { name: "Questions about it" }).click();
  await page.getByText("No questions yet").waitFor();
  await page.getByText("Ask a question").click();
  await page.getByLabel("Your question in one sentence").fill("Why 256 kB?");
  await page.getByLabel("What you tried").fill("I *looked* at <b>three</b> boards.");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByRole("heading", { name: "Why 256 kB?" }).waitFor();
  check(await page.locator(".forum-post em").textContent(), "looked");
  check(await page.locator(".forum-post b").count(), 0);
  await page.getByLabel("Your answer").fill("Because RAM costs.");
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  const answer = page.locator(".forum-post").nth(1);
  await answer.getByRole("button", { name: "This answers it" }).click();
  await answer.getByText("The answer").waitFor();
  await answer.getByRole("button", { name: "Change" }).click();
  await answer.getByLabel("What you tried").fill("Because RAM costs energy.");
  await answer.getByRole("button", { name: "Save" }).click();
  await answer.getByText("costs energy").waitFor();
  await answer.getByRole("button", { name: "Remove" }).click();
  await answer.getByText("Its author removed this.").waitFor();
  await answer.getByRole("button", { name: "Bring it back" }).click();
  await answer.getByRole("button", { name: "Remove" }).waitFor();
  await page.goto(`${site.url}#/forum`);
  await page.getByRole("searchbox", { name: "Search the questions" }).fill("256");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Why 256 kB?" }).waitFor();
  await page.getByText("answered").waitFor();
  await page.getByRole("searchbox", { name: "Search the questions" }).fill("elephant");
  await page.keyboard.press("Enter");
  await page.getByText("No questions yet").waitFor();
});

test("a project in the showcase is handed in and changed", { serve }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/showcase`);
  await page.getByText("Show a project").click();
  await page.getByLabel("Name").fill("Bees");
  await page.getByLabel("What it does").fill("It hears whether the hive is calm.");
  await page.getByLabel("What you made").fill("100 recordings\nfirmware");
  await page.getByRole("button", { name: "Show it" }).click();
  await page.getByRole("heading", { name: "Bees" }).waitFor();
  check(await page.locator("main li", { hasText: "firmware" }).count(), 1);
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Name").fill("Calm bees");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Calm bees" }).waitFor();
  await page.goto(`${site.url}#/showcase`);
  await page.getByRole("link", { name: "Calm bees" }).waitFor();
  await page.goto(`${site.url}#/peer`);
  await page.getByText("Nothing to read now").waitFor();
});

for (const look of ["light", "ar-dark-narrow"])
  test(`axe: ${look}`, { serve, context: { ...looks[look], bypassCSP: true } }, async ({ page, site, check, axe }) => {
    const { id } = await school(site);
    const wrong = [];
    const see = async (name) => {
      await page.waitForLoadState("networkidle");
      await shoot(page, `${look}-${name}`);
      for (const w of await axe(page)) wrong.push(`${name}: ${w}`);
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wrong.push(`${name}: wider than the window`);
    };
    await page.goto(`${site.url}#/teach`);
    await page.locator(".teach-class").waitFor();
    await see("classes");
    await page.goto(`${site.url}#/teach/${id}`);
    for (const view of ["overview", "grades", "deadlines", "news", "lessons", "members"]) {
      await page.locator(`[data-tab="${view}"]`).click();
      await see(view);
    }
    await site.api("POST", "/course/threads", { at: "general", title: "Why 256 kB?", text: "I looked at three boards." });
    await site.api("POST", "/course/showcase", { title: "Bees", text: "It hears the hive.", project: null, made: ["firmware"] });
    for (const [name, where] of [["forum", "#/forum"], ["thread", "#/forum/1"], ["showcase", "#/showcase"], ["show", "#/showcase/1"], ["peer", "#/peer"]]) {
      await page.goto(`${site.url}${where}`);
      await page.locator(".course-bar").waitFor();
      await see(name);
    }
    check(wrong, []);
  });

await run();
