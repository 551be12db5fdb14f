import type { ReactNode } from "react";
import { useHere } from "../context";
import { goTo, placeOf } from "./place";

interface Props {
  href: string;
  className?: string;
  label?: string;
  action?: string;
  onFollow?: () => void;
  children: ReactNode;
}

/** A link: to a place in Slack it stays in this page, anything else opens beside it. */
export function Link({ href, className, label, action, onFollow, children }: Props) {
  const here = useHere();
  const place = placeOf(href);
  const follow = (event: React.MouseEvent) => {
    onFollow?.();
    if (!place) return;
    event.preventDefault();
    goTo(place, here);
  };
  const away = place ? {} : { target: "_blank", rel: "noreferrer noopener" };
  return <a href={href} {...away} className={className} aria-label={label} data-action={action} onClick={follow} onAuxClick={place ? follow : undefined}>{children}</a>;
}
