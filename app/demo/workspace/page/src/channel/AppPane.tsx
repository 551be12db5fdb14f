// The app's own place: its Home tab, and the messages between it and you.
import { useEffect } from "react";
import { act } from "../api";
import { Blocks } from "../blocks/Blocks";
import { SurfaceContext, useMakeSurface } from "../blocks/surface";
import { useHere } from "../context";
import { Avatar } from "../kit/Avatar";
import { Safely } from "../kit/Safely";
import { appDirect } from "../people";
import { go } from "../route";
import type { View } from "../types";
import { ChannelPane } from "./ChannelPane";

const TABS = [["home", "Home"], ["messages", "Messages"], ["about", "About"]] as const;

export function AppPane({ tab }: { tab: string }) {
  const { state, me } = useHere();
  const direct = appDirect(state, me);
  useEffect(() => {
    if (tab === "home" || tab === "messages") void act("home", { user: me.id, tab });
  }, [tab, me.id]);
  useEffect(() => {
    if (tab === "messages" && !direct) void act("open", { user: me.id, users: [state.app.bot_user_id] });
  }, [tab, direct, me.id, state.app.bot_user_id]);
  return (
    <>
      <header className="head app-head">
        <div className="head-line"><h1 data-testid="channel-title"><Avatar user={state.app.bot_user_id} size={24} />{state.app.name}</h1><span className="spacer" />
          {!state.app.connected && <span className="offline">not connected</span>}</div>
        <div className="tabs" role="tablist">
          {TABS.map(([key, label]) => <button key={key} type="button" role="tab" aria-selected={tab === key} className={tab === key ? "tab on" : "tab"} data-testid={`tab-${key}`} onClick={() => go({ view: key, thread: undefined })}>{label}</button>)}
        </div>
      </header>
      {tab === "home" && <Home view={state.homes[me.id]} />}
      {tab === "messages" && direct && <ChannelPane key={me.id + direct.id} channel={direct} bare />}
      {tab === "about" && <About />}
    </>
  );
}

function Home({ view }: { view: View | undefined }) {
  const { state, me } = useHere();
  const surface = useMakeSurface({ where: { view_id: view?.id ?? "" }, kind: "home", user: me.id });
  if (!view) return <div className="empty home-empty"><Avatar user={state.app.bot_user_id} size={56} /><p>{state.app.name} has not published a Home tab for you yet.</p></div>;
  return <div className="home" data-testid="home"><SurfaceContext.Provider value={surface}><Safely><Blocks blocks={view.blocks} /></Safely></SurfaceContext.Provider></div>;
}

function About() {
  const { state } = useHere();
  return (
    <div className="home about">
      <h3>{state.app.name}</h3>
      <p>{state.app.connected ? `Connected (${state.app.mode}, ${state.app.connected} ${state.app.connected === 1 ? "connection" : "connections"}).` : `Not connected (${state.app.mode}).`}</p>
      <h4>Slash commands</h4>
      <dl>{state.commands.map((one) => <div key={one.command}><dt><code>{one.command}</code> {one.usage_hint}</dt><dd>{one.description}</dd></div>)}</dl>
      {state.shortcuts.length > 0 && <h4>Shortcuts</h4>}
      <dl>{state.shortcuts.map((one) => <div key={one.callback_id}><dt>{one.name}</dt><dd>{one.description}</dd></div>)}</dl>
    </div>
  );
}
