// A front desk for Node 20, written from docs/PROTOCOL.md alone. It checks one member in, and out again when the
// server is restarted; what happens is a line of JSON each.
//     node --experimental-websocket front_desk.mjs ws://HOST:PORT/ws/checkins/ USER PASSWORD MEMBERSHIP_NUMBER
const [url, user, password, code] = process.argv.slice(2);
const say = (what, more) => console.log(JSON.stringify({ what, ...more }));
const position = { epoch: "", seq: 0 }; // of what has been applied
const inside = new Map(); // open visits, by id
const outbox = []; // commands without a reply, in order
let socket, tokens, renewal, tries = 0, resuming = false, parts = [];

async function fetchTokens(authorization) {
  const address = new URL("/auth/token", url.replace("ws", "http"));
  const answer = await fetch(address, { method: "POST", headers: { authorization } });
  if (!answer.ok) throw new Error(`no token: HTTP ${answer.status}`);
  tokens = await answer.json();
  clearTimeout(renewal);
  renewal = setTimeout(renew, 800 * tokens.expires_in).unref();
}
const refreshed = () =>
  fetchTokens(`Bearer ${tokens.refresh_token}`).then(() => true, (error) => say("problem", { message: error.message }));
const renew = () => refreshed().then(() => send("authenticate", { token: tokens.access_token }, "renewal"));

const send = (type, payload, id) => socket.readyState === 1 && socket.send(JSON.stringify({ type, payload, id }));
const deliver = ({ type, payload, id }) => (say("sent", { type, id }), send(type, payload, id));
const command = (type, payload) => deliver(outbox[outbox.push({ type, payload, id: crypto.randomUUID() }) - 1]);
const resume = () => ((resuming = true), send("resume", position, "resume"));

function follow({ type, payload, prev_seq, seq }) { // the receiver's rules
  if (resuming || seq <= position.seq) return;
  if (prev_seq > position.seq) return resume();
  const lists = type === "batch" ? payload.batches : { [type]: [payload] };
  const events = Object.entries(lists).flatMap(([name, items]) => items.map((event) => ({ name, event })));
  for (const { name, event } of events.filter((e) => e.name !== "stats").sort((a, b) => a.event.seq - b.event.seq)) {
    if (event.seq <= position.seq) continue;
    say("event", { name, seq: event.seq, status: event.status });
    if (name === "check_in_update") inside[event.status === "checked_in" ? "set" : "delete"](event.id, event);
  }
  position.seq = seq;
  if (inside.size === 0 && outbox.length === 0 && tries > 0) socket.close(1000);
}

const take = {
  auth_response: ({ payload: { success, role } }, id) => say(id ? "renewed" : "welcome", { success, role }),
  connection_status({ payload }) {
    say(payload.status, { seq: payload.seq });
    if (payload.status === "draining") return command("check_out", { code });
    if (payload.epoch !== position.epoch || payload.seq !== position.seq) resume();
    outbox.forEach(deliver);
    if (tries === 0) command("check_in", { code });
  },
  reply({ payload: { ok, result, error } }, id) {
    if (id === "resume") return (resuming = result.resumed === "snapshot"), say("resumed", result);
    const place = outbox.findIndex((one) => one.id === id);
    if (place < 0 || error?.retryable) return;
    say("done", { type: outbox.splice(place, 1)[0].type, id, ok, code: error?.code });
  },
  snapshot({ payload }) {
    parts.push(payload);
    if (payload.more) return;
    inside.clear();
    parts.splice(0).flatMap((part) => part.present).forEach((visit) => inside.set(visit.id, visit));
    resuming = false;
    Object.assign(position, { epoch: payload.epoch, seq: payload.seq });
    say("snapshot", { seq: payload.seq, inside: inside.size });
  },
};

async function connect() {
  socket = new WebSocket(`${url}?token=${tokens.access_token}&desk=Node`);
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    message.seq === undefined ? take[message.type]?.(message, message.id) : follow(message);
  };
  socket.onclose = async ({ code: why }) => {
    say("closed", { code: why });
    [resuming, parts] = [false, []];
    if (why === 1000 || (why >= 4000 && why < 4100)) return;
    do { // a socket that was never open has no `close` in Node 20: none is made before the server is there
      const most = why >= 4200 && tries === 0 ? 2000 : Math.min(30_000, 500 * 2 ** tries);
      tries += 1;
      await new Promise((awake) => setTimeout(awake, Math.random() * most));
    } while (!(await refreshed()));
    connect();
  };
}

await fetchTokens(`Basic ${btoa(`${user}:${password}`)}`);
connect();
