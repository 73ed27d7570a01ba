// explore.spec.mjs -- the explorables of the courses: what engine.wasm computes is what the program computes; each opens
// and says in words what is to be seen; keyboard, three languages, phone, dark, no motion, axe; without WebAssembly.
import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { run, studio, test } from "./lib.mjs";

const names = ["descent", "neuron", "budget", "window", "alias", "mel", "overfit", "grid", "arena", "threshold", "kmeans", "split", "fair"];
const thimble = process.env.THIMBLE ?? "build/thimble";

/** What the program says for the same question (docs/calc.md). */
const calc = (name, values) => JSON.parse(execFileSync(thimble, ["calc", name, ...Object.entries(values).map(([k, v]) => `${k}=${v}`), "--json"], { encoding: "utf8" }));

const open = async (page, site, what) => {
  await page.goto(`${site.url}#/explore/${what}`);
  await page.locator(`.explore-${what.split("?")[0]} .explore-says`).waitFor();
};
const says = (page) => page.locator(".explore-says").innerText();

/** The engine as the server sends it, in Node. */
async function engineOf(site) {
  const html = await (await fetch(site.url)).text();
  const seen = new Set();
  const files = [...html.matchAll(/assets\/[\w.-]+\.js/g)].map((m) => m[0]);
  for (const file of files) {
    if (seen.has(file)) continue;
    seen.add(file);
    const code = await (await fetch(site.url + file)).text();
    const wasm = code.match(/assets\/engine-\w+\.wasm/);
    if (wasm) return new Uint8Array(await (await fetch(site.url + wasm[0])).arrayBuffer());
    for (const m of code.matchAll(/[\w-]+-[A-Z0-9]{8}\.js/g)) files.push(`assets/${m[0]}`);
  }
  return null;
}

/** Its functions, with arrays in place of addresses: f("window", [1, 2], 3) reads floats, out(n) is filled and comes back. */
async function bind(bytes) {
  const nothing = () => 8;
  const { instance } = await WebAssembly.instantiate(bytes, { wasi_snapshot_preview1: { fd_close: nothing, fd_seek: nothing, fd_write: nothing } });
  const e = instance.exports;
  e._initialize();
  const out = (n) => ({ n, values: null });
  const f = (name, ...args) => {
    const rooms = [];
    const plain = args.map((a) => {
      if (typeof a === "number") return a;
      const text = typeof a === "string";
      const at = e.malloc(text ? a.length + 1 : 4 * (a.n ?? a.length));
      rooms.push([at, a]);
      if (text) new Uint8Array(e.memory.buffer, at, a.length + 1).set([...a].map((c) => c.charCodeAt(0)).concat(0));
      else if (!a.n) new Float32Array(e.memory.buffer, at, a.length).set(a);
      return at;
    });
    const result = e[`th_explore_${name}`](...plain);
    for (const [at, a] of rooms) {
      if (a.n) a.values = [...new Float32Array(e.memory.buffer, at, a.n)];
      e.free(at);
    }
    return result;
  };
  const floats = (at, n) => [...new Float32Array(e.memory.buffer, at, n)];
  const text = (at) => Buffer.from(new Uint8Array(e.memory.buffer, at, 64)).toString().split("\0")[0];
  return { f, out, floats, text };
}

let bytes = null;

/** Nearly the same: the program may add up in another order. */
const near = (check, is, want, what, eps = 1e-4) => {
  const flat = (v) => [v].flat(9).map(Number);
  const [a, b] = [flat(is), flat(want)];
  check(a.length, b.length, `${what}: how many`);
  a.forEach((v, i) => Math.abs(v - b[i]) <= eps * Math.max(1, Math.abs(b[i])) || check(v, b[i], what));
};

