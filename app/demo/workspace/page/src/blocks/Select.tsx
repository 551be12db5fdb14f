// Every select menu, single and multi: a combobox with a list one can search.
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useHere } from "../context";
import { Avatar } from "../kit/Avatar";
import { Icon } from "../kit/Icon";
import { useEscape } from "../kit/Menu";
import type { Json } from "../types";
import { Plain } from "../words/Mrkdwn";
import { useDeed, type ElementProps } from "./deed";
import { offerFor, offersOf, ownOffers, type Offer } from "./options";
import { useSurface } from "./surface";
import { holdsMany } from "./values";

export function Select(props: ElementProps) {
  const { element } = props;
  const here = useHere();
  const many = holdsMany(element.type);
  const { held, choose, busy, notes } = useDeed(props);
  const own = useMemo(() => offersOf(element, here), [element, here.state.users, here.state.channels, here.me]);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const asked = useSuggestions(props, open, typed);
  const place = useRef<HTMLDivElement>(null);
  const close = () => { setOpen(false); setTyped(""); };
  useEscape(open, close);

  const picked: Offer[] = (many ? (held ?? []) : held ? [held] : []).map((one: Json) => offerFor(one, own));
  const wanted = typed.toLowerCase();
  const listed = asked.offers ?? own.filter((offer) => `${offer.label} ${offer.note ?? ""}`.toLowerCase().includes(wanted));
  const pick = (offer: Offer) => {
    if (!many) {
      choose(offer.value);
      close();
      return;
    }
    const there = picked.some((one) => one.id === offer.id);
    const next = there ? picked.filter((one) => one.id !== offer.id) : [...picked, offer];
    if (next.length <= (element.max_selected_items ?? 100)) choose(next.map((one) => one.value));
    setTyped("");
  };
  return (
    <div className={`element select ${many ? "many" : ""} ${busy ? "busy" : ""}`} ref={place} data-action={element.action_id}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}>
      {many && picked.map((one) => (
        <span className="chip" key={one.id}>
          {one.user && <Avatar user={one.user} size={18} />}<Plain text={one.label} />
          <button type="button" aria-label={`Remove ${one.label}`} onClick={() => pick(one)}><Icon name="close" size={12} /></button>
        </span>
      ))}
      <Face open={open} setOpen={setOpen} typed={typed} setTyped={setTyped} shown={many ? "" : (picked[0]?.label ?? "")}
        placeholder={element.placeholder?.text ?? "Select an option"} listed={listed} onPick={pick} labelledBy={props.labelledBy}
        picked={picked} word={asked.word} />
      {notes}
    </div>
  );
}

interface FaceProps {
  open: boolean;
  setOpen: (open: boolean) => void;
  typed: string;
  setTyped: (typed: string) => void;
  shown: string;
  placeholder: string;
  listed: Offer[];
  picked: Offer[];
  onPick: (offer: Offer) => void;
  labelledBy?: string;
  word: string;
}

/** The field and the list under it, by keyboard as by mouse. */
function Face({ open, setOpen, typed, setTyped, shown, placeholder, listed, picked, onPick, labelledBy, word }: FaceProps) {
  const id = useId();
  const [at, setAt] = useState(0);
  useEffect(() => setAt(0), [typed, open]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      event.preventDefault();
      setOpen(true);
      setAt((was) => Math.max(0, Math.min(listed.length - 1, was + (open ? step : 0))));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && listed[at]) onPick(listed[at]);
      else setOpen(true);
    }
  };
  return (
    <div className="select-face">
      <input className="field" role="combobox" aria-expanded={open} aria-controls={id} aria-autocomplete="list" aria-labelledby={labelledBy}
        aria-label={placeholder} aria-activedescendant={open && listed[at] ? `${id}-${at}` : undefined} placeholder={shown || placeholder}
        value={open ? typed : shown} onClick={() => setOpen(true)}
        onChange={(event) => { setOpen(true); setTyped(event.target.value); }} onKeyDown={onKeyDown} />
      <Icon name="down" size={14} />
      {open && (
        <ul className="select-list" id={id} role="listbox" tabIndex={-1}>
          {listed.slice(0, 100).map((offer, i) => (
            <Fragmented key={`${offer.group}${offer.id}`} head={offer.group !== listed[i - 1]?.group ? offer.group : undefined}>
              <li id={`${id}-${i}`} role="option" aria-selected={picked.some((one) => one.id === offer.id)} className={i === at ? "at" : ""} data-value={offer.id}
                onMouseEnter={() => setAt(i)} onMouseDown={(event) => { event.preventDefault(); onPick(offer); }}>
                {offer.user && <Avatar user={offer.user} size={20} />}
                <span><Plain text={offer.label} />{offer.note && <small>{offer.note}</small>}</span>
                {picked.some((one) => one.id === offer.id) && <Icon name="check" size={14} />}
              </li>
            </Fragmented>
          ))}
          {!listed.length && <li className="none" role="presentation">{word || "No results"}</li>}
        </ul>
      )}
    </div>
  );
}

function Fragmented({ head, children }: { head?: string; children: React.ReactNode }) {
  return <>{head && <li className="group" role="presentation">{head}</li>}{children}</>;
}

/** External selects ask the app while one types, a quarter of a second after the last key. */
function useSuggestions({ element, blockId }: ElementProps, open: boolean, typed: string) {
  const surface = useSurface();
  const external = element.type.endsWith("external_select");
  const least = element.min_query_length ?? 3;
  const [offers, setOffers] = useState<Offer[]>([]);
  const [word, setWord] = useState("");
  useEffect(() => {
    if (!external || !open) return;
    if (typed.length < least) {
      setOffers([]);
      setWord(least > 1 ? `Type ${least} or more letters` : "Type to search");
      return;
    }
    let stale = false;
    setWord("Searching…");
    const timer = setTimeout(async () => {
      const answer = await surface.suggest(blockId, element.action_id, typed);
      if (stale) return;
      setOffers(ownOffers(answer));
      setWord(answer.ok ? "No results" : "The app did not answer. Type again to retry.");
    }, 250);
    return () => { stale = true; clearTimeout(timer); };
  }, [external, open, typed, least, blockId, element.action_id]);
  return { offers: external ? offers : undefined, word };
}
