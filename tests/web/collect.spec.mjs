// collect.spec.mjs -- recording: microphone, camera, motion, drawing, files; who agreed; undo; a server that goes away.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, test } from "./lib.mjs";
import { wav } from "./sounds.mjs";

const dir = mkdtempSync(join(tmpdir(), "thimble-fake-"));

/** A "word": 0.4 s of 700 Hz every 1.3 s. */
const word = (t) => (t % 1.3 > 0.5 && t % 1.3 < 0.9 ? 0.5 * Math.sin(2 * Math.PI * 700 * t) : 0.001 * Math.sin(2 * Math.PI * 97 * t));
const voice = join(dir, "voice.wav");
writeFileSync(voice, wav(48000, 13, word));

/** A picture of four colours: red, green over blue, grey. */
function camera(w, h) {
  const parts = [Buffer.from(`YUV4MPEG2 W${w} H${h} F10:1 Ip A1:1 C420jpeg\n`)];
  const colours = [[81, 90, 240], [145, 54, 34], [41, 240, 110], [128, 128, 128]];
  const y = Buffer.alloc(w * h), u = Buffer.alloc((w * h) / 4), v = Buffer.alloc((w * h) / 4);
  for (let r = 0; r < h; r++)
    for (let c = 0; c < w; c++) {
      const [a, b, d] = colours[(c < w / 2 ? 0 : 1) + (r < h / 2 ? 0 : 2)];
      y[r * w + c] = a;
      u[(r >> 1) * (w / 2) + (c >> 1)] = b;
      v[(r >> 1) * (w / 2) + (c >> 1)] = d;
    }
  for (let f = 0; f < 3; f++) parts.push(Buffer.from("FRAME\n"), y, u, v);
  return Buffer.concat(parts);
}
const eye = join(dir, "eye.y4m");
writeFileSync(eye, camera(320, 240));

const fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"];
const args = [...fake, `--use-file-for-fake-audio-capture=${voice}`, `--use-file-for-fake-video-capture=${eye}`];

const make = (site, task, labels) => site.api("POST", "/projects", { name: "p", task, ...(labels ? { labels } : {}) });
const all = async (site, query = "") => (await site.api("GET", `/projects/p/samples${query}`)).samples;
async function until(what, ms = 30000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((r) => setTimeout(r, 100))) {
    const v = await what();
    if (v) return v;
  }
  throw new Error(`it never came: ${what}`);
}
async function agree(page, name = "otter") {
  await page.getByLabel("Nickname").fill(name);
  await page.getByRole("checkbox").check();
}
async function open(page, site) {
  await page.goto(`${site.url}#/p/p/collect`);
  await page.getByRole("radio").first().waitFor();
}

test("nothing is recorded before somebody agreed; then two words, heard and kept", { args }, async ({ page, site, check }) => {
  await make(site, "keyword", ["on", "off"]);
  await open(page, site);
  await page.getByRole("button", { name: "Record" }).click();
  await page.getByText("question of respect").waitFor();
  check(await all(site), []);
  await agree(page);
  await page.getByLabel("In a row").selectOption("1");
  await page.getByRole("button", { name: "Record" }).click();
  await page.getByText("Get ready to say").waitFor();
  const [clip] = await until(async () => (await all(site)).length === 1 && all(site));
  check([clip.label, clip.subject, clip.n_rows, clip.rate_hz, clip.consent.startsWith("yes")], ["on", "otter", 16000, 16000, true]);
  // the word is in it, whole: 0.4 s of a tone
  const bytes = Buffer.from(await (await fetch(`${site.url}api/v1/projects/p/samples/${clip.hash}/file`)).arrayBuffer());
  let loud = 0;
  for (let i = 44; i < bytes.length; i += 2) loud += Math.abs(bytes.readInt16LE(i)) > 3000 ? 1 : 0;
  check(loud > 4000 && loud < 7000, true, `${loud} loud samples`);
  await page.getByRole("heading", { name: "on: 1 clip" }).waitFor();
  // the space bar does the same, for another label
  await page.getByText("off", { exact: true }).first().click();
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await until(async () => (await all(site, "?label=off")).length === 1);
  await page.getByRole("heading", { name: "off: 1 clip" }).waitFor();
});

test("deleted, undone, another label", { args, allowed: [/404.*\/file$/] }, async ({ page, site, check }) => {
  await make(site, "keyword", ["on", "off"]);
  for (let i = 0; i < 2; i++)
    await site.api("POST", `/projects/p/samples?label=on&subject=a&name=clip${i}.wav`, wav(16000, 1, (t) => 0.3 * Math.sin((300 + 50 * i) * 6.28 * t)), "audio/wav");
  await open(page, site);
  await page.getByRole("button", { name: "Delete clip1.wav" }).click();
  await until(async () => (await all(site)).length === 1);
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await all(site)).length === 2);
  await page.getByLabel("Label of clip0.wav").selectOption("off");
  await until(async () => (await all(site, "?label=off")).length === 1);
  await page.getByRole("heading", { name: "on: 1 clip" }).waitFor();
  check((await all(site, "?label=off"))[0].name, "clip0.wav");
});

test("the server goes away: what was recorded is kept, also over a reload, and sent", { args, allowed: [/Failed to load|ERR_/] }, async ({ page, site, check }) => {
  await make(site, "keyword", ["on", "off"]);
  await open(page, site);
  await agree(page);
  await page.getByLabel("In a row").selectOption("1");
  await page.route(/samples\?label=on&subject/, (r) => r.abort());
  await page.getByRole("button", { name: "Record" }).click();
  await page.getByText("safe in this browser").waitFor();
  check(await all(site), []);
  await page.reload();
  await page.getByText("safe in this browser").waitFor();
  await page.unroute(/samples\?label=on&subject/);
  await until(async () => (await all(site)).length === 1);
  await page.getByText("safe in this browser").waitFor({ state: "detached" });
});

