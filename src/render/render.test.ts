import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { chart } from '../charts/chart';
import type { Figure, JsonObject } from '../charts/figure';
import { band, heatmap, line } from '../charts/marks';
import { channels, palette } from '../charts/palette';
import { Canvas } from './canvas';
import { ascent, characterRanges, descent, fontOptions, textWidth, typeset } from './fonts';
import { encodePng, encodePngWithPalette } from './png';
import { renderPng, renderSvg, saveFigure } from './render';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-charts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const plain = { size: 100, weight: '400', style: 'normal' };
const regular = readFileSync(
  require.resolve('@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf'),
);
const semiBold = readFileSync(
  require.resolve('@expo-google-fonts/source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf'),
);

/** Where a table of a TrueType font begins. */
function table(font: Buffer, name: string): number {
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const at = 12 + 16 * i;
    if (font.toString('latin1', at, at + 4) === name) return font.readUInt32BE(at + 8);
  }
  throw new Error(`no table ${name}`);
}

/** The advance width of a text from the font's own tables: the sum over its signs, without kerning. */
function advance(font: Buffer, text: string): number {
  const cmap = table(font, 'cmap');
  let map = 0;
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const at = cmap + font.readUInt32BE(cmap + 8 + 8 * i);
    if (font.readUInt16BE(at) === 12) map = at;
  }
  const glyph = (code: number) => {
    for (let i = 0; i < font.readUInt32BE(map + 12); i++) {
      const at = map + 16 + 12 * i;
      const first = font.readUInt32BE(at);
      if (code >= first && code <= font.readUInt32BE(at + 4)) return font.readUInt32BE(at + 8) + code - first;
    }
    throw new Error(`no sign for U+${code.toString(16)}`);
  };
  const em = font.readUInt16BE(table(font, 'head') + 18);
  const metrics = font.readUInt16BE(table(font, 'hhea') + 34);
  const widths = [...text].map((sign) =>
    font.readUInt16BE(table(font, 'hmtx') + 4 * Math.min(glyph(sign.codePointAt(0)!), metrics - 1)),
  );
  return (100 * widths.reduce((a, b) => a + b, 0)) / em;
}

/** The pixels of a PNG, by another decoder than ours: resvg's. */
function decode(png: Uint8Array): { at(x: number, y: number): number[]; width: number; height: number } {
  const header = Buffer.from(png);
  const [width, height] = [header.readUInt32BE(16), header.readUInt32BE(20)];
  const href = `data:image/png;base64,${header.toString('base64')}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="${href}"/></svg>`;
  const { pixels } = new Resvg(svg).render();
  return { width, height, at: (x, y) => [...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)] };
}

const parabola = chart({
  title: 'A parabola',
  x: 'x',
  y: 'y',
  marks: [line([0, 1, 2], [0, 1, 4], { name: 'exact' })],
});

test('a picture has the requested size', async () => {
  for (const [scale, width, height] of [
    [1, 680, 430],
    [2, 1360, 860],
  ] as const) {
    const picture = await renderPng(parabola, { scale });
    assert.deepEqual([picture.width, picture.height], [680, 430]);
    const { width: pixelWidth, height: pixelHeight } = decode(picture.png);
    assert.deepEqual([pixelWidth, pixelHeight], [width, height]);
  }
  const small = { ...parabola, layout: { ...parabola.layout, width: 300, height: 200 } };
  assert.equal(decode((await renderPng(small, { scale: 1 })).png).width, 300);
});

