// router.ts -- which page is shown, from what stands behind # in the address.
import { useEffect, useState } from "preact/hooks";

export type Route = {
  project: string | null;
  page: string; // "home", "overview", "collect", .., "people", "join"
  rest: string[]; // what follows: #/p/lights/train/RUN -> ["RUN"]
  query: URLSearchParams;
};

export const steps = ["collect", "look", "train", "test", "squeeze", "deploy"] as const;
export type Step = (typeof steps)[number];
const inProject = [...steps, "board", "settings"];
const outside = ["people", "join"];

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
  return { project: null, page: page === "home" || outside.includes(page) ? page : "missing", rest: parts.slice(1), query: q };
}

/** The address of a page: href("lights", "collect"), href("lights"), href(). */
export function href(project?: string, page?: string, ...rest: string[]): string {
  if (!project) return page ? `#/${page}` : "#/";
  return `#/${["p", project, page, ...rest].filter((s) => s !== undefined).map((s) => encodeURIComponent(s as string)).join("/")}`;
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
