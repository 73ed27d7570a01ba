// course/last.ts -- which lesson was read last in this browser, so that the first page can offer it without asking.
type Last = { id: string; title: string };

const keyOf = (user: string | null) => `thimble.course.last.${user ?? "me"}`;

export function lastLesson(user: string | null): Last | null {
  try {
    return JSON.parse(localStorage.getItem(keyOf(user)) ?? "null") as Last | null;
  } catch {
    return null;
  }
}
export const keepLast = (user: string | null, last: Last) => localStorage.setItem(keyOf(user), JSON.stringify(last));
