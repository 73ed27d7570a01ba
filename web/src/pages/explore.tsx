// explore.tsx -- #/explore: all explorables; #/explore/NAME?setting=value: one of them, as a lesson would show it.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import type { OuterProps } from "../page";
import { LinkButton } from "../parts/Button";
import { Failure, Notice } from "../parts/Notice";
import { explorables } from "../explore";
import type { Settings } from "../explore";
import { href } from "../router";

export const wide = true;

function One({ name, settings }: { name: string; settings: Settings }) {
  const [state, set] = useState<{ shown?: ComponentType<{ settings: Settings }>; error?: unknown }>({});
  useEffect(() => {
    let here = true;
    explorables[name]?.().then(
      (m) => here && set({ shown: m.default }),
      (error: unknown) => here && set({ error }),
    );
    return () => void (here = false);
  }, [name]);
  const Shown = state.shown;
  if (!explorables[name]) return <Notice kind="warning">{t("explore.missing")}</Notice>;
  if (state.error) return <Failure error={state.error} />;
  return Shown ? <Shown settings={settings} /> : null;
}

export default function Explore({ rest, query }: OuterProps) {
  const name = rest[0];
  if (!name) return <>{Object.keys(explorables).map((each) => <One key={each} name={each} settings={{}} />)}</>;
  return (
    <>
      <One key={location.hash} name={name} settings={Object.fromEntries(query)} />
      <p>
        <LinkButton href={href(undefined, "explore")}>{t("explore.all")}</LinkButton>
      </p>
    </>
  );
}
