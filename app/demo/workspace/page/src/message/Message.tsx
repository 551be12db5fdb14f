// One message: who, when, what, and what one can do with it.
import { memo } from "react";
import { act } from "../api";
import { Blocks } from "../blocks/Blocks";
import { SurfaceContext, useMakeSurface } from "../blocks/surface";
import { useHere } from "../context";
import { Avatar } from "../kit/Avatar";
import { clockNow } from "../live";
import { nameOf, userOf } from "../people";
import { go } from "../route";
import { clock, slackDate } from "../time";
import type { Message as Said } from "../types";
import { Mrkdwn } from "../words/Mrkdwn";
import { Attachments } from "./Attachments";
import { EditBox } from "./EditBox";
import { Reactions } from "./Reactions";
import { Safely } from "../kit/Safely";
import { Toolbar } from "./Toolbar";

interface Props {
  said: Said;
  channelId: string;
  first: boolean; // the first of its group carries the name
  inThread?: boolean;
  editing?: boolean;
  onEdit: (ts: string | undefined) => void;
}

export const authorOf = (said: Said) => said.user || said.bot_id || said.username || "";

export const Message = memo(function Message({ said, channelId, first, inThread, editing, onEdit }: Props) {
  const { state, me } = useHere();
  const private_ = Boolean(said.ephemeral_to);
  const at = Number(said.ts);
  const user = userOf(state, said.user);
  const name = said.username || nameOf(state, said.user) || "App";
  const isBot = Boolean(said.bot_id || user?.is_bot);
  const title = slackDate(at, "{date_long} at {time_secs}", clockNow(), me.tz);
  const classes = ["message", first && "first", private_ && "private", said.pinned && "pinned"].filter(Boolean).join(" ");
  return (
    <article className={classes} data-ts={said.ts} data-testid="message" aria-label={`${name}, ${title}`}>
      {private_ && <div className="over"><span className="over-icon">👁</span>Only visible to you</div>}
      {said.pinned && <div className="over"><span className="over-icon">📌</span>Pinned</div>}
      <div className="message-side">
        {first ? <Avatar user={said.user} name={said.username} /> : <time className="small-time" dateTime={new Date(at * 1000).toISOString()}>{clock(at, me.tz)}</time>}
      </div>
      <div className="message-body">
        {first && (
          <div className="message-head">
            <b className="author">{name}</b>
            {isBot && <span className="bot-label" title="This is an app">APP</span>}
            {user?.is_stranger && <span className="bot-label">GUEST</span>}
            <time dateTime={new Date(at * 1000).toISOString()} title={title}>{clock(at, me.tz)}</time>
          </div>
        )}
        {editing ? <EditBox said={said} channelId={channelId} onDone={() => onEdit(undefined)} /> : <Body said={said} channelId={channelId} />}
        <Reactions said={said} channelId={channelId} />
        {!inThread && Boolean(said.reply_count) && <Replies said={said} />}
      </div>
      {!editing && <Toolbar said={said} channelId={channelId} inThread={inThread} onEdit={onEdit} />}
    </article>
  );
});

function Body({ said, channelId }: { said: Said; channelId: string }) {
  const { me } = useHere();
  const surface = useMakeSurface({ where: { channel: channelId, ts: said.ts }, kind: "message", user: me.id });
  const words = said.blocks?.length ? <Blocks blocks={said.blocks} /> : said.text ? <Mrkdwn text={said.text} /> : null;
  return (
    <SurfaceContext.Provider value={surface}>
      <div className="message-words">
        <Safely>{words}</Safely>
        {said.edited && <span className="edited" title="This message was edited">(edited)</span>}
      </div>
      {said.attachments && <Safely><Attachments of={said.attachments} /></Safely>}
    </SurfaceContext.Provider>
  );
}

function Replies({ said }: { said: Said }) {
  const { me } = useHere();
  const last = Number(said.latest_reply ?? 0);
  const when = last ? slackDate(last, "{date_short_pretty} at {time}", clockNow(), me.tz) : "";
  return (
    <button type="button" className="replies" data-testid="replies" onClick={() => go({ thread: said.ts })}>
      {(said.reply_users ?? []).slice(0, 5).map((id) => <Avatar key={id} user={id} size={24} />)}
      <b>{said.reply_count} {said.reply_count === 1 ? "reply" : "replies"}</b>
      <span className="replies-when">Last reply {when}</span>
      <span className="replies-open">View thread ›</span>
    </button>
  );
}

export const react = (user: string, channel: string, said: Said, name: string) => {
  const mine = said.reactions?.find((one) => one.name === name)?.users.includes(user);
  return act(mine ? "unreact" : "react", { user, channel, ts: said.ts, name });
};
