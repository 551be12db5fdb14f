import { useHere } from "../context";
import { Icon } from "../kit/Icon";
import { Menu } from "../kit/Menu";
import { nameOf } from "../people";
import type { Message as Said } from "../types";
import { Emoji } from "../words/Mrkdwn";
import { EmojiPanel } from "./EmojiPanel";
import { react } from "./Message";

/** The little pills under a message; pressing one adds or takes back your own. */
export function Reactions({ said, channelId }: { said: Said; channelId: string }) {
  const { state, me } = useHere();
  if (!said.reactions?.length) return null;
  return (
    <div className="reactions">
      {said.reactions.map((one) => {
        const mine = one.users.includes(me.id);
        const who = one.users.map((id) => (id === me.id ? "You" : nameOf(state, id))).join(", ");
        return (
          <button key={one.name} type="button" className={mine ? "reaction mine" : "reaction"} aria-pressed={mine} title={`${who} reacted with :${one.name}:`} onClick={() => react(me.id, channelId, said, one.name)}>
            <Emoji name={one.name} /> {one.count}
          </button>
        );
      })}
      <Menu label="Add reaction" className="reaction add" button={<><Icon name="smile" size={15} />+</>}>
        {(close) => <EmojiPanel onPick={(name) => { close(); void react(me.id, channelId, said, name); }} />}
      </Menu>
    </div>
  );
}
