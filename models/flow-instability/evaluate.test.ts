/** Laws of judging by well: who teaches never judges, figures by what a well has, masks, alerts joined, bounds. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { BalancinError } from '#schemas/errors.js';
import { flowMovement, flowMovementNames } from '#pipelines/wellrules/flowMovement.js';
import { parseThreeW } from '../threew/readThreeWFile.js';
import type { AlertSpan } from '../threew/alertStream.js';
import { evaluateThreeW } from './evaluate.js';
import { readFlowModel } from './flowArtifact.js';
import { figureOf } from './flowFolds.js';
import { probabilityOf } from './flowModel.js';
import { type FlowWindow, flowWindowsOf } from './flowWindows.js';
import { judgeAlerts, type PlayedFile } from './judgeAlerts.js';
import { poissonBounds } from './poissonBounds.js';
import { trainFlowInstability } from './train.js';

const startMs = Date.UTC(2020, 0, 1);

/** An hour at a sample every 5 s: noise that is the same in every run, or a slow oscillation of both pressures. */
function csv(kind: 'normal' | 'unstable', label: string, day: number): string {
  let seed = day + 1;
  const rows = Array.from({ length: 721 }, (_, i) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    const noise = seed / 2 ** 32 - 0.5;
    const swing = kind === 'unstable' ? 2e5 * Math.sin((2 * Math.PI * i * 5) / 240) : 0;
    const stamp = new Date(startMs + day * 86_400_000 + i * 5000)
      .toISOString()
      .replace('T', ' ')
      .replace('Z', '');
    return `${label},${stamp},${1e7 + swing + 4e3 * noise},${5e6 + swing / 2 + 3e3 * noise},${60 + noise / 50}`;
  });
  return ['class,timestamp,P-TPT,P-MON-CKP,T-TPT', ...rows, ''].join('\n');
}

