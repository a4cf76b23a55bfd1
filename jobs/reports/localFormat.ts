/** Numbers and times as a reader of the language writes them. */
import { DateTime } from 'luxon';
import type { Language } from './language.js';

export interface LocalFormat {
  /** At most so many decimals, grouped in thousands. */
  number(value: number, decimals: number): string;
  /** With about four significant digits of the larger, as gauges are read: 21 034, 312.4, 0.0312. */
  measured(value: number, beside?: number): string;
  /** A share of 1. */
  percent(share: number, decimals?: number): string;
  /** 14 May, 06:05. */
  dateTime(atMs: number): string;
  /** 06:05. */
  time(atMs: number): string;
  /** Thursday 14 May 2026. */
  longDate(atMs: number): string;
  /** 3 h 05 min. */
  duration(ms: number): string;
}

const minuteMs = 60_000;

export function localFormat(language: Language, timeZone: string): LocalFormat {
  const number = (value: number, decimals: number): string =>
    new Intl.NumberFormat(language, {
      maximumFractionDigits: decimals,
      minimumFractionDigits: decimals,
      useGrouping: 'always',
    })
      .format(value)
      // A true minus sign: the hyphen that Intl gives is too short in a table of figures.
      .replace('-', '−');
  const local = (atMs: number): DateTime => DateTime.fromMillis(atMs, { zone: timeZone, locale: language });
  return {
    number,
    measured(value, beside = 0) {
      const size = Math.max(Math.abs(value), Math.abs(beside));
      if (size === 0) return '0';
      return number(value, Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(size)))));
    },
    percent: (share, decimals = 1) => `${number(share * 100, decimals)}\u00A0%`,
    dateTime: (atMs) => local(atMs).toFormat('d LLL, HH:mm'),
    time: (atMs) => local(atMs).toFormat('HH:mm'),
    longDate(atMs) {
      const text = local(atMs).toFormat(
        language === 'es' ? "cccc d 'de' LLLL 'de' yyyy" : 'cccc d LLLL yyyy',
      );
      return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
    },
    duration(ms) {
      const minutes = Math.round(ms / minuteMs);
      if (minutes < 60) return `${minutes} min`;
      return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
    },
  };
}
