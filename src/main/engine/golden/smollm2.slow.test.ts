import { describeGolden } from './testing/describe-golden';

describeGolden('smollm2');
