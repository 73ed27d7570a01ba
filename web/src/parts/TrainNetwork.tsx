// TrainNetwork.tsx -- the network's lines to change, and what they cost on the board while one types.
import { useEffect, useState } from "preact/hooks";
import * as api from "../api";
import type { Layer, Preview, PreviewReply } from "../api";
import { currentLanguage, number, t } from "../i18n";
import { Button } from "./Button";
import { CodeArea } from "./CodeArea";
import { Notice, Said } from "./Notice";
import { Table } from "./Table";
import { Share } from "./TrainPresets";

const typing = 120; // ms without a key until the server is asked
const still = 1500; // ms until the firmware is built for the exact figures

const failed = (r: PreviewReply | null) => (r && "error" in r ? r.error : null);

/** What these lines cost: at once about, and exactly when nobody has typed for a while. */
export function usePreview(project: string, board: string, text: string | null, exact: boolean, of: unknown) {
  const [reply, setReply] = useState<PreviewReply | null>(null);
  const [shown, setShown] = useState<Preview | null>(null); // the last one without an error
  useEffect(() => {
    if (text === null) return;
    let here = true;
    const take = (r: PreviewReply) => {
      if (!here) return;
      setReply(r);
      if (!("error" in r)) setShown(r);
    };
    const ask = (precisely: boolean) =>
      api.model.preview(project, { text, board, ...(precisely ? { exact: true } : {}) }).then(take, () => {});
    const soon = setTimeout(() => void ask(false), typing);
    const later = exact ? setTimeout(() => void ask(true), still) : 0;
    return () => {
      here = false;
      clearTimeout(soon);
      clearTimeout(later);
    };
  }, [project, board, text, exact, of]);
  return { preview: shown, error: failed(reply) };
}

const shape = (s: number[]) => s.join("×");

/** The network as boxes, from what goes in to what comes out. */
function Drawn({ preview }: { preview: Preview }) {
  const boxes = preview.layers.filter((l) => l.kind !== "dropout");
  return (
    <ol class="train-net" dir="ltr" aria-label={t("train.drawing")} tabIndex={0}>
      <li class="train-box train-box-end">
        <strong>{t("train.input")}</strong>
        <span>{shape(preview.input)}</span>
      </li>
      {boxes.map((l: Layer) => (
        <li key={l.line} class={`train-box${l.parameters > 0 ? " train-box-learns" : ""}`}>
          <strong>{l.kind}</strong>
          <span>{shape(l.output)}</span>
        </li>
      ))}
      <li class="train-box train-box-end">
        <strong>{t("train.answer")}</strong>
        <span>{preview.classes > 0 ? t("train.classes", { n: preview.classes }) : t("train.values")}</span>
      </li>
    </ol>
  );
}

/** RAM, flash and work on the board, in bars and words. */
export function Cost({ preview, board, live }: { preview: Preview; board: string; live?: boolean }) {
  const b = preview.board;
  const run = b.instructions ?? b.instructions_about;
  const about = b.instructions === undefined;
  return (
    <div class="train-cost" aria-live={live ? "polite" : undefined}>
      <Share label={t("train.ram-on", { board })} used={b.ram_bound} all={b.ram_limit} about={b.estimate} />
      <Share label={t("train.flash-on", { board })} used={b.flash} all={b.flash_limit} about={b.estimate} />
      <p>
        {run !== undefined &&
          t(about ? "train.run-about" : "train.run", { instructions: number(run, 0), ms: number(b.ms ?? 0, (b.ms ?? 0) < 1 ? 3 : 1) })}{" "}
        {t("train.arena", { bytes: number(b.arena, 0) })}
      </p>
      {!b.fits && (
        <Notice kind="warning">
          <p>{t("train.does-not-fit")}</p>
          <p>
            <Said text={`${b.breaks}. ${b.help}`} />
          </p>
        </Notice>
      )}
      {preview.assumed && <Notice>{t("train.assumed")}</Notice>}
    </div>
  );
}

type Props = {
  draft: string;
  saved: string;
  own: boolean;
  disabled: boolean;
  preview: Preview | null;
  error: { line: number; text: string } | null;
  board: string;
  onDraft: (text: string) => void;
  onSave: () => void;
  onPreset: () => void; // back to the preset's lines
};

export function Network(p: Props) {
  return (
    <div class="stack">
      <CodeArea
        label={t("train.lines")}
        hint={t("train.lines-hint")}
        value={p.draft}
        onValue={p.onDraft}
        rows={Math.min(18, Math.max(6, p.draft.split("\n").length + 1))}
        disabled={p.disabled}
        {...(p.error ? { error: p.error.text } : {})}
        {...(p.error?.line ? { errorLine: p.error.line } : {})}
      />
      <div class="row">
        <Button disabled={p.draft === p.saved || p.error !== null || p.disabled} onClick={p.onSave}>
          {t("train.save-lines")}
        </Button>
        {p.own && (
          <Button kind="quiet" icon="undo" disabled={p.disabled} onClick={p.onPreset}>
            {t("train.back-to-preset")}
          </Button>
        )}
      </div>
      {p.preview && (
        <>
          <Cost preview={p.preview} board={p.board} live />
          <Drawn preview={p.preview} />
          <Table
            caption={t("train.layers")}
            columns={[
              { key: "layer", title: t("train.layer"), cell: (l: Layer) => <code class="train-layer" dir="ltr">{l.layer}</code> },
              { key: "output", title: t("train.shape"), number: true, cell: (l: Layer) => <bdi dir="ltr">{shape(l.output)}</bdi> },
              { key: "parameters", title: t("train.parameters"), number: true, cell: (l: Layer) => number(l.parameters, 0) },
              { key: "macs", title: t("train.macs"), number: true, cell: (l: Layer) => number(l.macs, 0) },
              { key: "ram", title: t("train.layer-ram"), number: true, cell: (l: Layer) => number(l.ram_int8, 0) },
            ]}
            rows={p.preview.layers}
            rowKey={(l) => l.line}
          />
          <p class="hint">
            {t("train.sum", { parameters: number(p.preview.parameters, 0), macs: number(p.preview.macs, 0) })}
            {currentLanguage() !== "en" && ` ${t("train.words")}`}
          </p>
        </>
      )}
    </div>
  );
}
