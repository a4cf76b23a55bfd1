/** A surface card with the card at the pump below it and what they say: an SVG. */
import { init } from 'echarts';
import { palette } from '../daily/palette.js';

interface Curve {
  readonly positionM: readonly number[];
  readonly loadKn: readonly number[];
}

export interface CardPicture {
  readonly title: string;
  readonly surface: Curve;
  readonly downhole: Curve | null;
  /** Lines beside the cards: a name and its figure. */
  readonly facts: readonly (readonly [name: string, figure: string])[];
  /** Sentences under them: the diagnosis, what is missing. */
  readonly remarks: readonly string[];
}

const widthPx = 860;
const plotWidthPx = 520;
const plotHeightPx = 210;
const rowPx = 18;
/** Characters of a remark that fit beside the plots. */
const remarkWidth = 42;
const text = { fontFamily: 'IBM Plex Sans', fontSize: 11.5, color: palette.muted };

export function cardPicture(picture: CardPicture): string {
  const curves = [
    { name: 'Surface card', curve: picture.surface, colour: palette.series },
    ...(picture.downhole === null
      ? []
      : [{ name: 'Pump card', curve: picture.downhole, colour: palette.accent }]),
  ];
  const side = [
    ...picture.facts.map(([name, figure]) => ({ name, figure })),
    ...picture.remarks.flatMap((remark) => ['', ...wrapped(remark)].map((name) => ({ name, figure: '' }))),
  ];
  const height = Math.max(70 + curves.length * (plotHeightPx + 62), 60 + side.length * rowPx);
  const greatest = Math.max(...picture.surface.positionM);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: widthPx, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      textStyle: text,
      title: [
        {
          text: picture.title,
          left: 12,
          top: 10,
          textStyle: { ...text, fontSize: 15, fontWeight: 600, color: palette.ink },
        },
        ...curves.map(({ name }, i) => ({
          text: name,
          left: 52,
          top: 42 + i * (plotHeightPx + 62),
          textStyle: { ...text, fontWeight: 600, color: palette.ink },
        })),
      ],
      grid: curves.map((_, i) => ({
        left: 60,
        width: plotWidthPx - 60,
        top: 66 + i * (plotHeightPx + 62),
        height: plotHeightPx,
      })),
      xAxis: curves.map((_, i) => ({
        type: 'value',
        gridIndex: i,
        min: 0,
        max: Math.ceil(greatest * 5) / 5,
        name: 'position, m',
        nameLocation: 'middle',
        nameGap: 22,
        nameTextStyle: text,
        axisLabel: text,
        splitLine: { lineStyle: { color: palette.line, width: 0.5 } },
      })),
      yAxis: curves.map((_, i) => ({
        type: 'value',
        gridIndex: i,
        scale: true,
        name: 'load, kN',
        nameLocation: 'middle',
        nameGap: 36,
        nameTextStyle: text,
        axisLabel: text,
        splitLine: { lineStyle: { color: palette.line, width: 0.5 } },
      })),
      series: curves.map(({ curve, colour }, i) => ({
        type: 'line',
        xAxisIndex: i,
        yAxisIndex: i,
        showSymbol: false,
        lineStyle: { color: colour, width: 1.6 },
        data: closed(curve),
      })),
      graphic: side.flatMap(({ name, figure }, i) => [
        {
          type: 'text',
          left: plotWidthPx + 28,
          top: 44 + i * rowPx,
          style: { text: name, font: '11.5px IBM Plex Sans', fill: palette.muted },
        },
        {
          type: 'text',
          right: 16,
          top: 44 + i * rowPx,
          style: { text: figure, font: '600 11.5px IBM Plex Sans', fill: palette.ink },
        },
      ]),
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** From the lowest point of the stroke and back to it. */
function closed({ positionM, loadKn }: Curve): [number, number][] {
  const low = Math.min(...positionM);
  const points = positionM.map((x, i): [number, number] => [x - low, loadKn[i] ?? 0]);
  return points[0] === undefined ? [] : [...points, points[0]];
}

function wrapped(sentence: string): string[] {
  const lines = [''];
  for (const word of sentence.split(' ')) {
    const last = lines.length - 1;
    if ((lines[last] ?? '').length + word.length > remarkWidth) lines.push(word);
    else lines[last] = `${lines[last] ?? ''} ${word}`.trim();
  }
  return lines;
}
