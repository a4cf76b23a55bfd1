/** What scores here: WASM, and the native backend for training. */
import { loadWasm } from '#models/serving/backend.js';
import { nativeState } from '#models/serving/nativeState.js';
import { failed, type Finding, note, ok } from './checkUp.js';

export async function checkModels(): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    await loadWasm();
    findings.push(ok('scoring', 'TensorFlow.js on WebAssembly'));
  } catch (error) {
    findings.push(failed('scoring', `WebAssembly does not load: ${String(error)}`, 'run npm ci again'));
  }
  const native = nativeState();
  switch (native.state) {
    case 'absent':
      findings.push(
        note('tfjs-node', 'not installed; needed only to train and to score in bulk', native.remedy),
      );
      break;
    case 'unbuilt':
      findings.push(
        note(
          'tfjs-node',
          `${native.version}, its binding not built; needed only to train and to score in bulk`,
          native.remedy,
        ),
      );
      break;
    case 'built':
      findings.push(ok('tfjs-node', `${native.version}, native binding built`));
      break;
  }
  return findings;
}
