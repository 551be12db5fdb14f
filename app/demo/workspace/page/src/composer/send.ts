// What Enter does: a message, or a slash command with the answers Slack itself would give.
import { act } from "../api";
import type { Here } from "../context";
import type { Channel } from "../types";

export async function send(typed: string, here: Here, channel: Channel, thread: string | undefined): Promise<string> {
  const text = typed.trim();
  const { me, tell } = here;
  const command = /^\/(\S+)\s*([\s\S]*)$/.exec(text);
  if (!command || typed.startsWith(" ")) {
    const answer = await act("message", { user: me.id, channel: channel.id, text, thread_ts: thread });
    return answer.ok ? "" : (answer.error ?? "The message was not sent.");
  }
  const name = `/${command[1]}`;
  if (thread) {
    tell(channel.id, `\`${name}\` is not supported in threads. Sorry!`, thread);
    return "";
  }
  const answer = await act("command", { user: me.id, channel: channel.id, command: name, text: command[2] });
  if (!answer.ok) tell(channel.id, refusal(name, answer.error ?? "dispatch_failed"));
  return "";
}

/** Slack's own words: for a command nobody has, and for one that failed (by its code). */
function refusal(name: string, error: string): string {
  if (/^[\w-]+$/.test(error)) return `\`${name}\` failed with the error “${error}”`;
  if (!error.includes("not a valid command")) return `\`${name}\` was not run. ${error}`;
  return `\`${name}\` is not a valid command. In Slack, every message that starts with “/” is read as a command. To send it as a message, begin it with a space.`;
}
