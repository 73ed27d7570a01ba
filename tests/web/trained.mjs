// trained.mjs -- folders with projects that are trained already, made once for a test file: words that are tones, steps
// that are swings of two axes, pictures of people and none.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random, tones } from "./sounds.mjs";

const root = new URL("../../", import.meta.url).pathname;
const thimble = process.env.THIMBLE ?? join(root, "build/thimble");

export const has = (program) => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const run = (...words) => execFileSync(thimble, words, { stdio: ["ignore", "pipe", "pipe"] });

function words(folder) {
  const clips = join(folder, "clips");
  for (let i = 0; i < 12; i++)
    for (const [word, hz] of [["low", 500 + 7 * i], ["high", 1400 + 7 * i], ["other", 2500 + 70 * i]]) {
      mkdirSync(join(clips, word), { recursive: true });
      writeFileSync(join(clips, word, `speaker${i}_nohash_0.wav`), tones([[hz, 1]], i + 1));
    }
  mkdirSync(join(clips, "_background_noise_"));
  writeFileSync(join(clips, "_background_noise_/room.wav"), tones([[0, 10]], 99));
  const p = join(folder, "site/tones");
  run("new", p, "--labels", "low,high");
  run("data", "import", clips, "--project", p);
  run("train", p, "--preset", "tiny-conv", "--epochs", "6");
  run("quantize", p);
}

function steps(folder) {
  const data = join(folder, "rows");
  const p = join(folder, "site/steps");
  for (const [label, hz] of [["slow", 1], ["fast", 5]]) {
    mkdirSync(join(data, label), { recursive: true });
    for (let i = 0; i < 8; i++) {
      const next = random(hz * 100 + i + 1);
      const phase = 6 * next();
      const rows = Array.from({ length: 250 }, (_, t) => `${20 * t},${Math.sin((6.2832 * hz * t) / 50 + phase).toFixed(4)},${(0.2 * (next() - 0.5)).toFixed(4)}`);
      writeFileSync(join(data, label, `s${i}.csv`), `time_ms,x,y\n${rows.join("\n")}\n`);
    }
  }
  run("new", p, "--task", "activity");
  run("data", "import", data, "--project", p);
  run("train", p, "--epochs", "15");
  run("quantize", p);
}

function eye(folder) {
  const p = join(folder, "site/eye");
  run("new", p, "--task", "image", "--labels", "person,no_person");
  run("data", "synth", "--project", p, "--count", "60");
  run("train", p, "--epochs", "2");
  run("quantize", p);
}

/** kinds: of words, steps, eye. The folder for `thimble serve`; it is removed at the end. */
export function trained(...kinds) {
  const folder = mkdtempSync(join(tmpdir(), "thimble-trained-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "site"));
  const make = { words, steps, eye };
  for (const kind of kinds) make[kind](folder);
  return { folder: join(folder, "site"), file: (name) => join(folder, name) };
}
