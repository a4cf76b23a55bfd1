/** Another topology under the id of the shipped one, for the test that it is refused. */
import type { Topology } from '#pipelines/workers/topology.js';
import wells from '../wells.js';

const other: Topology = {
  ...wells,
  version: wells.version + 2,
  structure: 'source status < edge.status.v1',
  topics: ['edge.status.v1'],
};

export default other;
