/** `balancin topology graph`: how the shipped topology is joined, as a Mermaid flowchart. */
import type { Command } from '../command.js';

export const topologyGraph: Command = {
  name: 'topology graph',
  summary: 'draw how the topology is joined: topics, operators, sinks (Mermaid)',
  example: 'balancin topology graph > wells.mmd',
  options: [],
  async run(context) {
    const { default: wells } = await import('#topologies/wells.js');
    const { mermaidOf } = await import('../mermaid.js');
    const mermaid = mermaidOf(wells.structure);
    context.terminal.result({ id: wells.id, version: wells.version, mermaid }, () => mermaid.split('\n'));
  },
};
