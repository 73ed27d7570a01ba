// course/api.ts -- the learner's part of the course's API (docs/api-course.md), typed.
import { del, get, patch, post, urlOf, withQuery } from "../../api";
import type { Job } from "../../api";
import { currentLanguage } from "../../i18n";

export type Sense = "voice" | "eye" | "motion";
export type MapLesson = { id: string; title: string; minutes: number; done: boolean };
export type MapQuiz = { id: string; items: number; best: number | null };
export type MapLab = { id: string; title: string; minutes: number; best: number | null; of?: number | null };
export type MapChapter = {
  id: string;
  title: string;
  question: string;
  goals: string[];
  care: boolean;
  sense: Sense[];
  lessons: MapLesson[];
  quiz: MapQuiz | null;
  lab: MapLab | null;
  journal: { id: string; done: boolean } | null;
};
export type MapCourse = {
  id: string;
  title: string;
  summary: string;
  hours: number;
  placement: string | null; // id of its check
  open: boolean; // begun
  done: boolean;
  chapters: MapChapter[];
};
export type Deadline = { id: string; at: number; class: number };
export type CourseMap = {
  courses: MapCourse[];
  last: string | null; // where she stopped, and at which block
  block?: string | null;
  due: number;
  certificates: { course: string; at: number; level: string }[];
  deadlines?: Deadline[];
};

export type Html = string; // of md4c: safe to show
export type ItemKind = "single" | "multiple" | "number" | "matching" | "text" | "essay";
export type Choice = { id: string; html: Html };
export type Given = string | number | string[] | Record<string, string>;
export type Item = {
  name: string;
  kind: ItemKind;
  stem: Html;
  lang?: string;
  choices?: Choice[];
  left?: Choice[];
  right?: Choice[];
  hint?: boolean;
  hint_html?: Html | null; // she has asked for it
  attempts?: number;
  used?: number;
  answered?: { right: boolean; points: number; given: Given; feedback: Html | null; explanation: Html | null; key: Html | null; lesson?: string | null } | null;
};
export type Quiz = { id: string; title: string; items: Item[]; points?: number; of?: number };
export type Answer = { quiz: string; item: string; given: Given };
export type Marked = {
  right: boolean;
  points: number;
  feedback: Html | null;
  explanation: Html | null;
  attempts_left: number;
  key: Html | null;
  lesson?: string | null;
};

export type Block = {
  kind: "html" | "explore" | "ask" | "story" | "try" | "care";
  key: string;
  html?: Html;
  lang?: string | null; // null: of a teacher's own lesson
  name?: string;
  settings?: Record<string, string | number> | null;
  item?: Item | null;
};
export type Note = { id: number; lesson: string; block: string; text: string; at: number | string };
export type Lesson = {
  id: string;
  title: string;
  minutes: number;
  lang: string;
  course: string;
  chapter: string;
  blocks: Block[];
  before: string | null;
  after: string | null;
  done?: boolean;
  bookmarked?: boolean;
  place?: string | null; // the block where she stopped
  notes?: Note[];
};
export type Found = { id: string; title: string; course: string; piece: Html };
export type Term = { term: string; slug: string; html: Html; lang?: string };

export type Property = {
  name: string;
  title?: string;
  ok: boolean;
  state?: "passed" | "failed" | "unseen";
  saw: string | null;
  why: string | null;
  lesson: string | null;
};
export type LabResult = { at: number; level: string; score: number; of: number; unseen?: number; properties: Property[] };
export type LabAnswer = {
  name: string; // "board", and of a reason "board.reason"
  kind: "number" | "choice" | "reason";
  ask: string;
  lang?: string;
  unit?: string | null;
  choices?: { id: string; text: string }[] | null;
  from?: number | null; // of a choice that is a number of a grid
  to?: number | null;
  step?: number | null;
};
export type LabFile = { path: string; bytes: number; edit: boolean };
export type Lab = {
  id: string;
  title: string;
  minutes: number;
  html: Html;
  lang?: string;
  kinds: string[];
  files: LabFile[];
  answers: LabAnswer[];
  project: string | null;
  results: LabResult[];
  running: Job | null;
  error: string | null; // why the last job failed
};
export type Journal = { text: string; at: number | null };
export type Certificate = { course: string; at: number; level: string; jwt: string; svg: string };
export type Me = {
  name: string;
  seed: number | string;
  language: string | null;
  age: string | null;
  education: string | null;
  gender: string | null;
  share: boolean; // may that be counted?
  classes: { id: number; name: string }[];
};
export type Announcement = { id: number; author: string; text: string; html: Html; at: number };
export type Bookmark = { id: string; title?: string };

const of = (id: string) => id.split("/").map(encodeURIComponent).join("/");
const lang = () => currentLanguage();

// Where is written what only the last state counts of (outbox.ts).
export const progressPath = (id: string) => `/course/progress/${of(id)}`;
export const placePath = "/course/place";
export const journalPath = (id: string) => `/course/journal/${of(id)}`;
export const labFilePath = (id: string, file: string) => withQuery(`/course/labfiles/${of(id)}`, { file });

export const course = {
  map: () => get<CourseMap>("/course/map", { lang: lang() }),
  lesson: (id: string) => get<Lesson>(`/course/lessons/${of(id)}`, { lang: lang() }),
  search: (q: string) => get<Found[]>("/course/search", { q, lang: lang() }),
  glossary: () => get<Term[]>("/course/glossary", { lang: lang() }),
  bookmark: (id: string, on: boolean) => (on ? post<void>(`/course/bookmarks/${of(id)}`) : del(`/course/bookmarks/${of(id)}`)),
  bookmarks: () => get<Bookmark[]>("/course/bookmarks"),
  notes: (lesson?: string) => get<Note[]>("/course/notes", { lesson }),
  addNote: (note: { lesson: string; block: string; text: string }) => post<Note>("/course/notes", note),
  changeNote: (id: number, text: string) => patch<void>(`/course/notes/${id}`, { text }),
  removeNote: (id: number) => del(`/course/notes/${id}`),
  quiz: (id: string) => get<Quiz>(`/course/quizzes/${of(id)}`, { lang: lang() }),
  answer: (answer: Answer) => post<Marked>("/course/answers", { ...answer, lang: lang() }),
  hint: (quiz: string, item: string) => post<{ hint: Html }>("/course/hints", { quiz, item, lang: lang() }),
  lab: (id: string) => get<Lab>(`/course/labs/${of(id)}`, { lang: lang() }),
  doLab: (id: string, what: "start" | "grade" | "again") => post<Job>(withQuery(`/course/labs/${of(id)}`, { do: what, lang: lang() })),
  labFile: (id: string, file: string) => get<{ text: string }>(labFilePath(id, file)),
  labAnswers: (id: string) => get<Record<string, string>>(labFilePath(id, "answers.ini")),
  journal: (id: string) => get<Journal>(journalPath(id)),
  certificates: () => get<Certificate[]>("/course/certificates"),
  makeCertificate: (id: string, name?: string) => post<Certificate>("/course/certificates", { course: id, name }),
  announcements: (group: number) => get<Announcement[]>(`/course/classes/${group}/announcements`),
  me: () => get<Me>("/course/me"),
  changeMe: (to: Partial<Me>) => patch<Me>("/course/me", to),
  join: (code: string) => post<{ name: string }>("/course/join", { code }),
  exportUrl: (as: "xapi" | "everything") => urlOf(withQuery("/course/export", { as })),
};
