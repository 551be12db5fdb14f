// Where one writes: Enter sends, Shift+Enter starts a line, / @ # and : complete.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useHere } from "../context";
import { Icon } from "../kit/Icon";
import { Menu } from "../kit/Menu";
import { EmojiPanel } from "../message/EmojiPanel";
import { titleOf } from "../people";
import type { Channel } from "../types";
import { commandIn, completions, wantedAt, type Completion } from "./completion";
import { CommandUsage } from "./CommandUsage";
import { CompletionList } from "./CompletionList";
import { send } from "./send";
import { Shortcuts } from "./Shortcuts";

const drafts = new Map<string, string>();
const TOOLS = [["bold", "*", "Bold"], ["italic", "_", "Italic"], ["strike", "~", "Strikethrough"], ["code", "`", "Code"]] as const;

export function Composer({ channel, thread }: { channel: Channel; thread?: string }) {
  const here = useHere();
  const place = `${here.me.id} ${channel.id} ${thread ?? ""}`;
  const [text, setText] = useState(drafts.get(place) ?? "");
  const [caret, setCaret] = useState(0);
  const [dismissed, setDismissed] = useState(false);
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => { drafts.set(place, text); }, [place, text]);
  useGrowing(field, text);
  // Before anything else is typed, so that no letter lands in front of the caret.
  const moveTo = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (moveTo.current === undefined) return;
    field.current?.focus();
    field.current?.setSelectionRange(moveTo.current, moveTo.current);
    moveTo.current = undefined;
  });

  const wanted = wantedAt(text, caret);
  const offered = dismissed || busy ? [] : completions(wanted, here, channel.members);
  const command = thread || busy || offered.length ? undefined : commandIn(text, here);
  useEffect(() => setAt(0), [wanted?.kind, wanted?.typed]);

  const write = (next: string, where: number) => {
    setText(next);
    setCaret(where);
    setDismissed(false);
    moveTo.current = where;
  };
  const complete = (one: Completion) => {
    if (!wanted) return;
    const next = text.slice(0, wanted.start) + one.insert + text.slice(caret).replace(/^ /, "");
    write(next, wanted.start + one.insert.length);
  };
  const submit = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    setError("");
    const trouble = await send(text, here, channel, thread);
    setBusy(false);
    setError(trouble);
    if (!trouble) write("", 0);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (offered.length && handleCompletionKey(event, offered, at, setAt, complete, () => setDismissed(true), text)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void submit();
    }
  };
  const wrap = (mark: string) => {
    const { selectionStart: from, selectionEnd: to } = field.current!;
    write(text.slice(0, from) + mark + text.slice(from, to) + mark + text.slice(to), to + mark.length);
  };
  const insert = (words: string) => write(text.slice(0, caret) + words + text.slice(caret), caret + words.length);
  const title = titleOf(here.state, channel, here.me);
  const placeholder = thread ? "Reply…" : `Message ${channel.is_im || channel.is_mpim ? "" : "#"}${title}`;
  return (
    <div className="composer-place">
      {offered.length > 0 && <CompletionList kind={wanted!.kind} offered={offered} at={at} onAt={setAt} onPick={complete} />}
      {command && <CommandUsage command={command} />}
      <div className="composer">
        <div className="composer-tools" role="toolbar" aria-label="Formatting">
          {TOOLS.map(([icon, mark, label]) => (
            <button key={icon} type="button" className="tool" aria-label={label} title={label} onMouseDown={(event) => event.preventDefault()} onClick={() => wrap(mark)}><Icon name={icon} size={16} /></button>
          ))}
          <span className="tool-gap" />
          <button type="button" className="tool" aria-label="List" title="List" onMouseDown={(event) => event.preventDefault()} onClick={() => insert("\n• ")}><Icon name="list" size={16} /></button>
          <button type="button" className="tool" aria-label="Quote" title="Quote" onMouseDown={(event) => event.preventDefault()} onClick={() => insert("\n> ")}><Icon name="quote" size={16} /></button>
        </div>
        <textarea ref={field} rows={1} value={text} placeholder={placeholder} aria-label={placeholder} data-testid={thread ? "thread-composer" : "composer"}
          role="combobox" aria-expanded={offered.length > 0} aria-controls="completions" aria-activedescendant={offered.length ? `completion-${at}` : undefined}
          onChange={(event) => { setText(event.target.value); setCaret(event.target.selectionStart); setDismissed(false); setError(""); }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)} onKeyDown={onKeyDown} />
        <div className="composer-foot">
          {!thread && <Shortcuts channel={channel} onSlash={() => write("/", 1)} />}
          <Menu label="Emoji" className="tool" up button={<Icon name="smile" />}>{(close) => <EmojiPanel onPick={(name) => { close(); insert(`:${name}: `); }} />}</Menu>
          <button type="button" className="tool" aria-label="Mention someone" title="Mention someone" onClick={() => insert("@")}><b className="at-sign">@</b></button>
          <span className="spacer" />
          {busy && <span className="sending" role="status">Sending…</span>}
          <button type="button" className="send" aria-label="Send" title="Send" disabled={!text.trim() || busy} data-testid={thread ? "thread-send" : "send"} onClick={submit}><Icon name="send" size={16} /></button>
        </div>
      </div>
      <div className="composer-note" role={error ? "alert" : undefined}>{error || <span><b>Shift + Return</b> to add a new line</span>}</div>
    </div>
  );
}

/** True when the key was for the list of completions. */
function handleCompletionKey(
  event: React.KeyboardEvent, offered: Completion[], at: number, setAt: (at: number) => void,
  complete: (one: Completion) => void, dismiss: () => void, text: string,
): boolean {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step) setAt((at + step + offered.length) % offered.length);
  else if (event.key === "Escape") dismiss();
  else if (event.key === "Tab") complete(offered[at]!);
  else if (event.key === "Enter" && !event.shiftKey) {
    // A command typed in full runs; anything else is completed first.
    if (offered[at]!.insert.trim() === text.trim()) return false;
    complete(offered[at]!);
  } else return false;
  event.preventDefault();
  return true;
}

function useGrowing(field: React.RefObject<HTMLTextAreaElement | null>, text: string) {
  useLayoutEffect(() => {
    const box = field.current!;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 320)}px`;
  }, [field, text]);
}
