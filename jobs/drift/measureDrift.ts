/** From scores and recorded outcomes to figures of drift: each feature against its reference, failures said against those that came. */
import { stabilityIndex, stabilityNoise } from './stabilityIndex.js';

export interface DriftRow {
  readonly wellId: number;
  readonly atMs: number;
  readonly risk7: number;
  readonly levels: Readonly<Record<string, number>>;
}

export interface DriftFigure {
  readonly kind: 'psi' | 'calibration';
  readonly subject: string;
  readonly value: number;
  readonly limit: number;
  readonly expected: number | null;
  readonly observed: number | null;
  readonly referenceRows: number;
  readonly currentRows: number;
}

export interface DriftInput {
  /** The version's first weeks here. */
  readonly reference: readonly DriftRow[];
  /** Its last week. */
  readonly current: readonly DriftRow[];
  /** Scores whose 7 days are over. */
  readonly settled: readonly DriftRow[];
  /** Failures, and those that were prevented: acting hides a failure, not the risk. */
  readonly failures: readonly { readonly wellId: number; readonly atMs: number }[];
}

const dayMs = 86_400_000;
const horizonDays = 7;
/** [credit-scoring practice]: above it a population has moved. */
const psiLimit = 0.25;
/** Two of three in a hundred runs would lie outside by chance; below so few failures nothing can be told. */
const calibrationZ = 2.6;
const expectedLeast = 3;

export function measureDrift(input: DriftInput): DriftFigure[] {
  return [...featureFigures(input), ...calibrationFigure(input)];
}

function featureFigures({ reference, current }: DriftInput): DriftFigure[] {
  const channels = new Set([...reference, ...current].flatMap(({ levels }) => Object.keys(levels)));
  return [...channels].sort().map((subject): DriftFigure => {
    const [before, now] = [reference, current].map((rows) =>
      rows.filter(({ levels }) => levels[subject] !== undefined),
    ) as [DriftRow[], DriftRow[]];
    const values = (rows: readonly DriftRow[]): number[] =>
      rows.map(({ levels }) => levels[subject] as number);
    return {
      kind: 'psi',
      subject,
      value: stabilityIndex(values(before), values(now)),
      limit: psiLimit + stabilityNoise(wellsOf(before), wellsOf(now)),
      expected: null,
      observed: null,
      referenceRows: before.length,
      currentRows: now.length,
    };
  });
}

/** Each failure lies in the 7 days of as many scores as there are days: so expected failures are a seventh of the risks' sum. */
function calibrationFigure({ settled, failures }: DriftInput): DriftFigure[] {
  if (settled.length === 0) return [];
  const expected = settled.reduce((sum, { risk7 }) => sum + risk7, 0) / horizonDays;
  const followed = settled.filter(({ wellId, atMs }) =>
    failures.some((f) => f.wellId === wellId && f.atMs > atMs && f.atMs <= atMs + horizonDays * dayMs),
  ).length;
  const observed = followed / horizonDays;
  return [
    {
      kind: 'calibration',
      subject: 'risk7',
      value:
        expected < expectedLeast && observed < expectedLeast
          ? 0
          : Math.abs(observed - expected) / Math.sqrt(Math.max(expected, 1)),
      limit: calibrationZ,
      expected,
      observed,
      referenceRows: 0,
      currentRows: settled.length,
    },
  ];
}

function wellsOf(rows: readonly DriftRow[]): number {
  return new Set(rows.map(({ wellId }) => wellId)).size;
}
