// Button.tsx -- what one presses. kind "main" is the ONE thing to do on a page.
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { Icon } from "./Icon";
import type { IconName } from "./Icon";

type Look = {
  kind?: "main" | "plain" | "quiet" | "danger";
  icon?: IconName;
  /** Where there is an icon only, what it does, for screen readers and as a hint. */
  label?: string;
  /** Something runs: cannot be pressed, and says so. */
  busy?: boolean;
  small?: boolean;
  children?: ComponentChildren;
};

const classOf = (p: Look) =>
  `button button-${p.kind ?? "plain"}${p.children ? "" : " button-bare"}${p.small ? " button-small" : ""}`;

export function Button(p: Look & Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "label"> & { disabled?: boolean; type?: "button" | "submit" }) {
  const { kind, icon, label, busy, small, children, class: more, disabled, ...rest } = p;
  return (
    <button
      type="button"
      {...(rest as object)}
      class={`${classOf(p)} ${more ?? ""}`}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      aria-label={label}
      title={label}
    >
      {icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

/** A link that looks like a button: to another page, or with download= a file. */
export function LinkButton(p: Look & { href: string; download?: boolean | string; target?: string; id?: string }) {
  const { kind, icon, label, busy, small, children, ...rest } = p;
  return (
    <a {...rest} class={classOf(p)} aria-label={label} title={label}>
      {icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </a>
  );
}
