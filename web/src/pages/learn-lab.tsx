// learn-lab.tsx -- a lab: what to do beside the work; files and answers are kept while one types; grading is a job.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { course } from "../parts/course/api";
import type { Lab } from "../parts/course/api";
import { Html, langOf } from "../parts/course/Html";
import { LabAnswers, LabFiles } from "../parts/course/LabWork";
import { LabResults } from "../parts/course/LabResults";
import { placeOf, useMap } from "../parts/course/map";
import { Trail } from "../parts/course/Parts";
import { useLabJob } from "../parts/course/labJob";
import { Confirm } from "../parts/Dialog";
import { Failure, Notice } from "../parts/Notice";
import { Progress } from "../parts/Progress";
import { Title } from "../parts/Title";
import { href, learnHref } from "../router";

export const titled = true;
export const wide = true;
export const messages = ["learn"];

/** then: where to go on afterwards. */
type Doing = { lab: Lab; reload: () => Promise<void>; changed: () => void; then?: string };

function Work({ lab, reload, changed, then }: Doing) {
  const [asking, ask] = useState(false);
  const [turn, again] = useState(0); // the starter was put back: the editors are filled anew
  const job = useLabJob(lab, reload, (what) => {
    if (what !== "grade") again((n) => n + 1);
    changed();
  });
  const started = lab.files.length > 0;
  const putBack = () => {
    ask(false);
    void job.start("again");
  };
  if (!started)
    return (
      <section class="card" aria-labelledby="lab-work">
        <h2 id="lab-work">{t("learn-lab.work")}</h2>
        <p>{t("learn-lab.start-why")}</p>
        <JobLine job={job} />
        <Button kind="main" icon="play" busy={job.busy} onClick={() => void job.start("start")}>
          {t("learn-lab.start")}
        </Button>
      </section>
    );
  return (
    <>
      {lab.project && (
        <Notice>
          <p>{t("learn-lab.in-studio")}</p>
          <LinkButton icon="forward" href={href(lab.project)}>
            {t("learn-lab.to-studio")}
          </LinkButton>
        </Notice>
      )}
      <LabFiles key={`files-${turn}`} lab={lab} />
      {lab.answers.length > 0 && <LabAnswers key={`answers-${turn}`} lab={lab} />}
      <section class="card" aria-labelledby="lab-grade">
        <h2 id="lab-grade">{t("learn-lab.grading")}</h2>
        <p class="hint">{t("learn-lab.honest")}</p>
        <JobLine job={job} />
        <div class="row">
          <Button kind="main" icon="check" busy={job.busy} onClick={() => void job.start("grade")}>
            {t("learn-lab.grade")}
          </Button>
          <Button kind="quiet" icon="undo" disabled={job.busy} onClick={() => ask(true)}>
            {t("learn-lab.again")}
          </Button>
        </div>
        <LabResults results={lab.results} />
        {lab.results.length > 0 && then && (
          <LinkButton icon="forward" href={learnHref(then)}>
            {t("learn-lab.then")}
          </LinkButton>
        )}
      </section>
      <Confirm
        title={t("learn-lab.again")}
        text={t("learn-lab.again-why")}
        yes={t("learn-lab.again")}
        open={asking}
        onYes={putBack}
        onNo={() => ask(false)}
      />
    </>
  );
}

function JobLine({ job }: { job: ReturnType<typeof useLabJob> }) {
  return (
    <>
      <p class="unseen" role="status">
        {job.said && t(`learn-lab.${job.said}`)}
      </p>
      {job.busy && <Progress label={t(`learn-lab.doing.${job.what}`)} part={job.part} />}
      <Failure error={job.error} />
    </>
  );
}

export default function LearnLab({ rest, session }: OuterProps) {
  const id = rest.join("/");
  const { map, reload: reloadMap } = useMap();
  const { data, error, reload } = useLoad(() => course.lab(id), [id]);
  const place = placeOf(map, id);
  const chapter = place?.chapter;
  return (
    <>
      <CourseBar session={session} due={map?.due} />
      <Trail place={place} at={id} />
      {error && !data ? <Title at={`learn/${id}`} text={t("learn-lab.lab")} /> : null}
      {data && <Title at={`learn/${id}`} text={data.title} {...langOf(data.lang)} lead={t("learn.minutes", { n: data.minutes })} />}
      {!data && !error && <p class="loading">{t("frame.loading")}</p>}
      <Failure error={data ? null : error} />
      {data && (
        <div class="lab">
          <article class="lab-text" tabIndex={0} aria-label={t("learn-lab.what")}>
            <Html html={data.html} lang={data.lang} project={data.project} />
          </article>
          <div>
            <Work lab={data} reload={reload} changed={reloadMap} then={chapter?.journal?.id ?? chapter?.id} />
          </div>
        </div>
      )}
    </>
  );
}
