// Where you are, kept in the address: ?as=ana&channel=engineering&thread=…&view=home&phone=ben
import { useSyncExternalStore } from "react";

export interface Route {
  as?: string;
  channel?: string;
  thread?: string;
  view?: string; // "home": the app's Home tab
  phone?: string; // whose phone lies open at the right; "off" once put away
  levers?: string; // the open tab of the drawer
  theme?: string; // "light" or "dark" instead of the system's
}

const KEYS = ["as", "channel", "thread", "view", "phone", "levers", "theme"] as const;
const listeners = new Set<() => void>();
let current = read();

function read(): Route {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? undefined]));
}

function settle(next: Route) {
  current = next;
  listeners.forEach((listener) => listener());
}

window.addEventListener("popstate", () => settle(read()));

/**
 * Go somewhere: what is named changes, `undefined` takes it away, the rest stays.
 * What nobody asked for (a phone that rings) leaves no step in the browser's history.
 */
export function go(change: Partial<Route>, { unasked = false } = {}) {
  const next = { ...current, ...change };
  const query = new URLSearchParams();
  for (const key of KEYS) if (next[key]) query.set(key, next[key]);
  const address = query.size ? `?${query}` : location.pathname;
  if (`?${query}` !== location.search) history[unasked ? "replaceState" : "pushState"](null, "", address);
  settle(next);
}

export function useRoute(): Route {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

export const routeNow = () => current;
export const onRoute = (listener: (route: Route) => void) => listeners.add(() => listener(current));
