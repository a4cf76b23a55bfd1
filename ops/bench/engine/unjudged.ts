/** The wells' topology without all that judges minutes, so that what judging costs can be told from what storing does. */
import { createAdmit } from '#pipelines/admit/admit.js';
import { createFrameReader } from '#pipelines/admit/frameReader.js';
import { bridgeErrorHeader } from '#pipelines/bridge/ingest.js';
import { createDecoder } from '#pipelines/decode/decoder.js';
import { createWindowOperator } from '#pipelines/window/windowOperator.js';
import { topology } from '#topologies/builder/topology.js';

const unjudged = topology({ id: 'unjudged', version: 1, prepare: async () => ({}), release: () => {} });

unjudged
  .source('frames', ['edge.telemetry.v1', 'edge.backfill.v1'], (task) =>
    createFrameReader({
      decoder: createDecoder({ schemas: task.schemas }),
      admit: createAdmit({ directory: task.directory }),
      tally: task.tally,
      errorHeader: bridgeErrorHeader,
    }),
  )
  .via('window', (task) => createWindowOperator({ ...task.options.window, tally: task.tally }))
  .to('readings', (task) => (batch) => task.output.windows(batch));

export default unjudged.build();
