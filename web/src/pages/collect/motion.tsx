// motion.tsx -- rows of the phone's own sensors, at the project's rate.
import { useEffect, useRef, useState } from "preact/hooks";
import { number, t } from "../../i18n";
import { Button } from "../../parts/Button";
import { Select } from "../../parts/Field";
import { mayFeel, motionOf } from "../../parts/motion";
import { Notice } from "../../parts/Notice";
import { Countdown, useTurns } from "./turns";
import type { WayProps } from "./wanted";

type Row = { at: number; v: number[] };

/** Rows with times of their own at an even rate: between two by a straight line. */
export function evenly(rows: Row[], hz: number, n: number): number[][] {
  const first = rows[0];
  const out: number[][] = [];
  if (!first) return out;
  let k = 0;
  for (let i = 0; i < n; i++) {
    const at = first.at + (1000 * i) / hz;
    while (k + 1 < rows.length && (rows[k + 1] as Row).at < at) k++;
    const a = rows[k] as Row;
    const b = rows[k + 1];
    if (!b) break;
    const part = b.at > a.at ? (at - a.at) / (b.at - a.at) : 0;
    out.push(a.v.map((x, c) => x + part * ((b.v[c] ?? x) - x)));
  }
  return out;
}

function Trace({ rows, channels }: { rows: number[][]; channels: number }) {
  const n = Math.max(2, rows.length);
  const span = Math.max(12, ...rows.flat().map(Math.abs));
  return (
    <svg class="collect-trace" viewBox="0 0 200 60" preserveAspectRatio="none" aria-hidden="true">
      {Array.from({ length: channels }, (_, c) => (
        <polyline
          key={c}
          class={`collect-trace-${c % 3}`}
          points={rows.map((r, i) => `${((200 * i) / (n - 1)).toFixed(1)},${(30 - (28 * (r[c] ?? 0)) / span).toFixed(1)}`).join(" ")}
        />
      ))}
    </svg>
  );
}

export function MotionWay({ wanted, label, outbox, agreed, say }: WayProps) {
  const [seconds, setSeconds] = useState("10");
  const [live, setLive] = useState<number[][]>([]);
  const [error, setError] = useState("");
  const [hears, setHears] = useState(false);
  const taking = useRef<Row[] | null>(null);
  const recent = useRef<number[][]>([]);
  const turns = useTurns(say);
  const names = wanted.channels ? wanted.channels.split(",") : ["x", "y", "z"];
  const axes = names.length;
  const fits = axes === 3 || axes === 6;

  useEffect(() => {
    if (!hears) return;
    const feel = (e: DeviceMotionEvent) => {
      const v = motionOf(e, axes);
      if (!v) return;
      taking.current?.push({ at: performance.now(), v });
      recent.current = [...recent.current.slice(-99), v];
    };
    addEventListener("devicemotion", feel);
    const timer = setInterval(() => setLive(recent.current), 100);
    return () => {
      removeEventListener("devicemotion", feel);
      clearInterval(timer);
    };
  }, [hears, axes]);

  const take = async (stopped: () => boolean, progress: (part: number) => void): Promise<number[][]> => {
    const rows: Row[] = (taking.current = []);
    const ms = 1000 * Number(seconds);
    const begin = performance.now();
    // A little longer than wanted, so that the last row has one behind it.
    while (performance.now() - begin < ms + 150 && !stopped()) {
      progress(Math.min(1, (performance.now() - begin) / ms));
      await new Promise((r) => setTimeout(r, 50));
    }
    taking.current = null;
    return evenly(rows, wanted.signal_hz, Math.round((ms / 1000) * wanted.signal_hz));
  };

  const start = async () => {
    if (turns.phase !== "idle") return turns.stop();
    const person = agreed();
    if (!person) return;
    const may = await mayFeel();
    setError(may === "yes" ? "" : t(`collect.motion.${may}`));
    if (may !== "yes") return;
    setHears(true);
    await turns.run(1, async (stopped, progress) => {
      const rows = await take(stopped, progress);
      if (rows.length < 2) {
        if (!stopped()) setError(t("collect.motion.none"));
        return "";
      }
      if ((rows.length / wanted.signal_hz) * 1000 < wanted.window_ms) return "";
      const body = new TextEncoder().encode(JSON.stringify({ rate_hz: wanted.signal_hz, channels: names, rows }));
      const meta = { label, ...person, device: navigator.userAgent.slice(0, 150), new: 1 as const };
      await outbox.put("application/json", body.buffer as ArrayBuffer, meta);
      return t("collect.heard.good");
    });
  };
  turns.onSpace(start);

  if (!fits)
    return (
      <Notice kind="info">
        <p>{t("collect.motion.channels", { channels: names.join(", ") })}</p>
      </Notice>
    );
  return (
    <div class="collect-way">
      <Countdown
        turns={turns}
        idle={t("collect.motion.ready", { label })}
        count={t("collect.motion.get-ready", { label })}
        doing={t("collect.motion.move", { label })}
      />
      {hears && live.length > 0 && <Trace rows={live} channels={names.length} />}
      <div class="row row-middle">
        <Button kind="main" class="collect-record" icon={turns.phase === "idle" ? "record" : "stop"} onClick={() => void start()}>
          {turns.phase === "idle" ? t("collect.record") : t("collect.stop")}
        </Button>
        <div class="collect-count">
          <Select
            label={t("collect.motion.long")}
            value={seconds}
            onValue={setSeconds}
            disabled={turns.phase !== "idle"}
            options={[5, 10, 30, 60].map((n) => ({ value: String(n), text: t("collect.seconds", { n }) }))}
          />
        </div>
      </div>
      <p class="hint collect-hint">{t("collect.motion.hint", { hz: number(wanted.signal_hz) })}</p>
      {error && (
        <Notice kind="warning">
          <p>{error}</p>
        </Notice>
      )}
    </div>
  );
}
