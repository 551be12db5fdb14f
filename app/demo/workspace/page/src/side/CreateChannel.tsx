import { useState } from "react";
import { createPortal } from "react-dom";
import { act } from "../api";
import { useHere } from "../context";
import { Dialog } from "../kit/Dialog";
import { go } from "../route";

export function CreateChannel({ onClose }: { onClose: () => void }) {
  const { me } = useHere();
  const [name, setName] = useState("");
  const [isPrivate, setPrivate] = useState(false);
  const [error, setError] = useState("");
  const create = async (event: React.FormEvent) => {
    event.preventDefault();
    const answer = await act("create_channel", { user: me.id, name, is_private: isPrivate });
    if (!answer.ok) {
      setError(answer.error ?? "The channel was not created.");
      return;
    }
    go({ channel: name, view: undefined, thread: undefined });
    onClose();
  };
  return createPortal(
    <Dialog label="Create a channel" onClose={onClose} className="confirm">
      <form onSubmit={create}>
        <h2>Create a channel</h2>
        <div className="input-block">
          <label className="label" htmlFor="channel-name">Name</label>
          <input id="channel-name" className="field" placeholder="e.g. plan-budget" maxLength={80} value={name} onChange={(event) => setName(event.target.value.toLowerCase().replace(/\s/g, "-"))} />
          {error && <div className="input-error" role="alert">{error}</div>}
        </div>
        <label className="choice"><input type="checkbox" checked={isPrivate} onChange={() => setPrivate(!isPrivate)} /><span>Private: only people who are invited see it</span></label>
        <div className="dialog-foot"><button type="button" className="button" onClick={onClose}>Cancel</button><button type="submit" className="button primary" disabled={!name}>Create</button></div>
      </form>
    </Dialog>,
    document.body,
  );
}
