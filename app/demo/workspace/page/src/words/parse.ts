// Slack's mrkdwn as a tree (page/README.md says why the parser is our own).
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "bold" | "italic" | "strike"; inside: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "emoji"; name: string }
  | { kind: "link"; url: string; label: Inline[] }
  | { kind: "user" | "channel" | "usergroup"; id: string; label?: string }
  | { kind: "broadcast"; word: string }
  | { kind: "date"; at: number; pattern: string; url?: string; fallback: string; opens: boolean }
  | { kind: "break" };

export type Part =
  | { kind: "lines"; inside: Inline[] }
  | { kind: "quote"; inside: Part[] }
  | { kind: "pre"; text: string }
  | { kind: "list"; ordered: boolean; items: { mark: string; depth: number; inside: Inline[] }[] };

const ITEM = /^( *)(•|◦|▪︎?|-|\d{1,3}[.)]) +(.*)$/;

export const unescape = (text: string) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A whole text: code fences first, then quotes, lists and lines. */
export function parse(text: string): Part[] {
  const parts: Part[] = [];
  const pieces = text.split(/```/);
  const closed = pieces.length % 2 === 1 ? pieces.length : pieces.length - 1;
  pieces.forEach((piece, index) => {
    if (index < closed && index % 2 === 1) {
      parts.push({ kind: "pre", text: unescape(plainLinks(piece)).replace(/^\n|\n$/g, "") });
      return;
    }
    const words = index >= closed ? "```" + piece : piece;
    const trimmed = index > 0 && index < closed ? words.replace(/^\n/, "") : words;
    if (trimmed) parts.push(...parseLines(trimmed.replace(index < closed - 1 ? /\n$/ : /(?!)/, "").split("\n")));
  });
  return parts;
}

const isQuote = (line: string) => /^(&gt;|>)/.test(line);

function parseLines(lines: string[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < lines.length) {
    const start = at;
    const line = lines[at]!;
    if (/^(&gt;|>){3}/.test(line)) {
      const rest = [line.replace(/^(&gt;|>){3} ?/, ""), ...lines.slice(at + 1)];
      parts.push({ kind: "quote", inside: parseLines(rest) });
      return parts;
    }
    if (isQuote(line)) {
      while (at < lines.length && isQuote(lines[at]!)) at++;
      const inside = lines.slice(start, at).map((one) => one.replace(/^(&gt;|>) ?/, ""));
      parts.push({ kind: "quote", inside: parseLines(inside) });
    } else if (ITEM.test(line)) {
      while (at < lines.length && ITEM.test(lines[at]!)) at++;
      parts.push(listOf(lines.slice(start, at)));
    } else {
      while (at < lines.length && !isQuote(lines[at]!) && !ITEM.test(lines[at]!)) at++;
      parts.push({ kind: "lines", inside: inline(lines.slice(start, at).join("\n")) });
    }
  }
  return parts;
}

function listOf(lines: string[]): Part {
  const items = lines.map((line) => {
    const [, space, mark, words] = ITEM.exec(line)!;
    return { mark: mark!, depth: Math.min(4, Math.floor(space!.length / 2)), inside: inline(words!) };
  });
  return { kind: "list", ordered: /\d/.test(items[0]!.mark), items };
}

const WORD = /[\p{L}\p{N}_]/u;
const STYLES = { "*": "bold", _: "italic", "~": "strike" } as const;

/** One run of words: styles may nest, code and `<…>` are opaque. `lead` is what stands before it. */
export function inline(text: string, lead = ""): Inline[] {
  const found: Inline[] = [];
  let words = "";
  const flush = () => {
    if (words) found.push({ kind: "text", text: unescape(words) });
    words = "";
  };
  let at = 0;
  while (at < text.length) {
    const [node, next] = nodeAt(text, at, lead);
    if (node) {
      flush();
      found.push(node);
      at = next;
    } else {
      words += text[at++];
    }
  }
  flush();
  return found;
}

