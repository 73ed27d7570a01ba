// learn.spec.mjs -- the learner's pages on a course of one chapter (tests/web/courses): map, lesson, quiz, lab, journal,
// glossary, search, own things; nothing is lost when the server is away; axe in the looks that differ most.
import { execFileSync } from "node:child_process";
import { run, test, thimble } from "./lib.mjs";

const courses = new URL("courses", import.meta.url).pathname;
const serve = { args: ["--courses", courses] };
const h1 = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

test("from the first page to the map, a lesson, the next; where she stopped is remembered", { serve }, async ({ page, site, check }) => {
  await page.goto(site.url);
  await page.getByRole("link", { name: "To the courses" }).click();
  await h1(page, "Small machines that learn");
  await page.getByRole("link", { name: "First lesson" }).click();
  await h1(page, "What fits");
  check(await page.locator("math").count(), 1);
  await page.getByRole("link", { name: "the second" }).waitFor();
  await page.getByRole("button", { name: "Done, next" }).click();
  await h1(page, "The second lesson");
  check((await site.api("GET", "/course/lessons/rule/coin/fits")).done, true);
  const last = async () => (await site.api("GET", "/course/map")).last; // told a moment after she came
  for (let i = 0; i < 100 && /fits$/.test(await last()); i++) await page.waitForTimeout(100);
  await page.goto(`${site.url}#/learn`);
  await page.getByText("Go on where you stopped").waitFor();
  check(await page.locator(".learn-next-title").textContent(), "The second lesson");
  await page.getByText("1 of 5 done").first().waitFor();
  await page.getByRole("link", { name: "Go on", exact: true }).click();
  await h1(page, "The second lesson");
  const { key } = (await site.api("GET", "/course/lessons/rule/coin/fits")).blocks.at(-1);
  await site.api("PUT", "/course/place", { id: "rule/coin/fits", block: key });
  await page.goto(`${site.url}#/learn/rule/coin/fits?at=stop`);
  await page.waitForFunction((k) => document.activeElement?.dataset.block === k, key);
  await page.goto(site.url);
  await page.getByRole("link", { name: "Go on: What fits" }).waitFor();
});

test("reading: a term explained, words for a picture, a question, a note, a bookmark", { serve }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/learn/rule/coin/fits`);
  await h1(page, "What fits");
  await page.getByRole("link", { name: "arena" }).focus();
  await page.getByText("The piece of RAM").waitFor();
  check((await page.getByRole("link", { name: "arena" }).getAttribute("aria-describedby")) !== null, true);
  await page.keyboard.press("Escape");
  await page.getByText("The piece of RAM").waitFor({ state: "detached" });
  await page.getByText("In words").click();
  await page.getByText("Two piles of scores and a threshold").waitFor();
  await page.getByLabel("They are prettier.").check();
  await page.getByRole("button", { name: "Answer" }).click();
  await page.getByText("To whom?").waitFor();
  await page.getByLabel("They take less room.").check();
  await page.getByRole("button", { name: "Answer" }).click();
  await page.getByText("A quarter of it.").waitFor();
  await page.getByRole("button", { name: "Bookmark" }).click();
  await page.getByRole("button", { name: "Write notes" }).click();
  await page.getByRole("button", { name: "Add a note here" }).first().click();
  await page.getByLabel("Note", { exact: true }).fill("Ask Noor.");
  await page.getByRole("button", { name: "Keep" }).click();
  await page.getByText("Ask Noor.").waitFor();
  await page.goto(`${site.url}#/learn/me`);
  await page.getByText("Ask Noor.").waitFor();
  await page.getByRole("button", { name: "Remove the bookmark of What fits" }).waitFor();
  const told = () => page.waitForResponse((r) => r.request().method() === "PATCH");
  await Promise.all([told(), page.getByLabel("Age", { exact: true }).selectOption("16-18")]);
  await Promise.all([told(), page.getByLabel("Education").selectOption("school")]);
  const me = await site.api("GET", "/course/me");
  check([me.age, me.education, me.gender], ["16-18", "school", null]);
});

test("a quiz by keyboard: every kind, a hint, attempts, the result", { serve }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/learn/rule/coin/quiz`);
  const answer = () => page.getByRole("button", { name: /^Answer/ }).press("Enter");
  const next = () => page.getByRole("button", { name: "Next question" }).press("Enter");
  await page.getByRole("button", { name: "Hint" }).press("Enter");
  await page.getByText("A miss is silent.").waitFor();
  await page.getByLabel("makes false alarms.").press("Space");
  await answer();
  await page.getByText("No: it makes none at all.").waitFor();
  await page.getByText("1 attempt left").waitFor();
  await page.getByLabel("makes false alarms.").focus();
  await answer();
  await page.getByText("and that is no merit.").waitFor();
  await next();
  await page.getByLabel("the radio").press("Space");
  await page.getByLabel("the processor").press("Space");
  await answer();
  await page.locator(".question-right").waitFor();
  await next();
  await page.getByLabel("A number").fill("0,5");
  await page.keyboard.press("Enter");
  await page.locator(".question-right").waitFor();
  await next();
  await page.getByLabel("arena").selectOption({ label: "RAM" });
  await page.getByLabel("weights").selectOption({ label: "flash" });
  await answer();
  await page.locator(".question-right").waitFor();
  await next();
  await page.getByLabel("A few letters or words").fill(" Cat ");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "4 of 5 points" }).waitFor();
  check(await page.locator(".quiz-result li").allTextContents(), ["What fits"]);
  await page.reload();
  await page.getByRole("heading", { name: "4 of 5 points" }).waitFor();
  check((await site.api("GET", "/course/map")).courses[0].chapters[0].quiz.best, 4);
});

test("the server dies: an answer is kept and sent when it is back, once", { serve, allowed: [/ERR_|403/] }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/learn/rule/coin/quiz`);
  await page.getByLabel("makes false alarms.").check();
  await site.kill();
  await page.getByRole("button", { name: "Answer" }).click();
  await page.getByText("Your answer is kept in this browser").waitFor();
  await page.getByText("1 thing that you did waits").waitFor();
  await site.again();
  await page.getByText("1 attempt left").waitFor(); // told as if nothing had been
  const { used, answered } = (await site.api("GET", "/course/quizzes/rule/coin/quiz")).items.find((i) => i.name === "alarm");
  check([used, answered.right], [1, false]);
});

