// course/map.ts -- the map of all courses, shared by the learner's pages: shown at once as it was, and loaded anew.
import { useEffect, useState } from "preact/hooks";
import { currentLanguage, useLanguage } from "../../i18n";
import { course } from "./api";
import type { CourseMap, MapChapter, MapCourse, MapLab, MapQuiz } from "./api";

let kept: { language: string; map: CourseMap } | null = null;

export function useMap() {
  const language = useLanguage();
  const [state, set] = useState<{ map: CourseMap | null; error: unknown }>({ map: kept?.language === language ? kept.map : null, error: null });
  const [turn, again] = useState(0);
  useEffect(() => {
    let here = true;
    course.map().then(
      (map) => {
        kept = { language: currentLanguage(), map };
        if (here) set({ map, error: null });
      },
      (error) => here && set((s) => ({ ...s, error })),
    );
    return () => void (here = false);
  }, [language, turn]);
  return { ...state, reload: () => again((n) => n + 1) };
}

export type Place = { course: MapCourse; chapter: MapChapter | null };

/** Where an id stands in the map: its course, and its chapter if it has one. */
export function placeOf(map: CourseMap | null, id: string): Place | null {
  for (const c of map?.courses ?? []) {
    for (const chapter of c.chapters) {
      const inside = id === chapter.id || id.startsWith(`${chapter.id}/`) || chapter.lessons.some((l) => l.id === id);
      if (inside) return { course: c, chapter };
    }
    if (id === c.id || id.startsWith(`${c.id}/`)) return { course: c, chapter: null };
  }
  return null;
}

/** As the certificate asks for it: this share of the points. */
const pass = 0.8;
/** A quiz of which one question was answered, or a lab that was graded with no points, is begun, not done. */
export const quizDone = (quiz: MapQuiz): boolean => (quiz.best ?? 0) >= pass * quiz.items;
export const labDone = (lab: MapLab): boolean => lab.best !== null && lab.best >= pass * (lab.of ?? 1);

/** Pieces of a chapter that are done, and all there are: its lessons, quiz, lab and journal. */
export function done(chapter: MapChapter): { n: number; of: number } {
  const flags = [
    ...chapter.lessons.map((l) => l.done),
    ...(chapter.quiz ? [quizDone(chapter.quiz)] : []),
    ...(chapter.lab ? [labDone(chapter.lab)] : []),
    ...(chapter.journal ? [chapter.journal.done] : []),
  ];
  return { n: flags.filter(Boolean).length, of: flags.length };
}
export function doneOf(chapters: MapChapter[]): { n: number; of: number } {
  return chapters.map(done).reduce((a, b) => ({ n: a.n + b.n, of: a.of + b.of }), { n: 0, of: 0 });
}

/** The title of whatever has this id; null: it is in no course (any more). words: for quiz and journal, which have none. */
export function titleOf(map: CourseMap | null, id: string, words: { quiz: string; journal: string }): string | null {
  const place = placeOf(map, id);
  if (!place) return null;
  if (id === place.course.id) return place.course.title;
  const c = place.chapter;
  if (!c) return null;
  if (id === c.id) return c.title;
  if (id === c.quiz?.id) return `${words.quiz}: ${c.title}`;
  if (id === c.journal?.id) return `${words.journal}: ${c.title}`;
  if (id === c.lab?.id) return c.lab.title;
  return c.lessons.find((l) => l.id === id)?.title ?? null;
}

/** The chapter behind one, also across courses; null: it is the last. */
export function chapterAfter(map: CourseMap | null, id: string): MapChapter | null {
  const all = map?.courses.flatMap((c) => c.chapters) ?? [];
  return all[all.findIndex((c) => c.id === id) + 1] ?? null;
}

/** The first lesson that is not done yet, in the order of the courses. */
export const firstOpen = (map: CourseMap): string | null =>
  map.courses.flatMap((c) => c.chapters.flatMap((h) => h.lessons)).find((l) => !l.done)?.id ?? null;
