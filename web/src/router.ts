// router.ts -- which page is shown, from what stands behind # in the address.
import { useEffect, useState } from "preact/hooks";

export type Route = {
  project: string | null;
  page: string; // "home", "overview", "collect", .., "people", "join", "learn", "learn-lesson", ..
  rest: string[]; // what follows: #/p/lights/train/RUN -> ["RUN"]
  query: URLSearchParams;
};

export const steps = ["collect", "look", "train", "test", "squeeze", "deploy"] as const;
export type Step = (typeof steps)[number];
const inProject = [...steps, "board", "settings"];
const outside = ["people", "join", "explore", "teach", "forum", "showcase", "peer"];

/** Lists whose rows have a page of their own: #/teach, #/teach/3. */
const pagesOfOne: Record<string, string> = { teach: "teach-class", forum: "forum-thread", showcase: "showcase-one" };

/** What stands below #/learn is a word of these, or the id of something in a course: rule/coin/quiz. */
const learnWords = ["glossary", "search", "me", "certificate"];
const learnKinds: Record<string, string> = { quiz: "quiz", placement: "quiz", lab: "lab", journal: "journal" };

function learnPage(id: string[]): string {
  const [first, second] = id;
  if (!first) return "learn";
  if (first === "review" || first === "placement") return "learn-quiz";
  if (first === "own") return "learn-lesson"; // a teacher's
  if (learnWords.includes(first)) return `learn-${first}`;
  if (!second) return "learn-course";
  return `learn-${learnKinds[id[id.length - 1] ?? ""] ?? (id.length === 2 ? "chapter" : "lesson")}`;
}

function decode(s: string): string {
  try {
    return decodeURIComponent(s);
  } catch {
    return s;
  }
}

export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  const parts = path.split("/").filter(Boolean).map(decode);
  const q = new URLSearchParams(query);
  if (parts[0] === "p" && parts[1]) {
    const page = parts[2] ?? "overview";
    const known = page === "overview" || inProject.includes(page);
    return { project: parts[1], page: known ? page : "missing", rest: parts.slice(3), query: q };
  }
  const page = parts[0] ?? "home";
  const one = parts[1] ? pagesOfOne[page] : undefined;
  if (one) return { project: null, page: one, rest: parts.slice(1), query: q };
  if (page === "learn") return { project: null, page: learnPage(parts.slice(1)), rest: parts.slice(1), query: q };
  return { project: null, page: page === "home" || outside.includes(page) ? page : "missing", rest: parts.slice(1), query: q };
}

/** The address of a page: href("lights", "collect"), href("lights"), href(). */
export function href(project?: string, page?: string, ...rest: string[]): string {
  if (!project) return page ? `#/${[page, ...rest].map(encodeURIComponent).join("/")}` : "#/";
  return `#/${["p", project, page, ...rest].filter((s) => s !== undefined).map((s) => encodeURIComponent(s as string)).join("/")}`;
}

/** The address of something in the courses: learnHref("rule/coin/quiz"), learnHref("glossary"), learnHref(). */
export function learnHref(id = "", query?: Record<string, string>): string {
  const path = id.split("/").filter(Boolean).map(encodeURIComponent);
  return `#/${["learn", ...path].join("/")}${query ? `?${new URLSearchParams(query)}` : ""}`;
}

/** Goes there; with replace the page before stays out of the browser's history. */
export function go(to: string, replace = false): void {
  if (replace) location.replace(to);
  else location.hash = to;
}

export function useRoute(): Route {
  const [route, set] = useState(() => parse(location.hash));
  useEffect(() => {
    const changed = () => set(parse(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}
