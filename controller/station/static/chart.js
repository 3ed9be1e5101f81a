// The live chart: angle against setpoint over the last two minutes, with the limits as bands (uPlot).
const WINDOW_S = 120;
const KEEP = 6000;
const BREAK_S = 2; // in the history, of the table's clock
const BREAK_MS = 900; // live, of this page's clock: a table on a bench may run faster than time

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const ticks = (u, values) => values.map((s) => (s < 0 ? "" : `${Math.floor(s / 60)}:${String(Math.round(s) % 60).padStart(2, "0")}`));

export class Chart {
  constructor(place) {
    this.place = place;
    this.data = [[], [], []];
    this.limits = { cap_deg: 60, park_deg: -70, rest_deg: 0, mid_deg: -15 };
    this.start = null;
    this.heard = performance.now();
    this.make();
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.make());
  }

  size() {
    return { width: Math.max(this.place.clientWidth, 50), height: Math.max(this.place.clientHeight, 50) };
  }

  make() {
    this.plot?.destroy();
    this.colours = Object.fromEntries(["--angle", "--set", "--soft", "--line", "--band", "--over", "--bad"].map((c) => [c, colour(c)]));
    const font = "12px system-ui, sans-serif";
    const axis = { stroke: this.colours["--soft"], grid: { stroke: this.colours["--line"], width: 1 }, ticks: { show: false }, font };
    const options = {
      ...this.size(),
      cursor: { show: false },
      legend: { show: false },
      padding: [6, 8, 0, 0],
      scales: { x: { time: false, range: () => this.range() }, y: { range: [-80, 70] } },
      axes: [
        { ...axis, values: ticks, size: 24, space: 60 },
        { ...axis, values: (u, values) => values.map((v) => `${v}°`), size: 44, space: 34 },
      ],
      series: [
        {},
        { stroke: this.colours["--set"], width: 4, points: { show: false } },
        { stroke: this.colours["--angle"], width: 2.5, points: { show: false } },
      ],
      hooks: { drawClear: [(u) => this.bands(u)] },
    };
    this.plot = new uPlot(options, this.data, this.place);
  }

  range() {
    const end = this.data[0].at(-1) ?? 0;
    return [end - WINDOW_S, end];
  }

  bands(u) {
    const { left, width, top, height } = u.bbox;
    const y = (value) => Math.min(Math.max(u.valToPos(value, "y", true), top), top + height);
    const { cap_deg: cap, park_deg: park, rest_deg: rest, mid_deg: mid } = this.limits;
    const context = u.ctx;
    context.save();
    context.fillStyle = this.colours["--band"];
    context.fillRect(left, y(cap), width, y(rest) - y(cap));
    context.fillStyle = this.colours["--over"];
    context.fillRect(left, top, width, y(cap) - top);
    context.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    context.textAlign = "left";
    for (const [value, name, stroke] of [[cap, `cap ${cap}°`, "--bad"], [rest, "rest", "--soft"], [mid, "−15°", "--soft"], [park, "park", "--soft"]]) {
      context.strokeStyle = context.fillStyle = this.colours[stroke];
      context.setLineDash([6 * devicePixelRatio, 5 * devicePixelRatio]);
      context.beginPath();
      context.moveTo(left, y(value));
      context.lineTo(left + width, y(value));
      context.stroke();
      context.fillText(name, left + 6 * devicePixelRatio, y(value) - 4 * devicePixelRatio);
    }
    context.restore();
  }

  push(ms, angle, setpoint, broken) {
    this.start ??= ms;
    const at = (ms - this.start) / 1000;
    const last = this.data[0].at(-1);
    if (last !== undefined && at <= last) {
      if (at < last - 1) this.clear(ms);
      else return;
    }
    // A hole in time is a hole in the line.
    if (last !== undefined && broken(at - last)) this.append(at - 0.01, null, null);
    this.append(at, angle, setpoint);
  }

  append(at, angle, setpoint) {
    [at, setpoint, angle].forEach((value, row) => this.data[row].push(value));
    if (this.data[0].length > KEEP) this.data.forEach((row) => row.splice(0, 1000));
  }

  clear(ms) {
    this.data = [[], [], []];
    this.start = ms;
  }

  load(points) {
    this.data = [[], [], []];
    this.start = points[0]?.[0] ?? null;
    for (const [ms, angle, setpoint] of points) this.push(ms, angle, setpoint, (gap) => gap > BREAK_S);
    this.plot.setData(this.data);
  }

  add(table) {
    const silent = performance.now() - this.heard;
    this.heard = performance.now();
    this.limits = table;
    this.push(table.now_ms, table.angle_deg, table.setpoint_deg, () => silent > BREAK_MS);
    this.plot.setData(this.data);
  }
}
