// teach/Grades.tsx -- the gradebook, and the policy that it is computed by.
import { useState } from "preact/hooks";
import { number, t } from "../../i18n";
import { useLoad } from "../../load";
import { Button, LinkButton } from "../../parts/Button";
import { classes } from "../../parts/course/classApi";
import type { GradeRow, Gradebook, Kind, Policy } from "../../parts/course/classApi";
import { useMap } from "../../parts/course/map";
import { Field } from "../../parts/Field";
import { Failure } from "../../parts/Notice";
import { Table } from "../../parts/Table";
import { toast, toastError } from "../../parts/Toast";
import { nameOf } from "./shared";
import type { ChangingView } from "./shared";

const kinds: Kind[] = ["quiz", "lab", "journal"];

function Book({ book }: { book: Gradebook }) {
  const { map } = useMap();
  const cell = (row: GradeRow, i: number) => {
    const c = row.cells[i];
    if (!c || c.points === null) return <span class="hint">{t("teach-class.not-yet")}</span>;
    return (
      <>
        {number(c.points, 3)}
        {c.late > 0 && <span class="hint"> {t("teach-class.late", { n: c.late })}</span>}
      </>
    );
  };
  return (
    <Table
      caption={t("teach-class.view.grades")}
      hideCaption
      rowKey={(r) => r.learner}
      columns={[
        { key: "learner", title: t("teach-class.learner"), cell: (r: GradeRow) => <bdi>{r.learner}</bdi> },
        { key: "total", title: t("teach-class.total"), number: true, cell: (r: GradeRow) => `${number(r.total, 3)} %` },
        { key: "grade", title: t("teach-class.grade") },
        ...book.columns.map((c, i) => ({
          key: c.id,
          title: t("teach-class.of", { title: nameOf(map, c.id), n: number(c.of, 3) }),
          number: true,
          cell: (r: GradeRow) => cell(r, i),
        })),
      ]}
      rows={book.rows}
    />
  );
}

/** "A 90, B 80": the grades from the best one down. */
const written = (cutoffs: Policy["cutoffs"]) =>
  Object.entries(cutoffs)
    .sort((a, b) => b[1] - a[1])
    .map(([name, from]) => `${name} ${from}`)
    .join(", ");
function read(text: string): Policy["cutoffs"] | null {
  const pairs = text.split(/[,،;]/).map((p) => p.trim().match(/^(\S+)\s+(\d{1,3})$/));
  return pairs.every(Boolean) ? Object.fromEntries(pairs.map((m) => [m?.[1] ?? "", Number(m?.[2])])) : null;
}

type Draft = { weights: Record<Kind, string>; drop: string; late: string; cutoffs: string };

const draftOf = (p: Policy): Draft => ({
  weights: { quiz: String(p.weights.quiz ?? 0), lab: String(p.weights.lab ?? 0), journal: String(p.weights.journal ?? 0) },
  drop: String(p.drop.quiz ?? 0),
  late: String(p.late ?? 0),
  cutoffs: written(p.cutoffs),
});

function PolicyForm({ group, setGroup, onSaved }: ChangingView & { onSaved: () => void }) {
  const [draft, set] = useState(draftOf(group.policy));
  const cutoffs = read(draft.cutoffs);
  const save = async (e: Event) => {
    e.preventDefault();
    if (!cutoffs) return;
    const weights = { quiz: Number(draft.weights.quiz), lab: Number(draft.weights.lab), journal: Number(draft.weights.journal) };
    try {
      const policy = { weights, drop: { ...group.policy.drop, quiz: Number(draft.drop) }, late: Number(draft.late), cutoffs };
      setGroup({ ...group, ...(await classes.change(group.id, { policy })) });
      toast(t("teach-class.saved"));
      onSaved();
    } catch (err) {
      toastError(err);
    }
  };
  const whole = { type: "number", min: 0, max: 100, step: 1, dir: "ltr", required: true } as const;
  return (
    <details class="card">
      <summary>{t("teach-class.policy")}</summary>
      <form onSubmit={(e) => void save(e)}>
        <div class="columns">
          {kinds.map((k) => (
            <Field
              key={k}
              {...whole}
              label={t(`teach-class.weight.${k}`)}
              value={draft.weights[k]}
              onValue={(v) => set({ ...draft, weights: { ...draft.weights, [k]: v } })}
            />
          ))}
          <Field {...whole} label={t("teach-class.drop")} hint={t("teach-class.drop-hint")} value={draft.drop} onValue={(drop) => set({ ...draft, drop })} />
          <Field {...whole} label={t("teach-class.late-by")} hint={t("teach-class.late-hint")} value={draft.late} onValue={(late) => set({ ...draft, late })} />
          <Field
            label={t("teach-class.cutoffs")}
            hint={t("teach-class.cutoffs-hint")}
            error={cutoffs ? undefined : t("teach-class.cutoffs-wrong")}
            value={draft.cutoffs}
            onValue={(c) => set({ ...draft, cutoffs: c })}
            dir="ltr"
          />
        </div>
        <Button kind="main" type="submit" disabled={!cutoffs}>
          {t("teach-class.save")}
        </Button>
      </form>
    </details>
  );
}

export function Grades(view: ChangingView) {
  const { data, error, reload } = useLoad(() => classes.gradebook(view.group.id), [view.group.id]);
  return (
    <>
      <Failure error={error} />
      {data && (data.rows.length ? <Book book={data} /> : <p>{t("teach-class.nobody")}</p>)}
      <div class="row">
        <LinkButton icon="download" href={classes.gradebookUrl(view.group.id)} download>
          {t("teach-class.csv")}
        </LinkButton>
      </div>
      <PolicyForm {...view} onSaved={() => void reload()} />
    </>
  );
}
