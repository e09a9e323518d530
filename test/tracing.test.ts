import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';

const USCC = '91321071990000017N';
const PERSON = '321012198812139970';
const exporter = new InMemorySpanExporter();

let hall: Hall;
beforeAll(async () => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  hall = await startHall();
});
afterAll(async () => {
  await hall[Symbol.asyncDispose]();
  trace.disable();
});

it('every upstream call is a span of the trace that the client sees, without keys or persons', async () => {
  await hall.fault('social-security', 'down');
  const answer = await hall.ask(`{ person(idNumber: "${PERSON}") { identity { nameZh } socialInsurance { provenance { freshness } } } }`);
  const traceId = answer.errors?.[0]?.extensions['traceId'];
  const spans = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
  expect(spans.map(({ name, status, attributes }) => [name, status.message, attributes['yimen.agency'], attributes['yimen.keys']])).toEqual(
    expect.arrayContaining([
      ['public-security Person.identity', undefined, 'public-security', 1],
      ['social-security Person.socialInsurance', 'AGENCY_UNAVAILABLE', 'hrss', 1],
    ]),
  );
  expect(JSON.stringify(spans.map(({ name, attributes, events }) => [name, attributes, events]))).not.toMatch(
    new RegExp(`${PERSON}|${USCC}`),
  );
});

it('what is remembered makes no span', async () => {
  const query = `{ enterprise(uscc: "${USCC}") { tax { arrears } } }`;
  await hall.ask(query);
  exporter.reset();
  await hall.ask(query);
  expect(exporter.getFinishedSpans()).toEqual([]);
});
