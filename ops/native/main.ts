/** `npm run native`: builds the binding that trains models and scores in bulk. */
import { nativeState } from '#models/serving/nativeState.js';
import { buildBinding } from './buildBinding.js';

try {
  const { folder, built } = await buildBinding({
    say: (line) => console.log(line),
    // As node-gyp itself reads them.
    python: process.env['PYTHON'] ?? 'python3',
    compiler: process.env['CXX'] ?? 'g++',
  });
  console.log(built ? `built in ${folder}` : `already built in ${folder}`);
  const state = nativeState();
  if (state.state !== 'built') throw new Error(`the binding is not found again: ${state.state}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
