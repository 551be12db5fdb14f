// What Slack itself notes in a channel (who joined, a new topic): one small grey line for a run of it.
import { useState } from "react";
import { useHere } from "../context";
import { nameOf } from "../people";
import { clock } from "../time";
import type { Message as Said } from "../types";
import { Mrkdwn } from "../words/Mrkdwn";

const NAMED = 3; // more people than that are counted

type Note = { key: string; kind: "came" | "left"; who: string[] } | { key: string; kind: "other"; who: string; text: string };

const kindOf = (said: Said) => (said.subtype ?? "").replace(/^(channel|group)_/, "");

/** "<@U1> set the channel topic: …" without its first name, which is drawn apart. */
const deedOf = (said: Said) => said.text.replace(/^<@\w+(\|[^>]*)?> (has )?/, "");

/** Joins become one note, and so do leaves; of several topics only the last counts. */
function notesOf(run: Said[]): Note[] {
  const came: string[] = [];
  const left: string[] = [];
  const others = new Map<string, Note>();
  for (const said of run) {
    const kind = kindOf(said);
    const who = said.user ?? "";
    if (kind === "join") came.push(who);
    else if (kind === "leave") left.push(who);
    else {
      const key = kind === "topic" || kind === "purpose" ? kind : said.ts;
      others.delete(key);
      others.set(key, { key, kind: "other", who, text: deedOf(said) });
    }
  }
  const notes: Note[] = [...others.values()];
  if (left.length) notes.unshift({ key: "left", kind: "left", who: [...new Set(left)] });
  if (came.length) notes.unshift({ key: "came", kind: "came", who: [...new Set(came)] });
  return notes;
}

/** Is there more to tell than the line does: earlier topics, people only counted? */
function hidesSome(run: Said[]): boolean {
  const notes = notesOf(run);
  const told = notes.reduce((sum, note) => sum + (note.kind === "other" ? 1 : Math.min(note.who.length, NAMED + 1)), 0);
  return told < run.length || notes.some((note) => note.kind !== "other" && note.who.length > NAMED + 1);
}

export function SystemLines({ run }: { run: Said[] }) {
  const { me } = useHere();
  const [all, setAll] = useState(false);
  const notes = all ? run.flatMap((one) => notesOf([one]).map((note) => ({ ...note, key: one.ts }))) : notesOf(run);
  const folds = hidesSome(run);
  const last = run.at(-1)!;
  return (
    <div className="system-lines" data-testid="system" data-ts={last.ts}>
      <time className="system-time" dateTime={new Date(Number(last.ts) * 1000).toISOString()}>{clock(Number(last.ts), me.tz)}</time>
      <div className={all ? "system-notes all" : "system-notes"}>
        {notes.map((note) => <NoteLine key={note.key} note={note} />)}
        {folds && <button type="button" className="system-more" aria-expanded={all} onClick={() => setAll(!all)}>{all ? "Show less" : `Show all ${run.length}`}</button>}
      </div>
    </div>
  );
}

function NoteLine({ note }: { note: Note }) {
  const { state } = useHere();
  if (note.kind === "other") return <div className="system-note"><b>{nameOf(state, note.who)}</b> <Mrkdwn text={note.text} /></div>;
  const names = note.who.map((id) => nameOf(state, id));
  return <div className="system-note" title={names.join(", ")}>{listed(names)} {note.kind === "came" ? "joined" : "left"}</div>;
}

/** "Ana, Ben and 4 others" */
function listed(names: string[]) {
  const shown = names.length > NAMED + 1 ? names.slice(0, NAMED) : names;
  const rest = names.length - shown.length;
  const tail = rest ? `${rest} others` : shown.length > 1 ? shown.pop() : undefined;
  return <><b>{shown.join(", ")}</b>{tail && <> and <b>{tail}</b></>}</>;
}
