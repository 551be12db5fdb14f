// The live copy of the workspace: a stream says "changed", we fetch the state once more.
import { useSyncExternalStore } from "react";
import { fetchState } from "./api";
import { equal } from "./equal";
import { onRoute, routeNow } from "./route";
import type { Channel, State } from "./types";

interface Live {
  state?: State;
  connected: boolean;
  trouble?: string;
  skew: number; // the workspace's clock minus ours, seconds
}

let live: Live = { connected: false, skew: 0 };
let fetching = false;
let again = false;
let lastTook = 0;
let watched = routeNow().channel ?? "general"; // the one channel whose messages are fetched
const listeners = new Set<() => void>();

function settle(change: Partial<Live>) {
  live = { ...live, ...change };
  listeners.forEach((listener) => listener());
}

/** Unchanged parts keep their identity, so that only what changed is drawn again. */
function share(old: State | undefined, fresh: State): State {
  if (!old) return fresh;
  const before = new Map(old.channels.map((channel) => [channel.id, channel]));
  const channels = fresh.channels.map((channel) => shareChannel(before.get(channel.id), channel));
  const keep = <K extends keyof State>(key: K) => (equal(old[key], fresh[key]) ? old[key] : fresh[key]);
  return {
    ...fresh,
    channels,
    users: keep("users"),
    usergroups: keep("usergroups"),
    homes: keep("homes"),
    views: keep("views"),
    phones: keep("phones"),
    commands: keep("commands"),
    shortcuts: keep("shortcuts"),
  };
}

function shareChannel(old: Channel | undefined, fresh: Channel): Channel {
  if (!old) return fresh;
  if (!fresh.whole) return equal(old, fresh) ? old : fresh;
  const before = new Map(old.messages.map((message) => [message.ts + (message.ephemeral_to ?? ""), message]));
  const messages = fresh.messages.map((message) => {
    const was = before.get(message.ts + (message.ephemeral_to ?? ""));
    return was && equal(was, message) ? was : message;
  });
  return { ...fresh, messages };
}

/** Fetch the state now; several wishes during one fetch become one more fetch after it. */
export async function refresh(): Promise<void> {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  const started = performance.now();
  try {
    const route = routeNow();
    const fresh = await seenBy(route.as, Boolean(route.levers));
    const skew = fresh.now - Date.now() / 1000;
    settle({ state: share(live.state, fresh), trouble: undefined, skew });
  } catch (error) {
    settle({ trouble: String(error instanceof Error ? error.message : error) });
  }
  lastTook = performance.now() - started;
  fetching = false;
  if (again) {
    again = false;
    // A very large workspace is not fetched back to back: we rest as long as it took.
    setTimeout(refresh, Math.min(2000, lastTook));
  }
}

/** The state as this person sees it; a name nobody has shows what everybody sees. */
async function seenBy(handle: string | undefined, calls: boolean): Promise<State> {
  try {
    return await fetchState(handle, calls, watched);
  } catch (error) {
    if (!handle) throw error;
    return fetchState(undefined, calls, watched);
  }
}

/** From now on the messages of this channel are fetched, and at once if they are not here. */
export function watch(channel: Channel | undefined) {
  watched = channel?.id ?? "";
  if (channel && !channel.whole) void refresh();
}

/** From now on the copy follows the workspace, and who you are. */
export function listen() {
  let { as, levers } = routeNow();
  onRoute((route) => {
    if (route.as !== as || Boolean(route.levers) !== Boolean(levers)) void refresh();
    ({ as, levers } = route);
  });
  follow();
  document.addEventListener("visibilitychange", follow);
  window.addEventListener("pageshow", (event) => event.persisted && follow());
  window.addEventListener("pagehide", rest);
}

const AWAY = 5000;
let stream: EventSource | undefined;
let looking: ReturnType<typeof setInterval> | undefined;

function rest() {
  stream?.close();
  clearInterval(looking);
  stream = looking = undefined;
}

/**
 * A page that is looked at holds a stream; one in the background asks now and then. A browser keeps six
 * connections to a server and no more, so many open tabs would otherwise wait for each other.
 */
function follow() {
  rest();
  if (document.visibilityState === "hidden") {
    void refresh();
    looking = setInterval(refresh, AWAY);
    return;
  }
  stream = new EventSource("/_workspace/stream");
  stream.addEventListener("change", () => {
    settle({ connected: true });
    void refresh();
  });
  stream.onopen = () => settle({ connected: true });
  stream.onerror = () => settle({ connected: false });
}

export function useLive(): Live {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => live,
  );
}

export const clockNow = () => Date.now() / 1000 + live.skew;
