import type { Json } from "../types";
import { useDeed, type ElementProps } from "./deed";

const KINDS: Record<string, string> = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "text",
  plain_text_input: "text",
};

/** Every input one types into; Enter sends the form, as in Slack. */
export function Typed(props: ElementProps) {
  const { element } = props;
  const { held, keep, run, notes, surface } = useDeed(props);
  const triggers: string[] = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const onChange = (text: string) => {
    keep(text || null);
    if (!props.silent && triggers.includes("on_character_entered")) void run(text || null);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    if (element.multiline && !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!props.silent && triggers.includes("on_enter_pressed")) void run(held);
    else surface.onEnter?.();
  };
  const shared = {
    className: "field",
    value: held ?? "",
    placeholder: element.placeholder?.text,
    "aria-labelledby": props.labelledBy,
    "aria-invalid": Boolean(surface.errors[props.blockId]),
    "data-action": element.action_id,
    "data-autofocus": element.focus_on_load ? true : undefined,
    onKeyDown,
  };
  const left = element.max_length ? element.max_length - String(held ?? "").length : undefined;
  return (
    <span className="element wide">
      {element.multiline ? (
        <textarea {...shared} rows={4} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...shared} type={KINDS[element.type] ?? "text"} inputMode={element.type === "number_input" ? "decimal" : undefined} onChange={(event) => onChange(event.target.value)} />
      )}
      {left !== undefined && left < 40 && <small className={left < 0 ? "count over" : "count"}>{left}</small>}
      {notes}
    </span>
  );
}

/** Rich text is typed plainly here and sent as Slack's rich_text, a paragraph a line. */
export function RichTextInput(props: ElementProps) {
  const { element } = props;
  const { held, keep, notes } = useDeed(props);
  return (
    <span className="element wide">
      <textarea className="field" rows={4} aria-labelledby={props.labelledBy} placeholder={element.placeholder?.text} data-action={element.action_id} value={plainOf(held)} onChange={(event) => keep(richOf(event.target.value))} />
      {notes}
    </span>
  );
}

function plainOf(rich: Json): string {
  const words = (one: Json): string =>
    one.text ?? (one.elements ?? []).map(words).join(one.type === "rich_text" ? "\n" : "");
  return rich ? words(rich) : "";
}

function richOf(text: string): Json {
  if (!text) return null;
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}
