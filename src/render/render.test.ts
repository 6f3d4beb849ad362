import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import fc from 'fast-check';
import { chart } from '../charts/chart';
import type { Figure, JsonObject } from '../charts/figure';
import { band, heatmap, histogram, label, line, points, rule } from '../charts/marks';
import { channels, palette } from '../charts/palette';
import { renderPng, saveFigure } from '../notebook/picture';
import { Canvas } from './canvas';
import { ascent, descent, fontOptions, lacking, textWidth } from './fonts';
import { encodePng, encodePngWithPalette } from './png';
import { renderSvg } from './render';
import { forResvg } from './resvg';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-charts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const plain = { size: 100, weight: '400', style: 'normal' };
/** The tables of a TrueType font begin here. */
function table(font: Buffer, name: string): number {
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const at = 12 + 16 * i;
    if (font.toString('latin1', at, at + 4) === name) return font.readUInt32BE(at + 8);
  }
  throw new Error(`no table ${name}`);
}

/** The width of a text by resvg's layout: of its drawing between two bars, without the bars. */
function drawnWidth(text: string, { weight, style }: { weight: string; style: string }): number {
  const width = (content: string) =>
    new Resvg(
      `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text xml:space="preserve" font-size="100" ` +
        `font-weight="${weight}" font-style="${style}">|${content}|</text></svg>`,
      { font: fontOptions() },
    ).getBBox()!.width;
  return width(text.replace(/&/g, '&amp;').replace(/</g, '&lt;')) - width('');
}

