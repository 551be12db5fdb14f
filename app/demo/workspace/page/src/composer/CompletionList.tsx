import { useEffect, useRef } from "react";
import { Avatar } from "../kit/Avatar";
import type { Completion, Wanted } from "./completion";

interface Props {
  kind: Wanted["kind"];
  offered: Completion[];
  at: number;
  onAt: (at: number) => void;
  onPick: (one: Completion) => void;
}

const TITLES = { command: "Commands matching what you typed", person: "People", channel: "Channels", emoji: "Emoji" };

/** What could be meant, above the composer. */
export function CompletionList({ kind, offered, at, onAt, onPick }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    void list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <div className="completions" data-testid="completions">
      <div className="completions-head">{TITLES[kind]}<span>↑ ↓ to move · Tab or Return to choose · Esc to dismiss</span></div>
      <ul id="completions" role="listbox" aria-label={TITLES[kind]} ref={list}>
        {offered.map((one, i) => (
          <li key={one.key} id={`completion-${i}`} role="option" aria-selected={i === at} className={i === at ? "at" : ""} onMouseEnter={() => onAt(i)}
            onMouseDown={(event) => { event.preventDefault(); onPick(one); }}>
            {one.user ? <Avatar user={one.user} size={kind === "command" ? 32 : 20} /> : one.sign && <span className="sign">{one.sign}</span>}
            <span className="completion-words">
              <span><b>{one.label}</b>{one.hint && <span className="hint"> {one.hint}</span>}</span>
              {one.note && <small>{one.note}</small>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
