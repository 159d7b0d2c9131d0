import { describeGolden } from './testing/describe-golden';

describeGolden('qwen2.5');
describeGolden('tokenizers');
