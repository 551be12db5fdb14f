// What the server's /_workspace/state answers, as far as the page reads it.
export type Json = any; // Block Kit is an open format: unknown parts are shown as well as we can.

export interface User {
  id: string;
  name: string;
  real_name: string;
  email?: string;
  title?: string;
  tz: string;
  is_bot: boolean;
  deleted: boolean;
  is_restricted?: boolean;
  is_ultra_restricted?: boolean;
  is_stranger?: boolean;
  color?: string;
  bot_id?: string;
  dnd?: { dnd_enabled?: boolean };
  presence?: string;
}

export interface Reaction {
  name: string;
  users: string[];
  count: number;
}

export interface Message {
  ts: string;
  user?: string;
  bot_id?: string;
  username?: string;
  text: string;
  blocks?: Json[];
  attachments?: Json[];
  thread_ts?: string;
  reply_count?: number;
  reply_users?: string[];
  latest_reply?: string;
  edited?: Json;
  subtype?: string;
  reactions?: Reaction[];
  pinned?: boolean;
  ephemeral_to?: string;
  ephemeral_id?: string;
}

export interface Channel {
  id: string;
  name: string;
  is_private?: boolean;
  is_im?: boolean;
  is_mpim?: boolean;
  is_archived?: boolean;
  creator?: string;
  topic?: string | { value: string };
  purpose?: string | { value: string };
  members: string[];
  user?: string;
  pins?: string[];
  bookmarks?: { id: string; title: string; link: string; emoji?: string }[];
  messages: Message[]; // of a channel that is not `whole`: none
  whole: boolean; // are its messages here, or only what marks it unread?
  latest?: string;
  recent?: News[];
}

/** Something said in a channel that is not open. */
export interface News {
  ts: string;
  user?: string;
  calls: boolean; // by my name, my group, or a broadcast
}

export interface View {
  id: string;
  hash?: string;
  type: string;
  callback_id?: string;
  title?: Json;
  submit?: Json;
  close?: Json;
  blocks: Json[];
  state?: { values?: Record<string, Record<string, Json>> };
}

export interface Push {
  id: string;
  at: number;
  title?: string;
  message?: string;
  priority?: number;
  click?: string;
  actions?: { label: string; url: string; method?: string }[];
  state: "ringing" | "read" | "acted"; // "ringing" past `rings_until` is an unread notification
  rings_until: number;
  result?: Json;
}

export interface Call {
  at: number;
  method: string;
  arguments: Json;
  status: number;
  ok: boolean;
  error?: string | null;
  ms?: number;
}

export interface Delivery {
  at: number;
  id: string;
  type: string;
  attempt: number;
  transport: string;
  acked_ms: number | null;
  status?: Json;
  response?: Json;
}

export interface State {
  team: { id: string; name: string; domain: string };
  app: { id: string; name: string; bot_user_id: string; bot_id: string; connected: number; mode: string };
  now: number;
  opened: number; // when somebody first opened the page: what was said before counts as read
  users: User[];
  channels: Channel[];
  usergroups: { id: string; handle: string; name: string; users: string[]; disabled?: boolean }[];
  commands: { command: string; description?: string; usage_hint?: string }[];
  shortcuts: { name: string; type: string; callback_id: string; description?: string }[];
  homes: Record<string, View>;
  views: Record<string, View[]>;
  phones: Record<string, Push[]>;
  calls?: Call[];
  deliveries?: Delivery[];
  faults?: Record<string, Json>;
  dark?: boolean;
}

export type Answer = { ok: boolean; error?: string } & Record<string, Json>;
