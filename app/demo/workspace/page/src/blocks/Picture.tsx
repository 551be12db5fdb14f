const LOCAL = /^(data:|https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)|\/)/;

/** A picture of this machine is shown; one from outside is named, never fetched. */
export function Picture({ url, alt, small, title }: { url?: string; alt?: string; small?: boolean; title?: string }) {
  if (url && LOCAL.test(url)) return <img className={small ? "picture small" : "picture"} src={url} alt={alt ?? ""} title={title ?? alt} />;
  if (small) return <span className="picture small away" role="img" aria-label={alt} title={alt}>▧</span>;
  return (
    <a className="picture away" href={url} target="_blank" rel="noreferrer noopener" title={url}>
      ▧ {alt || "Picture"} <small>not fetched: it lies outside this machine</small>
    </a>
  );
}
