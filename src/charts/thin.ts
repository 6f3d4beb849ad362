import type { Json, JsonObject } from './figure';

/** Series of more points are thinned. */
const mostPoints = 5000;

/** Of the points of a thinned cloud, each of which is an element of its own, fewer are drawn. */
const mostMarkers = 2500;

/** Of all thinned series together, so that the figure stays below 1 MB. */
const mostTogether = 25_000;

/** Half the width of a chart's pixels: finer columns are not seen. */
const finestColumns = 1250;

/** How many points are drawn, of how many. */
interface Thinned {
  drawn: number;
  of: number;
}

type Values = readonly (number | null)[];

/**
 * Thins the lines, bands and points of a chart that have more than 5,000 points, in place. The smallest and the
 * largest value of each column of pixels are kept, and the first and the last point.
 * @returns how many are drawn, or undefined if nothing is thinned
 */
export function thin(data: readonly JsonObject[], xaxis: JsonObject, yaxis: JsonObject): Thinned | undefined {
  const long = data.filter(({ type, x }) => type === 'scatter' && (x as Json[]).length > mostPoints);
  if (long.length === 0) return undefined;
  const limit = Math.floor(Math.min(mostPoints, mostTogether / long.length));
  const total: Thinned = { drawn: 0, of: 0 };
  for (const trace of long) {
    const x = scaled(trace.x as Values, xaxis.type === 'log');
    const y = scaled(trace.y as Values, yaxis.type === 'log');
    const columnOf = columns(x, xaxis.range as [number, number] | undefined);
    const kept =
      trace.mode === 'lines'
        ? thinLine(x, y, columnOf, limit)
        : thinPoints(x, y, columnOf, Math.min(limit, mostMarkers));
    const pick = (values: Json | undefined) => kept.map((i) => (values as Json[])[i]!);
    const error = trace.error_y as JsonObject | undefined;
    const sides = trace.fill === undefined ? 1 : 2; // a band is an outline with two points for each of its own
    total.of += Math.round(x.filter(Number.isFinite).length / sides);
    total.drawn += Math.round(kept.filter((i) => Number.isFinite(x[i])).length / sides);
    Object.assign(trace, { x: pick(trace.x), y: pick(trace.y) });
    if (error) trace.error_y = { ...error, array: pick(error.array) };
  }
  return total;
}

/** Places along an axis; NaN for what is not drawn. */
function scaled(values: Values, log: boolean): Float64Array {
  return Float64Array.from(values, (value) =>
    value === null || (log && value <= 0) ? Number.NaN : log ? Math.log10(value) : value,
  );
}

/** The column of a place, of `count` columns; those left and right of the axis have one each. */
type ColumnOf = (place: number, count: number) => number;

function columns(x: Float64Array, range: [number, number] | undefined): ColumnOf {
  let from = Infinity;
  let to = -Infinity;
  for (const place of range ?? x) {
    if (place < from) from = place;
    if (place > to) to = place;
  }
  const width = to - from || 1;
  return (place, count) => Math.max(-1, Math.min(count, Math.floor((count * (place - from)) / width)));
}

/** The first, lowest, highest and last of the points of a line that follow each other in one column, and gaps. */
function thinLine(x: Float64Array, y: Float64Array, columnOf: ColumnOf, limit: number): number[] {
  let kept: number[] = [];
  for (let count = finestColumns; count >= 1; count = Math.floor(count / 2)) {
    kept = [];
    let column: number | undefined;
    let group: [first: number, low: number, high: number, last: number] | undefined;
    const close = () => {
      if (group) kept.push(...[...new Set(group)].sort((a, b) => a - b));
      group = undefined;
    };
    for (let i = 0; i < x.length; i++) {
      if (!Number.isFinite(x[i]! + y[i]!)) {
        close();
        if (column !== undefined) kept.push(i); // one gap for many
        column = undefined;
        continue;
      }
      const here = columnOf(x[i]!, count);
      if (group && here === column) {
        if (y[i]! < y[group[1]]!) group[1] = i;
        if (y[i]! > y[group[2]]!) group[2] = i;
        group[3] = i;
      } else {
        close();
        group = [i, i, i, i];
      }
      column = here;
    }
    close();
    if (kept.length <= limit) return kept;
  }
  return evenly(kept, limit);
}

/** The lowest and the highest point of each column, and of the others as many as fit, evenly. */
function thinPoints(x: Float64Array, y: Float64Array, columnOf: ColumnOf, limit: number): number[] {
  const finite = [...x.keys()].filter((i) => Number.isFinite(x[i]! + y[i]!));
  if (finite.length <= limit) return finite;
  const count = Math.floor(limit / 8);
  const low = new Map<number, number>();
  const high = new Map<number, number>();
  for (const i of finite) {
    const column = columnOf(x[i]!, count);
    const [lowest, highest] = [low.get(column), high.get(column)];
    if (lowest === undefined || y[i]! < y[lowest]!) low.set(column, i);
    if (highest === undefined || y[i]! > y[highest]!) high.set(column, i);
  }
  const kept = new Set([finite[0]!, finite.at(-1)!, ...low.values(), ...high.values()]);
  const others = finite.filter((i) => !kept.has(i));
  for (const i of evenly(others, limit - kept.size)) kept.add(i);
  return [...kept].sort((a, b) => a - b);
}

/** `count` of the entries at even distances, the first among them. */
function evenly(entries: readonly number[], count: number): number[] {
  if (entries.length <= count) return [...entries];
  return Array.from({ length: count }, (_, i) => entries[Math.floor((i * entries.length) / count)]!);
}
