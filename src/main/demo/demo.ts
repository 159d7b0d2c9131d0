import { parseDemoArguments } from './arguments';
import { prepareDemo } from './demo-road';
import { runRoad } from './run-road';

/** `npm run demo`: the whole road on the embedded model, in a project of its own. */
await runRoad(() => parseDemoArguments(process.argv.slice(2)), prepareDemo);
