/** One ESP in full, line by line in the reader's language: risk, priority, health, what is new, why, what to do. */
import { adviceTexts } from '#models/esp/output/advice.texts.js';
import { channelDistance, channelName } from '#models/esp/output/channels.texts.js';
import { fleetShare } from '#models/esp/output/runLives.js';
import { espModeNames } from '#pipelines/detect/espFinding.texts.js';
import { fillIn } from '../reports/fillIn.js';
import type { Language } from '../reports/language.js';
import { localFormat } from '../reports/localFormat.js';
import { type EspTexts, espTexts } from './espRisk.texts.js';
import type { EspChanges, EspRanking, RankedEsp } from './espRanking.js';

/** A mode below it is noise beside the likeliest. */
const modeShown = 0.1;

/** Risk with the fleet's prior, priority, what the fleet says and how much it weighs. */
export function espSummaryLines(esp: RankedEsp, language: Language): string[] {
  const { risk, priority, runLife } = figureLines(esp, language);
  return [risk, priority, runLife];
}

function figureLines(
  esp: RankedEsp,
  language: Language,
): Readonly<Record<'risk' | 'priority' | 'runLife', string>> {
  const texts = espTexts[language];
  const format = localFormat(language, 'UTC');
  const { row } = esp;
  const percent = (p: number): string => format.percent(p, p < 0.1 ? 1 : 0);
  const alert = fillIn(row.alert ? texts.alertOpen : texts.alertNone, { threshold: percent(row.threshold) });
  const risks = Object.fromEntries(
    (['risk7', 'risk7Low', 'risk7High', 'risk30', 'risk30Low', 'risk30High'] as const).map((name) => [
      name,
      percent(esp[name]),
    ]),
  );
  return {
    risk: fillIn(texts.riskLine, { ...risks, alert }),
    priority: fillIn(texts.priorityLine, {
      risk7: percent(esp.risk7),
      deferred: format.number(esp.deferredM3PerDay, 1),
      of: texts[esp.deferredOf],
      days: format.number(esp.expectedDaysDown, 0),
      loss: format.number(esp.expectedLossM3, 1),
    }),
    runLife: fillIn(texts.runLife, {
      days: format.number(row.runLifeDays, 0),
      fleet:
        esp.fleetRisk7 === null
          ? texts.fleetNone
          : fillIn(texts.fleetLine, {
              risk: percent(esp.fleetRisk7),
              weight: format.percent(fleetShare(row.known ? row.maturity : 0), 0),
            }),
    }),
  };
}

export function espLines(esp: RankedEsp, language: Language): string[] {
  const texts = espTexts[language];
  const format = localFormat(language, 'UTC');
  const { row } = esp;
  const percent = (p: number): string => format.percent(p, p < 0.1 ? 1 : 0);
  const figures = figureLines(esp, language);
  const { penalties, contributions, missing, unscoredDays = 0 } = row.detail;
  const at = new Date(row.atMs).toISOString().slice(0, 16).replace('T', ' ');
  return [
    fillIn(texts.title, { rank: `${esp.rank}`, well: `${row.site}/${row.well}`, at, version: row.version }),
    figures.risk,
    figures.priority,
    row.known ? fillIn(texts.modeLine, { modes: modesOf(esp, language, percent) }) : texts.modeUnknown,
    fillIn(texts.healthLine, {
      health: `${row.health}`,
      penalties: penalties
        .map(({ name, points }) => ` − ${texts[`penalty.${name}` as keyof EspTexts] ?? name} ${points}`)
        .join(''),
    }),
    changeLine(esp.changes, texts, language),
    ...(contributions.length === 0 ? [] : [texts.signals]),
    ...contributions.map((c) =>
      fillIn(texts.signalLine, {
        channel: channelName(c.channel, language),
        day: distance(c.channel, c.day),
        week: distance(c.channel, c.week),
        change: distance(c.channel, c.change7),
        share: signed(c.share, 2),
        shareYesterday: c.shareYesterday === null ? '–' : signed(c.shareYesterday, 2),
      }),
    ),
    figures.runLife,
    ...(unscoredDays === 0 ? [] : [fillIn(texts.unscored, { days: format.number(unscoredDays, 0) })]),
    ...(missing.length === 0 ? [] : [fillIn(texts.missing, { signals: missing.join(', ') })]),
    ...adviceLines(row.mode, texts, language),
  ];
}

function modesOf({ row }: RankedEsp, language: Language, percent: (p: number) => string): string {
  return Object.entries(row.detail.modes)
    .sort((a, b) => b[1] - a[1])
    .filter(([, p], i) => i === 0 || p >= modeShown)
    .map(([mode, p]) => `${modeName(mode, language)} ${percent(p)}`)
    .join(', ');
}

export function modeName(mode: string, language: Language): string {
  return espModeNames[language][mode] ?? mode;
}

function changeLine(changes: EspChanges, texts: EspTexts, language: Language): string {
  if (changes.risk7 === null || changes.health === null) return texts.changeFirst;
  return fillIn(texts.changeLine, {
    risk7: signed(100 * changes.risk7, 1),
    health: signed(changes.health, 0),
    mode:
      changes.modeBefore === null
        ? ''
        : fillIn(texts.modeBefore, { mode: modeName(changes.modeBefore, language) }),
    grew:
      changes.grew === null
        ? ''
        : fillIn(texts.grew, { channel: channelName(changes.grew.channel, language) }),
  });
}

/** First check, confirming test, what not to do. */
function adviceLines(mode: string | null, texts: EspTexts, language: Language): string[] {
  const advice = (adviceTexts[language] as Readonly<Record<string, (typeof adviceTexts)['es']['sand']>>)[
    mode ?? ''
  ];
  if (mode === null || advice === undefined) return [];
  return [
    fillIn(texts.advice, { mode: modeName(mode, language) }),
    fillIn(texts.firstCheck, { text: advice.firstCheck }),
    fillIn(texts.confirmingTest, { text: advice.confirmingTest }),
    fillIn(texts.notToDo, { text: advice.notToDo }),
  ];
}

/** Those that left the ranking, then the fleet: what stands under the list. */
export function closingLines({ left, fleet, drift }: EspRanking, language: Language): string[] {
  const texts = espTexts[language];
  const format = localFormat(language, 'UTC');
  const wells = left.map(({ row, reason }) => `${row.site}/${row.well} (${texts[`left.${reason}`]})`);
  return [
    ...(wells.length === 0 ? [] : [fillIn(texts.left, { wells: wells.join(', ') })]),
    ...drift.map(({ version, kind, subject, openedMs }) =>
      fillIn(texts[`drift.${kind}`], {
        version,
        channel: channelName(subject, language),
        day: new Date(openedMs).toISOString().slice(0, 10),
      }),
    ),
    fillIn(texts.fleet, {
      lives: `${fleet.lives}`,
      failures: `${fleet.failures}`,
      weibull:
        fleet.weibull === null || fleet.medianDays === null
          ? ''
          : fillIn(texts.weibull, {
              shape: format.number(fleet.weibull.shape, 2),
              scale: format.number(fleet.weibull.scaleDays, 0),
              median: format.number(fleet.medianDays, 0),
            }),
    }),
  ];
}

function distance(channel: string, x: number | null): string {
  return x === null ? '–' : channelDistance(channel, x);
}

export function signed(x: number, decimals: number): string {
  const text = Math.abs(x).toFixed(decimals);
  return Number(text) === 0 ? text : `${x > 0 ? '+' : '−'}${text}`;
}
