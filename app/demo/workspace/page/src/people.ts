// Who is who: names, initials, colours, and what each person may see.
import type { Channel, Message, State, User } from "./types";

export const isPerson = (user: User) => !user.is_bot && !user.deleted && user.id !== "USLACKBOT";

export function personOf(state: State, asked: string | undefined): User | undefined {
  const people = state.users.filter(isPerson);
  return people.find((user) => user.name === asked || user.id === asked) ?? people[0];
}

const byId = new WeakMap<User[], Map<string, User>>();

export function userOf(state: State, id: string | undefined): User | undefined {
  if (!id) return undefined;
  let index = byId.get(state.users);
  if (!index) {
    index = new Map(state.users.map((user) => [user.id, user]));
    byId.set(state.users, index);
  }
  return index.get(id);
}

export const nameOf = (state: State, id: string | undefined) => {
  const user = userOf(state, id);
  return user ? user.real_name || user.name : (id ?? "Someone");
};

export const isGuest = (user: User) => Boolean(user.is_restricted || user.is_ultra_restricted || user.is_stranger);

export function initials(name: string): string {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, "").trim().split(/\s+/);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)![0] : "")).toUpperCase();
}

/** A calm colour for a person, from Slack's own or from the name. */
export function colourOf(user: User | undefined, name: string): string {
  if (user?.color) return `#${user.color.replace("#", "")}`;
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) % 360;
  return `hsl(${sum} 42% 45%)`;
}

/** Slack sends a topic as an object; this workspace may send its plain text. */
export const noteText = (note: Channel["topic"]) => (typeof note === "string" ? note : (note?.value ?? ""));

export function maySee(channel: Channel, me: User): boolean {
  if (channel.members.includes(me.id)) return true;
  return !channel.is_private && !channel.is_im && !channel.is_mpim && !isGuest(me);
}

export const otherOf = (channel: Channel, me: User) =>
  channel.members.find((member) => member !== me.id) ?? channel.user ?? me.id;

/** What a channel is called in the sidebar and the header. */
export function titleOf(state: State, channel: Channel, me: User): string {
  if (channel.is_im) return nameOf(state, otherOf(channel, me));
  if (channel.is_mpim) {
    return channel.members.filter((id) => id !== me.id).map((id) => nameOf(state, id)).join(", ");
  }
  return channel.name;
}

export function findChannel(state: State, me: User, asked: string | undefined): Channel | undefined {
  if (!asked) return undefined;
  const seen = state.channels.filter((channel) => maySee(channel, me));
  return (
    seen.find((channel) => channel.id === asked || (!channel.is_im && channel.name === asked)) ??
    seen.find((channel) => channel.is_im && [otherOf(channel, me), userOf(state, otherOf(channel, me))?.name].includes(asked))
  );
}

export function appDirect(state: State, me: User): Channel | undefined {
  const bot = state.app.bot_user_id;
  return state.channels.find((c) => c.is_im && c.members.includes(me.id) && (c.members.includes(bot) || c.user === bot));
}

/** Joins, topics and the like: told in a small grey line, and news to nobody. */
export const isSystem = (message: Message) => /^(channel|group)_/.test(message.subtype ?? "");

export const isForMe = (message: Message, me: User) => !message.ephemeral_to || message.ephemeral_to === me.id;

/** Messages of the channel itself: no replies (but those sent to the channel as well), none for others. */
export function topLevel(channel: Channel, me: User): Message[] {
  return channel.messages.filter(
    (m) => isForMe(m, me) && (!m.thread_ts || m.thread_ts === m.ts || m.subtype === "thread_broadcast"),
  );
}

export function repliesOf(channel: Channel, me: User, root: string): Message[] {
  return channel.messages.filter((m) => m.thread_ts === root && m.ts !== root && isForMe(m, me));
}

/** Does this message call me: by name, by group, by a broadcast? */
export function calls(state: State, message: Message, me: User): boolean {
  const text = message.text ?? "";
  if (text.includes(`<@${me.id}`) || /<!(here|channel|everyone)[|>]/.test(text)) return true;
  return state.usergroups.some((group) => group.users.includes(me.id) && text.includes(`<!subteam^${group.id}`));
}
