// colours.ts -- from a number to a colour, evenly for the eye: lightness rises in equal steps from night blue over teal to
// pale yellow, so that it reads without colours, too. Computed in OKLCH (Björn Ottosson, 2020).
function srgb(l: number, c: number, hue: number): [number, number, number] {
  const a = c * Math.cos((hue * Math.PI) / 180);
  const b = c * Math.sin((hue * Math.PI) / 180);
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const gamma = (v: number) => Math.round(255 * Math.max(0, Math.min(1, v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055)));
  return [
    gamma(4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z),
    gamma(-1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z),
    gamma(-0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z),
  ];
}

const steps = 256;
const table = new Uint8ClampedArray(4 * steps);
for (let i = 0; i < steps; i++) {
  const v = i / (steps - 1);
  table.set([...srgb(0.2 + 0.74 * v, 0.07 + 0.06 * Math.sin(Math.PI * v), 285 - 180 * v), 255], 4 * i);
}

export type Grid = { rows: number; columns: number; value: (row: number, column: number) => number };

/** Rows go along x (time), columns upwards (pitch, features); values from low to high. */
export function paintGrid(canvas: HTMLCanvasElement, g: Grid, low: number, high: number): void {
  const draw = canvas.getContext("2d");
  if (!draw || !g.rows || !g.columns) return;
  canvas.width = g.rows;
  canvas.height = g.columns;
  const image = draw.createImageData(g.rows, g.columns);
  for (let r = 0; r < g.rows; r++)
    for (let c = 0; c < g.columns; c++) {
      const v = (g.value(r, c) - low) / (high - low || 1);
      const at = 4 * Math.round((steps - 1) * Math.max(0, Math.min(1, v)));
      image.data.set(table.subarray(at, at + 4), 4 * ((g.columns - 1 - c) * g.rows + r));
    }
  draw.putImageData(image, 0, 0);
}

/** Pixels as they are: [rows][columns][channels], 0 to 255. */
export function paintPixels(canvas: HTMLCanvasElement, rows: number, columns: number, channels: number, values: number[]): void {
  const draw = canvas.getContext("2d");
  if (!draw || !rows || !columns) return;
  canvas.width = columns;
  canvas.height = rows;
  const image = draw.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++)
    for (let k = 0; k < 4; k++) image.data[4 * i + k] = k === 3 ? 255 : (values[i * channels + (channels === 3 ? k : 0)] ?? 0);
  draw.putImageData(image, 0, 0);
}
