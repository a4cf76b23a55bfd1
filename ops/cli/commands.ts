/** The commands there are: one file each, in the order that `--help` shows them. */
import type { Command } from './command.js';
import { alertAct } from './commands/alertAct.js';
import { alertList } from './commands/alertList.js';
import { alertShow } from './commands/alertShow.js';
import { alertStatistics } from './commands/alertStatistics.js';
import { bench } from './commands/bench.js';
import { bridge } from './commands/bridge.js';
import { card } from './commands/card.js';
import { checkpoint } from './commands/checkpoint.js';
import { deadLetterList } from './commands/deadLetterList.js';
import { deadLetterShow } from './commands/deadLetterShow.js';
import { deadLetterReplay } from './commands/deadLetterReplay.js';
import { deadLetterSkip } from './commands/deadLetterSkip.js';
import { demo } from './commands/demo.js';
import { detectorCompare } from './commands/detectorCompare.js';
import { doctor } from './commands/doctor.js';
import { espDaysDown } from './commands/espDaysDown.js';
import { espRisk } from './commands/espRisk.js';
import { evaluateCards } from './commands/evaluateCards.js';
import { evaluateEsp } from './commands/evaluateEsp.js';
import { evaluateFlow } from './commands/evaluateFlow.js';
import { evaluateNab } from './commands/evaluateNab.js';
import { evaluatePumpCards } from './commands/evaluatePumpCards.js';
import { evaluateSeries } from './commands/evaluateSeries.js';
import { evaluateThreeW } from './commands/evaluateThreeW.js';
import { jobs } from './commands/jobs.js';
import { keyCreate } from './commands/keyCreate.js';
import { migrate } from './commands/migrate.js';
import { modelList } from './commands/modelList.js';
import { modelPromote } from './commands/modelPromote.js';
import { modelRollback } from './commands/modelRollback.js';
import { reprocess } from './commands/reprocess.js';
import { report } from './commands/report.js';
import { serve } from './commands/serve.js';
import { simulateEsp } from './commands/simulateEsp.js';
import { siteCreate } from './commands/siteCreate.js';
import { taskList } from './commands/taskList.js';
import { taskResume } from './commands/taskResume.js';
import { taskSkip } from './commands/taskSkip.js';
import { tenantCreate } from './commands/tenantCreate.js';
import { topologyDeploy } from './commands/topologyDeploy.js';
import { topologyGraph } from './commands/topologyGraph.js';
import { topologyPlan } from './commands/topologyPlan.js';
import { topologyRollback } from './commands/topologyRollback.js';
import { topologyStatus } from './commands/topologyStatus.js';
import { train } from './commands/train.js';
import { up } from './commands/up.js';
import { wellCreate } from './commands/wellCreate.js';
import { worker } from './commands/worker.js';

export const commands: readonly Command[] = [
  demo,
  up,
  migrate,
  worker,
  bridge,
  jobs,
  serve,
  tenantCreate,
  siteCreate,
  wellCreate,
  keyCreate,
  alertList,
  alertShow,
  alertAct,
  alertStatistics,
  detectorCompare,
  deadLetterList,
  deadLetterShow,
  deadLetterReplay,
  deadLetterSkip,
  taskList,
  taskResume,
  taskSkip,
  checkpoint,
  reprocess,
  topologyPlan,
  topologyDeploy,
  topologyRollback,
  topologyStatus,
  topologyGraph,
  report,
  espRisk,
  espDaysDown,
  modelList,
  modelPromote,
  modelRollback,
  simulateEsp,
  train,
  evaluateEsp,
  evaluateFlow,
  evaluateCards,
  evaluatePumpCards,
  evaluateNab,
  evaluateSeries,
  evaluateThreeW,
  card,
  bench,
  doctor,
];
