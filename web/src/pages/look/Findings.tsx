// Findings.tsx -- what data check has found, in plain words, with the clips behind it and what mends it.  The data is kept
// as a version before anything is mended, so that it can be taken back.
import { useState } from "preact/hooks";
import * as api from "../../api";
import type { JobSpec, JobStep, Project, Sample } from "../../api";
import { t } from "../../i18n";
import { JobView, useJob } from "../../jobs";
import { useLoad } from "../../load";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Icon } from "../../parts/Icon";
import { Failure, Notice } from "../../parts/Notice";
import { toast, toastError } from "../../parts/Toast";
import { play, runJob, shown } from "./data";
import type { Samples } from "./data";

type Behind = { hash: string; name: string; label: string; split: string };
type Item = { text: string; samples: Behind[]; mend?: JobSpec };
type Finding = { kind: string; severity: "error" | "warning" | "info"; count: number; what: string; todo: string; samples: string[]; items: Item[]; mend?: JobSpec; advice?: string };
type CheckResult = { samples: number; errors: number; warnings: number; findings: Finding[] };

const stepsOf = (spec: JobSpec): JobStep[] => ("steps" in spec ? spec.steps : [spec]);

/** What a button that mends says. */
function mendText(spec: JobSpec): string {
  const [first] = stepsOf(spec);
  const word = first?.words?.[0] ?? "";
  if (first?.verb === "data split") return t("look.mend-split");
  if (first?.verb === "data set" && /^(label|word)=/.test(word)) return t("look.mend-label", { label: word.replace(/^\w+=/, "") });
  const n = stepsOf(spec).reduce((sum, s) => sum + (Array.isArray(s.options?.hash) ? s.options.hash.length : 1), 0);
  return first?.verb === "data remove" ? t("look.mend-remove", { n }) : t("look.mend");
}

function Clip({ project, behind, samples, onOpen }: { project: Project; behind: Behind; samples: Samples; onOpen: (s: Sample) => void }) {
  const s = samples.byHash.get(behind.hash);
  const name = shown(behind);
  return (
    <span class="look-behind">
      {s?.kind === "sound" && <Button small kind="quiet" icon="play" label={t("look.play-of", { name })} onClick={() => play(project.name, behind.hash)} />}
      {s?.kind === "picture" && <img src={api.samples.fileUrl(project.name, behind.hash)} alt="" loading="lazy" />}
      {s ? (
        <button type="button" class="look-link" onClick={() => onOpen(s)}>
          <bdi>{name}</bdi>
        </button>
      ) : (
        <del>
          <bdi>{name}</bdi>
        </del>
      )}
      <span class="hint">{[s?.label ?? behind.label, t(`look.split.${(s?.split || behind.split) as "train"}`)].join(" · ")}</span>
    </span>
  );
}

/** What the check says beside the names, which stand there already: numbers, in its own words. */
function saying(item: Item): string {
  const [only, second] = item.samples;
  if (second) return "";
  const at = only ? item.text.indexOf(": ") : -1;
  return at < 0 ? (only ? "" : item.text) : item.text.slice(at + 2);
}

const first = 5;
const most = 100;

type One = {
  project: Project;
  samples: Samples;
  finding: Finding;
  mended: Map<string, string>; // what was mended -> the version before
  busy: boolean;
  onMend: (key: string, spec: JobSpec) => void;
  onUndo: (key: string) => void;
  onOpen: (s: Sample, among: Sample[]) => void;
};

function OneFinding({ project, samples, finding: f, mended, busy, onMend, onUndo, onOpen }: One) {
  const [all, setAll] = useState(false);
  const done = mended.has(f.kind);
  const among = f.samples.flatMap((h) => samples.byHash.get(h) ?? []);
  const open = (s: Sample) => onOpen(s, among);
  const title = t.has(`look.find.${f.kind}`) ? t(`look.find.${f.kind}`) : f.what;
  const todo = t.has(`look.todo.${f.kind}`) ? t(`look.todo.${f.kind}`) : f.todo;
  const Title = done ? "del" : "span";
  return (
    <li class={`card look-finding look-${f.severity}${done ? " look-mended" : ""}`}>
      <h2>
        <Icon name={done ? "check" : f.severity === "info" ? "info" : f.severity} />
        <span class="unseen">{done ? t("look.mended") : t(`frame.notice.${f.severity}`)} </span>
        <Title>{title}</Title> {f.count > 1 && <span class="badge">{t("look.times", { n: f.count })}</span>}
      </h2>
      {done ? (
        <div class="row">
          <span>{t("look.mended")}</span>
          <Button icon="undo" disabled={busy} onClick={() => onUndo(f.kind)}>
            {t("frame.undo")}
          </Button>
        </div>
      ) : (
        <>
          <p>{todo}</p>
          <ul class="look-items">
            {f.items.slice(0, all ? most : first).map((item, i) => {
              const key = `${f.kind} ${i}`;
              const over = mended.has(key);
              return (
                <li key={i} class={over ? "look-mended" : undefined}>
                  <span class="look-pair">
                    {item.samples.map((b) => (
                      <Clip key={b.hash} project={project} behind={b} samples={samples} onOpen={open} />
                    ))}
                  </span>
                  {saying(item) && (
                    <span class="look-text hint" lang="en" dir="auto">
                      {saying(item)}
                    </span>
                  )}
                  {over ? (
                    <Button small icon="undo" disabled={busy} onClick={() => onUndo(key)}>
                      {t("frame.undo")}
                    </Button>
                  ) : (
                    item.mend &&
                    (f.items.length > 1 || !f.mend) &&
                    stepsOf(item.mend)[0]?.verb !== "data split" && (
                      <Button small disabled={busy} onClick={() => onMend(key, item.mend!)}>
                        {item.samples.length > 1 && stepsOf(item.mend)[0]?.verb === "data remove" ? t("look.remove-of", { name: shown(item.samples[0]!) }) : mendText(item.mend)}
                      </Button>
                    )
                  )}
                </li>
              );
            })}
          </ul>
          <div class="row">
            {f.mend && (
              <Button kind={f.severity === "error" ? "main" : "plain"} disabled={busy} onClick={() => onMend(f.kind, f.mend!)}>
                {mendText(f.mend)}
              </Button>
            )}
            {f.items.length > first && (
              <Button kind="quiet" onClick={() => setAll(!all)}>
                {all ? t("look.fewer") : t("look.more-items", { n: Math.min(most, f.items.length) - first })}
              </Button>
            )}
          </div>
        </>
      )}
    </li>
  );
}

