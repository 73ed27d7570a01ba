// pages.spec.mjs -- what every page must keep to, in every language and look: nothing that axe finds, no request to
// elsewhere and no fault on the console (lib.mjs), no wider than the window, and all of it by keyboard with a visible focus.
import { run, test } from "./lib.mjs";
import { looks, pages, visit, world } from "./visit.mjs";

const serve = { folder: world().folder };
const allowed = [/404/]; // results that are not there yet

// The two that differ most; all looks with TEST_ALL (make soak).
for (const [name, context] of Object.entries(looks).filter(([name]) => process.env.TEST_ALL || ["light", "ar-dark-narrow"].includes(name)))
  test(`axe and the window's width: ${name}`, { serve, allowed, context: { ...context, bypassCSP: true } }, async ({ page, site, check, axe }) => {
    const wrong = [];
    const all = process.env.TEST_ALL || name === "light";
    for (const [name, where] of pages.filter(([p]) => all || !p.startsWith("empty"))) {
      await visit(page, site, where);
      for (const w of await axe(page)) wrong.push(`${name}: ${w}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) wrong.push(`${name}: ${wide} pixels wider than the window`);
    }
    check(wrong, []);
  });

/** What can be used and is seen, and whether the Tab key came there and left a mark. In the page. */
function mark() {
  const seen = (e) => e.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true }) && e.getBoundingClientRect().width > 0;
  const usable = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
    (e) => e.tabIndex >= 0 && !e.disabled && !e.closest("[inert]") && seen(e),
  );
  // Of radio buttons with one name Tab stops at one.
  window.left = new Set(usable.filter((e) => e.type !== "radio" || e.checked || !document.querySelector(`input[type=radio][name="${e.name}"]:checked`)));
  window.dull = [];
  return window.left.size;
}
function step() {
  const e = document.activeElement;
  if (!e || e === document.body) return false;
  window.left.delete(e);
  for (const other of [...window.left]) if (other.type === "radio" && other.name === e.name) window.left.delete(other);
  const looks = (x) => {
    const s = getComputedStyle(x);
    return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none";
  };
  let at = e; // a file's field may be hidden behind its label, which then shows the focus
  let shown = false;
  for (let up = 0; at && up < 3 && !shown; up++, at = at.parentElement) shown = looks(at);
  if (!shown && e.type === "radio") shown = looks(e.nextElementSibling ?? e);
  if (!shown) window.dull.push(e.outerHTML.slice(0, 120));
  return true;
}

test("every page by keyboard: Tab comes to all that can be used, and shows where it is", { serve, allowed }, async ({ page, site, check }) => {
  const wrong = [];
  for (const [name, where] of pages) {
    await visit(page, site, where);
    const n = await page.evaluate(mark);
    for (let i = 0; i < n + 12; i++) {
      await page.keyboard.press("Tab");
      await page.evaluate(step);
    }
    const { left, dull } = await page.evaluate(() => ({ left: [...window.left].filter((e) => e.isConnected).map((e) => e.outerHTML.slice(0, 120)), dull: window.dull }));
    for (const e of left) wrong.push(`${name}: Tab does not come to ${e}`);
    for (const e of dull) wrong.push(`${name}: no visible focus: ${e}`);
  }
  check(wrong, []);
});

await run();
