/** The Kafka Streams program that the engine is measured against: built from a copy of its sources, run, its figures read. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BalancinError } from '#schemas/errors.js';
import { findJdk } from '#ops/servers/jdk.js';
import { type FleetShape, framesOf, partitions, samplesPerFrame, stepMs } from './fleet.js';

const run = promisify(execFile);
const buildMs = 5 * 60_000;
const runMs = 15 * 60_000;

/** Compiled, this file is dist/ops/bench/engine/reference.js. */
const projectRoot = fileURLToPath(new URL('../../../../', import.meta.url));
const besideProject = resolve(projectRoot, '../shared/reference/kafka-streams');

export interface ReferenceRun {
  readonly samples: number;
  readonly seconds: number;
  /** Of the working process, from its first frame on. */
  readonly cpuSeconds: number;
}

export interface ReferenceRunOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly kind: 'tuned' | 'dsl';
  readonly threads: number;
  readonly shape: FleetShape;
  /** It stops once it has read so many. */
  readonly frames: number;
}

export interface Reference {
  /** Makes the topic and fills it. */
  generate(brokers: readonly string[], topic: string, shape: FleetShape): Promise<void>;
  run(options: ReferenceRunOptions): Promise<ReferenceRun>;
  remove(): Promise<void>;
}

/** A string says why there is none. */
export async function buildReference(given: string | null): Promise<Reference | string> {
  const source = given === null ? besideProject : resolve(given);
  if (!existsSync(join(source, 'pom.xml'))) {
    if (given !== null) throw new BalancinError('USAGE', `--reference: there is no pom.xml in ${source}`);
    return 'the reference is not beside the project (--reference DIR names another place)';
  }
  const { home, java } = await findJdk(17);
  const dir = await mkdtemp(join(tmpdir(), 'balancin-reference-'));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    await cp(source, dir, { recursive: true });
    const goals = ['compile', 'dependency:copy-dependencies', '-DoutputDirectory=target/libs'];
    await run('mvn', ['-q', '-B', ...goals], {
      cwd: dir,
      env: { ...process.env, JAVA_HOME: home },
      timeout: buildMs,
    });
  } catch (error) {
    await remove();
    return `Maven cannot build the reference: ${String(error).slice(0, 300)}`;
  }
  const program = ['-cp', 'target/classes:target/libs/*', 'ref.Main'];
  const call = async (options: readonly string[], args: readonly (string | number)[]): Promise<string> => {
    const all = [...options, `-Djava.io.tmpdir=${dir}`, ...program, ...args.map(String)];
    const { stdout } = await run(java, all, { cwd: dir, timeout: runMs });
    return stdout;
  };
  return {
    async generate(brokers, topic, shape) {
      const dirt = shape.dirty ? ['-Ddirty=true', '-Dcodec=lz4'] : [];
      const sizes = [partitions, shape.wells, framesOf(shape), shape.tags, shape.samples, stepMs];
      await call([`-Dbrokers=${brokers.join(',')}`, ...dirt], ['generate', topic, ...sizes]);
    },
    async run({ brokers, topic, kind, threads, shape, frames }) {
      // The tuned one counts frames, the other samples.
      const perFrame = samplesPerFrame(shape);
      const expected = kind === 'tuned' ? [frames, perFrame] : [frames * perFrame, 1];
      const options = ['-Xmx3g', `-Dbrokers=${brokers.join(',')}`];
      return readFigures(await call(options, ['run', kind, topic, threads, ...expected]));
    },
    remove,
  };
}

function readFigures(output: string): ReferenceRun {
  const figure = (name: string): number => {
    const text = new RegExp(`\\b${name}=(\\S+)`, 'u').exec(output)?.[1];
    // In some languages Java prints a comma.
    const value = Number(text?.replace(',', '.'));
    if (Number.isFinite(value) && value > 0) return value;
    throw new BalancinError('DATA_INVALID', `the reference printed no ${name}: ${output.slice(0, 300)}`);
  };
  return { samples: figure('samples'), seconds: figure('seconds'), cpuSeconds: figure('cpu_s') };
}
