// labels.tsx -- of what the next recording is an example: a choice, with how much there is of each.
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { clipsOf, share } from "./wanted";
import type { Count, Wanted } from "./wanted";

function about(c: Count, w: Wanted): string {
  const what = w.input === "signal" ? t("collect.so-long", { n: Math.round(c.seconds), of: w.enough.seconds }) : t("collect.so-many", { n: clipsOf(c), of: w.enough.clips });
  return c.subjects ? `${what} · ${t("collect.people", { n: c.subjects })}` : what;
}

type Props = { wanted: Wanted; labels: Count[]; label: string; onChoose: (label: string) => void; onAdd: (label: string) => void };

export function Labels({ wanted, labels, label, onChoose, onAdd }: Props) {
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState("");
  const add = (e: Event) => {
    e.preventDefault();
    const clean = name.trim();
    if (clean) onAdd(clean);
    setAdding(false);
    setName("");
  };
  return (
    <fieldset class="collect-labels">
      <legend>{t("collect.what")}</legend>
      <div class="collect-labels-all">
        {labels.map((c) => (
          <label key={c.label} class={`collect-label${c.label === label ? " collect-label-on" : ""}`}>
            <input type="radio" name="collect-label" checked={c.label === label} onChange={() => onChoose(c.label)} />
            <span class="collect-label-name">
              <bdi>{c.label}</bdi>
            </span>
            <span class="collect-label-about">{about(c, wanted)}</span>
            <span class="collect-label-track" aria-hidden="true">
              <span class="collect-label-bar" style={{ inlineSize: `${100 * share(c, wanted)}%` }} />
            </span>
          </label>
        ))}
        {!adding && (
          <Button kind="quiet" icon="plus" onClick={() => setAdding(true)}>
            {t("collect.add-label")}
          </Button>
        )}
      </div>
      {adding && (
        <form class="collect-add" onSubmit={add}>
          <Field label={t("collect.new-label")} value={name} onValue={setName} maxLength={40} required autocomplete="off" />
          <Button type="submit">{t("collect.add")}</Button>
          <Button kind="quiet" onClick={() => setAdding(false)}>
            {t("frame.cancel")}
          </Button>
        </form>
      )}
    </fieldset>
  );
}
