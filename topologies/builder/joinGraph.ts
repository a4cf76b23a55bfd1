/** Makes the nodes of a topology real for one task, and joins them. */
import { BalancinError } from '#schemas/errors.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';
import type { CycleClock, Emit, KeyedState, Operator } from '#pipelines/operator.js';
import type { ReadOutcome, Source } from '#pipelines/source.js';
import type { TaskGraph } from '#pipelines/workers/topology.js';
import type { NodeContext, TopologyNode } from './node.js';

interface Ticker {
  tick(clock: CycleClock): void;
}

interface SourceEntry {
  readonly source: Source<unknown>;
  readonly emit: Emit<unknown>;
}

/** Fan-out in the order of the nodes; the usual single child is called directly. */
function fanOut(targets: readonly Emit<unknown>[]): Emit<unknown> {
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return only;
  return (value) => {
    for (let i = 0; i < targets.length; i++) (targets[i] as Emit<unknown>)(value);
  };
}

/** Says which flow a value is of; one object, reused. */
function tagged(from: string, input: Emit<unknown>): Emit<unknown> {
  const joined: { from: string; value: unknown } = { from, value: undefined };
  return (value) => {
    joined.value = value;
    input(joined);
    joined.value = undefined;
  };
}

export function joinGraph<Resources>(
  nodes: readonly TopologyNode<Resources>[],
  context: NodeContext<Resources>,
): TaskGraph {
  const states = new Map<string, KeyedState>();
  const sources = new Map<string, SourceEntry>();
  const tickers: Ticker[] = [];
  const disposers: (() => void)[] = [];
  const watermarks: (() => number | null)[] = [];
  const inputs = new Map<string, Emit<unknown>>();

  const targetsOf = (name: string): Emit<unknown> =>
    fanOut(
      nodes.flatMap((node) => {
        const input = inputs.get(node.name) as Emit<unknown>;
        if (node.kind === 'source') return [];
        if (node.kind !== 'join') return node.from === name ? [input] : [];
        return node.flows.filter(({ from }) => from === name).map(({ as }) => tagged(as, input));
      }),
    );

  // Downstream first, so that a node's targets exist when it is joined.
  for (const node of [...nodes].reverse()) {
    switch (node.kind) {
      case 'sink':
        inputs.set(node.name, node.make(context));
        break;
      case 'operator':
      case 'join': {
        const operator: Operator<unknown, unknown> = node.make(context);
        const emit = targetsOf(node.name);
        inputs.set(node.name, (value) => operator.process(value, emit));
        if (operator.endCycle !== undefined)
          tickers.unshift({ tick: (clock) => operator.endCycle?.(clock, emit) });
        if (operator.state !== undefined) states.set(node.name, operator.state);
        if (operator.watermarkMs !== undefined) watermarks.push(() => operator.watermarkMs?.() ?? null);
        if (operator.dispose !== undefined) disposers.push(() => operator.dispose?.());
        break;
      }
      case 'source': {
        const source = node.make(context);
        const entry = { source, emit: targetsOf(node.name) };
        for (const topic of node.topics) sources.set(topic, entry);
        if (source.endCycle !== undefined) tickers.unshift({ tick: (clock) => source.endCycle?.(clock) });
        if (source.state !== undefined) states.set(node.name, source.state);
        break;
      }
    }
  }

  return {
    read(record: LogRecord, asked: boolean): ReadOutcome {
      const entry = sources.get(record.topic);
      if (entry === undefined)
        throw new BalancinError('BUG', `no source reads ${record.topic}`, {
          context: { topic: record.topic },
        });
      return entry.source.read(record, asked, entry.emit);
    },
    endCycle(clock) {
      for (const ticker of tickers) ticker.tick(clock);
    },
    states,
    watermarkMs() {
      let greatest: number | null = null;
      for (const ask of watermarks) {
        const ms = ask();
        if (ms !== null && (greatest === null || ms > greatest)) greatest = ms;
      }
      return greatest;
    },
    dispose() {
      for (const dispose of disposers) dispose();
    },
  };
}
