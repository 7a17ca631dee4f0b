import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    // These run inside VS Code: `npm run test:workbench`.
    exclude: ["test/workbench/**"],
  },
});
