// From what Slack keeps back to what a person types; the way there is the workspace's own.
import type { State } from "../types";
import { unescape } from "../words/parse";

/** A message as its author would have typed it: ids become @ana and #general again. */
export function fromSlack(text: string, state: State): string {
  return unescape(
    text
      .replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => `@${state.users.find((one) => one.id === id)?.name ?? whole}`)
      .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, label) => `#${state.channels.find((one) => one.id === id)?.name ?? label ?? id}`)
      .replace(/<!subteam\^(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${state.usergroups.find((one) => one.id === id)?.handle ?? id}`)
      .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
      .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1"),
  );
}
