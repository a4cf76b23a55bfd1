/** What a worker needs of a topology: topics in, and a graph of operators a task. */
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';
import type { AlertLimits } from '#pipelines/alert/alertLimits.js';
import type { AlertRule, ScopedRule } from '#pipelines/alert/alertRules.js';
import type { CycleOutput } from '#pipelines/cycleOutput.js';
import type { SchemaTexts } from '#pipelines/decode/decoder.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';
import type { DetectionRule } from '#pipelines/detect/detectionRules.js';
import type { MessageEncoder } from '#pipelines/messages/messageEncoder.js';
import type { CycleClock, KeyedState } from '#pipelines/operator.js';
import type { ReadOutcome } from '#pipelines/source.js';
import type { ShadowSettings } from '#pipelines/shadow/shadowSettings.js';
import type { Tally } from '#pipelines/tally.js';

/** Settings of the shipped operators: a slice of the configuration, plain data that crosses to a thread. */
export interface StreamOptions {
  readonly window: { readonly allowedLatenessMs: number; readonly idleTimeoutMs: number };
  /** Where they differ from the defaults. */
  readonly alert?: Partial<AlertLimits>;
  readonly alerts?: { readonly rules: readonly AlertRule[] };
  /** Where versions of models lie besides those of the program. */
  readonly models?: { readonly folder: string | null };
  readonly esp?: {
    /** Limits of the fast rules by tenant, site and well. */
    readonly rules?: readonly ScopedRule<Readonly<Record<string, number>>>[];
  };
  readonly detection?: {
    readonly rules: readonly DetectionRule[];
    readonly shadow?: ShadowSettings | null;
  };
}

/** What all tasks of a thread share. */
export interface ThreadContext {
  readonly directory: WellDirectory;
  readonly schemas: SchemaTexts;
  readonly messages: MessageEncoder;
  readonly options: StreamOptions;
}

export interface TaskContext extends ThreadContext {
  readonly task: number;
  readonly tally: Tally;
  readonly output: CycleOutput;
}

/** The operators of one task, joined. */
export interface TaskGraph {
  /** Reads one record and runs what it yields through the graph. Throws only where an operator is at fault. */
  read(record: LogRecord, asked: boolean): ReadOutcome;
  /** Tells the operators the time, in order of the flow. */
  endCycle(clock: CycleClock): void;
  /** State of the operators that keep some, by the name of their node. */
  readonly states: ReadonlyMap<string, KeyedState>;
  /** Greatest watermark of its wells, Unix ms; null where none has one yet. */
  watermarkMs(): number | null;
  dispose(): void;
}

/** A topology made ready in one thread. */
export interface OpenTopology {
  openTask(task: TaskContext): TaskGraph;
  dispose(): void;
}

export interface Topology {
  /** Stable name: tasks, offsets and state in the database stand under it. */
  readonly id: string;
  readonly version: number;
  /** Its nodes and how they are joined, as text: two texts under one id and version are two topologies. */
  readonly structure: string;
  /** Topics in, those that must never wait first. */
  readonly topics: readonly string[];
  /** Once a thread: loads models and the like. */
  open(thread: ThreadContext): Promise<OpenTopology>;
}
