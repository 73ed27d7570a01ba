// mel.tsx -- from a waveform over a frame and its FFT to mel bands: of a sound made here, or of one's own voice.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { number, t } from "../i18n";
import { Button } from "../parts/Button";
import { openMicrophone } from "../parts/microphone";
import type { Microphone } from "../parts/microphone";
import { Notice } from "../parts/Notice";
import { Table } from "../parts/Table";
import { useThemeChange } from "../theme";
import { Chart, pathOf } from "./Chart";
import type { Engine } from "./engine";
import { Choice, Facts, Frame, Legend, More, Slider, WithEngine } from "./Frame";
import { numberOf, useThing, wholeOf, wordOf } from "./hooks";
import type { Settings } from "./index";
import { shades } from "./surface";

const rate = 16000;
const seconds = 1;
const sounds = ["aa", "ee", "oo", "hiss", "whistle", "sweep"] as const;
const [quiet, loud] = [-12, 6]; // of a log mel energy, as shown
type Sound = (typeof sounds)[number] | "mine";

/** One second of the microphone. */
function useRecorder(onDone: (pcm: Float32Array) => void) {
  const [state, set] = useState<"idle" | "waiting" | "recording" | "failed">("idle");
  const open = useRef<Microphone | null>(null);
  useEffect(() => () => open.current?.close(), []);
  const start = async () => {
    const kept = new Float32Array(rate * seconds);
    let n = 0;
    set("waiting");
    try {
      open.current = await openMicrophone({ rate, chunkMs: 50 }, (pcm) => {
        for (const v of pcm) if (n < kept.length) kept[n++] = v;
        if (n < kept.length) return;
        open.current?.close();
        open.current = null;
        set("idle");
        onDone(kept);
      });
      set("recording");
    } catch {
      set("failed");
    }
  };
  return { state, start };
}

function usePlayer() {
  const context = useRef<AudioContext | null>(null);
  useEffect(() => () => void context.current?.close(), []);
  return (pcm: Float32Array) => {
    const c = (context.current ??= new AudioContext());
    const buffer = c.createBuffer(1, pcm.length, rate);
    buffer.copyToChannel(pcm.map((v) => v / 32768), 0);
    const player = c.createBufferSource();
    player.buffer = buffer;
    player.connect(c.destination);
    player.start();
  };
}

/** The whole second, and where the frame is. */
function Wave({ pcm, from, to }: { pcm: Float32Array; from: number; to: number }) {
  const columns = 300;
  const each = pcm.length / columns;
  const ends = useMemo(() => Array.from({ length: 2 * columns }, (_, i) => {
    const part = pcm.slice(Math.floor(i / 2) * each, (Math.floor(i / 2) + 1) * each);
    return i % 2 ? Math.max(...part) : Math.min(...part);
  }), [pcm]);
  const most = Math.max(1000, ...ends.map(Math.abs));
  return (
    <Chart label={t("explore-mel.wave")} x={[0, seconds]} y={[-most, most]} height={100} yLabel={t("explore-mel.wave")} xTicks={[]} yTicks={[]}>
      {(s) => (
        <>
          <path class="explore-line explore-line-1 mel-thin" d={pathOf(s, ends.map((_, i) => (Math.floor(i / 2) * each) / rate), ends)} />
          <rect class="mel-frame" x={s.sx(from / rate)} width={s.sx(to / rate) - s.sx(from / rate)} y={s.sy(most)} height={s.sy(-most) - s.sy(most)} />
        </>
      )}
    </Chart>
  );
}

/** All frames: time goes along the line, low bands are at the bottom. */
function Bands({ bands, nBands, frames, frame, onFrame, label }: { bands: Float32Array; nBands: number; frames: number; frame: number; onFrame: (k: number) => void; label: string }) {
  const theme = useThemeChange();
  const url = useMemo(() => {
    const turned = new Float32Array(frames * nBands); // [band][frame]
    bands.forEach((v, i) => (turned[(i % nBands) * frames + Math.floor(i / nBands)] = Math.min(1, Math.max(0, (v - quiet) / (loud - quiet)))));
    return shades(turned, frames, "--accent", nBands);
  }, [bands, nBands, frames, theme]);
  return (
    <Chart label={label} x={[0, frames]} y={[0, nBands]} height={200} yLabel={t("explore-mel.band")} xLabel={t("explore-mel.frame")} onPick={(x) => onFrame(Math.min(frames - 1, Math.floor(x)))}>
      {(s) => (
        <>
          <image href={url} x={s.sx(0)} y={s.sy(nBands)} width={s.sx(frames) - s.sx(0)} height={s.sy(0) - s.sy(nBands)} preserveAspectRatio="none" />
          <rect class="mel-frame" x={s.sx(frame)} width={Math.max(2, s.sx(frame + 1) - s.sx(frame))} y={s.sy(nBands)} height={s.sy(0) - s.sy(nBands)} />
        </>
      )}
    </Chart>
  );
}

