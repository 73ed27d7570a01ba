// Field.tsx -- controls with a label, a hint and what is wrong with them.
import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

type Frame = { label: string; hint?: string; error?: string; hideLabel?: boolean };

function Around({ id, label, hint, error, hideLabel, children }: Frame & { id: string; children: ComponentChildren }) {
  return (
    <div class={`field${error ? " field-wrong" : ""}`}>
      <label for={id} class={hideLabel ? "unseen" : undefined}>
        {label}
      </label>
      {children}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="wrong" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
const told = (id: string, p: Frame) =>
  [p.hint && `${id}-hint`, p.error && `${id}-error`].filter(Boolean).join(" ") || undefined;

type Input = Omit<InputHTMLAttributes<HTMLInputElement>, "label" | "onInput"> & {
  value: string | number;
  onValue: (value: string) => void;
  type?: string;
  min?: number | string;
  max?: number | string;
  step?: number | string;
  required?: boolean;
  placeholder?: string;
  maxLength?: number;
  autocomplete?: string;
  disabled?: boolean;
  pattern?: string;
};

export function Field(p: Frame & Input) {
  const id = useId();
  const { label, hint, error, hideLabel, onValue, ...rest } = p;
  return (
    <Around id={id} {...{ label, hint, error, hideLabel }}>
      <input
        type="text"
        dir="auto"
        {...(rest as object)}
        id={id}
        aria-describedby={told(id, p)}
        aria-invalid={error ? true : undefined}
        onInput={(e) => onValue(e.currentTarget.value)}
      />
    </Around>
  );
}

type Area = { value: string; onValue: (value: string) => void; rows?: number; code?: boolean; disabled?: boolean };

/** Several lines; code: in type of one width, always from left to right. */
export function TextArea(p: Frame & Area) {
  const id = useId();
  return (
    <Around id={id} {...p}>
      <textarea
        id={id}
        rows={p.rows ?? 4}
        value={p.value}
        disabled={p.disabled}
        class={p.code ? "code" : undefined}
        dir={p.code ? "ltr" : undefined}
        spellcheck={p.code ? false : undefined}
        aria-describedby={told(id, p)}
        aria-invalid={p.error ? true : undefined}
        onInput={(e) => p.onValue(e.currentTarget.value)}
      />
    </Around>
  );
}

type Choice = { value: string; text: string };
type Choices = { value: string; onValue: (value: string) => void; options: Choice[]; disabled?: boolean };

export function Select(p: Frame & Choices) {
  const id = useId();
  return (
    <Around id={id} {...p}>
      <select
        id={id}
        value={p.value}
        disabled={p.disabled}
        aria-describedby={told(id, p)}
        aria-invalid={p.error ? true : undefined}
        onChange={(e) => p.onValue(e.currentTarget.value)}
      >
        {p.options.map((o) => (
          <option key={o.value} value={o.value} selected={o.value === p.value}>
            {o.text}
          </option>
        ))}
      </select>
    </Around>
  );
}

type Tick = { label: string; hint?: string; checked: boolean; onValue: (on: boolean) => void; disabled?: boolean };

export function Checkbox(p: Tick) {
  const id = useId();
  return (
    <div class="field field-check">
      <input
        type="checkbox"
        id={id}
        checked={p.checked}
        disabled={p.disabled}
        aria-describedby={p.hint ? `${id}-hint` : undefined}
        onChange={(e) => p.onValue(e.currentTarget.checked)}
      />
      <label for={id}>{p.label}</label>
      {p.hint && (
        <p class="hint" id={`${id}-hint`}>
          {p.hint}
        </p>
      )}
    </div>
  );
}
