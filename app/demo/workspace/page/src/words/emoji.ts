// Emoji by Slack's own short names, from a table bundled at build time.
import table from "shortcodes";

const TONES = ["", "", "\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];

/** The Unicode for `tada` or `wave::skin-tone-3`; nothing for a name we do not know. */
export function emojiOf(name: string): string | undefined {
  const [base, tone] = name.split("::skin-tone-");
  const found = table[base!];
  if (!found || !tone) return found;
  return found.replace(/\uFE0F$/, "") + (TONES[Number(tone)] ?? "");
}

/** Short names that start with, then contain, what was typed. */
export function emojiLike(typed: string, most = 8): [name: string, unicode: string][] {
  const all = Object.entries(table);
  const starts = all.filter(([name]) => name.startsWith(typed));
  const holds = all.filter(([name]) => !name.startsWith(typed) && name.includes(typed));
  return [...starts, ...holds].slice(0, most);
}

export const FREQUENT = ["+1", "eyes", "white_check_mark", "raised_hands", "pray", "tada", "heart", "fire", "rocket", "pushpin"];
