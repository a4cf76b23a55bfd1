/** Turns a Typst template with its data into a PDF. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { BalancinError } from '#schemas/errors.js';

export interface Document {
  /** URL of the `.typ` file. */
  readonly template: string;
  /** What the template reads with `json(bytes(sys.inputs.data))`. */
  readonly data: unknown;
}

/** Faces the templates use: what Typst has embedded has no sans serif, and what a machine has installed is not known. */
const faces = [
  import.meta.resolve('@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf'),
  import.meta.resolve('@expo-google-fonts/ibm-plex-sans/400Regular_Italic/IBMPlexSans_400Regular_Italic.ttf'),
  import.meta.resolve('@expo-google-fonts/ibm-plex-sans/500Medium/IBMPlexSans_500Medium.ttf'),
  import.meta.resolve('@expo-google-fonts/ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf'),
  import.meta.resolve('@expo-google-fonts/ibm-plex-sans/700Bold/IBMPlexSans_700Bold.ttf'),
];

let compiler: Promise<NodeCompiler> | null = null;

async function createCompiler(): Promise<NodeCompiler> {
  const fontBlobs = await Promise.all(faces.map((face) => readFile(fileURLToPath(face))));
  const workspace = dirname(fileURLToPath(import.meta.resolve('#jobs/reports/daily/daily.typ')));
  return NodeCompiler.create({ workspace, fontArgs: [{ fontBlobs }] });
}

/** Throws BUG with Typst's own words where the template does not compile. */
export async function typeset(document: Document): Promise<Uint8Array> {
  compiler ??= createCompiler();
  const typst = await compiler;
  const mainFileContent = await readFile(fileURLToPath(document.template), 'utf8');
  const result = typst.compile({ mainFileContent, inputs: { data: JSON.stringify(document.data) } });
  const pages = result.result;
  if (pages === null) {
    const error = result.takeError();
    const said = error === null ? [] : typst.fetchDiagnostics(error);
    throw new BalancinError('BUG', `Typst refused the template: ${JSON.stringify(said).slice(0, 2_000)}`);
  }
  const pdf = typst.pdf(pages);
  // Typst memoises what it laid out: reports of many tenants in one process would pile up.
  typst.evictCache(2);
  return pdf;
}
