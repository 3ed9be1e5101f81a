// Puts the page together: the live connection, the two big buttons, the seat, and what happens when data is old.
import { command, order, seat } from "./api.js";
import { Chart } from "./chart.js";
import { show, showStale, toast } from "./view.js";

const STALE_MS = 700;
const at = (id) => document.getElementById(id);
const chart = new Chart(at("chart"));
let heard = -1e9;
let picture = null;
let socket = null;

function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  socket.onopen = () => seat.present(socket);
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = () => setTimeout(connect, 400);
}

function take(message) {
  if (message.type === "history") {
    chart.load(message.points);
    return;
  }
  heard = performance.now();
  picture = message;
  if (message.table) chart.add(message.table);
  render();
}

function render() {
  const silent = performance.now() - heard;
  const stale = !picture || picture.stale || silent > STALE_MS;
  showStale(stale, picture, silent);
  if (picture) show(picture, stale, seat.mine(picture));
}

// STOP goes out when the finger lands, not when it leaves; a click that follows is the same press.
function bigButton(id, path, onTouch) {
  const button = at(id);
  let pressed = -1e9;
  const press = () => {
    if (performance.now() - pressed < 700) return;
    pressed = performance.now();
    order(path, button);
  };
  if (onTouch) button.addEventListener("pointerdown", press);
  button.form.addEventListener("submit", (event) => {
    event.preventDefault();
    press();
  });
  return press;
}

const stop = bigButton("stop", "/api/stop", true);
bigButton("return", "/api/return", false);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") stop();
});

// A button that cannot be used now says why when it is pressed.
function act(id, what) {
  at(id).addEventListener("click", async () => {
    if (at(id).getAttribute("aria-disabled") === "true") toast(at(id).title, true);
    else await what();
  });
}

act("seat", async () => {
  if (picture && seat.mine(picture)) await seat.leave();
  else await seat.take(socket);
});
act("load", () => {
  const chosen = at("programme").selectedOptions[0];
  return command("/api/load", { programme: chosen.value, tier: chosen.dataset.tier });
});
act("start", () => command("/api/start"));
act("continue", () => command("/api/continue"));
at("flip").addEventListener("click", () => {
  const flipped = document.body.toggleAttribute("data-flip");
  at("flip").setAttribute("aria-pressed", String(flipped));
});

async function programmes() {
  const answer = await fetch("/api/programmes");
  for (const each of (await answer.json()).programmes) {
    const option = new Option(each.title, each.name);
    option.dataset.tier = each.tier;
    option.title = each.about;
    at("programme").add(option);
  }
}

programmes();
connect();
setInterval(render, 100);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && socket.readyState > 1) connect();
});
