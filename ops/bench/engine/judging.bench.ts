/** What judging minutes costs a worker: the shipped topology against the same with less of it, turn by turn, in this process. */
import { readSchema } from '#schemas/avro/readSchema.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import { packChanges, StatePacker } from '#pipelines/commit/statePack.js';
import { createMessageEncoder } from '#pipelines/messages/messageEncoder.js';
import { Tally } from '#pipelines/tally.js';
import type { TaskGraph, ThreadContext, Topology } from '#pipelines/workers/topology.js';
import type { TenantRef } from '#schemas/records/wellRef.js';
import { createDetectOperator } from '#pipelines/detect/detectOperator.js';
import { createTogetherOperator } from '#pipelines/detect/multivariate/togetherOperator.js';
import type { FlowClassifierPort } from '#pipelines/wellrules/flowStability.js';
import { createWellRuleOperator } from '#pipelines/wellrules/wellRuleOperator.js';
import { readFlowModel } from '#models/flow-instability/flowArtifact.js';
import { flowPort } from '#models/flow-instability/flowModel.js';
import { anomalyRow } from '#topologies/rows.js';
import { createMemoryDirectory } from '#topologies/driver/memoryDirectory.js';
import wellsTopology from '#topologies/wells.js';
import { BalancinError } from '#schemas/errors.js';
import { siteKey } from '#schemas/topics.js';
import type { BenchResult, BenchSize } from '../bench.js';
import { resultHash } from '../resultHash.js';
import {
  type FleetShape,
  firstMs,
  samplesPerFrame,
  siteOf,
  stepMs,
  tagName,
  tenantOf,
  wellName,
} from './fleet.js';
import { frameOf, seriesOf } from './generateFrames.js';
import { storeMinutes } from './unjudged.js';

/** Minutes of the fleet: the first ones fill tables and warm the code up; a cycle of a busy worker holds some ten. */
const sizes = {
  smoke: { wells: 8, warmUp: 2, rounds: 4, roundsPerCycle: 2 },
  full: { wells: 512, warmUp: 120, rounds: 300, roundsPerCycle: 10 },
};
interface Runner {
  readonly name: string;
  readonly graph: TaskGraph;
  readonly packer: StatePacker;
  windows: number;
  rows: number;
  cpuUs: number;
  close(): void;
}

async function run(size: BenchSize): Promise<BenchResult> {
  const { wells, warmUp, rounds, roundsPerCycle } = sizes[size];
  const shape: FleetShape = {
    wells,
    tags: 10,
    samples: 60,
    rounds: warmUp + rounds,
    dirty: false,
    known: true,
  };
  const flow = flowPort(await readFlowModel());
  const runners = [
    await open('stored only', storeMinutes('stored').builder.build(), shape),
    await open('detectors of one tag', detectorsOfTags(), shape),
    await open('all detectors', allDetectors(flow), shape),
    await open('everything', wellsTopology, shape),
  ];
  try {
    for (let round = 0; round < warmUp + rounds; round++) {
      const series = seriesOf(shape, round, null);
      const timestampMs = firstMs + (round + 1) * shape.samples * stepMs;
      const records = Array.from({ length: wells }, (_, well) => ({
        topic: 'edge.telemetry.v1',
        partition: 0,
        offset: round * wells + well,
        timestampMs,
        key: Buffer.from(siteKey(tenantOf(shape, well), siteOf(well))),
        value: frameOf(shape, well, round, series),
        headers: null,
      }));
      // The one first, then the other first: what else the machine does hits both alike.
      for (const runner of round % 2 === 0 ? runners : runners.toReversed()) {
        const before = process.cpuUsage();
        for (const record of records) {
          const outcome = runner.graph.read(record, true);
          if (outcome.kind !== 'accepted')
            throw new BalancinError('BUG', `a frame was ${JSON.stringify(outcome).slice(0, 200)}`);
        }
        if ((round + 1) % roundsPerCycle === 0) endCycle(runner, timestampMs);
        const { user, system } = process.cpuUsage(before);
        if (round >= warmUp) runner.cpuUs += user + system;
      }
    }
    return resultOf(runners, shape, rounds);
  } finally {
    for (const runner of runners) runner.close();
  }
}

