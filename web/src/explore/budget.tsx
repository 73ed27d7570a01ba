// budget.tsx -- does a model fit a board, and how long does a battery last: memory as bars, the day as a bar of time.
import { useMemo, useState } from "preact/hooks";
import { bytes, number, percent, t } from "../i18n";
import { Select } from "../parts/Field";
import { Table } from "../parts/Table";
import type { Engine } from "./engine";
import { Facts, Frame, LogSlider, More, Slider, WithEngine } from "./Frame";
import { numberOf, wordOf } from "./hooks";
import type { Settings } from "./index";

const volts = 3;

type Board = { name: string; title: string; chip: string; flash: number; ram: number; hz: number; ms: number; mj: number };

function boardAt(engine: Engine, i: number, macs: number): Board {
  const [flash = 0, ram = 0, hz = 0, ms = 0, mj = 0] = engine.floats(5, (at) => void engine.call("board", i, macs, at));
  const text = (what: string) => engine.text(engine.call(what, i));
  return { name: text("board_name"), title: text("board_title"), chip: text("board_chip"), flash, ram, hz, ms, mj };
}

/** How much of something is used: a bar, and the same in words. */
function Bar({ name, used, all, text }: { name: string; used: number; all: number; text: string }) {
  const part = used / all;
  return (
    <div class="budget-bar">
      <p>
        <strong>{name}</strong> <span>{text}</span>
      </p>
      <div class="progress-track" aria-hidden="true">
        <div class={`progress-bar${part > 1 ? " progress-over" : ""}`} style={{ inlineSize: `${Math.min(100, Math.max(0.6, 100 * part))}%` }} />
      </div>
    </div>
  );
}

function long(days: number): string {
  if (days < 2) return t("explore-budget.hours", { n: number(days * 24, 1) });
  if (days < 730) return t("explore-budget.days", { n: number(days, days < 20 ? 1 : 0) });
  return t("explore-budget.years", { n: number(days / 365, 1) });
}

