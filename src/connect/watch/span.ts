import { ProxyTracerProvider, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { AgencyError, type AgencyFault } from '../errors.ts';
import type { Call } from '../types.ts';

const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/;

/** Stands for the tracer of whatever SDK the process has, or gets later. */
const tracer = trace.getTracer('yimen');

/** Whether the process has a tracing SDK. */
export function isTraced(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('yimen') !== undefined;
}

/**
 * One OpenTelemetry span around an upstream call, in the trace that clients see as `traceId`. It names connector, agency,
 * section and how many keys: never a key or a person.
 */
export function spanned<T>(call: Call, keys: number, work: () => Promise<T>, faultOf: (outcome: T) => AgencyFault | undefined): Promise<T> {
  const { connector, agency, operation } = call;
  const attributes = { 'yimen.connector': connector, 'yimen.agency': agency, 'yimen.operation': operation, 'yimen.keys': keys };
  const options = { kind: SpanKind.CLIENT, attributes };
  const span = tracer.startSpan(`${connector} ${operation}`, options, parent(call.traceId));
  return span.isRecording() ? recorded(span, work, faultOf) : work();
}

async function recorded<T>(span: Span, work: () => Promise<T>, faultOf: (outcome: T) => AgencyFault | undefined): Promise<T> {
  try {
    const outcome = await work();
    mark(span, faultOf(outcome));
    return outcome;
  } catch (error) {
    mark(span, error instanceof AgencyError ? error.fault : 'PROTOCOL');
    throw error;
  } finally {
    span.end();
  }
}

function mark(span: Span, fault: AgencyFault | undefined): void {
  if (!fault) return;
  span.setAttribute('yimen.code', `AGENCY_${fault}`);
  span.setStatus({ code: SpanStatusCode.ERROR, message: `AGENCY_${fault}` });
}

/** The request itself has no span of ours: its trace is taken up as if a caller had begun it. */
function parent(traceId: string) {
  if (!TRACE_ID.test(traceId)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: traceId.slice(16), traceFlags: TraceFlags.SAMPLED, isRemote: true });
}
