import { useHere } from "../context";
import { clock, instantOf, isoDay } from "../time";
import { useDeed, type ElementProps } from "./deed";

export function DatePicker(props: ElementProps) {
  const { element } = props;
  const { held, choose, notes } = useDeed(props);
  return (
    <span className="element">
      <input type="date" className="field" aria-labelledby={props.labelledBy} aria-label={element.placeholder?.text ?? "Date"} data-action={element.action_id} value={held ?? ""} onChange={(event) => choose(event.target.value || null)} />
      {notes}
    </span>
  );
}

export function TimePicker(props: ElementProps) {
  const { element } = props;
  const { held, choose, notes } = useDeed(props);
  return (
    <span className="element">
      <input type="time" className="field" aria-labelledby={props.labelledBy} aria-label={element.placeholder?.text ?? "Time"} data-action={element.action_id} value={held ?? ""} onChange={(event) => choose(event.target.value || null)} />
      {element.timezone && <small className="hint">{element.timezone}</small>}
      {notes}
    </span>
  );
}

/** A moment, chosen in the zone of the person you are and sent as seconds. */
export function DateTimePicker(props: ElementProps) {
  const { me } = useHere();
  const { held, choose, notes } = useDeed(props);
  const local = typeof held === "number" ? `${isoDay(held, me.tz)}T${clock(held, me.tz)}` : "";
  const take = (said: string) => {
    const [day, time] = said.split("T");
    choose(day && time ? instantOf(day, time.slice(0, 5), me.tz) : null);
  };
  return (
    <span className="element">
      <input type="datetime-local" className="field" aria-labelledby={props.labelledBy} aria-label="Date and time" data-action={props.element.action_id} value={local} onChange={(event) => take(event.target.value)} />
      <small className="hint">{me.tz}</small>
      {notes}
    </span>
  );
}
