/** The shipped topology: what sites send to minutes, findings, alerts, scores and records. It reads as the data's way. */
import type { Score } from '#schemas/records/score.js';
import type { TenantRef } from '#schemas/records/wellRef.js';
import { createAdmit } from '#pipelines/admit/admit.js';
import { createFrameReader } from '#pipelines/admit/frameReader.js';
import { bridgeErrorHeader } from '#pipelines/bridge/ingest.js';
import { createDecoder } from '#pipelines/decode/decoder.js';
import { createCardReader } from '#pipelines/cards/cardReader.js';
import { createAlertOperator } from '#pipelines/alert/alertOperator.js';
import { createDetectOperator } from '#pipelines/detect/detectOperator.js';
import { createTogetherOperator } from '#pipelines/detect/multivariate/togetherOperator.js';
import { createFeatureOperator } from '#pipelines/features/featureOperator.js';
import { createRecordReader } from '#pipelines/records/recordReader.js';
import { createScoreOperator } from '#pipelines/score/scoreOperator.js';
import { createServiceOperator } from '#pipelines/service/serviceOperator.js';
import { createShadowMinutes } from '#pipelines/shadow/shadowMinutes.js';
import { isShadowed } from '#pipelines/shadow/shadowSettings.js';
import { createShadowWatch } from '#pipelines/shadow/shadowWatch.js';
import { createWellRuleOperator } from '#pipelines/wellrules/wellRuleOperator.js';
import { createWindowOperator } from '#pipelines/window/windowOperator.js';
import type { TaskContext, ThreadContext } from '#pipelines/workers/topology.js';
import { openFlowScorers } from '#models/flow-autoencoder/flowScorers.js';
import { readFlowModel } from '#models/flow-instability/flowArtifact.js';
import { flowPort } from '#models/flow-instability/flowModel.js';
import { createEspFeatureOperator } from '#models/esp/stream/espFeatureOperator.js';
import { createEspFindingsOperator } from '#models/esp/stream/espFinding.js';
import { createEspMinutesOperator } from '#models/esp/stream/espMinutes.js';
import { openEspModels } from '#models/esp/stream/espModels.js';
import { createEspRuleOperator } from '#models/esp/stream/espRuleOperator.js';
import { createEspScoreOperator, espScore } from '#models/esp/stream/espScoreOperator.js';
import { createCardFindingsOperator } from '#models/rodpump/stream/cardFindingsOperator.js';
import { openPumpModels, openSurfaceModels } from '#models/rodpump/stream/cardModels.js';
import { cardScores, createCardScoreOperator } from '#models/rodpump/stream/cardScoreOperator.js';
import { createPumpCardOperator, pumpCardScores } from '#models/rodpump/stream/pumpCardOperator.js';
import {
  createRodPumpRiskFindingsOperator,
  createRodPumpRiskOperator,
} from '#models/rodpump/stream/rodPumpRiskOperator.js';
import type { ChoiceOptions } from '#models/serving/chosenModels.js';
import { topology } from './builder/topology.js';
import {
  alertRow,
  anomalyRow,
  dailyProductionRow,
  espRiskRow,
  rodPumpRiskRow,
  scoreRow,
  shadowAlertRow,
  shadowAnomalyRow,
  shadowBeginRow,
  siteRecordRow,
} from './rows.js';

const tagNameOf =
  ({ directory }: ThreadContext) =>
  (tenant: TenantRef, tagId: number): string =>
    directory.tagName(tenant, tagId);

const detection = (thread: ThreadContext) => ({
  tagName: tagNameOf(thread),
  rules: thread.options.detection?.rules ?? [],
});
const shadowDetection = (thread: ThreadContext) => ({
  ...detection(thread),
  over: thread.options.detection?.shadow?.rules ?? [],
});
const alertOptions = (thread: ThreadContext) => ({
  tagName: tagNameOf(thread),
  directory: thread.directory,
  limits: thread.options.alert ?? {},
  rules: thread.options.alerts?.rules ?? [],
});

