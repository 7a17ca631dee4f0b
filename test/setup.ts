/** Properties draw the same inputs at every run, so that a build never fails by chance; `npm run fuzz` draws others. */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 20261125) });
