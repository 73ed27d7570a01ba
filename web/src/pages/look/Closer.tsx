// Closer.tsx -- one sample, large: all its pictures, and what one can do with it.
import { useEffect } from "preact/hooks";
import * as api from "../../api";
import type { Project, Sample } from "../../api";
import { number, t } from "../../i18n";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Select } from "../../parts/Field";
import { play, relabel, removeSample, shown, wholeName } from "./data";
import type { Samples } from "./data";
import { Channels, FeaturePicture, SpectrogramPicture, WavePicture } from "./Pictures";

export const labelsOf = (project: Project, samples: Samples): string[] => {
  const all = new Set([...project.labels, ...samples.list.map((s) => s.label)]);
  return [...all].filter(Boolean);
};

export function LabelSelect({ project, sample, samples, hideLabel }: { project: Project; sample: Sample; samples: Samples; hideLabel?: boolean }) {
  return (
    <Select
      label={hideLabel ? t("look.label-of", { name: shown(sample) }) : t("look.label")}
      hideLabel={hideLabel}
      value={sample.label}
      options={labelsOf(project, samples).map((l) => ({ value: l, text: l }))}
      onValue={(l) => void relabel(project.name, sample, l, samples)}
    />
  );
}

/** "train · Noor · 1.2 s" */
export function facts(s: Sample): string {
  const size =
    s.kind === "picture" ? `${s.width ?? 0} × ${s.height ?? 0}` : s.rate_hz > 0 ? t("look.seconds", { s: number(s.seconds ?? 0, 1) }) : t("look.rows", { n: s.n_rows ?? 0 });
  return [s.split ? t(`look.split.${s.split}`) : "", s.subject, size].filter(Boolean).join(" · ");
}

type Props = { project: Project; samples: Samples; sample: Sample | null; onClose: () => void; onStep?: (by: 1 | -1) => void };

export function Closer({ project, samples, sample, onClose, onStep }: Props) {
  useEffect(() => {
    if (sample?.kind === "sound") play(project.name, sample.hash);
  }, [sample?.hash]);
  if (!sample) return null;
  const s = samples.byHash.get(sample.hash) ?? sample;
  const names = String(s.channels ?? "").split(",").filter(Boolean);
  const stroke = s.kind === "signal" && !(s.rate_hz > 0);
  return (
    <Dialog
      open
      title={shown(s)}
      onClose={onClose}
      actions={
        <>
          {onStep && <Button onClick={() => onStep(-1)}>{t("look.before")}</Button>}
          {onStep && <Button onClick={() => onStep(1)}>{t("look.after")}</Button>}
          <Button kind="danger" icon="trash" onClick={() => void removeSample(project.name, s, samples).then((gone) => gone && onClose())}>
            {t("look.remove")}
          </Button>
        </>
      }
    >
      <p class="hint">
        {wholeName(s) !== shown(s) && (
          <>
            <bdi>{wholeName(s)}</bdi>
            <br />
          </>
        )}
        {facts(s)}
        {s.device && ` · ${s.device}`}
        {s.consent && ` · ${t("look.consent", { consent: s.consent })}`}
      </p>
      {s.notes && <p>{s.notes}</p>}
      {s.kind === "sound" && (
        <Button icon="play" onClick={() => play(project.name, s.hash)}>
          {t("look.play")}
        </Button>
      )}
      {s.kind === "picture" && <img class="look-photo" src={api.samples.fileUrl(project.name, s.hash)} alt={t("look.picture-of", { name: shown(s) })} />}
      {s.kind !== "picture" && !stroke && (
        <>
          <h3 class="look-head">{t("look.wave")}</h3>
          <WavePicture project={project.name} sample={s} large />
          {names.length > 1 && <Channels names={names} />}
        </>
      )}
      {s.kind === "sound" && (
        <>
          <h3 class="look-head">{t("look.spectrogram")}</h3>
          <SpectrogramPicture project={project.name} sample={s} large />
        </>
      )}
      <h3 class="look-head">{t("look.features")}</h3>
      <FeaturePicture project={project.name} sample={s} large />
      <LabelSelect project={project} sample={s} samples={samples} />
    </Dialog>
  );
}
