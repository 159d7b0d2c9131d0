import { describeGolden } from './testing/describe-golden';

describeGolden('surgery');