type Look = { windowed: Float32Array; power: Float32Array };

function OneFrame({ look, energies, weights, nBands }: { look: Look; energies: Float32Array; weights: Float32Array; nBands: number }) {
  const bins = look.power.length;
  const hz = Float32Array.from({ length: bins }, (_, k) => ((rate / 2) * k) / (bins - 1));
  const most = Math.max(1e-3, ...Array.from(look.windowed, Math.abs));
  const db = look.power.map((v) => 10 * Math.log10(v + 1e-9));
  const top = Math.max(...db) + 3;
  return (
    <>
      <Chart label={t("explore-mel.windowed")} x={[0, look.windowed.length]} y={[-most, most]} height={110} yLabel={t("explore-mel.windowed")} xTicks={[]} yTicks={[]}>
        {(s) => <path class="explore-line explore-line-1 mel-thin" d={pathOf(s, Array.from(look.windowed, (_, i) => i), look.windowed)} />}
      </Chart>
      <Chart label={t("explore-mel.spectrum")} x={[0, rate / 2]} y={[top - 70, top]} height={170} yLabel={t("explore-mel.spectrum")} xLabel={t("explore-mel.hz")}>
        {(s) => (
          <>
            {Array.from({ length: nBands }, (_, b) => {
              const row = weights.slice(b * bins, (b + 1) * bins);
              const used = Array.from(row, (w, k) => ({ w, k })).filter((p) => p.w > 0);
              if (!used.length) return null;
              const [first, last] = [(used[0] as { k: number }).k - 1, (used[used.length - 1] as { k: number }).k + 1];
              const x = Array.from({ length: last - first + 1 }, (_, i) => hz[Math.min(bins - 1, Math.max(0, first + i))] as number);
              const y = x.map((_, i) => top - 70 + 22 * (row[first + i] ?? 0));
              return <path key={b} class={`mel-triangle mel-triangle-${b % 2}`} d={pathOf(s, x, y)} />;
            })}
            <path class="explore-line explore-line-2 mel-thin" d={pathOf(s, hz, db.map((v) => Math.max(top - 70, v)))} />
          </>
        )}
      </Chart>
      <Chart label={t("explore-mel.energies")} x={[0, nBands]} y={[quiet - 2, loud]} height={140} yLabel={t("explore-mel.energies")} xLabel={t("explore-mel.band")}>
        {(s) => Array.from(energies, (v, b) => <rect key={b} class="explore-pile-1" x={s.sx(b) + 1} width={Math.max(1, s.sx(1) - s.sx(0) - 2)} y={s.sy(Math.max(quiet - 2, Math.min(loud, v)))} height={s.sy(quiet - 2) - s.sy(Math.max(quiet - 2, Math.min(loud, v)))} />)}
      </Chart>
    </>
  );
}

