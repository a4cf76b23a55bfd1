/** Drives a topology without broker or database: bytes in, the clock by hand, rows out. */
import { createMessageEncoder } from '#pipelines/messages/messageEncoder.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';
import type { ReadOutcome } from '#pipelines/source.js';
import { Tally } from '#pipelines/tally.js';
import type { StreamOptions, TaskGraph, Topology } from '#pipelines/workers/topology.js';
import type { MemoryDirectory } from './memoryDirectory.js';
import { type RecordedOutput, recordOutput } from './recordedOutput.js';

export interface DriverOptions {
  readonly topology: Topology;
  readonly directory: MemoryDirectory;
  readonly options: StreamOptions;
  /** Schema texts by id. */
  readonly schemas: ReadonlyMap<number, string>;
}

export interface DrivenRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly arrivalMs: number;
}

/** State of every operator, key by key. */
export type DriverState = ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>;

export interface Driver {
  /** Reads one record, fetching what it misses. */
  push(record: DrivenRecord): Promise<Exclude<ReadOutcome, { kind: 'miss' }>>;
  /** Ends the cycle at this time; what it and its records produced. */
  cycle(nowMs: number): RecordedOutput;
  readonly tally: Tally;
  state(): DriverState;
  /** Of every operator that keeps some. */
  readonly stateVersions: ReadonlyMap<string, number>;
  dispose(): void;
}

/** `restored` puts a fresh task where an earlier one stood. */
export async function openDriver(settings: DriverOptions, restored?: DriverState): Promise<Driver> {
  const { topology, directory, options, schemas } = settings;
  // Ids of a registry that nobody asks: the driver's messages are read by their values alone.
  const registry = { register: async () => 1, fetch: async () => null, close: async () => {} };
  const thread = {
    directory,
    messages: await createMessageEncoder(registry, ''),
    options,
    schemas: { schemaText: (id: number) => schemas.get(id) },
  };
  const open = await topology.open(thread);
  const tally = new Tally();
  let output = recordOutput();
  const graph: TaskGraph = open.openTask({
    ...thread,
    task: 0,
    tally,
    // The graph keeps what it was given at its start; the recorder behind it changes every cycle.
    output: {
      windows: (batch) => output.windows(batch),
      row: (table, schema, values) => output.row(table, schema, values),
      message: (message) => output.message(message),
    },
  });
  for (const [operator, keys] of restored ?? [])
    for (const [key, value] of keys) graph.states.get(operator)?.restore(key, value);
  const offsets = new Map<string, number>();

  return {
    tally,
    stateVersions: new Map([...graph.states].map(([operator, { version }]) => [operator, version])),
    async push({ topic, key, value, arrivalMs }) {
      const offset = offsets.get(topic) ?? 0;
      offsets.set(topic, offset + 1);
      const record: LogRecord = {
        topic,
        partition: 0,
        offset,
        timestampMs: arrivalMs,
        key: Buffer.from(key),
        value,
        headers: null,
      };
      for (let asked = false; ; ) {
        const outcome = graph.read(record, asked);
        if (outcome.kind !== 'miss') return outcome;
        if (outcome.miss.kind === 'schema')
          throw new Error(`the driver was given no schema ${outcome.miss.schemaId}`);
        await directory.resolve(outcome.miss);
        asked = true;
      }
    },
    cycle(nowMs) {
      graph.endCycle({ nowMs });
      const produced = output;
      output = recordOutput();
      return produced;
    },
    state() {
      const states = new Map<string, Map<number, Uint8Array>>();
      for (const [operator, state] of graph.states) {
        const keys = new Map<number, Uint8Array>();
        state.drainAll({
          put: (key, value) => void keys.set(key, Uint8Array.from(value)),
          remove: (key) => void keys.delete(key),
        });
        states.set(operator, keys);
      }
      return states;
    },
    dispose() {
      graph.dispose();
      open.dispose();
    },
  };
}
