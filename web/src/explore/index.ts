// explore/index.ts -- the explorables by the names that lessons use (docs/explorables.md), each loaded when it is shown.
import type { ComponentType } from "preact";

export type Settings = Record<string, string>;
export const explorables: Record<string, () => Promise<{ default: ComponentType<{ settings: Settings }> }>> = {};
