// SqueezeLayers.tsx -- what 8-bit numbers cost, layer by layer: how large the error is, what is wrong, and what mends it.
import { number, percent, t } from "../i18n";
import { Button } from "./Button";
import { Notice } from "./Notice";
import { Table } from "./Table";

export type Finding = { code: "fine" | "unequal" | "cut" | "unused" | "costly" | "weak"; text: string; mend: Mend[] };
export type Mend = "equalise" | "method" | "keep-16";
export type Score = { samples: number; output_db: number; accuracy?: number; agree?: number };
export type QLayer = {
  index: number;
  op: string;
  name: string;
  type: string;
  snr_db: number;
  saturated: number;
  used: number;
  imbalance: number;
  channel: number;
  finding?: Finding;
};
export type Quantized = {
  method: string;
  bits: number;
  samples: number;
  equalised_pairs: number;
  float_bytes: number;
  int8_bytes: number;
  float_arena?: number;
  int8_arena?: number;
  float?: Score;
  integer?: Score;
  layers: QLayer[];
  repair?: { restored: boolean; within: number; tried: (Score & { did: string; kept: boolean })[] };
  training?: { epochs: number; best_epoch: number; kept: boolean; integer: Score };
};

const exact = 199; // dB that stand for no error at all
/** The error as a part of the signal: 20 dB are a tenth. */
const errorOf = (l: QLayer) => (l.snr_db >= exact ? 0 : 10 ** (-l.snr_db / 20));
const widest = 0.3; // an error as large as this fills its bar

export function Layers({ layers }: { layers: QLayer[] }) {
  return (
    <section class="card">
      <h2>{t("squeeze.layers")}</h2>
      <p>{t("squeeze.layers-hint")}</p>
      <Table
        caption={t("squeeze.layers")}
        hideCaption
        columns={[
          {
            key: "name",
            title: t("squeeze.layer"),
            cell: (l: QLayer) => (
              <span class="squeeze-name" dir="ltr">
                {l.name || l.op}
              </span>
            ),
          },
          {
            key: "error",
            title: t("squeeze.error"),
            cell: (l: QLayer) => (
              <span class="squeeze-error">
                <span class="squeeze-bar" aria-hidden="true">
                  <span class={errorOf(l) > 0.1 ? "squeeze-much" : undefined} style={{ inlineSize: `${Math.max(1, Math.min(100, (100 * errorOf(l)) / widest))}%` }} />
                </span>
                <span class="squeeze-percent">{percent(errorOf(l))}</span>
              </span>
            ),
          },
          { key: "type", title: t("squeeze.type"), cell: (l: QLayer) => <bdi dir="ltr">{l.type}</bdi> },
          { key: "cut", title: t("squeeze.cut"), number: true, cell: (l: QLayer) => percent(l.saturated) },
          { key: "used", title: t("squeeze.used"), number: true, cell: (l: QLayer) => percent(l.used, 0) },
          {
            key: "finding",
            title: t("squeeze.finding"),
            cell: (l: QLayer) => (l.finding ? t(`squeeze.short.${l.finding.code}`) : ""),
          },
        ]}
        rows={layers}
        rowKey={(l) => l.index}
      />
    </section>
  );
}

type Findings = { layers: QLayer[]; busy: boolean; mend: (how: Mend, layer: QLayer) => void };

/** The debugger's findings in plain words, with what mends each. */
export function Findings({ layers, busy, mend }: Findings) {
  const bad = layers.filter((l) => l.finding && l.finding.code !== "fine");
  if (bad.length === 0) return <Notice kind="good">{t("squeeze.all-fine")}</Notice>;
  return (
    <section aria-label={t("squeeze.findings")}>
      <h3>{t("squeeze.findings")}</h3>
      {bad.map((l) => (
        <Notice key={l.index} kind="warning">
          <p>
            <strong dir="ltr">{l.name || l.op}</strong>{" "}
            {t(`squeeze.why.${l.finding?.code}`, {
              channel: l.channel,
              times: number(l.imbalance, 0),
              cut: percent(l.saturated),
              used: percent(l.used, 0),
              error: percent(errorOf(l), 0),
            })}
          </p>
          <div class="row">
            {l.finding?.mend.map((m) => (
              <Button key={m} small disabled={busy} onClick={() => mend(m, l)}>
                {t(`squeeze.mend.${m}`)}
              </Button>
            ))}
          </div>
        </Notice>
      ))}
    </section>
  );
}
