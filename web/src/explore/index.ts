// index.ts -- the explorables by name: what `:::explore NAME setting=value ..` of a lesson shows (docs/explorables.md).
import type { ComponentType } from "preact";
import { needMessages } from "../i18n";

export type Settings = Record<string, string>;
export type Explorable = { default: ComponentType<{ settings: Settings }> };

/** With the messages that it needs. */
const bring = (name: string, load: () => Promise<Explorable>) => async () => {
  const [module] = await Promise.all([load(), needMessages(["explore", `explore-${name}`])]);
  return module;
};

export const explorables: Record<string, () => Promise<Explorable>> = {
  descent: bring("descent", () => import("./descent")),
  neuron: bring("neuron", () => import("./neuron")),
  budget: bring("budget", () => import("./budget")),
  window: bring("window", () => import("./window")),
  alias: bring("alias", () => import("./alias")),
  mel: bring("mel", () => import("./mel")),
  overfit: bring("overfit", () => import("./overfit")),
  grid: bring("grid", () => import("./grid")),
  arena: bring("arena", () => import("./arena")),
  threshold: bring("threshold", () => import("./threshold")),
  kmeans: bring("kmeans", () => import("./kmeans")),
  split: bring("split", () => import("./split")),
  fair: bring("fair", () => import("./fair")),
};
