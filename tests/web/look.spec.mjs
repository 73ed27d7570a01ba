// look.spec.mjs -- the page Look: every clip seen, heard, labelled anew, taken out and brought back; the map by pointer
// and keyboard; the balance; findings that are mended and taken back; three languages, phone, dark, axe.
import { run, test } from "./lib.mjs";
import { random, tone, wav } from "./sounds.mjs";

// Before anything was computed, the server has no result: the browser notes the 404 on the console.
const allowed = [/404/];

/** `hz` for a third of a second in the middle of a second of 16 kHz, as a WAV file. */
function word(hz, seed, { loud = 0.27 } = {}) {
  const noise = random(seed + 1);
  return wav(16000, 1, (t) => (Math.abs(t - 0.5) < 0.17 ? loud * tone(hz, t) : 0) + 0.01 * (noise() - 0.5));
}

const splits = ["train", "train", "train", "val", "test"];
/** A project of two words, said `n` times each by three people. */
async function words(site, n = 10, name = "lights") {
  await site.api("POST", "/projects", { name, task: "keyword", labels: ["on", "off"] });
  for (let i = 0; i < n; i++)
    for (const [label, hz] of [["on", 500], ["off", 1700]]) {
      const q = `label=${label}&subject=${["Noor", "Ana", "Lee"][i % 3]}&split=${splits[i % 5]}&name=${label}-${i}.wav`;
      await site.api("POST", `/projects/${name}/samples?${q}`, word(hz + 23 * i, i + 1), "audio/wav");
    }
}
const total = async (site, query = "") => (await site.api("GET", `/projects/lights/samples?${query}`)).total;
const open = (page, site, tab) => page.goto(`${site.url}#/p/lights/look/${tab}`);
/** Does something until it is true, for at most ten seconds. */
async function until(what, want = true) {
  for (let i = 0; ; i++) {
    const is = await what();
    if (is === want) return;
    if (i > 100) throw new Error(`is ${JSON.stringify(is)} and does not become ${JSON.stringify(want)}`);
    await new Promise((end) => setTimeout(end, 100));
  }
}

test("an empty project says what to do first", async ({ page, site, check, axe }) => {
  await site.api("POST", "/projects", { name: "lights", task: "keyword", labels: ["on", "off"] });
  await open(page, site, "clips");
  await page.getByRole("link", { name: "Collect examples" }).waitFor();
  check(await axe(page), []);
});

