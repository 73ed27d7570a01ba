// Toast.tsx -- short news at the foot of the page, read out by screen readers: toast(text), toast(text, {undo}).
// One with an Undo stays ten seconds, and as long as the pointer or the focus is on it.
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api";
import { t } from "../i18n";
import { Button } from "./Button";
import { Icon } from "./Icon";

type Kind = "good" | "bad";
type News = { id: number; text: string; kind: Kind; undo?: () => void };
let next = 1;
let show: (n: News) => void = () => {};

export function toast(text: string, options: { kind?: Kind; undo?: () => void } = {}): void {
  show({ id: next++, text, kind: options.kind ?? "good", undo: options.undo });
}

/** What went wrong, in words for people: the server's own, which say what, where, what next. */
export function errorText(e: unknown): string {
  if (e instanceof ApiError) {
    if (e.status === 0) return t("frame.error.offline");
    if (e.message) return e.message;
    return t("frame.error.status", { status: String(e.status) });
  }
  return e instanceof Error ? e.message : String(e);
}
export const toastError = (e: unknown) => toast(errorText(e), { kind: "bad" });

function One({ news, gone }: { news: News; gone: () => void }) {
  const [held, hold] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(gone, news.undo || news.kind === "bad" ? 10000 : 5000);
    return () => clearTimeout(timer);
  }, [held]);
  return (
    <div
      class={`toast toast-${news.kind}`}
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocusIn={() => hold(true)}
      onFocusOut={() => hold(false)}
    >
      <Icon name={news.kind === "bad" ? "error" : "check"} />
      <span class="toast-text">{news.text}</span>
      {news.undo && (
        <Button
          kind="quiet"
          icon="undo"
          onClick={() => {
            news.undo?.();
            gone();
          }}
        >
          {t("frame.undo")}
        </Button>
      )}
      <Button kind="quiet" icon="close" label={t("frame.close")} onClick={gone} />
    </div>
  );
}

/** Where they appear: once, in the frame. */
export function Toasts() {
  const [all, set] = useState<News[]>([]);
  useEffect(() => {
    show = (n) => set((a) => [...a.slice(-2), n]);
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite" aria-relevant="additions">
      {all.map((n) => (
        <One key={n.id} news={n} gone={() => set((a) => a.filter((m) => m.id !== n.id))} />
      ))}
    </div>
  );
}
