const { WSClient } = require("@wecom/aibot-node-sdk");

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const url = process.argv[1];
const client = new WSClient({ botId: "aib", secret: "a-bot-secret", wsUrl: url, logger: silent });
const told = {};
let open = 3;

async function done() {
    open -= 1;
    if (open > 0) return;
    const uploaded = await client.uploadMedia(Buffer.alloc(1200000, 7), { type: "file", filename: "data.bin" });
    told.media_id = uploaded.media_id;
    await client.sendMessage("lin.wei", { msgtype: "file", file: { media_id: told.media_id } });
}

function fail(error) {
    console.error(error);
    process.exit(1);
}

client.on("message.text", async (frame) => {
    try {
        told.text = frame.body.text.content;
        await client.replyStream(frame, "stream-1", "At", false);
        await client.replyStream(frame, "stream-1", "At noon.", true);
        told.refused = await client.reply(frame, { msgtype: "text", text: { content: "no" } }).then(
            () => 0,
            (refusal) => refusal.errcode,
        );
        await done();
    } catch (error) {
        fail(error);
    }
});
client.on("event.enter_chat", async (frame) => {
    await client.replyWelcome(frame, { msgtype: "text", text: { content: "Hello" } }).then(done, fail);
});
client.on("event.template_card_event", async (frame) => {
    told.clicked = frame.body.event.template_card_event.card_type;
    await client.updateTemplateCard(frame, { card_type: "text_notice", task_id: "task-1" }).then(done, fail);
});
client.on("event.disconnected_event", () => {
    told.replaced = true;
    console.log(JSON.stringify(told));
    setTimeout(() => process.exit(0), 50);
});
client.on("error", (error) => console.error(error));
client.connect();
setTimeout(() => fail(new Error("not finished in time: " + JSON.stringify(told))), 50000);
