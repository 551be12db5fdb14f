// Channels, direct messages, apps; bold where something is unread.
import { useMemo, useState } from "react";
import { useHere } from "../context";
import { Avatar, Presence } from "../kit/Avatar";
import { Icon } from "../kit/Icon";
import { appDirect, isGuest, otherOf, titleOf } from "../people";
import { go, useRoute } from "../route";
import type { Channel } from "../types";
import { unreadIn, useReadMarks } from "../unread";
import { CreateChannel } from "./CreateChannel";
import { openDirect } from "./Jump";

export function Sidebar({ onGo }: { onGo: () => void }) {
  const here = useHere();
  const { state, me } = here;
  const route = useRoute();
  const [creating, setCreating] = useState(false);
  const mine = useMemo(() => sortOut(state.channels, me.id), [state.channels, me.id]);
  const direct = appDirect(state, me);
  const directs = mine.directs.filter((one) => one.id !== direct?.id);
  const open = (channel: Channel) => { go({ channel: channel.is_im || channel.is_mpim ? channel.id : channel.name, view: undefined, thread: undefined }); onGo(); };
  const row = (channel: Channel) => <Row key={channel.id} channel={channel} on={!route.view && here.channel?.id === channel.id} onOpen={() => open(channel)} />;
  return (
    <nav className="sidebar" aria-label="Channels">
      <div className="workspace-head"><b>{state.team.name}</b>{state.dark && <span className="dark-word">away</span>}</div>
      <div className="side-scroll">
        <Section title="Channels">
          {mine.joined.map(row)}
          {!isGuest(me) && mine.others.length > 0 && <Others>{mine.others.map(row)}</Others>}
          {!isGuest(me) && <button type="button" className="row quiet" onClick={() => setCreating(true)}><span className="row-sign plus"><Icon name="plus" size={14} /></span>Add channels</button>}
        </Section>
        <Section title="Direct messages">
          {direct && <Row channel={direct} on={route.view === "messages" || (!route.view && here.channel?.id === direct.id)} onOpen={() => { go({ view: "messages", thread: undefined }); onGo(); }} />}
          {directs.map(row)}
          <AddDirect known={directs.map((one) => otherOf(one, me))} />
        </Section>
        <Section title="Apps"><AppRow onGo={onGo} /></Section>
      </div>
      {creating && <CreateChannel onClose={() => setCreating(false)} />}
    </nav>
  );
}

function sortOut(channels: Channel[], me: string) {
  const byName = (a: Channel, b: Channel) => a.name.localeCompare(b.name);
  const rooms = channels.filter((one) => !one.is_im && !one.is_mpim && !one.is_archived);
  return {
    joined: rooms.filter((one) => one.members.includes(me)).sort(byName),
    others: rooms.filter((one) => !one.is_private && !one.members.includes(me)).sort(byName),
    directs: channels.filter((one) => (one.is_im || one.is_mpim) && one.members.includes(me)),
  };
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  const [shut, setShut] = useState(false);
  return (
    <section className="side-section" aria-label={title}>
      <button type="button" className="side-head" aria-expanded={!shut} onClick={() => setShut(!shut)}><span className={shut ? "turn shut" : "turn"}><Icon name="down" size={12} /></span>{title}</button>
      {!shut && children}
    </section>
  );
}

function Others({ children }: { children: React.ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="row quiet" aria-expanded={open} onClick={() => setOpen(!open)}><span className="row-sign"><Icon name={open ? "down" : "right"} size={13} /></span>Browse channels</button>
      {open && <div className="others">{children}</div>}
    </>
  );
}

function Row({ channel, on, onOpen }: { channel: Channel; on: boolean; onOpen: () => void }) {
  const { state, me } = useHere();
  useReadMarks();
  const unread = on ? { count: 0, mentions: 0 } : unreadIn(state, channel, me);
  const direct = channel.is_im || channel.is_mpim;
  const member = channel.members.includes(me.id);
  const other = otherOf(channel, me);
  const bold = member && unread.count > 0;
  return (
    <button type="button" className={`row ${on ? "on" : ""} ${bold ? "unread" : ""} ${member ? "" : "foreign"}`} aria-current={on ? "page" : undefined} data-testid={`channel-${direct ? channel.id : channel.name}`} onClick={onOpen}>
      {direct ? <span className="row-avatar"><Avatar user={other} size={20} /><Presence user={other} /></span> : <span className="row-sign"><Icon name={channel.is_private ? "lock" : "hash"} size={15} /></span>}
      <span className="row-name">{titleOf(state, channel, me)}{direct && other === me.id && <em> you</em>}</span>
      {member && unread.mentions > 0 && <span className="badge" aria-label={`${unread.mentions} for you`}>{unread.mentions}</span>}
    </button>
  );
}

/** The app's Home; what it wrote to you stands among the direct messages. */
function AppRow({ onGo }: { onGo: () => void }) {
  const { state } = useHere();
  const { view } = useRoute();
  const on = view === "home" || view === "about";
  return (
    <button type="button" className={`row ${on ? "on" : ""}`} aria-current={on ? "page" : undefined} data-testid="app-row" onClick={() => { go({ view: "home", thread: undefined }); onGo(); }}>
      <span className="row-avatar"><Avatar user={state.app.bot_user_id} size={20} />{state.app.connected > 0 && <Presence user={state.app.bot_user_id} />}</span>
      <span className="row-name">{state.app.name}</span>
    </button>
  );
}

function AddDirect({ known }: { known: string[] }) {
  const { state, me } = useHere();
  const [open, setOpen] = useState(false);
  const people = state.users.filter((one) => !one.deleted && !one.is_bot && one.id !== "USLACKBOT" && one.id !== me.id && !known.includes(one.id));
  return (
    <>
      {open && people.map((one) => (
        <button key={one.id} type="button" className="row foreign" onClick={() => { setOpen(false); void openDirect(me.id, one.id); }}>
          <span className="row-avatar"><Avatar user={one.id} size={20} /></span><span className="row-name">{one.real_name}</span>
        </button>
      ))}
      <button type="button" className="row quiet" aria-expanded={open} onClick={() => setOpen(!open)}><span className="row-sign plus"><Icon name={open ? "close" : "plus"} size={14} /></span>{open ? "Close" : "Write to someone"}</button>
    </>
  );
}
