/** The nodes of a topology, before a task makes them real: untyped, since the builder has checked the joins. */
import type { Emit, Operator } from '#pipelines/operator.js';
import type { Source } from '#pipelines/source.js';
import type { TaskContext } from '#pipelines/workers/topology.js';

/** What a node is made with: the task it belongs to, and what `prepare` made for its thread. */
export type NodeContext<Resources> = TaskContext & { readonly resources: Resources };

export type SourceMaker<Resources> = (context: NodeContext<Resources>) => Source<unknown>;
export type OperatorMaker<Resources> = (context: NodeContext<Resources>) => Operator<unknown, unknown>;
export type SinkMaker<Resources> = (context: NodeContext<Resources>) => Emit<unknown>;

/** A node of the graph, before a task makes it real. Nodes stand in the order they were added, so upstream comes first. */
export type TopologyNode<Resources> =
  | {
      readonly kind: 'source';
      readonly name: string;
      readonly topics: readonly string[];
      readonly make: SourceMaker<Resources>;
    }
  | {
      readonly kind: 'operator';
      readonly name: string;
      readonly from: string;
      readonly make: OperatorMaker<Resources>;
    }
  /** An operator on several flows: each input says which flow it is of. */
  | {
      readonly kind: 'join';
      readonly name: string;
      readonly flows: readonly { readonly as: string; readonly from: string }[];
      readonly make: OperatorMaker<Resources>;
    }
  | {
      readonly kind: 'sink';
      readonly name: string;
      readonly from: string;
      readonly make: SinkMaker<Resources>;
    };
