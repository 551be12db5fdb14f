// Every request the page makes: acts of the person you are, phones, levers.
import type { Answer, State } from "./types";

async function send(method: string, path: string, body?: unknown): Promise<Answer> {
  try {
    const response = await fetch(path, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json().catch(() => ({}));
    return { ...answer, ok: answer.ok ?? response.ok, error: answer.error ?? undefined };
  } catch {
    return { ok: false, error: "The workspace did not answer. Is it still running?" };
  }
}

export type Deed =
  | "message" | "edit" | "delete" | "command" | "click" | "suggest" | "submit" | "close"
  | "join" | "leave" | "invite" | "react" | "unreact" | "pin" | "unpin" | "open" | "home"
  | "shortcut" | "create_channel" | "dnd";

export const act = (deed: Deed, body: Record<string, unknown>) => send("POST", `/_workspace/act/${deed}`, body);
export const press = (handle: string, id: string, action: number) =>
  send("POST", `/_workspace/phone/${encodeURIComponent(handle)}/act`, { id, action });
export const readPush = (handle: string, id: string) =>
  send("POST", `/_workspace/phone/${encodeURIComponent(handle)}/read`, { id });
export const goDark = (on: boolean) => send("POST", "/_workspace/dark", { on });
export const dropSockets = (how: string) => send("POST", "/_workspace/sockets/drop", { how });
export const putFault = (method: string, fault: Record<string, unknown>) =>
  send("PUT", `/_workspace/faults/${encodeURIComponent(method)}`, fault);
export const clearFault = (method: string) => send("DELETE", `/_workspace/faults/${encodeURIComponent(method)}`);

/** The state with the messages of one channel. */
export async function fetchState(as: string | undefined, calls: boolean, channel: string): Promise<State> {
  const query = new URLSearchParams({ calls: calls ? "1" : "0", channel });
  if (as) query.set("as", as);
  const response = await fetch(`/_workspace/state?${query}`);
  if (!response.ok) throw new Error(`The workspace answered ${response.status}.`);
  const state: State = await response.json();
  const channels = state.channels.map((one) => ({ ...one, whole: one.messages !== undefined, messages: one.messages ?? [] }));
  return { ...state, channels };
}
