/** The wave equation by Fourier series: surface card in, pump card out, without a limit of stability. */
import type { RodString } from './rodString.js';
import type { Columns } from './loop.js';

export interface GibbsResult {
  /** Plunger, m, positive up. */
  readonly positionM: Float64Array;
  /** N, relative. */
  readonly loadN: Float64Array;
}

/**
 * Gibbs (1963). Per harmonic k: λ² = (ω² − i c ω)/a², u = A cos λx + B sin λx with B = F/(EAλ), carried through each
 * section of the string; harmonic 0 is the static stretch. More than about 30 harmonics amplify the noise of the load.
 * `positionM` positive up, `loadN` without the rods' weight, both at equal times of one stroke.
 */
export function gibbs(
  string: RodString,
  surface: { readonly positionM: Columns; readonly loadN: Columns },
  options: {
    readonly periodS: number;
    readonly dampingPerS: number;
    readonly harmonics: number;
    readonly points: number;
  },
): GibbsResult {
  const { periodS, dampingPerS: c, harmonics, points } = options;
  const n = surface.positionM.length;
  const positionM = new Float64Array(points);
  const loadN = new Float64Array(points);
  for (let k = 0; k <= Math.min(harmonics, n >> 1); k++) {
    const omega = (2 * Math.PI * k) / periodS;
    // Coefficients of e^(iωt), doubled for the half that is not summed.
    let [uRe, uIm, fRe, fIm] = [0, 0, 0, 0];
    for (let j = 0; j < n; j++) {
      const phase = (2 * Math.PI * k * j) / n;
      const [cos, sin] = [Math.cos(phase), Math.sin(phase)];
      uRe -= (surface.positionM[j] as number) * cos;
      uIm += (surface.positionM[j] as number) * sin;
      fRe += (surface.loadN[j] as number) * cos;
      fIm -= (surface.loadN[j] as number) * sin;
    }
    const weight = (k === 0 ? 1 : 2) / n;
    let u: Complex = [uRe * weight, uIm * weight];
    let f: Complex = [fRe * weight, fIm * weight];
    for (const { lengthM, areaM2, youngPa, densityKgM3 } of string.sections) {
      const stiffness = youngPa * areaM2;
      if (k === 0) {
        u = [u[0] + (f[0] * lengthM) / stiffness, 0];
        continue;
      }
      const a2 = youngPa / densityKgM3;
      const lambda = root([(omega * omega) / a2, (-c * omega) / a2]);
      const [cos, sin] = cosSin([lambda[0] * lengthM, lambda[1] * lengthM]);
      const eaLambda: Complex = [stiffness * lambda[0], stiffness * lambda[1]];
      const b = divide(f, eaLambda);
      const below = add(times(u, cos), times(b, sin));
      f = times(eaLambda, add(times(b, cos), times([-u[0], -u[1]], sin)));
      u = below;
    }
    for (let j = 0; j < points; j++) {
      const phase = (2 * Math.PI * k * j) / points;
      const [cos, sin] = [Math.cos(phase), Math.sin(phase)];
      positionM[j] = (positionM[j] as number) - (u[0] * cos - u[1] * sin);
      loadN[j] = (loadN[j] as number) + (f[0] * cos - f[1] * sin);
    }
  }
  return { positionM, loadN };
}

type Complex = readonly [re: number, im: number];

function add(a: Complex, b: Complex): Complex {
  return [a[0] + b[0], a[1] + b[1]];
}

function times(a: Complex, b: Complex): Complex {
  return [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
}

function divide(a: Complex, b: Complex): Complex {
  const size = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size];
}

function root(z: Complex): Complex {
  const size = Math.hypot(z[0], z[1]);
  const re = Math.sqrt((size + z[0]) / 2);
  return [re, Math.sign(z[1]) * Math.sqrt(Math.max(0, (size - z[0]) / 2))];
}

function cosSin(z: Complex): readonly [Complex, Complex] {
  const [cos, sin, cosh, sinh] = [Math.cos(z[0]), Math.sin(z[0]), Math.cosh(z[1]), Math.sinh(z[1])];
  return [
    [cos * cosh, -sin * sinh],
    [sin * cosh, cos * sinh],
  ];
}
