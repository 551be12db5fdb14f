import { act } from "../api";
import { useHere } from "../context";
import { Icon } from "../kit/Icon";
import { Menu } from "../kit/Menu";
import { go } from "../route";
import type { Message as Said } from "../types";
import { emojiOf } from "../words/emoji";
import { EmojiPanel } from "./EmojiPanel";
import { react } from "./Message";

interface Props {
  said: Said;
  channelId: string;
  inThread?: boolean;
  onEdit: (ts: string | undefined) => void;
}

const QUICK = ["white_check_mark", "eyes", "raised_hands"];

/** What appears over a message under the pointer or the keyboard's focus. */
export function Toolbar({ said, channelId, inThread, onEdit }: Props) {
  const { me } = useHere();
  if (said.ephemeral_to) return null;
  const pinned = said.pinned;
  return (
    <div className="toolbar" role="group" aria-label="Message actions">
      {QUICK.map((name) => (
        <button key={name} type="button" className="tool emoji-tool" title={`React with :${name}:`} aria-label={`React with ${name}`} onClick={() => react(me.id, channelId, said, name)}>{emojiOf(name)}</button>
      ))}
      <Menu label="Find another reaction" className="tool" side="right" button={<Icon name="smile" />}>
        {(close) => <EmojiPanel onPick={(name) => { close(); void react(me.id, channelId, said, name); }} />}
      </Menu>
      {!inThread && (
        <button type="button" className="tool" title="Reply in thread" aria-label="Reply in thread" data-testid="reply" onClick={() => go({ thread: said.thread_ts ?? said.ts })}><Icon name="thread" /></button>
      )}
      <button type="button" className="tool" title={pinned ? "Unpin from channel" : "Pin to channel"} aria-label={pinned ? "Unpin from channel" : "Pin to channel"} onClick={() => act(pinned ? "unpin" : "pin", { user: me.id, channel: channelId, ts: said.ts })}>
        <Icon name="pin" />
      </button>
      <Menu label="More actions" className="tool" side="right" testid="more-actions" button={<Icon name="more" />}>
        {(close) => <MoreActions said={said} channelId={channelId} onEdit={onEdit} close={close} />}
      </Menu>
    </div>
  );
}

function MoreActions({ said, channelId, onEdit, close }: Props & { close: () => void }) {
  const { state, me, tell } = useHere();
  const shortcuts = state.shortcuts.filter((one) => one.type === "message" || one.type === "message_action");
  const mine = said.user === me.id;
  const run = async (callback_id: string, name: string) => {
    close();
    const answer = await act("shortcut", { user: me.id, callback_id, channel: channelId, ts: said.ts });
    if (!answer.ok) tell(channelId, `_${name}_ did not work: ${state.app.name} did not answer${answer.error ? ` (\`${answer.error}\`)` : ""}. Nothing was changed; please try again.`);
  };
  return (
    <>
      {shortcuts.map((one) => (
        <button key={one.callback_id} type="button" className="menu-item" onClick={() => run(one.callback_id, one.name)}>
          <span>{one.name}</span><small>{state.app.name}</small>
        </button>
      ))}
      {shortcuts.length > 0 && <hr />}
      <button type="button" className="menu-item" onClick={() => { close(); void navigator.clipboard?.writeText(said.text); }}>Copy text</button>
      {mine && <button type="button" className="menu-item" data-testid="edit" onClick={() => { close(); onEdit(said.ts); }}>Edit message</button>}
      {mine && <button type="button" className="menu-item danger" data-testid="delete" onClick={() => { close(); void act("delete", { user: me.id, channel: channelId, ts: said.ts }); }}>Delete message</button>}
    </>
  );
}
