// Tabs.tsx -- views that share a place; arrow keys go from one to the next, as ARIA's pattern says.
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";

export type Tab = { id: string; text: string };
type Props = { label: string; tabs: Tab[]; value: string; onValue: (id: string) => void; children: ComponentChildren };

export function Tabs({ label, tabs, value, onValue, children }: Props) {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const key = (e: KeyboardEvent) => {
    const rtl = document.documentElement.dir === "rtl";
    const by = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    const at = tabs.findIndex((x) => x.id === value);
    let to = at + (rtl ? -by : by);
    if (e.key === "Home") to = 0;
    else if (e.key === "End") to = tabs.length - 1;
    else if (!by) return;
    e.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    if (!tab) return;
    onValue(tab.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${tab.id}"]`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={key}>
        {tabs.map((x) => (
          <button
            key={x.id}
            type="button"
            role="tab"
            id={`${base}-${x.id}`}
            data-tab={x.id}
            aria-selected={x.id === value}
            aria-controls={`${base}-panel`}
            tabIndex={x.id === value ? 0 : -1}
            onClick={() => onValue(x.id)}
          >
            {x.text}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${value}`} class="tab-panel">
        {children}
      </div>
    </>
  );
}
