// CodeArea.tsx -- a text of lines with their numbers, where a line may be wrong: thimble.ini, a network's description.
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";

type Props = {
  label: string;
  hint?: string;
  value: string;
  onValue: (value: string) => void;
  rows?: number;
  disabled?: boolean;
  /** What is wrong, in the server's words, and in which line, from 1. */
  error?: string;
  errorLine?: number;
  /** Whenever this changes, the focus goes to the line that is wrong. */
  jump?: number;
};

export function CodeArea({ label, hint, value, onValue, rows = 12, disabled, error, errorLine, jump }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split("\n").length;
  useEffect(() => {
    const a = area.current;
    if (!jump || !errorLine || !a) return;
    const before = a.value.split("\n").slice(0, errorLine - 1);
    const start = before.reduce((n, l) => n + l.length + 1, 0);
    const end = a.value.indexOf("\n", start);
    a.focus();
    a.setSelectionRange(start, end < 0 ? a.value.length : end);
    a.scrollTop = Math.max(0, (errorLine - 3) * parseFloat(getComputedStyle(a).lineHeight));
  }, [jump]);
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div class={`field${error ? " field-wrong" : ""}`}>
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div class="code-area" dir="ltr">
        <div class="code-gutter" ref={gutter} aria-hidden="true">
          {Array.from({ length: lines }, (_, i) => (
            <div key={i} class={i + 1 === errorLine ? "code-wrong" : undefined}>
              {i + 1}
            </div>
          ))}
        </div>
        <textarea
          ref={area}
          id={id}
          class="code"
          rows={rows}
          wrap="off"
          spellcheck={false}
          autocapitalize="off"
          value={value}
          disabled={disabled}
          aria-describedby={told}
          aria-invalid={error ? true : undefined}
          onInput={(e) => onValue(e.currentTarget.value)}
          onScroll={(e) => gutter.current && (gutter.current.scrollTop = e.currentTarget.scrollTop)}
        />
      </div>
      {error && (
        <p class="wrong" id={`${id}-error`} role="alert">
          {errorLine !== undefined && <strong>{t("frame.line", { line: errorLine })} </strong>}
          <span lang="en" dir="auto">
            {error}
          </span>
        </p>
      )}
    </div>
  );
}
