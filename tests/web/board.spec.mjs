// board.spec.mjs -- the emulated board in the page, and the downloads of the page Deploy.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { run, test } from "./lib.mjs";
import { tones } from "./sounds.mjs";
import { has, trained } from "./trained.mjs";

if (!has("arm-none-eabi-gcc") || !has("qemu-system-arm")) {
  console.log("1..0 # SKIP arm-none-eabi-gcc or qemu-system-arm is not here (./run setup --device)");
  process.exit(77);
}
const made = trained("words", "steps", "eye");
const serve = { folder: made.folder };
writeFileSync(made.file("mic.wav"), tones([[0, 1.5], [505, 1], [0, 1.5], [1405, 1], [0, 1]], 7));
const devices = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-audio-capture=${made.file("mic.wav")}`, "--autoplay-policy=no-user-gesture-required"];
const allowed = [/ScriptProcessorNode/, /404/];

test("one speaks to the board: light, console, timeline, memory", { serve, args: devices, allowed }, async ({ page, site, check, axe }) => {
  await page.goto(`${site.url}#/p/tones/board`);
  await page.getByRole("button", { name: "Listen to me" }).click();
  await page.locator(".board-led-on").waitFor({ timeout: 120000 });
  await page.getByText("Light on").waitFor();
  await page.locator(".test-events li").first().waitFor();
  await page.getByText(/^> (low|high)/).waitFor();
  const [flash] = await page.locator(".board-memory h3").allTextContents();
  check(/^Flash: .* kB of 1 MB$/.test(flash), true, flash);
  check(Number((await page.locator(".board-facts dd").first().textContent()).replace(/,/g, "")) > 1000, true, "instructions");
  check(await axe(page), []);
  await page.getByRole("button", { name: "Switch it off" }).click();
  await page.getByText("The board is off.").waitFor();
  await page.getByText("the same on your computer, byte for byte").waitFor();
});

test("a recording is played to it", { serve, args: devices, allowed }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/p/steps/board`);
  await page.getByRole("button", { name: "Play it" }).click();
  const label = (await page.getByLabel("Or an example of the test").locator("option").first().textContent()).split(":")[0];
  await page.locator(".test-events li").first().waitFor({ timeout: 120000 });
  check(await page.locator(".test-events strong").last().textContent(), label);
});

test("it looks through the camera", { serve, args: devices, allowed }, async ({ page, site, check }) => {
  await page.goto(`${site.url}#/p/eye/board`);
  await page.getByRole("button", { name: "Use the camera" }).click();
  await page.locator(".test-events li").first().waitFor({ timeout: 120000 });
  await page.locator(".scores-number").first().filter({ hasText: "%" }).waitFor();
  check(["person", "no_person"].includes(await page.locator(".test-events strong").first().textContent()), true);
});

test("every form can be downloaded", { serve, allowed }, async ({ page, site, check, axe }) => {
  await page.goto(`${site.url}#/p/tones/deploy`);
  await page.getByText("It fits.").waitFor();
  const forms = [["Build the firmware", "firmware.hex"], ["Make the library", "library.properties"], ["Write the source", "model.c"], ["Make the package", "model.thm"]];
  if (has("clang") && has("wasm-ld")) forms.push(["Make the page", "index.html"]);
  for (const [button, file] of forms) {
    const card = page.locator(".card", { has: page.getByRole("button", { name: button }) });
    const form = await card.getAttribute("aria-label");
    await page.getByRole("button", { name: button }).click();
    const link = (form ? page.locator(`[aria-label="${form}"]`) : page.locator(".card").first()).getByRole("link", { name: "Download" });
    await link.waitFor({ timeout: 120000 });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const path = made.file("download.zip");
    await download.saveAs(path);
    let inside = execFileSync("unzip", ["-l", path]).toString();
    if (button === "Make the library") inside = execFileSync("sh", ["-c", `unzip -p '${path}' '*.zip' >'${path}.inner' && unzip -l '${path}.inner'`]).toString();
    check(inside.includes(file), true, `${button}: ${file}`);
  }
  check(await axe(page), []);
});

await run();
