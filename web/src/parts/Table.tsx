// Table.tsx -- rows and columns with a caption; on narrow screens it scrolls inside itself, also by keyboard.
import type { ComponentChild } from "preact";

export type Column<R> = {
  key: string;
  title: string;
  /** Of a row; without it row[key]. */
  cell?: (row: R) => ComponentChild;
  /** Numbers stand at the end of the line. */
  number?: boolean;
};
type Props<R> = {
  caption: string;
  hideCaption?: boolean;
  columns: Column<R>[];
  rows: R[];
  rowKey?: (row: R, i: number) => string | number;
};

export function Table<R extends object>({ caption, hideCaption, columns, rows, rowKey }: Props<R>) {
  return (
    <div class="table" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class={hideCaption ? "unseen" : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.key} scope="col" class={c.number ? "number" : undefined}>
                {c.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={rowKey ? rowKey(row, i) : i}>
              {columns.map((c, k) => {
                const inside = c.cell ? c.cell(row) : ((row as Record<string, ComponentChild>)[c.key] ?? "");
                return k === 0 ? (
                  <th key={c.key} scope="row">
                    {inside}
                  </th>
                ) : (
                  <td key={c.key} class={c.number ? "number" : undefined}>
                    {inside}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
