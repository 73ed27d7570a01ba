// BoardView.tsx -- what is drawn of the emulated board: the board with its light, its memory, and what happened when.
import { useEffect, useRef } from "preact/hooks";
import { bytes, t } from "../i18n";
import type { About, Memory } from "./board";

/** A board with a chip, a sensor and a light. The light says in words, too, whether it is on. */
export function Drawn({ about, led }: { about: About; led: number }) {
  const on = led > 0;
  return (
    <figure class="board-drawn">
      <svg viewBox="0 0 360 170" role="img" aria-label={t(on ? "board.drawn-on" : "board.drawn-off", { board: about.title })}>
        <rect class="board-pcb" x="10" y="10" width="340" height="150" rx="14" />
        {Array.from({ length: 14 }, (_, i) => (
          <g key={i}>
            <circle class="board-pin" cx={34 + i * 22.5} cy="25" r="5" />
            <circle class="board-pin" cx={34 + i * 22.5} cy="145" r="5" />
          </g>
        ))}
        <rect class="board-usb" x="0" y="62" width="44" height="46" rx="4" />
        <rect class="board-chip" x="138" y="46" width="104" height="78" rx="6" />
        <text class="board-text" x="190" y="82" text-anchor="middle">
          {about.chip}
        </text>
        <text class="board-text board-small" x="190" y="103" text-anchor="middle">
          {about.core}
        </text>
        <rect class="board-sensor" x="266" y="98" width="30" height="22" rx="4" />
        <circle class="board-hole" cx="281" cy="109" r="5" />
        {on && <circle class="board-glow" cx="92" cy="84" r="30" />}
        <rect class={on ? "board-led board-led-on" : "board-led"} x="80" y="75" width="24" height="18" rx="4" />
      </svg>
      <figcaption>
        <strong>{about.title}</strong> <span class="badge">{t(on ? "board.led-on" : "board.led-off")}</span>
      </figcaption>
    </figure>
  );
}

function Map({ memory }: { memory: Memory }) {
  const free = Math.max(0, memory.bytes - memory.used);
  const parts = [...memory.parts.filter((p) => p.bytes > 0), { name: "free", bytes: free }];
  return (
    <section class="board-memory">
      <h3>{t(`board.${memory.name}`, { used: bytes(memory.used), all: bytes(memory.bytes) })}</h3>
      <div class="board-map" aria-hidden="true">
        {parts.map((p, i) => (
          <span key={p.name} class={p.name === "free" ? "board-part board-free" : `board-part board-part-${(i % 6) + 1}`} style={{ flexGrow: p.bytes }} />
        ))}
      </div>
      <dl class="board-parts">
        {parts.map((p, i) => (
          <div key={p.name}>
            <dt>
              <span class={p.name === "free" ? "board-key board-free" : `board-key board-part-${(i % 6) + 1}`} aria-hidden="true" />
              {t(`board.part.${p.name}`)}
            </dt>
            <dd>{bytes(p.bytes)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export const MemoryMap = ({ about }: { about: About }) => (
  <div class="columns">
    {about.memory.map((m) => (
      <Map key={m.name} memory={m} />
    ))}
  </div>
);

/** What happened, by the clock of this computer (ms). */
export type Happened = { at: number; kind: "run"; score: number } | { at: number; kind: "detect"; label: string } | { at: number; kind: "led"; level: number };
const span = 20000; // ms that are seen
const high = 150;

export function Timeline({ events, running, summary }: { events: { current: Happened[] }; running: boolean; summary: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const draw = canvas?.getContext("2d");
    if (!canvas || !draw) return;
    let frame = 0;
    const paint = () => {
      const style = getComputedStyle(canvas);
      const colour = (name: string) => style.getPropertyValue(name).trim();
      const dense = devicePixelRatio || 1;
      const wide = canvas.clientWidth;
      if (canvas.width !== Math.round(wide * dense)) {
        canvas.width = Math.round(wide * dense);
        canvas.height = high * dense;
      }
      draw.setTransform(dense, 0, 0, dense, 0, 0);
      const now = performance.now();
      const x = (at: number) => wide - ((now - at) / span) * wide;
      draw.clearRect(0, 0, wide, high);
      draw.strokeStyle = colour("--line");
      for (let s = Math.ceil((now - span) / 1000) * 1000; s < now; s += 1000) draw.strokeRect(x(s), 0, 0, high);
      let led: number | null = null; // since when it shines
      const shine = (from: number, to: number) => {
        draw.fillStyle = colour("--good");
        draw.fillRect(x(from), high - 14, x(to) - x(from), 10);
      };
      draw.fillStyle = colour("--edge");
      for (const e of events.current) {
        if (e.kind === "led") {
          if (e.level && led === null) led = e.at;
          if (!e.level && led !== null) {
            shine(led, e.at);
            led = null;
          }
        } else if (e.kind === "run" && now - e.at < span) {
          draw.fillStyle = colour("--plot-6");
          draw.fillRect(x(e.at) - 1, high - 22 - 90 * e.score, 2.5, 90 * e.score);
        }
      }
      if (led !== null) shine(led, now);
      draw.font = `600 15px ${style.fontFamily}`;
      draw.textBaseline = "top";
      for (const e of events.current) {
        if (e.kind !== "detect" || now - e.at > span) continue;
        draw.fillStyle = colour("--accent");
        draw.fillRect(x(e.at) - 1.5, 0, 3, high - 20);
        draw.textAlign = x(e.at) > wide - 80 ? "right" : "left";
        draw.fillText(e.label, x(e.at) + (x(e.at) > wide - 80 ? -6 : 6), 4);
      }
      if (running) frame = requestAnimationFrame(paint);
    };
    paint();
    return () => cancelAnimationFrame(frame);
  }, [running]);
  return (
    <figure class="board-timeline">
      <canvas ref={ref} height={high} dir="ltr" role="img" aria-label={`${t("board.timeline")}. ${summary}`} />
      <figcaption class="hint">{t("board.timeline-key")}</figcaption>
    </figure>
  );
}
