// course/Question.tsx -- one question: to answer, to be told how it was, and to try again while attempts are left.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { number, t } from "../../i18n";
import { learnHref } from "../../router";
import { Button } from "../Button";
import { Icon } from "../Icon";
import { Failure } from "../Notice";
import { course } from "./api";
import type { Choice, Given, Html as HtmlText, Item, Marked } from "./api";
import { western } from "./digits";
import { Html, langOf } from "./Html";
import { isKept, onOutbox, sendAnswer } from "./outbox";

export type Standing = { tried: boolean; right: boolean; finished: boolean; points: number; lesson: string | null };

/** How an item stands as the server tells it. */
export function standing(item: Item): Standing {
  const a = item.answered;
  const out = item.attempts !== undefined && item.attempts > 0 && (item.used ?? 0) >= item.attempts;
  return {
    tried: Boolean(a),
    right: Boolean(a?.right),
    finished: Boolean(a && (a.right || out)),
    points: a?.points ?? 0,
    lesson: a?.lesson ?? null,
  };
}

const plain = (html: HtmlText): string => {
  const box = document.createElement("template");
  box.innerHTML = html;
  return (box.content.textContent ?? "").trim();
};
const nothing = (item: Item): Given => (item.kind === "multiple" ? [] : item.kind === "matching" ? {} : "");

function isComplete(item: Item, given: Given): boolean {
  if (item.kind === "matching") return (item.left ?? []).every((l) => (given as Record<string, string>)[l.id]);
  if (item.kind === "multiple") return (given as string[]).length > 0;
  return String(given).trim() !== "";
}

type Input = { item: Item; given: Given; set: (g: Given) => void; name: string; stem: string };

function Choices({ item, given, set, name }: Input) {
  const many = item.kind === "multiple";
  const chosen = (c: Choice) => (many ? (given as string[]).includes(c.id) : given === c.id);
  const turn = (c: Choice, on: boolean) => {
    if (!many) set(c.id);
    else set(on ? [...(given as string[]), c.id] : (given as string[]).filter((id) => id !== c.id));
  };
  return (
    <div class="question-choices">
      {item.choices?.map((c) => (
        <label key={c.id} class="question-choice">
          <input
            type={many ? "checkbox" : "radio"}
            name={name}
            checked={chosen(c)}
            onChange={(e) => turn(c, e.currentTarget.checked)}
          />
          <Html html={c.html} lang={item.lang} />
        </label>
      ))}
    </div>
  );
}

function Matching({ item, given, set, name }: Input) {
  const now = given as Record<string, string>;
  return (
    <div class="question-pairs">
      {item.left?.map((l, i) => (
        <div key={l.id} class="question-pair">
          <label for={`${name}-${i}`}>
            <Html html={l.html} lang={item.lang} />
          </label>
          <Icon name="forward" />
          <select id={`${name}-${i}`} value={now[l.id] ?? ""} onChange={(e) => set({ ...now, [l.id]: e.currentTarget.value })}>
            <option value="">{t("learn.choose")}</option>
            {item.right?.map((r) => (
              <option key={r.id} value={r.id} selected={now[l.id] === r.id} {...langOf(item.lang)}>
                {plain(r.html)}
              </option>
            ))}
          </select>
        </div>
      ))}
    </div>
  );
}

function Written({ item, given, set, name, stem }: Input) {
  const isNumber = item.kind === "number";
  if (item.kind === "essay")
    return <textarea rows={5} aria-labelledby={stem} value={String(given)} onInput={(e) => set(e.currentTarget.value)} />;
  return (
    <div class="question-line">
      <label for={name}>{t(isNumber ? "learn.number" : "learn.text")}</label>
      <input
        id={name}
        type="text"
        inputMode={isNumber ? "decimal" : "text"}
        dir={isNumber ? "ltr" : "auto"}
        autocomplete="off"
        aria-describedby={stem}
        value={String(given)}
        onInput={(e) => set(isNumber ? western(e.currentTarget.value) : e.currentTarget.value)}
      />
    </div>
  );
}

type Told = { right: boolean; points: number; feedback?: HtmlText | null; explanation?: HtmlText | null; key?: HtmlText | null; lesson?: string | null };

function Verdict({ told, left, finished, lang }: { told: Told; left: number | null; finished: boolean; lang?: string }) {
  const kind = told.right ? "right" : told.points > 0 ? "partly" : "wrong";
  return (
    <div class={`question-verdict question-${kind}`}>
      <p class="question-word">
        <Icon name={kind === "right" ? "check" : kind === "partly" ? "half" : "close"} />
        <strong>{t(`learn.${kind}`)}</strong>
        {!finished && left !== null && <span>{t("learn.attempts", { n: left })}</span>}
      </p>
      {told.feedback && <Html html={told.feedback} lang={lang} />}
      {finished && told.key && !told.right && (
        <div class="question-key">
          <strong>{t("learn.key")}</strong>
          <Html html={told.key} lang={lang} />
        </div>
      )}
      {finished && told.explanation && <Html html={told.explanation} lang={lang} />}
      {told.lesson && !told.right && (
        <p>
          <a href={learnHref(told.lesson)}>{t("learn.read-again")}</a>
        </p>
      )}
    </div>
  );
}

