/** A topology's structure as a Mermaid flowchart. */
import { BalancinError } from '#schemas/errors.js';

const nodePattern = /^(source|operator|join|sink) (\S+) < (.+)$/;
const shapes = {
  source: ['([', '])'],
  operator: ['[', ']'],
  join: ['{{', '}}'],
  sink: ['[/', '/]'],
} as const;

/** `structure`: nodes as `kind name < from`, apart by semicolons (`topologies/builder/topology.ts`). Throws BUG for another text. */
export function mermaidOf(structure: string): string {
  const lines = ['flowchart LR'];
  const topics = new Set<string>();
  for (const text of structure.split('; ')) {
    const [, kind, name, from] = nodePattern.exec(text) ?? [];
    if (kind === undefined || name === undefined || from === undefined)
      throw new BalancinError('BUG', `a node of the topology is not understood: ${text}`);
    const [open, close] = shapes[kind as keyof typeof shapes];
    lines.push(`  ${name}${open}"${name}"${close}`);
    for (const text of from.split(', ')) {
      // A join names its flows: `as from`.
      const [origin = '', as = ''] = text.split(' ').reverse();
      if (kind === 'source' && !topics.has(origin)) {
        topics.add(origin);
        lines.push(`  ${origin}[("${origin}")]`);
      }
      lines.push(`  ${origin} -->${as === '' ? '' : `|${as}|`} ${name}`);
    }
  }
  return lines.join('\n');
}
