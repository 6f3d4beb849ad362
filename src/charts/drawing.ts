import { type Drawn, extentAlong, placeOn } from './axes';
import type { Figure, JsonObject } from './figure';
import type { Mark } from './marks';
import { seriesColors } from './palette';
import { theme } from './theme';

const chartHeight = 430;

/** The layouts of the axes. */
interface Axes {
  xaxis: JsonObject;
  yaxis: JsonObject;
}

/** Assigns colours and gives each series one legend entry: its first line or points, otherwise its band. */
export function drawMarks(marks: readonly Mark[]): Drawn {
  const data: JsonObject[] = [];
  const shapes: JsonObject[] = [];
  const ofName = new Map<string, string>();
  for (const { name, color } of marks)
    if (name !== undefined && color !== undefined && !ofName.has(name)) ofName.set(name, color);
  let used = 0;
  const next = () => seriesColors[used++ % seriesColors.length]!;
  for (const mark of marks) {
    if (mark.shape) shapes.push(mark.shape());
    if (!mark.trace) continue;
    const { name } = mark;
    const color = mark.color ?? (name === undefined ? undefined : ofName.get(name)) ?? next();
    if (name !== undefined) ofName.set(name, color);
    const inLegend = name === undefined ? {} : { name, legendgroup: name };
    data.push({ ...mark.trace(color), ...inLegend, showlegend: false });
  }
  for (const name of ofName.keys()) {
    const members = data.filter((trace) => trace.legendgroup === name);
    const shown = members.find((trace) => trace.fill === undefined) ?? members[0];
    if (shown) shown.showlegend = true;
  }
  return { data, shapes };
}

/**
 * Moves the label of a rule near the upper end of its axis to the other side of the line, so that it is not
 * cut off.
 */
function turnLabels(drawn: Drawn, axes: { x: JsonObject; y: JsonObject }): void {
  for (const shape of drawn.shapes) {
    const label = shape.label as JsonObject | undefined;
    if (!label) continue;
    const name = shape.xref === 'x' ? 'x' : 'y';
    const axis = axes[name];
    const [from, to] = (axis.range as [number, number] | undefined) ?? extentAlong(drawn, name, axis);
    const place = (placeOn(axis, shape[`${name}0`]) - from) / (to - from);
    if (name === 'y' && place > 0.9) label.yanchor = 'top';
    if (name === 'x' && place > 0.8) label.xanchor = 'right';
  }
}

/** The figure of one chart, under a heading of lines that fit. */
export function assemble(heading: string, drawn: Drawn, { xaxis, yaxis }: Axes): Figure {
  const { data, shapes } = drawn;
  turnLabels(drawn, { x: xaxis, y: yaxis });
  return { data, layout: { ...theme(heading, chartHeight, data), xaxis, yaxis, shapes } };
}
