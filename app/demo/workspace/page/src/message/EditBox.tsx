import { useState } from "react";
import { act } from "../api";
import { fromSlack } from "../composer/words";
import { useHere } from "../context";
import type { Message as Said } from "../types";

/** Edit your own message in place. */
export function EditBox({ said, channelId, onDone }: { said: Said; channelId: string; onDone: () => void }) {
  const { state, me } = useHere();
  const [text, setText] = useState(fromSlack(said.text, state));
  const save = async () => {
    await act("edit", { user: me.id, channel: channelId, ts: said.ts, text });
    onDone();
  };
  return (
    <div className="edit-box">
      <textarea className="field" autoFocus rows={Math.min(8, text.split("\n").length + 1)} aria-label="Edit message" value={text} onFocus={(event) => event.target.setSelectionRange(text.length, text.length)} onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone();
          if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); void save(); }
        }} />
      <div className="edit-foot">
        <button type="button" className="button" onClick={onDone}>Cancel</button>
        <button type="button" className="button primary" disabled={!text.trim()} onClick={save}>Save</button>
      </div>
    </div>
  );
}
