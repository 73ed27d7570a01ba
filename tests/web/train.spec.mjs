// train.spec.mjs -- the pages Train and Squeeze: choose a network, change its lines, watch it learn, compare runs, and
// make it small; with the sine, which needs no data, and with words of synthetic voices.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { axe, run, test } from "./lib.mjs";

const root = new URL("../../", import.meta.url).pathname;
const thimble = process.env.THIMBLE ?? join(root, "build/thimble");
const cli = (...args) => execFileSync(thimble, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

const sine = (site) => site.api("POST", "/projects", { name: "wave", task: "sine" });
const open = (page, site, name) => page.goto(`${site.url}#/p/wave/${name}`);
const trainOnce = async (page) => {
  await page.getByRole("button", { name: /^Train/ }).click();
  await page.getByText("The model of epoch").or(page.getByText("It was still getting better")).first().waitFor({ timeout: 60000 });
};

test("the sine is learnt: curves, a sentence, a run in the list", async ({ page, site, check }) => {
  await sine(site);
  await open(page, site, "train");
  await page.getByText("Its values need exactly 32 bytes").first().waitFor();
  await trainOnce(page);
  await page.locator(".plot canvas").first().waitFor();
  await page.getByText("The figures as a table").first().click();
  await page.locator(".figures[open] tbody tr").nth(59).waitFor();
  const { runs } = await site.api("GET", "/projects/wave/runs");
  check(runs.length, 1);
  check(await page.getByRole("row").filter({ hasText: "off by" }).count(), 1);
  check((await site.api("GET", "/projects/wave")).has.model, true);
});

test("two runs side by side, and what differs", async ({ page, site, check }) => {
  await sine(site);
  const dir = join(site.dir, "wave");
  cli("train", dir, "--epochs", "5", "--name", "slow");
  cli("train", dir, "--epochs", "8", "--seed", "7", "--name", "quick");
  await open(page, site, "train");
  await page.getByLabel(/slow/).check();
  await page.getByLabel(/quick/).check();
  await page.getByRole("heading", { name: "Side by side" }).waitFor();
  const rows = page.getByRole("region", { name: "What differs" }).getByRole("row");
  check(await rows.filter({ hasText: "Seed" }).getByRole("cell").allTextContents(), ["1", "7"]);
  check(await rows.filter({ hasText: "epochs" }).getByRole("cell").allTextContents(), ["5", "8"]);
});

test("lines are changed: a wrong one is named, a right one has its price at once", async ({ page, site, check }) => {
  await sine(site);
  await open(page, site, "train");
  await page.getByText("Look inside and change it").click();
  const lines = page.getByLabel("The network, one layer a line");
  check(await lines.inputValue(), "dense 16 relu\ndense 16 relu\ndense 1");
  await lines.fill("dense 16 relu\ndens 8\ndense 1");
  await page.getByRole("alert").filter({ hasText: "did you mean" }).waitFor();
  check(await page.locator(".code-wrong").textContent(), "2");
  check(await page.getByRole("button", { name: "Keep these lines" }).isDisabled(), true);
  await lines.fill("dense 64 relu\ndense 64 relu\ndense 1");
  await page.getByText("4,353 weights").waitFor();
  await page.getByText("Its values need exactly 128 bytes").first().waitFor();
  await page.getByRole("button", { name: "Keep these lines" }).click();
  await page.getByRole("heading", { name: "Your own network" }).waitFor();
  check(readFileSync(join(site.dir, "wave/thimble.ini"), "utf8").includes("dense 64 relu\ndense 64 relu\ndense 1"), true);
  await trainOnce(page);
  cli("quantize", join(site.dir, "wave"));
  const trained = JSON.parse(cli("inspect", join(site.dir, "wave/model/int8.tflite"), "--board", "nano33ble", "--json"));
  check(trained.arena_bytes, 128, "what was promised before it was trained");
  await page.getByRole("button", { name: "Back to the ready-made network" }).click();
  await page.getByRole("heading", { name: "Train with sine" }).waitFor();
});

test("a change by somebody else is not written over", { allowed: [/409/] }, async ({ page, site, check }) => {
  await sine(site);
  await open(page, site, "train");
  await page.getByText("Look inside and change it").click();
  const lines = page.getByLabel("The network, one layer a line");
  await lines.fill("dense 8 relu\ndense 1");
  await page.getByText("25 weights").waitFor();
  const { text, revision } = await site.api("GET", "/projects/wave/settings");
  await site.api("PUT", "/projects/wave/settings", { text: `${text}\n# mine\n`, revision });
  await page.getByRole("button", { name: "Keep these lines" }).click();
  await page.getByText("was changed by somebody else").waitFor();
  check(readFileSync(join(site.dir, "wave/thimble.ini"), "utf8").includes("# mine"), true);
});

test("words: without examples it says what to do; with them it is trained, stopped and gone on with", async ({ page, site, check }) => {
  await site.api("POST", "/projects", { name: "wave", task: "keyword", labels: ["yes", "no"] });
  await open(page, site, "train");
  await page.getByRole("heading", { name: "First it needs examples" }).waitFor();
  await page.locator(".train-card").filter({ hasText: "Best start" }).filter({ hasText: "ds-cnn-s" }).waitFor();
  cli("data", "synth", "--project", join(site.dir, "wave"), "--count", "8");
  await page.reload();
  await page.getByRole("radio", { name: /^tiny-conv/ }).check();
  await page.getByRole("heading", { name: "Train with tiny-conv" }).waitFor();
  await page.getByText("More settings for this training").click();
  await page.getByLabel("Epochs", { exact: true }).fill("400");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.getByText(/^Epoch \d+:/).waitFor({ timeout: 60000 });
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Go on" }).waitFor({ timeout: 30000 });
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText(/^Epoch \d+:/).waitFor({ timeout: 60000 });
  const { runs } = await site.api("GET", "/projects/wave/runs");
  check(runs.at(-1).preset, "tiny-conv");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Go on" }).waitFor({ timeout: 30000 });
});

test("squeeze: first a model, then half the size; the repair says what it tried", async ({ page, site, check }) => {
  await sine(site);
  await open(page, site, "squeeze");
  await page.getByRole("heading", { name: "There is no model yet" }).waitFor();
  cli("train", join(site.dir, "wave"), "--epochs", "20");
  await page.reload();
  await page.getByRole("button", { name: "Squeeze", exact: true }).click();
  await page.getByText("times smaller").waitFor({ timeout: 30000 });
  const q = await site.api("GET", "/projects/wave/results/quantize");
  check(await page.getByRole("region", { name: "Layer by layer" }).getByRole("row").count(), q.layers.length + 1);
  check(q.int8_arena > 0 && q.int8_arena < q.float_arena, true);
  await page.getByRole("button", { name: "Repair it by itself" }).click();
  await page.getByRole("table", { name: "What the repair tried" }).waitFor({ timeout: 30000 });
  await page.getByText("squeezed, now").first().waitFor();
});

for (const [name, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["phone, Arabic", { viewport: { width: 390, height: 800 }, locale: "ar" }],
  ["Spanish", { locale: "es" }],
])
  test(`both pages are clean: ${name}`, { context: options }, async ({ page, site, check }) => {
    await sine(site);
    cli("train", join(site.dir, "wave"), "--epochs", "6");
    cli("quantize", join(site.dir, "wave"), "--debug");
    for (const which of ["train", "squeeze"]) {
      await open(page, site, which);
      await page.getByRole("table").first().waitFor();
      if (which === "train") {
        await page.locator(".train-lines summary").click();
        await page.locator(".train-net").waitFor();
        await page.locator(".plot canvas").first().waitFor();
      }
      check(await axe(page), [], which);
      check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${which} scrolls sideways`);
    }
  });

await run();
