// The levers of the workspace: go dark, drop sockets, faults, what was called and delivered.
import { useState } from "react";
import { clearFault, dropSockets, goDark, putFault } from "../api";
import { useHere } from "../context";
import { Icon } from "../kit/Icon";
import { go } from "../route";
import { clockSeconds } from "../time";
import type { Call, Delivery } from "../types";

const TABS = [["calls", "API calls"], ["deliveries", "Deliveries"], ["faults", "Faults"]] as const;
const DROPS = ["close", "abort", "refresh", "warning", "half_open", "refuse_next"];

export function Drawer({ tab }: { tab: string }) {
  const { state } = useHere();
  return (
    <section className="drawer" aria-label="Workspace levers" data-testid="levers">
      <header>
        <div className="tabs" role="tablist">
          {TABS.map(([key, label]) => <button key={key} type="button" role="tab" aria-selected={tab === key} className={tab === key ? "tab on" : "tab"} onClick={() => go({ levers: key })}>{label}</button>)}
        </div>
        <span className="spacer" />
        <span className={state.app.connected ? "pill good" : "pill bad"}>{state.app.name}: {state.app.connected ? `connected (${state.app.mode})` : "not connected"}</span>
        <Drops />
        <button type="button" role="switch" aria-checked={Boolean(state.dark)} className={`button small ${state.dark ? "danger solid" : ""}`} data-testid="dark" onClick={() => goDark(!state.dark)}>{state.dark ? "Slack is dark: bring it back" : "Go dark"}</button>
        <button type="button" className="tool" aria-label="Close levers" onClick={() => go({ levers: undefined })}><Icon name="close" size={16} /></button>
      </header>
      <div className="drawer-body">
        {tab === "calls" && <Calls calls={state.calls ?? []} />}
        {tab === "deliveries" && <Deliveries deliveries={state.deliveries ?? []} />}
        {tab === "faults" && <Faults />}
      </div>
    </section>
  );
}

function Drops() {
  const [how, setHow] = useState(DROPS[0]!);
  return (
    <span className="drops">
      <select className="field small" aria-label="How sockets are dropped" value={how} onChange={(event) => setHow(event.target.value)}>{DROPS.map((one) => <option key={one}>{one}</option>)}</select>
      <button type="button" className="button small" onClick={() => dropSockets(how)}>Drop sockets</button>
    </span>
  );
}

const short = (value: unknown) => {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? {});
  return text.length > 220 ? `${text.slice(0, 220)}…` : text;
};

function Calls({ calls }: { calls: Call[] }) {
  const { me } = useHere();
  return (
    <table>
      <thead><tr><th>When</th><th>Method</th><th>Answer</th><th className="number">ms</th><th>Arguments</th></tr></thead>
      <tbody>
        {[...calls].reverse().slice(0, 200).map((one, i) => (
          <tr key={i} className={one.ok ? "" : "wrong"}><td>{clockSeconds(one.at, me.tz)}</td><td><code>{one.method}</code></td><td>{one.ok ? "ok" : (one.error ?? one.status)}</td><td className="number">{Math.round(one.ms ?? 0)}</td><td className="wide"><code>{short(one.arguments)}</code></td></tr>
        ))}
        {!calls.length && <tr><td colSpan={5} className="none">No calls yet.</td></tr>}
      </tbody>
    </table>
  );
}

function Deliveries({ deliveries }: { deliveries: Delivery[] }) {
  const { me } = useHere();
  return (
    <table>
      <thead><tr><th>When</th><th>Kind</th><th>By</th><th className="number">Attempt</th><th className="number">Ack, ms</th><th>Answer</th></tr></thead>
      <tbody>
        {[...deliveries].reverse().slice(0, 200).map((one, i) => (
          <tr key={i} className={one.acked_ms === null ? "wrong" : ""}><td>{clockSeconds(one.at, me.tz)}</td><td>{one.type}</td><td>{one.transport}</td><td className="number">{one.attempt}</td><td className="number">{one.acked_ms === null ? "none" : one.acked_ms.toFixed(1)}</td><td className="wide"><code>{one.response ? short(one.response) : String(one.status ?? "")}</code></td></tr>
        ))}
        {!deliveries.length && <tr><td colSpan={6} className="none">Nothing delivered yet.</td></tr>}
      </tbody>
    </table>
  );
}

function Faults() {
  const { state } = useHere();
  const [method, setMethod] = useState("chat.postMessage");
  const [fault, setFault] = useState('{"error": "fatal_error", "times": 1}');
  const [error, setError] = useState("");
  const add = async (event: React.FormEvent) => {
    event.preventDefault();
    try {
      const answer = await putFault(method, JSON.parse(fault));
      setError(answer.ok ? "" : (answer.error ?? "The fault was not set."));
    } catch {
      setError("The fault must be JSON.");
    }
  };
  return (
    <div className="faults">
      <form onSubmit={add}>
        <input className="field small" aria-label="Method, or * for all" value={method} onChange={(event) => setMethod(event.target.value)} />
        <input className="field small wide" aria-label="Fault as JSON" value={fault} onChange={(event) => setFault(event.target.value)} />
        <button type="submit" className="button small">Set fault</button>
        {error && <span className="input-error" role="alert">{error}</span>}
      </form>
      <p className="hint">Keys: status, error, delay (seconds), rate_limited (seconds), hang_after_commit, status_after_commit, times.</p>
      {Object.entries(state.faults ?? {}).map(([name, one]) => (
        <div key={name} className="fault"><code>{name}</code><code>{JSON.stringify(one)}</code><button type="button" className="button small" onClick={() => clearFault(name)}>Clear</button></div>
      ))}
      {!Object.keys(state.faults ?? {}).length && <p className="none">No faults are set.</p>}
    </div>
  );
}
