// main.tsx -- the frame around every page: head, the steps of the project, the page itself with its title.
import { Component, render } from "preact";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api";
import type { Project, Server, Session } from "./api";
import { currentLanguage, languages, needMessages, setLanguage, startLanguage, t, useLanguage } from "./i18n";
import type { Language } from "./i18n";
import { isDone, nextStep } from "./marks";
import type { OuterPage, Page, PageModule } from "./page";
import { Button, LinkButton } from "./parts/Button";
import { Empty } from "./parts/Empty";
import { Icon } from "./parts/Icon";
import type { IconName } from "./parts/Icon";
import { Failure, Notice } from "./parts/Notice";
import { Title } from "./parts/Title";
import { Toasts } from "./parts/Toast";
import { go, href, learnHref, parse, steps, useRoute } from "./router";
import type { Route } from "./router";
import { setTheme, startTheme, theme, themes } from "./theme";

const load = (page: string) => import(`./pages/${page}.tsx`) as Promise<PageModule>;

function Logo() {
  return (
    <svg viewBox="7 4 18 24" width="24" height="32" aria-hidden="true" focusable="false">
      <path d="M9 25 11 10a5 5 0 0 1 10 0l2 15a2 2 0 0 1-2 2H11a2 2 0 0 1-2-2z" fill="currentColor" />
      <path
        class="brand-dots"
        d="M14 11h.01M18 11h.01M13 15h.01M16 15h.01M19 15h.01M14 19h.01M18 19h.01M9.500 23.200h13"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}

function Head({ route, session }: { route: Route; session: Session | null }) {
  const [look, setLook] = useState(theme());
  const icons: Record<string, IconName> = { auto: "half", light: "sun", dark: "moon" };
  const turn = () => {
    const to = themes[(themes.indexOf(look) + 1) % themes.length] ?? "auto";
    setTheme(to);
    setLook(to);
  };
  return (
    <header class="head">
      <a class={`brand${route.project ? " brand-small" : ""}`} href={href()}>
        <Logo />
        <span>{t("frame.name")}</span>
      </a>
      {route.project && (
        <a class="head-project" href={href(route.project)}>
          <bdi>{route.project}</bdi>
        </a>
      )}
      {!route.project && session && (!session.lan || session.role) && <Doors page={route.page} />}
      <span class="head-gap" />
      {session?.lan && session.role && (
        <a class="button button-quiet head-user" href={href(undefined, "people")}>
          <Icon name="people" />
          <bdi>{session.role === "teacher" ? t("frame.people") : session.user}</bdi>
        </a>
      )}
      <label class="head-language">
        <span class="unseen">{t("frame.language")}</span>
        <select value={currentLanguage()} onChange={(e) => void setLanguage(e.currentTarget.value as Language)}>
          {Object.entries(languages).map(([code, name]) => (
            <option key={code} value={code} lang={code} selected={code === currentLanguage()}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Button kind="quiet" icon={icons[look] ?? "half"} label={t(`frame.theme.${look}`)} onClick={turn} />
    </header>
  );
}

/** The two ways into Thimble: learn, or build. */
/** Pages of the courses whose names do not say so. */
const ofCourses = ["forum", "forum-thread", "showcase", "showcase-one", "peer", "teach", "teach-class"];

function Doors({ page }: { page: string }) {
  const learns = page.startsWith("learn") || ofCourses.includes(page);
  return (
    <nav class="head-doors" aria-label={t("frame.doors")}>
      <a href={learnHref()} aria-current={learns ? "true" : undefined}>
        <Icon name="book" />
        <span>{t("frame.courses")}</span>
      </a>
      <a href={href()} aria-current={page === "home" ? "page" : undefined}>
        <Icon name="board" />
        <span>{t("frame.studio")}</span>
      </a>
    </nav>
  );
}

function StepsNav({ project, page }: { project: Project; page: string }) {
  const next = nextStep(project);
  return (
    <nav class="steps" aria-label={t("frame.steps")}>
      <ol>
        {steps.map((s, i) => {
          const done = isDone(project, s);
          return (
            <li key={s}>
              <a
                href={href(project.name, s)}
                aria-current={page === s ? "page" : undefined}
                class={`step${done ? " step-done" : ""}${s === next ? " step-next" : ""}`}
              >
                <span class="step-number" aria-hidden="true">
                  {done ? <Icon name="check" size={16} /> : i + 1}
                </span>
                <span class="step-name">{t(`frame.step.${s}`)}</span>
                {done && <span class="unseen"> ({t("frame.step-done")})</span>}
                {!done && s === next && <span class="unseen"> ({t("frame.step-next")})</span>}
              </a>
            </li>
          );
        })}
      </ol>
      <a class="steps-settings" href={href(project.name, "settings")} aria-current={page === "settings" ? "page" : undefined}>
        <Icon name="settings" />
        <span>{t("frame.settings")}</span>
      </a>
    </nav>
  );
}

/** A page that fails takes only itself down. */
class Fence extends Component<{ page: string; children: ComponentChildren }, { error: unknown; page: string }> {
  state = { error: null, page: this.props.page };
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  static getDerivedStateFromProps(props: { page: string }, state: { page: string }) {
    return props.page === state.page ? null : { error: null, page: props.page };
  }
  componentDidCatch(error: unknown) {
    console.error(error);
  }
  render() {
    if (this.state.error)
      return (
        <Failure error={this.state.error}>
          <Button onClick={() => this.setState({ error: null })}>{t("frame.again")}</Button>
        </Failure>
      );
    return this.props.children;
  }
}

/** The page's module and its messages; null while they come. */
function useModule(page: string) {
  const [state, set] = useState<{ page: string; module: PageModule | null; error: unknown }>({ page: "", module: null, error: null });
  useEffect(() => {
    let here = true;
    if (page === "missing") return set({ page, module: null, error: null });
    Promise.all([load(page), needMessages([page])])
      .then(async ([module]) => {
        if (module.messages) await needMessages(module.messages);
        if (here) set({ page, module, error: null });
      })
      .catch((error) => here && set({ page, module: null, error }));
    return () => void (here = false);
  }, [page]);
  return state.page === page ? state : { page, module: null, error: null };
}

/** The project of the route, loaded again when something in it changes. */
function useProject(name: string | null, on: boolean) {
  const [state, set] = useState<{ name: string | null; project: Project | null; error: unknown }>({ name: null, project: null, error: null });
  const wanted = useRef(name);
  wanted.current = name;
  const reload = useCallback(async () => {
    if (!name) return;
    try {
      const project = await api.projects.get(name);
      if (wanted.current === name) set({ name, project, error: null });
    } catch (error) {
      if (wanted.current === name) set((s) => ({ name, project: s.name === name ? s.project : null, error }));
    }
  }, [name]);
  useEffect(() => {
    if (!name || !on) return;
    void reload();
    let timer = 0;
    const soon = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void reload(), 150);
    };
    const ends = (["sample", "job", "model"] as const).map((what) => api.onProject(name, what, soon));
    return () => {
      clearTimeout(timer);
      ends.forEach((end) => end());
    };
  }, [name, on, reload]);
  return { project: state.name === name ? state.project : null, error: state.name === name ? state.error : null, reload };
}

/** Has the server been away for some seconds? */
function useLost(): boolean {
  const [lost, set] = useState(false);
  useEffect(() => {
    let timer = 0;
    api.onConnection((gone) => {
      if (gone) {
        timer ||= window.setTimeout(() => set(true), 2500); // the browser may try several times meanwhile
        return;
      }
      clearTimeout(timer);
      timer = 0;
      set(false);
    });
  }, []);
  return lost;
}

/** The title of most pages: their message "title", and "lead" below it. */
function PageTitle({ page, project }: { page: string; project: string | null }) {
  const missing = page === "missing";
  const text = missing ? t("frame.missing") : page === "overview" && project ? project : t(`${page}.title`);
  const more = page !== "overview" && project ? project : undefined;
  return <Title at={`${project}/${page}`} text={text} lead={missing ? undefined : t(`${page}.lead`)} more={more} />;
}

type Shared = { rest: string[]; query: URLSearchParams; server: Server; session: Session };
type Shown = { route: Route; module: PageModule; project: Project | null; reload: () => Promise<void>; renew: () => Promise<void> };

/** The page itself, when all that it needs is here. */
function Content({ route, module, project, reload, renew, shared }: Shown & { shared: Shared }) {
  const Inner = module.default as Page;
  const Outer = module.default as OuterPage;
  // Lessons are one page, but each has a state of its own.
  const where = module.titled ? [route.page, ...route.rest].join("/") : route.page;
  return (
    <Fence page={`${route.project}/${where}`}>
      {!module.titled && <PageTitle page={route.page} project={route.project} />}
      {project ? (
        <Inner key={`${project.name}/${route.page}`} project={project} reload={reload} {...shared} />
      ) : (
        <Outer key={where} renew={renew} {...shared} />
      )}
    </Fence>
  );
}

function Missing() {
  return (
    <>
      <PageTitle page="missing" project={null} />
      <Empty icon="look" title={t("frame.missing-title")} text={t("frame.missing-text")}>
        <LinkButton kind="main" href={href()}>
          {t("frame.home")}
        </LinkButton>
      </Empty>
    </>
  );
}

function NoProject({ name, error }: { name: string; error: unknown }) {
  return (
    <>
      <h1>
        <bdi>{name}</bdi>
      </h1>
      <Failure error={error}>
        <LinkButton href={href()}>{t("frame.home")}</LinkButton>
      </Failure>
    </>
  );
}

function Skip() {
  const jump = (e: Event) => {
    e.preventDefault();
    document.querySelector<HTMLElement>("h1")?.focus();
  };
  return (
    <a class="skip" href="#main" onClick={jump}>
      {t("frame.skip")}
    </a>
  );
}

/** Who is here, and whether the page to join is to be shown instead of the one that was asked for. */
function useSession(first: Session) {
  const [session, setSession] = useState(first);
  const [out, setOut] = useState(first.lan && first.role === null);
  const renew = useCallback(async () => {
    const s = await api.session.get();
    setSession(s);
    setOut(s.lan && s.role === null);
  }, []);
  useEffect(() => api.onLoggedOut(() => void renew().catch(() => {})), []);
  return { session, out, renew };
}

function App({ server, first }: { server: Server; first: Session }) {
  useLanguage();
  const { session, out, renew } = useSession(first);
  const asked = useRoute();
  const route: Route = out ? { ...asked, project: null, page: "join" } : asked;
  const { module, error: moduleError } = useModule(route.page);
  const { project, error, reload } = useProject(route.project, !out);
  const lost = useLost();
  const shared = { rest: route.rest, query: route.query, server, session };
  const ready = module && (!route.project || project);
  const failed = Boolean(moduleError || (route.project && !project && error));
  return (
    <>
      <Skip />
      <Head route={route} session={session} />
      {project && <StepsNav project={project} page={route.page} />}
      <div role="status" class="lost">
        {route.project && lost && <Notice kind="warning">{t("frame.lost")}</Notice>}
      </div>
      <main id="main" class={module?.wide ? "wide" : undefined}>
        {route.page === "missing" && <Missing />}
        <Failure error={moduleError} />
        {route.project && !project && error ? <NoProject name={route.project} error={error} /> : null}
        {!ready && !failed && route.page !== "missing" && <p class="loading">{t("frame.loading")}</p>}
        {ready && <Content {...{ route, module, project, reload, renew, shared }} />}
      </main>
      <Toasts />
    </>
  );
}

async function start(): Promise<void> {
  const box = document.getElementById("app");
  if (!box) return;
  startTheme();
  await startLanguage(["frame"]);
  try {
    const [server, session] = await Promise.all([api.server(), api.session.get()]);
    if (server.only && parse(location.hash).page === "home") go(href(server.only), true);
    render(<App server={server} first={session} />, box);
  } catch (e) {
    const again = () => {
      render(null, box);
      void start();
    };
    render(
      <main>
        <h1>{t("frame.name")}</h1>
        <Failure error={e}>
          <Button kind="main" onClick={again}>
            {t("frame.again")}
          </Button>
        </Failure>
      </main>,
      box,
    );
  }
}
void start();
