/** `balancin evaluate nab`: the shipped univariate detector on NAB, on an honest split, beside a baseline and others. */
import {
  noveltyConfig,
  noveltyConfigHash,
  type NoveltyView,
  noveltyViews,
} from '#pipelines/detect/noveltyConfig.js';
import { BalancinError } from '#schemas/errors.js';
import { movingZScores } from './movingZScoreBaseline.js';
import { type NabFile, type NabHalf, readNabCorpus } from './nabCorpus.js';
import { nabDetectors, readNabResult, readNabThresholds } from './nabResults.js';
import { type NabProfile, nabOptimum, nabProfiles, nabScore, type NabScored } from './nabScore.js';
import { scoreNabSeries } from './scoreNab.js';
import { writeNabScores } from './writeNabScores.js';

export interface NabEvaluateOptions {
  /** NAB's layout: `data/`, `labels/combined_windows.json`, and `config/thresholds.json` for published thresholds. */
  readonly data: string;
  /** Scores of other detectors, `<detector>/<family>/<detector>_<file>.csv[.gz]`. */
  readonly results?: string;
  /** Where to write the scores a row. */
  readonly out?: string;
  /** One half alone: development reads `even`. */
  readonly split?: NabHalf;
  /** Views to leave out in turn, by name; `all` for every one. Judged on the even half alone. */
  readonly without?: readonly string[];
}

export type NabScores = Readonly<Record<NabProfile['name'], number>>;

export interface NabEvaluation {
  /** Thresholds chosen on this very half: flattering, for comparison only. */
  readonly even?: NabScores;
  /** Thresholds chosen on the even half, each profile its own: the honest figure. */
  readonly odd?: NabScores;
  /** Thresholds chosen on all files, as NAB does. */
  readonly whole?: NabScores;
  /** Chosen on the even half; absent when only odd files were read. */
  readonly thresholds?: NabScores;
  readonly configHash: string;
  readonly files: number;
  readonly windows: number;
  readonly baseline: NabHalves;
  /** The detectors under `results`, by name. */
  readonly detectors: Readonly<Record<string, NabHalves & { readonly published?: NabScores }>>;
  /** On the even half: with everything (`all`), then without each view that was named. */
  readonly ablation?: Readonly<Record<string, NabAblation>>;
}

export interface NabAblation {
  /** Thresholds chosen on these very files. */
  readonly even: NabScores;
  /** The threshold for a family of files chosen on the other families. */
  readonly familiesApart: NabScores;
}

interface NabHalves {
  readonly even?: NabScores;
  readonly odd?: NabScores;
  readonly whole?: NabScores;
  readonly thresholds?: NabScores;
}

type ScoreFile = (file: NabFile) => Float64Array;

/** Fails with NOT_FOUND or DATA_INVALID where the folder is not in NAB's layout. */
export function evaluateNab({ data, results, out, split, without }: NabEvaluateOptions): NabEvaluation {
  const left = viewsNamed(without ?? []);
  // The threshold for the odd half comes from the even one, so the odd half is never read alone.
  const files = readNabCorpus(data, split === 'even' ? 'even' : 'whole');
  const judge = (score: ScoreFile) => halvesOf(files, score, split);
  const thresholds = readNabThresholds(data);
  const detectors = (results === undefined ? [] : nabDetectors(results)).map((name) => {
    const scores = new Map(files.map((file) => [file, readNabResult(results as string, name, file)]));
    const score: ScoreFile = (file) => scores.get(file) as Float64Array;
    const published = thresholds[name];
    if (published === undefined || split !== undefined) return [name, judge(score)] as const;
    const all = files.map((file) => scoredOf(file, score));
    const atPublished = perProfile((p) => nabScore(all, p, published[p.nabName]?.threshold ?? Number.NaN));
    return [name, { ...judge(score), published: atPublished }] as const;
  });
  const ours = new Map(files.map((file) => [file, scoreNabSeries(file.series)]));
  if (out !== undefined)
    for (const file of files)
      if (split === undefined || file.half === split)
        writeNabScores(out, file, ours.get(file) as Float64Array);
  return {
    ...judge((file) => ours.get(file) as Float64Array),
    configHash: noveltyConfigHash(),
    files: files.length,
    windows: files.reduce((sum, { windows }) => sum + windows.length, 0),
    baseline: judge(({ series }) => movingZScores(series)),
    detectors: Object.fromEntries(detectors),
    ...(left.length === 0 ? {} : { ablation: ablationOf(files, left) }),
  };
}

