import { it } from 'vitest';
import { conforms } from '../../src/kit/index.ts';
import sms from './connector.ts';
import sandbox from './sandbox.ts';

// What it carries is tried with whole cases, in the test of telling.
conforms(it, { connector: sms, sandbox });
