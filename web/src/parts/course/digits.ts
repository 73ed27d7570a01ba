// course/digits.ts -- numbers as people type them in Arabic, as programs read them.
export const western = (s: string): string => s.replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x660)).replace("٫", ".");
