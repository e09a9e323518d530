/**
 * The one form 一张表单: what the items of a plan ask for, each field once, filled in as far as it is known; and the check
 * of what was written. Pure. Words: see ../types.ts, and src/catalogue/entries.ts for the dictionary.
 */
export { masksLeft, withoutMasks } from './behind-masks.ts';
export { createFormChecker, type FormChecker, type FormProblem } from './check.ts';
export { completeForm } from './complete.ts';
export { type FormInput, formAsks, oneForm } from './one-form.ts';
export type { FormPlan } from './plan.ts';
export { formSchema, fragmentOf, type JsonSchema } from './schema.ts';
export { type FormAsk, sourcePaths } from './source.ts';
