// overview.tsx -- a project at a glance: where it stands, what comes next, what runs, what it has to learn from.
import { useEffect } from "preact/hooks";
import { useJob, JobView } from "../jobs";
import type { Job, LabelCount, Project } from "../api";
import { t } from "../i18n";
import { isDone, nextStep } from "../marks";
import type { PageProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { Icon } from "../parts/Icon";
import { Meter } from "../parts/Progress";
import { href, steps } from "../router";

function Next({ project }: { project: Project }) {
  const next = nextStep(project);
  return (
    <section class="card overview-next" aria-labelledby="overview-next">
      <h2 id="overview-next">{next ? t(`overview.next.${next}`) : t("overview.all-done")}</h2>
      <p>{next ? t(`overview.why.${next}`) : t("overview.all-done-why")}</p>
      <LinkButton kind="main" icon="forward" href={href(project.name, next ?? "test")}>
        {next ? t(`frame.step.${next}`) : t("overview.try")}
      </LinkButton>
    </section>
  );
}

function Running({ project, job }: { project: string; job: Job }) {
  const handle = useJob(project);
  useEffect(() => handle.follow(job), [job.id]);
  return <JobView job={handle} title={t.has(`frame.step.${job.verb}`) ? t(`frame.step.${job.verb}`) : job.title} />;
}

function Labels({ rows }: { rows: LabelCount[] }) {
  const sum = (r: LabelCount) => r.train + r.val + r.test;
  const most = Math.max(1, ...rows.map(sum));
  return (
    <section class="card" aria-labelledby="overview-labels">
      <h2 id="overview-labels">{t("overview.labels")}</h2>
      <div class="stack">
        {rows.map((r) => (
          <Meter key={r.label} label={r.label} part={sum(r) / most} text={t("overview.samples", { n: sum(r) })} />
        ))}
      </div>
    </section>
  );
}

function Report({ project }: { project: Project }) {
  const report = useJob(project.name, { adopt: "report" });
  const files = report.job?.state === "done" ? (report.job.files ?? []).filter((f) => f.path.endsWith(".html")) : [];
  const make = () => void report.start({ verb: "report" });
  return (
    <section class="card" aria-labelledby="overview-report">
      <h2 id="overview-report">{t("overview.report")}</h2>
      <p>{t("overview.report-why")}</p>
      <JobView job={report} onAgain={make} />
      <div class="row">
        {files.map((f) => (
          <LinkButton key={f.path} icon="download" href={report.fileUrl(f.path)} download={`${project.name}-report.html`}>
            {t("overview.report-save")}
          </LinkButton>
        ))}
        {files.length === 0 && !report.busy && (
          <Button icon="file" onClick={make}>
            {t("overview.report-make")}
          </Button>
        )}
      </div>
    </section>
  );
}

export default function Overview({ project }: PageProps) {
  const running = project.running ?? [];
  return (
    <>
      <Next project={project} />
      {running.length > 0 && (
        <section class="card" aria-labelledby="overview-running">
          <h2 id="overview-running">{t("overview.running")}</h2>
          {running.map((j) => (
            <Running key={j.id} project={project.name} job={j} />
          ))}
        </section>
      )}
      <ol class="overview-steps">
        {steps.map((s) => (
          <li key={s} class={isDone(project, s) ? "overview-done" : undefined}>
            <a href={href(project.name, s)}>
              <Icon name={isDone(project, s) ? "check" : s === "test" ? "ear" : s} size={28} />
              <strong>
                {t(`frame.step.${s}`)}
                {isDone(project, s) && <span class="unseen"> ({t("frame.step-done")})</span>}
              </strong>
              <span>{t(`overview.about.${s}`)}</span>
            </a>
          </li>
        ))}
      </ol>
      <div class="columns">
        {project.by_label.length > 0 && <Labels rows={project.by_label} />}
        {project.has.model && <Report project={project} />}
      </div>
    </>
  );
}
