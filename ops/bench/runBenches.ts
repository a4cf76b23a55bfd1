/** Runs benches by name and prints what they found, for people or for machines. */
import { cpus } from 'node:os';
import type { BenchCase, BenchResult, BenchSize } from './bench.js';
import { findBenches, loadBench } from './findBenches.js';

export interface RunBenchesOptions {
  /** None: all. */
  readonly names: readonly string[];
  readonly size: BenchSize;
  /** One JSON object a bench and line instead of a table. */
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** Throws USAGE where a name is unknown, before anything runs. */
export async function runBenches(options: RunBenchesOptions): Promise<void> {
  const names = options.names.length > 0 ? options.names : [...(await findBenches()).keys()];
  const benches = [];
  for (const name of names) benches.push(await loadBench(name));
  for (const bench of benches) {
    if (!options.json) options.print(`${bench.name}: ${bench.about}`);
    const result = await bench.run(options.size);
    if (options.json)
      options.print(JSON.stringify({ bench: bench.name, size: options.size, ...machine(), ...result }));
    else for (const line of tableOf(result)) options.print(`  ${line}`);
  }
}

function machine() {
  const processors = cpus();
  return { node: process.version, cpu: processors[0]?.model ?? 'unknown', cores: processors.length };
}

function tableOf({ inputs, cases }: BenchResult): string[] {
  const given = Object.entries(inputs).map(([name, value]) => `${name} ${value}`);
  const { node, cpu, cores } = machine();
  const width = Math.max(...cases.map((each) => each.name.length));
  return [
    `${given.join(', ')}; Node ${node}, ${cores} × ${cpu}`,
    ...cases.map((each) => lineOf(each, width)),
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