test("clips: seen, filtered, labelled anew, taken out and brought back", async ({ page, site, check }) => {
  await words(site, 16);
  await open(page, site, "clips");
  await page.getByText("32 clips · page 1 of 2").first().waitFor();
  check(await page.locator(".look-card").count(), 24);
  // The pictures are drawn: a path, and a canvas that is not of one colour.
  await page.locator(".look-card svg path").first().waitFor({ state: "attached" });
  const shades = () =>
    page.evaluate(() => {
      const c = document.querySelector(".look-card canvas");
      const copy = Object.assign(document.createElement("canvas"), { width: c.width, height: c.height }); // read often; the page's is not
      const pen = copy.getContext("2d", { willReadFrequently: true });
      pen.drawImage(c, 0, 0);
      const d = pen.getImageData(0, 0, c.width, c.height).data;
      return new Set(Array.from({ length: d.length / 4 }, (_, i) => `${d[4 * i]},${d[4 * i + 1]}`)).size;
    });
  await until(async () => (await shades()) > 20);
  await page.getByRole("combobox", { name: "Label", exact: true }).selectOption("off");
  await page.getByText("16 clips", { exact: true }).waitFor();
  await page.getByRole("combobox", { name: "Person" }).selectOption("Ana");
  await page.getByText("5 clips", { exact: true }).waitFor();
  await page.getByLabel("Label of off-1.wav").selectOption("on");
  await page.getByText("off-1.wav is “on” now").waitFor();
  await until(() => total(site, "label=on"), 17);
  await page.getByRole("button", { name: "Undo" }).click();
  await until(() => total(site, "label=on"), 16);
  await page.getByText("5 clips", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Take off-1.wav out" }).click();
  await page.getByText("4 clips", { exact: true }).waitFor();
  check(await total(site), 31);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("5 clips", { exact: true }).waitFor();
  check(await total(site), 32);
});

test("one clip, large: played, all its pictures, the next one by the button", async ({ page, site, check, axe }) => {
  await words(site, 3);
  await open(page, site, "clips");
  const played = [];
  page.on("request", (r) => r.url().endsWith("/file") && played.push(r.url()));
  await page.getByRole("button", { name: "Look closer at on-0.wav" }).click();
  const dialog = page.getByRole("dialog", { name: "on-0.wav" });
  await dialog.getByRole("img", { name: /^Waveform of/ }).waitFor();
  await dialog.getByRole("img", { name: /^Spectrogram of on-0.wav: time/ }).waitFor();
  await dialog.getByRole("img", { name: /values$/ }).waitFor();
  await until(async () => played.length > 0);
  check(await axe(page), []);
  await dialog.getByRole("button", { name: "Next" }).click();
  await page.getByRole("dialog", { name: "on-1.wav" }).waitFor();
  await page.keyboard.press("Escape");
  check(await page.getByRole("dialog").count(), 0);
});

test("the map: made by a job, read by pointer and by keyboard", { allowed }, async ({ page, site, check, axe }) => {
  await words(site, 12);
  await open(page, site, "map");
  await page.getByRole("button", { name: "Draw the map" }).click();
  const plane = page.getByRole("application");
  await plane.waitFor();
  const map = await site.api("GET", "/projects/lights/results/map");
  check(map.points.length, 24);
  check(await page.locator(".look-legend button").count(), 2);
  const played = [];
  page.on("request", (r) => r.url().endsWith("/file") && played.push(r.url()));
  await plane.focus();
  await page.keyboard.press("ArrowRight");
  const picked = page.locator(".look-picked bdi").first();
  await picked.waitFor();
  const names = new Set([await picked.textContent()]);
  for (const key of ["ArrowLeft", "ArrowUp", "ArrowDown", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowDown"]) {
    await page.keyboard.press(key);
    names.add(await picked.textContent());
  }
  check(names.size >= 3, true, "arrows go to other points");
  check(played.length, 0, "nothing plays before Enter");
  await page.keyboard.press("Enter");
  await until(async () => played.length > 0);
  // The place of a point is known from its coordinates and the size of the plane: a press there picks it.
  const box = await plane.locator("canvas").boundingBox();
  const xs = map.points.map((p) => p.x), ys = map.points.map((p) => p.y);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const unit = Math.min((box.width - 48) / (x1 - x0), (box.height - 48) / (y1 - y0));
  const top = map.points.find((p) => p.y === y0);
  const samples = (await site.api("GET", "/projects/lights/samples?limit=100")).samples;
  await plane.locator("canvas").click({ position: { x: box.width / 2 + (top.x - (x0 + x1) / 2) * unit, y: box.height / 2 + ((y1 - y0) / 2) * unit } });
  await until(async () => (await picked.textContent()) === samples.find((s) => s.hash === top.hash).name);
  // The legend takes a label's points away, for the keys, too.
  await page.locator(".look-legend button").first().click();
  await plane.focus();
  await page.keyboard.press("Escape");
  const status = page.locator(".look-field [role=status]");
  const last = await page.locator(".look-legend button bdi").nth(1).textContent();
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press(["ArrowRight", "ArrowUp", "ArrowLeft"][i % 3]);
    check((await status.textContent()).includes(`labelled ${last}`), true, await status.textContent());
  }
  check(await axe(page), []);
  await page.getByRole("button", { name: "Two directions only (PCA)" }).click();
  await until(async () => (await site.api("GET", "/projects/lights/results/map")).method, "pca");
  await page.getByText(/The two directions in which the clips differ most/).waitFor();
});

test("the balance: numbers of labels, parts and people; a label leads to its clips", async ({ page, site, check, axe }) => {
  await words(site, 10);
  await open(page, site, "balance");
  await page.getByRole("table", { name: "Clips of each label" }).waitFor();
  const cells = await page.getByRole("row", { name: /^on / }).first().locator("td").allTextContents();
  check(cells.slice(0, 4), ["6", "2", "2", "10"]);
  check(await page.getByRole("row", { name: /^Noor/ }).count(), 2);
  check(await axe(page), []);
  await page.getByRole("table", { name: "Clips of each label" }).getByRole("link", { name: "off" }).click();
  await page.getByText("10 clips", { exact: true }).waitFor();
});

test("findings: mended, crossed out, taken back", { allowed }, async ({ page, site, check, axe }) => {
  await words(site, 10);
  for (let i = 0; i < 3; i++)
    await site.api("POST", `/projects/lights/samples?label=on&split=train&subject=Lee&name=still-${i}.wav`, word(400, 60 + i, { loud: 0 }), "audio/wav");
  await open(page, site, "findings");
  await page.getByRole("button", { name: "Check the data" }).click();
  const quiet = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: /Words that are almost silent/ }) });
  await quiet.waitFor({ timeout: 60000 });
  check(await axe(page), []);
  check(await total(site), 23);
  const leak = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: /Labels with few examples/ }) });
  check(await leak.getByRole("button", { name: /Take|Divide/ }).count(), 0, "only people can record more");
  await quiet.getByRole("button", { name: "Take 3 out" }).click();
  await quiet.locator("del").first().waitFor();
  await until(() => total(site), 20);
  await quiet.getByRole("button", { name: "Undo" }).click();
  await until(() => total(site), 23);
  await until(async () => (await quiet.locator("h2 del").count()) === 0);
  await quiet.getByRole("button", { name: "Take it out" }).first().click();
  await until(() => total(site), 22);
  await quiet.locator("li.look-mended").waitFor();
  await page.getByRole("button", { name: "Check again" }).click();
  await quiet.getByRole("button", { name: "Take 2 out" }).waitFor({ timeout: 60000 });
});

