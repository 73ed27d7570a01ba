// runtime.d.mts -- the types of runtime.mjs, for the studio's pages.
export interface Tensor { type: string; shape: number[]; count: number; bytes: number; scale?: number; zero?: number }
export interface Info {
  name: string; kind: 'sound' | 'sensor' | 'camera' | 'tensors'; labels: string[]; inputs: Tensor[]; outputs: Tensor[];
  rate?: number; axes?: number; width?: number; height?: number; test: { in: string; out: string };
}
export interface Heard { time: number; label: string; score: number }
type Numbers = Float32Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;
export function hasVectors(): boolean;
export class Model {
  constructor(exports: WebAssembly.Exports, info: Info, vectors: boolean);
  info: Info;
  vectors: boolean;
  start(): void;
  run(inputs: ArrayLike<number>[]): Numbers[];
  outputs(): Numbers[];
  listen(samples: Int16Array): Heard[];
  watch(row: ArrayLike<number>): Heard[];
  look(image: { width: number; height: number; data: Uint8ClampedArray }): Heard;
  time(rounds?: number): number;
}
export function sameAsWritten(model: Model): boolean;
