/** The builder of topologies: sources, operators and sinks joined by type, so that a wrong join does not compile. */
import { BalancinError } from '#schemas/errors.js';
import type { Emit, Operator } from '#pipelines/operator.js';
import type { Source } from '#pipelines/source.js';
import type { ThreadContext, Topology } from '#pipelines/workers/topology.js';
import { joinGraph } from './joinGraph.js';
import type { NodeContext, OperatorMaker, SinkMaker, SourceMaker, TopologyNode } from './node.js';

export interface TopologySettings<Resources> {
  readonly id: string;
  /** Raised with every change that is deployed. */
  readonly version: number;
  /** Once a thread, before any task: loads models and the like. */
  prepare(thread: ThreadContext): Promise<Resources>;
  /** Frees them. */
  release(resources: Resources): void;
}

function structureOf(node: TopologyNode<never>): string {
  switch (node.kind) {
    case 'source':
      return `source ${node.name} < ${node.topics.join(', ')}`;
    case 'join':
      return `join ${node.name} < ${node.flows.map(({ as, from }) => `${as} ${from}`).join(', ')}`;
    case 'operator':
    case 'sink':
      return `${node.kind} ${node.name} < ${node.from}`;
  }
}

/** A flow of `T`, to be taken further. What flows is lent for the call: an operator that keeps a part copies it. */
export interface Stage<T, Resources> {
  via<U>(name: string, make: (context: NodeContext<Resources>) => Operator<T, U>): Stage<U, Resources>;
  /** Ends the flow in the cycle's output. */
  to(name: string, make: (context: NodeContext<Resources>) => Emit<T>): void;
}

/** One input of a join: which flow it is of, and what flows there. The object is reused: valid during the call only. */
export type Joined<Flows> = {
  [Name in keyof Flows]: Flows[Name] extends Stage<infer T, infer _>
    ? { readonly from: Name; readonly value: T }
    : never;
}[keyof Flows];

export interface TopologyBuilder<Resources> {
  /** Topics in the order of their urgency: the first never waits for the others. */
  source<T>(
    name: string,
    topics: readonly string[],
    make: (context: NodeContext<Resources>) => Source<T>,
  ): Stage<T, Resources>;
  /** An operator that several flows meet in. What came first in a record comes first here too. */
  join<Flows extends Readonly<Record<string, Stage<unknown, Resources>>>, U>(
    name: string,
    flows: Flows,
    make: (context: NodeContext<Resources>) => Operator<Joined<Flows>, U>,
  ): Stage<U, Resources>;
  build(): Topology;
}

/**
 * Starts a topology. Node names are stable: operator state is stored under them.
 * Throws BUG where a name stands twice or a topic is read by two sources.
 */
export function topology<Resources>(settings: TopologySettings<Resources>): TopologyBuilder<Resources> {
  const nodes: TopologyNode<Resources>[] = [];
  const nameOf = new Map<unknown, string>();

  function add(node: TopologyNode<Resources>): void {
    if (nodes.some((other) => other.name === node.name))
      throw new BalancinError('BUG', `topology ${settings.id}: two nodes are named ${node.name}`);
    if (node.kind === 'source')
      for (const topic of node.topics)
        if (nodes.some((other) => other.kind === 'source' && other.topics.includes(topic)))
          throw new BalancinError('BUG', `topology ${settings.id}: ${topic} is read by two sources`);
    nodes.push(node);
  }

  function stage<T>(from: string): Stage<T, Resources> {
    const made: Stage<T, Resources> = {
      via<U>(name: string, make: (context: NodeContext<Resources>) => Operator<T, U>) {
        // The graph is untyped inside; the types of this method are what keeps joins right.
        add({ kind: 'operator', name, from, make: make as unknown as OperatorMaker<Resources> });
        return stage<U>(name);
      },
      to(name, make) {
        add({ kind: 'sink', name, from, make: make as unknown as SinkMaker<Resources> });
      },
    };
    nameOf.set(made, from);
    return made;
  }

  return {
    source<T>(name: string, topics: readonly string[], make: (context: NodeContext<Resources>) => Source<T>) {
      add({ kind: 'source', name, topics, make: make as unknown as SourceMaker<Resources> });
      return stage<T>(name);
    },
    join<Flows extends Readonly<Record<string, Stage<unknown, Resources>>>, U>(
      name: string,
      flows: Flows,
      make: (context: NodeContext<Resources>) => Operator<Joined<Flows>, U>,
    ) {
      const from = Object.entries(flows).map(([as, flow]) => {
        const node = nameOf.get(flow);
        if (node === undefined)
          throw new BalancinError('BUG', `topology ${settings.id}: ${as} of ${name} is of another topology`);
        return { as, from: node };
      });
      add({ kind: 'join', name, flows: from, make: make as unknown as OperatorMaker<Resources> });
      return stage<U>(name);
    },
    build() {
      const joined = [...nodes];
      return {
        id: settings.id,
        version: settings.version,
        structure: joined.map(structureOf).join('; '),
        topics: joined.flatMap((node) => (node.kind === 'source' ? node.topics : [])),
        async open(thread) {
          const resources = await settings.prepare(thread);
          return {
            openTask: (task) => joinGraph(joined, { ...task, resources }),
            dispose: () => settings.release(resources),
          };
        },
      };
    },
  };
}
