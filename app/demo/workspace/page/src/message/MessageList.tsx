// The messages of one channel or thread: days, groups, "New", and a scroll that stays where you left it.
import { Fragment, useCallback, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useHere } from "../context";
import { clockNow } from "../live";
import { isSystem } from "../people";
import { dayLabel, isoDay } from "../time";
import type { Message as Said } from "../types";
import { authorOf, Message } from "./Message";
import { SystemLines } from "./SystemLines";

const PAGE = 120; // drawn at once; scrolling up draws as many again
const GROUP_GAP = 5 * 60;

interface Props {
  messages: Said[];
  channelId: string;
  inThread?: boolean;
  newFrom?: string; // everything after this ts is new
  head?: ReactNode;
  label: string;
}

/** What is drawn together: a message, or a run of what Slack itself noted. */
type Entry = { key: string; ts: string; said: Said } | { key: string; ts: string; run: Said[] };

function entriesOf(messages: Said[], zone: string, firstNew: string | undefined): Entry[] {
  const entries: Entry[] = [];
  let day = "";
  for (const said of messages) {
    const { ts } = said;
    const today = isoDay(Number(ts), zone);
    const before = entries.at(-1);
    if (!isSystem(said) || said.reply_count) entries.push({ key: ts + (said.ephemeral_to ?? ""), ts, said });
    else if (before && "run" in before && today === day && ts !== firstNew) before.run.push(said);
    else entries.push({ key: ts, ts, run: [said] });
    day = today;
  }
  return entries;
}

const belongs = (said: Said, before: Said | undefined, zone: string) =>
  before !== undefined &&
  authorOf(said) === authorOf(before) &&
  said.username === before.username &&
  Number(said.ts) - Number(before.ts) < GROUP_GAP &&
  !said.ephemeral_to && !before.ephemeral_to &&
  isoDay(Number(said.ts), zone) === isoDay(Number(before.ts), zone);

export function MessageList({ messages, channelId, inThread, newFrom, head, label }: Props) {
  const { me } = useHere();
  const [count, setCount] = useState(PAGE);
  const [editing, setEditing] = useState<string>();
  const shown = useMemo(() => messages.slice(-count), [messages, count]);
  const hidden = Math.max(0, messages.length - count);
  const { box, onScroll, below, toEnd } = useKeptScroll(shown, hidden > 0 ? () => setCount(count + PAGE) : undefined);
  const onEdit = useCallback((ts: string | undefined) => setEditing(ts), []);
  const firstNew = newFrom ? shown.find((said) => said.ts > newFrom && said.user !== me.id && !isSystem(said))?.ts : undefined;
  const entries = useMemo(() => entriesOf(shown, me.tz, firstNew), [shown, me.tz, firstNew]);
  return (
    <div className="list-place">
      <div ref={box} className="list" onScroll={onScroll} tabIndex={0} role="log" aria-live="polite" aria-relevant="additions" aria-label={label} data-testid={inThread ? "thread-messages" : "messages"}>
        <div className="list-inner">
          {hidden > 0 ? <button type="button" className="earlier" onClick={() => setCount(count + PAGE)}>Show earlier messages ({hidden})</button> : head}
          {entries.map((entry, i) => {
            const before = entries[i - 1];
            const day = isoDay(Number(entry.ts), me.tz);
            const isNewDay = !before || isoDay(Number(before.ts), me.tz) !== day;
            const isNew = entry.ts === firstNew;
            const last = before && "said" in before ? before.said : undefined;
            return (
              <Fragment key={entry.key}>
                {isNewDay && !inThread && <Divider label={dayLabel(Number(entry.ts), clockNow(), me.tz)} isNew={isNew} />}
                {isNew && (!isNewDay || inThread) && <Divider isNew />}
                {"run" in entry ? <SystemLines run={entry.run} />
                : <Message said={entry.said} channelId={channelId} first={isNew || !belongs(entry.said, last, me.tz)} inThread={inThread} editing={editing === entry.ts} onEdit={onEdit} />}
                {inThread && i === 0 && shown.length > 1 && <Divider label={`${shown.length - 1} ${shown.length === 2 ? "reply" : "replies"}`} plain />}
              </Fragment>
            );
          })}
        </div>
      </div>
      {below > 0 && <button type="button" className="to-newest" onClick={toEnd}>↓ {below === 1 ? "1 new message" : `${below} new messages`}</button>}
    </div>
  );
}

function Divider({ label, isNew, plain }: { label?: string; isNew?: boolean; plain?: boolean }) {
  return (
    <div className={`day ${isNew ? "new" : ""} ${plain ? "plain" : ""}`} role="separator" aria-label={label ?? "New messages"}>
      {label && <span className="day-label">{label}</span>}
      {isNew && <span className="new-label">New</span>}
    </div>
  );
}

/** At the end it follows what arrives; anywhere else it stays, also when earlier messages are drawn above. */
function useKeptScroll(shown: Said[], more?: () => void) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const height = useRef(0);
  const first = useRef(shown[0]?.ts);
  const last = useRef(shown.at(-1)?.ts);
  const [below, setBelow] = useState(0);

  useLayoutEffect(() => {
    const list = box.current!;
    if (atEnd.current) list.scrollTop = list.scrollHeight;
    else if (first.current !== shown[0]?.ts) list.scrollTop += list.scrollHeight - height.current;
    const arrived = shown.filter((said) => last.current && said.ts > last.current && !isSystem(said)).length;
    if (!atEnd.current && arrived) setBelow((was) => was + arrived);
    first.current = shown[0]?.ts;
    last.current = shown.at(-1)?.ts;
    height.current = list.scrollHeight;
  }, [shown]);

  useLayoutEffect(() => {
    // Things that grow after they are drawn (a block's code arriving, a window resized) keep the end in view.
    const watch = new ResizeObserver(() => {
      if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
    });
    watch.observe(box.current!);
    if (box.current!.firstElementChild) watch.observe(box.current!.firstElementChild);
    return () => watch.disconnect();
  }, []);

  const onScroll = () => {
    const list = box.current!;
    atEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    if (atEnd.current) setBelow(0);
    if (list.scrollTop < 200) more?.();
  };
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight, behavior: "smooth" });
  return { box, onScroll, below, toEnd };
}
