// page.ts -- what the frame gives to a page.  A page is src/pages/NAME.tsx with a default export of this type; its title
// and the sentence below it are "title" and "lead" of messages/<language>/NAME.json, and the frame shows them.
import type { JSX } from "preact";
import type { Project, Server, Session } from "./api";

export type PageProps = {
  /** The project, always fresh: the frame loads it again when samples, jobs or the model change. */
  project: Project;
  reload: () => Promise<void>;
  rest: string[]; // of the address, behind the page's name
  query: URLSearchParams;
  server: Server;
  session: Session;
};
/** A page outside of projects. */
export type OuterProps = Omit<PageProps, "project" | "reload"> & { renew: () => Promise<void> };
export type Page = (props: PageProps) => JSX.Element | null;
export type OuterPage = (props: OuterProps) => JSX.Element | null;

/** A module of src/pages; messages: of other pages or parts that it needs too; titled: it writes its own title
 * (parts/Title.tsx), because only it knows it. */
export type PageModule = { default: Page | OuterPage; messages?: string[]; wide?: boolean; titled?: boolean };
