// crowd.spec.mjs -- thirty phones record at once and no clip is lost or doubled; the server is killed (kill -9) again and
// again while they do, and everything that it said it has is there when it is back.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { studio } from "./lib.mjs";
import { tones } from "./sounds.mjs";

const phones = Number(process.env.PHONES ?? 30);
const clips = Number(process.env.CLIPS ?? 8); // of each phone
const kills = Number(process.env.KILLS ?? 6);
let count = 0;
let failed = 0;
function say(name, wrong) {
  console.log(`${wrong.length ? "not ok" : "ok"} ${++count} - ${name}`);
  for (const w of wrong.slice(0, 10)) console.log(`#   ${w}`);
  failed += wrong.length ? 1 : 0;
}
const rest = (ms) => new Promise((go) => setTimeout(go, ms));

/** Every clip is another one: its loudness and pitch tell phone and number. */
const clip = (phone, i) => tones([[300 + 5 * phone, 0.5], [700 + 11 * i, 0.5]], 1 + phone * 1000 + i);

async function token(site) {
  return (await (await fetch(`${site.url}api/v1/session`)).json()).token;
}

/** One clip as a phone sends it; its hash, or null when the server did not say that it has it. */
async function send(site, key, phone, i) {
  const query = new URLSearchParams({ label: phone % 2 ? "on" : "off", subject: `phone ${phone}`, consent: "yes", name: `${phone}-${i}` });
  try {
    const reply = await fetch(`${site.url}api/v1/projects/class/samples?${query}`, {
      method: "POST",
      headers: { "X-Thimble-Token": key, "Content-Type": "audio/wav" },
      body: clip(phone, i),
    });
    const body = await reply.json();
    if (reply.status === 201 || reply.status === 200) return body.sample.hash;
    if (reply.status === 403) return null; // a token of before the restart
    throw new Error(`${reply.status}: ${JSON.stringify(body)}`);
  } catch (e) {
    if (e instanceof TypeError || e instanceof SyntaxError) return null; // nobody there, or gone in the middle
    throw e;
  }
}

/** All samples as the command line sees them: hash -> how often. */
function stored(site) {
  const thimble = process.env.THIMBLE ?? new URL("../../build/thimble", import.meta.url).pathname;
  const out = execFileSync(thimble, ["data", "list", "--samples", "--json", "--project", join(site.dir, "class")], { maxBuffer: 1 << 28 });
  const { samples } = JSON.parse(out.toString().trim().split("\n").at(-1));
  const by = new Map();
  for (const s of samples) by.set(s.hash, (by.get(s.hash) ?? 0) + 1);
  return by;
}

function compare(site, acknowledged) {
  const there = stored(site);
  const wrong = [];
  for (const [hash, what] of acknowledged) if (!there.has(hash)) wrong.push(`${what} was acknowledged and is lost`);
  for (const [hash, n] of there) if (n !== 1) wrong.push(`${hash} is there ${n} times`);
  return { there, wrong };
}

async function atOnce() {
  const site = await studio();
  await site.api("POST", "/projects", { name: "class", labels: ["on", "off"] });
  const key = await token(site);
  const acknowledged = new Map();
  const began = Date.now();
  await Promise.all(
    Array.from({ length: phones }, async (_, phone) => {
      for (let i = 0; i < clips; i++) acknowledged.set(await send(site, key, phone, i), `${phone}-${i}`);
    }),
  );
  const { there, wrong } = compare(site, acknowledged);
  if (there.size !== phones * clips || acknowledged.size !== phones * clips) wrong.push(`${there.size} stored, ${acknowledged.size} acknowledged of ${phones * clips}`);
  say(`${phones} phones, ${clips} clips each: ${Math.round((1000 * there.size) / (Date.now() - began))} clips a second`, wrong);
  await site.stop();
}

async function killed() {
  const site = await studio();
  await site.api("POST", "/projects", { name: "class", labels: ["on", "off"] });
  const acknowledged = new Map();
  let key = await token(site);
  let over = false;
  const phone = async (p) => {
    for (let i = 0; !over; i++) {
      const hash = await send(site, key, p, i);
      if (hash) acknowledged.set(hash, `${p}-${i}`);
      else await rest(20);
    }
  };
  const crowd = Promise.all(Array.from({ length: phones }, (_, p) => phone(p)));
  for (let k = 0; k < kills; k++) {
    await rest(400 + 167 * k);
    await site.kill();
    const { wrong } = compare(site, new Map(acknowledged));
    if (wrong.length) say(`after kill ${k + 1}`, wrong);
    await site.again();
    key = await token(site);
  }
  over = true;
  await crowd;
  const { wrong } = compare(site, acknowledged);
  const listed = await (await fetch(`${site.url}api/v1/projects/class/samples?limit=1`)).json();
  if (listed.total !== stored(site).size) wrong.push(`the API lists ${listed.total}, the command line ${stored(site).size}`);
  if (acknowledged.size < 10) wrong.push(`only ${acknowledged.size} clips came through`);
  say(`killed ${kills} times: all ${acknowledged.size} acknowledged clips are there`, wrong);
  await site.stop();
}

await atOnce();
await killed();
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
