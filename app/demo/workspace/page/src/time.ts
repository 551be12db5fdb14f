// Times as the person you are would read them: in their own zone.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let known = formats.get(key);
  if (!known) {
    known = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    formats.set(key, known);
  }
  return known;
}

const show = (at: number, zone: string, options: Intl.DateTimeFormatOptions) =>
  format(zone, options).format(new Date(at * 1000));

export const clock = (at: number, zone: string) => show(at, zone, { hour: "2-digit", minute: "2-digit" });
export const clockSeconds = (at: number, zone: string) =>
  show(at, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const isoDay = (at: number, zone: string) =>
  format(zone, { year: "numeric", month: "2-digit", day: "2-digit" })
    .formatToParts(new Date(at * 1000))
    .reduceRight((day, part) => (part.type === "literal" ? day : day ? `${day}-${part.value}` : part.value), "");

const weekday = (at: number, zone: string) => show(at, zone, { weekday: "long" });
const dayNumber = (at: number, zone: string) => Number(show(at, zone, { day: "numeric" }));
const year = (at: number, zone: string) => show(at, zone, { year: "numeric" });
const month = (at: number, zone: string, length: "long" | "short" | "2-digit" = "long") =>
  show(at, zone, { month: length });

/** "today", "yesterday", "tomorrow", or nothing. */
function near(at: number, now: number, zone: string): string {
  const day = isoDay(at, zone);
  if (day === isoDay(now, zone)) return "today";
  if (day === isoDay(now - 86_400, zone)) return "yesterday";
  if (day === isoDay(now + 86_400, zone)) return "tomorrow";
  return "";
}

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** "Friday 20 November", with the year when it is another one. */
function longDay(at: number, now: number, zone: string): string {
  const tail = year(at, zone) === year(now, zone) ? "" : ` ${year(at, zone)}`;
  return `${weekday(at, zone)} ${dayNumber(at, zone)} ${month(at, zone)}${tail}`;
}

/** The label on the line between two days. */
export function dayLabel(at: number, now: number, zone: string): string {
  const word = near(at, now, zone);
  if (word) return capital(word);
  return longDay(at, now, zone);
}

export function ago(at: number, now: number): string {
  const gap = Math.abs(now - at);
  const [count, unit] =
    gap < 60 ? [Math.round(gap), "second"]
    : gap < 3600 ? [Math.round(gap / 60), "minute"]
    : gap < 86_400 ? [Math.round(gap / 3600), "hour"]
    : [Math.round(gap / 86_400), "day"];
  const text = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** Slack's `<!date^…>` format: each {token} replaced, in the reader's zone, written the British way. */
export function slackDate(at: number, pattern: string, now: number, zone: string): string {
  const pretty = (otherwise: string) => near(at, now, zone) || otherwise;
  const plain = `${dayNumber(at, zone)} ${month(at, zone)} ${year(at, zone)}`;
  const short = `${dayNumber(at, zone)} ${month(at, zone, "short")} ${year(at, zone)}`;
  const long = `${weekday(at, zone)} ${plain}`;
  const words: Record<string, () => string> = {
    date: () => plain,
    date_num: () => isoDay(at, zone),
    date_slash: () => isoDay(at, zone).split("-").reverse().join("/"),
    date_short: () => short,
    date_long: () => long,
    date_long_full: () => plain,
    date_pretty: () => pretty(plain),
    date_short_pretty: () => pretty(short),
    date_long_pretty: () => pretty(long),
    day_divider_pretty: () => pretty(longDay(at, now, zone)),
    time: () => clock(at, zone),
    time_secs: () => clockSeconds(at, zone),
    ago: () => ago(at, now),
  };
  return pattern.replace(/\{(\w+)\}/g, (whole, word: string) => words[word]?.() ?? whole);
}

/** The instant a local date and time name in a zone (for the date and time picker). */
export function instantOf(day: string, time: string, zone: string): number {
  const wanted = Date.parse(`${day}T${time}:00Z`) / 1000;
  let guess = wanted;
  for (let round = 0; round < 3; round++) {
    const shown = Date.parse(`${isoDay(guess, zone)}T${clock(guess, zone)}:00Z`) / 1000;
    guess += wanted - shown;
  }
  return guess;
}
