// course/reading.ts -- what is remembered while somebody reads: how long, and at which block she is.
import { useEffect, useRef } from "preact/hooks";
import { placePath } from "./api";
import { sendLast } from "./outbox";

const placeKey = (id: string) => `thimble.course.place.${id}`;
/** The block of this lesson where she stopped in this browser. */
export const placeHere = (id: string): string | null => localStorage.getItem(placeKey(id));

/** The block that is read: the last one that begins in the upper half of the window. */
function blockInView(root: HTMLElement): string | null {
  const line = innerHeight * 0.5;
  let at: string | null = null;
  for (const b of root.querySelectorAll<HTMLElement>("[data-block]")) if (b.getBoundingClientRect().top < line) at = b.dataset.block ?? at;
  return at;
}

/** Tells the server where she is: at `start` when she comes, and soon after she stopped scrolling. */
export function usePlace(id: string, root: { current: HTMLElement | null }, start: string): void {
  useEffect(() => {
    let told = "";
    let timer = 0;
    const tell = (block: string | null) => {
      if (!block || block === told) return;
      told = block;
      localStorage.setItem(placeKey(id), block);
      void sendLast(placePath, { id, block }).catch(() => {}); // a lesson that is gone has no place
    };
    const soon = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => tell(root.current && blockInView(root.current)), 800);
    };
    tell(start);
    addEventListener("scroll", soon, { passive: true });
    return () => {
      clearTimeout(timer);
      removeEventListener("scroll", soon);
    };
  }, [id]);
}

/** Seconds for which the page was looked at, since it was asked last. */
export function useSeconds(): () => number {
  const seconds = useRef(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) seconds.current++;
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  return () => {
    const n = seconds.current;
    seconds.current = 0;
    return n;
  };
}
