// Over a channel's messages: its name, topic, people, pins and bookmarks.
import { act } from "../api";
import { useHere } from "../context";
import { Avatar, Presence } from "../kit/Avatar";
import { Icon } from "../kit/Icon";
import { Menu } from "../kit/Menu";
import { isGuest, isPerson, nameOf, noteText, otherOf, titleOf, userOf } from "../people";
import { clock } from "../time";
import { clockNow } from "../live";
import type { Channel } from "../types";
import { emojiOf } from "../words/emoji";
import { Link } from "../words/Link";
import { gist, Mrkdwn } from "../words/Mrkdwn";

export function Head({ channel }: { channel: Channel }) {
  const { state, me } = useHere();
  const direct = channel.is_im || channel.is_mpim;
  const topic = noteText(channel.topic);
  const other = otherOf(channel, me);
  const zone = userOf(state, other)?.tz;
  return (
    <header className="head">
      <div className="head-line">
        <h1 data-testid="channel-title">
          {channel.is_im ? <Avatar user={other} size={24} /> : <Icon name={channel.is_private ? "lock" : "hash"} size={17} />}
          <span>{titleOf(state, channel, me)}</span>
        </h1>
        {channel.is_im && <span className="head-topic"><Presence user={other} /> {zone && zone !== me.tz ? `${clock(clockNow(), zone)} local time` : ""}</span>}
        {!direct && topic && <div className="head-topic" title={gist(topic, { state })} data-testid="topic"><Mrkdwn text={topic.replaceAll("\n", " ")} /></div>}
        <span className="spacer" />
        {(channel.pins?.length ?? 0) > 0 && <Pins channel={channel} />}
        {!direct && <Members channel={channel} />}
      </div>
      {(channel.bookmarks?.length ?? 0) > 0 && (
        <div className="bookmarks" role="list" aria-label="Bookmarks" data-testid="bookmarks">
          {channel.bookmarks!.map((one) => (
            <span key={one.id} role="listitem"><Link href={one.link}>
              {emojiOf((one.emoji ?? "").replaceAll(":", "")) ?? <Icon name="bookmark" size={13} />} {one.title}
            </Link></span>
          ))}
        </div>
      )}
    </header>
  );
}

function Pins({ channel }: { channel: Channel }) {
  const here = useHere();
  const pinned = channel.pins!.map((ts) => channel.messages.find((one) => one.ts === ts)).filter((one) => one !== undefined);
  return (
    <Menu label={`${pinned.length} pinned`} className="head-button" side="right" testid="pins" button={<><Icon name="pin" size={15} />{pinned.length}</>}>
      {() => (
        <div className="pins">
          <div className="menu-head">Pinned in this channel</div>
          {pinned.map((said) => (
            <div key={said.ts} className="pin-item">
              <b>{said.username || nameOf(here.state, said.user)}</b>
              <div>{gist(said.text, here).slice(0, 240)}</div>
              <button type="button" className="link-button" onClick={() => document.querySelector(`[data-ts="${said.ts}"]`)?.scrollIntoView({ block: "center", behavior: "smooth" })}>Show</button>
              <button type="button" className="link-button" onClick={() => act("unpin", { user: here.me.id, channel: channel.id, ts: said.ts })}>Unpin</button>
            </div>
          ))}
        </div>
      )}
    </Menu>
  );
}

function Members({ channel }: { channel: Channel }) {
  const { state, me } = useHere();
  const faces = channel.members.filter((id) => !userOf(state, id)?.is_bot).slice(0, 3);
  const outside = state.users.filter((one) => isPerson(one) && !channel.members.includes(one.id));
  const member = channel.members.includes(me.id);
  return (
    <Menu label={`${channel.members.length} members`} className="head-button faces" side="right" testid="members"
      button={<><span className="facepile">{faces.map((id) => <Avatar key={id} user={id} size={20} />)}</span>{channel.members.length}</>}>
      {(close) => (
        <div className="people-menu">
          <div className="menu-head">{channel.members.length} members</div>
          {channel.members.map((id) => {
            const user = userOf(state, id);
            return <div key={id} className="menu-item with-avatar still"><Avatar user={id} size={28} /><span>{nameOf(state, id)}{user?.is_bot && <em> · app</em>}{user && isGuest(user) && <em> · guest</em>}<small>{user?.title}</small></span></div>;
          })}
          {member && outside.length > 0 && <div className="menu-head">Add people</div>}
          {member && outside.map((one) => (
            <button key={one.id} type="button" className="menu-item with-avatar" onClick={() => act("invite", { user: me.id, channel: channel.id, invitee: one.id })}><Avatar user={one.id} size={28} /><span>{one.real_name}<small>Add to #{channel.name}</small></span></button>
          ))}
          {member && <hr />}
          {member && <button type="button" className="menu-item danger" onClick={() => { close(); void act("leave", { user: me.id, channel: channel.id }); }}>Leave #{channel.name}</button>}
        </div>
      )}
    </Menu>
  );
}

/** The first lines of a channel, over its first message. */
export function Beginning({ channel }: { channel: Channel }) {
  const { state, me } = useHere();
  const title = titleOf(state, channel, me);
  const purpose = noteText(channel.purpose);
  if (channel.is_im) {
    return <div className="beginning"><h2>{title}</h2><p>This is the beginning of your conversation with {title}.</p></div>;
  }
  return (
    <div className="beginning">
      <h2># {title}</h2>
      <p>{channel.creator ? <>{nameOf(state, channel.creator)} created this channel. </> : null}This is the very beginning of <b>#{title}</b>. {purpose && <>Purpose: {purpose}</>}</p>
    </div>
  );
}

