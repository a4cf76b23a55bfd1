/** Program: `npm run soak -- --minutes 30 --samples-per-second 9000000`. Fails where memory grew, the load was less or a sample is lost. */
import { parseArgs } from 'node:util';
import { recordResult } from '../recordResult.js';
import { soak } from './soak.js';

/** What allocators do by themselves; a leak of a byte a frame is far more in half an hour. */
const growthMax = 1.15;
/** Of what was asked: a sender that cannot keep up has not loaded the workers as it says. */
const loadShareMin = 0.9;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    'samples-per-second': { type: 'string', default: '9000000' },
    record: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const samplesPerSecond = Number(values['samples-per-second']);
if (!(minutes > 0) || !(samplesPerSecond > 0)) {
  console.error('--minutes and --samples-per-second take numbers above 0');
  process.exit(2);
}
const lookMs = Math.max(1_000, (minutes * 60_000) / 180);
const result = await soak({
  minutes,
  samplesPerSecond,
  lookMs,
  shape: { wells: 512, tags: 10, samples: 60, rounds: 0, dirty: false },
  durable: true,
  progress: (line) => console.log(line),
});
console.log(JSON.stringify({ minutes, wanted: samplesPerSecond, ...result }));
if (values.record) await recordResult('soak', { minutes, wanted: samplesPerSecond, ...result });
if (result.samplesPerSecond < samplesPerSecond * loadShareMin) {
  console.error(
    `only ${Math.round(result.samplesPerSecond)} of ${samplesPerSecond} samples a second were sent`,
  );
  process.exitCode = 1;
}
if (result.memory.ratio > growthMax || result.restarts > 0) {
  console.error(
    `memory grew to ${result.memory.ratio.toFixed(2)} of what it was (at most ${growthMax}), ${result.restarts} restarts`,
  );
  process.exitCode = 1;
}