/** Rows name the version; what is watched beside the active one is told to nobody. */
function say({ output, messages }: TaskContext, score: Score): void {
  output.row(...scoreRow(score));
  if (!score.shadow) output.message(messages.score(score));
}

const wells = topology({
  id: 'wells',
  version: 11,
  prepare: async ({ directory, options }) => {
    const choice: ChoiceOptions = {
      modelsFolder: options.models?.folder ?? null,
      choiceOf: ({ slug }, model) => directory.modelChoice?.(slug, model),
    };
    return {
      flow: await openFlowScorers(choice),
      stability: flowPort(await readFlowModel()),
      surfaceCards: await openSurfaceModels(choice),
      pumpCards: await openPumpModels(choice),
      esp: await openEspModels(choice),
    };
  },
  release: ({ flow, surfaceCards, pumpCards, esp }) => {
    for (const loaded of [flow, surfaceCards, pumpCards, esp]) loaded.dispose();
  },
});

const readings = wells.source('frames', ['edge.telemetry.v1', 'edge.backfill.v1'], (task) =>
  createFrameReader({
    decoder: createDecoder({ schemas: task.schemas }),
    admit: createAdmit({ directory: task.directory }),
    tally: task.tally,
    errorHeader: bridgeErrorHeader,
  }),
);

const closed = readings.via('window', (task) =>
  createWindowOperator({ ...task.options.window, tally: task.tally }),
);

closed.to('readings', (task) => (batch) => task.output.windows(batch));

const records = wells.source('records', ['edge.records.v1'], (task) =>
  createRecordReader({ schemas: task.schemas, directory: task.directory, tally: task.tally }),
);
const minutes = wells.join('service', { minutes: closed, records }, () => createServiceOperator());

const findings = minutes.via('detect', (task) => createDetectOperator(detection(task)));
findings.to('findings', (task) => (finding) => task.output.row(...anomalyRow(finding)));

const together = wells.join('together', { minutes, findings }, (task) =>
  createTogetherOperator(detection(task)),
);
together.to('together-findings', (task) => (finding) => task.output.row(...anomalyRow(finding)));

const rules = minutes.via('well-rules', (task) =>
  createWellRuleOperator({
    tagName: tagNameOf(task),
    flow: task.resources.stability,
    wanted: (tenant) => tenant.machineLearning,
  }),
);
rules.to('rule-findings', (task) => (finding) => task.output.row(...anomalyRow(finding)));

const scores = minutes
  .via('flow-features', (task) =>
    createFeatureOperator(task.resources.flow.spec, {
      tagName: tagNameOf(task),
      wanted: (tenant) => tenant.machineLearning,
    }),
  )
  .via('flow-score', (task) => createScoreOperator(task.resources.flow));
scores.to('scores', (task) => (score) => say(task, score));

records.to('record-versions', (task) => (record) => task.output.row(...siteRecordRow(record)));
records.to('production', (task) => (record) => {
  const row = dailyProductionRow(record);
  if (row !== null) task.output.row(...row);
});

const judgedCards = wells
  .source('cards', ['edge.cards.v1'], (task) =>
    createCardReader({ schemas: task.schemas, directory: task.directory, tally: task.tally }),
  )
  .via('card-score', (task) => createCardScoreOperator(task.resources.surfaceCards));
judgedCards.to('card-scores', (task) => (judged) => {
  for (const score of cardScores(judged)) say(task, score);
});
const pumpCards = wells.join('pump-cards', { judgedCards, records }, (task) =>
  createPumpCardOperator({ models: task.resources.pumpCards, directory: task.directory }),
);
pumpCards.to('pump-card-scores', (task) => (diagnosed) => {
  for (const score of pumpCardScores(diagnosed)) say(task, score);
});
const cardFindings = pumpCards.via('card-findings', () => createCardFindingsOperator());
cardFindings.to('card-anomalies', (task) => (finding) => task.output.row(...anomalyRow(finding)));

