// newcomer.spec.mjs -- somebody goes through the built-in courses: every lesson with its explorables, every quiz (with one
// wrong answer, that must be told), the journal, and the labs: typical mistakes must fail with what is expected to be
// said, the solution must pass.  Labs only with TEST_ALL (make soak), they train; tests/cli/test_course_lab.sh is short.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run, test, thimble } from "./lib.mjs";

const courses = new URL("../../courses", import.meta.url).pathname;
const tell = (...words) => execFileSync(thimble, words, { stdio: ["ignore", "pipe", "inherit"] }).toString();
const map = JSON.parse(tell("course", "list", "--json"));
const allowed = [/explore.*404/, /microphone|NotAllowedError|NotFoundError/i];

/** The folder of a chapter: courses/1-rule/2-nudge for rule/nudge. */
function folderOf(id) {
  let at = courses;
  for (const name of id.split("/")) {
    const found = readdirSync(at).find((f) => f.replace(/^\d+-/, "") === name);
    at = join(at, found);
  }
  return at;
}

async function read(page, site, lesson, check) {
  await page.goto(`${site.url}#/learn/${lesson.id}`);
  await page.getByRole("heading", { level: 1, name: lesson.title }).waitFor();
  await page.locator(".loading").waitFor({ state: "detached" });
  const shown = await page.locator(".explore, .course-explore").count();
  await page.getByRole("button", { name: "Done, next" }).click();
  await page.waitForFunction((id) => decodeURIComponent(location.hash) !== `#/learn/${id}`, lesson.id);
  check((await site.api("GET", `/course/lessons/${lesson.id}`)).done, true, lesson.id);
  return shown;
}

/** Something else than what is right. */
function wrongOf(item) {
  const other = (list, right) => list?.find((c) => c.id !== right)?.id;
  if (item.kind === "single") return other(item.choices, item.right);
  if (item.kind === "number") return item.right + 1000;
  return null;
}

/** Fills in one question of the list and sends it. */
async function give(card, item, given) {
  const choices = card.locator(".question-choices input");
  if (item.kind === "single" || item.kind === "multiple") {
    const wanted = [given].flat();
    for (let k = 0; k < item.choices.length; k++) await choices.nth(k).setChecked(wanted.includes(item.choices[k].id), { force: true }).catch(() => 0);
  } else if (item.kind === "matching") {
    for (let k = 0; k < item.left.length; k++) await card.locator("select").nth(k).selectOption({ index: 1 + item.right_side.findIndex((r) => r.id === given[item.left[k].id]) });
  } else {
    await card.locator("input[type=text], textarea").fill(String(given));
  }
  await card.getByRole("button", { name: /^Answer( again)?$/ }).click();
}

async function answerAll(page, site, id, seed, check) {
  const items = JSON.parse(tell("course", "answers", id, "--seed", String(seed), "--json"));
  // what the learner is shown has the order of her own seed; "right" of matching is told beside its pairs
  const shown = (await site.api("GET", `/course/quizzes/${id}`)).items;
  await page.goto(`${site.url}#/learn/${id}`);
  await page.locator(".quiz-item").nth(shown.length - 1).waitFor();
  let missed = 0;
  for (const [i, s] of shown.entries()) {
    const key = items.find((x) => x.name === s.name);
    const item = { ...s, right: key.right, right_side: s.right };
    const card = page.locator(".quiz-item").nth(i);
    if (!missed && wrongOf(item) !== null && s.attempts > 1) {
      await give(card, item, wrongOf(item));
      await card.locator(".question-wrong").waitFor();
      missed++;
    }
    await give(card, item, item.right);
    await card.locator(".question-right").waitFor();
  }
  if (!id.endsWith("placement")) check(missed, 1, `${id}: one wrong answer was told`);
}

async function journal(page, site, id, check) {
  await page.goto(`${site.url}#/learn/${id}`);
  await page.locator("textarea").fill("I thought it would be harder.");
  for (let i = 0; i < 100 && !(await site.api("GET", `/course/journal/${id}`)).text; i++) await page.waitForTimeout(100); // kept as one types
  check((await site.api("GET", `/course/journal/${id}`)).text, "I thought it would be harder.");
}

const property = (text, name) => text.match(new RegExp(`^\\s*${name}\\s*=\\s*(.*)$`, "m"))?.[1].trim();

async function graded(page, site, id) {
  const before = (await site.api("GET", `/course/labs/${id}`)).results.length;
  await page.goto("about:blank");
  await page.goto(`${site.url}#/learn/${id}`);
  await page.getByRole("button", { name: "Grade", exact: true }).click();
  for (let i = 0; i < 3000; i++) {
    const { results } = await site.api("GET", `/course/labs/${id}`);
    if (results.length > before || (results[0] && results.length >= 10 && i > 20)) return results[0];
    await page.waitForTimeout(100);
  }
  throw new Error(`${id} was not graded`);
}

async function lab(page, site, id, check) {
  const from = join(folderOf(id.replace(/\/lab$/, "")), "lab");
  const before = readdirSync(site.dir);
  await page.goto(`${site.url}#/learn/${id}`);
  await page.getByRole("button", { name: "Start the lab" }).click();
  await page.getByRole("button", { name: "Grade", exact: true }).waitFor({ timeout: 120000 });
  const mine = join(site.dir, readdirSync(site.dir).find((f) => f.startsWith("lab-") && !before.includes(f)));
  const again = async () => {
    await page.getByRole("button", { name: "Put the starter back" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Put the starter back" }).click();
    await page.getByText("The starter is back").waitFor({ timeout: 120000, state: "attached" });
  };
  for (const mistake of readdirSync(join(from, "wrong"))) {
    tell("course", "try", "--play", `wrong/${mistake}`, "--in", mine);
    const expect = readFileSync(join(from, "wrong", mistake, "expect"), "utf8");
    const result = await graded(page, site, id);
    const failed = result.properties.find((p) => p.name === property(expect, "property"));
    check(failed?.ok, false, `${id}, ${mistake}`);
    await page.getByText(/Not yet:/).first().waitFor();
    check(`${failed.saw} ${failed.why}`.includes(property(expect, "says")), true, `${id}, ${mistake}: ${failed.saw}`);
    await again();
  }
  tell("course", "try", "--play", "solution", "--in", mine);
  const result = await graded(page, site, id);
  check(result.properties.filter((p) => !p.ok && p.state !== "unseen").map((p) => `${p.name}: ${p.saw}`), [], `${id}: the solution`);
  check(result.score + (result.unseen ?? 0), result.of, `${id}: the solution's points`);
  await page.getByText("Everything that was asked for is there.").waitFor();
}

for (const c of map.courses) {
  test(`${c.id}: every lesson, quiz and journal`, { allowed }, async ({ page, site, check }) => {
    const { seed } = await site.api("GET", "/course/me");
    await page.goto(`${site.url}#/learn/${c.id}`);
    await page.getByRole("heading", { level: 1, name: c.title }).waitFor();
    await page.evaluate(() => localStorage.setItem("thimble.course.list", "1")); // quizzes as lists
    for (const chapter of c.chapters) {
      for (const l of chapter.lessons) await read(page, site, l, check);
      await answerAll(page, site, chapter.quiz.id, seed, check);
      await journal(page, site, chapter.journal.id, check);
    }
    await answerAll(page, site, `${c.id}/placement`, seed, check);
  });
  if (!process.env.TEST_ALL) continue;
  test(`${c.id}: the labs`, { allowed }, async ({ page, site, check }) => {
    for (const chapter of c.chapters) await lab(page, site, chapter.lab.id, check);
  });
}

await run();
