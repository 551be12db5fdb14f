// The value of an input as Slack writes it in view.state.values, and what stops it from being sent.
import type { Json } from "../types";

/** Which keys hold an element's value, and the key of its first value in the block. */
const KEYS: Record<string, [key: string, initial: string]> = {
  plain_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  checkboxes: ["selected_options", "initial_options"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  users_select: ["selected_user", "initial_user"],
  multi_users_select: ["selected_users", "initial_users"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  channels_select: ["selected_channel", "initial_channel"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  file_input: ["files", ""],
};

export const valueKey = (type: string) => KEYS[type]?.[0] ?? "value";
export const holdsMany = (type: string) => type.startsWith("multi_") || type === "checkboxes" || type === "file_input";

export function initialValue(element: Json): Json {
  const keys = KEYS[element.type];
  if (!keys) return { type: element.type };
  const [key, initial] = keys;
  return { type: element.type, [key]: element[initial] ?? (holdsMany(element.type) ? [] : null) };
}

export const makeValue = (element: Json, held: Json): Json => ({ type: element.type, [valueKey(element.type)]: held });
export const heldIn = (element: Json, value: Json): Json => value?.[valueKey(element.type)];

/** Every element of a view that holds a value, with its block. */
export function holders(blocks: Json[]): { block: Json; element: Json }[] {
  return blocks.flatMap((block) => {
    const elements = [block.element, block.accessory, ...(block.type === "actions" ? (block.elements ?? []) : [])];
    return elements.filter((one) => one && KEYS[one.type]).map((element) => ({ block, element }));
  });
}

/** What Slack's client itself refuses before anything is sent, in its words. */
export function refusals(blocks: Json[], valueOf: (blockId: string, element: Json) => Json): Record<string, string> {
  const found: Record<string, string> = {};
  for (const block of blocks) {
    if (block.type !== "input" || !block.element) continue;
    const held = heldIn(block.element, valueOf(block.block_id, block.element));
    const word = refusal(block, held);
    if (word) found[block.block_id] = word;
  }
  return found;
}

function refusal(block: Json, held: Json): string {
  const { element } = block;
  const blank = held === null || held === undefined || held === "" || (Array.isArray(held) && !held.length);
  if (blank) return block.optional || element.type === "file_input" ? "" : "Please complete this required field.";
  const text = String(held);
  if (element.type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(text)) return "Please enter a valid email address.";
  if (element.type === "url_text_input" && !/^https?:\/\/\S+$/.test(text)) return "Please enter a valid URL.";
  if (element.type === "number_input") return numberRefusal(element, text);
  if (element.min_length && text.length < element.min_length) return `Please enter at least ${element.min_length} characters.`;
  if (element.max_length && text.length > element.max_length) return `Please enter no more than ${element.max_length} characters.`;
  return "";
}

function numberRefusal(element: Json, text: string): string {
  const number = Number(text);
  if (!Number.isFinite(number)) return "Please enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value)) return `Please enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value)) return `Please enter ${element.max_value} or less.`;
  return "";
}
