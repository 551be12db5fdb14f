import { useId } from "react";
import type { Json } from "../types";
import { Text } from "../words/Mrkdwn";
import { useDeed, type ElementProps } from "./deed";

const same = (a: Json, b: Json) => a?.value === b?.value;

function Choice({ kind, name, option, on, onPick }: { kind: "radio" | "checkbox"; name: string; option: Json; on: boolean; onPick: () => void }) {
  return (
    <label className="choice">
      <input type={kind} name={name} checked={on} onChange={onPick} value={option.value} />
      <span>
        <Text of={option.text} />
        {option.description && <small><Text of={option.description} /></small>}
      </span>
    </label>
  );
}

export function Radio(props: ElementProps) {
  const { element } = props;
  const { held, choose, notes } = useDeed(props);
  const name = useId();
  return (
    <div className="element choices" role="radiogroup" aria-labelledby={props.labelledBy} data-action={element.action_id}>
      {(element.options ?? []).map((option: Json, i: number) => (
        <Choice key={i} kind="radio" name={name} option={option} on={same(held, option)} onPick={() => choose(option)} />
      ))}
      {notes}
    </div>
  );
}

export function Checkboxes(props: ElementProps) {
  const { element } = props;
  const { held, choose, notes } = useDeed(props);
  const name = useId();
  const picked: Json[] = held ?? [];
  const turn = (option: Json) =>
    choose(picked.some((one) => same(one, option)) ? picked.filter((one) => !same(one, option)) : [...picked, option]);
  return (
    <div className="element choices" role="group" aria-labelledby={props.labelledBy} data-action={element.action_id}>
      {(element.options ?? []).map((option: Json, i: number) => (
        <Choice key={i} kind="checkbox" name={name} option={option} on={picked.some((one) => same(one, option))} onPick={() => turn(option)} />
      ))}
      {notes}
    </div>
  );
}
