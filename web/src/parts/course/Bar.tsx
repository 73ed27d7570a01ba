// course/Bar.tsx -- what stands above every page of the courses: the map, review, glossary, own things, search.
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../api";
import { t } from "../../i18n";
import { go, href, learnHref } from "../../router";
import { Button } from "../Button";
import { Icon } from "../Icon";
import type { IconName } from "../Icon";
import { keptCount, onOutbox, outboxOf } from "./outbox";

const links: [string, IconName, string][] = [
  ["", "spiral", "learn.map"],
  ["review", "undo", "learn.review"],
  ["glossary", "note", "learn.glossary"],
  ["me", "people", "learn.me"],
];

/** With others; the last one for teachers. */
const together: [string, IconName][] = [
  ["forum", "question"],
  ["showcase", "star"],
  ["peer", "pen"],
  ["teach", "board"],
];

function Waiting() {
  const [n, set] = useState(keptCount);
  useEffect(() => onOutbox(() => set(keptCount())), []);
  return (
    <p class="course-waiting" role="status">
      {n > 0 && t("learn.waiting", { n })}
    </p>
  );
}

type Props = { session: Session; here?: string; due?: number; query?: string };

export function CourseBar({ session, here, due, query = "" }: Props) {
  const [q, setQ] = useState(query);
  useEffect(() => outboxOf(session.user), [session.user]);
  const search = (e: Event) => {
    e.preventDefault();
    if (q.trim()) go(learnHref("search", { q: q.trim() }));
  };
  return (
    <>
      <div class="course-bar">
        <nav aria-label={t("learn.nav")}>
          {links.map(([id, icon, key]) => (
            <a key={id} href={learnHref(id)} aria-current={here === id ? "page" : undefined}>
              <Icon name={icon} size={18} />
              <span>{t(key)}</span>
              {id === "review" && due ? <span class="badge">{t("learn.due", { n: due })}</span> : null}
            </a>
          ))}
          {together.filter(([id]) => id !== "teach" || session.role === "teacher").map(([id, icon]) => (
            <a key={id} href={href(undefined, id)} aria-current={here === id ? "page" : undefined}>
              <Icon name={icon} size={18} />
              <span>{t(`learn.${id}`)}</span>
            </a>
          ))}
        </nav>
        <form role="search" onSubmit={search}>
          <input type="search" aria-label={t("learn.search")} placeholder={t("learn.search")} value={q} onInput={(e) => setQ(e.currentTarget.value)} />
          <Button kind="quiet" icon="search" label={t("learn.search-go")} type="submit" />
        </form>
      </div>
      <Waiting />
    </>
  );
}
