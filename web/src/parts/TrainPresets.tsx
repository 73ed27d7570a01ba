// TrainPresets.tsx -- the networks that there are to begin with, each with a sentence and what it takes on the board.
import { useEffect, useState } from "preact/hooks";
import * as api from "../api";
import type { OnBoard, Preset } from "../api";
import { bytes, t } from "../i18n";
import { Icon } from "./Icon";

/** "mobilenet-v1-0.5-96" is the preset "mobilenet-v1"; "ds-cnn-s" is not "ds-cnn". */
export const isPreset = (full: string, preset: string) =>
  full === preset || (full.startsWith(`${preset}-`) && /^\d/.test(full.slice(preset.length + 1)));

/** Memory of a board, and how much of it something takes: a bar with its words. */
export function Share({ label, used, all, about }: { label: string; used: number; all: number; about?: boolean }) {
  const part = all > 0 ? used / all : 0;
  const text = t(about ? "train.share-about" : "train.share", { used: bytes(used), all: bytes(all) });
  return (
    <span class="train-share">
      <span class="train-share-text">
        <span>{label}</span>
        <span>{text}</span>
      </span>
      <span class="train-share-bar" aria-hidden="true">
        <span class={part > 1 ? "train-share-over" : undefined} style={{ inlineSize: `${Math.max(1, Math.min(100, 100 * part))}%` }} />
      </span>
    </span>
  );
}

type Costs = Record<string, OnBoard | null>;

/** What each preset takes on the board, one after the other; null: it does not go with this project. */
function useCosts(project: string, presets: Preset[], board: string, of: unknown): Costs {
  const [costs, set] = useState<Costs>({});
  useEffect(() => {
    let here = true;
    set({});
    void (async () => {
      for (const p of presets) {
        const cost = await api.model.preview(project, { preset: p.preset, board }).then(
          (r) => ("error" in r ? null : r.board),
          () => undefined,
        );
        if (!here) return;
        if (cost !== undefined) set((c) => ({ ...c, [p.preset]: cost }));
      }
    })();
    return () => void (here = false);
  }, [project, presets, board, of]);
  return costs;
}

type Props = {
  project: string;
  presets: Preset[];
  board: string;
  /** Whatever changes what goes into the networks. */
  of: unknown;
  chosen: string; // the project's preset as it is written; "" for lines of its own
  disabled: boolean;
  choose: (preset: Preset) => void;
};

export function Presets({ project, presets, board, of, chosen, disabled, choose }: Props) {
  const costs = useCosts(project, presets, board, of);
  const order = [...presets].sort((a, b) => Number(b.recommended) - Number(a.recommended));
  return (
    <fieldset class="train-presets" disabled={disabled}>
      <legend>{t("train.choose")}</legend>
      <div class="train-cards">
        {order.map((p) => {
          const cost = costs[p.preset];
          return (
            <label key={p.preset} class={`train-card${cost === null ? " train-card-off" : ""}`}>
              <input type="radio" name="preset" checked={isPreset(chosen, p.preset)} disabled={cost === null} onChange={() => choose(p)} />
              <span class="train-card-in">
                <span class="train-card-head">
                  <strong dir="ltr">{p.preset}</strong>
                  {p.recommended && <span class="badge">{t("train.recommended")}</span>}
                </span>
                <span>{t.has(`train.preset.${p.preset}`) ? t(`train.preset.${p.preset}`) : p.sentence}</span>
                {cost && (
                  <>
                    <Share label={t("train.ram")} used={cost.ram_bound} all={cost.ram_limit} about={cost.estimate} />
                    <Share label={t("train.flash")} used={cost.flash} all={cost.flash_limit} about={cost.estimate} />
                    {!cost.fits && (
                      <span class="train-card-bad">
                        <Icon name="warning" /> {t("train.too-large")}
                      </span>
                    )}
                  </>
                )}
                {cost === null && <span class="train-card-bad">{t("train.not-here")}</span>}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
