// course/Blocks.tsx -- the blocks of a lesson, a chapter or a lab's instructions, one below the other.
import type { ComponentChildren } from "preact";
import { t } from "../../i18n";
import { Icon } from "../Icon";
import type { IconName } from "../Icon";
import type { Block } from "./api";
import { Explorable } from "./Explorable";
import { Html } from "./Html";
import { Question } from "./Question";

const frames: Record<string, IconName> = { story: "book", try: "play", care: "heart" };

function Inside({ block, page, project }: { block: Block; page: string; project?: string | null }) {
  const icon = frames[block.kind];
  const text = <Html html={block.html ?? ""} lang={block.lang} project={project} />;
  if (block.kind === "explore") return <Explorable block={block} />;
  if (block.kind === "ask" && block.item)
    return (
      <div class="course-ask card">
        <Question quiz={page} item={{ ...block.item, lang: block.lang ?? undefined }} title={t("learn.ask")} free />
      </div>
    );
  if (!icon) return text;
  return (
    <section class={`course-frame course-${block.kind}`}>
      <p class="course-frame-name">
        <Icon name={icon} size={18} />
        {t(`learn.block.${block.kind}`)}
      </p>
      {text}
    </section>
  );
}

type Props = {
  /** Whose blocks they are: the id of the lesson .. */
  page: string;
  blocks: Block[];
  project?: string | null;
  /** What stands behind a block: its notes. */
  after?: (block: Block) => ComponentChildren;
};

export function Blocks({ page, blocks, project, after }: Props) {
  return (
    <div class="course-text">
      {blocks.map((b) => (
        <div key={b.key} class={`course-block course-is-${b.kind}`} data-block={b.key}>
          <Inside block={b} page={page} project={project} />
          {after?.(b)}
        </div>
      ))}
    </div>
  );
}
