#!/usr/bin/env node
/** Starts the command line: refuses an old Node, says how to build where the build is missing. */
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`balancin needs Node 20.19 or newer; this is ${process.versions.node}`);
  process.exit(1);
}

const main = new URL('../../dist/ops/cli/main.js', import.meta.url);
if (!existsSync(main)) {
  console.error('balancin is not built yet: run `npm run build`');
  process.exit(1);
}

// kafkajs 2.2.4 sets timers in the past; Node 24 says so at each request, and users would read it as a fault of theirs.
const emitWarning = process.emitWarning;
process.emitWarning = (warning, ...rest) => {
  const type = typeof rest[0] === 'object' ? rest[0]?.type : rest[0];
  if (type === 'TimeoutNegativeWarning') return;
  Reflect.apply(emitWarning, process, [warning, ...rest]);
};

await import(main.href);
