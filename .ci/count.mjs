/**
 * Counts tests and checks together and prints the last line of `.ci/run`. A report that is missing, a test file that did
 * not load, a skipped or todo test, a run without tests, or an exit code that no count explains is a failure: silence is no
 * proof. Arguments: vitest's JSON report, exit code of the tests, output of the checks, exit code of the checks.
 */
import { existsSync, readFileSync } from 'node:fs';

const [testsFile, testsExit, checksFile, checksExit] = process.argv.slice(2);
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

function tests() {
  const text = read(testsFile);
  if (!text) return complaint('the tests left no report');
  const report = JSON.parse(text);
  const skipped = report.numPendingTests + report.numTodoTests;
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  for (const file of unloaded) console.error(`did not load: ${file.name}\n${file.message}`);
  for (const { name, assertionResults } of report.testResults)
    for (const test of assertionResults)
      if (test.status !== 'passed' && test.status !== 'failed') console.error(`${test.status}: ${test.fullName} (${name})`);
  if (report.numTotalTests === 0) return complaint('no test ran');
  const failed = report.numFailedTests + skipped + unloaded.length;
  return explained({ passed: report.numPassedTests, failed }, testsExit, 'the tests');
}

function checks() {
  const last = /(\d+) passed, (\d+) failed\s*$/.exec(read(checksFile));
  if (!last) return complaint('the checks left no report');
  return explained({ passed: Number(last[1]), failed: Number(last[2]) }, checksExit, 'the checks');
}

/** An error outside of every test, or a leak that vitest names, fails the run without failing a test. */
function explained(counts, exit, what) {
  if (exit === '0' || counts.failed > 0) return counts;
  return { ...counts, failed: complaint(`${what} ended with exit code ${exit}`).failed };
}

function complaint(text) {
  console.error(text);
  return { passed: 0, failed: 1 };
}

const counts = [tests(), checks()];
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
