/** Composes the mail that carries a report: its key figures as text and as HTML, the PDF attached. */
import { fillIn } from '../reports/fillIn.js';
import type { ReportSummary } from '../reports/reportKind.js';
import type { ReportRun } from '../reports/runs/reportRun.js';
import type { Mail } from './mailTransport.js';
import { type ReportMailTexts, reportMailTexts } from './reportMail.texts.js';

export function reportMail(
  run: ReportRun,
  to: {
    readonly tenant: string;
    readonly recipient: string;
    readonly from: string;
    readonly messageId: string;
  },
): Mail {
  const texts = reportMailTexts[run.language];
  const { title, tenant, day } = run.summary;
  return {
    messageId: to.messageId,
    from: to.from,
    to: to.recipient,
    subject: fillIn(texts.subject, { title, tenant, day }),
    text: textOf(run.summary, texts),
    html: htmlOf(run.summary, texts, run.language),
    attachment: { fileName: `${to.tenant}-${run.kind}-${run.day}-${run.language}.pdf`, pdf: run.pdf },
  };
}

function textOf(summary: ReportSummary, texts: ReportMailTexts): string {
  const figures = summary.figures.map(
    ({ label, value, note }) => `- ${label}: ${value}${note === '' ? '' : ` (${note})`}`,
  );
  const note = summary.note === null ? [] : [summary.note, ''];
  return [
    summary.title,
    `${summary.tenant} · ${summary.day}`,
    '',
    texts.greeting,
    '',
    ...figures,
    '',
    ...note,
    texts.closing,
    '',
  ].join('\n');
}

/** Tables and inline styles: what mail programs of every age show alike. */
function htmlOf(summary: ReportSummary, texts: ReportMailTexts, language: string): string {
  const cell = 'padding:7px 12px 7px 0;border-bottom:1px solid #d5dbe1;';
  const figures = summary.figures
    .map(
      ({ label, value, note }) =>
        `<tr><td style="${cell}color:#5d6b7a">${escape(label)}</td>` +
        `<td style="${cell}font-weight:600;white-space:nowrap">${escape(value)}</td>` +
        `<td style="${cell}color:#5d6b7a;font-size:12px">${escape(note)}</td></tr>`,
    )
    .join('');
  const note =
    summary.note === null
      ? ''
      : `<p style="margin:16px 0;padding:10px 14px;background:#f4f6f8;border-left:3px solid #c77700">${escape(summary.note)}</p>`;
  return (
    `<!doctype html><html lang="${language}"><body style="margin:0;padding:24px;background:#ffffff;color:#1d2733;` +
    `font-family:'IBM Plex Sans',Helvetica,Arial,sans-serif;font-size:14px;line-height:1.45">` +
    `<div style="max-width:640px"><p style="margin:0;color:#0f4c5c;font-weight:600">${escape(summary.tenant)}</p>` +
    `<h1 style="margin:4px 0 2px;font-size:20px">${escape(summary.title)}</h1>` +
    `<p style="margin:0 0 14px;color:#5d6b7a">${escape(summary.day)}</p>` +
    `<p style="margin:0 0 8px">${escape(texts.greeting)}</p>` +
    `<table role="presentation" cellpadding="0" cellspacing="0" style="border-collapse:collapse;width:100%;` +
    `border-top:2px solid #0f4c5c">${figures}</table>${note}` +
    `<p style="margin:18px 0 0;color:#97a3b0;font-size:12px">${escape(texts.closing)}</p></div></body></html>`
  );
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
