// Title.tsx -- the title of a page, and what screen readers and the browser's tab are told of it.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";

let last = ""; // which page was before; "" at the start

type Props = {
  /** Which page it is: when that changes, the focus goes to the title. */
  at: string;
  text: string;
  lang?: string;
  lead?: ComponentChildren;
  /** What the browser's tab says besides. */
  more?: string;
  /** Small words above it. */
  above?: ComponentChildren;
};

export function Title({ at, text, lang, lead, more, above }: Props) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = [text, more, t("frame.name")].filter(Boolean).join(" · ");
  });
  useEffect(() => {
    // Who uses a screen reader is told that the page is another one; at the first page the browser does it.
    if (last && last !== at) {
      ref.current?.focus();
      scrollTo(0, 0);
    }
    last = at;
  }, [at]);
  return (
    <div class="title">
      {above}
      <h1 tabIndex={-1} ref={ref} lang={lang}>
        <bdi>{text}</bdi>
      </h1>
      {lead && (
        <p class="lead">
          <bdi>{lead}</bdi>
        </p>
      )}
    </div>
  );
}
