// A list of blocks. Those one acts in are drawn here, the others by the library, loaded when first needed.
import { lazy, memo, Suspense, useId } from "react";
import type { Json } from "../types";
import { Mrkdwn, Text } from "../words/Mrkdwn";
import { Element } from "./Element";
import { Picture } from "./Picture";
import { useSurface } from "./surface";

const Ready = lazy(() => import("./Ready"));

export const Blocks = memo(function Blocks({ blocks }: { blocks: Json[] }) {
  return (
    <div className="blocks">
      {blocks.map((block, i) => {
        const id = block.block_id ?? `block-${i}`;
        return <div key={id + i} className={`block ${block.type}`} data-block={id}><Block block={block} id={id} /></div>;
      })}
    </div>
  );
});

function Block({ block, id }: { block: Json; id: string }) {
  switch (block.type) {
    case "section": return <Section block={block} id={id} />;
    case "divider": return <hr />;
    case "header": return <h3><Text of={block.text} /></h3>;
    case "context": return <Context block={block} />;
    case "actions":
      return <>{(block.elements ?? []).map((element: Json, i: number) => <Element key={element.action_id ?? i} element={element} blockId={id} />)}</>;
    case "input": return <Input block={block} id={id} />;
    case "image":
      return <figure>{block.title && <figcaption><Text of={block.title} /></figcaption>}<Picture url={block.image_url} alt={block.alt_text} /></figure>;
    default:
      return <Suspense fallback={<span className="hint">…</span>}><Ready block={block} /></Suspense>;
  }
}

function Section({ block, id }: { block: Json; id: string }) {
  return (
    <>
      <div className="section-words">
        {block.text && <Text of={block.text} />}
        {block.fields && (
          <div className="fields">{block.fields.map((field: Json, i: number) => <div key={i}><Text of={field} /></div>)}</div>
        )}
      </div>
      {block.accessory && <div className="accessory"><Element element={block.accessory} blockId={id} /></div>}
    </>
  );
}

function Context({ block }: { block: Json }) {
  return (
    <>
      {(block.elements ?? []).map((one: Json, i: number) =>
        one.type === "image" ? <Picture key={i} url={one.image_url} alt={one.alt_text} small />
        : one.type === "mrkdwn" ? <Mrkdwn key={i} text={one.text} />
        : <span key={i}><Text of={one} /></span>,
      )}
    </>
  );
}

function Input({ block, id }: { block: Json; id: string }) {
  const { errors } = useSurface();
  const label = useId();
  const error = errors[id];
  return (
    <div className={error ? "input-block wrong" : "input-block"}>
      <div className="label" id={label}>
        <Text of={block.label} />{block.optional && <span className="optional"> (optional)</span>}
      </div>
      <Element element={block.element} blockId={id} silent={!block.dispatch_action} labelledBy={label} />
      {error && <div className="input-error" role="alert" data-testid="input-error">{error}</div>}
      {block.hint && !error && <div className="hint"><Text of={block.hint} /></div>}
    </div>
  );
}
