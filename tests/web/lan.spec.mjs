// lan.spec.mjs -- the class: the teacher starts, phones join by the code and add recordings, and what nobody may do.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // the studio's certificate vouches for itself
process.removeAllListeners("warning");
process.on("warning", () => {});
const { mkdirSync, symlinkSync, writeFileSync } = await import("node:fs");
const { request } = await import("node:https");
const { join } = await import("node:path");
const { run, test } = await import("./lib.mjs");
const { tone, wav } = await import("./sounds.mjs");

const lan = { serve: { args: ["--lan"] }, context: { ignoreHTTPSErrors: true } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, ignoreHTTPSErrors: true };
const teacherLink = (site) => site.said().match(/https:\/\/localhost:\d+\/#\/join\/[A-Z0-9-]+/)[0];
const shots = process.env.SHOTS;
const shoot = (page, name) => (shots ? page.screenshot({ path: join(shots, `lan-${name}.png`), fullPage: true }) : null);

async function untilSaid(site, what) {
  for (let i = 0; i < 100 && !site.said().match(what); i++) await new Promise((end) => setTimeout(end, 50));
}

/** The teacher is in; the page shows People. */
async function teach(page, site) {
  await untilSaid(site, /fingerprint/);
  await page.goto(teacherLink(site));
  await page.getByLabel("Your name here").fill("Ms Curie");
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("heading", { name: "Join the class" }).waitFor();
}
const codeOf = async (page) => (await page.locator(".people-digits").textContent()).replace(/\s/g, "");

async function joinAs(chrome, site, code, name, watch) {
  const context = await chrome.newContext({ ...phone, locale: "en-GB" });
  const page = await context.newPage();
  watch(page);
  await page.goto(`${site.url}#/join/${code}`);
  await page.getByLabel("Your name here").fill(name);
  await page.getByRole("button", { name: "Join" }).click();
  await page.locator(".head-user").waitFor();
  return page;
}

/** What a page of the studio gets for a request, with its own token. */
const ask = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const { token } = await (await fetch("/api/v1/session")).json();
      const headers = method === "GET" ? {} : { "X-Thimble-Token": token };
      const reply = await fetch(`/api/v1${path}`, { method, headers, body });
      return { status: reply.status, text: await reply.text() };
    },
    [method, path, body],
  );

/** One second of a tone as a WAV file of 16 kHz. */
const second = (hz) => wav(16000, 1, (t) => 0.25 * tone(hz, t));

/** A request without a browser, the target exactly as given. */
function raw(site, target, { method = "GET", headers = {}, body } = {}) {
  const port = new URL(site.url).port;
  return new Promise((good, bad) => {
    const r = request({ host: "127.0.0.1", port, path: target, method, headers: { Host: `localhost:${port}`, ...headers } }, (reply) => {
      let text = "";
      reply.on("data", (b) => (text += b));
      reply.on("end", () => good({ status: reply.statusCode, text, headers: reply.headers }));
    });
    r.on("error", bad);
    r.end(body);
  });
}

const quiet = [/40[0-9]/];

test("the teacher's link opens once; the page shows square, code and fingerprint", { ...lan, allowed: quiet }, async ({ page, site, check }) => {
  await teach(page, site);
  await shoot(page, "people");
  check(/^\d{6}$/.test(await codeOf(page)), true);
  check(await page.locator(".people-qr").evaluate((i) => i.complete && i.naturalWidth > 0), true);
  await page.getByText("Is this really our studio?").click();
  const shown = (await page.locator(".fingerprint code").textContent()).replace(/\s+/g, ":").replace(/:$/, "");
  check(site.said().includes(shown), true, "the terminal has the same fingerprint");
  const before = await codeOf(page);
  await page.getByRole("button", { name: "New code" }).click();
  await page.waitForFunction((b) => document.querySelector(".people-digits").textContent.replace(/\s/g, "") !== b, before);
  const again = await raw(site, "/api/v1/session");
  const { token } = JSON.parse(again.text);
  const body = JSON.stringify({ code: teacherLink(site).split("/").pop(), name: "Eve" });
  const headers = { "X-Thimble-Token": token, "Content-Length": Buffer.byteLength(body) };
  check((await raw(site, "/api/v1/session", { method: "POST", headers, body })).status, 403);
});

