// settings.tsx -- thimble.ini as it is, with what is wrong at its line.
import { useState } from "preact/hooks";
import * as api from "../api";
import { ApiError } from "../api";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { PageProps } from "../page";
import { Button } from "../parts/Button";
import { CodeArea } from "../parts/CodeArea";
import { Failure, Notice } from "../parts/Notice";
import { toast } from "../parts/Toast";

export default function Settings({ project, reload: reloadProject }: PageProps) {
  const { data, error, reload, setData } = useLoad(() => api.projects.settings(project.name), [project.name]);
  const [text, setText] = useState<string | null>(null); // what was typed, null: nothing yet
  const [wrong, setWrong] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const [busy, setBusy] = useState(false);
  if (!data) return <Failure error={error} />;

  const shown = text ?? data.text;
  const inText = wrong instanceof ApiError && wrong.status === 400 ? wrong : null;
  const conflict = wrong instanceof ApiError && wrong.status === 409;

  const save = async () => {
    setBusy(true);
    try {
      const saved = await api.projects.saveSettings(project.name, { text: shown, revision: data.revision });
      setData({ text: shown, revision: saved.revision });
      setText(null);
      setWrong(null);
      await reloadProject();
      toast(t("settings.saved"));
    } catch (e) {
      setWrong(e);
      setTries((n) => n + 1);
    } finally {
      setBusy(false);
    }
  };
  const takeTheirs = async () => {
    await reload();
    setText(null);
    setWrong(null);
  };
  return (
    <>
      <CodeArea
        label={t("settings.text")}
        hint={t("settings.hint")}
        value={shown}
        onValue={setText}
        rows={24}
        error={inText?.message}
        errorLine={inText?.line}
        jump={tries}
      />
      {conflict && (
        <Notice kind="warning">
          <p>{t("settings.conflict")}</p>
          <div class="row">
            <Button onClick={() => void takeTheirs()}>{t("settings.theirs")}</Button>
          </div>
        </Notice>
      )}
      {wrong && !inText && !conflict ? <Failure error={wrong} /> : null}
      <div class="row">
        <Button kind="main" busy={busy} disabled={text === null || text === data.text} onClick={() => void save()}>
          {t("settings.save")}
        </Button>
        {text !== null && text !== data.text && (
          <Button
            icon="undo"
            onClick={() => {
              setText(null);
              setWrong(null);
            }}
          >
            {t("settings.back")}
          </Button>
        )}
      </div>
    </>
  );
}
