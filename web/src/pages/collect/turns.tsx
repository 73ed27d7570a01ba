// turns.tsx -- 3, 2, 1, now; several times with a rest between: the same for a microphone and for motion.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";

const second = 1000;
const pause = 1200; // ms between two recordings

type Phase = "idle" | "count" | "now" | "rest";
/** Takes one recording; gives what is to be said of it, "" when nothing was kept. */
export type Take = (stopped: () => boolean, progress: (part: number) => void) => Promise<string>;

export function useTurns(say: (text: string) => void) {
  const [phase, setPhase] = useState<Phase>("idle");
  const [left, setLeft] = useState(0); // of the countdown
  const [part, setPart] = useState(0); // of the recording
  const [turn, setTurn] = useState({ i: 0, n: 0 });
  const [said, setSaid] = useState("");
  const running = useRef(0);
  const space = useRef<() => void>(() => {});

  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      const at = e.target as HTMLElement;
      const own = at.closest("input, textarea, select, button, a, summary, dialog, [role=tab], [role=application]");
      if (e.key !== " " || e.repeat || own || e.ctrlKey || e.altKey || e.metaKey) return;
      e.preventDefault();
      space.current();
    };
    addEventListener("keydown", key);
    return () => {
      removeEventListener("keydown", key);
      running.current = 0;
    };
  }, []);

  const run = async (n: number, take: Take) => {
    const mine = (running.current = Date.now() + Math.random());
    const stopped = () => running.current !== mine;
    const wait = async (ms: number) => {
      for (const end = Date.now() + ms; Date.now() < end && !stopped(); ) await new Promise((r) => setTimeout(r, 50));
    };
    setSaid("");
    for (let k = 3; k >= 1 && !stopped(); k--) {
      setPhase("count");
      setLeft(k);
      say(String(k));
      await wait(second);
    }
    let kept = 0;
    for (let i = 1; i <= n && !stopped(); i++) {
      setTurn({ i, n });
      setPart(0);
      setPhase("now");
      if (i === 1) say(t("collect.now"));
      const text = await take(stopped, setPart);
      if (text) kept++;
      if (text && i === n) say(`${t("collect.kept", { n: kept })} ${text}`);
      else if (text) say(text);
      setSaid(text);
      if (i < n && !stopped()) {
        setPhase("rest");
        await wait(pause);
      }
    }
    if (running.current === mine || running.current === 0) {
      running.current = 0;
      setPhase("idle");
    }
    return kept;
  };
  return {
    phase,
    left,
    part,
    turn,
    said,
    run,
    stop: () => void (running.current = 0),
    /** What the space bar does, wherever the focus is (but on what needs it itself). */
    onSpace: (then: () => unknown) => void (space.current = () => void then()),
  };
}
export type Turns = ReturnType<typeof useTurns>;

/** The large field above the button: what to do now. */
export function Countdown({ turns, idle, count, doing }: { turns: Turns; idle: string; count: string; doing: string }) {
  const { phase, left, part, turn, said } = turns;
  const text = phase === "idle" ? said || idle : phase === "count" ? count : phase === "rest" ? said : doing;
  return (
    <div class={`collect-stage collect-stage-${phase}`}>
      <div class="collect-stage-big" aria-hidden="true">
        {phase === "count" ? left : phase === "now" ? "●" : phase === "rest" ? "✓" : ""}
      </div>
      <p class="collect-stage-text">{text}</p>
      {turn.n > 1 && phase !== "idle" && phase !== "count" && (
        <p class="collect-stage-turn">{t("collect.turn", { i: turn.i, of: turn.n })}</p>
      )}
      <div class="collect-stage-track" aria-hidden="true">
        <div class="collect-stage-bar" style={{ inlineSize: `${phase === "now" ? 100 * part : 0}%` }} />
      </div>
    </div>
  );
}