/** The pixels of a PNG, by another decoder than ours: resvg's. */
function decode(png: Uint8Array): { at(x: number, y: number): number[]; width: number; height: number } {
  const header = Buffer.from(png);
  const [width, height] = [header.readUInt32BE(16), header.readUInt32BE(20)];
  const href = `data:image/png;base64,${header.toString('base64')}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="${href}"/></svg>`;
  const { pixels } = new Resvg(svg).render();
  // on a white page; resvg's colours are multiplied by alpha
  const at = (x: number, y: number) => {
    const [red, green, blue, alpha] = pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 4);
    return [red!, green!, blue!].map((channel) => channel + 255 - alpha!);
  };
  return { width, height, at };
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
  // three tenths of #0072b2 over white
  const expected = channels(palette.blue).map((c) => Math.round(255 - 0.3 * (255 - c)));
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
    const { drawPng, renderSvg } = require(${JSON.stringify(require.resolve('./render'))});
    const { createHash } = require('node:crypto');
    const hash = (content) => createHash('sha256').update(content).digest('hex');
    const figure = ${everything};
    drawPng(figure).then(async ({ png }) => process.stdout.write(hash(hash(png) + hash(await renderSvg(figure)))));`;
  assert.equal(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }), first);
  assert.equal(JSON.stringify(figure), everything, 'the figure itself is not changed');
});

test('a text is as wide as resvg draws it, with kerning and in every face', () => {
  for (const text of [
    'nnnnn',
    '0123456789',
    'σ²‖λ‖ = 0.5',
    '⁽ᵏ⁾ ∈ ℝ',
    'AVATAR Ty',
    'mean ± 2 SE',
    'Привет',
    '  a ',
    'a & b < c',
  ])
    for (const weight of ['400', '700'])
      for (const style of ['normal', 'italic']) {
        const expected = drawnWidth(text, { weight, style });
        const width = textWidth(text, { size: 100, weight, style });
        assert.ok(Math.abs(width - expected) < 0.2, `${text}: ${width}, ${expected}`); // coordinates are single floats
      }
  assert.equal(textWidth('', plain), 0);
  assert.equal(textWidth('ab', { ...plain, size: 20 }), textWidth('ab', plain) / 5);
  assert.equal(textWidth('漢字', plain), 200, 'what the font lacks counts as a square');
});

test('lines of text are as high as the font says', () => {
  const font = readFileSync(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
  const hhea = table(font, 'hhea');
  const em = font.readUInt16BE(table(font, 'head') + 18);
  // the constants have three digits
  assert.ok(Math.abs(ascent - font.readInt16BE(hhea + 4) / em) < 5e-4);
  assert.ok(Math.abs(descent + font.readInt16BE(hhea + 6) / em) < 5e-4);
});

test('Greek, Cyrillic, Arabic, Hebrew and mathematical signs are in the font', () => {
  assert.deepEqual(lacking('σ²‖x⁽ᵏ⁾‖ ∈ ℝ ελληνικά Привет مرحبا שלום 😀 ±∞√∂'), []);
  assert.deepEqual(lacking('a漢b字漢\u200d\ufe0f'), ['漢', '字']);
});

test('what no font has is drawn as � and named in a warning, once', async () => {
  const sign = '\u{f0000}'; // for private use: no font of any machine has it
  const titled = (title: string) => chart({ title, x: 'x', y: 'y', marks: [line([0, 1], [0, 1])] });
  const warnings: string[] = [];
  const listen = ({ message }: Error) => warnings.push(message);
  process.on('warning', listen);
  const { png } = await renderPng(titled(`a ${sign}`));
  assert.deepEqual(png, (await renderPng(titled(`a ${sign}`))).png);
  await new Promise((resolve) => setImmediate(resolve)); // warnings are emitted later
  process.off('warning', listen);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0]!,
    /^pictures show � for .* \(U\+F0000\), which no font of this machine has; install one/,
  );
  // the figures differ in the widths on which Plotly lays them out only where � is not as wide as a square
  assert.match(await renderSvg(titled(`a ${sign}`)), new RegExp(sign, 'u'), 'an SVG file keeps the text');
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
      [255, 255, 255], // transparent, on white
      [10, 20, 30],
      [10, 20, 30],
      [255, 255, 255],
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

  // a step of a colour bar, 12 pixels wide, of a colour that is not among the palette's: it would show
  const bar = data.slice();
  for (let k = 0; k < 12; k++) bar.set([100, 20, 120], 4 * (2000 + k));
  for (let pixel = 3000; pixel < 3000 + 255 * 12; pixel++)
    bar.set([pixel % 255, 255 - (pixel % 255), 7], 4 * pixel);
  assert.equal(encodePngWithPalette({ width: size, height: size, data: bar }), undefined);

  // 1,100 pixels of other colours, over 10 % of 10⁴: a palette would show
  for (let k = 0; k < 1100; k++) paint(1000 + k, [k % 250, 100, 100 + Math.floor(k / 250)]);
  assert.equal(encodePngWithPalette({ width: size, height: size, data }), undefined);
});

test('a palette keeps transparency', () => {
  // a quarter of red, multiplied by its alpha as resvg has it, beside nothing
  const data = Uint8Array.of(64, 0, 0, 64, 0, 0, 0, 0);
  const file = encodePngWithPalette({ width: 2, height: 1, data })!;
  const chunk = (name: string) => {
    const at = file.indexOf(name);
    return [...file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4))];
  };
  assert.deepEqual(chunk('PLTE'), [0, 0, 0, 255, 0, 0]);
  assert.deepEqual(chunk('tRNS'), [0, 64]);
});

test('a colour bar has no bands', async () => {
  const z = Array.from({ length: 40 }, (_, j) => Array.from({ length: 40 }, (_, i) => i + j));
  const x = z.map((_, i) => i);
  const marks = [
    heatmap(x, x, z, { title: 'z', range: [0, 78] }),
    line([0, 39], [0, 39], { color: '#ffffff' }),
  ];
  const { at, width, height } = decode((await renderPng(chart({ title: 't', x: 'x', y: 'y', marks }))).png);
  // the bar is in the column right of the plot that has the most colours
  const columns = Array.from({ length: Math.floor(0.2 * width) }, (_, i) =>
    Array.from({ length: height }, (_, y) => at(Math.floor(0.8 * width) + i, y)),
  );
  const distinct = (column: number[][]) => new Set(column.map((color) => color.join())).size;
  const bar = columns.sort((a, b) => distinct(b) - distinct(a))[0]!;
  // 600 pixels high, and Viridis changes a channel by 1 to 2 of 255 from one to the next but one
  assert.ok(distinct(bar) > 250, `${distinct(bar)} colours`);
});

test('nothing outside the picture or not finite reaches resvg, which would end the process', async () => {
  const zoomed = { title: 'y', range: [0, 1] as const };
  const outside = chart({
    title: 't',
    x: 'x',
    y: zoomed,
    marks: [
      line([1, 2], [100, 200]),
      histogram([1, 2, 3], { bins: 3 }),
      points([1, 2], [1e6, 1e6]),
      band([1, 2], [50, 50], [60, 60]),
      rule({ y: 500, label: 'far' }),
      rule({ y: 1e300, label: 'farther' }),
      label(1, -300, 'away'),
    ],
  });
  assert.ok((await renderPng(outside)).png.length > 0);
  const logarithmic = chart({
    title: 't',
    x: 'x',
    y: { title: 'y', log: true },
    marks: [line([1, 2], [1, 2])],
  });
  const atZero = {
    type: 'line',
    x0: 0,
    x1: 1,
    xref: 'x domain',
    y0: 0,
    y1: 0,
    yref: 'y',
    label: { text: 'zero' },
  };
  const shaped: Figure = { ...logarithmic, layout: { ...logarithmic.layout, shapes: [atZero] } };
  assert.ok((await renderPng(shaped)).png.length > 0);
  const endless = chart({ title: 't', x: 'x', y: 'y', marks: [line([-1.7e308, 0, 1.7e308], [0, 1, 0])] });
  await assert.rejects(renderPng(endless), RangeError);
  const huge = { ...parabola, layout: { ...parabola.layout, width: 10_000, height: 10_000 } };
  await assert.rejects(renderPng(huge), {
    name: 'RangeError',
    message: 'the picture must have at most 100000000 pixels; got 400000000',
  });
});

test('the bars of a histogram are drawn, also where others are outside the axes', async () => {
  for (const range of [undefined, [0, 1] as const]) {
    const x = { title: 'x', ...(range && { range }) };
    const marks = [histogram([0.2, 0.5, 0.8, 40], { bins: 400, color: 'blue' }), line([0, 1], [0, 0])];
    const { at, width, height } = decode((await renderPng(chart({ title: 't', x, y: 'y', marks }))).png);
    const bar = channels(palette.blue).map((c) => Math.round(255 - 0.35 * (255 - c)));
    let found = 0;
    for (let column = 0; column < width; column++)
      if (at(column, Math.round(0.8 * height)).every((c, i) => Math.abs(c - bar[i]!) <= 1)) found++;
    assert.ok(found > 0, `${range}`);
  }
});

test('layers and their opacity are drawn as they were', () => {
  // oracle: resvg's own drawing of the same elements inside the picture, where it needs no adapting
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><clipPath id="c"><rect width="15" height="40"/></clipPath>
    <g clip-path="url(#c)"><path d="M0,0h40v20h-40z" style="opacity: 0.5; fill: #0000ff; fill-opacity: 0.5;"/></g>
    <path clip-path="url(#c)" transform="translate(5,20)" d="M0,0h40v10h-40z" style="fill: #ff0000;"/>
    <g style="opacity: 0.25;"><rect x="0" y="30" width="40" height="9"/></g></svg>`;
  const drawn = (text: string) => new Resvg(text).render().pixels;
  const [as, adapted] = [drawn(svg), drawn(forResvg(svg, { width: 40, height: 40 }))];
  as.forEach((channel, i) => {
    assert.ok(Math.abs(channel - adapted[i]!) <= 1, `byte ${i}: ${channel}, ${adapted[i]}`); // rounding
  });
});

