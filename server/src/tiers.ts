/** Of the debug adapter, done before anything is loaded: V8 takes kept code only under the flags that it was made under. */
import { setFlagsFromString } from "node:v8";

// In its first tenth of a second V8 makes machine code of all that runs a few hundred times, beside the program: three
// quarters as much work again, which is thrown away where a session is short, and for which a first stop waits on a
// machine that has other things to do. What is called more often is made all the same; a step costs what it did.
for (const flag of ["maglev=1500", "maglev-osr=1000", "turbofan=20000"])
  setFlagsFromString(`--invocation-count-for-${flag}`);
