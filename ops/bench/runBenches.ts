/** Runs benches by name and prints what they found, for people or for machines. */
import type { Bench, BenchCase, BenchOptions, BenchResult, BenchSize } from './bench.js';
import { findBenches, loadBench } from './findBenches.js';
import { machine, recordResult } from './recordResult.js';

export interface RunBenchesOptions extends Partial<Omit<BenchOptions, 'progress'>> {
  /** None: all. */
  readonly names: readonly string[];
  readonly size: BenchSize;
  /** One JSON object a bench and line instead of a table. */
  readonly json: boolean;
  /** Keep the results in the checkout. */
  readonly record?: boolean;
  readonly print: (line: string) => void;
  readonly progress?: (line: string) => void;
}

/** Throws USAGE where a name is unknown, before anything runs. */
export async function runBenches(options: RunBenchesOptions): Promise<void> {
  const names = options.names.length > 0 ? options.names : [...(await findBenches()).keys()];
  const benches = [];
  for (const name of names) benches.push(await loadBench(name));
  for (const bench of benches) {
    if (!options.json) options.print(`${bench.name}: ${bench.about}`);
    for await (const result of resultsOf(bench, options)) {
      const name = result.part === undefined ? bench.name : `${bench.name}-${result.part}`;
      if (options.json)
        options.print(JSON.stringify({ bench: name, size: options.size, ...machine(), ...flat(result) }));
      else for (const line of tableOf(result)) options.print(`  ${line}`);
      if (options.record === true) {
        const file = await recordResult(name, { size: options.size, ...flat(result) });
        if (!options.json) options.print(`  kept in ${file}`);
      }
    }
  }
}

async function* resultsOf(bench: Bench, options: RunBenchesOptions): AsyncGenerator<BenchResult> {
  const { parts = [], reference = null, profileDir = null, progress = () => {} } = options;
  const running = bench.run(options.size, { parts, reference, profileDir, progress });
  if (Symbol.asyncIterator in running) yield* running;
  else yield await running;
}

/** The headline's figures on top. */
function flat(result: BenchResult): object {
  const { headline, ...rest } = result;
  return { ...headline, ...rest };
}

function tableOf({ inputs, cases, headline = {}, notes = [] }: BenchResult): string[] {
  const given = Object.entries(inputs).map(([name, value]) => `${name} ${value}`);
  const { node, cpu, cores } = machine();
  const width = Math.max(...cases.map((each) => each.name.length));
  const figures = Object.entries(headline)
    .filter((entry): entry is [string, number] => entry[1] !== null)
    .map(([name, value]) => `${name} ${significant(value)}`);
  return [
    `${given.join(', ')}; Node ${node}, ${cores} × ${cpu}`,
    ...cases.map((each) => lineOf(each, width)),
    ...(figures.length > 0 ? [figures.join(', ')] : []),
    ...notes,
  ];
}

function lineOf(each: BenchCase, width: number): string {
  const rate = `${significant(each.rate)} ${each.unit}/s`.padStart(22);
  const ratio = each.ratioToFloor === null ? '' : `${each.ratioToFloor.toFixed(2)} × floor`;
  const figures = Object.entries(each.figures).map(([name, value]) => `${name} ${significant(value)}`);
  return [each.name.padEnd(width), rate, ratio.padStart(13), figures.join(', '), each.hash]
    .join('  ')
    .trimEnd();
}

/** Three digits, with k or M. */
function significant(value: number): string {
  const [unit, divisor] = value >= 1e6 ? ['M', 1e6] : value >= 1e4 ? ['k', 1e3] : ['', 1];
  const scaled = value / divisor;
  if (Number.isInteger(scaled)) return `${scaled}${unit}`;
  return `${scaled >= 100 ? Math.round(scaled) : Number(scaled.toPrecision(3))}${unit}`;
}
