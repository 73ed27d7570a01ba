// theme.ts -- light, dark, or as the computer has it; kept in the browser.
import { useEffect, useState } from "preact/hooks";

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];
const key = "thimble.theme";
const watchers = new Set<() => void>();
const system = matchMedia("(prefers-color-scheme: dark)");
const tell = () => {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  watchers.forEach((w) => w());
};
system.addEventListener("change", tell);

export function theme(): Theme {
  const kept = localStorage.getItem(key) as Theme;
  return themes.includes(kept) ? kept : "auto";
}

export const startTheme = tell;

export function setTheme(to: Theme): void {
  localStorage.setItem(key, to);
  tell();
}

export const isDark = (): boolean => theme() === "dark" || (theme() === "auto" && system.matches);

/** "light" or "dark" as shown: a canvas that takes colours from the style sheet is drawn again when it changes. */
export function useThemeChange(): "light" | "dark" {
  const [dark, set] = useState(isDark);
  useEffect(() => {
    const w = () => set(isDark());
    watchers.add(w);
    return () => void watchers.delete(w);
  }, []);
  return dark ? "dark" : "light";
}