const rank = { error: 0, warning: 1, info: 2 };

export function Findings({ project, samples, onOpen }: { project: Project; samples: Samples; onOpen: (s: Sample, among: Sample[]) => void }) {
  const kept = useLoad<CheckResult | null>(() => api.result(project.name, "check"), [project.name]);
  const [mended, setMended] = useState<Map<string, string>>(new Map());
  const [busy, setBusy] = useState(false);
  const check = useJob(project.name, {
    adopt: "data check",
    onEnd: () => {
      setMended(new Map());
      void kept.reload(); // errors in the data end it with a failure, and its findings are there all the same
    },
  });
  const start = () => void check.start({ verb: "data check" });
  const act = async (what: () => Promise<void>) => {
    setBusy(true);
    try {
      await what();
      await samples.reload();
    } catch (e) {
      toastError(e);
    } finally {
      setBusy(false);
    }
  };
  const undo = (key: string, version: string) =>
    act(async () => {
      await runJob(project.name, { verb: "data checkout", words: [version], options: { force: true } });
      setMended((m) => {
        const keys = [...m.keys()];
        return new Map([...m].filter(([k]) => keys.indexOf(k) < keys.indexOf(key))); // what came after it is taken back, too
      });
      toast(t("look.undone"));
    });
  const mend = (key: string, spec: JobSpec) =>
    act(async () => {
      const commit = await runJob(project.name, { verb: "data commit", options: { m: t("look.before-mending") } });
      const version = String(commit.result.version);
      await runJob(project.name, spec);
      setMended((m) => new Map([...m, [key, version]]));
      toast(t("look.mended"), { undo: () => void undo(key, version) });
    });
  if (kept.error) return <Failure error={kept.error} />;
  if (kept.loading && !kept.data) return null;
  const running = check.job?.state !== "failed" && check.job?.state !== "done" && <JobView job={check} title={t("look.checking")} onAgain={start} />;
  const failed = check.job?.state === "failed" && !kept.data && <JobView job={check} title={t("look.checking")} onAgain={start} />;
  const result = kept.data;
  if (!result)
    return (
      <>
        <Empty icon="check" title={t("look.check-empty-title")} text={t("look.check-empty-text")}>
          <Button kind="main" busy={check.busy} onClick={start}>
            {t("look.check")}
          </Button>
        </Empty>
        {running}
        {failed}
      </>
    );
  const findings = [...result.findings].sort((a, b) => rank[a.severity] - rank[b.severity]);
  const open = findings.filter((f) => !mended.has(f.kind)).length;
  return (
    <>
      <div class="row look-checked">
        <p role="status">{open ? t("look.found", { n: open }) : t("look.found-none")}</p>
        <Button kind={mended.size || !open ? "main" : "plain"} busy={check.busy} onClick={start}>
          {t("look.check-again")}
        </Button>
      </div>
      {running}
      {busy && <p class="hint" role="status">{t("look.mending")}</p>}
      {findings.length === 0 ? (
        <Notice kind="good">
          <p>{t("look.all-well")}</p>
        </Notice>
      ) : (
        <ul class="look-findings">
          {findings.map((f) => (
            <OneFinding
              key={f.kind}
              project={project}
              samples={samples}
              finding={f}
              mended={mended}
              busy={busy || check.busy}
              onMend={(key, spec) => void mend(key, spec)}
              onUndo={(key) => void undo(key, mended.get(key) ?? "")}
              onOpen={onOpen}
            />
          ))}
        </ul>
      )}
    </>
  );
}