function Budget({ engine, settings }: { engine: Engine; settings: Settings }) {
  const n = engine.call("boards");
  const names = useMemo(() => Array.from({ length: n }, (_, i) => engine.text(engine.call("board_name", i))), []);
  const [board, setBoard] = useState(wordOf(settings, "board", names));
  const [flash, setFlash] = useState(numberOf(settings, "flash", 60, 1, 2000));
  const [ram, setRam] = useState(numberOf(settings, "ram", 30, 1, 500));
  const [macs, setMacs] = useState(numberOf(settings, "macs", 2, 0.01, 100));
  const [every, setEvery] = useState(numberOf(settings, "every", 1, 0.1, 3600));
  const [sleep, setSleep] = useState(numberOf(settings, "sleep", 5, 1, 5000));
  const [battery, setBattery] = useState(numberOf(settings, "battery", 220, 20, 10000));
  const boards = Array.from({ length: n }, (_, i) => boardAt(engine, i, macs * 1e6));
  const b = boards.find((each) => each.name === board) ?? (boards[0] as Board);
  const busy = b.ms / 1000 / every;
  const days = b.mj ? engine.call("days", b.mj, every, sleep, battery, volts) : 0;
  const compute = b.mj / every; // milliwatts
  const asleep = (sleep * volts) / 1000;
  const fits = flash * 1e3 <= b.flash && ram * 1e3 <= b.ram;
  const state = !fits ? "large" : busy > 1 ? "late" : days ? "lasts" : "unknown";
  const says = t(`explore-budget.says.${state}`, {
    board: b.title,
    ms: number(b.ms, b.ms < 10 ? 1 : 0),
    busy: percent(busy, busy < 0.01 ? 3 : 1),
    days: long(days),
    flash: percent((flash * 1e3) / b.flash, 0),
    ram: percent((ram * 1e3) / b.ram, 0),
    part: percent(compute / (compute + asleep || 1), 0),
  });
  const seconds = (v: number) => t("explore-budget.s", { n: number(v, 2) });
  return (
    <Frame
      name="budget"
      says={says}
      controls={
        <>
          <Select label={t("explore-budget.board")} value={board} onValue={setBoard} options={boards.map((each) => ({ value: each.name, text: each.title }))} />
          <LogSlider label={t("explore-budget.flash")} min={1} max={2000} value={flash} text={bytes(flash * 1e3)} onValue={setFlash} />
          <LogSlider label={t("explore-budget.ram")} min={1} max={500} value={ram} text={bytes(ram * 1e3)} onValue={setRam} />
          <LogSlider label={t("explore-budget.macs")} min={0.01} max={100} value={macs} text={t("explore-budget.millions", { n: number(macs, 2) })} onValue={setMacs} />
          <LogSlider label={t("explore-budget.every")} min={0.1} max={3600} value={every} text={seconds(every)} onValue={setEvery} />
          <LogSlider label={t("explore-budget.sleep")} min={1} max={5000} value={sleep} text={t("explore-budget.ua", { n: number(sleep, 0) })} onValue={setSleep} />
          <Slider label={t("explore-budget.battery")} min={20} max={3000} step={20} value={Math.min(3000, battery)} text={t("explore-budget.mah", { n: number(battery, 0) })} onValue={setBattery} />
        </>
      }
      more={
        <More title={t("explore-budget.boards")}>
          <Table
            caption={t("explore-budget.boards")}
            hideCaption
            rows={boards}
            columns={[
              { key: "title", title: t("explore-budget.board") },
              { key: "flash", title: t("explore-budget.its-flash"), number: true, cell: (r) => bytes(r.flash) },
              { key: "ram", title: t("explore-budget.its-ram"), number: true, cell: (r) => bytes(r.ram) },
              { key: "hz", title: t("explore-budget.clock"), number: true, cell: (r) => t("explore-budget.mhz", { n: number(r.hz / 1e6, 0) }) },
              { key: "ms", title: t("explore-budget.one"), number: true, cell: (r) => t("explore-budget.ms", { n: number(r.ms, 1) }) },
              { key: "mj", title: t("explore-budget.energy"), number: true, cell: (r) => (r.mj ? t("explore-budget.mj", { n: number(r.mj, 2) }) : "–") },
            ]}
          />
        </More>
      }
    >
      <Bar name={t("explore-budget.its-flash")} used={flash * 1e3} all={b.flash} text={t("explore-budget.of", { used: bytes(flash * 1e3), all: bytes(b.flash), part: percent((flash * 1e3) / b.flash, 1) })} />
      <Bar name={t("explore-budget.its-ram")} used={ram * 1e3} all={b.ram} text={t("explore-budget.of", { used: bytes(ram * 1e3), all: bytes(b.ram), part: percent((ram * 1e3) / b.ram, 1) })} />
      <Bar name={t("explore-budget.time")} used={b.ms / 1000} all={every} text={t("explore-budget.of", { used: t("explore-budget.ms", { n: number(b.ms, 1) }), all: seconds(every), part: percent(busy, busy < 0.01 ? 3 : 1) })} />
      {b.mj > 0 && (
        <Bar name={t("explore-budget.computing")} used={compute} all={compute + asleep} text={t("explore-budget.power", { compute: number(compute, 3), sleep: number(asleep, 3), part: percent(compute / (compute + asleep), 0) })} />
      )}
      <p class="budget-days">
        <strong>{b.mj && fits && busy <= 1 ? long(days) : "–"}</strong> <span>{t(b.mj ? "explore-budget.on-battery" : "explore-budget.no-figure")}</span>
      </p>
      <Facts
        facts={[
          [t("explore-budget.chip"), b.chip],
          [t("explore-budget.clock"), t("explore-budget.mhz", { n: number(b.hz / 1e6, 0) })],
          [t("explore-budget.one"), t("explore-budget.ms", { n: number(b.ms, 1) })],
          [t("explore-budget.energy"), b.mj ? t("explore-budget.mj", { n: number(b.mj, 3) }) : "–"],
        ]}
      />
      <p class="hint">{t("explore-budget.about")}</p>
    </Frame>
  );
}

export default function BudgetExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="budget">{(engine) => <Budget engine={engine} settings={settings} />}</WithEngine>;
}