test("a journal is kept while one types, also when the server is away", { serve, allowed: [/ERR_|403/] }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/learn/rule/coin/journal`);
  await h1(page, "A machine at home");
  await page.getByLabel("Your thoughts").fill("The heating.");
  await page.getByText(/^Kept, /).waitFor();
  check((await site.api("GET", "/course/journal/rule/coin/journal")).text, "The heating.");
  await page.getByLabel("Your thoughts").fill("The heating, and the bus.");
  await page.getByRole("link", { name: "Back to the chapter" }).click(); // at once
  await h1(page, "A coin that listens");
  await page.goto(`${site.url}#/learn/rule/coin/journal`);
  await h1(page, "A machine at home");
  check(await page.getByLabel("Your thoughts").inputValue(), "The heating, and the bus.");
  await site.kill();
  await page.getByLabel("Your thoughts").fill("And the lift.");
  await page.getByText("kept in this browser, sent later").waitFor();
  await site.again();
  await page.getByText("Whatever you write is kept").waitFor();
  check((await site.api("GET", "/course/journal/rule/coin/journal")).text, "And the lift.");
});

test("a lab: started, graded with what is wrong, mended, put back", { serve }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/learn/rule/coin/lab`);
  await page.getByRole("button", { name: "Start the lab" }).click();
  await page.getByLabel("What is its loss?").fill("3");
  await page.getByLabel("the small one").check();
  await page.getByRole("button", { name: "Grade" }).click();
  await page.getByText("0 of 2 points").waitFor();
  await page.getByText("The small one has too little RAM.").waitFor();
  check(await page.getByRole("link", { name: "Read about it again" }).first().getAttribute("href"), "#/learn/rule/coin/fits");
  await page.getByLabel("What is its loss?").fill("7,5");
  await page.getByLabel("the large one").check();
  await page.getByRole("button", { name: "Grade" }).click();
  await page.getByText("2 of 2 points").waitFor();
  await page.getByRole("textbox", { name: "notes.md" }).fill("mine");
  await page.getByRole("button", { name: "Put the starter back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Put the starter back" }).click();
  await page.waitForFunction(() => document.querySelector(".lab textarea")?.value.startsWith("# Notes"));
});

test("glossary, search, review, placement", { serve }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/learn/glossary/wake-word`);
  await page.waitForFunction(() => document.activeElement?.id === "term-wake-word");
  await page.getByLabel("Find a word").fill("are");
  check(await page.locator(".glossary dt").allTextContents(), ["arena"]);
  await page.getByRole("searchbox").fill("zebra");
  await page.keyboard.press("Enter");
  await h1(page, "Search");
  await page.getByRole("link", { name: "The second lesson" }).click();
  await h1(page, "The second lesson");
  await page.goto(`${site.url}#/learn/review`);
  await page.getByText("Nothing comes back today").waitFor();
  await page.goto(`${site.url}#/learn/rule/placement`);
  await page.getByLabel("in the arena").check();
  await page.getByRole("button", { name: "Answer" }).click();
  await page.getByText("You may begin with “A course of one page”").waitFor();
});

test("a certificate: refused while something is missing, made, shown with the fingerprint that verify tells", { serve, allowed: [/409/] }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/learn/certificate/mini`);
  await page.getByLabel("Your name").fill("Noor Haddad");
  await page.getByRole("button", { name: "Ask for it" }).click();
  await page.getByText("Something is still missing").waitFor();
  await site.api("PUT", "/course/progress/mini/one/page", { state: "done", seconds: 3 });
  await page.getByRole("button", { name: "Ask for it" }).click();
  await page.locator(".paper-name", { hasText: "Noor Haddad" }).waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save the signed file" }).click();
  const file = await (await saved).path();
  const shown = await page.locator(".paper-key").textContent();
  check(shown.split(":").length, 32);
  execFileSync(thimble, ["course", "verify", file, "--issuer", shown]); // throws when it does not verify
});

const looks = { light: {}, "Arabic, dark, narrow": { locale: "ar", colorScheme: "dark", viewport: { width: 390, height: 844 } } };
const where = ["", "/rule", "/rule/coin", "/rule/coin/fits", "/rule/coin/quiz", "/rule/coin/lab", "/rule/coin/journal", "/glossary", "/search?q=zebra", "/me", "/certificate/mini"];
for (const [name, context] of Object.entries(looks))
  test(`axe and the window's width: ${name}`, { serve, context: { ...context, bypassCSP: true } }, async ({ page, site, check, axe }) => {
    const wrong = [];
    for (const w of where) {
      await page.goto(`${site.url}#/learn${w}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.locator(".loading").waitFor({ state: "detached" });
      for (const v of await axe(page)) wrong.push(`${w}: ${v}`);
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wrong.push(`${w}: wider than the window`);
    }
    check(wrong, []);
  });

await run();
