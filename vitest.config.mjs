import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    // A busy machine is no failure.
    testTimeout: 60_000,
    // These run inside VS Code: `npm run test:workbench`.
    exclude: ["test/workbench/**"],
  },
});
