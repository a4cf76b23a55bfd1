/** Opens the cell for a command that asks it something, and closes it whatever happens. */
import { type Cell, openCell } from '#ops/cell/cell.js';
import { silentLines } from '#ops/telemetry/lines.js';
import type { CommandContext } from './command.js';

export async function withCell<T>({ config }: CommandContext, work: (cell: Cell) => Promise<T>): Promise<T> {
  const cell = await openCell({ config, lines: silentLines, schema: 'check' });
  try {
    return await work(cell);
  } finally {
    await cell.close();
  }
}
