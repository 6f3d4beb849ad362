// fracmoment/charts: Plotly figures as data.
export type { Axis } from './axes';
export { type ChartOptions, chart } from './chart';
export { type ExplorableOptions, explorable } from './explorable';
export type { Figure, Json, JsonObject, Numbers } from './figure';
export {
  band,
  type HeatmapOptions,
  type HistogramOptions,
  heatmap,
  histogram,
  type LabelOptions,
  type LineOptions,
  label,
  line,
  type Mark,
  type PointOptions,
  points,
  type RuleOptions,
  rule,
  type SeriesOptions,
} from './marks';
export { type Color, palette, shades } from './palette';
export { panels } from './panels';
