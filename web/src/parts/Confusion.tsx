// Confusion.tsx -- what it was and what the model said; each cell opens the samples behind it, to hear or see them and to
// give them another label.
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Project } from "../api";
import { percent, t } from "../i18n";
import { Button } from "./Button";
import { kindOf } from "./Feeder";
import { toast, toastError } from "./Toast";

/** A tested sample: a row of "each" in model/test.json. */
export type Tested = { hash: string; name: string; subject: string; word: string; truth: number; said: number; scores: number[] };
type Each = { fields: string[]; rows: [string, string, string, string, number, number, number[]][] };

export const testedOf = (each: Each | undefined): Tested[] =>
  (each?.rows ?? []).map(([hash, name, subject, word, truth, said, scores]) => ({ hash, name, subject, word, truth, said, scores: scores.map((s) => s / 1000) }));

let playing: HTMLAudioElement | null = null;
function play(project: string, hash: string): void {
  playing?.pause();
  playing = new Audio(api.samples.fileUrl(project, hash));
  void playing.play().catch(toastError);
}

/** One sample with its label to change. */
function One({ project, sample, labels }: { project: Project; sample: Tested; labels: string[] }) {
  const kind = kindOf(project);
  const was = labels[sample.truth] ?? "";
  const [label, setLabel] = useState(was);
  const change = async (to: string) => {
    const before = label;
    setLabel(to);
    try {
      await api.samples.change(project.name, sample.hash, { label: to });
      toast(t("test.relabelled", { label: to }), { undo: () => void change(before) });
    } catch (e) {
      setLabel(before);
      toastError(e);
    }
  };
  const name = sample.name || sample.hash.slice(0, 8);
  return (
    <li class="test-clip">
      {kind === "camera" && sample.hash && <img src={api.samples.fileUrl(project.name, sample.hash)} alt={name} loading="lazy" />}
      {kind === "sound" && <Button icon="play" label={t("test.play", { name })} disabled={!sample.hash} onClick={() => play(project.name, sample.hash)} />}
      <span class="test-clip-name">
        <bdi>{name}</bdi>
        <span class="hint">
          {[sample.subject, t("test.sure", { percent: percent(sample.scores[sample.said] ?? 0, 0), label: labels[sample.said] ?? "" })].filter(Boolean).join(" · ")}
        </span>
      </span>
      {sample.hash && (
        <label class="test-clip-label">
          <span>{t("test.is")}</span>
          <select value={label} onChange={(e) => void change(e.currentTarget.value)} aria-label={t("test.relabel", { name })}>
            {labels.map((l) => (
              <option key={l} value={l} selected={l === label}>
                {l}
              </option>
            ))}
          </select>
        </label>
      )}
    </li>
  );
}

const mostShown = 60;

export function Confusion({ project, labels, counts, tested }: { project: Project; labels: string[]; counts: number[][]; tested: Tested[] }) {
  const [open, setOpen] = useState<{ truth: number; said: number } | null>(null);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), [open]);
  const rows = counts.map((r) => r.reduce((a, b) => a + b, 0));
  const behind = open ? tested.filter((s) => s.truth === open.truth && s.said === open.said) : [];
  const apart = (label = "") => `\u2068${label}\u2069`; // a word of another direction than the sentence stays whole
  const names = (c: { truth: number; said: number }) => ({ truth: apart(labels[c.truth]), said: apart(labels[c.said]) });
  return (
    <>
      <p>{t("test.matrix.lead")}</p>
      <div class="table" role="region" aria-label={t("test.matrix.caption")} tabIndex={0}>
        <table class="test-matrix">
          <caption class="unseen">{t("test.matrix.caption")}</caption>
          <thead>
            <tr>
              <td class="test-corner">{t("test.matrix.corner")}</td>
              {labels.map((l) => (
                <th key={l} scope="col">
                  <bdi>{l}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map((row, truth) => (
              <tr key={truth}>
                <th scope="row">
                  <bdi>{labels[truth]}</bdi>
                </th>
                {row.map((n, said) => (
                  <td key={said} class={`${truth === said ? "test-right" : n ? "test-wrong" : "test-none"}${open?.truth === truth && open.said === said ? " test-open" : ""}`}>
                    {n ? (
                      <button
                        type="button"
                        style={{ "--part": `${Math.round((100 * n) / (rows[truth] || 1))}%` } as never}
                        aria-label={t(truth === said ? "test.matrix.right" : "test.matrix.wrong", { n, ...names({ truth, said }) })}
                        aria-expanded={open?.truth === truth && open.said === said}
                        onClick={() => setOpen({ truth, said })}
                      >
                        {n}
                      </button>
                    ) : (
                      <span aria-label={t("test.matrix.none")}>·</span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open && (
        <section class="card">
          <div class="row test-behind">
            <h2 class="test-small" tabIndex={-1} ref={head}>
              {t(open.truth === open.said ? "test.matrix.right" : "test.matrix.wrong", { n: counts[open.truth]?.[open.said] ?? 0, ...names(open) })}
            </h2>
            <Button kind="quiet" icon="close" label={t("frame.close")} onClick={() => setOpen(null)} />
          </div>
          {behind.length === 0 && <p class="hint">{t("test.matrix.old")}</p>}
          <ul class="test-clips">
            {behind.slice(0, mostShown).map((s) => (
              <One key={s.hash || s.name} project={project} sample={s} labels={labels} />
            ))}
          </ul>
          {behind.length > mostShown && <p class="hint">{t("test.matrix.more", { n: behind.length - mostShown })}</p>}
        </section>
      )}
    </>
  );
}
