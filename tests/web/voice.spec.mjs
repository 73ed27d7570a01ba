// voice.spec.mjs -- from an empty folder to a word that the emulated board hears, by the pages alone: a project, people
// with a browser and a microphone each who record at the same time, training, test, squeezing, firmware, the board.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browser, run, test } from "./lib.mjs";
import { tones } from "./sounds.mjs";
import { has } from "./trained.mjs";

for (const program of ["arm-none-eabi-gcc", "qemu-system-arm"])
  if (!has(program)) {
    console.log(`1..0 # SKIP ${program} is not here (./run setup --device)`);
    process.exit(77);
  }
const dir = mkdtempSync(join(tmpdir(), "thimble-voice-"));
process.on("exit", () => rmSync(dir, { recursive: true, force: true }));

const long = 120000; // ms: for a slow machine; states are waited for, not times
const clips = 10; // of each word, in a row
const hz = { low: 500, high: 1400 };
/** A microphone that hears these sounds, [Hz, seconds] each, again and again. */
function microphone(name, sounds) {
  const file = join(dir, `${name}.wav`);
  writeFileSync(file, tones(sounds, 7));
  return ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-audio-capture=${file}`, "--autoplay-policy=no-user-gesture-required"];
}
/** A word, never quite the same, so often that every recording of two seconds has a whole one. */
const saying = (word) => Array.from({ length: 13 }, (_, i) => [[0, 0.7], [hz[word] + 6 * i, 0.6]]).flat();
const boardHears = [..."hhhlll"].flatMap((c) => [[0, 1.9], [(c === "h" ? hz.high : hz.low) + 20, 0.6]]);

const step = (page, name) => page.getByRole("navigation", { name: "Steps of the project" }).getByRole("link", { name }).click();
async function agree(page, name) {
  await page.getByLabel("Nickname").fill(name);
  await page.getByRole("checkbox").check();
}
const label = (page, name) => page.locator(".collect-label", { has: page.getByText(name, { exact: true }) });
const clipsHere = (page, name, n) => page.getByRole("heading", { name: new RegExp(`^${name}: ${n} clips?$`) }).waitFor({ timeout: long });

/** Somebody with a computer of their own opens the page Collect and records. */
async function records(site, watch, who, what, sounds, n) {
  const chrome = await browser(microphone(who, sounds));
  try {
    const page = await (await chrome.newContext({ locale: "en-GB" })).newPage();
    page.setDefaultTimeout(long);
    watch(page);
    await page.goto(`${site.url}#/p/voice/collect`);
    await label(page, what).click();
    await agree(page, who);
    if (what !== "silence") await page.getByLabel("In a row").selectOption(String(n));
    await page.getByRole("button", { name: "Record" }).click();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await page.getByRole("button", { name: "Record" }).waitFor(); // all of the row, by itself
    await clipsHere(page, what, n);
  } finally {
    await chrome.close();
  }
}

const options = { args: microphone("board", boardHears), allowed: [/ScriptProcessorNode/, /404/] };
test("an empty folder, two words, and the emulated board hears them", options, async ({ page, context, site, check, watch }) => {
  context.setDefaultTimeout(long);
  await page.goto(site.url);
  await page.getByRole("button", { name: /^Voice/ }).click();
  await page.getByLabel("Which words shall it hear?").fill("low, high");
  await page.getByRole("button", { name: "Start" }).click();
  await page.waitForURL(/#\/p\/voice\/collect$/);

  await Promise.all([
    records(site, watch, "otter", "low", saying("low"), clips),
    records(site, watch, "heron", "high", saying("high"), clips),
    records(site, watch, "lynx", "silence", [[0, 7]], 10),
    (async () => {
      await label(page, "unknown").click();
      await agree(page, "robin");
      await page.getByRole("tab", { name: "Files" }).click();
      const files = Array.from({ length: clips }, (_, i) => ({
        name: `other${i}.wav`,
        mimeType: "audio/wav",
        buffer: tones([[0, 0.2], [i % 2 ? 2400 + 80 * i : 800 + 15 * i, 0.6], [0, 0.2]], i + 1),
      }));
      await page.locator("input[type=file]").setInputFiles(files);
      await clipsHere(page, "unknown", clips);
    })(),
  ]);
  const { samples } = await site.api("GET", "/projects/voice/samples?limit=100");
  check(samples.length, 3 * clips + 10);
  check(samples.every((s) => s.consent.startsWith("yes") && s.subject), true, "each has a person who agreed");
  check([...new Set(samples.map((s) => s.split))].sort(), ["test", "train", "val"]);

  await step(page, /Train/);
  await page.getByRole("radio", { name: /^tiny-conv/ }).check();
  await page.getByRole("heading", { name: "Train with tiny-conv" }).waitFor();
  await page.getByText("More settings for this training").click();
  await page.getByLabel("Epochs", { exact: true }).fill("20");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.getByRole("button", { name: "Train again" }).waitFor();
  check((await site.api("GET", "/projects/voice/runs")).runs.map((r) => [r.preset, r.state]), [["tiny-conv", "done"]]);

  await step(page, /Test/);
  await page.getByRole("button", { name: "Test it now" }).click();
  const figure = await page.locator(".test-figure").textContent();
  check(parseFloat(figure) >= 75, true, `accuracy ${figure}`);

  await step(page, /Squeeze/);
  const again = page.getByRole("button", { name: "Squeeze again" }); // the test has squeezed it once
  await Promise.all([page.waitForResponse((r) => r.request().method() === "POST" && /\/jobs$/.test(r.url()) && r.ok()), again.click()]);
  await page.locator("button[aria-busy]").waitFor({ state: "detached" });
  await again.waitFor();
  await page.getByText("times smaller").waitFor();

  await step(page, /Deploy/);
  await page.getByRole("button", { name: "Build the firmware" }).click();
  const link = page.getByRole("link", { name: "Download" });
  await link.waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const zip = join(dir, "firmware.zip");
  await download.saveAs(zip);
  check(statSync(zip).size > 10000 && execFileSync("unzip", ["-p", zip, "*firmware.hex"]).toString().startsWith(":"), true, "firmware.hex");

  await page.getByRole("link", { name: "Try it on the emulated board" }).click();
  await page.getByRole("button", { name: "Listen to me" }).click();
  const heard = page.locator(".test-events strong"); // the newest first
  await heard.filter({ hasText: /^low$/ }).first().waitFor();
  check(await heard.last().textContent(), "high", "the first word that was said");
  await page.getByText(/^> low|\n> low/).first().waitFor();
  await page.getByRole("button", { name: "Switch it off" }).click();
  await page.getByText("the same on your computer, byte for byte").waitFor();
});

await run();
