// The bar over everything: search, the phones that ring, and who you are.
import { useHere } from "../context";
import { Avatar } from "../kit/Avatar";
import { Icon } from "../kit/Icon";
import { Menu } from "../kit/Menu";
import { isPerson } from "../people";
import { isRinging, unreadOn } from "../phone/ring";
import { useTick } from "../tick";
import { go, useRoute } from "../route";
import { Jump } from "./Jump";

export function TopBar({ onMenu }: { onMenu: () => void }) {
  const { state, me } = useHere();
  const route = useRoute();
  const others = Object.keys(state.phones).filter((handle) => handle !== me.name && isRinging(state.phones[handle]));
  const mine = isRinging(state.phones[me.name]);
  const waiting = unreadOn(state.phones[me.name]);
  useTick(mine || others.length > 0);
  const open = route.phone && route.phone !== "off";
  return (
    <header className="top-bar">
      <button type="button" className="top-button burger" aria-label="Show channels" onClick={onMenu}><Icon name="menu" /></button>
      <Jump />
      <div className="top-right">
        {others.map((handle) => {
          const user = state.users.find((one) => one.name === handle);
          return (
            <button key={handle} type="button" className="ring-badge" data-testid={`ringing-${handle}`} title={`${user?.real_name ?? handle}'s phone rings. Click to look at it.`} onClick={() => go({ phone: handle })}>
              <span className="shake"><Icon name="phone" size={14} /></span>{user?.real_name.split(" ")[0] ?? handle}
            </button>
          );
        })}
        <button type="button" className={`top-button ${mine ? "ringing" : ""}`} aria-pressed={Boolean(open)} aria-label={mine ? "Your phone rings" : "Your phone"} title={mine ? "Your phone rings" : "Your phone"} data-testid="phone-button" onClick={() => go({ phone: open && route.phone === me.name ? "off" : me.name })}>
          <span className={mine ? "shake" : ""}><Icon name="phone" /></span>
          {!mine && waiting > 0 && <span className="waiting-count" data-testid="phone-waiting">{waiting}</span>}
        </button>
        <PersonSwitch />
      </div>
    </header>
  );
}

/** You are anybody you like: the address remembers who. */
function PersonSwitch() {
  const { state, me } = useHere();
  return (
    <Menu label="You are: change person" className="you-are" side="right" testid="you-are"
      button={<><Avatar user={me.id} size={22} /><span><span className="you-word">You are: </span><b>{me.real_name.split(" ")[0]}</b></span><Icon name="down" size={12} /></>}>
      {(close) => (
        <div className="people-menu">
          <div className="menu-head">Be somebody else</div>
          {state.users.filter(isPerson).map((user) => (
            <button key={user.id} type="button" className={`menu-item with-avatar ${user.id === me.id ? "on" : ""}`} data-testid={`be-${user.name}`} onClick={() => { close(); go({ as: user.name, thread: undefined, phone: undefined }); }}>
              <Avatar user={user.id} size={30} />
              <span>{user.real_name}{user.is_stranger ? <em> · other workspace</em> : user.is_restricted ? <em> · guest</em> : null}<small>@{user.name} · {user.tz}</small></span>
              {isRinging(state.phones[user.name]) ? <span className="shake" title="Their phone rings"><Icon name="phone" size={14} /></span> : unreadOn(state.phones[user.name]) > 0 && <span className="push-dot" role="img" aria-label="unread on their phone" title="Unread on their phone" />}
            </button>
          ))}
        </div>
      )}
    </Menu>
  );
}

