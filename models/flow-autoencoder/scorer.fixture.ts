/** Worker thread of scorer.test: scores the rows it is given with the shipped artifact. */
import { parentPort, workerData } from 'node:worker_threads';
import { createScorer } from './scorer.js';

const { values } = workerData as { values: Float32Array };
const scorer = await createScorer();
const rows = values.length / scorer.spec.width;
const scores = new Float32Array(rows);
scorer.score(values, rows, scores, new Float32Array(values.length));
scorer.dispose();
parentPort?.postMessage(scores);
