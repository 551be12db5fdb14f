// What this person has not read yet, remembered by this browser (the workspace keeps no read marks).
import { useSyncExternalStore } from "react";
import { calls, isForMe, isSystem } from "./people";
import type { Channel, News, State, User } from "./types";

const listeners = new Set<() => void>();
let version = 0;

function changed() {
  version++;
  listeners.forEach((listener) => listener());
}

// Another tab of the same workspace has read something.
window.addEventListener("storage", changed);

/** Marks belong to one run of a workspace; those of earlier runs are forgotten. */
const placeOf = (state: State) => `read ${state.opened} `;
const forgetOthers = once((place: string) => {
  for (const key of Object.keys(localStorage)) if (key.startsWith("read ") && !key.startsWith(place)) localStorage.removeItem(key);
});

function once(run: (place: string) => void) {
  let done = "";
  return (place: string) => {
    if (done !== place) run(place);
    done = place;
  };
}

const keyOf = (state: State, channel: Channel, me: User) => `${placeOf(state)}${me.id} ${channel.id}`;

/** What was said before somebody first opened the page counts as read. */
export const lastRead = (state: State, channel: Channel, me: User) =>
  localStorage.getItem(keyOf(state, channel, me)) ?? state.opened.toFixed(6);

export function markRead(state: State, channel: Channel, me: User) {
  const newest = channel.messages.at(-1)?.ts;
  if (!newest || newest <= lastRead(state, channel, me)) return;
  forgetOthers(placeOf(state));
  localStorage.setItem(keyOf(state, channel, me), newest);
  changed();
}

export interface Unread {
  count: number;
  mentions: number;
}

/** Of the open channel from its messages, of any other from what the workspace tells about it. */
export function unreadIn(state: State, channel: Channel, me: User): Unread {
  const read = lastRead(state, channel, me);
  const news = channel.whole ? newsIn(state, channel, me, read) : (channel.recent ?? []);
  const unread = news.filter((one) => one.ts > read && one.user !== me.id);
  const direct = channel.is_im || channel.is_mpim;
  return { count: unread.length, mentions: direct ? unread.length : unread.filter((one) => one.calls).length };
}

/** From the newest message back, so a long channel costs nothing. */
function newsIn(state: State, channel: Channel, me: User, read: string): News[] {
  const found: News[] = [];
  for (let i = channel.messages.length - 1; i >= 0; i--) {
    const said = channel.messages[i]!;
    if (said.ts <= read) break;
    if (!isSystem(said) && isForMe(said, me)) found.push({ ts: said.ts, user: said.user, calls: calls(state, said, me) });
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