function detectorsOfTags(): Topology {
  const { builder, minutes } = storeMinutes('tags');
  minutes
    .via('detect', (task) => createDetectOperator({ tagName: tagNameIn(task) }))
    .to('findings', (task) => (finding) => task.output.row(...anomalyRow(finding)));
  return builder.build();
}

/** Those of one tag, those of several together, the rules of whole wells; no trained score, no alert. */
function allDetectors(flow: FlowClassifierPort): Topology {
  const { builder, minutes } = storeMinutes('detectors');
  const findings = minutes.via('detect', (task) => createDetectOperator({ tagName: tagNameIn(task) }));
  const together = builder.join('together', { minutes, findings }, (task) =>
    createTogetherOperator({ tagName: tagNameIn(task) }),
  );
  const rules = minutes.via('well-rules', (task) =>
    createWellRuleOperator({ tagName: tagNameIn(task), flow }),
  );
  findings.to('findings', (task) => (finding) => task.output.row(...anomalyRow(finding)));
  together.to('together-findings', (task) => (finding) => task.output.row(...anomalyRow(finding)));
  rules.to('rule-findings', (task) => (finding) => task.output.row(...anomalyRow(finding)));
  return builder.build();
}

const tagNameIn =
  ({ directory }: ThreadContext) =>
  (tenant: TenantRef, tagId: number): string =>
    directory.tagName(tenant, tagId);

async function open(name: string, topology: Topology, shape: FleetShape): Promise<Runner> {
  const directory = createMemoryDirectory([], { machineLearning: true });
  for (let well = 0; well < shape.wells; well++)
    directory.add({ tenant: tenantOf(shape, well), site: siteOf(well), well: wellName(well) });
  await directory.resolve({
    tenant: tenantOf(shape, 0),
    site: siteOf(0),
    well: wellName(0),
    tags: Array.from({ length: shape.tags }, (_, tag) => tagName(tag, shape)),
  });
  const schema = readSchema('edge.telemetry.v1');
  const registry = { register: async () => 1, fetch: async () => null, close: async () => {} };
  const thread = {
    directory,
    messages: await createMessageEncoder(registry, ''),
    options: { window: { allowedLatenessMs: 60_000, idleTimeoutMs: 600_000 } },
    schemas: { schemaText: () => schema },
  };
  const opened = await topology.open(thread);
  const output = {
    windows: (batch: WindowBatch) => void (runner.windows += batch.length),
    row: () => void runner.rows++,
    message: () => {},
  };
  const graph = opened.openTask({ ...thread, task: 0, tally: new Tally(), output });
  const close = () => {
    graph.dispose();
    opened.dispose();
  };
  const runner: Runner = {
    name,
    graph,
    packer: new StatePacker(),
    windows: 0,
    rows: 0,
    cpuUs: 0,
    close,
  };
  return runner;
}

function endCycle({ graph, packer }: Runner, nowMs: number): void {
  graph.endCycle({ nowMs });
  for (const [name, state] of graph.states) packChanges({ name, state }, packer);
}

function resultOf(runners: readonly Runner[], shape: FleetShape, rounds: number): BenchResult {
  const minutes = shape.wells * shape.tags * rounds;
  const [stored, ofTags, all, everything] = runners as [Runner, Runner, Runner, Runner];
  if (stored.windows === 0 || runners.some(({ windows }) => windows !== stored.windows))
    throw new BalancinError('BUG', `closed minutes: ${runners.map(({ windows }) => windows).join(', ')}`);
  const share = ({ cpuUs }: Runner): number => 1 - stored.cpuUs / Math.max(1, cpuUs);
  return {
    inputs: { wells: shape.wells, tags: shape.tags, samplesPerFrame: samplesPerFrame(shape), rounds },
    headline: {
      shareOfTags: share(ofTags),
      shareOfDetectors: share(all),
      shareOfEverything: share(everything),
    },
    cases: runners.map(({ name, cpuUs, windows, rows }) => ({
      name,
      unit: 'samples',
      rate: (minutes * shape.samples) / (Math.max(1, cpuUs) / 1e6),
      ratioToFloor: null,
      hash: resultHash([windows, rows]),
      figures: { nsPerTagMinute: (1000 * cpuUs) / minutes, windows, rows },
    })),
  };
}

export const bench = {
  name: 'judging',
  about: 'What share of a worker’s time goes into judging minutes, on frames of 600 samples of known tags.',
  run,
};
