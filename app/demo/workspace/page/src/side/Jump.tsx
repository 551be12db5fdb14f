// Ctrl+K: jump to a channel or a person.
import { useEffect, useMemo, useRef, useState } from "react";
import { act } from "../api";
import { useHere } from "../context";
import { Avatar } from "../kit/Avatar";
import { Icon } from "../kit/Icon";
import { isPerson, maySee } from "../people";
import { go } from "../route";

interface Target {
  key: string;
  label: string;
  note?: string;
  user?: string;
  run: () => void;
}

function useTargets(typed: string): Target[] {
  const { state, me } = useHere();
  return useMemo(() => {
    const wanted = typed.toLowerCase().replace(/^[#@]/, "");
    const rooms: Target[] = state.channels
      .filter((one) => !one.is_im && !one.is_mpim && maySee(one, me) && one.name.includes(wanted))
      .map((one) => ({ key: one.id, label: `# ${one.name}`, note: one.is_archived ? "archived" : undefined, run: () => go({ channel: one.name, view: undefined, thread: undefined }) }));
    const people: Target[] = state.users
      .filter((one) => isPerson(one) && one.id !== me.id && `${one.name} ${one.real_name}`.toLowerCase().includes(wanted))
      .map((one) => ({ key: one.id, label: one.real_name, note: `@${one.name}`, user: one.id, run: () => openDirect(me.id, one.id) }));
    return [...rooms, ...people].slice(0, 12);
  }, [typed, state.channels, state.users, me]);
}

export async function openDirect(me: string, other: string) {
  const answer = await act("open", { user: me, users: [other] });
  const channel = typeof answer.channel === "string" ? answer.channel : answer.channel?.id;
  if (channel) go({ channel, view: undefined, thread: undefined });
}

export function Jump() {
  const { state } = useHere();
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const targets = useTargets(typed);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const close = () => { setOpen(false); setTyped(""); setAt(0); field.current?.blur(); };
  const pick = (target: Target | undefined) => { target?.run(); close(); };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter") pick(targets[at]);
    else if (event.key === "ArrowDown") setAt(Math.min(at + 1, targets.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <div className="jump" role="search">
      <Icon name="search" size={14} />
      <input ref={field} placeholder={`Search ${state.team.name}`} aria-label="Jump to a channel or person" title="Ctrl+K" value={typed} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onChange={(event) => { setTyped(event.target.value); setAt(0); }} onKeyDown={onKeyDown} />
      {open && (
        <ul className="jump-list" role="listbox" aria-label="Channels and people">
          {targets.map((one, i) => (
            <li key={one.key} role="option" aria-selected={i === at} className={i === at ? "at" : ""} onMouseEnter={() => setAt(i)} onMouseDown={(event) => { event.preventDefault(); pick(one); }}>
              {one.user && <Avatar user={one.user} size={20} />}<span>{one.label}</span>{one.note && <small>{one.note}</small>}
            </li>
          ))}
          {!targets.length && <li className="none">Nothing is called that.</li>}
        </ul>
      )}
    </div>
  );
}
