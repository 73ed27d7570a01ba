// i18n.ts -- what people read, in their language.  t("collect.start") is the key "start" of
// messages/<language>/collect.json; the router loads that file with the page, so t never waits.
//
// A message may have {placeholders}; a number is written as the language writes it.  A message that depends on a count
// is an object with the language's plural forms, chosen by n: {"one": "{n} clip", "other": "{n} clips"}.
import { Fragment, createElement } from "preact";
import type { ComponentChild, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

export const languages = { en: "English", es: "Español", ar: "العربية" } as const;
export type Language = keyof typeof languages;
type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;
type Messages = Record<string, Message>;

let language: Language = "en";
let plural = new Intl.PluralRules("en");
let numbers = new Intl.NumberFormat("en");
const loaded = new Map<string, Messages>(); // "en/collect"
const wanted = new Set<string>(); // "collect"
const watchers = new Set<() => void>();

const isLanguage = (s: string | null): s is Language => s !== null && s in languages;

function preferred(): Language {
  const kept = localStorage.getItem("thimble.language");
  if (isLanguage(kept)) return kept;
  for (const tag of navigator.languages ?? []) {
    const short = tag.split("-")[0] ?? "";
    if (isLanguage(short)) return short;
  }
  return "en";
}

async function load(lang: Language, name: string): Promise<void> {
  const key = `${lang}/${name}`;
  if (loaded.has(key)) return;
  const file = await import(`./messages/${lang}/${name}.json`);
  loaded.set(key, file.default as Messages);
}

/** Brings the messages of a page. */
export async function needMessages(names: string[]): Promise<void> {
  for (const n of names) wanted.add(n);
  await Promise.all(names.map((n) => load(language, n)));
}

/** Numbers stay in western digits in every language, as on the axes of plots and in what boards print. */
const locale = (lang: Language) => (lang === "ar" ? "ar-u-nu-latn" : lang);

export async function setLanguage(to: Language, keep = true): Promise<void> {
  await Promise.all([...wanted].map((n) => load(to, n)));
  language = to;
  plural = new Intl.PluralRules(to);
  numbers = new Intl.NumberFormat(locale(to), { maximumFractionDigits: 2 });
  document.documentElement.lang = to;
  document.documentElement.dir = to === "ar" ? "rtl" : "ltr";
  if (keep) localStorage.setItem("thimble.language", to);
  for (const w of watchers) w();
}

export async function startLanguage(names: string[]): Promise<void> {
  for (const n of names) wanted.add(n);
  await setLanguage(preferred(), false);
}

export const currentLanguage = (): Language => language;

/** The language, in a component that is to be drawn again when it changes (the frame is, with all pages in it). */
export function useLanguage(): Language {
  const [lang, set] = useState(language);
  useEffect(() => {
    const w = () => set(language);
    watchers.add(w);
    return () => void watchers.delete(w);
  }, []);
  return lang;
}

export type Params = Record<string, string | number>;

function template(key: string, params?: Params): string {
  const dot = key.indexOf(".");
  const m = loaded.get(`${language}/${key.slice(0, dot)}`)?.[key.slice(dot + 1)];
  if (m === undefined) {
    console.error(`no message ${key} in ${language}`);
    return key;
  }
  if (typeof m === "string") return m;
  const n = Number(params?.n ?? 0);
  return m[plural.select(n)] ?? m.other ?? key;
}

/** The message of a key, "page.name". */
export function t(key: string, params?: Params): string {
  return template(key, params).replace(/\{(\w+)\}/g, (all, name: string) => {
    const v = params?.[name];
    return v === undefined ? all : typeof v === "number" ? numbers.format(v) : v;
  });
}

/** Is there such a message?  For words of the server that may have a translation: t.has(`frame.error.${code}`). */
t.has = (key: string): boolean => {
  const dot = key.indexOf(".");
  return loaded.get(`${language}/${key.slice(0, dot)}`)?.[key.slice(dot + 1)] !== undefined;
};

/** A message with elements in it: rich("home.hint", {link: <a href="..">..</a>}). */
export function rich(key: string, parts: Record<string, ComponentChild>): VNode {
  const split = template(key).split(/\{(\w+)\}/);
  return createElement(Fragment, null, ...split.map((s, i) => (i % 2 ? (parts[s] ?? "") : s)));
}

/** A number as the language writes it; digits: after the point, at most (2). */
export function number(x: number, digits = 2): string {
  return new Intl.NumberFormat(locale(language), { maximumFractionDigits: digits }).format(x);
}

/** 0.934 -> "93.4 %" as the language writes it. */
export function percent(x: number, digits = 1): string {
  return new Intl.NumberFormat(locale(language), { style: "percent", maximumFractionDigits: digits }).format(x);
}

/** Bytes as B, kB or MB. */
export function bytes(n: number): string {
  const [unit, by] = n < 1000 ? ["byte", 1] : n < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  return new Intl.NumberFormat(locale(language), {
    style: "unit",
    unit: unit as string,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: n < 1e4 ? 1 : 0,
  }).format(n / (by as number));
}

/** A moment: seconds since 1970, or 20261123T041935Z as the server writes it. */
export function when(at: string | number): string {
  const text = String(at).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const date = new Date(typeof at === "number" ? at * 1000 : text);
  if (Number.isNaN(date.getTime())) return String(at);
  return new Intl.DateTimeFormat(locale(language), { dateStyle: "medium", timeStyle: "short" }).format(date);
}