function Mel({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [sound, setSound] = useState<Sound>(wordOf(settings, "sound", sounds));
  const [nBands, setBands] = useState(wholeOf(settings, "bands", 40, 8, 64));
  const [windowMs, setWindow] = useState(wholeOf(settings, "window", 30, 10, 64));
  const [hopMs, setHop] = useState(wholeOf(settings, "hop", 20, 5, 40));
  const [pitch, setPitch] = useState(numberOf(settings, "pitch", 130, 80, 300));
  const [mine, setMine] = useState<Float32Array | null>(null);
  const [at, setAt] = useState(20);
  const play = usePlayer();
  const recorder = useRecorder((pcm) => {
    setMine(pcm);
    setSound("mine");
  });
  const [window, hop] = [(windowMs * rate) / 1000, (hopMs * rate) / 1000];
  const made = useMemo(() => {
    const kind = sounds.indexOf(sound as (typeof sounds)[number]);
    return kind < 0 ? null : engine.floats(rate * seconds, (to) => void engine.call("sound", kind, pitch, rate, rate * seconds, 1, to));
  }, [sound, pitch]);
  const pcm = made ?? mine ?? new Float32Array(rate * seconds);
  const ear = useThing(engine, () => engine.call("ear", rate, window, hop, nBands), "ear_free", [window, hop, nBands]);
  const bins = engine.call("ear_bins", ear);
  const weights = useMemo(() => engine.floats(nBands * bins, (to) => void engine.call("ear_weights", ear, to)), [ear]);
  const { frames, bands } = useMemo(() => {
    return engine.given(pcm, (from) => {
      const n = engine.call("ear_clip", ear, from, pcm.length, 0);
      return { frames: n, bands: engine.floats(n * nBands, (to) => engine.call("ear_clip", ear, from, pcm.length, to)) };
    });
  }, [pcm, ear]);
  const frame = Math.min(at, frames - 1);
  const look = useMemo(() => {
    let power: Float32Array = new Float32Array(bins);
    const windowed = engine.given(pcm.slice(frame * hop, frame * hop + window), (from) => engine.floats(window, (to) => (power = engine.floats(bins, (p) => void engine.call("ear_frame", ear, from, to, p)))));
    return { windowed, power };
  }, [pcm, ear, frame]);
  const energies = bands.slice(frame * nBands, (frame + 1) * nBands);
  const best = energies.indexOf(Math.max(...energies));
  const row = weights.slice(best * bins, (best + 1) * bins);
  const middle = (row.indexOf(Math.max(...row)) * rate) / 2 / (bins - 1);
  const says = t("explore-mel.says", {
    samples: rate * seconds,
    frames,
    values: frames * nBands,
    frame: frame + 1,
    band: best + 1,
    hz: number(middle, 0),
    energy: number(energies[best] ?? 0, 1),
  });
  const ms = (v: number) => t("explore-mel.ms", { n: v });
  return (
    <Frame
      name="mel"
      says={says}
      controls={
        <>
          <Choice<Sound>
            label={t("explore-mel.sound")}
            value={sound}
            onValue={setSound}
            options={[...sounds, ...(mine ? (["mine"] as const) : [])].map((value) => ({ value, text: t(`explore-mel.sound.${value}`) }))}
          />
          <div class="row">
            <Button kind="main" icon="mic" busy={recorder.state === "waiting" || recorder.state === "recording"} onClick={() => void recorder.start()}>
              {t(recorder.state === "recording" ? "explore-mel.recording" : "explore-mel.record")}
            </Button>
            <Button icon="play" onClick={() => play(pcm)}>
              {t("explore-mel.hear")}
            </Button>
          </div>
          {recorder.state === "failed" && (
            <Notice>
              <p>{t("explore-mel.failed")}</p>
            </Notice>
          )}
          {["aa", "ee", "oo"].includes(sound) && <Slider label={t("explore-mel.pitch")} min={80} max={300} step={5} value={pitch} text={t("explore-mel.in-hz", { n: number(pitch, 0) })} onValue={setPitch} />}
          <Slider label={t("explore-mel.window")} min={10} max={64} step={1} value={windowMs} text={ms(windowMs)} onValue={setWindow} />
          <Slider label={t("explore-mel.hop")} min={5} max={40} step={1} value={hopMs} text={ms(hopMs)} onValue={setHop} />
          <Slider label={t("explore-mel.bands")} min={8} max={64} step={1} value={nBands} onValue={setBands} />
          <Slider label={t("explore-mel.frame")} min={1} max={frames} step={1} value={frame + 1} onValue={(v) => setAt(v - 1)} />
          <Facts
            facts={[
              [t("explore-mel.in"), number(rate * seconds)],
              [t("explore-mel.out"), t("explore-mel.times", { frames, bands: nBands, n: number(frames * nBands) })],
            ]}
          />
        </>
      }
      more={
        <More>
          <Table
            caption={t("explore-mel.energies")}
            hideCaption
            rows={Array.from(energies, (v, b) => ({ b, v }))}
            columns={[
              { key: "b", title: t("explore-mel.band"), cell: (r) => number(r.b + 1) },
              { key: "v", title: t("explore-mel.energies"), number: true, cell: (r) => number(r.v, 3) },
            ]}
          />
        </More>
      }
    >
      <Wave pcm={pcm} from={frame * hop} to={frame * hop + window} />
      <Bands bands={bands} nBands={nBands} frames={frames} frame={frame} onFrame={setAt} label={says} />
      <OneFrame look={look} energies={energies} weights={weights} nBands={nBands} />
      <Legend items={[["line-1", t("explore-mel.windowed")], ["line-2", t("explore-mel.spectrum")], ["triangles", t("explore-mel.triangles")]]} />
    </Frame>
  );
}

export default function MelExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="mel">{(engine) => <Mel engine={engine} settings={settings} />}</WithEngine>;
}
