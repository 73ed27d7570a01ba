// course/LabWork.tsx -- what a learner makes in a lab: files to edit and answers to give, kept while she types.
import { useState } from "preact/hooks";
import { bytes, number, t } from "../../i18n";
import { useLoad } from "../../load";
import { CodeArea } from "../CodeArea";
import { Field, Select, TextArea } from "../Field";
import { Failure } from "../Notice";
import { Tabs } from "../Tabs";
import { course, labFilePath } from "./api";
import type { Lab, LabAnswer, LabFile } from "./api";
import { western } from "./digits";
import { langOf } from "./Html";
import { KeepingState, useKeeping } from "./keeping";

function Editor({ lab, file, text }: { lab: Lab; file: LabFile; text: string }) {
  const { value, change, ...state } = useKeeping(labFilePath(lab.id, file.path), { text });
  const label = file.path;
  const prose = /\.(md|txt)$/.test(label);
  const set = (now: string) => change({ text: now });
  return (
    <>
      {prose ? (
        <TextArea label={label} value={value.text} onValue={set} rows={16} disabled={!file.edit} />
      ) : (
        <CodeArea label={label} value={value.text} onValue={set} rows={18} disabled={!file.edit} />
      )}
      {file.edit ? <KeepingState {...state} /> : <p class="hint">{t("learn-lab.given")}</p>}
    </>
  );
}

function OneFile({ lab, file }: { lab: Lab; file: LabFile }) {
  const { data, error } = useLoad(() => course.labFile(lab.id, file.path), [lab.id, file.path]);
  if (data) return <Editor lab={lab} file={file} text={data.text} />;
  return error ? <Failure error={error} /> : <p class="loading">{t("frame.loading")}</p>;
}

const isText = (f: LabFile) => f.edit || (f.bytes < 65536 && /\.(c|h|ini|md|txt|csv|json)$/.test(f.path));

export function LabFiles({ lab }: { lab: Lab }) {
  const texts = lab.files.filter((f) => isText(f) && f.path !== "answers.ini");
  const shown = [...texts.filter((f) => f.edit), ...texts.filter((f) => !f.edit)];
  const other = lab.files.filter((f) => !isText(f));
  const [at, setAt] = useState(shown[0]?.path ?? "");
  const file = shown.find((f) => f.path === at);
  if (!lab.files.some((f) => f.path !== "answers.ini")) return null;
  return (
    <section class="card" aria-labelledby="lab-files">
      <h2 id="lab-files">{t("learn-lab.files")}</h2>
      {file && (
        <Tabs label={t("learn-lab.files")} tabs={shown.map((f) => ({ id: f.path, text: f.path }))} value={at} onValue={setAt}>
          <OneFile key={file.path} lab={lab} file={file} />
        </Tabs>
      )}
      {other.length > 0 && (
        <details>
          <summary>{t("learn-lab.others", { n: other.length })}</summary>
          <ul class="lab-others" dir="ltr">
            {other.map((f) => (
              <li key={f.path}>
                <code>{f.path}</code> {bytes(f.bytes)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

type Values = Record<string, string>;
/** why: the reason that is asked for beside a decision. */
type One = { answer: LabAnswer; why?: LabAnswer; values: Values; set: (name: string, value: string) => void };

/** The numbers of a grid, as they are written into answers.ini. */
function steps(from: number, to: number, step: number): string[] {
  const n = Math.min(500, Math.round((to - from) / step));
  return Array.from({ length: n + 1 }, (_, i) => String(Number((from + i * step).toPrecision(9))));
}

function Reason({ answer, values, set }: One) {
  return (
    <TextArea
      label={t("learn-lab.reason")}
      hint={t("learn-lab.reason-hint")}
      value={values[answer.name] ?? ""}
      onValue={(v) => set(answer.name, v)}
      rows={3}
    />
  );
}

/** One of several, or a number of a grid. */
function Decision({ answer, values, set }: One) {
  const { name, ask, choices, from, to, step } = answer;
  const value = values[name] ?? "";
  if (!choices?.length) {
    const options = steps(from ?? 0, to ?? 1, step || 0.1).map((s) => ({ value: s, text: number(Number(s), 6) }));
    const all = [{ value: "", text: t("learn.choose") }, ...options];
    return <Select label={ask} hideLabel value={value} onValue={(v) => set(name, v)} options={all} />;
  }
  return (
    <>
      {choices.map((c) => (
        <label key={c.id} class="question-choice">
          <input type="radio" name={`lab-${name}`} checked={value === c.id} onChange={() => set(name, c.id)} />
          <span>{c.text}</span>
        </label>
      ))}
    </>
  );
}

function OneAnswer({ answer, why, values, set }: One) {
  const { name, ask, kind } = answer;
  if (kind === "reason") return <Reason answer={answer} values={values} set={set} />;
  if (kind === "choice")
    return (
      <fieldset class="lab-decision" {...langOf(answer.lang)}>
        <legend>{ask}</legend>
        <Decision answer={answer} values={values} set={set} />
        {why && <Reason answer={why} values={values} set={set} />}
      </fieldset>
    );
  return (
    <Field
      label={ask}
      hint={answer.unit ? t("learn-lab.unit", { unit: answer.unit }) : undefined}
      dir="ltr"
      inputMode="decimal"
      autocomplete="off"
      value={values[name] ?? ""}
      onValue={(v) => set(name, western(v))}
    />
  );
}

function AllAnswers({ lab, first }: { lab: Lab; first: Values }) {
  const { value, change, ...state } = useKeeping(labFilePath(lab.id, "answers.ini"), first);
  const decisionOf = (a: LabAnswer) => (a.kind === "reason" ? lab.answers.find((d) => `${d.name}.reason` === a.name) : undefined);
  return (
    <>
      {lab.answers.filter((a) => !decisionOf(a)).map((a) => (
        <OneAnswer
          key={a.name}
          answer={a}
          why={lab.answers.find((w) => decisionOf(w) === a)}
          values={value}
          set={(name, v) => change({ ...value, [name]: v })}
        />
      ))}
      <KeepingState {...state} />
    </>
  );
}

export function LabAnswers({ lab }: { lab: Lab }) {
  const { data, error } = useLoad(() => course.labAnswers(lab.id), [lab.id]);
  return (
    <section class="card" aria-labelledby="lab-answers">
      <h2 id="lab-answers">{t("learn-lab.answers")}</h2>
      <Failure error={error} />
      {data && <AllAnswers lab={lab} first={data} />}
    </section>
  );
}
