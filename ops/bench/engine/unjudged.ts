/** The wells' topology without all that judges minutes, so that what judging costs can be told from what storing does. */
import { createAdmit } from '#pipelines/admit/admit.js';
import { createFrameReader } from '#pipelines/admit/frameReader.js';
import { bridgeErrorHeader } from '#pipelines/bridge/ingest.js';
import { createDecoder } from '#pipelines/decode/decoder.js';
import { createWindowOperator } from '#pipelines/window/windowOperator.js';
import { topology } from '#topologies/builder/topology.js';

/** Frames become stored minutes; `minutes` may be taken further. */
export function storeMinutes(id: string) {
  const builder = topology({ id, version: 1, prepare: async () => ({}), release: () => {} });
  const minutes = builder
    .source('frames', ['edge.telemetry.v1', 'edge.backfill.v1'], (task) =>
      createFrameReader({
        decoder: createDecoder({ schemas: task.schemas }),
        admit: createAdmit({ directory: task.directory }),
        tally: task.tally,
        errorHeader: bridgeErrorHeader,
      }),
    )
    .via('window', (task) => createWindowOperator({ ...task.options.window, tally: task.tally }));
  minutes.to('readings', (task) => (batch) => task.output.windows(batch));
  return { builder, minutes };
}

export default storeMinutes('unjudged').builder.build();
