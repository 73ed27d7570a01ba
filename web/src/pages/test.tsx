// test.tsx -- how good the model is: one number first, then where it is wrong, for whom, how sure it must be, and live.
import { useState } from "preact/hooks";
import * as api from "../api";
import type { Json, Project } from "../api";
import { number, percent, t } from "../i18n";
import { JobView, useJob } from "../jobs";
import { useLoad } from "../load";
import type { PageProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { Confusion, testedOf } from "../parts/Confusion";
import { Empty } from "../parts/Empty";
import { kindOf } from "../parts/Feeder";
import { LiveTest } from "../parts/LiveTest";
import { Failure, Notice } from "../parts/Notice";
import { Table } from "../parts/Table";
import { Tabs } from "../parts/Tabs";
import { Threshold } from "../parts/Threshold";
import { href } from "../router";
import type { Wanted } from "./collect/wanted";

type Person = { subject: string; n: number; right: number };
type Figures = { accuracy?: number; auc?: number; rmse?: number };

/** Of the network that a board runs, when it is there. */
const shown = (result: Json): Figures => result?.int8 ?? result?.float ?? {};

const few = 30; // examples below which a single mistake moves the figure by more than three points
const countOf = (result: Json) => Number(result.clips ?? result.examples ?? 0);

/** One number, and one sentence on what it means. */
function Large({ result, project }: { result: Json; project: Project }) {
  const f = shown(result);
  const n = countOf(result);
  if (f.accuracy !== undefined) {
    const right = Math.round(f.accuracy * n);
    return (
      <div class="test-large">
        <p class="test-figure">{percent(f.accuracy, 1)}</p>
        <p class="test-sentence">{t(`test.large.${kindOf(project)}`, { n, right })}</p>
      </div>
    );
  }
  if (f.auc !== undefined && f.auc >= 0)
    return (
      <div class="test-large">
        <p class="test-figure">{percent(f.auc, 1)}</p>
        <p class="test-sentence">{t("test.large.auc")}</p>
      </div>
    );
  return (
    <div class="test-large">
      <p class="test-figure">{number(f.rmse ?? 0, 3)}</p>
      <p class="test-sentence">{t("test.large.rmse")}</p>
    </div>
  );
}

function People({ people }: { people: Person[] }) {
  if (!people.length) return <p class="hint">{t("test.people.none")}</p>;
  return (
    <>
      <p>{t("test.people.lead")}</p>
      <Table
        caption={t("test.people.caption")}
        hideCaption
        rows={people}
        rowKey={(p) => p.subject}
        columns={[
          { key: "subject", title: t("test.people.who"), cell: (p) => <bdi>{p.subject}</bdi> },
          { key: "right", title: t("test.people.right"), number: true, cell: (p) => t("test.people.of", { right: p.right, n: p.n }) },
          { key: "part", title: t("test.people.part"), number: true, cell: (p) => percent(p.right / p.n, 0) },
        ]}
      />
    </>
  );
}

function Result({ result, project, server }: { result: Json | null; project: Project; server: PageProps["server"] }) {
  const counts = (result?.confusion?.int8 ?? result?.confusion?.float) as number[][] | undefined;
  const labels = (result?.confusion?.labels ?? []) as string[];
  const ids = [...(counts ? ["matrix", "people"] : []), ...(kindOf(project) === "sound" ? ["threshold"] : []), ...(project.task === "sine" ? [] : ["live"])];
  const [tab, setTab] = useState("");
  const now = ids.includes(tab) ? tab : (ids[0] ?? "");
  if (!ids.length) return null;
  return (
    <Tabs label={t("test.tabs")} tabs={ids.map((id) => ({ id, text: t(`test.tab.${id}`) }))} value={now} onValue={setTab}>
      {now === "matrix" && counts && <Confusion project={project} labels={labels} counts={counts} tested={testedOf(result?.each)} />}
      {now === "people" && <People people={(result?.subjects ?? []) as Person[]} />}
      {now === "threshold" && <Threshold project={project} />}
      {now === "live" && <LiveTest project={project} server={server} />}
    </Tabs>
  );
}

export default function Test({ project, server, reload: reloadProject }: PageProps) {
  const { data: result, error, reload, loading } = useLoad(() => api.result(project.name, "test"), [project.name, project.has.test]);
  const job = useJob(project.name, {
    adopt: "test",
    adoptIf: (j) => !/--(curve|choose|threshold)/.test(j.title),
    onDone: () => {
      void reload();
      void reloadProject();
    },
  });
  const start = () => void job.start({ verb: "test" });
  const wanted = useLoad(() => api.get<Wanted>(`/projects/${encodeURIComponent(project.name)}/wanted`), [project.name, project.samples]);
  const divide = useJob(project.name, { adopt: "data split", onDone: () => void wanted.reload() });
  const counts = wanted.data?.labels ?? [];
  const noneKept = counts.length > 0 && counts.every((c) => c.test === 0);
  if (!project.has.model)
    return (
      <Empty icon="train" title={t("test.no-model-title")} text={t("test.no-model-text")}>
        <LinkButton kind="main" href={href(project.name, "train")}>
          {t("test.no-model-go")}
        </LinkButton>
      </Empty>
    );
  if (!result && noneKept)
    return (
      <>
        <Empty icon="collect" title={t("test.none-title")} text={t("test.none-text")}>
          <LinkButton kind="main" href={href(project.name, "collect")}>
            {t("frame.step.collect")}
          </LinkButton>
          <Button busy={divide.busy} onClick={() => void divide.start({ verb: "data split" })}>
            {t("test.divide")}
          </Button>
        </Empty>
        <JobView job={divide} title={t("test.dividing")} />
      </>
    );
  if ((loading || (wanted.loading && !wanted.data)) && !result) return <p class="loading">{t("frame.loading")}</p>;
  return (
    <>
      <Failure error={error} />
      {!result ? (
        <Empty icon="test" title={t("test.empty-title")} text={t("test.empty-text")}>
          <Button kind="main" busy={job.busy} onClick={start}>
            {t("test.start")}
          </Button>
        </Empty>
      ) : (
        <div class="test-head">
          <Large result={result} project={project} />
          <div class="row">
            <Button busy={job.busy} onClick={start}>
              {t("test.again")}
            </Button>
            <LinkButton icon="forward" href={href(project.name, "squeeze")}>
              {t("test.then")}
            </LinkButton>
          </div>
        </div>
      )}
      {result && shown(result).accuracy !== undefined && countOf(result) < few && (
        <Notice kind="warning">
          <p>{t("test.few")}</p>
        </Notice>
      )}
      <JobView job={job} title={t("test.testing")} onAgain={start} />
      <Result result={result} project={project} server={server} />
    </>
  );
}
