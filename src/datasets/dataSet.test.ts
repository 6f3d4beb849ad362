import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataSet, firstImages, requireDataSet } from './dataSet';

test('a data set whose parts do not fit is refused', () => {
  const part = { images: new Uint8Array(12), labels: Uint8Array.of(0, 1) };
  const data: DataSet = {
    name: 'two',
    height: 2,
    width: 3,
    channels: 1,
    classes: 2,
    train: part,
    test: part,
  };
  assert.equal(requireDataSet(data), data);
  for (const [bad, message] of [
    [undefined, /^data must be a data set, such as loadMnist\(\); got undefined$/],
    [{ ...data, height: 0 }, /^data.height must be an integer in \[1, 2⁵³ − 1\]; got 0$/],
    [{ ...data, classes: 1 }, /^data.classes must be an integer in \[2, 256\]; got 1$/],
    [{ ...data, test: undefined }, /^data.test must be an object \{ images, labels \}; got undefined$/],
    [{ ...data, train: { images: [1], labels: [0] } }, /^data.train.images must be a Uint8Array; got \[1\]$/],
    [{ ...data, width: 2 }, /^data.train must have 4 bytes per image; got 12 bytes for 2 labels$/],
    [
      { ...data, test: { ...part, labels: Uint8Array.of(0, 2) } },
      /^data.test.labels must lie in \[0, 1\]; got 2$/,
    ],
  ] as [DataSet, RegExp][])
    assert.throws(() => requireDataSet(bad), { message });
  assert.deepEqual(firstImages(data, { train: 1, test: 2 }).train, {
    images: new Uint8Array(6),
    labels: Uint8Array.of(0),
  });
  assert.throws(
    () => firstImages(data, undefined as never),
    /^TypeError: count must be an object \{ train, test \}; got undefined$/,
  );
  assert.throws(
    () => firstImages(data, { train: 3, test: 1 }),
    /^RangeError: count.train must be an integer in \[1, 2\]; got 3$/,
  );
});
