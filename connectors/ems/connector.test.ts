import { it } from 'vitest';
import { conforms } from '../../src/kit/index.ts';
import ems from './connector.ts';
import sandbox from './sandbox.ts';

// What it carries is tried with whole cases, in the test of telling.
conforms(it, { connector: ems, sandbox });