for (const [task, what] of [["gesture", "strokes"], ["activity", "rows of a sensor"], ["image", "pictures"]])
  test(`${what} have their pictures, too`, { allowed }, async ({ page, site, check, axe }) => {
    await site.api("POST", "/projects", { name: "lights", task });
    const job = await site.api("POST", "/projects/lights/jobs", { verb: "data synth", options: { count: 6 } });
    await until(async () => (await site.api("GET", `/projects/lights/jobs/${job.id}`)).state, "done");
    await open(page, site, "clips");
    await page.locator(".look-card").first().waitFor();
    const inside = { gesture: "polyline.look-stroke", activity: "path.look-line", image: "img" }[task];
    await page.locator(`.look-card ${inside}`).first().waitFor({ state: "attached" });
    await page.locator(".look-open").first().click();
    await page.getByRole("dialog").getByRole("img", { name: /values$/ }).waitFor();
    check(await axe(page), []);
  });

for (const lang of ["es", "ar"])
  test(`all tabs in ${lang}, on a phone, in the dark`, { allowed, context: { locale: lang, colorScheme: "dark", viewport: { width: 390, height: 844 } } }, async ({ page, site, check, axe }) => {
    await words(site, 6);
    for (const verb of ["data map", "data check"]) {
      const job = await site.api("POST", "/projects/lights/jobs", { verb });
      await until(async () => ["done", "failed"].includes((await site.api("GET", `/projects/lights/jobs/${job.id}`)).state));
    }
    for (const tab of ["clips", "map", "balance", "findings"]) {
      await open(page, site, tab);
      await page.locator({ clips: ".look-card", map: ".look-plane", balance: ".look-bars", findings: ".look-finding" }[tab]).first().waitFor();
      check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${tab} is not wider than the phone`);
      check(await axe(page), [], tab);
    }
  });

await run();
