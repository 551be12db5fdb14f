import { useState } from "react";
import { emojiLike, emojiOf, FREQUENT } from "../words/emoji";

/** Choose an emoji by its name. */
export function EmojiPanel({ onPick }: { onPick: (name: string) => void }) {
  const [typed, setTyped] = useState("");
  const found = typed ? emojiLike(typed.toLowerCase().replaceAll(":", ""), 40) : FREQUENT.map((name) => [name, emojiOf(name)!] as [string, string]);
  return (
    <div className="emoji-panel">
      <input className="field" autoFocus placeholder="Search all emoji" aria-label="Search all emoji" value={typed} onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && found[0] && onPick(found[0][0])} />
      <div className="emoji-grid">
        {found.map(([name, unicode]) => (
          <button key={name} type="button" title={`:${name}:`} aria-label={name} onClick={() => onPick(name)}>{unicode}</button>
        ))}
      </div>
    </div>
  );
}