test('lines are where their values say', async () => {
  const across = [0, 10];
  const colors = [palette.blue, palette.vermilion, palette.green] as const;
  const figure = chart({
    title: 'Three levels',
    x: 'x',
    y: { title: 'y', range: [0, 10] },
    marks: [2, 5, 8].map((y, i) => line(across, [y, y], { color: colors[i]! })),
  });
  const { at, width, height } = decode((await renderPng(figure)).png);
  const columns = [0.3, 0.5, 0.7].map((part) => Math.round(part * width));
  const centres = colors.map((color) => {
    const rows = Array.from({ length: height }, (_, y) => y).filter((y) =>
      columns.every((x) => at(x, y).join() === channels(color).join()),
    );
    // 2.5 px at scale 2 are 5 pixels, of which the outermost may be half covered
    assert.ok(rows.length >= 4 && rows.length <= 5, `${rows}`);
    assert.equal(rows.at(-1)! - rows[0]!, rows.length - 1);
    return (rows[0]! + rows.at(-1)!) / 2;
  });
  // the plot is high 10 units; its height in pixels follows from two of the lines, the third tests it
  const [two, five, eight] = centres as [number, number, number];
  assert.ok(two > five && five > eight);
  assert.ok(Math.abs(two - five - (five - eight)) <= 1); // lines lie on whole pixels
});

test('cells of a heat map have their colours, missing ones the background, also on logarithmic axes', async () => {
  const z = [
    [-1, 0],
    [Number.NaN, 1],
  ];
  for (const log of [false, true]) {
    const figure = chart({
      title: 'Cells',
      x: { title: 'x', log },
      y: { title: 'y', log },
      marks: [heatmap([1, 10], [1, 10], z, { title: 'z', center: 0 })],
    });
    const { at, width, height } = decode((await renderPng(figure)).png);
    // a third of the way into the picture from the left and two thirds are inside the plot's columns
    const [left, right] = [Math.round(0.3 * width), Math.round(0.65 * width)];
    const [low, high] = [Math.round(0.65 * height), Math.round(0.25 * height)];
    assert.deepEqual(at(left, low), [8, 72, 140]); // −1: the lower end of the scale
    assert.deepEqual(at(right, low), [247, 247, 247]); // 0: its middle
    assert.deepEqual(at(right, high), [168, 68, 0]); // 1: its upper end
    assert.deepEqual(at(left, high), [255, 255, 255]);
  }
});

test('a band is see-through over the grid', async () => {
  const marks = [band([0, 1], [0, 0], [1, 1], { color: 'blue' })];
  const { at, width, height } = decode(
    (await renderPng(chart({ title: 't', x: 'x', y: { title: 'y', range: [0, 1] }, marks }))).png,
  );
  const found = at(Math.round(0.55 * width) + 7, Math.round(0.47 * height));
  // a fifth of #0072b2 over white
  const expected = channels(palette.blue).map((c) => Math.round(255 - 0.2 * (255 - c)));
  found.forEach((c, i) => {
    assert.ok(Math.abs(c - expected[i]!) <= 1, `${found}`); // rounding
  });
});

/** The figure in which every kind of drawing is. */
const everything = JSON.stringify({
  data: [
    ...parabola.data,
    ...chart({
      title: 't',
      x: 'x',
      y: 'y',
      marks: [
        heatmap(
          [0, 1],
          [0, 1],
          [
            [1, 2],
            [3, 4],
          ],
          { title: 'z' },
        ),
      ],
    }).data,
  ],
  layout: { ...parabola.layout, annotations: [{ x: 1, y: 1, text: '‖x⁽ᵏ⁾‖ ∈ ℝ', ax: 30, ay: -30 }] },
});

test('rendering is reproducible: again, after others, concurrently and in another process', async () => {
  const figure = JSON.parse(everything) as Figure;
  const hash = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');
  const drawn = async () => hash(hash((await renderPng(figure)).png) + hash(await renderSvg(figure)));
  const first = await drawn();
  const together = await Promise.all([renderPng(parabola), drawn(), renderPng(parabola)]);
  assert.equal(together[1], first);
  const program = `
    const { renderPng, renderSvg } = require(${JSON.stringify(require.resolve('./render'))});
    const { createHash } = require('node:crypto');
    const hash = (content) => createHash('sha256').update(content).digest('hex');
    const figure = ${everything};
    renderPng(figure).then(async ({ png }) => process.stdout.write(hash(hash(png) + hash(await renderSvg(figure)))));`;
  assert.equal(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }), first);
  assert.equal(JSON.stringify(figure), everything, 'the figure itself is not changed');
});

