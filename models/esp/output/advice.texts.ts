/** What to do about each failure mode and event: first check, confirming test, what not to do. */
import type { FailureMode, operatingEvents } from '../modes.js';

export type AdvisedMode = FailureMode | (typeof operatingEvents)[number];

export interface Advice {
  readonly firstCheck: string;
  readonly confirmingTest: string;
  readonly notToDo: string;
}

// Common practice of ESP surveillance; the order of actions, not their limits, which are the operator's.
export const adviceTexts: Readonly<Record<'en' | 'es', Readonly<Record<AdvisedMode, Advice>>>> = {
  en: {
    broken_shaft: {
      firstCheck:
        'Compare current with no-load current and see whether intake and discharge pressure come together.',
      confirmingTest:
        'Shut in at the wellhead for some minutes while running: no pressure builds up on a broken shaft.',
      notToDo:
        'Do not restart again and again, and never while liquid falls back and turns the pump (backspin).',
    },
    motor_burnout: {
      firstCheck:
        'Look at winding temperature over the model, load, and flow past the motor; lower the frequency.',
      confirmingTest: 'At the next stop measure phase-to-phase resistance balance and insulation to ground.',
      notToDo: 'Do not raise the overload or temperature trip to keep it running.',
    },
    insulation_cable: {
      firstCheck:
        'Trend leakage current and voltage unbalance; check surface cable, junction box and wellhead penetrator.',
      confirmingTest: 'Megger at a planned stop, with the surface cable apart from the downhole string.',
      notToDo: 'Do not restart on a ground fault: each start may burn the cable through.',
    },
    worn_stage: {
      firstCheck: 'Compare head at the measured rate with the pump curve; check sand in the samples.',
      confirmingTest: 'Well test at two frequencies: the head factor is low at both.',
      notToDo: 'Do not make up for the lost rate by frequency alone: wear grows with its cube.',
    },
    plugged_intake: {
      firstCheck: 'See whether intake pressure rises while rate and current fall at the same frequency.',
      confirmingTest:
        'A short stop that lets the tubing drain back, then a restart: a plugged intake clears for a while.',
      notToDo: 'Do not restart during backspin; do not acidise before the elastomers are known.',
    },
    scale_in_pump: {
      firstCheck: 'Check current and temperature against rate; water analysis and inhibitor rate.',
      confirmingTest: 'An acid soak at a planned stop: current at the same rate falls afterwards.',
      notToDo: 'Do not start a seized pump by force: rocking it may break the shaft.',
    },
    tubing_leak: {
      firstCheck: 'Compare the surface rate with the rate that the pump curve tells; watch casing pressure.',
      confirmingTest: 'Pressure test against a closed wing valve, or a fluid-level shot during the test.',
      notToDo: 'Do not put it down to the pump: a new pump on a leaking string lifts no more.',
    },
    sand: {
      firstCheck: 'Take a sample for sand; look at vibration and current spikes after changes of rate.',
      confirmingTest: 'Lower the frequency in steps and see whether vibration and sand fall.',
      notToDo: 'Do not stop the well without need: sand in the tubing falls back on the pump.',
    },
    gas_interference: {
      firstCheck: 'See whether current swings while intake pressure is near the bubble point.',
      confirmingTest: 'Raise intake pressure by choke or frequency: the swings end.',
      notToDo: 'Do not set the underload trip below the swings: a gas lock follows unseen.',
    },
    gas_lock: {
      firstCheck: 'Lower the frequency at once, or stop; open the casing if it holds gas.',
      confirmingTest:
        'After the change of speed current and discharge pressure come back; with a broken shaft they do not.',
      notToDo: 'Do not let it run locked: the motor has no cooling. No restart during backspin.',
    },
    pump_off: {
      firstCheck: 'See whether intake pressure fell before current did; lower the frequency.',
      confirmingTest: 'Fluid level, or a stop: intake pressure builds up slowly.',
      notToDo: 'Do not restart at the same frequency.',
    },
    closed_choke: {
      firstCheck: 'Check choke and wing valve at the wellhead: pressure is up before and down behind.',
      confirmingTest: 'Open it in steps: wellhead pressure falls, rate comes back.',
      notToDo: 'Do not open it at one stroke: drawdown and sand follow.',
    },
    plugged_flowline: {
      firstCheck: 'Check valves, pig traps and wax along the line: wellhead and line pressure rise together.',
      confirmingTest: 'Pressure at two points of the line.',
      notToDo: 'Do not pump against a closed line: look at its rating first.',
    },
    dead_head: {
      firstCheck: 'Stop, or open the wing valve: nothing flows.',
      confirmingTest: 'Discharge pressure stands at shut-in head.',
      notToDo: 'Do not let it run without flow for more than minutes.',
    },
    reverse_rotation: {
      firstCheck: 'Check the order of phases since the last work at the panel.',
      confirmingTest: 'Stop, wait for backspin to end, swap two phases, start: head and rate come back.',
      notToDo: 'Do not swap phases or start during backspin: the shaft breaks.',
    },
    power: {
      firstCheck: 'Look at supply voltage and its unbalance; neighbours on the same feeder.',
      confirmingTest: 'A power analyser on the drive for a day.',
      notToDo: 'Do not restart before the voltage is steady.',
    },
    overheating: {
      firstCheck: 'Compare winding temperature with load and flow past the motor.',
      confirmingTest: 'Lower the frequency: temperature follows within half an hour.',
      notToDo: 'Do not raise the temperature trip.',
    },
    unknown: {
      firstCheck: 'Look at all trends of the last hours side by side.',
      confirmingTest: 'Ask the field what was done on the well.',
      notToDo: 'Do not restart before the cause is known.',
    },
  },
  es: {
    broken_shaft: {
      firstCheck:
        'Comparar la corriente con la de vacío y ver si las presiones de admisión y descarga se igualan.',
      confirmingTest: 'Cerrar en cabeza unos minutos en marcha: con el eje roto no sube la presión.',
      notToDo:
        'No rearrancar una y otra vez, y nunca mientras el líquido cae y hace girar la bomba (backspin).',
    },
    motor_burnout: {
      firstCheck:
        'Ver la temperatura del bobinado sobre el modelo, la carga y el caudal que enfría; bajar la frecuencia.',
      confirmingTest:
        'En la próxima parada medir el equilibrio de resistencias entre fases y el aislamiento a tierra.',
      notToDo: 'No subir el disparo por sobrecarga o temperatura para seguir en marcha.',
    },
    insulation_cable: {
      firstCheck:
        'Seguir la corriente de fuga y el desequilibrio de tensión; revisar cable de superficie, caja y penetrador.',
      confirmingTest: 'Megado en parada programada, separando el cable de superficie de la sarta.',
      notToDo: 'No rearrancar con falla a tierra: cada arranque puede quemar el cable.',
    },
    worn_stage: {
      firstCheck:
        'Comparar la altura al caudal medido con la curva de la bomba; buscar arena en las muestras.',
      confirmingTest: 'Ensayo de pozo a dos frecuencias: el factor de altura es bajo en ambas.',
      notToDo: 'No compensar el caudal perdido solo con frecuencia: el desgaste crece con su cubo.',
    },
    plugged_intake: {
      firstCheck: 'Ver si sube la presión de admisión mientras caen caudal y corriente a igual frecuencia.',
      confirmingTest:
        'Parada corta que drene la tubería y rearranque: una admisión tapada se limpia por un rato.',
      notToDo: 'No rearrancar durante el backspin; no acidificar sin conocer los elastómeros.',
    },
    scale_in_pump: {
      firstCheck: 'Comparar corriente y temperatura con el caudal; análisis de agua y dosis de inhibidor.',
      confirmingTest: 'Remojo con ácido en parada programada: luego baja la corriente a igual caudal.',
      notToDo: 'No arrancar a la fuerza una bomba trabada: se puede romper el eje.',
    },
    tubing_leak: {
      firstCheck:
        'Comparar el caudal de superficie con el que indica la curva; vigilar la presión del revestimiento.',
      confirmingTest:
        'Prueba de presión contra la válvula lateral cerrada, o nivel de fluido durante la prueba.',
      notToDo: 'No culpar a la bomba: una bomba nueva en una sarta rota no levanta más.',
    },
    sand: {
      firstCheck: 'Tomar muestra de arena; ver vibración y picos de corriente tras cambios de caudal.',
      confirmingTest: 'Bajar la frecuencia por pasos y ver si bajan vibración y arena.',
      notToDo: 'No parar el pozo sin necesidad: la arena de la tubería cae sobre la bomba.',
    },
    gas_interference: {
      firstCheck: 'Ver si la corriente oscila con la presión de admisión cerca del punto de burbuja.',
      confirmingTest: 'Subir la presión de admisión con estrangulador o frecuencia: cesan las oscilaciones.',
      notToDo: 'No poner el disparo por baja carga bajo las oscilaciones: oculta un bloqueo por gas.',
    },
    gas_lock: {
      firstCheck: 'Bajar ya la frecuencia o parar; abrir el revestimiento si tiene gas.',
      confirmingTest: 'Tras el cambio de velocidad vuelven corriente y descarga; con el eje roto no vuelven.',
      notToDo: 'No dejarla bloqueada en marcha: el motor no se enfría. No rearrancar durante el backspin.',
    },
    pump_off: {
      firstCheck: 'Ver si la presión de admisión cayó antes que la corriente; bajar la frecuencia.',
      confirmingTest: 'Nivel de fluido, o parada: la admisión se recupera despacio.',
      notToDo: 'No rearrancar a la misma frecuencia.',
    },
    closed_choke: {
      firstCheck: 'Revisar estrangulador y válvula lateral: presión alta antes, baja después.',
      confirmingTest: 'Abrir por pasos: baja la presión de cabeza y vuelve el caudal.',
      notToDo: 'No abrir de golpe: trae arena.',
    },
    plugged_flowline: {
      firstCheck: 'Revisar válvulas, trampas y parafina en la línea: cabeza y línea suben juntas.',
      confirmingTest: 'Presión en dos puntos de la línea.',
      notToDo: 'No bombear contra una línea cerrada: ver antes su presión admisible.',
    },
    dead_head: {
      firstCheck: 'Parar o abrir la válvula lateral: no fluye nada.',
      confirmingTest: 'La descarga está en la altura de cierre.',
      notToDo: 'No dejarla sin caudal más que unos minutos.',
    },
    reverse_rotation: {
      firstCheck: 'Revisar el orden de fases desde el último trabajo en el tablero.',
      confirmingTest:
        'Parar, esperar el fin del backspin, cambiar dos fases y arrancar: vuelven altura y caudal.',
      notToDo: 'No cambiar fases ni arrancar durante el backspin: se rompe el eje.',
    },
    power: {
      firstCheck: 'Ver la tensión de alimentación y su desequilibrio; vecinos en el mismo alimentador.',
      confirmingTest: 'Analizador de red en el variador durante un día.',
      notToDo: 'No rearrancar antes de que la tensión sea estable.',
    },
    overheating: {
      firstCheck: 'Comparar la temperatura del bobinado con la carga y el caudal que enfría.',
      confirmingTest: 'Bajar la frecuencia: la temperatura sigue en media hora.',
      notToDo: 'No subir el disparo por temperatura.',
    },
    unknown: {
      firstCheck: 'Ver juntas todas las tendencias de las últimas horas.',
      confirmingTest: 'Preguntar en campo qué se hizo en el pozo.',
      notToDo: 'No rearrancar antes de conocer la causa.',
    },
  },
};
