// sound.tsx -- words: choose how many in a row, press Record, speak after 3-2-1.
import { useEffect, useRef, useState } from "preact/hooks";
import { number, t } from "../../i18n";
import { Button } from "../../parts/Button";
import { Select } from "../../parts/Field";
import { Notice } from "../../parts/Notice";
import { fullScale, openMicrophone, peakDb, powerDb, wavOf } from "../../parts/sound";
import type { Microphone } from "../../parts/sound";
import { Countdown, useTurns } from "./turns";
import type { WayProps } from "./wanted";

const noisyDb = -45; // of a room in which nobody speaks: words of boards that are a metre away drown in more
const quietDb = -24;
const clipped = 8; // samples at full scale, as data/level.h has it
const silence = "silence";
const others = "unknown"; // all words that the model shall not answer to

/** Why the microphone cannot be opened, in words. */
function refusal(e: unknown): string {
  const name = e instanceof DOMException ? e.name : "";
  if (!navigator.mediaDevices) return t("collect.mic.insecure");
  if (name === "NotAllowedError" || name === "SecurityError") return t("collect.mic.denied");
  if (name === "NotFoundError" || name === "OverconstrainedError") return t("collect.mic.none");
  return t("collect.mic.failed");
}

type Level = { peak: number; clipped: boolean };

function LevelMeter({ level, noise }: { level: Level; noise: number | null }) {
  const part = Math.min(1, Math.max(0, (level.peak + 60) / 60));
  const state = level.clipped ? "loud" : level.peak > quietDb ? "good" : "quiet";
  return (
    <div class="collect-level">
      <div
        class={`collect-level-track collect-level-${state}`}
        role="meter"
        aria-label={t("collect.level")}
        aria-valuemin={-60}
        aria-valuemax={0}
        aria-valuenow={Math.round(Math.max(-60, level.peak))}
        aria-valuetext={t(`collect.level.${state}`)}
      >
        <div class="collect-level-bar" style={{ inlineSize: `${100 * part}%` }} />
      </div>
      <span class="collect-level-text" aria-hidden="true">
        {t(`collect.level.${state}`)}
      </span>
      {noise !== null && noise > noisyDb && <span class="collect-level-noise">{t("collect.level.noise")}</span>}
    </div>
  );
}

