// Between what a person types and what Slack keeps: @ana and #general become ids, & < > are escaped.
import type { State, User } from "../types";
import { unescape } from "../words/parse";

const BROADCASTS = ["here", "channel", "everyone"];
const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function toSlack(text: string, state: State, me: User): string {
  return escape(text)
    .replace(/(^|[\s(*_~])@([\p{L}\d][\p{L}\d._-]*)/gu, (whole, before, handle: string) => before + (mention(handle, state) ?? whole.slice(before.length)))
    .replace(/(^|[\s(*_~])#([\p{L}\d][\p{L}\d_-]*)/gu, (whole, before, name: string) => {
      const channel = state.channels.find((one) => one.name === name && !one.is_im && (!one.is_private || one.members.includes(me.id)));
      return channel ? `${before}<#${channel.id}|${channel.name}>` : whole;
    });
}

function mention(typed: string, state: State): string | undefined {
  const handle = typed.replace(/[._-]+$/, "");
  const tail = typed.slice(handle.length);
  if (BROADCASTS.includes(handle)) return `<!${handle}>${tail}`;
  const user = state.users.find((one) => one.name === handle && !one.deleted);
  if (user) return `<@${user.id}>${tail}`;
  const group = state.usergroups.find((one) => one.handle === handle && !one.disabled);
  return group && `<!subteam^${group.id}|@${group.handle}>${tail}`;
}

/** Back again, to edit it. */
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
