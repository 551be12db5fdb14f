import { act } from "../api";
import { useHere } from "../context";
import { Avatar } from "../kit/Avatar";
import { Icon } from "../kit/Icon";
import { Menu } from "../kit/Menu";
import type { Channel } from "../types";

/** The plus beside the composer: the app's shortcuts, and the slash for who does not know it. */
export function Shortcuts({ channel, onSlash }: { channel: Channel; onSlash: () => void }) {
  const { state, me, tell } = useHere();
  const shortcuts = state.shortcuts.filter((one) => one.type === "global" || one.type === "shortcut");
  const run = async (callback_id: string, name: string) => {
    const answer = await act("shortcut", { user: me.id, callback_id });
    if (!answer.ok) tell(channel.id, `_${name}_ did not work: ${state.app.name} did not answer${answer.error ? ` (\`${answer.error}\`)` : ""}.`);
  };
  return (
    <Menu label="Shortcuts" className="tool round" up button={<Icon name="plus" size={16} />}>
      {(close) => (
        <>
          {shortcuts.map((one) => (
            <button key={one.callback_id} type="button" className="menu-item with-avatar" onClick={() => { close(); void run(one.callback_id, one.name); }}>
              <Avatar user={state.app.bot_user_id} size={28} />
              <span>{one.name}<small>{one.description || state.app.name}</small></span>
            </button>
          ))}
          <button type="button" className="menu-item with-avatar" onClick={() => { close(); onSlash(); }}>
            <span className="sign">/</span><span>Slash commands<small>See what can be typed</small></span>
          </button>
        </>
      )}
    </Menu>
  );
}
