// course/Html.tsx -- a text of the courses: HTML that the server made of Markdown, with its links led to our pages, terms
// of the glossary explained where they stand, and what is wide made to scroll by itself.
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { currentLanguage, t } from "../../i18n";
import { href, learnHref } from "../../router";
import { course } from "./api";
import type { Term } from "./api";

const terms = new Map<string, Promise<Term[]>>(); // by language
export function glossary(): Promise<Term[]> {
  const language = currentLanguage();
  const known = terms.get(language);
  if (known) return known;
  const asked = course.glossary();
  terms.set(language, asked);
  asked.catch(() => terms.delete(language)); // the next one asks again
  return asked;
}

/** lesson:rule/coin -> #/learn/rule/coin, and so on; null: not one of ours. */
function ours(address: string, project: string | null): string | null {
  const m = /^(lesson|chapter|course|lab|quiz|journal|glossary|studio):(.*)$/.exec(address);
  if (!m) return null;
  const [, kind, id = ""] = m;
  if (kind === "studio") return project ? href(project, id || "overview") : href();
  if (kind === "glossary") return learnHref(`glossary/${id}`);
  const part = kind === "lab" || kind === "quiz" || kind === "journal" ? `/${kind}` : "";
  return learnHref(part && id.endsWith(part) ? id : id + part);
}

/** The language of a text as an attribute, where it is not that of the page. */
export const langOf = (lang: string | undefined) =>
  lang && lang !== currentLanguage() ? { lang, dir: lang === "ar" ? ("rtl" as const) : ("ltr" as const) } : {};

function prepare(html: string, project: string | null): string {
  const box = document.createElement("template");
  box.innerHTML = html;
  for (const a of box.content.querySelectorAll("a")) {
    const to = ours(a.getAttribute("href") ?? "", project);
    if (to) a.setAttribute("href", to);
    const address = a.getAttribute("href") ?? "";
    const term = /^#\/learn\/glossary\/(.+)$/.exec(address);
    if (term) {
      a.className = "course-term";
      a.dataset.term = decodeURIComponent(term[1] ?? "");
    } else if (/^https?:/.test(address)) {
      a.target = "_blank";
      a.rel = "noopener noreferrer";
    }
  }
  for (const pre of box.content.querySelectorAll("pre")) {
    pre.tabIndex = 0;
    pre.dir = "ltr";
  }
  for (const code of box.content.querySelectorAll("code")) code.dir = "ltr";
  for (const img of box.content.querySelectorAll("img")) img.loading = "lazy";
  for (const table of box.content.querySelectorAll("table")) {
    if (table.parentElement?.className === "table") continue;
    const around = document.createElement("div");
    around.className = "table";
    around.tabIndex = 0;
    table.replaceWith(around);
    around.append(table);
  }
  return box.innerHTML;
}

type Shown = { term: Term | null; link: HTMLAnchorElement; x: number; y: number };

/** What a term means, while the pointer or the focus is on it; Esc closes it. */
function useTerms() {
  const [shown, set] = useState<Shown | null>(null);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const hide = () =>
    set((s) => {
      s?.link.removeAttribute("aria-describedby");
      return null;
    });
  const show = async (link: HTMLAnchorElement) => {
    const outer = box.current;
    if (!outer) return;
    const at = link.getBoundingClientRect();
    const frame = outer.getBoundingClientRect();
    const width = Math.min(352, frame.width);
    const x = Math.max(0, Math.min(at.left - frame.left, frame.width - width));
    link.setAttribute("aria-describedby", id);
    const all = await glossary().catch(() => []);
    const term = all.find((w) => w.slug === link.dataset.term) ?? null;
    set({ term, link, x, y: at.bottom - frame.top + 6 });
  };
  const termAt = (e: Event) => (e.target as Element).closest<HTMLAnchorElement>("a[data-term]");
  const on = {
    onFocusIn: (e: Event) => {
      const link = termAt(e);
      if (link) void show(link);
    },
    onFocusOut: (e: FocusEvent) => {
      if (!(e.relatedTarget as Element | null)?.closest?.(".course-pop")) hide();
    },
    onClick: (e: MouseEvent) => {
      const link = termAt(e);
      if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
      if (shown?.link === link && e.detail === 0) return; // Enter, once it is explained: on to the glossary
      e.preventDefault();
      void show(link);
    },
    onKeyDown: (e: KeyboardEvent) => {
      if (e.key === "Escape" && shown) hide();
    },
  };
  useEffect(() => {
    if (!shown) return;
    const elsewhere = (e: Event) => {
      const at = e.target as Element;
      if (!at.closest(".course-pop") && at !== shown.link) hide();
    };
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [shown]);
  return { shown, id, box, on, hide };
}

type Props = { html: string; lang?: string; project?: string | null; class?: string };

export function Html({ html, lang, project = null, class: more }: Props) {
  const ready = useMemo(() => ({ __html: prepare(html, project) }), [html, project]);
  const { shown, id, box, on, hide } = useTerms();
  const pop = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!shown || !pop.current) return;
    pop.current.style.left = `${shown.x}px`;
    pop.current.style.top = `${shown.y}px`;
  }, [shown]);
  return (
    <div class={`course-html ${more ?? ""}`} ref={box} {...on}>
      <div {...langOf(lang)} dangerouslySetInnerHTML={ready} />
      {shown && (
        <div class="course-pop card" id={id} role="note" ref={pop}>
          {shown.term ? (
            <>
              <strong {...langOf(shown.term.lang)}>{shown.term.term}</strong>
              <div {...langOf(shown.term.lang)} dangerouslySetInnerHTML={{ __html: prepare(shown.term.html, null) }} />
            </>
          ) : (
            <p>{t("learn.no-term")}</p>
          )}
          <a href={learnHref(`glossary/${shown.link.dataset.term}`)} onClick={hide}>
            {t("learn.glossary")}
          </a>
        </div>
      )}
    </div>
  );
}