test("a phone joins by the code, and is seen", { ...lan, allowed: quiet }, async ({ page, site, check, chrome, watch, axe }) => {
  await teach(page, site);
  const code = await codeOf(page);
  const context = await chrome.newContext({ ...phone, bypassCSP: true, locale: "en-GB" });
  const mobile = await context.newPage();
  watch(mobile);
  await mobile.goto(`${site.url}#/join/${code === "000000" ? "111111" : "000000"}`);
  await mobile.getByLabel("Your name here").fill("Noor");
  await shoot(mobile, "join");
  check(await axe(mobile), []);
  check(await mobile.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await mobile.getByRole("button", { name: "Join" }).click();
  await mobile.getByText("This code does not open").waitFor();
  await mobile.getByLabel("Code").fill(code);
  await mobile.getByRole("button", { name: "Join" }).click();
  await mobile.locator(".head-user").waitFor();
  await shoot(mobile, "home");
  await page.getByRole("rowheader", { name: "Noor" }).waitFor();
  await page.getByText("2 people", { exact: true }).first().waitFor();
  check((await mobile.locator(".head-user").textContent()).trim(), "Noor");
  await mobile.reload();
  await mobile.locator(".head-user").waitFor(); // the session stays
});

test("a learner adds a recording and may not do what a teacher may", { ...lan, allowed: quiet }, async ({ page, site, check, chrome, watch }) => {
  await teach(page, site);
  check((await ask(page, "POST", "/projects", JSON.stringify({ name: "lights", labels: ["on", "off"] }))).status, 201);
  const mobile = await joinAs(chrome, site, await codeOf(page), "Noor", watch);
  const added = await mobile.evaluate(async (bytes) => {
    const { token } = await (await fetch("/api/v1/session")).json();
    const headers = { "X-Thimble-Token": token, "Content-Type": "audio/wav" };
    const reply = await fetch("/api/v1/projects/lights/samples?label=on&subject=Noor", { method: "POST", headers, body: new Uint8Array(bytes) });
    return { status: reply.status, text: await reply.text() };
  }, [...second(440)]);
  check(added.status, 201, added.text);
  check(JSON.parse((await ask(page, "GET", "/projects/lights/samples")).text).total, 1);
  for (const path of ["/users", "/tokens", "/pairing"]) check((await ask(mobile, "GET", path)).status, 403, path);
  check((await ask(mobile, "PATCH", "/users/Noor", JSON.stringify({ role: "teacher" }))).status, 403);
  check((await ask(mobile, "DELETE", "/users/Noor")).status, 403);
  check((await ask(mobile, "POST", "/projects/lights/jobs", JSON.stringify({ verb: "train" }))).status, 403);
  // what it made itself is another thing
  const sample = JSON.parse(added.text).sample.hash;
  const other = await joinAs(chrome, site, await codeOf(page), "Bo", watch);
  check((await ask(other, "DELETE", `/projects/lights/samples/${sample}`)).status, 403);
  check((await ask(mobile, "PATCH", `/projects/lights/samples/${sample}`, JSON.stringify({ notes: "mine" }))).status, 200);
  check((await ask(mobile, "DELETE", `/projects/lights/samples/${sample}`)).status, 200);
  check((await ask(mobile, "POST", "/projects", JSON.stringify({ name: "birds", labels: ["owl", "wren"] }))).status, 201);
  const settings = await ask(mobile, "GET", "/projects/birds/settings");
  check(settings.status, 200);
  check((await ask(mobile, "PUT", "/projects/birds/settings", settings.text)).status, 200);
  check((await ask(other, "PUT", "/projects/birds/settings", settings.text)).status, 403);
});

test("thirty phones at once, all behind one address: each clip is there", { ...lan, allowed: quiet }, async ({ page, site, check }) => {
  await teach(page, site);
  check((await ask(page, "POST", "/projects", JSON.stringify({ name: "lights", labels: ["on", "off"] }))).status, 201);
  const code = await codeOf(page);
  const phones = 30;
  const clips = 10;
  const post = (path, body, headers) => raw(site, `/api/v1${path}`, { method: "POST", body, headers: { "Content-Length": Buffer.byteLength(body), ...headers } });
  const one = async (i) => {
    const { token: first } = JSON.parse((await raw(site, "/api/v1/session")).text);
    const joined = await post("/session", JSON.stringify({ code, name: `phone ${i}` }), { "X-Thimble-Token": first });
    const headers = {
      Cookie: joined.headers["set-cookie"]?.[0].split(";")[0] ?? "",
      "X-Thimble-Token": JSON.parse(joined.text).token ?? "",
      "Content-Type": "audio/wav",
    };
    const got = [joined.status];
    for (let k = 0; k < clips; k++)
      got.push((await post(`/projects/lights/samples?label=${k % 2 ? "on" : "off"}&subject=phone%20${i}`, second(200 + clips * i + k), headers)).status);
    return got;
  };
  const all = await Promise.all([...Array(phones).keys()].map(one));
  check(all.flat().filter((s) => s !== 201), []);
  check(JSON.parse((await ask(page, "GET", "/projects/lights/samples?limit=1")).text).total, phones * clips);
});

test("roles, passwords, out", { ...lan, allowed: quiet }, async ({ page, site, check, chrome, watch }) => {
  await teach(page, site);
  const mobile = await joinAs(chrome, site, await codeOf(page), "Noor", watch);
  await mobile.locator(".head-user").click();
  await mobile.getByRole("button", { name: "Choose a password" }).click();
  await mobile.getByLabel("New password").fill("four plain words");
  await shoot(mobile, "password");
  await mobile.getByRole("button", { name: "Save" }).click();
  await mobile.getByText("The password is saved").waitFor();
  await mobile.getByRole("button", { name: "Log out" }).click();
  await mobile.getByRole("button", { name: "I have a password" }).click();
  await mobile.getByLabel("Your name here").fill("noor");
  await mobile.getByLabel("Password").fill("four plain wurds");
  await mobile.getByRole("button", { name: "Log in" }).click();
  await mobile.getByText("is wrong").waitFor();
  await mobile.getByLabel("Password").fill("four plain words");
  await mobile.getByRole("button", { name: "Log in" }).click();
  await mobile.locator(".head-user").waitFor();
  const row = page.getByRole("row", { name: /Noor/ });
  await row.getByRole("button", { name: "Make a teacher" }).click();
  await row.getByRole("cell", { name: "Teacher", exact: true }).waitFor();
  check((await ask(mobile, "GET", "/users")).status, 200);
  await row.getByRole("button", { name: "Remove Noor" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await row.waitFor({ state: "detached" });
  check((await ask(mobile, "GET", "/users")).status, 401);
  await mobile.goto(site.url);
  await mobile.reload();
  await mobile.getByRole("heading", { name: "Join", exact: true }).waitFor();
});

test("a token of a program is told once, works, and can be taken back", { ...lan, allowed: quiet }, async ({ page, site, check }) => {
  await teach(page, site);
  await page.getByText("Tokens for programs").click();
  await page.getByLabel("What is it for?").fill("weather station");
  await page.getByRole("button", { name: "Make a token" }).click();
  const token = (await page.locator(".people-token").textContent()).trim();
  await shoot(page, "token");
  const headers = { Authorization: `Bearer ${token}` };
  check((await raw(site, "/api/v1/projects", { headers })).status, 200);
  check((await raw(site, "/api/v1/users", { headers })).status, 403);
  check((await raw(site, "/api/v1/projects")).status, 401);
  await page.getByRole("button", { name: "Remove weather station" }).click();
  await page.getByRole("button", { name: "Remove weather station" }).waitFor({ state: "detached" });
  check((await raw(site, "/api/v1/projects", { headers })).status, 401);
});

test("other sites' pages and names are refused", { ...lan, allowed: quiet }, async ({ page, site, check }) => {
  await teach(page, site);
  const port = new URL(site.url).port;
  const token = JSON.parse((await ask(page, "GET", "/session")).text).token;
  const [cookie] = (await page.context().cookies()).map((c) => `${c.name}=${c.value}`);
  const body = JSON.stringify({ name: "stolen" });
  const post = (headers) =>
    raw(site, "/api/v1/tokens", { method: "POST", body, headers: { Cookie: cookie, "X-Thimble-Token": token, "Content-Length": body.length, ...headers } });
  for (const origin of ["https://evil.example", "null", `http://localhost:${port}`, `https://localhost:${port}.evil.example`])
    check((await post({ Origin: origin })).status, 403, origin);
  check((await post({ "X-Thimble-Token": "" })).status, 403, "no token");
  check((await post({ Host: `evil.example:${port}` })).status, 403, "another host");
  check((await post({ Cookie: "" })).status, 401, "no cookie");
  check((await post({ Origin: `https://localhost:${port}` })).status, 201, "all is right");
  const reply = await raw(site, "/");
  check(reply.headers["content-security-policy"].includes("frame-ancestors 'none'"), true);
  check(reply.headers["access-control-allow-origin"], undefined);
});

test("no path leaves the project", { ...lan, allowed: quiet }, async ({ page, site, check }) => {
  await teach(page, site);
  check((await ask(page, "POST", "/projects", JSON.stringify({ name: "lights", labels: ["on", "off"] }))).status, 201);
  const secret = "a secret outside of the project";
  writeFileSync(join(site.dir, "secret.txt"), secret);
  mkdirSync(join(site.dir, "lights/jobs/j1/files"), { recursive: true });
  symlinkSync(join(site.dir, "secret.txt"), join(site.dir, "lights/jobs/j1/files/link.txt"));
  symlinkSync(site.dir, join(site.dir, "lights/jobs/j1/files/up"));
  symlinkSync("/etc", join(site.dir, "etc"));
  symlinkSync(join(site.dir, ".thimble"), join(site.dir, "lights/state"));
  const [cookie] = (await page.context().cookies()).map((c) => `${c.name}=${c.value}`);
  const files = "/api/v1/projects/lights/jobs/j1/files";
  const ups = ["..", "%2e%2e", "%2E.", "..%2f", "%2e%2e%2f", "%252e%252e", "..%5c", "%c0%ae%c0%ae", "..;", ".%00.", "..\\", "%uff0e."];
  const nasty = [
    ...ups.map((u) => `/${u}/${u}/${u}/${u}/${u}/${u}/etc/passwd`),
    ...ups.map((u) => `/assets/${u}/${u}/${u}/etc/passwd`),
    ...ups.map((u) => `${files}/${u}/${u}/${u}/${u}/secret.txt`),
    ...ups.map((u) => `/api/v1/projects/${u}/secret.txt`),
    ...ups.map((u) => `/api/v1/projects/lights/samples/${u}%2f${u}%2fsecret.txt/file`),
    ...ups.map((u) => `/api/v1/projects/lights/results/${u}%2f${u}%2fsecret.txt`),
    ...["/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "/link.txt", "/up/secret.txt", "/.", "/", "/%00", `/${"a".repeat(3000)}`, "/link.txt%00.json"].map((p) => files + p),
    ...["etc", "etc/settings", ".thimble", ".thimble/settings", "lights%2f..%2fetc", "lights%00", "%2e", "", "con", "x".repeat(300)].map((p) => `/api/v1/projects/${p}`),
    ...["people.db", "tls.key", "tls.pem"].flatMap((f) => [`/.thimble/${f}`, `/api/v1/projects/.thimble/${f}`, `${files}/up/.thimble/${f}`]),
    "/api/v1/projects/lights/state",
    "/%",
    "/%zz",
    `/${"a/".repeat(400)}`,
    `/?${"q=1&".repeat(300)}`,
  ];
  for (const target of nasty) {
    const { status, text } = await raw(site, target, { headers: { Cookie: cookie } });
    const short = target.slice(0, 100);
    check(/a secret outside|root:.*:0:0:|PRIVATE KEY|SQLite format/.test(text), false, `${short} gave a file away`);
    check(status < 500, true, `${short} is ${status}`);
  }
});

const looks = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { viewport: { width: 390, height: 844 } }],
  ["es", { locale: "es" }],
  ["ar", { locale: "ar" }],
];
for (const [name, context] of looks)
  test(`axe finds nothing: ${name}`, { ...lan, context: { ...lan.context, ...context, bypassCSP: true }, allowed: quiet }, async ({ page, site, check, axe }) => {
    await untilSaid(site, /fingerprint/);
    await page.goto(teacherLink(site));
    await page.locator("form.join input").nth(1).fill("Ms Curie");
    check(await axe(page), [], "join");
    await shoot(page, `join-${name}`);
    await page.locator("form.join button[type=submit]").click();
    await page.locator(".head-user").waitFor();
    check((await ask(page, "POST", "/tokens", JSON.stringify({ name: "mill" }))).status, 201);
    await page.goto(`${site.url}#/people`);
    await page.locator(".people-digits").waitFor();
    for (const s of await page.locator("summary").all()) await s.click();
    await page.locator(".people-programs table").waitFor();
    check(await axe(page), [], "people");
    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "fits the window");
    await shoot(page, `people-${name}`);
  });

await run();
