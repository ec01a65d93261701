/**
 * Lines over a plane with two logarithmic axes, as SVG. Pure.
 *
 * @module
 */

/** A line with its name. */
export interface Series {
  readonly name: string;
  readonly colour: string;
  /** In the order in which they are joined; above 0. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What an axis measures, and how its ticks are written. */
export interface Axis {
  readonly title: string;
  readonly format: (value: number) => string;
}

const WIDTH = 720, HEIGHT = 420;
const LEFT = 70, RIGHT = 110, TOP = 40, BOTTOM = 55;

/** Ticks at 1, 2 and 5 of each decade, within the range or next to it. */
export function ticksOf(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.ceil(Math.log10(high)); decade++) {
    for (const step of [1, 2, 5]) ticks.push(Number((step * 10 ** decade).toPrecision(1)));
  }
  const first = Math.max(0, ticks.findLastIndex((tick) => tick <= low));
  const last = ticks.findIndex((tick) => tick >= high);
  return ticks.slice(first, last < 0 ? undefined : last + 1);
}

/** Draws them; series without points are left out. */
export function plot(title: string, x: Axis, y: Axis, all: readonly Series[]): string {
  const series = all.filter(({ points }) => points.length > 0);
  const range = (of: 0 | 1): number[] => {
    const values = series.flatMap(({ points }) => points.map((point) => point[of]));
    return ticksOf(Math.min(...values), Math.max(...values));
  };
  const ticks = [range(0), range(1)] as const;
  const place = (value: number, of: 0 | 1, from: number, to: number): number => {
    const low = Math.log(ticks[of][0] as number), high = Math.log(ticks[of].at(-1) as number);
    return Math.round((from + (Math.log(value) - low) / (high - low || 1) * (to - from)) * 10) / 10;
  };
  const atX = (value: number): number => place(value, 0, LEFT, WIDTH - RIGHT);
  const atY = (value: number): number => place(value, 1, HEIGHT - BOTTOM, TOP);
  const text = (
    content: string,
    [left, top]: readonly [number, number],
    anchor: "start" | "middle" | "end",
    more = "",
  ): string =>
    `<text x="${left}" y="${top}" text-anchor="${anchor}"${more}>${escape(content)}</text>`;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(title, [LEFT, 22], "start", ' font-size="15"'),
  ];
  for (const tick of ticks[0]) {
    out.push(line([atX(tick), TOP], [atX(tick), HEIGHT - BOTTOM]));
    out.push(text(x.format(tick), [atX(tick), HEIGHT - BOTTOM + 18], "middle"));
  }
  for (const tick of ticks[1]) {
    out.push(line([LEFT, atY(tick)], [WIDTH - RIGHT, atY(tick)]));
    out.push(text(y.format(tick), [LEFT - 8, atY(tick) + 4], "end"));
  }
  out.push(text(x.title, [(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12], "middle"));
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  out.push(text(y.title, [16, middle], "middle", ` transform="rotate(-90 16 ${middle})"`));
  const labels: number[] = [];
  for (const { name, colour, points } of series) {
    const path = points.map(([px, py]) => `${atX(px)},${atY(py)}`).join(" ");
    out.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [px, py] of points) {
      out.push(`<circle cx="${atX(px)}" cy="${atY(py)}" r="3" fill="${colour}"/>`);
    }
    const [lastX, lastY] = points.at(-1) as readonly [number, number];
    let top = atY(lastY) + 4;
    while (labels.some((other) => Math.abs(other - top) < 14)) top += 14;
    labels.push(top);
    out.push(text(name, [atX(lastX) + 8, top], "start", ` style="fill:${colour}"`));
  }
  return [...out, "</svg>", ""].join("\n");
}

function line([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#ddd"/>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
