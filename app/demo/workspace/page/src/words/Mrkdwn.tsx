// Slack's mrkdwn on the page.
import { Fragment, memo, useMemo, type ReactNode } from "react";
import { useHere, type Here } from "../context";
import { clockNow } from "../live";
import { nameOf, userOf } from "../people";
import { go } from "../route";
import { capital, slackDate } from "../time";
import { emojiOf } from "./emoji";
import { Link } from "./Link";
import { inline, parse, unescape, type Inline, type Part } from "./parse";

export const Mrkdwn = memo(function Mrkdwn({ text }: { text: string }) {
  const here = useHere();
  const parts = useMemo(() => parse(text), [text]);
  const only = onlyEmoji(parts);
  return <div className={only ? "mrkdwn jumbo" : "mrkdwn"}>{parts.map((part, i) => drawPart(part, i, here))}</div>;
});

/** plain_text knows emoji short names and nothing else. */
export function Plain({ text, emoji = true }: { text: string; emoji?: boolean }) {
  if (!emoji) return <>{unescape(text)}</>;
  const said = unescape(text).replace(/:([\p{L}0-9_+'-]+(?:::skin-tone-[2-6])?):/gu, (whole, name) => emojiOf(name) ?? whole);
  return <>{said}</>;
}

/** A text object of either kind. */
export function Text({ of }: { of: { type?: string; text?: string; emoji?: boolean } | string | undefined }) {
  if (!of) return null;
  if (typeof of === "string") return <Plain text={of} />;
  if (of.type === "mrkdwn") return <Mrkdwn text={of.text ?? ""} />;
  return <Plain text={of.text ?? ""} emoji={of.emoji !== false} />;
}

function onlyEmoji(parts: Part[]): boolean {
  const words = parts.length === 1 && parts[0]!.kind === "lines" ? parts[0]!.inside : [];
  return (
    words.length > 0 && words.length < 24 &&
    words.every((one) => (one.kind === "emoji" && emojiOf(one.name)) || (one.kind === "text" && !one.text.trim()))
  );
}

function drawPart(part: Part, key: number, here: Here): ReactNode {
  switch (part.kind) {
    case "pre":
      return <pre key={key}>{part.text}</pre>;
    case "quote":
      return <blockquote key={key}>{part.inside.map((one, i) => drawPart(one, i, here))}</blockquote>;
    case "list":
      return (
        <ul key={key} className={part.ordered ? "ordered" : undefined}>
          {part.items.map((item, i) => (
            <li key={i} data-mark={item.mark === "-" ? "•" : item.mark} style={{ marginLeft: item.depth * 22 }}>
              {draw(item.inside, here)}
            </li>
          ))}
        </ul>
      );
    case "lines":
      return <div key={key} className="lines">{draw(part.inside, here)}</div>;
  }
}

const draw = (words: Inline[], here: Here): ReactNode[] => words.map((one, i) => <Fragment key={i}>{drawOne(one, here)}</Fragment>);

function drawOne(one: Inline, here: Here): ReactNode {
  switch (one.kind) {
    case "text": return one.text;
    case "break": return <br />;
    case "bold": return <b>{draw(one.inside, here)}</b>;
    case "italic": return <i>{draw(one.inside, here)}</i>;
    case "strike": return <s>{draw(one.inside, here)}</s>;
    case "code": return <code>{one.text}</code>;
    case "emoji": return <Emoji name={one.name} />;
    case "link": return <Link href={one.url}>{draw(one.label, here)}</Link>;
    case "user": return <UserMention id={one.id} label={one.label} />;
    case "channel": return <ChannelMention id={one.id} label={one.label} />;
    case "usergroup": return <GroupMention id={one.id} label={one.label} />;
    case "broadcast": return <span className="mention me">@{one.word}</span>;
    case "date": return <SlackDate at={one.at} pattern={one.pattern} url={one.url} fallback={one.fallback} opens={one.opens} />;
  }
}

export function Emoji({ name }: { name: string }) {
  const found = emojiOf(name);
  return found ? <span className="emoji" role="img" aria-label={name} title={`:${name}:`}>{found}</span> : <>:{name}:</>;
}

export function UserMention({ id, label }: { id: string; label?: string }) {
  const { state, me } = useHere();
  const user = userOf(state, id);
  return <span className={id === me.id ? "mention me" : "mention"}>@{user ? nameOf(state, id) : (label ?? id)}</span>;
}

export function ChannelMention({ id, label }: { id: string; label?: string }) {
  const { state } = useHere();
  const channel = state.channels.find((one) => one.id === id);
  if (!channel) return <span className="mention">#{label || "private-channel"}</span>;
  return (
    <button type="button" className="mention link" onClick={() => go({ channel: channel.name, view: undefined, thread: undefined })}>
      #{channel.name}
    </button>
  );
}

export function GroupMention({ id, label }: { id: string; label?: string }) {
  const { state, me } = useHere();
  const group = state.usergroups.find((one) => one.id === id);
  const mine = group?.users.includes(me.id);
  return <span className={mine ? "mention me" : "mention"}>@{group?.handle ?? label?.replace(/^@/, "") ?? id}</span>;
}

interface DateProps {
  at: number;
  pattern: string;
  url?: string;
  fallback: string;
  opens?: boolean; // a line or a sentence begins with it, so it has a capital
}

export function SlackDate({ at, pattern, url, fallback, opens }: DateProps) {
  const { me } = useHere();
  const words = slackDate(at, pattern, clockNow(), me.tz);
  const said = opens ? capital(words) : words;
  const time = <time dateTime={new Date(at * 1000).toISOString()} title={fallback}>{said}</time>;
  return url ? <Link href={url}>{time}</Link> : time;
}

/** One line of a message as words, for previews. */
export function gist(text: string, here: Pick<Here, "state">): string {
  const flat = (words: Inline[]): string =>
    words.map((one) => {
      switch (one.kind) {
        case "text": case "code": return one.text;
        case "emoji": return emojiOf(one.name) ?? `:${one.name}:`;
        case "link": return flat(one.label);
        case "user": return `@${nameOf(here.state, one.id)}`;
        case "channel": return `#${here.state.channels.find((c) => c.id === one.id)?.name ?? one.label ?? one.id}`;
        case "usergroup": return `@${here.state.usergroups.find((g) => g.id === one.id)?.handle ?? one.label ?? one.id}`;
        case "broadcast": return `@${one.word}`;
        case "date": return one.fallback;
        case "break": return " ";
        default: return flat(one.inside);
      }
    }).join("");
  return flat(inline(text));
}

