/** The shipped topology as its next version, for tests of upgrades. */
import type { Topology } from '#pipelines/workers/topology.js';
import wells from '../wells.js';

const next: Topology = { ...wells, version: wells.version + 1 };

export default next;
