// Notice.tsx -- something to know, to mind, or that went wrong, where it belongs on the page.
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
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

/** What went wrong, from whatever was thrown; nothing for null. */
export function Failure({ error, children }: { error: unknown; children?: ComponentChildren }) {
  if (!error) return null;
  return (
    <Notice kind="error">
      <p>{errorText(error)}</p>
      {children}
    </Notice>
  );
}
