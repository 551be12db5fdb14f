import { useMemo } from "react";
import { Composer } from "../composer/Composer";
import { useHere } from "../context";
import { Icon } from "../kit/Icon";
import { useEscape } from "../kit/Menu";
import { MessageList } from "../message/MessageList";
import { repliesOf, titleOf } from "../people";
import { go } from "../route";
import type { Channel } from "../types";
import { useLocalWords } from "./local";

/** A thread, at the right of its channel. */
export function ThreadPane({ channel, root }: { channel: Channel; root: string }) {
  const { state, me } = useHere();
  const local = useLocalWords(channel.id, me.id, root);
  const messages = useMemo(() => {
    const start = channel.messages.filter((one) => one.ts === root);
    return [...start, ...[...repliesOf(channel, me, root), ...local].sort((a, b) => (a.ts < b.ts ? -1 : 1))];
  }, [channel, me, root, local]);
  const close = () => go({ thread: undefined });
  useEscape(true, close);
  const title = titleOf(state, channel, me);
  return (
    <aside className="side-pane" aria-label="Thread" data-testid="thread">
      <header className="pane-head"><b>Thread</b><small>{channel.is_im ? title : `#${title}`}</small><span className="spacer" /><button type="button" className="tool" aria-label="Close thread" onClick={close}><Icon name="close" /></button></header>
      {messages.length ? <MessageList key={root} messages={messages} channelId={channel.id} inThread label="Thread" /> : <p className="empty">This message is not there any more.</p>}
      {!channel.is_archived && channel.members.includes(me.id) && messages.length > 0 && <Composer key={`${me.id} ${channel.id} ${root}`} channel={channel} thread={root} />}
    </aside>
  );
}
