// Slack's older attachments: a coloured bar with words or blocks beside it.
import { Blocks } from "../blocks/Blocks";
import { Picture } from "../blocks/Picture";
import { useHere } from "../context";
import { clockNow } from "../live";
import { capital, slackDate } from "../time";
import type { Json } from "../types";
import { Link } from "../words/Link";
import { Mrkdwn, Plain } from "../words/Mrkdwn";

const NAMED: Record<string, string> = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };
const barOf = (color: string | undefined) => (!color ? undefined : (NAMED[color] ?? (/^#?[0-9a-f]{3,8}$/i.test(color) ? `#${color.replace("#", "")}` : undefined)));

export function Attachments({ of }: { of: Json[] }) {
  return <div className="attachments">{of.map((one, i) => <Attachment key={one.id ?? i} of={one} />)}</div>;
}

function Attachment({ of }: { of: Json }) {
  const { me } = useHere();
  const foot = [of.footer, of.ts && slackDate(Number(of.ts), "{date_short_pretty} at {time}", clockNow(), me.tz)].filter(Boolean);
  return (
    <>
      {of.pretext && <Mrkdwn text={of.pretext} />}
      <div className="attachment" style={{ borderLeftColor: barOf(of.color) }}>
        {of.author_name && <div className="attachment-author"><Plain text={of.author_name} /></div>}
        {of.title && <div className="attachment-title">{of.title_link ? <Link href={of.title_link}><Plain text={of.title} /></Link> : <Plain text={of.title} />}</div>}
        {of.text && <Mrkdwn text={of.text} />}
        {of.fields && (
          <div className="fields">
            {of.fields.map((field: Json, i: number) => (
              <div key={i} className={field.short ? "" : "long"}><b>{field.title}</b><Mrkdwn text={String(field.value ?? "")} /></div>
            ))}
          </div>
        )}
        {of.blocks && <Blocks blocks={of.blocks} />}
        {of.image_url && <Picture url={of.image_url} alt={of.fallback} />}
        {!of.text && !of.blocks && !of.title && of.fallback && <Plain text={of.fallback} />}
        {foot.length > 0 && <div className="attachment-foot">{capital(foot.join(" · "))}</div>}
      </div>
    </>
  );
}
