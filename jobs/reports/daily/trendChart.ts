/** A well's key signals over the day, one above the other, with its anomalies shaded: an SVG. */
import { init } from 'echarts';
import type { LocalFormat } from '../localFormat.js';
import { toOilfield } from '../oilfieldUnits.js';
import type { TrendSeries } from './dailyData.js';
import { palette } from './palette.js';

export interface TrendPanel {
  readonly title: string;
  /** SI, empty where the signal has none. */
  readonly unit: string;
  readonly series: TrendSeries;
  readonly bands: readonly TrendBand[];
}

export interface TrendBand {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly severity: 'info' | 'warning' | 'critical';
}

export interface TrendRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

const widthPx = 720;
const panelHeightPx = 100;
const panelGapPx = 20;
const axisHeightPx = 26;
const titleHeightPx = 22;
/** A longer silence is a gap in the line, not a straight stroke across it. */
const gapMs = 15 * 60_000;
const tickMs = 3 * 3_600_000;
const bandAlpha = { critical: '2e', warning: '30', info: '22' } as const;
const text = { fontFamily: 'IBM Plex Sans', fontSize: 10.5, color: palette.muted };

export function trendChart(panels: readonly TrendPanel[], range: TrendRange, format: LocalFormat): string {
  const height = panels.length * (titleHeightPx + panelHeightPx + panelGapPx) - panelGapPx + axisHeightPx;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: widthPx, height });
  try {
    const tops = panels.map((_, i) => titleHeightPx + i * (titleHeightPx + panelHeightPx + panelGapPx));
    const scales = panels.map((panel) => scaleOf(panel.series.mean));
    chart.setOption({
      animation: false,
      textStyle: text,
      title: panels.map((panel, i) => ({
        text: panel.unit === '' ? panel.title : `${panel.title} (${unitsOf(panel.unit)})`,
        left: 0,
        top: (tops[i] ?? 0) - titleHeightPx,
        padding: 0,
        textStyle: {
          ...text,
          fontSize: 11.5,
          fontWeight: 600,
          color: palette.ink,
        },
      })),
      grid: tops.map((top) => ({ left: 54, right: 54, top, height: panelHeightPx })),
      xAxis: panels.map((_, i) => ({
        type: 'value',
        gridIndex: i,
        min: range.fromMs,
        max: range.untilMs,
        interval: tickMs,
        axisLine: { lineStyle: { color: palette.faint } },
        axisTick: { show: true, lineStyle: { color: palette.faint } },
        splitLine: { show: true, lineStyle: { color: palette.line, width: 0.5, opacity: 0.7 } },
        axisLabel: {
          ...text,
          show: i === panels.length - 1,
          formatter: (atMs: number) => format.time(atMs),
        },
      })),
      yAxis: panels.flatMap((panel, i) => {
        const axis = {
          type: 'value',
          gridIndex: i,
          ...scales[i],
          splitNumber: 3,
          axisLine: { show: false },
          axisTick: { show: false },
        };
        return [
          {
            ...axis,
            position: 'left',
            splitLine: { show: true, lineStyle: { color: palette.line, width: 0.5 } },
            axisLabel: { ...text, formatter: (value: number) => tick(value, scales[i], format) },
          },
          {
            ...axis,
            position: 'right',
            splitLine: { show: false },
            axisLabel: {
              ...text,
              color: palette.faint,
              formatter: (value: number) => oilfieldTick(value, panel.unit, scales[i], format),
            },
          },
        ];
      }),
      series: panels.flatMap((panel, i) => [
        {
          type: 'line',
          xAxisIndex: i,
          yAxisIndex: 2 * i,
          showSymbol: false,
          connectNulls: false,
          lineStyle: { color: palette.series, width: 1.4 },
          data: withGaps(panel.series),
          markArea: {
            silent: true,
            data: panel.bands.map((band) => [
              { xAxis: band.fromMs, itemStyle: { color: palette[band.severity] + bandAlpha[band.severity] } },
              { xAxis: band.untilMs },
            ]),
          },
        },
        // The right-hand axis is drawn only if something hangs on it.
        { type: 'line', xAxisIndex: i, yAxisIndex: 2 * i + 1, data: [], silent: true },
      ]),
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

interface Scale {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

/** Round ends a little beyond the data; a flat signal gets some room, for a line along the edge reads as missing. */
function scaleOf(values: readonly number[]): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = Math.max(high - low, Math.abs(high) * 0.01, 1e-9);
  const rough = (room * 1.15) / 3;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const rounded = ([1, 2, 2.5, 5, 10].find((step) => step * magnitude >= rough) ?? 10) * magnitude;
  const min = Math.floor((low - room * 0.05) / rounded) * rounded;
  const max = Math.ceil((high + room * 0.05) / rounded) * rounded;
  // Two labels alone would leave the eye nothing to measure by.
  const interval = max - min < 1.5 * rounded ? rounded / 2 : rounded;
  return { min, max, interval };
}

function decimalsOf(interval: number): number {
  return Math.max(0, Math.min(6, Math.ceil(-Math.log10(interval) + 0.3)));
}

function tick(value: number, scale: Scale | undefined, format: LocalFormat): string {
  return format.number(value, decimalsOf(scale?.interval ?? 1));
}

function oilfieldTick(value: number, unit: string, scale: Scale | undefined, format: LocalFormat): string {
  const other = toOilfield(value, unit);
  if (other === null) return '';
  const step = (toOilfield((scale?.interval ?? 1) + value, unit)?.value ?? 0) - other.value;
  return format.number(other.value, decimalsOf(Math.abs(step)));
}

function unitsOf(unit: string): string {
  const other = toOilfield(0, unit);
  return other === null ? unit : `${unit} · ${other.unit}`;
}

function withGaps(series: TrendSeries): [number, number | null][] {
  const points: [number, number | null][] = [];
  let lastMs = Number.NaN;
  for (const [i, atMs] of series.atMs.entries()) {
    if (atMs - lastMs > gapMs) points.push([lastMs + 1, null]);
    points.push([atMs, series.mean[i] ?? null]);
    lastMs = atMs;
  }
  return points;
}
