/** Solves with a positive definite matrix that is given by its lower half, row-major. */

/** In place. */
export function cholesky(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[i * n + k] as number) * (a[j * n + k] as number);
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-9)) : sum / (a[j * n + j] as number);
    }
}

/** `l` as `cholesky` left it; `y` becomes the solution. */
export function solve(l: Float64Array, n: number, y: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = y[i] as number;
    for (let k = 0; k < i; k++) sum -= (l[i * n + k] as number) * (y[k] as number);
    y[i] = sum / (l[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = (y[i] as number) / (l[i * n + i] as number);
    y[i] = value;
    // Row by row, as the matrix lies in memory.
    for (let k = 0; k < i; k++) y[k] = (y[k] as number) - (l[i * n + k] as number) * value;
  }
}
