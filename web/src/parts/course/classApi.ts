// course/classApi.ts -- the teacher's part of the course's API (docs/api-course.md), typed.
import { del, get, patch, post, put, urlOf, withQuery } from "../../api";
import type { Announcement } from "./api";

export type Policy = {
  weights: { quiz: number; lab: number; journal: number };
  drop: { quiz?: number; lab?: number; journal?: number };
  cutoffs: Record<string, number>;
  late: number;
};
export type Due = { id: string; at: number };
export type Class = {
  id: number;
  name: string;
  code?: string;
  courses: string[];
  policy: Policy;
  members: number;
  deadlines: Due[];
  learners?: { name: string; joined: number; seen: number | null }[];
};
export type DayCount = { day: number; n: number };
export type ItemStats = { id: string; title: string; kind: string; started: number; done: number; median_s: number | null };
export type Group = { group: string | null; n: number; done: number };
export type Dashboard = {
  members: number;
  enrolment: DayCount[];
  active: DayCount[];
  items: ItemStats[];
  stopped: { id: string; n: number }[];
  completion: number;
  groups: Record<"age" | "education" | "gender", Group[]>;
};
export type Kind = "quiz" | "lab" | "journal";
export type GradeColumn = { id: string; title: string; kind: Kind; of: number; weight: number; deadline: number | null };
export type GradeRow = { learner: string; cells: { points: number | null; late: number }[]; total: number; grade: string };
export type Gradebook = { columns: GradeColumn[]; rows: GradeRow[] };
export type OwnLesson = { id: number; page: string; chapter: string; title: string; markdown: string; at: number };
export type LessonText = { chapter: string; title: string; markdown: string };

const at = (id: number, rest = "") => `/course/classes/${id}${rest}`;

export const classes = {
  list: () => get<Class[]>("/course/classes"),
  make: (name: string, courses: string[]) => post<Class>("/course/classes", { name, courses }),
  get: (id: number) => get<Class>(at(id)),
  change: (id: number, to: Partial<Pick<Class, "name" | "courses" | "policy">> & { renew?: boolean }) => patch<Class>(at(id), to),
  remove: (id: number) => del(at(id)),
  removeLearner: (id: number, name: string) => del(at(id, `/members/${encodeURIComponent(name)}`)),
  dashboard: (id: number) => get<Dashboard>(at(id, "/dashboard")),
  gradebook: (id: number) => get<Gradebook>(at(id, "/gradebook")),
  gradebookUrl: (id: number) => urlOf(withQuery(at(id, "/gradebook"), { as: "csv" })),
  setDeadlines: (id: number, deadlines: Due[]) => put<void>(at(id, "/deadlines"), deadlines),
  announcements: (id: number) => get<Announcement[]>(at(id, "/announcements")),
  announce: (id: number, text: string) => post<Announcement>(at(id, "/announcements"), { text }),
  unannounce: (id: number, n: number) => del(at(id, `/announcements/${n}`)),
  lessons: (id: number) => get<OwnLesson[]>(at(id, "/lessons")),
  addLesson: (id: number, lesson: LessonText) => post<{ id: number; page: string }>(at(id, "/lessons"), lesson),
  changeLesson: (id: number, n: number, lesson: LessonText) => put<void>(at(id, `/lessons/${n}`), lesson),
  removeLesson: (id: number, n: number) => del(at(id, `/lessons/${n}`)),
};
