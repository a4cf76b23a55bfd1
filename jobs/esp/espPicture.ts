/** An ESP's risk over time above the signals that explain it: an SVG. */
import { init } from 'echarts';
import { channelName, channelValue } from '#models/esp/output/channels.texts.js';
import { palette } from '../reports/daily/palette.js';
import { fillIn } from '../reports/fillIn.js';
import type { Language } from '../reports/language.js';
import { localFormat } from '../reports/localFormat.js';
import { espTexts } from './espRisk.texts.js';
import { modeName } from './espRiskLines.js';
import type { EspRiskRow } from './readEspRisks.js';

export interface EspPicture {
  /** Oldest first; at least two. */
  readonly rows: readonly EspRiskRow[];
  /** Drawn as a line down all panels. */
  readonly failure: { readonly atMs: number; readonly mode: string | null } | null;
  readonly language: Language;
}

const widthPx = 760;
const riskHeightPx = 150;
const panelHeightPx = 86;
const titleHeightPx = 22;
const gapPx = 16;
const axisHeightPx = 30;
const channelsShown = 4;
const dayMs = 86_400_000;
const text = { fontFamily: 'IBM Plex Sans', fontSize: 10.5, color: palette.muted };

/** Channels that raised the risk most in the last ten scores that an alert stood on, else in the last ten. */
export function explainingChannels(rows: readonly EspRiskRow[]): string[] {
  const told = rows.filter(({ alert }) => alert);
  const sums = new Map<string, number>();
  for (const { detail } of (told.length === 0 ? rows : told).slice(-10))
    for (const { channel, share } of detail.contributions)
      sums.set(channel, (sums.get(channel) ?? 0) + share);
  // What the trees make of a signal's absence cannot be drawn.
  const drawn = (channel: string): boolean =>
    2 * rows.filter(({ levels }) => levels[channel] !== undefined).length > rows.length;
  return [...sums]
    .filter(([channel]) => drawn(channel))
    .sort((a, b) => b[1] - a[1])
    .slice(0, channelsShown)
    .map(([channel]) => channel);
}

export function espPicture({ rows, failure, language }: EspPicture): string {
  const texts = espTexts[language];
  const format = localFormat(language, 'UTC');
  const channels = explainingChannels(rows);
  const first = rows[0] as EspRiskRow;
  const last = rows.at(-1) as EspRiskRow;
  const untilMs = Math.max(last.atMs, failure?.atMs ?? 0) + dayMs / 2;
  const heights = [riskHeightPx, ...channels.map(() => panelHeightPx)];
  const tops: number[] = [];
  let y = titleHeightPx + 18;
  for (const height of heights) {
    tops.push(y);
    y += height + titleHeightPx + gapPx;
  }
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: widthPx,
    height: y - titleHeightPx - gapPx + axisHeightPx,
  });
  const titles = [
    `${first.site}/${first.well}: ${texts.chartRisk}`,
    ...channels.map((channel) => {
      const { unit } = channelValue(channel, 0);
      return `${channelName(channel, language)}${unit === '' ? '' : ` (${unit})`}`;
    }),
  ];
  const mark = (i: number) =>
    failure === null
      ? {}
      : {
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: palette.critical, width: 1.2, type: 'solid' },
            label: {
              ...text,
              show: i === 0,
              color: palette.critical,
              position: 'insideEndTop',
              align: 'right',
              rotate: 0,
              formatter: fillIn(texts.failure, {
                mode: failure.mode === null ? '' : modeName(failure.mode, language),
              }),
            },
            data: [{ xAxis: failure.atMs }],
          },
        };
  const points = (of: (row: EspRiskRow) => number | undefined) =>
    rows.flatMap((row): [number, number | null][] => [[row.atMs, of(row) ?? null]]);
  try {
    chart.setOption({
      animation: false,
      textStyle: text,
      title: titles.map((title, i) => ({
        text: title,
        left: 0,
        top: (tops[i] as number) - titleHeightPx - (i === 0 ? 12 : 0),
        padding: 0,
        textStyle: { ...text, fontSize: i === 0 ? 13 : 11.5, fontWeight: 600, color: palette.ink },
      })),
      grid: tops.map((top, i) => ({ left: 54, right: 16, top, height: heights[i] })),
      xAxis: tops.map((_, i) => ({
        type: 'time',
        gridIndex: i,
        min: first.atMs,
        max: untilMs,
        axisLine: { lineStyle: { color: palette.faint } },
        splitLine: { show: true, lineStyle: { color: palette.line, width: 0.5 } },
        axisLabel: {
          ...text,
          show: i === tops.length - 1,
          hideOverlap: true,
          formatter: (atMs: number) => format.dateTime(atMs).split(',')[0] ?? '',
        },
      })),
      yAxis: tops.map((_, i) => ({
        type: 'value',
        gridIndex: i,
        ...(i === 0 ? { min: 0, max: 1, interval: 0.25 } : { scale: true }),
        splitNumber: i === 0 ? 4 : 3,
        splitLine: { show: true, lineStyle: { color: palette.line, width: 0.5 } },
        axisLabel: {
          ...text,
          formatter: (value: number) =>
            i === 0 ? format.percent(value, 0) : `${Number(value.toPrecision(3))}`,
        },
      })),
      series: [
        // The interval: an unseen base and a band on it.
        {
          type: 'line',
          stack: 'interval',
          data: points((r) => r.risk7Low),
          lineStyle: { opacity: 0 },
          showSymbol: false,
          silent: true,
        },
        {
          type: 'line',
          stack: 'interval',
          data: points((r) => r.risk7High - r.risk7Low),
          lineStyle: { opacity: 0 },
          areaStyle: { color: palette.series, opacity: 0.18 },
          showSymbol: false,
          silent: true,
        },
        {
          type: 'line',
          data: points((r) => r.risk7),
          showSymbol: false,
          lineStyle: { color: palette.series, width: 1.8 },
          ...mark(0),
          markArea: {
            silent: true,
            itemStyle: { color: `${palette.warning}22` },
            data: alertSpans(rows).map(([fromMs, toMs]) => [{ xAxis: fromMs }, { xAxis: toMs }]),
          },
        },
        {
          type: 'line',
          data: points((r) => r.threshold),
          showSymbol: false,
          lineStyle: { color: palette.warning, width: 1, type: 'dashed' },
        },
        ...channels.map((channel, k) => ({
          type: 'line',
          xAxisIndex: k + 1,
          yAxisIndex: k + 1,
          connectNulls: false,
          showSymbol: false,
          lineStyle: { color: palette.accent, width: 1.4 },
          data: points(({ levels }) => {
            const x = levels[channel];
            return x === undefined ? undefined : channelValue(channel, x).value;
          }),
          ...mark(k + 1),
        })),
      ],
    } as Parameters<typeof chart.setOption>[0]);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** From the score that opened an alert to the one that closed it, or the last. */
function alertSpans(rows: readonly EspRiskRow[]): [number, number][] {
  const spans: [number, number][] = [];
  let openMs: number | null = null;
  for (const { alert, atMs } of rows) {
    if (alert) openMs ??= atMs;
    else if (openMs !== null) {
      spans.push([openMs, atMs]);
      openMs = null;
    }
  }
  if (openMs !== null) spans.push([openMs, (rows.at(-1) as EspRiskRow).atMs]);
  return spans;
}
