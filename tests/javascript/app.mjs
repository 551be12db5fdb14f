// A small app on Slack's own JavaScript framework. Nothing in it knows the local workspace:
// the address of Slack's API comes from the environment, as it would for any test server.
import bolt from "@slack/bolt";

const app = new bolt.App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

const text = (words) => ({ type: "plain_text", text: words });

app.message("knock knock", async ({ message, say }) => {
  await say({
    text: "Who is there?",
    thread_ts: message.ts,
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: `Who is there, <@${message.user}>?` } },
      {
        type: "actions",
        elements: [
          { type: "button", action_id: "answer", text: text("Answer"), value: message.ts },
        ],
      },
    ],
  });
});

app.command("/door", async ({ command, ack }) => {
  await ack(`The door hears: ${command.text}`);
});

app.action("answer", async ({ ack, body, action, client, respond }) => {
  await ack();
  await client.views.open({
    trigger_id: body.trigger_id,
    view: {
      type: "modal",
      callback_id: "visitor",
      private_metadata: JSON.stringify({ channel: body.channel.id, thread: action.value }),
      title: text("Who is there?"),
      submit: text("Tell"),
      blocks: [
        {
          type: "input",
          block_id: "name",
          label: text("Your name"),
          element: { type: "plain_text_input", action_id: "name" },
        },
      ],
    },
  });
  await respond({ text: "The form is open.", replace_original: false });
});

app.view("visitor", async ({ ack, view, client }) => {
  const name = view.state.values.name.name.value;
  if (name === "nobody") {
    await ack({ response_action: "errors", errors: { name: "Nobody is not a name." } });
    return;
  }
  await ack();
  const { channel, thread } = JSON.parse(view.private_metadata);
  await client.chat.postMessage({ channel, thread_ts: thread, text: `It is ${name}.` });
});

app.event("reaction_added", async ({ event, client }) => {
  const { channel } = event.item;
  await client.chat.postMessage({ channel, text: `I saw :${event.reaction}:` });
});

process.on("SIGTERM", async () => {
  await app.stop();
  process.exit(0);
});

await app.start();
console.log("ready");
