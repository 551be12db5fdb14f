// What a select offers: its own options, the workspace's people and channels, or the app's answer.
import type { Here } from "../context";
import { isPerson, maySee, titleOf } from "../people";
import type { Channel, Json } from "../types";

export interface Offer {
  id: string;
  label: string;
  note?: string;
  user?: string; // drawn with this person's avatar
  group?: string;
  value: Json; // what the select then holds
}

const offerOf = (option: Json, group?: string): Offer => ({
  id: option.value,
  label: option.text?.text ?? option.value,
  note: option.description?.text,
  group,
  value: option,
});

/** `options` and `option_groups` of a block or of the app's suggestions. */
export function ownOffers(from: Json): Offer[] {
  const grouped = (from?.option_groups ?? []).flatMap((group: Json) =>
    (group.options ?? []).map((option: Json) => offerOf(option, group.label?.text)),
  );
  return grouped.length ? grouped : (from?.options ?? []).map((option: Json) => offerOf(option));
}

function people({ state }: Here): Offer[] {
  return state.users
    .filter((user) => !user.deleted && user.id !== "USLACKBOT")
    .sort((a, b) => Number(!isPerson(a)) - Number(!isPerson(b)) || a.real_name.localeCompare(b.real_name))
    .map((user) => ({ id: user.id, label: user.real_name || user.name, note: user.name, user: user.id, value: user.id }));
}

function conversations(here: Here, keep: (channel: Channel) => boolean): Offer[] {
  return here.state.channels
    .filter((channel) => !channel.is_archived && maySee(channel, here.me) && keep(channel))
    .map((channel) => ({
      id: channel.id,
      label: (channel.is_im || channel.is_mpim ? "" : "# ") + titleOf(here.state, channel, here.me),
      value: channel.id,
    }));
}

const kindOf = (channel: Channel) =>
  channel.is_im ? "im" : channel.is_mpim ? "mpim" : channel.is_private ? "private" : "public";

export function offersOf(element: Json, here: Here): Offer[] {
  const type = element.type.replace("multi_", "");
  if (type === "users_select") return people(here);
  if (type === "channels_select") return conversations(here, (c) => kindOf(c) === "public");
  if (type === "conversations_select") {
    const include: string[] | undefined = element.filter?.include;
    return conversations(here, (c) => !include || include.includes(kindOf(c)));
  }
  return ownOffers(element);
}

/** The offer a held value stands for, also when it is not among those listed now. */
export function offerFor(held: Json, offers: Offer[]): Offer {
  const id = typeof held === "object" ? held.value : held;
  return offers.find((offer) => offer.id === id) ?? (typeof held === "object" ? offerOf(held) : { id, label: id, value: held });
}
