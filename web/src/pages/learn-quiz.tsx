// learn-quiz.tsx -- a quiz, a placement check, or the questions that come back: one after another, or all as a list.
import { useState } from "preact/hooks";
import { number, t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { course } from "../parts/course/api";
import type { CourseMap, Quiz } from "../parts/course/api";
import { placeOf, titleOf, useMap } from "../parts/course/map";
import { Trail } from "../parts/course/Parts";
import { pointsText, Question, standing } from "../parts/course/Question";
import type { Standing } from "../parts/course/Question";
import { Empty } from "../parts/Empty";
import { Icon } from "../parts/Icon";
import { Failure } from "../parts/Notice";
import { Progress } from "../parts/Progress";
import { Title } from "../parts/Title";
import { learnHref } from "../router";

export const titled = true;
export const messages = ["learn"];

const words = () => ({ quiz: t("learn.quiz"), journal: t("learn.journal") });
const enough = 0.8; // of a placement check: who has that goes on to the next course

function Again({ map, wrong }: { map: CourseMap | null; wrong: Standing[] }) {
  const lessons = [...new Set(wrong.map((s) => s.lesson).filter((l): l is string => Boolean(l)))];
  if (!lessons.length) return null;
  return (
    <>
      <p>{t("learn-quiz.read")}</p>
      <ul>
        {lessons.map((l) => (
          <li key={l}>
            <a href={learnHref(l)}>{titleOf(map, l, words()) ?? l}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

type End = { id: string; map: CourseMap | null; all: Standing[] };

/** Where to begin, after a placement check. */
function Placed({ id, map, all }: End) {
  const here = id.split("/").filter((p) => p !== "placement")[0] ?? "";
  const at = map?.courses.findIndex((c) => c.id === here) ?? -1;
  const knows = all.reduce((n, s) => n + s.points, 0) >= enough * all.length;
  const next = knows ? map?.courses[at + 1] : undefined;
  const to = next ?? map?.courses[at];
  if (!to) return null;
  const word = next ? "on" : knows ? "all" : "here";
  return (
    <>
      <p>{t(`learn-quiz.placed-${word}`, { course: to.title })}</p>
      <LinkButton kind="main" icon="forward" href={learnHref(to.id)}>
        {to.title}
      </LinkButton>
    </>
  );
}

function Result({ id, map, all }: End) {
  const place = placeOf(map, id);
  const chapter = place?.chapter;
  const next = chapter?.lab?.id ?? chapter?.journal?.id ?? chapter?.id;
  const wrong = all.filter((s) => !s.right);
  return (
    <section class="card quiz-result" aria-labelledby="quiz-result">
      <h2 id="quiz-result">{t("learn-quiz.result", { points: pointsText(all), of: number(all.length) })}</h2>
      {wrong.length === 0 && <p>{t("learn-quiz.all-right")}</p>}
      <Again map={map} wrong={wrong} />
      {id.includes("placement") && <Placed {...{ id, map, all }} />}
      {id === "review" && <p>{t("learn-quiz.reviewed")}</p>}
      {next && (
        <LinkButton kind="main" icon="forward" href={learnHref(next)}>
          {t("learn-quiz.then")}
        </LinkButton>
      )}
    </section>
  );
}

type Steps = { all: Standing[]; at: number; go: (i: number) => void };

/** A button for each question, with how it stands. */
function StepButtons({ all, at, go }: Steps) {
  const state = (s: Standing) => (s.right ? "right" : s.finished ? "wrong" : s.tried ? "tried" : "open");
  return (
    <ol class="quiz-steps" aria-label={t("learn-quiz.items")}>
      {all.map((s, i) => (
        <li key={i}>
          <button type="button" class={`quiz-step quiz-step-${state(s)}`} aria-current={i === at ? "step" : undefined} onClick={() => go(i)}>
            {s.right ? <Icon name="check" size={16} /> : s.finished ? <Icon name="close" size={16} /> : number(i + 1)}
            <span class="unseen">
              {t("learn-quiz.step", { n: i + 1 })}: {t(`learn-quiz.state.${state(s)}`)}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

type Run = { id: string; quiz: Quiz; map: CourseMap | null; reload: () => void; reloadMap: () => void };

function Items({ id, quiz, map, reload, reloadMap }: Run) {
  const [all, setAll] = useState<Standing[]>(() => quiz.items.map(standing));
  const [at, setAt] = useState(() => Math.max(0, quiz.items.findIndex((i) => !standing(i).finished)));
  const [list, setList] = useState(() => localStorage.getItem("thimble.course.list") === "1");
  const finished = all.filter((s) => s.finished).length;
  const over = finished === all.length;
  const note = (i: number) => (s: Standing) => {
    setAll((before) => before.map((b, k) => (k === i ? s : b)));
    if (s.finished) reloadMap();
  };
  const turn = () => {
    localStorage.setItem("thimble.course.list", list ? "0" : "1");
    setList(!list);
  };
  const shown = list ? quiz.items.map((_, i) => i) : [at];
  return (
    <>
      <div class="quiz-head">
        <Progress label={t("learn-quiz.progress", { n: finished, of: all.length })} part={finished / all.length} />
        <Button kind="quiet" small onClick={turn}>
          {t(list ? "learn-quiz.one" : "learn-quiz.list")}
        </Button>
      </div>
      {!list && <StepButtons all={all} at={at} go={setAt} />}
      {shown.map((i) => {
        const item = quiz.items[i];
        if (!item) return null;
        return (
          <div class="card quiz-item" key={item.name}>
            <Question
              quiz={quiz.id}
              item={item}
              title={t("learn-quiz.question", { n: i + 1, of: quiz.items.length })}
              onStanding={note(i)}
              onSent={reload}
            />
          </div>
        );
      })}
      {!list && (
        <div class="row">
          {at > 0 && (
            <Button icon="back" onClick={() => setAt(at - 1)}>
              {t("learn-quiz.before")}
            </Button>
          )}
          {at + 1 < all.length && (
            <Button icon="forward" onClick={() => setAt(at + 1)}>
              {t("learn-quiz.next")}
            </Button>
          )}
        </div>
      )}
      <div role="status">{over && <Result {...{ id, map, all }} />}</div>
    </>
  );
}

export default function LearnQuiz({ rest, session }: OuterProps) {
  const id = rest.join("/");
  const { map, reload: reloadMap } = useMap();
  const { data, error, reload } = useLoad(() => course.quiz(id), [id]);
  const [turn, again] = useState(0);
  const review = id === "review";
  const place = placeOf(map, id);
  const title = review ? t("learn.review") : id.includes("placement") ? t("learn.placement") : t("learn-quiz.title", { chapter: place?.chapter?.title ?? "" });
  const anew = async () => {
    await reload();
    again((n) => n + 1);
  };
  return (
    <>
      <CourseBar session={session} here={id} due={map?.due} />
      <div class="learn-page">
        <Trail place={place} at={id} />
        <Title at={`learn/${id}`} text={title} lead={review ? t("learn-quiz.review-lead") : id.includes("placement") ? t("learn.placement-why") : undefined} />
        {!data && !error && <p class="loading">{t("frame.loading")}</p>}
        <Failure error={data ? null : error} />
        {data && data.items.length === 0 && (
          <Empty icon="check" title={t("learn-quiz.none")} text={t("learn-quiz.none-why")}>
            <LinkButton kind="main" href={learnHref()}>
              {t("learn.map")}
            </LinkButton>
          </Empty>
        )}
        {data && data.items.length > 0 && (
          <Items key={turn} id={id} quiz={data} map={map} reload={() => void anew()} reloadMap={reloadMap} />
        )}
      </div>
    </>
  );
}
