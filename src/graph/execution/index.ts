/**
 * Runs operations of prepared documents.
 *
 * - compiled 编译: made into a function of its own, once an operation was asked for more than twice. What cannot be compiled,
 *   mutations and subscriptions are run step by step; both ways give the same answer.
 */
export { createExecution, type Execution, type Operation } from './execution.ts';
