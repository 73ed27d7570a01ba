// marks.ts -- which steps of a project are done. What the server knows comes from there; that somebody has looked at the
// data or has taken the firmware only this browser knows.
import type { Project } from "./api";
import { steps } from "./router";
import type { Step } from "./router";

const key = (project: string, step: Step) => `thimble.done.${project}.${step}`;

/** Says that a step was done here: look (something was looked at), deploy (something was downloaded). */
export function mark(project: string, step: Step): void {
  localStorage.setItem(key(project, step), "1");
}

export function isDone(project: Project, step: Step): boolean {
  const marked = localStorage.getItem(key(project.name, step)) === "1";
  switch (step) {
    case "collect": // each label has an example; what other words are nobody has to record
      return project.task === "sine" || (project.samples > 0 && project.by_label.every((c) => c.train + c.val + c.test > 0 || c.label === "unknown"));
    case "look":
      return project.has.model || (marked && project.samples > 0);
    case "train":
      return project.has.model;
    case "test":
      return project.has.model && project.has.test;
    case "squeeze":
      return project.has.model && project.has.int8;
    case "deploy":
      return project.has.model && marked;
  }
}

/** The first step that is not done; null: all are. */
export const nextStep = (project: Project): Step | null => steps.find((s) => !isDone(project, s)) ?? null;
