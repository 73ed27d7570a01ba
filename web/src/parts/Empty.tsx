// Empty.tsx -- what a page says while there is nothing yet: what it will show, and what to do first.
import type { ComponentChildren } from "preact";
import { Icon } from "./Icon";
import type { IconName } from "./Icon";

export function Empty({ icon, title, text, children }: { icon?: IconName; title: string; text?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      {icon && <Icon name={icon} size={48} />}
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children && <div class="row row-middle">{children}</div>}
    </div>
  );
}
