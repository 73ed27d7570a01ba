// motion.spec.mjs -- from an empty folder to a motion that the emulated board feels, all of it through the pages; the
// motion sensors of the browser say what the test wants.
import { statSync } from "node:fs";
import { run, test } from "./lib.mjs";
import { has } from "./trained.mjs";

if (!has("arm-none-eabi-gcc") || !has("qemu-system-arm")) {
  console.log("1..0 # SKIP arm-none-eabi-gcc or qemu-system-arm is not here (./run setup --device)");
  process.exit(77);
}

const long = Number(process.env.LONG ?? 120000); // a job, on a slow machine
// Chromium rounds to 0.1: less than that is twice the same recording, which is kept once.
const motions = {
  still: (t) => ({ x: 0.4 * Math.sin(9 * t), y: 0.4 * Math.sin(7 * t), z: 9.8 }),
  shaking: (t) => ({ x: 9 * Math.sin(2 * Math.PI * 3 * t), y: 5 * Math.cos(2 * Math.PI * 3 * t), z: 9.8 + 4 * Math.sin(2 * Math.PI * 2 * t) }),
};

/** The sensors of the page: move(label) changes how they go, 40 times a second until stop(). */
async function sensors(page) {
  const cdp = await page.context().newCDPSession(page);
  const types = ["accelerometer", "linear-acceleration", "gyroscope", "gravity"];
  for (const type of types)
    await cdp.send("Emulation.setSensorOverrideEnabled", { enabled: true, type, metadata: { available: true, minimumFrequency: 1, maximumFrequency: 100 } });
  let how = motions.still;
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return; // a slow browser is not flooded
    busy = true;
    const xyz = how(performance.now() / 1000);
    await Promise.all(["accelerometer", "linear-acceleration", "gyroscope"].map((type) => cdp.send("Emulation.setSensorOverrideReadings", { type, reading: { xyz } }))).catch(() => {});
    busy = false;
  }, 25);
  return { move: (label) => (how = motions[label]), stop: () => clearInterval(timer) };
}

const kept = async (site) => (await site.api("GET", "/projects/motion/samples")).samples;
async function until(what) {
  for (const end = Date.now() + long; Date.now() < end; await new Promise((r) => setTimeout(r, 200))) if (await what()) return;
  throw new Error(`it never came: ${what}`);
}
const go = async (page, name) => {
  await page.goto(page.url().replace(/#\/p\/motion.*$/, `#/p/motion/${name}`));
  await page.getByRole("heading", { level: 1 }).waitFor();
};

test("motion: made, recorded, trained, tested, squeezed, downloaded, felt by the board", { allowed: [/404/] }, async ({ page, site, check, chrome, watch }) => {
  page.setDefaultTimeout(long);
  const { move, stop } = await sensors(page);
  try {
    // an empty folder: a project
    await page.goto(site.url);
    await page.getByRole("button", { name: /^Motion/ }).click();
    await page.getByLabel("Which motions shall it tell apart?").fill("still, shaking");
    await page.getByRole("button", { name: "Start" }).click();
    await page.waitForURL(/#\/p\/motion\/collect$/);
    // four people record both motions, each with a device of their own: so many that one of them tests what it learnt
    const record = async (person) => {
      const own = await (await chrome.newContext({ locale: "en-GB" })).newPage();
      own.setDefaultTimeout(long);
      watch(own);
      const moved = await sensors(own);
      try {
        await own.goto(`${site.url}#/p/motion/collect`);
        await own.getByLabel("Nickname").fill(person);
        await own.getByRole("checkbox").check();
        await own.getByLabel("How long").selectOption("5");
        for (const label of Object.keys(motions)) {
          moved.move(label);
          await own.locator(".collect-label", { hasText: label }).click();
          await own.getByRole("button", { name: "Record" }).click();
          await until(async () => (await kept(site)).some((s) => s.subject === person && s.label === label));
        }
      } finally {
        moved.stop();
        await own.context().close();
      }
    };
    for (const two of [["otter", "heron"], ["lynx", "robin"]]) await Promise.all(two.map(record));
    const samples = await kept(site);
    check([samples.length, samples.every((s) => s.channels === "x,y,z")], [8, true]);
    check(samples.some((s) => s.split === "test"), true, "one of them tests");
    // it learns
    await go(page, "train");
    await page.locator(".train-card").first().waitFor();
    await page.getByText("More settings for this training").click();
    await page.getByLabel("Epochs", { exact: true }).fill("10");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByRole("button", { name: "Train again" }).waitFor();
    check((await site.api("GET", "/projects/motion/runs")).runs.map((r) => r.state), ["done"]);
    // it is made small
    await go(page, "squeeze");
    await page.getByRole("button", { name: "Squeeze", exact: true }).click();
    await page.getByText("times smaller").waitFor();
    // it is tested
    await go(page, "test");
    await page.getByRole("button", { name: "Test it now" }).click();
    await page.locator(".test-figure").waitFor();
    const figure = await page.locator(".test-figure").textContent();
    check(/^[\d.]+%$/.test(figure), true, figure);
    // it is taken along
    await go(page, "deploy");
    await page.getByRole("button", { name: "Write the source" }).click();
    const link = page.getByRole("link", { name: "Download" }).first();
    await link.waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    check(statSync(await download.path()).size > 1000, true, "the download");
    // the board feels it
    await go(page, "board");
    move("shaking");
    await page.getByRole("button", { name: "Feel my movement" }).click();
    await page.locator(".test-events strong").filter({ hasText: /^shaking$/ }).first().waitFor();
    move("still");
    await page.locator(".test-events li").first().filter({ hasText: "still" }).waitFor();
    await page.getByRole("button", { name: "Switch it off" }).click();
    await page.getByText("the same on your computer, byte for byte").waitFor();
  } catch (e) {
    console.log((await page.locator("main").innerText()).replace(/^/gm, "# "));
    throw e;
  } finally {
    stop();
  }
});

await run();
