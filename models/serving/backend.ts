/** Loads TensorFlow.js with the backend that computes: WASM to serve small batches, native to train and to score in bulk. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as tfCore from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';
import { BalancinError } from '#schemas/errors.js';
import { nativeState } from './nativeState.js';

/** One engine a thread: whoever loads last sets the backend of all that compute in this thread. */
export interface Backend {
  readonly name: 'wasm' | 'tensorflow';
  readonly tf: typeof tfCore;
  readonly layers: typeof tfLayers;
}

const require = createRequire(import.meta.url);

/**
 * WASM, from binaries that the package holds; works in the main thread and in worker threads. It cannot train
 * convolutions: there is no gradient kernel.
 */
export async function loadWasm(): Promise<Backend> {
  require('@tensorflow/tfjs-backend-wasm');
  return ready('wasm');
}

/**
 * TensorFlow's C library by tfjs-node. Throws MISSING_DEPENDENCY with what to do where it was not built (`npm run native`);
 * ask `nativeState()` first where WASM would do as well.
 */
export async function loadNative(): Promise<Backend> {
  const state = nativeState();
  if (state.state !== 'built') {
    throw new BalancinError(
      'MISSING_DEPENDENCY',
      `TensorFlow's native binding is ${state.state}: ${state.remedy}.`,
    );
  }
  restoreIsNullOrUndefined();
  // Its start-up remarks on processor features read like faults; warnings and errors still show.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  try {
    createRequire(join(state.packageFolder, 'package.json'))(state.packageFolder);
  } catch (cause) {
    throw new BalancinError(
      'MISSING_DEPENDENCY',
      `TensorFlow's native binding in ${state.packageFolder} does not load: remove that folder and run npm run native.`,
      { cause },
    );
  }
  return ready('tensorflow');
}

/** TensorFlow.js gives up on a backend that is being set when another call sets it too: loads of a thread take turns. */
let lastLoad: Promise<unknown> = Promise.resolve();

function ready(name: Backend['name']): Promise<Backend> {
  const load = lastLoad.then(() => setBackend(name));
  lastLoad = load.catch(() => undefined);
  return load;
}

async function setBackend(name: Backend['name']): Promise<Backend> {
  const tf = require('@tensorflow/tfjs-core') as typeof tfCore;
  const layers = require('@tensorflow/tfjs-layers') as typeof tfLayers;
  if (!(await tf.setBackend(name))) {
    throw new BalancinError(
      'MISSING_DEPENDENCY',
      `TensorFlow.js refuses its ${name} backend on this machine.`,
    );
  }
  await tf.ready();
  return { name, tf, layers };
}

/** tfjs-node 4 calls `util.isNullOrUndefined`, which Node 23 took away; fixed upstream, not released. */
function restoreIsNullOrUndefined(): void {
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
