// Writes a picture into the page. Touches only what has changed; knows nothing of the network.
const at = (id) => document.getElementById(id);
const word = (text) => (text ? text.replaceAll("_", " ").replaceAll("-", " ") : "");

function write(id, text) {
  const element = at(id);
  if (element.textContent !== text) element.textContent = text;
}

const minus = (text) => text.replace("-", "−");
const degrees = (value) => (value == null ? "–" : `${minus(value.toFixed(1))}°`);

function clock(seconds) {
  if (seconds == null) return "–";
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function enable(id, reason, visible) {
  const button = at(id);
  button.hidden = !visible;
  button.setAttribute("aria-disabled", String(reason !== null));
  button.title = reason ?? "";
}

let toastUntil = 0;
export function toast(text, bad) {
  write("reason", text);
  at("reason").toggleAttribute("data-bad", bad);
  toastUntil = performance.now() + 5000;
}

export function showStale(stale, picture, silent) {
  document.body.dataset.stale = stale ? "1" : "0";
  const guard = picture?.guard.age_ms;
  const age = guard == null ? null : (guard + silent) / 1000;
  write("age", age === null ? "no data" : `${age.toFixed(1)} s`);
  const who = silent > 700 ? "The station has been silent" : "The guard has been silent";
  const since = age === null ? "" : ` for ${Math.max(1, Math.round(age))} s`;
  if (stale) write("banner", `${who}${since}. What you see is old. STOP and RETURN may still work; so do the buttons at the table.`);
  at("banner").hidden = !stale;
}

export function show(picture, stale, mine) {
  const table = picture.table;
  document.body.dataset.state = stale ? "unknown" : picture.state;
  write("headline", stale ? "No fresh data" : picture.headline);
  const cause = table?.cause;
  write("meaning", cause && picture.state !== "parked" ? `${cause.text} ${cause.remedy}` : picture.meaning);
  if (table) showTable(table, picture);
  showPhase(picture);
  showControls(picture, mine);
}

function showTable(table, picture) {
  write("angle", degrees(table.angle_deg));
  write("rate", table.rate_dps == null ? "–" : `${minus(table.rate_dps.toFixed(1))} °/s`);
  write("setpoint", degrees(table.setpoint_deg));
  if (table.angle_deg != null) at("tilt").setAttribute("transform", `rotate(${-table.angle_deg})`);
  write("head_down", clock(table.head_down_s));
  write("left", clock(table.left_s));
  write("day_left", clock(table.day_left_s));
  const { pendant, ankle_a, ankle_b } = table.inputs;
  input("pendant", pendant, pendant ? "held" : "released", picture.running);
  const both = ankle_a == null || ankle_b == null ? null : ankle_a && ankle_b;
  input("ankles", both, both ? "closed" : "open", picture.running);
  const asked = table.check_in === "asked" || table.check_in === "loud";
  at("check_in").hidden = !asked;
  write("check_in_left", asked ? String(Math.ceil(table.check_in_left_s)) : "");
}

function input(name, on, text, matters) {
  write(name, on == null ? "unknown" : text);
  const mark = on ? "1" : matters ? "bad" : "0";
  document.querySelector(`[data-input="${name}"]`).dataset.on = mark;
}

function showPhase(picture) {
  const { phase, table } = picture;
  const stage = table && table.stage !== "none" ? table.stage : null;
  write("phase", word(stage ?? phase?.kind ?? picture.programme ?? "no programme loaded"));
  const left = stage ? table.stage_left_s : phase?.left_s;
  write("phase_left", left ? clock(left) : "");
  write("prompt", picture.prompt || phase?.text || "");
  at("progress").value = picture.progress ?? 0;
}

function showControls(picture, mine) {
  const { holder } = picture.seat;
  write("seat_holder", mine ? "you" : holder ?? "free");
  write("seat", mine ? "Leave the seat" : "Take the seat");
  enable("seat", !mine && holder ? `${holder} has the seat.` : null, true);
  const needsSeat = mine ? null : "Take the seat first.";
  const loading = picture.state === "parked";
  at("programme").hidden = !loading;
  enable("load", needsSeat ?? picture.can.load, loading);
  enable("continue", needsSeat ?? picture.can.continue, picture.state === "frozen");
  enable("start", needsSeat ?? picture.can.start, picture.state === "checking" || picture.state === "ready");
  if (performance.now() < toastUntil) return;
  const shown = ["continue", "start", "load"].map(at).find((button) => !button.hidden);
  write("reason", picture.recording.problem ?? shown?.title ?? "");
  at("reason").toggleAttribute("data-bad", Boolean(picture.recording.problem));
}
