// Frame.tsx -- what every explorable looks like: title, picture, controls, what is to be seen in words, something to try.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { number, t } from "../i18n";
import { Failure, Notice } from "../parts/Notice";
import { loadEngine } from "./engine";
import type { Engine } from "./engine";

type Props = {
  name: string;
  /** What is to be seen now, in a sentence or two: the picture for those who cannot see it. */
  says: string;
  /** It changes by itself: screen readers are told when it stops. */
  busy?: boolean;
  controls: ComponentChildren;
  children: ComponentChildren;
  more?: ComponentChildren;
};

export function Frame({ name, says, busy, controls, children, more }: Props) {
  const id = useId();
  return (
    <section class={`explore explore-${name}`} aria-labelledby={id}>
      <h2 id={id}>{t(`explore-${name}.title`)}</h2>
      <p class="explore-lead">{t(`explore-${name}.lead`)}</p>
      <div class="explore-body">
        <div class="explore-picture">{children}</div>
        <div class="explore-controls" role="group" aria-label={t("explore.controls")}>
          {controls}
        </div>
      </div>
      <p class="explore-says" aria-live={busy ? "off" : "polite"} aria-atomic="true">
        {says}
      </p>
      {more}
      <p class="explore-try">
        <strong>{t("explore.try")}</strong> {t(`explore-${name}.try`)}
      </p>
    </section>
  );
}

/** Shows what needs the engine when it is there; else says kindly that it is not. */
export function WithEngine({ name, children }: { name: string; children: (engine: Engine) => ComponentChildren }) {
  const [state, set] = useState<{ engine?: Engine | null; error?: unknown }>({});
  useEffect(() => {
    let here = true;
    loadEngine().then(
      (engine) => here && set({ engine }),
      (error: unknown) => here && set({ error }),
    );
    return () => void (here = false);
  }, []);
  if (state.engine) return <>{children(state.engine)}</>;
  return (
    <section class={`explore explore-${name}`}>
      <h2>{t(`explore-${name}.title`)}</h2>
      <p class="explore-lead">{t(`explore-${name}.lead`)}</p>
      {state.error ? <Failure error={state.error} /> : null}
      {state.engine === null && (
        <Notice>
          <p>{t("explore.none")}</p>
        </Notice>
      )}
      {state.engine === undefined && !state.error && <p class="loading">{t("frame.loading")}</p>}
    </section>
  );
}

// ---- controls ----

type SliderProps = {
  label: string;
  value: number;
  onValue: (v: number) => void;
  min: number;
  max: number;
  step: number;
  /** The value as people read it. */
  text?: string;
  disabled?: boolean;
};

export function Slider({ label, value, onValue, min, max, step, text, disabled }: SliderProps) {
  const id = useId();
  const shown = text ?? number(value, 3);
  return (
    <div class="explore-slider">
      <label for={id}>{label}</label>
      <output for={id} aria-hidden="true">
        {shown}
      </output>
      <input
        id={id}
        type="range"
        {...{ min, max, step, value, disabled }}
        aria-valuetext={shown}
        onInput={(e) => onValue(Number(e.currentTarget.value))}
      />
    </div>
  );
}

/** A slider over several powers of ten. */
export function LogSlider(p: Omit<SliderProps, "step">) {
  const round = (v: number) => Number(v.toPrecision(2));
  return (
    <Slider
      {...p}
      value={Math.log10(p.value)}
      min={Math.log10(p.min)}
      max={Math.log10(p.max)}
      step={0.02}
      text={p.text ?? number(p.value, 4)}
      onValue={(v) => p.onValue(Math.min(p.max, Math.max(p.min, round(10 ** v))))}
    />
  );
}

type ChoiceProps<W extends string> = { label: string; value: W; options: readonly { value: W; text: string }[]; onValue: (v: W) => void };

/** One of a few, side by side: arrow keys go from one to the next. */
export function Choice<W extends string>({ label, value, options, onValue }: ChoiceProps<W>) {
  const id = useId();
  return (
    <fieldset class="explore-choice">
      <legend>{label}</legend>
      <div>
        {options.map((o) => (
          <label key={o.value} class={o.value === value ? "explore-chosen" : undefined}>
            <input type="radio" name={id} value={o.value} checked={o.value === value} onChange={() => onValue(o.value)} />
            <span>{o.text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A few figures, each with its name. */
export function Facts({ facts }: { facts: [name: string, value: string][] }) {
  return (
    <dl class="explore-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What the colours and shapes mean. */
export function Legend({ items }: { items: [kind: string, text: string][] }) {
  return (
    <ul class="explore-legend">
      {items.map(([kind, text]) => (
        <li key={kind}>
          <span class={`explore-key explore-key-${kind}`} aria-hidden="true" />
          {text}
        </li>
      ))}
    </ul>
  );
}

/** The same as a table, for whoever wants the numbers. */
export function More({ title, children }: { title?: string; children: ComponentChildren }) {
  return (
    <details class="explore-more">
      <summary>
        {title ?? t("frame.plot.table")}
      </summary>
      {children}
    </details>
  );
}
