import { useHere } from "../context";
import { Icon } from "../kit/Icon";
import { initials } from "../people";
import { go, useRoute } from "../route";

/** The narrow strip at the very left: the workspace, its app's Home, the levers. */
export function Rail() {
  const { state } = useHere();
  const route = useRoute();
  const home = route.view === "home";
  return (
    <nav className="rail" aria-label="Workspace">
      <span className="workspace-logo" title={state.team.name}>{initials(state.team.name)}</span>
      <button type="button" className={`rail-item ${home ? "" : "on"}`} onClick={() => go({ view: undefined })}><span><Icon name="message" /></span>Chat</button>
      <button type="button" className={`rail-item ${home ? "on" : ""}`} onClick={() => go({ view: "home", thread: undefined })}><span><Icon name="home" /></span>{state.app.name}</button>
      <span className="spacer" />
      <button type="button" className={`rail-item ${route.levers ? "on" : ""}`} aria-expanded={Boolean(route.levers)} data-testid="levers-button" onClick={() => go({ levers: route.levers ? undefined : "calls" })}><span><Icon name="levers" /></span>Levers</button>
    </nav>
  );
}
