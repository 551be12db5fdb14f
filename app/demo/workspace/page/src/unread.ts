// What this person has not read yet, remembered by this browser (the workspace keeps no read marks).
import { useSyncExternalStore } from "react";
import { clockNow } from "./live";
import { calls, isForMe } from "./people";
import type { Channel, State, User } from "./types";

const listeners = new Set<() => void>();
let version = 0;

/** Everything there when a workspace is first seen counts as read. */
function baseline(state: State): string {
  const key = `since ${state.team.id}`;
  const known = sessionStorage.getItem(key);
  if (known) return known;
  const now = clockNow().toFixed(6);
  sessionStorage.setItem(key, now);
  return now;
}

const keyOf = (channel: Channel, me: User) => `read ${me.id} ${channel.id}`;

export const lastRead = (state: State, channel: Channel, me: User) =>
  sessionStorage.getItem(keyOf(channel, me)) ?? baseline(state);

export function markRead(state: State, channel: Channel, me: User) {
  const newest = channel.messages.at(-1)?.ts;
  if (!newest || newest <= lastRead(state, channel, me)) return;
  sessionStorage.setItem(keyOf(channel, me), newest);
  version++;
  listeners.forEach((listener) => listener());
}

export interface Unread {
  count: number;
  mentions: number;
}

/** Counted from the newest message back, so a long channel costs nothing. */
export function unreadIn(state: State, channel: Channel, me: User): Unread {
  const read = lastRead(state, channel, me);
  const found = { count: 0, mentions: 0 };
  for (let i = channel.messages.length - 1; i >= 0; i--) {
    const said = channel.messages[i]!;
    if (said.ts <= read) break;
    if (said.user === me.id || !isForMe(said, me)) continue;
    found.count++;
    if (channel.is_im || channel.is_mpim || calls(state, said, me)) found.mentions++;
  }
  return found;
}

/** Draws again when something was read. */
export const useReadMarks = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => version,
  );