/** Throws USAGE where there is no such view. */
function viewsNamed(names: readonly string[]): readonly NoveltyView[] {
  if (names.includes('all')) return noveltyViews;
  return names.map((name) => {
    const view = noveltyViews.find((known) => known === name);
    if (view !== undefined) return view;
    throw new BalancinError(
      'USAGE',
      `novelty has no view ${name}: choose of ${noveltyViews.join(', ')}, all`,
    );
  });
}

function ablationOf(files: readonly NabFile[], left: readonly NoveltyView[]): Record<string, NabAblation> {
  const even = files.filter(({ half }) => half === 'even');
  const judged = [undefined, ...left].map((without) => {
    const config = without === undefined ? noveltyConfig : { ...noveltyConfig, without };
    const scored = even.map((file) => scoredOf(file, ({ series }) => scoreNabSeries(series, config)));
    const familiesApart = perProfile((p) => scoreFamiliesApart(even, scored, p));
    return [
      without ?? 'all',
      { even: perProfile((p) => nabOptimum(scored, p).score), familiesApart },
    ] as const;
  });
  return Object.fromEntries(judged);
}

function scoreFamiliesApart(
  files: readonly NabFile[],
  scored: readonly NabScored[],
  profile: NabProfile,
): number {
  const families = files.map(({ name }) => name.split('/')[0]);
  const thresholds = new Map(
    [...new Set(families)].map((family) => [
      family,
      nabOptimum(
        scored.filter((_, i) => families[i] !== family),
        profile,
      ).threshold,
    ]),
  );
  const verdicts = scored.map(({ scores, windows }, i) => {
    const threshold = thresholds.get(families[i]) as number;
    return { windows, scores: scores.map((score) => (score >= threshold ? 1 : 0)) };
  });
  return nabScore(verdicts, profile, 1);
}

function halvesOf(files: readonly NabFile[], score: ScoreFile, split: NabHalf | undefined): NabHalves {
  const of = (half: NabHalf) =>
    files.filter((file) => file.half === half).map((file) => scoredOf(file, score));
  const even = of('even');
  const thresholds = perProfile((p) => nabOptimum(even, p).threshold);
  return {
    ...(split === 'odd' ? {} : { even: perProfile((p) => nabOptimum(even, p).score) }),
    ...(split === 'even' ? {} : { odd: perProfile((p) => nabScore(of('odd'), p, thresholds[p.name])) }),
    ...(split === undefined
      ? {
          whole: perProfile(
            (p) =>
              nabOptimum(
                files.map((file) => scoredOf(file, score)),
                p,
              ).score,
          ),
        }
      : {}),
    thresholds,
  };
}

function scoredOf(file: NabFile, score: ScoreFile): NabScored {
  return { scores: score(file), windows: file.windows };
}

function perProfile(of: (profile: NabProfile) => number): NabScores {
  const [standard, lowFp, lowFn] = nabProfiles.map(of);
  return { standard: standard as number, lowFp: lowFp as number, lowFn: lowFn as number };
}

/** The tables as `balancin evaluate nab` prints them. */
export function nabLines(e: NabEvaluation): string[] {
  const rows: [string, NabHalves][] = [
    ['balancin', e],
    ['moving z-score', e.baseline],
    ...Object.entries(e.detectors),
  ];
  const table = (half: 'even' | 'odd' | 'whole', title: string): string[] =>
    e[half] === undefined ? [] : [title, ...rows.map(([name, h]) => line(name, h[half]))];
  const published = Object.entries(e.detectors).filter(([, d]) => d.published !== undefined);
  return [
    `${e.files} files, ${e.windows} windows; configuration ${e.configHash}; standard, low FP, low FN`,
    ...table('odd', 'odd files, thresholds chosen on the even ones:'),
    ...table('even', 'even files, thresholds chosen on themselves:'),
    ...table('whole', "whole corpus, NAB's optimiser:"),
    ...(published.length === 0 ? [] : ['whole corpus, published thresholds:']),
    ...published.map(([name, d]) => line(name, d.published)),
    ...(e.ablation === undefined
      ? []
      : ['even files without a view: thresholds chosen on themselves; on other families alone']),
    ...Object.entries(e.ablation ?? {}).map(
      ([name, { even, familiesApart }]) => line(name, even) + line('', familiesApart).slice(22),
    ),
  ];
}

function line(name: string, scores: NabScores | undefined): string {
  const cells = scores === undefined ? [] : [scores.standard, scores.lowFp, scores.lowFn];
  return `  ${name.padEnd(20)} ${cells.map((cell) => cell.toFixed(2).padStart(7)).join(' ')}`;
}
