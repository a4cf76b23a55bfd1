/** An alert in the reader's language, line by line: what, since when, how much, why, what to do first. */
import type { AlertSignal } from '#schemas/records/alert.js';
import { signalOf } from '#schemas/signals/catalogue.js';
import { m3PerBarrel } from '#schemas/signals/oilfieldFactors.js';
import { findingText, type Language } from '#pipelines/detect/findingText.js';
import { alertTexts, type AlertTextKey } from './alert.texts.js';
import type { AlertView } from './alertView.js';
import { causeTexts } from './causes.texts.js';

/** What a person reads on a phone. */
const similarMax = 3;

/** What the lines are made of, whether the alert is read from the database or is about to be sent. */
export type AlertSaid = Omit<
  AlertView,
  'alertId' | 'changedAt' | 'severity' | 'announced' | 'acknowledgedBy' | 'feedback'
>;

/** First line: state, priority, well. Times in UTC. */
export function alertLines(alert: AlertSaid, language: Language): string[] {
  const texts = alertTexts[language];
  const say = (key: AlertTextKey, values: Readonly<Record<string, string>> = {}): string =>
    texts[key].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  const word = (group: string, value: string): string =>
    (texts as Readonly<Record<string, string>>)[`${group}.${value}`] ?? value;
  const number = (value: number): string =>
    value.toLocaleString(language === 'es' ? 'es-CO' : 'en', { maximumSignificantDigits: 4 });
  const time = (at: Date | number): string =>
    `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const { detail, site, well } = alert;

  const signalText = (signal: AlertSignal): string => {
    const name = signal.tag === null ? '' : (signalOf(signal.tag)?.description[language] ?? signal.tag);
    const tag = signal.tag === null ? well : `${name} (${signal.tag})`;
    const text = findingText(signal.detector, signal.textKey, language);
    const { contributions = [] } = signal;
    const shares = contributions.map((c) => `${c.tag} ${Math.round(100 * c.share)} %`).join(', ');
    const said =
      signal.actual === null || signal.expected === null
        ? say('signalPlain', { tag, text })
        : say('signal', {
            tag,
            text,
            actual: number(signal.actual),
            expected: number(signal.expected),
            unit: signal.unit ?? '',
          });
    return shares === '' ? said : say('contributions', { signal: said, shares });
  };

  const lines = [`${word('state', alert.state)} · ${word('priority', alert.priority)} · ${site}/${well}`];
  lines.push(
    alert.endAt === null
      ? say('since', { start: time(alert.startAt) })
      : say('until', { start: time(alert.startAt), end: time(alert.endAt) }),
  );
  if (alert.kind === 'site-silent') return [...lines, say('siteSilent', { site })];
  lines.push(say('well', { site, well, wellState: word('wellState', alert.wellState) }));
  detail.signals.forEach((signal, i) =>
    lines.push(say(i === 0 ? 'firstOut' : 'also', { signal: signalText(signal) })),
  );
  const deferred = alert.deferredOilM3PerDay;
  lines.push(
    deferred === null
      ? say('deferredUnknown')
      : say('deferred', { m3: number(deferred), bbl: number(deferred / m3PerBarrel) }),
  );
  lines.push(say('confidence', { confidence: word('confidence', alert.confidence) }));
  for (const key of detail.causes) {
    const cause = causeTexts[language][key];
    if (cause !== undefined)
      lines.push(say('cause', { ...cause }), say('check', { ...cause }), say('clears', { ...cause }));
  }
  if (detail.sensorsMissing.length > 0)
    lines.push(say('missing', { tags: detail.sensorsMissing.join(', ') }));
  if (alert.chattering) lines.push(say('chattering', { activations: String(alert.activations) }));
  if (alert.standing) lines.push(say('standing'));
  for (const past of detail.similar.slice(-similarMax))
    lines.push(
      say('similar', { start: time(past.startMs), feedback: word('feedback', past.feedback ?? 'none') }),
    );
  return lines;
}
