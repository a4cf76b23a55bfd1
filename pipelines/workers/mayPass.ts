/** Tells an error that may pass by itself from one that will not. */
import { BalancinError } from '#schemas/errors.js';

export const mayPass = (error: unknown): error is BalancinError =>
  error instanceof BalancinError && error.retry;
