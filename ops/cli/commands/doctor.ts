/** `balancin doctor`: examines the installation and says what to do. */
import type { Command } from '../command.js';

const marks = { ok: '✔', note: '·', warning: '!', failed: '✘' } as const;

export const doctor: Command = {
  name: 'doctor',
  summary: 'examine the installation: database, log, models, mail',
  example: 'balancin doctor',
  options: [],
  async run({ config, terminal }) {
    const { examine } = await import('#ops/doctor/examine.js');
    const findings = await examine(config);
    const sick = findings.filter(({ health }) => health === 'failed').length;
    terminal.result({ findings }, () => [
      ...findings.flatMap(({ part, health, says, remedy }) => [
        `${marks[health]} ${part.padEnd(12)} ${says}`,
        ...(remedy === undefined ? [] : [`  ${''.padEnd(12)} → ${remedy}`]),
      ]),
      sick === 0 ? 'nothing is broken' : `${sick} part${sick === 1 ? ' is' : 's are'} broken`,
    ]);
    return sick === 0 ? 0 : 1;
  },
};
