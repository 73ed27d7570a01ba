// alias.tsx -- a tone, the samples taken of it, and the lower tone that they make when they are too few.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { number, t } from "../i18n";
import { Button } from "../parts/Button";
import { Checkbox } from "../parts/Field";
import { Chart, pathOf } from "./Chart";
import type { Engine } from "./engine";
import { Facts, Frame, Legend, LogSlider, WithEngine } from "./Frame";
import { numberOf, onOf } from "./hooks";
import type { Settings } from "./index";

const n = 512; // samples of the spectrum, as in src/explore/explore.h
const fine = 16; // points of the wave to a sample
const shown = 26; // samples in the picture
const playS = 1.2;

/** A soft tone of this frequency and loudness. */
function usePlayer() {
  const context = useRef<AudioContext | null>(null);
  useEffect(() => () => void context.current?.close(), []);
  return (hz: number, loud: number) => {
    const c = (context.current ??= new AudioContext());
    const [tone, volume] = [c.createOscillator(), c.createGain()];
    const from = c.currentTime + 0.02;
    tone.frequency.value = hz;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.2 * loud, from + 0.05);
    volume.gain.setValueAtTime(0.2 * loud, from + playS - 0.1);
    volume.gain.linearRampToValueAtTime(0, from + playS);
    tone.connect(volume).connect(c.destination);
    tone.start(from);
    tone.stop(from + playS);
  };
}

function Wave({ wave, samples, heard, tone, rate, loud, label }: { wave: Float32Array; samples: Float32Array; heard: number; tone: number; rate: number; loud: number; label: string }) {
  const ms = (k: number) => (1000 * k) / rate;
  const end = ms(shown - 1);
  // The samples' own tone runs backwards where it was folded an odd number of times: draw it as they have it.
  const signed = tone - rate * Math.round(tone / rate);
  const slow = Array.from({ length: 400 }, (_, i) => (i / 399) * end);
  const apart = Math.abs(heard - tone) > 1;
  const first = samples[0] as number;
  const second = samples[1] as number;
  const turn = (2 * Math.PI * signed) / rate;
  // A phase that a filter has shifted: from two neighbouring samples.
  const cosine = Math.abs(Math.sin(turn)) > 1e-3 ? (second - first * Math.cos(turn)) / Math.sin(turn) : loud;
  return (
    <Chart label={label} x={[0, end]} y={[-1.15, 1.15]} height={230} xLabel={t("explore-alias.time")} yTicks={[]}>
      {(s) => (
        <>
          <path class="explore-line explore-line-1" d={pathOf(s, Array.from({ length: fine * (shown - 1) + 1 }, (_, i) => ms(i / fine)), wave)} />
          {apart && <path class="explore-line explore-line-2" d={pathOf(s, slow, slow.map((v) => first * Math.cos((turn * v * rate) / 1000) + cosine * Math.sin((turn * v * rate) / 1000)))} />}
          {Array.from({ length: shown }, (_, k) => (
            <g key={k}>
              <line class="alias-stem" x1={s.sx(ms(k))} x2={s.sx(ms(k))} y1={s.sy(0)} y2={s.sy(samples[k] as number)} />
              <circle class="alias-sample" r="4.5" cx={s.sx(ms(k))} cy={s.sy(samples[k] as number)} />
            </g>
          ))}
        </>
      )}
    </Chart>
  );
}

