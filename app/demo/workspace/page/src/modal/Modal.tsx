// The open modals of the person you are: the top one is shown, the others wait under it.
import { useCallback, useMemo, useRef, useState } from "react";
import { act } from "../api";
import { Blocks } from "../blocks/Blocks";
import { complaint } from "../blocks/deed";
import { SurfaceContext, useMakeSurface } from "../blocks/surface";
import { heldIn, holders, makeValue, refusals } from "../blocks/values";
import { useHere } from "../context";
import { Avatar } from "../kit/Avatar";
import { Dialog } from "../kit/Dialog";
import { Icon } from "../kit/Icon";
import { Safely } from "../kit/Safely";
import type { Json, View } from "../types";
import { Text } from "../words/Mrkdwn";

export function Modals() {
  const { state, me } = useHere();
  const stack = state.views[me.id] ?? [];
  // Views under the top one stay mounted, so what was typed in them is there when one comes back.
  return <>{stack.map((view, i) => <Modal key={view.id} view={view} shown={i === stack.length - 1} depth={i} />)}</>;
}

function Modal({ view, shown, depth }: { view: View; shown: boolean; depth: number }) {
  const { state, me } = useHere();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const blocks = useMemo(() => view.blocks.map((block, i) => (block.block_id ? block : { ...block, block_id: `block-${i}` })), [view.blocks]);
  const clearError = useCallback((id: string) => setErrors(({ [id]: _, ...rest }) => rest), []);
  const send = useRef<() => Promise<void>>(undefined);
  const submit = useCallback(() => void send.current?.(), []);
  const surface = useMakeSurface({ where: { view_id: view.id }, kind: "modal", user: me.id, errors, onChange: clearError, onEnter: submit });
  send.current = async () => {
    if (busy) return;
    const refused = refusals(blocks, surface.valueOf);
    setErrors(refused);
    setTrouble("");
    if (Object.keys(refused).length) return;
    setBusy(true);
    const answer = await act("submit", { user: me.id, view_id: view.id, values: valuesOf(blocks, surface.valueOf) });
    setBusy(false);
    if (answer.errors && Object.keys(answer.errors).length) setErrors(answer.errors);
    else if (!answer.ok) setTrouble(complaint(answer.error));
  };
  const close = () => void act("close", { user: me.id, view_id: view.id, is_cleared: false });
  if (!shown) return null;
  const title = view.title?.text ?? state.app.name;
  return (
    <Dialog label={title} className="modal" onClose={close} sticky testid="modal">
      <header className="modal-head">
        {depth > 0 ? <button type="button" className="tool" aria-label="Back" onClick={close}><Icon name="back" /></button> : <Avatar user={state.app.bot_user_id} size={28} />}
        <h2><Text of={view.title} /></h2>
        <button type="button" className="tool" aria-label="Close" data-testid="modal-x" onClick={() => act("close", { user: me.id, view_id: view.id, is_cleared: depth > 0 })}><Icon name="close" /></button>
      </header>
      <div className="modal-body">
        {trouble && <div className="trouble" role="alert">{trouble}</div>}
        <SurfaceContext.Provider value={surface}><Safely><Blocks blocks={blocks} /></Safely></SurfaceContext.Provider>
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={close} data-testid="modal-close">{view.close ? <Text of={view.close} /> : view.submit ? "Cancel" : "Close"}</button>
        {view.submit && (
          <button type="button" className={`button primary ${busy ? "busy" : ""}`} disabled={busy} onClick={submit} data-testid="modal-submit"><Text of={view.submit} /></button>
        )}
      </footer>
    </Dialog>
  );
}

function valuesOf(blocks: Json[], valueOf: (blockId: string, element: Json) => Json) {
  const values: Record<string, Record<string, Json>> = {};
  for (const { block, element } of holders(blocks)) {
    const held = heldIn(element, valueOf(block.block_id, element));
    (values[block.block_id] ??= {})[element.action_id] = makeValue(element, held);
  }
  return values;
}
