// Slack's own addresses lead to a place in this page, never off the machine.
import type { Here } from "../context";
import { appDirect, findChannel } from "../people";
import { go, type Route } from "../route";

export interface Place {
  channel?: string;
  ts?: string; // the message to show
  thread?: string;
  home?: boolean; // the app's Home
}

const SLACK = /^(?:[\w-]+\.)*slack\.com$/;

/** The place a Slack address names: app_redirect, a link to a message, slack://channel. */
export function placeOf(address: string): Place | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  const { searchParams: query } = url;
  if (url.protocol === "slack:") {
    const kind = url.hostname;
    if (kind === "app") return { home: true };
    return query.get("id") && ["channel", "user"].includes(kind) ? { channel: query.get("id")! } : undefined;
  }
  if (!/^https?:$/.test(url.protocol) || !SLACK.test(url.hostname)) return undefined;
  if (url.pathname === "/app_redirect") {
    const channel = query.get("channel");
    return channel ? { channel } : query.get("app") ? { home: true } : undefined;
  }
  const found = /^\/archives\/(\w+)(?:\/p(\d{10})(\d{6}))?$/.exec(url.pathname);
  if (!found) return undefined;
  return { channel: found[1], ts: found[2] && `${found[2]}.${found[3]}`, thread: query.get("thread_ts") ?? undefined };
}

/** Where this page keeps that place. */
function routeTo(place: Place, { state, me }: Here): Partial<Route> | undefined {
  if (place.home) return { view: "home", thread: undefined };
  const channel = findChannel(state, me, place.channel);
  if (!channel) return undefined;
  if (channel.id === appDirect(state, me)?.id) return { view: "messages", thread: place.thread };
  return { channel: channel.is_im || channel.is_mpim ? channel.id : channel.name, view: undefined, thread: place.thread };
}

export function goTo(place: Place, here: Here) {
  const route = routeTo(place, here);
  if (!route) {
    if (here.channel) here.tell(here.channel.id, "That conversation is not open to you: it is private, or it is gone.");
    return;
  }
  go(route);
  if (place.ts) showSoon(place.ts);
}

/** Once the message is drawn, it is brought into view and lights up for a moment. */
function showSoon(ts: string, tries = 40) {
  const there = document.querySelector(`[data-ts="${ts}"]`);
  if (!there) {
    if (tries) setTimeout(() => showSoon(ts, tries - 1), 50);
    return;
  }
  there.scrollIntoView({ block: "center" });
  there.classList.add("found");
  setTimeout(() => there.classList.remove("found"), 2500);
}
