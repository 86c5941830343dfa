/** Ends a test run with the line `N passed, N failed, N skipped`, and the reason of each skip before it. */
import type { Reporter, TestModule } from 'vitest/node';

// Vitest loads a reporter by its default export.
// biome-ignore lint/style/noDefaultExport: see above
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      // A module that does not load has no tests to fail.
      if (module.errors().length > 0) count.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        count[result.state]++;
        if (result.state !== 'skipped') continue;
        // Those left out before they began carry their reason in the title.
        console.log(`skipped: ${test.fullName}${result.note === undefined ? '' : ` (${result.note})`}`);
      }
    }
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped + count.pending} skipped`);
  }
}
