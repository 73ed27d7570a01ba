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
import { Html, langOf } from "./Html";
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
  const shown = lab.files.filter((f) => isText(f) && f.path !== "answers.ini");
  const other = lab.files.filter((f) => !isText(f));
  const [at, setAt] = useState(shown.find((f) => f.edit)?.path ?? shown[0]?.path ?? "");
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
type One = { answer: LabAnswer; values: Values; set: (name: string, value: string) => void };

const plain = (html: string) => new DOMParser().parseFromString(html, "text/html").body.textContent?.trim() ?? "";

function OneAnswer({ answer, values, set }: One) {
  const { name, choices, range, reason } = answer;
  const value = values[name] ?? "";
  const label = plain(answer.ask);
  const why = reason ? (
    <TextArea
      label={t("learn-lab.reason")}
      hint={t("learn-lab.reason-hint", { n: reason })}
      value={values[`${name}.reason`] ?? ""}
      onValue={(v) => set(`${name}.reason`, v)}
      rows={3}
    />
  ) : null;
  if (choices?.length)
    return (
      <fieldset>
        <legend>
          <Html html={answer.ask} lang={answer.lang} />
        </legend>
        {choices.map((c) => (
          <label key={c.value} class="question-choice">
            <input type="radio" name={`lab-${name}`} checked={value === c.value} onChange={() => set(name, c.value)} />
            <span {...langOf(answer.lang)}>{c.text}</span>
          </label>
        ))}
        {why}
      </fieldset>
    );
  if (range) {
    const n = Math.min(200, Math.round((range.hi - range.lo) / range.step));
    const steps = Array.from({ length: n + 1 }, (_, i) => String(Number((range.lo + i * range.step).toPrecision(6))));
    const options = [{ value: "", text: t("learn.choose") }, ...steps.map((s) => ({ value: s, text: number(Number(s), 6) }))];
    return (
      <>
        <Select label={label} value={value} onValue={(v) => set(name, v)} options={options} />
        {why}
      </>
    );
  }
  return (
    <>
      <Field
        label={label}
        hint={answer.unit ? t("learn-lab.unit", { unit: answer.unit }) : undefined}
        dir="ltr"
        inputMode={answer.kind === "number" ? "decimal" : "text"}
        value={value}
        onValue={(v) => set(name, v)}
      />
      {why}
    </>
  );
}

function AllAnswers({ lab, first }: { lab: Lab; first: Values }) {
  const { value, change, ...state } = useKeeping(labFilePath(lab.id, "answers.ini"), first);
  return (
    <>
      {lab.answers.map((a) => (
        <OneAnswer key={a.name} answer={a} values={value} set={(name, v) => change({ ...value, [name]: v })} />
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
