// course/Together.tsx -- what forum, showcase and peers' reviews share: who wrote it and when, marks of a rubric.
import { t, when } from "../../i18n";

export function By({ author, at, edited }: { author: string; at: number; edited?: number | null }) {
  return (
    <p class="hint">
      <bdi>{author}</bdi>, {when(at)}
      {edited ? ` (${t("forum.edited")})` : ""}
    </p>
  );
}

export const scale = [1, 2, 3, 4] as const;

type Props = { name: string; legend: string; text?: string; words: (n: number) => string; value: number | null; onValue: (n: number) => void };

/** One row of a rubric: what 1 to 4 mean, to choose from. */
export function Marks({ name, legend, text, words, value, onValue }: Props) {
  return (
    <fieldset class="together-marks">
      <legend>{legend}</legend>
      {text && <p class="hint">{text}</p>}
      {scale.map((n) => (
        <label key={n}>
          <input type="radio" name={name} value={n} checked={value === n} onChange={() => onValue(n)} required />
          <span>
            {n}: {words(n)}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
