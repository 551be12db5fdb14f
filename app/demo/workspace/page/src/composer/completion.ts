// What can be completed at the caret: a slash command, a person, a channel, an emoji.
import type { Here } from "../context";
import { isPerson, maySee } from "../people";
import { emojiLike } from "../words/emoji";

export interface Completion {
  key: string;
  label: string;
  note?: string;
  hint?: string;
  user?: string;
  sign?: string; // an emoji or # before the label
  insert: string;
}

export interface Wanted {
  kind: "command" | "person" | "channel" | "emoji";
  typed: string;
  start: number; // where the completed word begins
}

export function wantedAt(text: string, caret: number): Wanted | undefined {
  const before = text.slice(0, caret);
  const command = /^\/(\S*)$/.exec(before);
  if (command) return { kind: "command", typed: command[1]!, start: 0 };
  const word = /(?:^|[\s(*_~])([@#])([\p{L}\d._-]*)$/u.exec(before);
  if (word) return { kind: word[1] === "@" ? "person" : "channel", typed: word[2]!, start: caret - word[2]!.length - 1 };
  const emoji = /(?:^|\s):([a-z0-9_+-]{2,})$/.exec(before);
  return emoji ? { kind: "emoji", typed: emoji[1]!, start: caret - emoji[1]!.length - 1 } : undefined;
}

/** The command a text begins with, once its name is typed: its usage is shown while one writes on. */
export function commandIn(text: string, { state }: Here) {
  const name = /^(\/\S+)\s/.exec(text)?.[1]?.toLowerCase();
  return name ? state.commands.find((one) => one.command.toLowerCase() === name) : undefined;
}

export function completions(wanted: Wanted | undefined, here: Here, members: string[]): Completion[] {
  if (!wanted) return [];
  const typed = wanted.typed.toLowerCase();
  switch (wanted.kind) {
    case "command": return commands(here, typed);
    case "person": return people(here, typed, members);
    case "channel": return channels(here, typed);
    case "emoji": return emojiLike(typed).map(([name, sign]) => ({ key: name, label: `:${name}:`, sign, insert: `:${name}: ` }));
  }
}

function commands({ state }: Here, typed: string): Completion[] {
  return state.commands
    .filter((one) => one.command.slice(1).toLowerCase().startsWith(typed))
    .map((one) => ({ key: one.command, label: one.command, hint: one.usage_hint, note: one.description, user: state.app.bot_user_id, insert: `${one.command} ` }));
}

function people({ state }: Here, typed: string, members: string[]): Completion[] {
  const rank = (id: string) => (members.includes(id) ? 0 : 1);
  const found = state.users
    .filter((one) => !one.deleted && one.id !== "USLACKBOT" && `${one.name} ${one.real_name}`.toLowerCase().split(/\s+/).some((word) => word.startsWith(typed)))
    .sort((a, b) => rank(a.id) - rank(b.id) || Number(!isPerson(a)) - Number(!isPerson(b)) || a.name.localeCompare(b.name))
    .slice(0, 8)
    .map((one) => ({ key: one.id, label: one.real_name, note: one.name + (rank(one.id) ? " · not in this channel" : ""), user: one.id, insert: `@${one.name} ` }));
  const groups = state.usergroups
    .filter((one) => !one.disabled && one.handle.toLowerCase().startsWith(typed))
    .map((one) => ({ key: one.id, label: `@${one.handle}`, note: `${one.name} · ${one.users.length} people`, sign: "👥", insert: `@${one.handle} ` }));
  const all = [["here", "everyone active in this channel"], ["channel", "everyone in this channel"]]
    .filter(([word]) => word!.startsWith(typed))
    .map(([word, note]) => ({ key: word!, label: `@${word}`, note, sign: "📣", insert: `@${word} ` }));
  return [...found, ...groups, ...all];
}

function channels({ state, me }: Here, typed: string): Completion[] {
  return state.channels
    .filter((one) => !one.is_im && !one.is_mpim && !one.is_archived && maySee(one, me) && one.name.includes(typed))
    .sort((a, b) => Number(!a.name.startsWith(typed)) - Number(!b.name.startsWith(typed)) || a.name.localeCompare(b.name))
    .slice(0, 8)
    .map((one) => ({ key: one.id, label: one.name, sign: one.is_private ? "🔒" : "#", insert: `#${one.name} ` }));
}
