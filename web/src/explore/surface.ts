// surface.ts -- a map of heights as a picture: shades, and lines of equal height.
import type { Scales } from "./Chart";

/** The colour of a token of the style sheet as red, green, blue. */
function rgbOf(token: string): [number, number, number] {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const draw = canvas.getContext("2d") as CanvasRenderingContext2D;
  draw.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  draw.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = draw.getImageData(0, 0, 1, 1).data;
  return [r, g, b];
}

/** Values [rows][columns] from 0 to 1, the first row at the bottom, as the address of a picture. */
export function shades(values: Float32Array, columns: number, token: string, rows = columns): string {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const draw = canvas.getContext("2d") as CanvasRenderingContext2D;
  const picture = draw.createImageData(columns, rows);
  const [r, g, b] = rgbOf(token);
  values.forEach((v, i) => {
    const at = 4 * ((rows - 1 - Math.floor(i / columns)) * columns + (i % columns));
    picture.data.set([r, g, b, Math.round(255 * (0.04 + 0.72 * v))], at);
  });
  draw.putImageData(picture, 0, 0);
  return canvas.toDataURL();
}

/** The line where the values are `level`: a path for SVG. at(column, row) is a point of the drawing. */
export function contour(values: Float32Array, side: number, level: number, at: (c: number, r: number) => [number, number]): string {
  let d = "";
  const v = (c: number, r: number) => (values[r * side + c] as number) - level;
  for (let r = 0; r + 1 < side; r++)
    for (let c = 0; c + 1 < side; c++) {
      const corners = [[c, r], [c + 1, r], [c + 1, r + 1], [c, r + 1]] as const;
      const cuts: [number, number][] = [];
      corners.forEach(([ac, ar], k) => {
        const [bc, br] = corners[(k + 1) % 4] as readonly [number, number];
        const [a, b] = [v(ac, ar), v(bc, br)];
        if (a < 0 === b < 0) return;
        const part = a / (a - b);
        cuts.push(at(ac + part * (bc - ac), ar + part * (br - ar)));
      });
      for (let k = 0; k + 1 < cuts.length; k += 2) {
        const [p, q] = [cuts[k] as [number, number], cuts[k + 1] as [number, number]];
        d += `M${p[0].toFixed(1)} ${p[1].toFixed(1)}L${q[0].toFixed(1)} ${q[1].toFixed(1)}`;
      }
    }
  return d;
}

export const onChart = (s: Scales, lo: number, hi: number, side: number) => (c: number, r: number): [number, number] => [
  s.sx(lo + (c / (side - 1)) * (hi - lo)),
  s.sy(lo + (r / (side - 1)) * (hi - lo)),
];
