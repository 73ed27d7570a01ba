// course/Explorable.tsx -- a picture that computes, where the browser can; its words always.
import type { ComponentType } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { t } from "../../i18n";
import type { Block } from "./api";
import { Html } from "./Html";

type Settings = Record<string, string>;

async function load(name: string): Promise<ComponentType<{ settings: Settings }>> {
  const { explorables } = await import("../../explore/index");
  const make = explorables[name];
  if (!make) throw new Error(name);
  return (await make()).default;
}

export function Explorable({ block }: { block: Block }) {
  const [picture, set] = useState<{ Picture: ComponentType<{ settings: Settings }> } | null>(null);
  const [missing, miss] = useState(false);
  useEffect(() => {
    let here = true;
    load(block.name ?? "").then(
      (Picture) => here && set({ Picture }),
      () => here && miss(true),
    );
    return () => void (here = false);
  }, [block.name]);
  const settings = useMemo(
    () => Object.fromEntries(Object.entries(block.settings ?? {}).map(([k, v]) => [k, String(v)])),
    [block.settings],
  );
  const words = <Html html={block.html ?? ""} lang={block.lang} />;
  if (missing) return <div class="card">{words}</div>;
  return (
    <div>
      <h2 class="unseen">{t("learn.picture")}</h2>
      {picture ? <picture.Picture settings={settings} /> : <p class="loading">{t("frame.loading")}</p>}
      <details>
        <summary>{t("learn.in-words")}</summary>
        {words}
      </details>
    </div>
  );
}
