import { Menu } from "../kit/Menu";
import { Icon } from "../kit/Icon";
import type { Json } from "../types";
import { useHere } from "../context";
import { Link } from "../words/Link";
import { Text } from "../words/Mrkdwn";
import { goTo, placeOf } from "../words/place";
import { useDeed, type ElementProps } from "./deed";

/** A button; one with an address opens it, and tells the app as well. */
export function Button(props: ElementProps) {
  const { element } = props;
  const { press, busy, notes } = useDeed(props);
  const className = `button ${element.style === "primary" ? "primary" : element.style === "danger" ? "danger" : ""} ${busy ? "busy" : ""}`;
  const tell = () => press({ value: element.value });
  return (
    <span className="element">
      {element.url ? (
        <Link className={className} href={element.url} label={element.accessibility_label} action={element.action_id} onFollow={tell}>
          <Text of={element.text} />
        </Link>
      ) : (
        <button type="button" className={className} disabled={busy} aria-label={element.accessibility_label} data-action={element.action_id} onClick={tell}>
          <Text of={element.text} />
        </button>
      )}
      {notes}
    </span>
  );
}

/** The three dots with a handful of choices. */
export function Overflow(props: ElementProps) {
  const here = useHere();
  const { element } = props;
  const { press, notes } = useDeed(props);
  return (
    <span className="element" data-action={element.action_id}>
      <Menu label="More choices" className="button dots" side="right" button={<Icon name="more" size={16} />}>
        {(close) =>
          (element.options ?? []).map((option: Json, i: number) => (
            <button key={i} type="button" className="menu-item" onClick={() => {
              close();
              const place = option.url && placeOf(option.url);
              if (place) goTo(place, here);
              else if (option.url) window.open(option.url, "_blank", "noopener");
              press({ selected_option: option });
            }}>
              <Text of={option.text} />
              {option.description && <small><Text of={option.description} /></small>}
            </button>
          ))
        }
      </Menu>
      {notes}
    </span>
  );
}
