// course/Html.tsx -- a text of the courses: HTML that the server made of Markdown. Terms of the glossary are explained
// where they stand, a lab's links to the studio lead to its project.
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

/** The language of a text as an attribute, where it is not that of the page; null: nobody knows which it is. */
export function langOf(lang: string | null | undefined): { lang?: string; dir?: "ltr" | "rtl" | "auto" } {
  if (lang === null) return { dir: "auto" };
  return lang && lang !== currentLanguage() ? { lang, dir: lang === "ar" ? "rtl" : "ltr" } : {};
}

function prepare(html: string, project: string | null): string {
  const box = document.createElement("template");
  box.innerHTML = html;
  for (const a of box.content.querySelectorAll("a")) {
    if (a.dataset.studio && project) a.setAttribute("href", href(project, a.dataset.studio)); // of the lab that is open
    else if (/^https?:/.test(a.getAttribute("href") ?? "")) {
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

type Props = { html: string; lang?: string | null; project?: string | null; class?: string };

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