test('a text is as wide as its signs, by the tables of the font', () => {
  for (const text of ['nnnnn', '0123456789', 'σ²‖λ‖ = 0.5', '⁽ᵏ⁾', 'mean ± 2 SE'])
    for (const [font, weight] of [
      [regular, '400'],
      [semiBold, '600'],
    ] as const) {
      const expected = advance(font, text);
      // kerning, which the tables' sum leaves out, moves these texts by less than 1 %
      assert.ok(
        Math.abs(textWidth(text, { ...plain, weight }) - expected) < 0.01 * expected,
        `${text}: ${textWidth(text, { ...plain, weight })}, ${expected}`,
      );
    }
  assert.equal(textWidth('', plain), 0);
  assert.equal(textWidth('ab', { ...plain, size: 20 }), textWidth('ab', plain) / 5);
  const spaces = textWidth('  a ', plain) - textWidth('a', plain);
  assert.ok(Math.abs(spaces - advance(regular, '   ')) < 0.1, `${spaces}`);
  assert.ok(textWidth('a & b < c', plain) > textWidth('a & b', plain));
});

test('lines of text are as high as the font says', () => {
  const hhea = table(regular, 'hhea');
  const em = regular.readUInt16BE(table(regular, 'head') + 18);
  assert.equal(ascent, regular.readInt16BE(hhea + 4) / em);
  assert.equal(descent, -regular.readInt16BE(hhea + 6) / em);
});

