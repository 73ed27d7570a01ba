// Icon.tsx -- our own small drawings, in the colour of the text around them. They say nothing to screen readers: the
// text beside them, or the button's label, does.
const paths = {
  collect: "M12 3v18M7 8v8M2 11v2M17 6v12M22 10v4",
  look: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
  train: "M3 20h18M4 16c4 0 4-4 7-4s3-7 9-8",
  test: "M4 12l5 5L20 6",
  squeeze: "M4 4l6 6M10 5v5H5M20 20l-6-6M14 19v-5h5M20 4l-6 6M19 10h-5V5M4 20l6-6M5 14h5v5",
  deploy: "M7 7h10v10H7zM10 2v5M14 2v5M10 17v5M14 17v5M2 10h5M2 14h5M17 10h5M17 14h5",
  board: "M3 6h18v12H3zM7 10h4v4H7zM15 10h2M15 14h2",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4",
  people: "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c0-4 3-6 6.500-6s6.500 2 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6M18 14.500c2 .7 3.500 2.500 3.500 5.500",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  undo: "M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
  play: "M7 4l13 8-13 8z",
  stop: "M6 6h12v12H6z",
  record: "M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12z",
  pause: "M8 5v14M16 5v14",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  upload: "M12 16V5M7 9l5-5 5 5M4 20h16",
  check: "M5 12.500l4.500 4.500L19 7.500",
  warning: "M12 4L2.500 20h19zM12 10v5M12 17.500v.5",
  error: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v6M12 16v.5",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.500v.5",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500L19 19M19 5l-1.500 1.500M6.500 17.500L5 19",
  moon: "M20 14a8 8 0 0 1-10-10 8 8 0 1 0 10 10z",
  half: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 3v18M12 7h6M12 11h8M12 15h7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  mic: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  camera: "M4 8h4l2-3h4l2 3h4v11H4zM12 10a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  motion: "M9 3h6a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM3 8v8M21 8v8M11 18h2",
  pen: "M3 20c4 0 4-7 8-7s3 5 7 5 3-6 3-6M14 9l6-6M14 9l1-4",
  wave: "M2 12c2.500-8 5-8 7 0s5 8 7 0 3-6 6-4",
  ear: "M7 10a5 5 0 0 1 10 0c0 4-4 4-4 8a3 3 0 0 1-6 0M10 10a2 2 0 0 1 4 0c0 2-2 2-2 4",
  serial: "M6 4h12v6l-3 4v6H9v-6l-3-4zM9 4v4M15 4v4",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  forward: "M5 12h14M13 6l6 6-6 6",
  back: "M19 12H5M11 6l-6 6 6 6",
  book: "M12 6c-2-1.500-5-2-8-2v14c3 0 6 .5 8 2 2-1.500 5-2 8-2V4c-3 0-6 .5-8 2zM12 6v14",
  heart: "M12 20C5 15 3 11.500 3 8.500a4.500 4.500 0 0 1 9-1 4.500 4.500 0 0 1 9 1c0 3-2 6.500-9 11.500z",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500L21 21",
  bookmark: "M7 3h10v18l-5-4-5 4z",
  note: "M5 4h14v11l-5 5H5zM14 20v-5h5M8 8h8M8 12h5",
  print: "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
  question: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.500 9.500c0-3 5-3 5 0 0 2-2.500 2-2.500 4M12 16.500v.5",
  flask: "M10 3v6l-6 10a1.300 1.300 0 0 0 1 2h14a1.300 1.300 0 0 0 1-2L14 9V3M8.500 3h7M7 15h10",
  spiral: "M12 12a1.500 1.500 0 0 1 2.500 1.200c0 2-2 3-3.800 2.800C8 15.600 7 13.500 7.200 11.500 7.500 8.500 10 7 12.500 7c3.500.200 5.700 3 5.500 6.300-.3 4-3.500 6.700-7.300 6.500C6 19.500 3 16 3 11.500 3.200 6.500 7 3 12 3c3.500 0 6 1.500 8 4",
  star: "M12 3l2.700 5.800 6.300.8-4.600 4.300 1.200 6.300L12 17.100 6.400 20.200l1.200-6.300L3 9.600l6.300-.8z",
} as const;
export type IconName = keyof typeof paths;

/** Arrows that point along the text are turned round where it runs from right to left. */
const turning = new Set<IconName>(["forward", "back", "undo"]);

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  const filled = name === "play" || name === "stop" || name === "record";
  return (
    <svg
      class={`icon${turning.has(name) ? " icon-turns" : ""}`}
      viewBox="0 0 24 24"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
      fill={filled ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width={name === "more" ? 3 : 1.8}
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
