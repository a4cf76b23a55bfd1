/** What a topology module imports from `balancin`. */
export type { NodeContext } from './node.js';
export {
  type Stage,
  type TopologyBuilder,
  type TopologySettings,
  topology,
} from './topology.js';
export type { CycleClock, Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
export type { ReadOutcome, Source } from '#pipelines/source.js';
export type { CycleOutput } from '#pipelines/cycleOutput.js';
export type { Topology } from '#pipelines/workers/topology.js';
