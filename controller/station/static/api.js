// Talks to the station: orders that anybody may give, commands that need the seat, and the seat itself.
import { toast } from "./view.js";

const KEY = "keel-seat";
let held = JSON.parse(sessionStorage.getItem(KEY) || "null");

async function call(method, path, body) {
  const headers = { "Content-Type": "application/json" };
  if (held) headers["X-Keel-Token"] = held.token;
  const request = { method, headers, keepalive: true };
  if (body !== undefined) request.body = JSON.stringify(body);
  try {
    const answer = await fetch(path, request);
    return await answer.json();
  } catch {
    const message = "The station does not answer.";
    return { accepted: false, error: { message, remedy: "Use the STOP or RETURN button at the table." } };
  }
}

function tell(answer) {
  if (answer.accepted) toast(answer.message, false);
  else toast(`${answer.error.message} ${answer.error.remedy}`, true);
  return answer.accepted;
}

export async function order(path, button) {
  button.dataset.sent = "sent …";
  const answer = await call("POST", path);
  button.dataset.sent = answer.accepted ? "received" : "NOT received";
  tell(answer);
  setTimeout(() => delete button.dataset.sent, 2500);
}

export async function command(path, body) {
  return tell(await call("POST", path, body));
}

export const seat = {
  mine: (picture) => Boolean(held && picture.seat.holder && picture.seat.number === held.number),
  present(socket) {
    if (held && socket.readyState === 1) socket.send(JSON.stringify({ type: "seat", token: held.token }));
  },
  async take(socket) {
    const name = matchMedia("(max-width: 639px)").matches ? "Phone" : "Panel";
    const answer = await call("POST", "/api/seat", { name });
    if (!tell(answer)) return;
    held = { token: answer.token, number: answer.number };
    sessionStorage.setItem(KEY, JSON.stringify(held));
    seat.present(socket);
  },
  async leave() {
    tell(await call("DELETE", "/api/seat"));
    held = null;
    sessionStorage.removeItem(KEY);
  },
};
