// course/togetherApi.ts -- the forum, the showcase and peers' reviews (docs/api-course.md), typed.
import { del, get, patch, post, put } from "../../api";
import type { Html } from "./api";

export type ThreadLine = { id: number; page: string; title: string; author: string; at: number; last: number; posts: number; votes: number; accepted: boolean };
export type Post = {
  id: number;
  author: string;
  mine: boolean;
  html: Html;
  text: string;
  at: number;
  edited: number | null;
  votes: number;
  voted: boolean;
  accepted: boolean;
  removed: "author" | "teacher" | null;
};
export type Thread = { id: number; page: string; title: string; author: string; at: number; last: number; mine: boolean; accepted: number | null; posts: Post[] };
export type Report = { id: number; post: number; thread: number; title: string; author: string; html: Html; reason: string; by: string; at: number; handled: number | null };
export type Sort = "new" | "votes" | "open";

export const marks = ["mastery", "creativity", "benefit"] as const;
export type Mark = (typeof marks)[number];
export type Told = Record<Mark, number> & { author: string; mine: boolean; text: string; html: Html; at: number };
export type ShowText = { title: string; text: string; project: string | null; made: string[] };
export type Show = ShowText &
  Record<Mark, number | null> & { id: number; author: string; mine: boolean; html: Html; at: number; removed: string | null; reviews: number; told?: Told[] };

export type PeerText = {
  id: number;
  lab: string;
  title: string;
  html: Html;
  rubric: { name: string; text: string }[];
  scores: Record<string, number> | null;
  said: string;
  done: boolean;
};
export type Received = { id: number; lab: string; title: string; n: number; scores: Record<string, number>; texts: string[] };

type Asked = { at?: string; sort: Sort; q?: string; offset?: number };

export const forum = {
  list: (asked: Asked) => get<{ threads: ThreadLine[]; more: boolean }>("/course/threads", asked),
  ask: (at: string, title: string, text: string) => post<Thread>("/course/threads", { at, title, text }),
  get: (id: number) => get<Thread>(`/course/threads/${id}`),
  answer: (id: number, text: string) => post<Thread>(`/course/threads/${id}/posts`, { text }),
  change: (id: number, text: string) => patch<void>(`/course/posts/${id}`, { text }),
  remove: (id: number) => del(`/course/posts/${id}`),
  restore: (id: number) => patch<void>(`/course/posts/${id}`, { removed: false }),
  vote: (id: number, on: boolean) => put<void>(`/course/posts/${id}/vote`, { value: on ? 1 : 0 }),
  accept: (id: number, on: boolean) => put<void>(`/course/posts/${id}/accepted`, { value: on ? 1 : 0 }),
  report: (id: number, reason: string) => post<void>(`/course/posts/${id}/report`, { reason }),
  reports: () => get<Report[]>("/course/reports"),
  handle: (id: number) => patch<void>(`/course/reports/${id}`, { handled: true }),
};

export const showcase = {
  list: () => get<Show[]>("/course/showcase"),
  get: (id: number) => get<Show>(`/course/showcase/${id}`),
  add: (show: ShowText) => post<Show>("/course/showcase", show),
  change: (id: number, show: ShowText) => patch<Show>(`/course/showcase/${id}`, show),
  remove: (id: number) => del(`/course/showcase/${id}`),
  review: (id: number, review: Record<Mark, number> & { text: string }) => post<Show>(`/course/showcase/${id}/reviews`, review),
};

export const peer = {
  get: () => get<{ review: PeerText[]; received: Received[] }>("/course/peer"),
  give: (id: number, scores: Record<string, number>, text: string) => post<void>(`/course/peer/${id}`, { scores, text }),
};