test('any chart is drawn or refused with a message', async () => {
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.double({ min: -10, max: 10, noNaN: true }) },
    fc.constantFrom(0, Number.NaN, Infinity, -Infinity, 5e-324, 1e-300, 1e300, -1.7e308, 2 ** 53),
  );
  const values = fc.array(fc.tuple(value, value, value), { maxLength: 6 });
  const text = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('<b>x', '&', '$x$', '\0', '\ud800', '\u{1f600}'),
  );
  const column = (rows: [number, number, number][], i: 0 | 1 | 2) => rows.map((row) => row[i]);
  const mark = fc.oneof(
    fc.tuple(values, text).map(
      ([v, name]) =>
        () =>
          line(column(v, 0), column(v, 1), { name }),
    ),
    values.map((v) => () => points(column(v, 0), column(v, 1), { error: column(v, 2) })),
    values.map((v) => () => band(column(v, 0), column(v, 1), column(v, 2))),
    values.map((v) => () => histogram(column(v, 0), { bins: 4 })),
    values.map(
      (v) => () =>
        heatmap(
          column(v, 0),
          column(v, 1),
          v.map(() => column(v, 2)),
          { title: 'z' },
        ),
    ),
    fc.tuple(value, text).map(
      ([y, label]) =>
        () =>
          rule({ y, label }),
    ),
    fc.tuple(value, value, text).map(
      ([x, y, t]) =>
        () =>
          label(x, y, t),
    ),
  );
  const place = fc.double({ min: 0.1, max: 9, noNaN: true });
  const axis = fc.oneof(
    fc.record({ title: text, log: fc.boolean() }),
    fc.record({ title: text, log: fc.boolean(), range: fc.tuple(place, place) }),
    fc.record({ title: text, log: fc.boolean(), range: fc.tuple(value, value) }),
  );
  const figure = fc.record({ title: text, x: axis, y: axis, marks: fc.array(mark, { maxLength: 3 }) });
  const refused = (error: unknown) =>
    assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
  await fc.assert(
    fc.asyncProperty(figure, async ({ marks, ...rest }) => {
      try {
        const made = chart({ ...rest, marks: marks.map((make) => make()) });
        await renderPng(made, { scale: 0.5 });
      } catch (error) {
        refused(error);
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});

test("Plotly's compiled code is kept, used by the next process, and made anew where it is damaged or of another source", () => {
  const program = `
    const { Script } = require('node:vm');
    const { drawPng } = require(${JSON.stringify(require.resolve('./render'))});
    const vm = require('node:vm');
    const used = [];
    vm.Script = class extends Script {
      constructor(source, options) {
        super(source, options);
        used.push(String(this.cachedDataRejected));
      }
    };
    drawPng({ data: [{ y: [1, 2] }], layout: {} }, { scale: 1 }).then(({ png }) => {
      const digest = require('node:crypto').createHash('sha256').update(png).digest('hex');
      process.stdout.write(JSON.stringify({ used: String(used), digest }));
    });`;
  const cache = path.join(folder, 'cache');
  const draw = () =>
    JSON.parse(
      execFileSync(process.execPath, ['-e', program], {
        env: { ...process.env, XDG_CACHE_HOME: cache },
        encoding: 'utf8',
      }),
    ) as { used: string; digest: string };
  const file = path.join(cache, 'fracmoment', 'plotly.code');
  const first = draw();
  assert.equal(first.used, 'undefined'); // nothing to use
  const kept = readFileSync(file);
  assert.deepEqual(draw(), { ...first, used: 'false' }); // used and not rejected
  assert.deepEqual(readFileSync(file), kept);
  for (const at of [0, 100_000]) {
    const damaged = Buffer.from(kept);
    damaged[at]! ^= 1; // as for another version, and as on a bad disk
    writeFileSync(file, damaged);
    assert.deepEqual(draw(), first);
    assert.equal(draw().used, 'false');
  }
});
