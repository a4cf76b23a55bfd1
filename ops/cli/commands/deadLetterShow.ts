/** `balancin dead-letter show`: one record that could not be used, decoded as far as it can be, with its original bytes. */
import type { Command } from '../command.js';

export const deadLetterShow: Command = {
  name: 'dead-letter show <letter>',
  summary:
    'show one record that could not be used (an id, or topic/partition@offset), decoded where it can be',
  example: 'balancin dead-letter show edge.telemetry.v1/3@42',
  options: [],
  async run(context, _options, args) {
    const { parseLetterName, printable } = await import('#ops/deadletters/letter.js');
    const { findLetter, readBytes } = await import('#ops/deadletters/selectLetters.js');
    const { decodeLetter } = await import('#ops/deadletters/decodeLetter.js');
    const { withCell } = await import('../withCell.js');
    const { hexDump } = await import('../hexDump.js');
    const name = parseLetterName(args[0] ?? '');
    await withCell(context, async (cell) => {
      const { pool } = cell;
      const letter = await findLetter(pool, name);
      const { key, value } = await readBytes(pool, letter.id);
      const { content, problem } = await decodeLetter(await cell.registry(), letter.topic, value);
      const json = {
        ...letter,
        keyBase64: key?.toString('base64') ?? null,
        valueBase64: value?.toString('base64') ?? null,
        content,
        problem,
      };
      context.terminal.result(json, () => [
        `dead letter ${letter.id}`,
        `  source   ${letter.topic}, partition ${letter.partition}, offset ${letter.offset}`,
        `  arrived  ${letter.arrivedAt.toISOString()}`,
        `  tenant   ${printable(letter.tenant ?? 'not known')}`,
        `  key      ${printable(key?.toString('utf8') ?? 'none')}`,
        `  reason   ${letter.reason}: ${printable(letter.detail)}`,
        `  state    ${letter.state}${letter.outcome === null ? '' : `: the workers found it ${letter.outcome}`}`,
        ...(letter.actor === null
          ? []
          : [
              `  by       ${printable(letter.actor)}, ${letter.decidedAt?.toISOString() ?? ''}${letter.why === null ? '' : `: ${printable(letter.why)}`}`,
            ]),
        `  value    ${value === null ? 'none' : `${value.length} bytes`}${problem === null ? '' : `: ${printable(problem)}`}`,
        ...(content === null
          ? hexDump(value ?? new Uint8Array(0))
          : JSON.stringify(content, null, 2).split('\n').map(printable)
        ).map((line) => `    ${line}`),
      ]);
    });
  },
};
