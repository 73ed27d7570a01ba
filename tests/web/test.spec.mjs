// test.spec.mjs -- the page Test on projects that are trained: the figure, the clips behind the matrix, the threshold, and
// the model in the page, whose numbers are those of the board.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, test } from "./lib.mjs";
import { tones } from "./sounds.mjs";
import { has, trained } from "./trained.mjs";

const made = trained("words", "steps");
const serve = { folder: made.folder };
const thimble = process.env.THIMBLE ?? "build/thimble";
// What the microphone hears: a low tone, a high one, quiet between, again and again.
writeFileSync(made.file("mic.wav"), tones([[0, 1.5], [505, 1], [0, 1.5], [1405, 1], [0, 1]], 7));
const listening = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-audio-capture=${made.file("mic.wav")}`, "--autoplay-policy=no-user-gesture-required"];
const older = [/ScriptProcessorNode/]; // where Chromium begins no worklet: parts/microphone.ts
const none = [/404/]; // results that are not there yet
const open = async (page, site, name, tab) => {
  await page.goto(`${site.url}#/p/${name}/test`);
  if (tab) await page.getByRole("tab", { name: tab }).click();
};

test("one figure, and the clips behind each cell, to be played and relabelled", { serve, allowed: none }, async ({ page, site, check, axe }) => {
  await open(page, site, "tones");
  await page.getByRole("button", { name: "Test it now" }).click();
  await page.locator(".test-figure").waitFor({ timeout: 60000 });
  const kept = JSON.parse(readFileSync(join(made.folder, "tones/model/test.json")));
  check(await page.locator(".test-figure").textContent(), `${Math.round(1000 * kept.int8.accuracy) / 10}%`);
  const [row] = kept.confusion.int8;
  check(await page.locator(".test-matrix tbody tr").first().locator("button").first().textContent(), String(row.find((n) => n > 0)));
  await page.locator(".test-right button").first().click();
  const first = page.locator(".test-clip").first();
  await first.getByRole("button", { name: /^Play/ }).waitFor();
  check(await page.locator(".test-clip").count(), row[0]);
  const label = first.getByRole("combobox");
  const hash = kept.each.rows.find((r) => r[4] === 0 && r[5] === 0)[0];
  check((await site.api("GET", `/projects/tones/samples/${hash}`)).label, "low");
  await label.selectOption("high");
  await page.getByText("Its label is high now").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Its label is low now").waitFor();
  check(await axe(page), []);
  await page.getByRole("tab", { name: "People" }).click();
  check(await page.locator(".tab-panel tbody tr").count(), kept.subjects.length);
});

test("the threshold: its two errors, by the slider, and into the settings", { serve, allowed: none }, async ({ page, site, check, axe }) => {
  execFileSync(thimble, ["test", join(made.folder, "tones"), "--curve", "--hours", "0.02"], { stdio: "ignore" });
  const { curve } = JSON.parse(readFileSync(join(made.folder, "tones/model/curve.json")));
  await open(page, site, "tones", "Threshold");
  const slider = page.getByRole("slider");
  await slider.waitFor();
  await slider.fill("200");
  const p = curve.points[200];
  const [missed, alarms] = await page.locator(".test-two strong").allTextContents();
  check(Number(missed), Math.round(1000 * p.miss_rate) / 10);
  check(Number(alarms.replace(/,/g, "")), Math.round(10 * p.false_accepts_per_hour) / 10);
  check(await axe(page), []);
  await page.getByRole("button", { name: /^Use 0/ }).click();
  await page.getByText(`The threshold is ${p.threshold.toFixed(3)} now`).first().waitFor({ timeout: 30000 });
  check(readFileSync(join(made.folder, "tones/thimble.ini"), "utf8").match(/^threshold = (.*)$/m)[1], p.threshold.toFixed(3));
});

if (has("clang") && has("wasm-ld")) {
  test("a microphone: the model in the page hears the words", { serve, args: listening, allowed: [...older, ...none] }, async ({ page, site, check, axe }) => {
    await open(page, site, "tones", "Live");
    await page.getByRole("button", { name: "Listen to me" }).click();
    await page.locator(".test-word-on").waitFor({ timeout: 60000 });
    await page.locator(".test-events li").nth(1).waitFor({ timeout: 30000 });
    const words = new Set(await page.locator(".test-events strong").allTextContents());
    check([...words].sort(), ["high", "low"]);
    await page.getByText("every byte of its answer").waitFor();
    check(await page.locator(".spectro").evaluate((c) => new Set(c.getContext("2d").getImageData(0, 0, c.width, c.height).data).size > 20), true, "a spectrogram");
    check(await axe(page), []);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Listen to me" }).waitFor();
  });

  test("a recording of the test set is played to it", { serve, args: ["--autoplay-policy=no-user-gesture-required"], allowed: none }, async ({ page, site, check }) => {
    await open(page, site, "steps", "Live");
    await page.getByRole("button", { name: "Play it" }).click();
    await page.locator(".test-word-on").waitFor({ timeout: 60000 });
    const label = (await page.getByLabel("Or an example of the test").locator("option").first().textContent()).split(":")[0];
    check(await page.locator(".test-events strong").last().textContent(), label);
  });

  // The same samples through the module in Chromium's worker and through the loop of this computer.
  test("the page's numbers are this computer's, byte for byte", { serve, context: { bypassCSP: true }, allowed: none }, async ({ page, site, check }) => {
    execFileSync(thimble, ["data", "stream", "--project", join(made.folder, "tones"), "--seconds", "30", "--out", made.file("s.wav")]);
    execFileSync(thimble, ["deploy", join(made.folder, "tones"), "--as", "wasm", "--out", made.file("web")]);
    const pcm = readFileSync(made.file("s.wav")).subarray(44);
    const host = execFileSync(thimble, ["run", join(made.folder, "tones"), "--live", "-", "--json"], { input: readFileSync(made.file("s.wav")), stdio: ["pipe", "pipe", "ignore"] });
    const want = host.toString().trim().split("\n").map((l) => JSON.parse(l)).map((e) => [e.time_ms, e.label, Math.round(256 * e.score)]);
    for (const file of ["web.wasm", "web.simd.wasm"]) {
      await page.goto(`${site.url}?${file}`);
      const runtime = readFileSync(new URL("../../device/web/runtime.mjs", import.meta.url), "utf8").replace(/^export /gm, "");
      const heard = await page.evaluate(
        async ([code, info, wasm, sound]) => {
          const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const { instance } = await WebAssembly.instantiate(bytes(wasm), {});
          const start = `${code}; window.made = (e, i) => new Model(e, i, false); window.same = sameAsWritten;`;
          const script = document.createElement("script");
          script.textContent = start;
          document.head.append(script);
          const model = window.made(instance.exports, JSON.parse(info));
          if (!window.same(model)) return "other bytes";
          return model.listen(new Int16Array(bytes(sound).buffer)).map((e) => [e.time, e.label, Math.round(256 * e.score)]);
        },
        [runtime, readFileSync(made.file("web/web.json"), "utf8"), readFileSync(made.file(`web/${file}`)).toString("base64"), pcm.toString("base64")],
      );
      check(heard, want, file);
      check(want.length > 2, true);
    }
  });
}

await run();