const pumpRisks = wells.join('rod-pump-risk', { pumpCards, records }, (task) =>
  createRodPumpRiskOperator({ directory: task.directory }),
);
pumpRisks.to('rod-pump-risks', (task) => (outcome) => {
  if (outcome.kind === 'risk') task.output.row(...rodPumpRiskRow(outcome.risk));
});
const pumpRiskFindings = pumpRisks.via('rod-pump-risk-findings', () => createRodPumpRiskFindingsOperator());
pumpRiskFindings.to(
  'rod-pump-risk-anomalies',
  (task) => (finding) => task.output.row(...anomalyRow(finding)),
);

const espMinutes = minutes.via('esp-minutes', (task) =>
  createEspMinutesOperator({
    tagName: tagNameOf(task),
    wanted: (tenant) => tenant.machineLearning,
  }),
);
const espRules = wells.join('esp-rules', { espMinutes, records }, (task) =>
  createEspRuleOperator({ directory: task.directory, rules: task.options.esp?.rules ?? [] }),
);
espRules.to('esp-rule-findings', (task) => (finding) => task.output.row(...anomalyRow(finding)));

const espOutcomes = wells
  .join('esp-features', { espMinutes, records }, (task) =>
    createEspFeatureOperator({ directory: task.directory }),
  )
  .via('esp-score', (task) => createEspScoreOperator(task.resources.esp));
espOutcomes.to('esp-risks', (task) => ({ risk }) => {
  if (risk === null) return;
  task.output.row(...espRiskRow(risk));
  if (!risk.shadow) task.output.message(task.messages.score(espScore(risk)));
});
const espFindings = espOutcomes.via('esp-findings', () => createEspFindingsOperator());
espFindings.to('esp-risk-findings', (task) => (finding) => task.output.row(...anomalyRow(finding)));

const alertFlows = {
  minutes,
  findings,
  together,
  rules,
  records,
  cardFindings,
  pumpRiskFindings,
  espRules,
  espFindings,
};
const alerts = wells.join('alert', alertFlows, (task) => createAlertOperator(alertOptions(task)));
alerts.to('alerts', (task) => (alert) => task.output.row(...alertRow(alert)));
alerts.to('alert-messages', (task) => (alert) => {
  if (alert.announced) task.output.message(task.messages.alert(alert));
});

// Settings that run beside those in force: their findings and alerts go to tables of their own, and to nobody.
const shadowOf = ({ options }: ThreadContext): string => options.detection?.shadow?.name ?? '';
const shadowMinutes = minutes.via('shadow-minutes', (task) =>
  createShadowMinutes(task.options.detection?.shadow),
);
shadowMinutes
  .via('shadow-watch', (task) => createShadowWatch(shadowOf(task)))
  .to('shadow-begins', (task) => (begin) => task.output.row(...shadowBeginRow(shadowOf(task), begin)));
const shadowFindings = shadowMinutes.via('shadow-detect', (task) =>
  createDetectOperator(shadowDetection(task)),
);
shadowFindings.to(
  'shadow-findings',
  (task) => (finding) => task.output.row(...shadowAnomalyRow(shadowOf(task), finding)),
);
const shadowInputs = { minutes: shadowMinutes, findings: shadowFindings };
const shadowTogether = wells.join('shadow-together', shadowInputs, (task) =>
  createTogetherOperator(shadowDetection(task)),
);
shadowTogether.to(
  'shadow-together-findings',
  (task) => (finding) => task.output.row(...shadowAnomalyRow(shadowOf(task), finding)),
);
const shadowFlows = { ...alertFlows, ...shadowInputs, together: shadowTogether };
wells
  .join('shadow-alert', shadowFlows, (task) =>
    createAlertOperator({
      ...alertOptions(task),
      over: task.options.detection?.shadow?.alerts ?? [],
      wanted: (well) => isShadowed(task.options.detection?.shadow, well),
    }),
  )
  .to('shadow-alerts', (task) => (alert) => task.output.row(...shadowAlertRow(shadowOf(task), alert)));

export default wells.build();
