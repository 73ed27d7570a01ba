// teach/shared.ts -- what the views of a class have in common.
import { t } from "../../i18n";
import { titleOf } from "../../parts/course/map";
import type { CourseMap } from "../../parts/course/api";
import type { Class } from "../../parts/course/classApi";

export type View = { group: Class };
export type ChangingView = View & { setGroup: (to: Class) => void };

/** The title of whatever has this id, with its chapter's for quizzes and journals. */
export function nameOf(map: CourseMap | null, id: string): string {
  return titleOf(map, id, { quiz: t("learn.quiz"), journal: t("learn.journal") }) ?? id;
}

/** A day as people write it. */
export const dayOf = (at: number): string => new Date(at * 1000).toLocaleDateString(document.documentElement.lang);
