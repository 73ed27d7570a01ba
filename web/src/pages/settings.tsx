// settings.tsx -- thimble.ini as it is, with what is wrong at its line.
import { useEffect, useState } from "preact/hooks";
import * as api from "../api";
import { ApiError } from "../api";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { PageProps } from "../page";
import { Button } from "../parts/Button";
import { TextArea } from "../parts/Field";
import { Failure } from "../parts/Notice";
import { toast } from "../parts/Toast";

export default function Settings({ project, reload }: PageProps) {
  const { data, error, setData } = useLoad(() => api.projects.settings(project.name), [project.name]);
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => setText(null), [project.name]);
  if (!data) return <Failure error={error} />;
  const shown = text ?? data.text;
  const save = async () => {
    setBusy(true);
    try {
      const saved = await api.projects.saveSettings(project.name, { text: shown, revision: data.revision });
      setData({ text: shown, revision: saved.revision });
      setText(null);
      setWrong(null);
      await reload();
      toast(t("settings.saved"));
    } catch (e) {
      setWrong(e);
    } finally {
      setBusy(false);
    }
  };
  const line = wrong instanceof ApiError ? wrong.line : undefined;
  return (
    <div class="settings">
      <TextArea label={t("settings.text")} value={shown} onValue={setText} rows={24} code />
      <Failure error={wrong}>{line !== undefined && <p>{t("settings.line", { n: line })}</p>}</Failure>
      <Button kind="main" busy={busy} disabled={text === null} onClick={() => void save()}>
        {t("settings.save")}
      </Button>
    </div>
  );
}
