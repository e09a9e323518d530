import type { Plan, PlannedOperation } from '../plan.ts';

/** Operations that are put through every fault; the others are asked once, or a large contract's test would never end. */
const THOROUGH = 6;

/** `connector.test.ts`: the conformance kit, run against the sandbox. */
export const emitTest = (): string => `import { describe, it } from 'vitest';
import { conforms } from 'yimen/kit';
import connector from './connector.ts';
import sandbox from './sandbox.ts';

describe.concurrent('conformance', () => conforms(it, { connector, sandbox, thorough: ${THOROUGH} }));
`;

/** An operation's section, like \`Query.unit\`. */
export const sectionOf = ({ field }: PlannedOperation, plan: Plan): string => `${plan.extends ?? 'Query'}.${field}`;