test('a sign the font lacks is drawn in the fallback font and changes no other', () => {
  const covers = (code: number) =>
    characterRanges(regular).some(([first, last]) => code >= first && code <= last);
  assert.deepEqual(
    [...'aσ²‖ᵏ∈ᵢℝ'].map((sign) => covers(sign.codePointAt(0)!)),
    [true, true, true, true, true, false, false, false],
  );
  const alone = textWidth('s', plain) + textWidth('∈', plain) + textWidth('(0, 2]', plain);
  // the guard sign is 0.01 px high, kerning aside nothing else comes between
  assert.ok(Math.abs(textWidth('s∈(0, 2]', plain) - alone) < 0.5);
  const dejavu = readFileSync(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
  assert.ok(Math.abs(textWidth('∈', plain) - advance(dejavu, '∈')) < 0.1);
});

test('Greek letters are not shaped as Latin ones', () => {
  const drawn = (texts: string) =>
    new Resvg(
      `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><g font-size="40">${texts}</g></svg>`,
      { font: fontOptions() },
    )
      .render()
      .pixels.toString('base64');
  const x = `<text y="40">x</text>`;
  const apart = drawn(`${x}<text y="40" x="${textWidth('x', { ...plain, size: 40 })}">γ</text>`);
  // among Latin letters Source Sans 3 draws the phonetic ɣ
  assert.ok(drawn(x.replace('x<', 'xγ<')) !== apart);
  assert.ok(drawn(x.replace('x<', `x${typeset('γ')}<`)) === apart);
});

test('what needs WebGL or the network is refused by name', async () => {
  for (const type of ['scattergl', 'surface', 'scatter3d', 'mesh3d', 'parcoords', 'scattermap']) {
    const figure: Figure = { data: [{ type }], layout: {} };
    await assert.rejects(renderPng(figure), {
      name: 'RangeError',
      message: new RegExp(
        `^figure\\.data\\[0\\]\\.type, to be drawn without a browser, must be one of .*got "${type}"$`,
      ),
    });
  }
  await assert.rejects(renderPng(parabola, { scale: 0 }), {
    name: 'RangeError',
    message: /^scale must lie in/,
  });
  const unsized = { ...parabola, layout: { ...parabola.layout, width: '680' } };
  await assert.rejects(renderPng(unsized), {
    name: 'TypeError',
    message: /^figure.layout.width must be a number/,
  });
  assert.ok((await renderPng(parabola)).png.length > 0, 'drawing goes on after an error');
});

test('every trace that is not refused draws', async () => {
  const x = [1, 2, 2, 3, 3, 3];
  const z = [
    [1, 2, 3],
    [2, 4, 2],
    [1, 1, 1],
  ];
  const traces: JsonObject[] = [
    { type: 'scatter', x, y: x },
    { type: 'bar', x, y: x },
    { type: 'box', y: x },
    { type: 'violin', y: x },
    { type: 'histogram', x },
    { type: 'histogram2d', x, y: x },
    { type: 'heatmap', z, zsmooth: 'best' },
    { type: 'contour', z, contours: { showlabels: true } },
  ];
  for (const trace of traces) {
    const { png } = await renderPng({ data: [trace], layout: { width: 200, height: 150 } }, { scale: 1 });
    const { at } = decode(png);
    const colors = new Set<string>();
    for (let pixelX = 80; pixelX < 120; pixelX++)
      for (let y = 0; y < 150; y++) colors.add(at(pixelX, y).join());
    assert.ok(colors.size > 2, `${String(trace.type)} draws nothing`);
  }
});

test('figures are saved whole or not at all', async () => {
  const png = path.join(folder, 'a.png');
  await saveFigure(parabola, png);
  assert.equal(readFileSync(png).readUInt32BE(16), 3 * 680);
  const svg = path.join(folder, 'a.svg');
  await saveFigure(parabola, svg);
  assert.match(readFileSync(svg, 'utf8'), /^<svg .*A parabola.*<\/svg>$/s);
  await assert.rejects(saveFigure(parabola, path.join(folder, 'a.pdf')), {
    name: 'RangeError',
    message: `file's ending must be one of '.png', '.svg'; got ".pdf"`,
  });
  await assert.rejects(saveFigure(parabola, path.join(folder, 'nowhere', 'a.svg')), { code: 'ENOENT' });
  assert.deepEqual(readdirSync(folder).sort(), ['a.png', 'a.svg']);
});

test("a heat map's own canvas", () => {
  const canvas = new Canvas(3, 2);
  canvas.fillStyle = 'rgba(10, 20, 30, 1)';
  canvas.fillRect(1, 0, 5, 1); // reaches out of the canvas
  const { at } = decode(Buffer.from(canvas.toDataURL().split(',')[1]!, 'base64'));
  assert.deepEqual(
    [at(0, 0), at(1, 0), at(2, 0), at(1, 1)],
    [
      [0, 0, 0],
      [10, 20, 30],
      [10, 20, 30],
      [0, 0, 0],
    ],
  );
  const data = Uint8ClampedArray.from({ length: 24 }, (_, i) => i);
  const file = encodePng({ width: 3, height: 2, data });
  const idat = file.indexOf('IDAT');
  const rows = inflateSync(file.subarray(idat + 4, idat + 4 + file.readUInt32BE(idat - 4)));
  assert.deepEqual([...rows], [0, ...data.subarray(0, 12), 0, ...data.subarray(12)]);
});

test('a picture has a palette: the 256 commonest colours as they are, the nearest of them for the others', () => {
  // oracle: resvg's decoder. 100 × 100 white pixels, two each of 255 colours, and one close to the last of these
  const size = 100;
  const data = new Uint8Array(4 * size * size).fill(255);
  const paint = (pixel: number, color: number[]) => data.set(color, 4 * pixel);
  for (let k = 0; k < 255; k++) for (const pixel of [2 * k, 2 * k + 1]) paint(pixel, [k, 255 - k, 7]);
  paint(600, [254, 3, 5]);
  const { at } = decode(encodePngWithPalette({ width: size, height: size, data })!);
  assert.deepEqual(
    [at(0, 0), at(1, 0), at(99, 1), at(99, 99)],
    [
      [0, 255, 7],
      [0, 255, 7],
      [99, 156, 7],
      [255, 255, 255],
    ],
  );
  assert.deepEqual(at(0, 6), [253, 2, 7]); // at distance 1, 1, 2; [254, 1, 7] is 0, 2, 2 away

  // 300 pixels of other colours, over 2 % of 10⁴ with those before: a palette would show
  for (let k = 0; k < 300; k++) paint(1000 + k, [k % 250, 100, 100 + Math.floor(k / 250)]);
  assert.equal(encodePngWithPalette({ width: size, height: size, data }), undefined);
});
