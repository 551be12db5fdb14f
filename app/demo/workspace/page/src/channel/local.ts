// Words from Slack itself ("that command failed"): only in this page, seen by nobody else.
import { useMemo, useSyncExternalStore } from "react";
import { clockNow } from "../live";
import type { Message } from "../types";

interface Word extends Message {
  channel: string;
  thread?: string;
}

let words: Word[] = [];
const listeners = new Set<() => void>();

export function tellAs(me: string, channel: string, text: string, thread?: string) {
  const ts = clockNow().toFixed(6);
  words = [...words, { ts, user: "USLACKBOT", text, channel, thread, ephemeral_to: me }];
  listeners.forEach((listener) => listener());
}

export function useLocalWords(channel: string, me: string, thread?: string): Message[] {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => words,
  );
  return useMemo(() => all.filter((one) => one.channel === channel && one.thread === thread && one.ephemeral_to === me), [all, channel, me, thread]);
}