export function SoundWay({ wanted, label, outbox, agreed, say }: WayProps) {
  const [mic, setMic] = useState<Microphone | null>(null);
  const [error, setError] = useState("");
  const [level, setLevel] = useState<Level>({ peak: -99, clipped: false });
  const [noise, setNoise] = useState<number | null>(null);
  const [count, setCount] = useState("5");
  const room = label === silence;
  const other = label === others;
  const seconds = room ? 10 : (2 * wanted.clip_ms) / 1000;
  const taking = useRef<{ blocks: Float32Array[]; n: number } | null>(null);
  const listening = useRef<number[]>([]); // powers of the blocks while nobody shall speak
  const microphone = useRef<Microphone | null>(null);
  const turns = useTurns(say);

  useEffect(() => () => microphone.current?.close(), []);
  useEffect(() => {
    if (turns.phase !== "count") return;
    listening.current = [];
  }, [turns.phase]);

  // Blocks come fifty times a second; the meter is drawn ten times.
  const loudest = useRef<Level>({ peak: -99, clipped: false });
  useEffect(() => {
    if (!mic) return;
    const timer = setInterval(() => {
      const heard = loudest.current;
      loudest.current = { peak: -99, clipped: false };
      setLevel((l) => ({ peak: Math.max(heard.peak, l.peak - 6), clipped: heard.clipped || (l.clipped && l.peak > -6) }));
    }, 100);
    return () => clearInterval(timer);
  }, [mic]);

  const hear = (x: Float32Array) => {
    const l = loudest.current;
    loudest.current = { peak: Math.max(l.peak, peakDb(x)), clipped: l.clipped || fullScale(x) > 1 };
    const t0 = taking.current;
    if (t0) {
      t0.blocks.push(x);
      t0.n += x.length;
    } else listening.current.push(powerDb(x));
  };

  const open = async (): Promise<Microphone | null> => {
    if (microphone.current) return microphone.current;
    try {
      const m = await openMicrophone(wanted.rate_hz);
      m.onBlock = hear;
      m.onLost = () => {
        turns.stop();
        m.close();
        microphone.current = null;
        setMic(null);
        setError(t("collect.mic.lost"));
      };
      microphone.current = m;
      setMic(m);
      setError("");
      return m;
    } catch (e) {
      setError(refusal(e));
      return null;
    }
  };

  /** One recording: as many samples as are wanted, not as the clock says. */
  const take = async (stopped: () => boolean, progress: (part: number) => void): Promise<Float32Array | null> => {
    const quiet = [...listening.current].sort((a, b) => a - b);
    if (quiet.length > 10) setNoise(quiet[Math.floor(quiet.length / 2)] ?? null);
    const all = (taking.current = { blocks: [] as Float32Array[], n: 0 });
    const wantedSamples = Math.round(seconds * wanted.rate_hz);
    while (all.n < wantedSamples && !stopped()) {
      progress(all.n / wantedSamples);
      await new Promise((r) => setTimeout(r, 30));
    }
    taking.current = null;
    if (all.n < (wanted.rate_hz * wanted.clip_ms) / 2000) return null; // stopped before there was anything
    const x = new Float32Array(Math.min(all.n, wantedSamples));
    let at = 0;
    for (const b of all.blocks) {
      x.set(b.subarray(0, Math.min(b.length, x.length - at)), at);
      at += Math.min(b.length, x.length - at);
    }
    return x;
  };

  const start = async () => {
    if (turns.phase !== "idle") return turns.stop();
    const person = agreed();
    if (!person) return;
    const m = await open();
    if (!m) return;
    await turns.run(room ? 1 : Number(count), async (stopped, progress) => {
      const x = await take(stopped, progress);
      if (!x) return "";
      const meta = { label, ...person, device: m.name.slice(0, 150), trim: room ? (0 as const) : (1 as const), new: 1 as const };
      await outbox.put("audio/wav", wavOf(x, wanted.rate_hz).buffer, meta);
      return fullScale(x) > clipped ? t("collect.heard.loud") : !room && peakDb(x) < quietDb ? t("collect.heard.quiet") : t("collect.heard.good");
    });
  };
  turns.onSpace(start);

  return (
    <div class="collect-way">
      <Countdown
        turns={turns}
        idle={room ? t("collect.sound.room", { n: seconds }) : other ? t("collect.sound.ready-other") : t("collect.sound.ready", { label })}
        count={room ? t("collect.sound.room-now") : other ? t("collect.sound.get-ready-other") : t("collect.sound.get-ready", { label })}
        doing={room ? t("collect.sound.room-now") : other ? t("collect.sound.say-other") : t("collect.sound.say", { label })}
      />
      {mic && <LevelMeter level={level} noise={room ? null : noise} />}
      <div class="row row-middle">
        <Button kind="main" class="collect-record" icon={turns.phase === "idle" ? "record" : "stop"} onClick={() => void start()}>
          {turns.phase === "idle" ? t("collect.record") : t("collect.stop")}
        </Button>
        {!room && (
          <div class="collect-count">
            <Select
              label={t("collect.in-a-row")}
              value={count}
              onValue={setCount}
              disabled={turns.phase !== "idle"}
              options={[1, 5, 10, 20].map((n) => ({ value: String(n), text: t("collect.clips", { n }) }))}
            />
          </div>
        )}
      </div>
      {!room && <p class="hint collect-hint">{t("collect.sound.hint", { seconds: number(wanted.clip_ms / 1000) })}</p>}
      {error && (
        <Notice kind="error">
          <p>{error}</p>
        </Notice>
      )}
    </div>
  );
}