test("the engine is small and computes what the program computes", async ({ site, check }) => {
  check(gzipSync(bytes, { level: 9 }).length < 150e3, true, "below 150 kB");
  const { f, out, floats, text } = await bind(bytes);

  // Gradient descent: each step of `calc step` on the points of the explorable.
  const toy = f("descent", 1, 0.2, 1);
  const [x, y] = [out(16), out(16)];
  f("points", toy, 0, x, y);
  const list = (v) => v.map((n) => n.toFixed(6)).join(",");
  let w = [-2, -1];
  for (let k = 0; k < 4; k++) {
    const want = calc("step", { w: w[0], b: w[1], rate: 0.1, xs: list(x.values), ys: list(y.values) });
    const [grad, after] = [out(2), out(2)];
    f("set_weights", toy, w);
    near(check, f("gradient", toy, grad), want.before, "loss");
    near(check, grad.values, [want.slope_w, want.slope_b], "gradient");
    f("step", toy, 0.1);
    f("weights", toy, after);
    near(check, after.values, [want.w, want.b], "weights");
    w = after.values;
  }

  // A window and a pool.
  const picture = Array.from({ length: 36 }, (_, i) => (i * 5) % 7);
  const rows = (v, n) => Array.from({ length: v.length / n }, (_, r) => v.slice(r * n, r * n + n).join(",")).join("/");
  const kernel = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
  for (const [stride, same] of [[1, 0], [1, 1], [2, 0], [2, 1]]) {
    const want = calc("conv", { picture: rows(picture, 6), kernel: rows(kernel, 3), stride, padding: same ? "same" : "valid", row: 0, column: 0 });
    const n = f("window", picture, 6, kernel, stride, same, 0, 0);
    const values = out(n * n);
    f("window", picture, 6, kernel, stride, same, 0, values);
    near(check, values.values, want.out, `conv ${stride} ${same}`);
  }
  for (const [kind, most] of [["max", 1], ["mean", 0]]) {
    const values = out(9);
    f("pool", picture, 6, most, values);
    near(check, values.values, calc("pool", { picture: rows(picture, 6), kernel: 2, stride: 2, kind }).out, kind);
  }

  // What is heard of a tone, mel bands, a distance.
  for (const tone of [440, 3000, 5000, 7900]) near(check, f("heard", tone, 8000), calc("alias", { tone, rate: 8000 }).heard, "alias");
  const ear = f("ear", 16000, 480, 320, 40);
  const weights = out(40 * 257);
  f("ear_weights", ear, weights);
  for (const band of [5, 20, 39]) {
    const want = calc("band", { band, bands: 40, low: 20, high: 8000, rate: 16000, n: 512 });
    const row = weights.values.slice(band * 257, (band + 1) * 257);
    check(row.filter((v) => v > 0).length, want.bins, "bins of a band");
    const hz = row.map((v, k) => (v > 0 ? (k * 16000) / 512 : NaN)).filter((v) => !Number.isNaN(v));
    check(hz[0] > want.low && hz[hz.length - 1] < want.high, true, "edges of a band");
  }

  // Scores.
  const pile = f("scores", 60, 0.5, -0.5, 0.5, 3);
  const a = out(4);
  f("alarms", pile, 0.5, a);
  const [tp, fn, fp, tn] = a.values;
  const want = calc("matrix", { tp, fp, fn, tn });
  near(check, [f("rate", pile, 0.5, 1), f("rate", pile, 0.5, 2), f("rate", pile, 0.5, 3), f("rate", pile, 0.5, 4)], [want.recall, want.false_rate, want.precision, want.accuracy], "rates");

  // A step of k-means.
  const clusters = f("kmeans", 1, 3, 1);
  const [points, centre, of] = [out(240), out(6), out(120)];
  f("kmeans_points", clusters, points);
  const corner = [-1, -1, 0, 0, 1, 1];
  f("kmeans_put", clusters, corner);
  f("kmeans_assign", clusters);
  const inertia = f("kmeans_now", clusters, centre, of);
  const one = calc("kmeans", { points: rows(points.values.map((v) => v.toFixed(6)), 2), centres: rows(corner, 2) });
  near(check, inertia, one.inertia, "inertia");
  check(of.values, one.of.map(Number), "who belongs to whom");
  f("kmeans_move", clusters);
  f("kmeans_now", clusters, centre, of);
  near(check, centre.values, one.centres, "centres");

  // Boards and batteries.
  for (let i = 0; i < f("boards"); i++) {
    const board = out(5);
    f("board", i, 1e6, board);
    const name = text(f("board_name", i));
    const fits = calc("budget", { board: name, flash: 1000, ram: 1000 });
    check([board.values[0], board.values[1]], [fits.flash_all, fits.ram_all], name);
    if (name !== "nano33ble") continue;
    const speed = calc("speed", { board: name, instructions: 1.5e6 }); // 1.5 for each multiplication
    near(check, board.values.slice(3), [speed.ms, speed.mj], name);
    const energy = calc("energy", { active_ma: speed.mj / speed.ms / 3 * 1000, sleep_ma: 0.005, active_ms: speed.ms, every_ms: 1e6, mah: 220, volts: 3 });
    near(check, f("days", speed.mj, 1000, 5, 220, 3), energy.days, "days", 1e-3);
  }

  // The planner: never worse than the same buffers as blocks alone, never below its bound.
  const net = f("arena", "conv2d 8 3x3 stride 2x2 relu\nconv2d 16 3x3 relu\nmaxpool 2x2\nconv2d 24 3x3 relu\navgpool global\ndense classes\n", 32, 32, 1);
  const figures = out(5);
  f("arena_figures", net, figures);
  const blocks = floats(f("arena_blocks", net), 5 * figures.values[4]).filter((_, i) => i % 5 === 0);
  const alone = calc("arena", { bytes: blocks.join(",") });
  check(alone.sum, figures.values[2], "bytes side by side");
  check(figures.values[0] <= alone.arena && figures.values[0] >= figures.values[1], true, "arena");
});

