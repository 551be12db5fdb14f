// The page as a whole: where everything stands.
import { useEffect, useMemo, useRef, useState } from "react";
import { AppPane } from "./channel/AppPane";
import { ChannelPane } from "./channel/ChannelPane";
import { tellAs } from "./channel/local";
import { ThreadPane } from "./channel/ThreadPane";
import { HereContext, type Here } from "./context";
import { Drawer } from "./levers/Drawer";
import { useLive, watch } from "./live";
import { Modals } from "./modal/Modal";
import { appDirect, findChannel, personOf } from "./people";
import { Phone } from "./phone/Phone";
import { rings } from "./phone/ring";
import { go, useRoute } from "./route";
import { Rail } from "./side/Rail";
import { Sidebar } from "./side/Sidebar";
import { TopBar } from "./side/TopBar";
import { useTheme } from "./theme";
import type { State } from "./types";

export function App() {
  const { state, connected, trouble } = useLive();
  const theme = useTheme();
  useEffect(() => { document.documentElement.dataset.theme = theme; }, [theme]);
  if (!state) return <div className="waiting" role="status">{trouble ? `${trouble} Trying again…` : "Opening the workspace…"}</div>;
  return <Workspace state={state} connected={connected} />;
}

function Workspace({ state, connected }: { state: State; connected: boolean }) {
  const route = useRoute();
  const [menu, setMenu] = useState(false);
  const me = personOf(state, route.as);
  useEffect(() => {
    if (me && route.as !== me.name) go({ as: me.name }, { unasked: true });
  }, [me, route.as]);
  const channel = useMemo(
    () => (me ? (findChannel(state, me, route.channel) ?? findChannel(state, me, "general") ?? state.channels.find((one) => one.members.includes(me.id))) : undefined),
    [state, me, route.channel],
  );
  const here = useMemo<Here | undefined>(
    () => me && { state, me, channel, tell: (where, text, thread) => tellAs(me.id, where, text, thread) },
    [state, me, channel],
  );
  const shown = route.view === "messages" ? me && appDirect(state, me) : route.view ? undefined : channel;
  useEffect(() => watch(shown), [shown?.id, shown?.whole]);
  useRingingPhone(state, me?.name);
  useTitle(state, channel?.name);
  if (!me || !here) return <div className="waiting">Nobody lives in this workspace yet.</div>;
  const phone = route.phone && route.phone !== "off" ? route.phone : undefined;
  return (
    <HereContext.Provider value={here}>
      <div className={`app ${menu ? "menu-open" : ""}`}>
        <TopBar onMenu={() => setMenu(!menu)} />
        <Rail />
        <div className="window">
          <Sidebar onGo={() => setMenu(false)} />
          {menu && <button type="button" className="menu-veil" aria-label="Close the list of channels" onClick={() => setMenu(false)} />}
          <main className="main" aria-label="Conversation">
            {!connected && <div className="banner" role="status">The workspace does not answer. Trying again…</div>}
            {state.dark && <div className="banner dark-banner" role="status">Slack is dark: apps can reach nothing until it is brought back (Levers).</div>}
            {route.view ? <AppPane tab={route.view} /> : channel ? <ChannelPane key={me.id + channel.id} channel={channel} /> : <p className="empty">No channel here is open to you.</p>}
          </main>
          {route.thread && shown?.whole && <ThreadPane channel={shown} root={route.thread} />}
          {phone && <Phone handle={phone} />}
        </div>
        {route.levers && <Drawer tab={route.levers} />}
      </div>
      <Modals />
    </HereContext.Provider>
  );
}

/** Your own phone comes out of the pocket when it begins to ring. */
function useRingingPhone(state: State, name: string | undefined) {
  const newest = name && state.phones[name]?.findLast(rings)?.id;
  const putAway = useRef(useRoute().phone === "off");
  useEffect(() => {
    // An address that says phone=off is left as it is: only what rings after that takes it out.
    if (newest && !putAway.current) go({ phone: name }, { unasked: true });
    putAway.current = false;
  }, [newest, name]);
}

function useTitle(state: State, channel: string | undefined) {
  useEffect(() => { document.title = `${channel ? `#${channel} · ` : ""}${state.team.name}`; }, [state.team.name, channel]);
}
