// Blocks drawn by slack-blocks-to-jsx: everything one only reads and that is more than a line of words.
import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";
import { useHere } from "../context";
import { useTheme } from "../theme";
import type { Json } from "../types";
import { ChannelMention, Emoji, GroupMention, SlackDate, UserMention } from "../words/Mrkdwn";

const hooks = {
  user: ({ id }: { id: string }) => <UserMention id={id} />,
  channel: ({ id }: { id: string }) => <ChannelMention id={id} />,
  usergroup: ({ id }: { id: string }) => <GroupMention id={id} />,
  atHere: () => <span className="mention me">@here</span>,
  atChannel: () => <span className="mention me">@channel</span>,
  atEveryone: () => <span className="mention me">@everyone</span>,
  emoji: ({ name }: { name: string }) => <Emoji name={name} />,
  date: (d: Json) => <SlackDate at={Number(d.timestamp)} pattern={d.format} url={d.link ?? undefined} fallback={d.fallback ?? ""} />,
};

export default function Ready({ block }: { block: Json }) {
  const { state } = useHere();
  const theme = useTheme();
  const data = {
    users: state.users.map((user) => ({ id: user.id, name: user.real_name || user.name })),
    channels: state.channels.map(({ id, name }) => ({ id, name })),
    user_groups: state.usergroups.map(({ id, name, handle }) => ({ id, name, handle })),
  };
  return <div className="ready"><Message blocks={[block]} logo="" name="" theme={theme} withoutWrapper hooks={hooks as Json} data={data as Json} /></div>;
}