function corpus(t: { teardown(f: () => void): void }, files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(path.join(tmpdir(), '3w-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.join(dir, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  }
  return dir;
}

const wells = (from: number, to: number) =>
  Object.fromEntries(
    Array.from({ length: to - from + 1 }, (_, k) => from + k).flatMap((n) => [
      [`0/WELL-0000${n}_a.csv`, csv('normal', '0', n)],
      [`4/WELL-0000${n}_b.csv`, csv('unstable', n % 2 === 0 ? '4' : '104', n + 20)],
    ]),
  );

test('a plain oscillation is told from noise on a well that did not teach, without a false alarm', async (t) => {
  const dir = corpus(t, wells(1, 3));
  const e = await evaluateThreeW({ data: [dir] }, { without: ['flow-stability', 'novelty'] });
  t.deepEqual(Object.keys(e.wells), ['WELL-00001', 'WELL-00002', 'WELL-00003']);
  t.is(e.macroF1, 1);
  t.is(e.falseAlarms, 0);
  t.is(e.eventRecall, 1);
  t.true((e.delayMedianS as number) <= 1800);
  t.true((e.baseline.macroF1 as number) < 1);
  t.deepEqual(
    e.classes.map((c) => [c.class, c.files, c.detected]),
    [[4, 3, 3]],
  );
  t.is(e.ablation?.['flow-stability']?.eventRecall, 0, 'without the rule that names it nothing is found');
  t.is(e.ablation?.['novelty']?.eventRecall, 1);
  const unknown = await t.throwsAsync(evaluateThreeW({ data: [dir] }, { without: ['smell'] }));
  t.regex(unknown?.message ?? '', /choose of noise, unit-change/u);
});

test('train and test judge only the test wells, those with one class by it alone; simulated wells have no figure', async (t) => {
  const train = corpus(t, wells(1, 2));
  const test3 = corpus(t, {
    '0/WELL-00003_a.csv': csv('normal', '0', 3),
    '4/WELL-00004_a.csv': csv('unstable', '4', 4),
    '4/SIMULATED_00001.csv': csv('unstable', '4', 5),
    '4/WELL-00005_cut.csv': csv('unstable', '4', 5).slice(0, -20),
    '0/WELL-00006_empty.csv': '',
  });
  const log: string[] = [];
  const e = await evaluateThreeW({ train: [train], test: [test3] }, { log: (line) => log.push(line) });
  t.is(e.filesRefused, 2, 'a file that cannot be read costs itself alone');
  t.deepEqual(log.filter((line) => /^left out: .*WELL-0000[56]_/u.test(line)).length, 2);
  t.is(e.macroF1, null);
  t.deepEqual(
    Object.entries(e.wellFigures).map(([well, { measure, value }]) => [well, measure, value]),
    [
      ['WELL-00003', 'specificity', 1],
      ['WELL-00004', 'recall', 1],
    ],
  );
  t.deepEqual(
    e.classes.map((c) => [c.class, c.real, c.files, c.detected]),
    [
      [4, true, 1, 1],
      [4, false, 1, 1],
    ],
  );
});

test('a well that would teach and judge is refused, as are lists without a well to leave out', async (t) => {
  const dir = corpus(t, wells(1, 2));
  const both = await t.throwsAsync(evaluateThreeW({ train: [dir], test: [dir] }), {
    instanceOf: BalancinError,
  });
  t.is(both?.code, 'USAGE');
  t.regex(both?.message ?? '', /WELL-00001/);
  const none = await t.throwsAsync(evaluateThreeW({ data: [dir], wells: ['WELL-00009'] }), {
    instanceOf: BalancinError,
  });
  t.is(none?.code, 'NOT_FOUND');
});

test('twice the same files give twice the same figures', async (t) => {
  const dir = corpus(t, wells(1, 2));
  t.deepEqual(await evaluateThreeW({ data: [dir] }), await evaluateThreeW({ data: [dir] }));
});

test('features know no absolute time and no level: a window later and 10 MPa higher is the same', (t) => {
  const one = flowWindowsOf(parseThreeW('WELL-1_a.csv', csv('unstable', '4', 1)))[0] as FlowWindow;
  const moved = csv('unstable', '4', 1)
    .replaceAll('2020-01', '2021-03')
    .replaceAll(/,(1\d{7}|9\d{6})(\.\d+)?,/g, (_, p: string, d = '') => `,${Number(p + d) + 1e7},`);
  const other = flowWindowsOf(parseThreeW('WELL-1_b.csv', moved))[0] as FlowWindow;
  one.features.forEach((v, k) => {
    const w = other.features[k] as number;
    t.true(
      (Number.isNaN(v) && Number.isNaN(w)) || Math.abs(v - w) < 0.05,
      `${flowMovementNames[k]} ${v} ${w}`,
    );
  });
});

test('a sensor that stands still, is missing or sparse is masked; the others are not', (t) => {
  const of = (minutes: number[]): number[] => {
    const out = new Float64Array(flowMovementNames.length);
    flowMovement(0, Float64Array.from(minutes), out, 0);
    return [...out.subarray(0, 4)];
  };
  const moving = Array.from({ length: 60 }, (_, i) => 100 + i);
  t.true(of(Array.from({ length: 60 }, () => 1e4)).every(Number.isNaN));
  t.true(of([]).every(Number.isNaN));
  t.true(of(moving.map((v, i) => (i % 15 < 9 ? Number.NaN : v))).every(Number.isNaN));
  const floor = 1;
  t.deepEqual(
    of(moving),
    [2, 4, 14, 59].map((kpa) => Math.log(kpa + floor)),
  );
  t.deepEqual(
    of(moving.slice(45)),
    [2, 4, 14, 14].map((kpa) => Math.log(kpa + floor)),
    'no hour yet',
  );
});

test('a window looks back an hour at most, and never ahead', (t) => {
  const instance = parseThreeW('WELL-1_a.csv', csv('unstable', '4', 1));
  const cut = (rows: number) => ({
    ...instance,
    rows,
    timesMs: instance.timesMs.subarray(0, rows),
    classes: instance.classes.subarray(0, rows),
    columns: instance.columns.map((c) => ({ ...c, values: c.values.subarray(0, rows) })),
  });
  const whole = flowWindowsOf(instance);
  const half = flowWindowsOf(cut(361));
  t.deepEqual([whole.length, half.length], [4, 2]);
  half.forEach((w, i) => t.deepEqual(w.features, whole[i]?.features));
  const later = flowWindowsOf(instance, 180);
  t.notDeepEqual(later[0]?.features, whole[1]?.features);
});

test('macro-F1 is the mean of both classes; of other classes and unlabelled windows nothing is counted', (t) => {
  const w = (c: number) => ({ class: c }) as FlowWindow;
  const windows = [w(0), w(0), w(0), w(4), w(3), w(-1)];
  const none = figureOf(windows, () => false);
  t.is(none.measure, 'macroF1');
  t.is(none.value, (6 / 7 + 0) / 2);
  t.deepEqual([none.normal, none.unstable], [3, 1]);
  t.true(Number.isNaN(figureOf([w(3)], () => true).value));
});

test('the artifact is the same whenever it is trained on the same files, and refused for other features', async (t) => {
  const dir = corpus(t, wells(1, 2));
  const one = corpus(t, {});
  const two = corpus(t, {});
  await trainFlowInstability({ data: dir, folder: one });
  await trainFlowInstability({ data: dir, folder: two });
  const file = path.join(one, 'model.json');
  t.is(readFileSync(file, 'utf8'), readFileSync(path.join(two, 'model.json'), 'utf8'));
  const model = await readFlowModel(one);
  const [window] = flowWindowsOf(parseThreeW('WELL-9_a.csv', csv('unstable', '4', 3)));
  t.true(probabilityOf(model, window?.features ?? new Float64Array()) > model.unstableAt);
  t.is(probabilityOf(model, new Float64Array(flowMovementNames.length).fill(Number.NaN)), 0);
  writeFileSync(file, readFileSync(file, 'utf8').replace('step2', 'step3'));
  const error = await t.throwsAsync(readFlowModel(one), { instanceOf: BalancinError });
  t.is(error?.code, 'ARTIFACT_INVALID');
});

test('the shipped artifact is there and has every feature', async (t) => {
  const { regressions, unstableAt, usualKpa } = await readFlowModel();
  t.is(regressions.length, 3);
  t.true(unstableAt > 0.2 && unstableAt < 0.95);
  t.true(usualKpa.every((kpa) => kpa > 0));
});

const span = (openedMin: number, endMin: number | null, cause: string): AlertSpan => ({
  openedMs: openedMin * 60_000,
  endMs: endMin === null ? null : endMin * 60_000,
  kinds: [{ fromMs: openedMin * 60_000, cause }],
  firstOut: '',
});
const played = (spans: AlertSpan[], over: Partial<PlayedFile> = {}): PlayedFile => ({
  file: 'f',
  well: 'WELL-1',
  real: true,
  class: 2,
  startMs: 0,
  endMs: 100 * 60_000,
  eventMs: 40 * 60_000,
  normal: [{ fromMs: 0, toMs: 40 * 60_000 - 1000 }],
  spans,
  ...over,
});

test('an alert of the right kind within 30 min is the event found; before it a false one; of another kind none', (t) => {
  const right = 'safetyValveClosed';
  const found = judgeAlerts([played([span(45, null, right)])]);
  t.deepEqual([found.eventRecall, found.delayMedianS, found.falseAlarms], [1, 300, 0]);
  for (const [spans, falses] of [
    [[span(20, null, right)], 1],
    [[span(75, null, right)], 0],
    [[span(45, null, 'hydrate')], 0],
  ] as const) {
    const figures = judgeAlerts([played([...spans])]);
    t.deepEqual([figures.eventRecall, figures.falseAlarms], [0, falses]);
  }
});

test('an event whose kind no rule names is listed, and does not count as missed', (t) => {
  const figures = judgeAlerts([played([span(45, null, 'hydrate')], { class: 8 })]);
  t.is(figures.eventRecall, null);
  t.deepEqual(
    figures.classes.map((c) => [c.class, c.detected, c.anyAlert]),
    [[8, 0, 1]],
  );
});

test('where a file has no onset an alert that stands already counts at once, and is told apart', (t) => {
  const file = played([span(-10, null, 'severeSlugging')], { class: 4, eventMs: 0, normal: [] });
  const [figures] = judgeAlerts([file]).classes;
  t.is(figures?.detected, 1);
  t.is(figures?.exactKind, 0);
  t.is(figures?.stoodBefore, 1);
  t.is(figures?.delayMedianS, null, 'nothing was waited for');
});

test('bounds of a count are those of the tables', (t) => {
  for (const [count, low, high] of [
    [0, 0, 3.689],
    [1, 0.0253, 5.572],
    [10, 4.795, 18.39],
  ] as const) {
    const bounds = poissonBounds(count);
    t.true(Math.abs(bounds.low - low) < 0.001 * Math.max(1, low), `${count}: ${bounds.low}`);
    t.true(Math.abs(bounds.high - high) < 0.01, `${count}: ${bounds.high}`);
  }
});
