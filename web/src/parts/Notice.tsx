// Notice.tsx -- something to know, to mind, or that went wrong, where it belongs on the page.
import type { ComponentChildren } from "preact";
import { ApiError } from "../api";
import { currentLanguage, t } from "../i18n";
import { Icon } from "./Icon";
import { errorText } from "./Toast";

export function Notice({ kind = "info", children }: { kind?: "info" | "warning" | "error" | "good"; children: ComponentChildren }) {
  const icon = kind === "good" ? "check" : kind;
  return (
    <div class={`notice notice-${kind}`} role={kind === "error" ? "alert" : undefined}>
      <Icon name={icon} />
      <div>
        <span class="unseen">{t(`frame.notice.${kind}`)} </span>
        {children}
      </div>
    </div>
  );
}

/** The server's own words, which are English: screen readers are told so, and in other languages a sentence goes before. */
export function Said({ text }: { text: string }) {
  if (currentLanguage() === "en") return <>{text}</>;
  return (
    <>
      {t("frame.error.said")}{" "}
      <bdi lang="en" dir="ltr">
        {text}
      </bdi>
    </>
  );
}

/** What went wrong, from whatever was thrown; nothing for null. */
export function Failure({ error, children }: { error: unknown; children?: ComponentChildren }) {
  if (!error) return null;
  return (
    <Notice kind="error">
      <p>{error instanceof ApiError && error.message ? <Said text={error.message} /> : errorText(error)}</p>
      {children}
    </Notice>
  );
}
