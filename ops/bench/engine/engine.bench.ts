/** The whole engine on a real Kafka and a durable PostgreSQL, against Kafka Streams and the least that must be done. */
import { BalancinError } from '#schemas/errors.js';
import type { BenchOptions, BenchResult, BenchSize } from '../bench.js';
import { enginePart, partNames } from './engineParts.js';
import { engineResult } from './engineResult.js';
import { measureEngine } from './measureEngine.js';
import { buildReference, type Reference } from './reference.js';

/** What dirty frames are measured against: the same frames, none twice, late or damaged. */
const cleanPart = '600';

async function* run(size: BenchSize, options: BenchOptions): AsyncGenerator<BenchResult> {
  const names = options.parts.length > 0 ? options.parts : partNames;
  const parts = names.map((name) => {
    const part = enginePart(name, size);
    if (part !== undefined) return part;
    throw new BalancinError('USAGE', `the engine has no part ${name}: choose of ${partNames.join(', ')}`);
  });
  const built =
    options.reference === 'none'
      ? 'without the reference, as asked'
      : await buildReference(options.reference);
  const reference: Reference | null = typeof built === 'string' ? null : built;
  const notes = typeof built === 'string' ? [`not compared with Kafka Streams: ${built}`] : [];
  for (const note of notes) options.progress(note);
  let cleanRate: number | null = null;
  try {
    for (const part of parts) {
      const { profileDir, progress } = options;
      const measured = await measureEngine(part, { size, reference, profileDir, progress });
      const result = engineResult(measured, notes, cleanRate);
      if (part.name === cleanPart) cleanRate = result.headline?.['samplesPerSecond'] ?? null;
      yield result;
    }
  } finally {
    await reference?.remove();
  }
}

export const bench = {
  name: 'engine',
  about: 'Samples a second from Kafka through the workers into PostgreSQL, exactly once, everything in.',
  startsServers: true,
  run,
};
