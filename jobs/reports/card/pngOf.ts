/** Turns a picture into pixels. */
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';

const faces = ['400Regular/IBMPlexSans_400Regular', '600SemiBold/IBMPlexSans_600SemiBold'] as const;

/** At twice its size, with the reports' typeface whatever the machine has. */
export function pngOf(svg: string): Uint8Array {
  const fontFiles = faces.map((face) =>
    fileURLToPath(import.meta.resolve(`@expo-google-fonts/ibm-plex-sans/${face}.ttf`)),
  );
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'IBM Plex Sans' },
  });
  return resvg.render().asPng();
}
