/** `npm run test:faults -- [--layer N] [--seed N] [--rounds N] [--mutants] [--replay CASE]` */
import { parseArgs } from 'node:util';
import { layers } from './layers.js';

const { values } = parseArgs({
  options: {
    layer: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '20' },
    mutants: { type: 'boolean', default: false },
    replay: { type: 'string' },
    resume: { type: 'string' },
  },
});
const wanted = values.layer === undefined ? Object.keys(layers) : [values.layer];
let sound = true;
for (const name of wanted) {
  const load = layers[name];
  if (load === undefined) throw new Error(`there is no layer ${name}: ${Object.keys(layers).join(', ')}`);
  const layer = await load();
  const passed = await layer({
    seed: Number(values.seed),
    rounds: Number(values.rounds),
    mutants: values.mutants,
    replay: values.replay ?? null,
    resume: values.resume === undefined ? null : `${values.resume}.${name}`,
    say: (line) => console.log(line),
  });
  console.log(`layer ${name}: ${passed ? 'sound' : 'BROKEN'}`);
  sound &&= passed;
}
// Processes that were killed in the middle of a wait leave timers behind.
process.exit(sound ? 0 : 1);