test("each opens, says what is to be seen, and is fit for all; one's own voice becomes mel bands", { args: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] }, async ({ page, site, check, axe }) => {
  for (const name of names) {
    await open(page, site, name);
    check((await says(page)).length > 40, true, name);
    check(await page.locator(".explore svg, .budget-bar").count() > 0, true, `${name}: a picture`);
    check(await axe(page), [], name);
  }
  await open(page, site, "mel?sound=whistle");
  check(/around 1,[3-7]\d\d Hz/.test(await says(page)), true, await says(page));
  await page.getByRole("button", { name: "Record one second" }).click();
  await page.getByRole("radio", { name: "My voice" }).waitFor();
  check(await page.getByRole("radio", { name: "My voice" }).isChecked(), true);
});

test("on a phone, dark, from right to left nothing is lost", { context: { viewport: { width: 390, height: 800 }, colorScheme: "dark", locale: "ar" } }, async ({ page, site, check, axe }) => {
  for (const name of names) {
    await open(page, site, name);
    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${name}: width`);
    if (["descent", "fair", "mel"].includes(name)) check(await axe(page), [], name);
  }
  check(await page.evaluate(() => document.dir), "rtl");
});

test("settings of a lesson are where the reader begins, and the keyboard goes on", async ({ page, site, check }) => {
  await open(page, site, "descent?model=slope&rate=0.3&start=2&noise=0");
  check((await says(page)).includes("slope 2."), true, await says(page));
  await page.getByRole("button", { name: "Step" }).focus();
  for (let i = 0; i < 30; i++) await page.keyboard.press("Enter");
  check(/slope 1\.2\b.*level/.test(await says(page)), true, await says(page));
  await page.getByRole("slider", { name: "Learning rate" }).focus();
  await page.keyboard.press("End");
  await page.getByRole("button", { name: "From the start" }).click();
  for (let i = 0; i < 12; i++) await page.getByRole("button", { name: "Step" }).press("Enter").catch(() => {});
  check((await says(page)).includes("left the picture"), true, await says(page));

  await open(page, site, "window?kernel=same");
  const board = page.locator(".window-cells svg").first();
  await board.focus();
  for (const key of ["ArrowRight", "ArrowDown", "Space"]) await page.keyboard.press(key);
  await page.getByText("The figures as a table").click();
  check(await page.locator(".table td").first().innerText(), "1", "a pixel that was drawn");

  await open(page, site, "threshold?threshold=0.5&distance=0&miss=oops");
  await page.getByRole("slider", { name: "Threshold" }).focus();
  await page.keyboard.press("End");
  check((await says(page)).startsWith("Threshold 1: 500 of 500 events are missed, and 0"), true, await says(page));
});

test("without motion the end is there at once; without WebAssembly there are kind words", { context: { reducedMotion: "reduce" } }, async ({ page, context, site, check, axe, watch }) => {
  await open(page, site, "overfit?epochs=200&size=8");
  await page.getByRole("button", { name: "Learn" }).click();
  await page.getByText(/^Epoch 200: /).waitFor();
  await open(page, site, "kmeans");
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByText(/It has ended/).waitFor();
  await page.getByRole("checkbox").check();
  check(/an alarm\.|nothing strange\./.test(await says(page)), true, await says(page));

  const old = await context.newPage();
  watch(old);
  await old.addInitScript(() => delete window.WebAssembly);
  await old.goto(`${site.url}#/explore/grid`);
  await old.getByText("This picture cannot move here").waitFor();
  check(await old.getByRole("heading", { name: "Numbers on a grid" }).count(), 1);
  check(await axe(old), []);
});

const site = await studio();
bytes = await engineOf(site);
await site.stop();
if (!bytes) {
  console.log("1..0 # SKIP the studio was built without engine.wasm (./run setup && make)");
  process.exit(77);
}
await run();