function Spectrum({ loudness, tone, rate, label }: { loudness: Float32Array; tone: number; rate: number; label: string }) {
  const bars = 64;
  const each = (n / 2) / bars;
  const top = Math.max(rate / 2, Math.min(tone, rate) * 1.05);
  const high = Array.from({ length: bars }, (_, b) => Math.max(...loudness.slice(b * each + (b ? 1 : 0), (b + 1) * each + 1)));
  return (
    <Chart label={label} x={[0, top]} y={[0, 1.1]} height={180} xLabel={t("explore-alias.frequency")} yLabel={t("explore-alias.loudness")}>
      {(s) => (
        <>
          {top > rate / 2 && <rect class="alias-beyond" x={s.sx(rate / 2)} width={s.sx(top) - s.sx(rate / 2)} y={s.sy(1.1)} height={s.sy(0) - s.sy(1.1)} />}
          {high.map((v, b) => (
            <rect key={b} class="explore-pile-2" x={s.sx((b * rate) / 2 / bars) + 0.5} width={Math.max(1, s.sx(rate / 2 / bars) - s.sx(0) - 1)} y={s.sy(v)} height={s.sy(0) - s.sy(v)} />
          ))}
          <line class="explore-cut" x1={s.sx(rate / 2)} x2={s.sx(rate / 2)} y1={s.sy(1.1)} y2={s.sy(0)} />
          {tone <= top && <line class="alias-tone" x1={s.sx(tone)} x2={s.sx(tone)} y1={s.sy(1.1)} y2={s.sy(0)} />}
        </>
      )}
    </Chart>
  );
}

function Alias({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [tone, setTone] = useState(numberOf(settings, "tone", 1000, 50, 8000));
  const [rate, setRate] = useState(numberOf(settings, "rate", 8000, 500, 16000));
  const [filter, setFilter] = useState(onOf(settings, "filter"));
  const play = usePlayer();
  const { wave, samples, loudness } = useMemo(() => {
    const both = engine.floats(17 * n, (at) => void engine.call("wave", tone, rate, filter ? 1 : 0, at, at + 4 * fine * n));
    const taken = both.slice(fine * n);
    return { wave: both.slice(0, fine * n), samples: taken, loudness: engine.given(taken, (from) => engine.floats(n / 2 + 1, (to) => void engine.call("spectrum", from, to))) };
  }, [tone, rate, filter]);
  const heard = engine.call("heard", tone, rate);
  const loud = Math.min(1, Math.max(...loudness));
  const hz = (v: number) => t("explore-alias.hz", { n: number(v, 0) });
  const kind = loud < 0.05 ? "silent" : heard < 1 ? "still" : Math.abs(heard - tone) > 1 ? "folded" : "right";
  const says = t(`explore-alias.says.${kind}`, { tone: hz(tone), rate: number(rate, 0), half: hz(rate / 2), heard: hz(heard), loud: number(loud, 2) });
  return (
    <Frame
      name="alias"
      says={says}
      controls={
        <>
          <LogSlider label={t("explore-alias.tone")} min={50} max={8000} value={tone} text={hz(tone)} onValue={setTone} />
          <LogSlider label={t("explore-alias.rate")} min={500} max={16000} value={rate} text={number(rate, 0)} onValue={setRate} />
          <Checkbox label={t("explore-alias.filter")} checked={filter} onValue={setFilter} />
          <Facts
            facts={[
              [t("explore-alias.half"), hz(rate / 2)],
              [t("explore-alias.heard"), loud < 0.05 ? "–" : hz(heard)],
              [t("explore-alias.loud"), number(loud, 2)],
            ]}
          />
          <div class="row">
            <Button icon="play" onClick={() => play(tone, 1)}>
              {t("explore-alias.play-tone")}
            </Button>
            <Button icon="play" disabled={loud < 0.05 || heard < 30} onClick={() => play(heard, loud)}>
              {t("explore-alias.play-samples")}
            </Button>
          </div>
        </>
      }
    >
      <Wave {...{ wave, samples, heard, tone, rate, loud }} label={says} />
      <Legend items={[["line-1", t(filter ? "explore-alias.filtered" : "explore-alias.wave")], ["sample", t("explore-alias.samples")], ["line-2", t("explore-alias.lower")]]} />
      <Spectrum loudness={loudness} tone={tone} rate={rate} label={t("explore-alias.spectrum")} />
      <Legend items={[["pile-2", t("explore-alias.bars")], ["tone", t("explore-alias.true")], ["cut-line", t("explore-alias.half")]]} />
    </Frame>
  );
}

export default function AliasExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="alias">{(engine) => <Alias engine={engine} settings={settings} />}</WithEngine>;
}
