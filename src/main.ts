#!/usr/bin/env node
/** `npm start`: the gateway, and in the sandbox profile all sandbox agencies in a process of their own. */
import { runGateway } from './run.ts';

await runGateway();
