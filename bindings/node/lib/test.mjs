import test from './test.cjs';

export default test;
export const { expect, capture } = test;
