// A person's phone: its lock screen, the pages on it, and their buttons.
import { useState } from "react";
import { press, readPush } from "../api";
import { useHere } from "../context";
import { Icon } from "../kit/Icon";
import { ago, clock } from "../time";
import { clockNow } from "../live";
import { go } from "../route";
import type { Push } from "../types";
import { Link } from "../words/Link";
import { useTick } from "../tick";
import { isRinging, isUnread, rings, setSound, useRingTone, useSound } from "./ring";

export function Phone({ handle }: { handle: string }) {
  const { state, me } = useHere();
  const owner = state.users.find((user) => user.name === handle);
  const pushes = state.phones[handle] ?? [];
  useTick(true);
  const ringing = isRinging(pushes);
  const sound = useSound();
  useRingTone(ringing && sound);
  const zone = owner?.tz ?? me.tz;
  const now = clockNow();
  const name = handle === me.name ? "Your phone" : `${owner?.real_name.split(" ")[0] ?? handle}’s phone`;
  const date = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: zone }).format(now * 1000);
  return (
    <aside className="phone-pane" aria-label={name} data-testid="phone">
      <header className="pane-head"><b>{name}</b>
        <span className="spacer" />
        <button type="button" className="tool" aria-pressed={sound} aria-label={sound ? "Ring tone on" : "Ring tone off"} title={sound ? "Ring tone on" : "Ring tone off"} onClick={() => setSound(!sound)}><Icon name={sound ? "bell" : "muted"} size={16} /></button>
        <button type="button" className="tool" aria-label="Put the phone away" onClick={() => go({ phone: "off" })}><Icon name="close" /></button>
      </header>
      <div className={`phone ${ringing ? "rings" : ""}`} data-ringing={ringing}>
        <div className="phone-screen">
          <div className="phone-status"><span>{clock(now, zone)}</span><span className="island" /><span>5G ▮▮▮</span></div>
          <div className="phone-clock">{clock(now, zone)}</div>
          <div className="phone-date">{date}</div>
          <div className="pushes" aria-live="assertive">
            {[...pushes].reverse().slice(0, 30).map((one) => <PushCard key={one.id} handle={handle} push={one} />)}
            {!pushes.length && <p className="phone-quiet">No notifications. All calm.</p>}
          </div>
          <div className="phone-bar" />
        </div>
      </div>
    </aside>
  );
}

function PushCard({ handle, push }: { handle: string; push: Push }) {
  const { state } = useHere();
  const [busy, setBusy] = useState<number>();
  const [answer, setAnswer] = useState("");
  const run = async (index: number) => {
    setBusy(index);
    const said = await press(handle, push.id, index);
    setBusy(undefined);
    setAnswer(resultOf(said));
  };
  const look = rings(push) ? "ringing" : isUnread(push) ? "unread" : push.state;
  const result = answer || (push.result ? resultOf(push.result) : "");
  const failed = push.result && !push.result.ok;
  return (
    <section className={`push ${look}`} data-testid="push" data-state={look} aria-label={push.title ?? "Notification"}>
      <div className="push-head"><span className="push-app"><Icon name="bolt" size={11} /></span>{state.app.name}{look === "unread" && <span className="push-dot" role="img" aria-label="unread" />}<span className="spacer" /><time>{ago(push.at, clockNow()).replace(/^[0-5]?\d seconds? ago$/, "now")}</time></div>
      {push.title && <b className="push-title">{push.title}</b>}
      <div className="push-text">{push.message}</div>
      {result && <div className={failed ? "push-result failed" : "push-result"} role="status" data-testid="push-result">{result}</div>}
      <div className="push-actions">
        {push.state !== "acted" && (push.actions ?? []).map((one, i) =>
          isOpen(one) ? <Link key={i} href={one.url} onFollow={() => readPush(handle, push.id)}>{one.label}</Link>
          : <button key={i} type="button" className={busy === i ? "busy" : ""} disabled={busy !== undefined} data-testid={`push-action-${i}`} onClick={() => run(i)}>{one.label}</button>,
        )}
        {push.state === "ringing" && <button type="button" className="silence" data-testid="push-silence" onClick={() => readPush(handle, push.id)}>{look === "ringing" ? "Silence" : "Mark as read"}</button>}
      </div>
    </section>
  );
}

// What only looks is opened beside this page; what acts is sent by the phone itself.
const isOpen = (one: { method?: string }) => (one.method ?? "GET").toUpperCase() === "GET";

/** What pressing brought, in few words: what the page it answers with says, else its text. */
function resultOf(said: { ok?: boolean; status?: number; said?: string; body?: string; error?: string }): string {
  const words = (said.said || said.body || "").trim().replace(/\s+/g, " ").slice(0, 240);
  if (said.ok === false || (said.status ?? 200) >= 400) return `It did not work${said.status ? ` (${said.status})` : ""}. ${said.error ?? words}`.trim();
  return /^[[{<]/.test(words) || !words ? "Done ✓" : words;
}
