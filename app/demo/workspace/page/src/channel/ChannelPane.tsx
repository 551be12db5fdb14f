import { useEffect, useMemo, useRef } from "react";
import { act } from "../api";
import { Composer } from "../composer/Composer";
import { useHere } from "../context";
import { MessageList } from "../message/MessageList";
import { titleOf, topLevel } from "../people";
import type { Channel } from "../types";
import { lastRead, markRead, unreadIn } from "../unread";
import { useLocalWords } from "./local";
import { Beginning, Head } from "./Head";

/** One open channel. */
export function ChannelPane({ channel, bare }: { channel: Channel; bare?: boolean }) {
  const { state, me } = useHere();
  const local = useLocalWords(channel.id, me.id);
  const messages = useMemo(() => {
    const all = topLevel(channel, me);
    return local.length ? [...all, ...local].sort((a, b) => (a.ts < b.ts ? -1 : 1)) : all;
  }, [channel, me, local]);
  // Where "New" begins is settled when the channel is opened; what arrives while you look is not new.
  const newFrom = useRef<string | undefined>(undefined);
  const opened = useRef(false);
  if (!opened.current) {
    opened.current = true;
    newFrom.current = unreadIn(state, channel, me).count ? lastRead(state, channel, me) : undefined;
  }
  useEffect(() => {
    const read = () => channel.whole && document.visibilityState === "visible" && markRead(state, channel, me);
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [state, channel, me]);
  const title = titleOf(state, channel, me);
  return (
    <>
      {!bare && <Head channel={channel} />}
      {channel.whole ? <MessageList messages={messages} channelId={channel.id} newFrom={newFrom.current} head={<Beginning channel={channel} />} label={`Messages in ${title}`} /> : <div className="list-place" aria-busy="true" />}
      <Foot channel={channel} />
    </>
  );
}

function Foot({ channel }: { channel: Channel }) {
  const { me } = useHere();
  if (channel.is_archived) {
    return <div className="foot-note" data-testid="archived">You are viewing <b>#{channel.name}</b>, an archived channel. Nothing more can be posted in it.</div>;
  }
  if (!channel.members.includes(me.id)) {
    return (
      <div className="foot-note"><b># {channel.name}</b>
        <button type="button" className="button primary" data-testid="join" onClick={() => act("join", { user: me.id, channel: channel.id })}>Join channel</button>
      </div>
    );
  }
  return <Composer key={`${me.id} ${channel.id}`} channel={channel} />;
}