function nodeAt(text: string, at: number, lead: string): [Inline | undefined, number] {
  const letter = text[at]!;
  const before = at > 0 ? text[at - 1]! : " ";
  if (letter === "\n") return [{ kind: "break" }, at + 1];
  if (letter === "<") {
    const end = text.indexOf(">", at);
    const node = end > at + 1 ? angle(text.slice(at + 1, end), lead + text.slice(0, at)) : undefined;
    return [node, end + 1];
  }
  if (letter === "`") {
    const end = text.indexOf("`", at + 1);
    const code = text.slice(at + 1, end);
    const whole = end > at + 1 && !code.includes("\n");
    return [whole ? { kind: "code", text: unescape(plainLinks(code)) } : undefined, end + 1];
  }
  if (letter === ":") {
    const name = /^:([\p{L}0-9_+'-]+(?:::skin-tone-[2-6])?):/u.exec(text.slice(at, at + 80))?.[1];
    return [name ? { kind: "emoji", name } : undefined, at + (name?.length ?? 0) + 2];
  }
  if (letter === "h" && !WORD.test(before)) {
    const url = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]}'"*_~]/.exec(text.slice(at, at + 3000))?.[0];
    return [url ? linkTo(url, url) : undefined, at + (url?.length ?? 0)];
  }
  if (letter in STYLES && !WORD.test(before)) {
    const end = closing(text, at);
    const kind = STYLES[letter as keyof typeof STYLES];
    return [end ? { kind, inside: inline(text.slice(at + 1, end), lead + text.slice(0, at)) } : undefined, end + 1];
  }
  return [undefined, at];
}

/** Where a style that opens here closes; 0 when it does not. */
function closing(text: string, open: number): number {
  const mark = text[open]!;
  if (!text[open + 1] || /[\s]/.test(text[open + 1]!) || text[open + 1] === mark) return 0;
  for (let at = open + 1; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === "\n") return 0;
    if (letter === "<") at = Math.max(at, text.indexOf(">", at));
    else if (letter === "`") at = Math.max(at, text.indexOf("`", at + 1));
    else if (letter === mark && !/\s/.test(text[at - 1]!) && !WORD.test(text[at + 1] ?? " ")) return at;
  }
  return 0;
}

const linkTo = (url: string, label: string): Inline => ({
  kind: "link",
  url: unescape(url),
  label: label === url ? [{ kind: "text", text: unescape(label) }] : inline(label),
});

function angle(inside: string, lead: string): Inline | undefined {
  const bar = inside.indexOf("|");
  const head = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : inside.slice(bar + 1);
  if (head.startsWith("@")) return { kind: "user", id: head.slice(1), label };
  if (head.startsWith("#")) return { kind: "channel", id: head.slice(1), label };
  if (head.startsWith("!date^")) return dateOf(head, label ?? "", lead);
  if (head.startsWith("!subteam^")) return { kind: "usergroup", id: head.slice(9), label };
  if (/^!(here|channel|everyone)$/.test(head)) return { kind: "broadcast", word: head.slice(1) };
  if (head.startsWith("!")) return { kind: "text", text: unescape(label ?? head.slice(1)) };
  if (/^(https?:\/\/|mailto:|tel:|slack:)/i.test(head)) {
    return linkTo(head, label || head.replace(/^(mailto|tel):/i, ""));
  }
  return undefined;
}

/** Does a line or a sentence begin after these words? Marks of style do not count. */
const opensAfter = (lead: string) => /(^|\n|[.!?]\s)[\s*_~•]*$/.test(lead);

function dateOf(head: string, fallback: string, lead: string): Inline {
  const [, at, pattern, url] = head.split("^");
  const whole = { kind: "date" as const, at: Number(at), pattern: unescape(pattern ?? ""), fallback: unescape(fallback), opens: opensAfter(lead) };
  return Number.isFinite(whole.at) ? { ...whole, url: url && unescape(url) } : { kind: "text", text: fallback };
}

const plainLinks = (text: string) => text.replace(/<((?:https?:|mailto:)[^|>]+)(?:\|([^>]+))?>/g, (_, url, label) => label ?? url);
