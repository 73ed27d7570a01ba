// draw.tsx -- strokes: drawn with mouse, finger or pen in one go; by keyboard the arrows move the pen.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button } from "../../parts/Button";
import type { WayProps } from "./wanted";

const side = 320; // of the field, in its own pixels
const step = 16; // of an arrow key
const fewest = 8; // points of a stroke
const apart = 2; // two points lie at least so far from each other

type Point = { x: number; y: number };

/** The field's pixels (y down) to the room's: -1..1, y up. */
const rowsOf = (p: Point[]) => p.map(({ x, y }) => [(2 * x) / side - 1, 1 - (2 * y) / side]);

export function DrawWay({ label, outbox, agreed, say }: WayProps) {
  const [points, setPoints] = useState<Point[]>([]);
  const [pen, setPen] = useState<Point>({ x: side / 2, y: side / 2 });
  const [down, setDown] = useState(false); // the pen of the keyboard
  const [text, setText] = useState("");
  const now = useRef<Point[]>([]);
  const drawing = useRef(false);
  // Keys may come faster than the page is drawn: what they go by is not what was drawn last.
  const tip = useRef<Point>({ x: side / 2, y: side / 2 });
  const isDown = useRef(false);
  const put = (on: boolean) => {
    isDown.current = on;
    setDown(on);
  };
  const field = useRef<HTMLDivElement>(null);

  useEffect(() => setText(""), [label]);

  const placeOf = (e: PointerEvent): Point => {
    const box = (field.current as HTMLDivElement).getBoundingClientRect();
    return { x: ((e.clientX - box.left) * side) / box.width, y: ((e.clientY - box.top) * side) / box.height };
  };
  const add = (p: Point) => {
    const last = now.current[now.current.length - 1];
    if (last && Math.hypot(p.x - last.x, p.y - last.y) < apart) return;
    now.current = [...now.current, p];
    setPoints(now.current);
  };
  const begin = (p: Point) => {
    now.current = [];
    add(p);
  };
  const keep = async () => {
    const stroke = now.current;
    now.current = [];
    put(false);
    if (stroke.length < fewest) {
      setPoints([]);
      setText(t("collect.draw.short"));
      say(t("collect.draw.short"));
      return;
    }
    const person = agreed();
    if (!person) return setPoints([]);
    const body = new TextEncoder().encode(JSON.stringify({ channels: ["x", "y"], rows: rowsOf(stroke) }));
    const meta = { label, ...person, device: navigator.maxTouchPoints ? "finger or pen" : "mouse", new: 1 as const };
    await outbox.put("application/json", body.buffer as ArrayBuffer, meta);
    setText(t("collect.draw.kept"));
    say(t("collect.draw.kept"));
    setTimeout(() => now.current.length === 0 && setPoints([]), 700);
  };
  const press = (e: KeyboardEvent) => {
    const way: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const d = way[e.key];
    if (d) {
      e.preventDefault();
      const last = tip.current;
      const p = { x: Math.min(side, Math.max(0, last.x + step * d[0])), y: Math.min(side, Math.max(0, last.y + step * d[1])) };
      tip.current = p;
      setPen(p);
      if (!isDown.current) return;
      // a straight way in small steps, as a hand would make them
      for (let k = 1; k <= 4; k++) add({ x: last.x + ((p.x - last.x) * k) / 4, y: last.y + ((p.y - last.y) * k) / 4 });
    } else if (e.key === " " || e.key === "Enter") {
      e.preventDefault();
      if (isDown.current) return void keep();
      begin(tip.current);
      put(true);
      say(t("collect.draw.pen-down"));
    } else if (e.key === "Escape" && isDown.current) {
      now.current = [];
      setPoints([]);
      put(false);
      say(t("collect.draw.dropped"));
    }
  };

  return (
    <div class="collect-way">
      <p class="collect-stage-text">{t("collect.draw.ready", { label })}</p>
      <div
        ref={field}
        class="collect-pad"
        tabIndex={0}
        role="application"
        aria-label={t("collect.draw.field")}
        aria-describedby="collect-draw-hint"
        onPointerDown={(e) => {
          if (e.button !== 0 || !agreed()) return;
          e.currentTarget.setPointerCapture(e.pointerId);
          drawing.current = true;
          begin(placeOf(e));
        }}
        onPointerMove={(e) => {
          if (!drawing.current) return;
          for (const c of e.getCoalescedEvents?.() ?? [e]) add(placeOf(c));
          add(placeOf(e));
        }}
        onPointerUp={() => {
          if (!drawing.current) return;
          drawing.current = false;
          void keep();
        }}
        onPointerCancel={() => {
          drawing.current = false;
          now.current = [];
          setPoints([]);
        }}
        onKeyDown={press}
      >
        <svg viewBox={`0 0 ${side} ${side}`} aria-hidden="true">
          <polyline points={points.map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join(" ")} />
          <circle class="collect-pad-pen" cx={pen.x} cy={pen.y} r={down ? 7 : 5} />
        </svg>
      </div>
      <p class="hint collect-hint" id="collect-draw-hint">
        {t("collect.draw.hint")}
      </p>
      <p class="collect-draw-text">{text}</p>
      {points.length > 0 && down && <Button onClick={() => void keep()}>{t("collect.draw.keep")}</Button>}
    </div>
  );
}
