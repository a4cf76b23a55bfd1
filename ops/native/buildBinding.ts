/** Compiles tfjs-node's native binding into the project's `.native` folder, from packages alone. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  bindingFile,
  installedTfjsNode,
  nativeFolder,
  nativePackageFolder,
  nodeApiVersion,
} from '#models/serving/nativeFolder.js';
import { BalancinError } from '#schemas/errors.js';
import { fetchTensorflow } from './fetchTensorflow.js';
import { run } from './run.js';

export interface BuildOptions {
  /** Told what takes long, before it begins. */
  readonly say: (line: string) => void;
  /** Commands. */
  readonly python: string;
  readonly compiler: string;
  /** Instead of the project's `.native`. */
  readonly nativeRoot?: string;
}

export interface BuildReport {
  readonly folder: string;
  readonly built: boolean;
}

/**
 * Returns the folder of a binding for this platform, made now where it was missing; nothing half-made is ever left there.
 * Throws MISSING_DEPENDENCY, naming the tool that is missing and the package that has it.
 */
export async function buildBinding({
  say,
  python,
  compiler,
  nativeRoot,
}: BuildOptions): Promise<BuildReport> {
  const source = installedTfjsNode();
  if (source === null) {
    throw new BalancinError(
      'MISSING_DEPENDENCY',
      '@tensorflow/tfjs-node is not installed: run npm ci without --omit=optional.',
    );
  }
  const folder = nativeFolder(source.version, nativeRoot);
  if (existsSync(bindingFile(nativePackageFolder(folder)))) return { folder, built: false };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BalancinError(
      'MISSING_DEPENDENCY',
      `The native build is made for linux x64, this is ${process.platform} ${process.arch}: models run on WASM here.`,
    );
  }

  const install = 'install a C++ compiler (Debian: apt-get install build-essential).';
  const tools = [
    {
      command: python,
      args: ['--version'],
      remedy: 'install Python 3 (Debian: apt-get install python3-pip).',
    },
    {
      command: python,
      args: ['-m', 'pip', '--version'],
      remedy: 'install pip (Debian: apt-get install python3-pip).',
    },
    { command: compiler, args: ['--version'], remedy: install },
    { command: 'make', args: ['--version'], remedy: install },
  ];
  for (const tool of tools) await run({ ...tool, quiet: true });

  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}.draft-`);
  try {
    const packageFolder = nativePackageFolder(draft);
    await cp(source.folder, packageFolder, { recursive: true });
    say('fetching libtensorflow (a Python wheel of 200 MB)');
    await fetchTensorflow(packageFolder, python);
    say('compiling the binding');
    await compile(packageFolder);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return { folder, built: true };
}

async function compile(packageFolder: string): Promise<void> {
  const packageJson = join(packageFolder, 'package.json');
  const require = createRequire(packageJson);
  // The package asks for six Node-API versions, one compilation each; one serves every Node from 20 on.
  const described = JSON.parse(await readFile(packageJson, 'utf8')) as {
    binary: { napi_versions: number[] };
  };
  described.binary.napi_versions = [nodeApiVersion];
  await writeFile(packageJson, JSON.stringify(described, null, 2));
  await run({
    command: process.execPath,
    args: [
      require.resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp'),
      'rebuild',
      '--build-from-source',
      '--loglevel=error',
    ],
    cwd: packageFolder,
    env: headersOfThisNode(),
    remedy:
      'the binding did not compile; the lines above say why. Run it as `npm run native`: npm brings node-gyp along.',
  });
  const leftovers = (await readdir(packageFolder)).filter((name) => name.startsWith('build'));
  for (const name of [...leftovers, 'deps/include']) await rm(join(packageFolder, name), { recursive: true });
}

/** Node's own headers where its installation has them: node-gyp would fetch them from Node's site otherwise. */
function headersOfThisNode(): NodeJS.ProcessEnv {
  const prefix = join(dirname(process.execPath), '..');
  return existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}
