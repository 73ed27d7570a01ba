// course/Spiral.tsx -- the courses as turns of a spiral: each chapter a bead, the thread Care a spoke through all turns.
// It is a picture of the list beside it, which says all of it in words: for the pointer there are links, too.
import { go, learnHref } from "../../router";
import type { MapChapter, MapCourse } from "./api";
import { done } from "./map";

const inner = 46;
const outer = 178;

type Bead = { chapter: MapChapter; x: number; y: number; at: number };

const point = (at: number, turns: number) => {
  const angle = 2 * Math.PI * (at % 1) - Math.PI / 2;
  const r = inner + ((outer - inner) * at) / Math.max(1, turns);
  return { x: r * Math.cos(angle), y: r * Math.sin(angle) };
};

function curve(from: number, to: number, turns: number): string {
  const n = Math.max(2, Math.ceil((to - from) * 72));
  return Array.from({ length: n + 1 }, (_, i) => {
    const { x, y } = point(from + ((to - from) * i) / n, turns);
    return `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
  }).join("");
}

const glyphs = {
  voice: "M0-7a2.500 2.500 0 0 0-2.500 2.500V0a2.500 2.500 0 0 0 5 0v-4.500A2.500 2.500 0 0 0 0-7zM-5-1a5 5 0 0 0 10 0M0 4v3",
  eye: "M-8 0C-4-6 4-6 8 0 4 6-4 6-8 0zM0-2a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  motion: "M-3-7h6v14h-6zM-7-3v6M7-3v6",
  care: "M0 6C-5 3-7 0-7-2.500a3.500 3.500 0 0 1 7-.8 3.500 3.500 0 0 1 7 .8C7 0 5 3 0 6z",
};

export function Spiral({ courses, next }: { courses: MapCourse[]; next: string | null }) {
  const turns = Math.max(1, courses.length);
  const beads: Bead[] = courses.flatMap((c, k) =>
    c.chapters.map((chapter, i) => {
      const at = k + i / Math.max(1, c.chapters.length);
      return { chapter, at, ...point(at, turns) };
    }),
  );
  const end = beads[beads.length - 1]?.at ?? 0;
  const reached = beads.filter((b) => done(b.chapter).n > 0).pop()?.at ?? 0;
  const last = courses.map((c) => c.chapters.filter((h) => h.care).pop()); // each turn ends with Care
  const care = beads.filter((b) => last.includes(b.chapter));
  return (
    <svg class="spiral" viewBox="-200 -200 400 400" aria-hidden="true" focusable="false">
      {care.length > 0 && (
        <path class="spiral-care" d={`M0 0${care.map((b) => `L${b.x.toFixed(1)} ${b.y.toFixed(1)}`).join("")}`} />
      )}
      <path class="spiral-way" d={curve(0, end, turns)} />
      {reached > 0 && <path class="spiral-gone" d={curve(0, reached, turns)} />}
      <circle class="spiral-heart" r="15" />
      <path class="spiral-dots" d="M-4-4h.01M4-4h.01M0 2h.01M-5 7h.01M5 7h.01" />
      {beads.map(({ chapter, x, y }) => {
        const { n, of } = done(chapter);
        const state = n >= of && of > 0 ? "spiral-done" : next?.startsWith(`${chapter.id}/`) ? "spiral-next" : n ? "spiral-begun" : "";
        const glyph = chapter.care ? "care" : (chapter.sense[0] ?? "motion");
        return (
          <g key={chapter.id} class={`spiral-bead ${state}`} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`} onClick={() => go(learnHref(chapter.id))}>
            <title>{chapter.title}</title>
            <circle r="17" />
            <path d={glyphs[glyph]} />
          </g>
        );
      })}
    </svg>
  );
}