function Hint({ quiz, item }: { quiz: string; item: Item }) {
  const [hint, set] = useState<HtmlText | null>(item.hint_html ?? null);
  const [error, setError] = useState<unknown>(null);
  const ask = () => course.hint(quiz, item.name).then((h) => set(h.hint), setError);
  return (
    <>
      {hint === null && (
        <Button kind="quiet" icon="question" onClick={() => void ask()}>
          {t("learn.hint")}
        </Button>
      )}
      <Failure error={error} />
      <div role="status">{hint !== null && <Html class="question-hint" html={hint} lang={item.lang} />}</div>
    </>
  );
}

/** Kept answers of this question are told when they have been sent. */
function useKept(quiz: string, item: string, sent: () => void): boolean {
  const [kept, set] = useState(() => isKept(quiz, item));
  const before = useRef(kept);
  useEffect(
    () =>
      onOutbox(() => {
        const now = isKept(quiz, item);
        if (before.current && !now) sent();
        before.current = now;
        set(now);
      }),
    [quiz, item],
  );
  return kept;
}

type Props = {
  quiz: string;
  item: Item;
  /** What stands above it: "Question 2 of 8". */
  title: string;
  /** It counts nothing: as many attempts as one likes. */
  free?: boolean;
  onStanding?: (s: Standing) => void;
  /** An answer that was kept has been sent: the quiz is to be loaded anew. */
  onSent?: () => void;
};

/** What she answers, what was said of it, and how many attempts are left. */
function useAnswer({ quiz, item, free, onStanding }: Props) {
  const first = standing(item);
  const [given, setGiven] = useState<Given>(item.answered?.given ?? nothing(item));
  const [told, setTold] = useState<Told | null>(item.answered ?? null);
  const [used, setUsed] = useState(item.used ?? 0);
  const [finished, setFinished] = useState(!free && first.finished);
  const [left, setLeft] = useState<number | null>(free || !item.attempts ? null : item.attempts - (item.used ?? 0));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const verdict = useRef<HTMLDivElement>(null);
  const take = (m: Marked) => {
    const end = !free && (m.right || m.attempts_left <= 0);
    setTold(m);
    setUsed((n) => n + 1);
    setLeft(free ? null : m.attempts_left);
    setFinished(end);
    onStanding?.({ tried: true, right: m.right, finished: end, points: m.points, lesson: m.lesson ?? null });
    if (end) setTimeout(() => verdict.current?.focus(), 0); // its button goes away
  };
  const send = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const m = await sendAnswer({ quiz, item: item.name, given }, used);
      if (m) take(m);
    } catch (err) {
      setError(err);
    } finally {
      setBusy(false);
    }
  };
  const change = (g: Given) => {
    setGiven(g);
    if (!finished) setTold(null); // it was said of another answer
  };
  return { given, change, told, finished, left, busy, error, verdict, send };
}

export function Question(props: Props) {
  const { quiz, item, title, free, onSent } = props;
  const id = useId();
  const { given, change, told, finished, left, busy, error, verdict, send } = useAnswer(props);
  const kept = useKept(quiz, item.name, () => onSent?.());
  const input = { item, given, set: change, name: `${id}-in`, stem: `${id}-stem` };
  const group = item.kind === "single" || item.kind === "multiple" || item.kind === "matching";
  return (
    <form class="question" onSubmit={(e) => void send(e)}>
      <fieldset disabled={finished || kept} aria-describedby={group ? `${id}-stem` : undefined}>
        <legend>{title}</legend>
        <div id={`${id}-stem`}>
          <Html class="question-stem" html={item.stem} lang={item.lang} />
        </div>
        {item.kind === "multiple" && <p class="hint">{t("learn.several")}</p>}
        {item.kind === "matching" ? <Matching {...input} /> : group ? <Choices {...input} /> : <Written {...input} />}
      </fieldset>
      <div role="status" tabIndex={-1} ref={verdict} class="question-told">
        {told && <Verdict told={told} left={left} finished={finished || Boolean(free)} lang={item.lang} />}
        {kept && (
          <p class="question-kept">
            <Icon name="info" />
            {t("learn.kept")}
          </p>
        )}
      </div>
      <Failure error={error} />
      {!finished && !kept && (
        <div class="row">
          <Button kind={free ? "plain" : "main"} type="submit" busy={busy} disabled={!isComplete(item, given)}>
            {t(told && !told.right ? "learn.try-again" : "learn.answer")}
          </Button>
          {item.hint && <Hint quiz={quiz} item={item} />}
          {left !== null && !told && <span class="hint">{t("learn.attempts", { n: left })}</span>}
        </div>
      )}
    </form>
  );
}

/** How many points a standing is worth, as text. */
export const pointsText = (all: Standing[]): string => number(all.reduce((sum, s) => sum + s.points, 0), 1);
