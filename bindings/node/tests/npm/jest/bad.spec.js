require('jsonlog/jest');

const LINES = ['{"logType":"INFO"}', '{"logType":"ERROR","errorCode":"DA00021"}'];

test('no line matches', () => {
  expect(LINES).toHaveLogged('{ $.logType = "ERROR" && $.errorCode = "DA0001*" }');
});

test('a line matches', () => {
  expect(LINES).not.toHaveLogged('{ $.errorCode = "DA00021" }');
});

test('the pattern does not compile', () => {
  expect(LINES).not.toHaveLogged('{ $.a');
});