test("camera: the crop that the network sees, one and many", { args }, async ({ page, site, check }) => {
  await make(site, "image", ["cup", "key"]);
  await open(page, site);
  await agree(page);
  await page.getByRole("button", { name: "Open the camera" }).click();
  const take = page.getByRole("button", { name: "Take" });
  await take.waitFor();
  await page.waitForFunction(() => document.querySelector("video")?.videoWidth > 0);
  await take.click();
  const [first] = await until(async () => (await all(site)).length >= 1 && all(site));
  const wanted = (await site.api("GET", "/projects/p/wanted")).picture;
  check([first.kind, first.label, Math.abs(first.width / first.height - wanted.width / wanted.height) < 0.02], ["picture", "cup", true]);
  const colour = await page.evaluate(() => {
    const c = document.querySelector("canvas");
    return [...c.getContext("2d").getImageData(2, 2, 1, 1).data];
  });
  check(colour[0] > 150 && colour[2] < 120, true, `red above left: ${colour}`);
});

test("motion: rows at the project's rate, of this many seconds", { args }, async ({ page, site, check }) => {
  await make(site, "activity", ["wave", "rest"]);
  const cdp = await page.context().newCDPSession(page);
  for (const type of ["accelerometer", "linear-acceleration", "gyroscope", "gravity"])
    await cdp.send("Emulation.setSensorOverrideEnabled", { enabled: true, type, metadata: { available: true, minimumFrequency: 1, maximumFrequency: 100 } });
  let i = 0;
  const feed = setInterval(() => {
    const xyz = { x: Math.sin(i++ / 5), y: 1, z: 9.8 };
    for (const type of ["accelerometer", "linear-acceleration", "gyroscope"])
      cdp.send("Emulation.setSensorOverrideReadings", { type, reading: { xyz } }).catch(() => {});
  }, 20);
  try {
    await open(page, site);
    await agree(page);
    await page.getByLabel("How long").selectOption("5");
    await page.getByRole("button", { name: "Record" }).click();
    const [s] = await until(async () => (await all(site)).length === 1 && all(site));
    const wanted = await site.api("GET", "/projects/p/wanted");
    check([s.kind, s.channels, s.rate_hz, Math.abs(s.n_rows - 5 * wanted.signal_hz) <= 0.1 * 5 * wanted.signal_hz], ["signal", "x,y,z", wanted.signal_hz, true]);
  } finally {
    clearInterval(feed);
  }
});

test("drawing: by mouse and by keyboard", { args }, async ({ page, site, check }) => {
  await make(site, "gesture", ["z", "o"]);
  await open(page, site);
  await agree(page);
  const pad = page.getByRole("application");
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  await page.mouse.move(box.x + 40, box.y + 40);
  await page.mouse.down();
  for (let k = 1; k <= 20; k++) await page.mouse.move(box.x + 40 + 10 * k, box.y + 40);
  await page.mouse.up();
  const [s] = await until(async () => (await all(site)).length === 1 && all(site));
  check([s.kind, s.channels, s.n_rows > 8], ["signal", "x,y", true]);
  await pad.focus();
  await page.keyboard.press("Space");
  for (let k = 0; k < 4; k++) await page.keyboard.press("ArrowRight");
  for (let k = 0; k < 4; k++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await until(async () => (await all(site)).length === 2);
});

test("files that are chosen, and ones that are none of this project", { args, allowed: [/400/] }, async ({ page, site, check }) => {
  await make(site, "keyword", ["on", "off"]);
  await open(page, site);
  await agree(page);
  await page.getByRole("tab", { name: "Files" }).click();
  await page.locator("input[type=file]").setInputFiles([
    { name: "a.wav", mimeType: "audio/wav", buffer: wav(44100, 1.5, word) },
    { name: "b.txt", mimeType: "text/plain", buffer: Buffer.from("no") },
    { name: "c.wav", mimeType: "audio/wav", buffer: Buffer.from("no sound at all") },
  ]);
  await page.getByText("b.txt").waitFor();
  await page.getByText("cannot be read as sound").waitFor();
  const [s] = await until(async () => (await all(site)).length === 1 && all(site));
  check([s.name, s.rate_hz], ["on/a.wav", 16000]);
  await page.getByRole("button", { name: "Throw away" }).click();
  await page.getByText("cannot be read as sound").waitFor({ state: "detached" });
});

const looks = [
  ["light", {}],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { viewport: { width: 390, height: 844 } }],
  ["Spanish", { locale: "es" }],
  ["Arabic", { locale: "ar", viewport: { width: 390, height: 844 } }],
];
const kinds = [["keyword", ["on", "off"]], ["image", ["cup", "key"]], ["activity", ["wave", "rest"]], ["gesture", ["z", "o"]], ["sine"]];
for (const [name, context] of looks)
  test(`axe finds nothing: ${name}`, { args, context: { ...context, bypassCSP: true } }, async ({ page, site, check, axe }) => {
    for (const [task, labels] of kinds) {
      await site.api("POST", "/projects", { name: task, task, ...(labels ? { labels } : {}) });
      if (task === "keyword")
        await site.api("POST", `/projects/${task}/samples?label=on&subject=a`, wav(16000, 1, word), "audio/wav");
      await page.goto(`${site.url}#/p/${task}/collect`);
      await page.locator(task === "sine" ? ".empty" : ".collect-card").waitFor();
      await page.waitForTimeout(300);
      check(await axe(page), [], task);
      check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${task} fits the window`);
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `collect-${task}-${name}.png`), fullPage: true });
    }
  });

await run();
