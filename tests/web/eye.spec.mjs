// eye.spec.mjs -- from an empty folder to a board that sees: two things before a camera, all of it by the pages.
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, test } from "./lib.mjs";
import { has } from "./trained.mjs";

if (!has("arm-none-eabi-gcc") || !has("qemu-system-arm")) {
  console.log("1..0 # SKIP arm-none-eabi-gcc or qemu-system-arm is not here (./run setup --device)");
  process.exit(77);
}
const dir = mkdtempSync(join(tmpdir(), "thimble-eye-"));
process.on("exit", () => rmSync(dir, { recursive: true, force: true }));

const wide = 160, high = 120, frames = 100;
/** [y, u, v] of a thing's point in picture f; what is around it is a dim grey that is never the same twice. */
const things = {
  ball: (x, y, f) => Math.hypot(x - 80 - 14 * Math.sin(f / 7), y - 60 - 10 * Math.cos(f / 5)) < 38 + 6 * Math.sin(f / 3) && [150, 90, 220],
  fence: (x) => x % 32 < 16 && [90, 220, 90],
};

/** A film of it (YUV4MPEG2, 10 pictures a second), moving and with noise: no two pictures are the same. */
function film(thing) {
  const parts = [Buffer.from(`YUV4MPEG2 W${wide} H${high} F10:1 Ip A1:1 C420jpeg\n`)];
  let seed = 1;
  const noise = () => (seed = (seed * 16807) % 2147483647) % 16;
  for (let f = 0; f < frames; f++) {
    const y = Buffer.alloc(wide * high), u = Buffer.alloc((wide * high) / 4), v = Buffer.alloc((wide * high) / 4);
    for (let r = 0; r < high; r++)
      for (let c = 0; c < wide; c++) {
        const [a, b, d] = thing(c + f, r, f) || [70, 128, 128];
        y[r * wide + c] = a + noise();
        const half = (r >> 1) * (wide / 2) + (c >> 1);
        u[half] = b;
        v[half] = d;
      }
    parts.push(Buffer.from("FRAME\n"), y, u, v);
  }
  return Buffer.concat(parts);
}

/** What is held before the camera from its next opening on. */
const camera = join(dir, "camera.y4m");
function show(thing) {
  writeFileSync(`${camera}.new`, film(things[thing]));
  renameSync(`${camera}.new`, camera); // a browser may still have the other one open
}
show("ball");

const args = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${camera}`];
const slow = { timeout: 240000 }; // for what a busy computer needs long for
const enough = /: (1[2-9]|[2-9]\d) clips$/;

test("two things before the camera become a board that tells them apart", { args, allowed: [/404/] }, async ({ page, site, check }) => {
  const step = (name) => page.getByRole("navigation").getByRole("link", { name }).first().click();

  await page.goto(site.url);
  await page.getByRole("button", { name: /^Eye/ }).click();
  await page.getByLabel("What shall it tell apart?").fill("ball, fence");
  await page.getByRole("button", { name: "Start" }).click();
  await page.waitForURL(/#\/p\/eye\/collect$/);

  await page.getByLabel("Nickname").fill("otter");
  await page.getByRole("checkbox").check();
  for (const thing of ["ball", "fence"]) {
    show(thing);
    await page.reload();
    await page.getByText(thing, { exact: true }).first().click();
    await page.getByRole("button", { name: "Open the camera" }).click();
    await page.waitForFunction(() => document.querySelector("video")?.videoWidth > 0);
    const take = page.getByRole("button", { name: "Take" });
    await take.hover();
    await page.mouse.down(); // held: one picture after the other
    await page.getByRole("heading", { name: enough }).filter({ hasText: thing }).waitFor(slow);
    await page.mouse.up();
  }

  await step("Train");
  await page.getByRole("radio", { name: /^picture-conv/ }).check();
  await page.getByText("More settings for this training").click();
  await page.getByLabel("Epochs", { exact: true }).fill("12");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.getByRole("button", { name: "Train again" }).waitFor(slow);

  await step("Squeeze");
  await page.getByRole("button", { name: "Squeeze", exact: true }).click();
  await page.getByText("times smaller").waitFor(slow);

  await step("Test");
  await page.getByRole("button", { name: "Test it now" }).click();
  await page.locator(".test-figure").waitFor(slow);
  const figure = parseFloat(await page.locator(".test-figure").textContent());
  console.log(`# ${figure} % right`);
  check(figure >= 80, true, `${figure} % are right`);

  await step("Deploy");
  await page.getByText("It fits.").waitFor(slow);
  await page.getByRole("button", { name: "Build the firmware" }).click();
  const link = page.getByRole("link", { name: "Download" });
  await link.first().waitFor(slow);
  const [download] = await Promise.all([page.waitForEvent("download"), link.first().click()]);
  check(statSync(await download.path()).size > 50000, true, "the firmware is not empty");

  await page.getByRole("link", { name: "Try it on the emulated board" }).click();
  for (const thing of ["fence", "ball"]) {
    show(thing);
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.locator(".scores-best dt").filter({ hasText: thing }).waitFor(slow);
    await page.locator(".test-events li").first().filter({ hasText: thing }).waitFor(slow);
    await page.getByRole("button", { name: "Stop" }).click();
  }
  await page.getByRole("button", { name: "Switch it off" }).click();
  await page.getByText("the same on your computer, byte for byte").waitFor(slow);
});

await run();
