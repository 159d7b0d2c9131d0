import { describeGolden } from './testing/describe-golden';

describeGolden('models');
