import { alternativeText } from '../charts/describe';
import { escapeHtml } from '../notebook/table';
import type { Highlight } from './highlight';
import { notebookFile } from './links';
import { chartFile, type Read } from './notebookPage';
import { sizeOf } from './outputs';
import { pageHtml, paper, repository, theoryFile } from './shell';

/** An entry of the start page: a picture, a title and a sentence. */
export interface Card {
  /** The page it leads to. */
  file: string;
  title: string;
  about: string;
  /** Its file on the site, and its content. */
  picture: { file: string; png: Buffer };
}

/** The entry of a notebook. */
function notebookCard({ name, title, about, picture, charts }: Read): Card {
  return {
    file: notebookFile(name),
    title,
    about,
    picture: { file: `${chartFile(name, picture)}.png`, png: charts[picture]!.png },
  };
}

// the card's heading says what the picture shows
const cardHtml = ({ file, title, about, picture }: Card) => {
  const { width, height } = sizeOf(picture.png);
  return `<li class="card">
<h3><a href="${file}">${escapeHtml(title)}</a></h3>
<p>${escapeHtml(about)}</p>
<img src="${picture.file}" alt="" width="${width}" height="${height}" loading="lazy">
</li>`;
};

const cardsHtml = (cards: readonly Card[]) => `<ul class="cards">\n${cards.map(cardHtml).join('\n')}\n</ul>`;

/** The map of the tour, which leads to its notebook. */
function mapOf(notebooks: readonly Read[]) {
  const { name, picture, charts } = notebooks[0]!;
  const { figure, png } = charts[picture]!;
  return {
    file: notebookFile(name),
    picture: `${chartFile(name, picture)}.png`,
    alt: alternativeText(figure),
    ...sizeOf(png),
  };
}

/** The first page of the site. */
export function startPage(
  { explorables, notebooks }: { explorables: readonly Card[]; notebooks: readonly Read[] },
  { highlight, packageVersion }: { highlight: Highlight; packageVersion: string },
): string {
  const install = `npm run pack   # in a clone of the repository
npm install PATH/fracmoment-${packageVersion}.tgz @tensorflow/tfjs   # in your project`;
  const map = mapOf(notebooks);
  const description =
    'Initialize deep networks so that a chosen moment of the signal keeps its size at every depth: exact theory, TensorFlow.js initializers, and every figure of the paper rebuilt.';
  return pageHtml({
    file: 'index.html',
    title: 'fracmoment: moment-preserving initialization of deep networks',
    description,
    main: `<div class="intro">
<div>
<h1>Initialization that keeps a chosen moment of a deep network’s signal</h1>
<p class="lead">With fracmoment you initialize a deep network so that its signal keeps its size from the first layer to the last, see beforehand how likely it is to vanish, and diagnose a TensorFlow.js model whose signal does.</p>
<p>At initialization, the size of the signal is a random walk from layer to layer. Kaiming initialization keeps its second moment, E‖x‖², the same at every depth. <em>Fractional moment-preserving initialization</em> (<a href="${paper}">Gürbüzbalaban and Hu, arXiv 2005.11878</a>) keeps E‖x‖<sup>s</sup> for any order s in (0, 2]; s = 2 is Kaiming. fracmoment has the exact weights at any width, the exact law of the output, initializers, simulation and estimators, in TypeScript.</p>
<p><strong>Does it matter?</strong> A little, and most where networks are narrow and deep. At width 64 and s = 1 the weights of a ReLU layer are 1.0 % larger than Kaiming’s; over 100 layers this makes the typical output 2.6 times as large. Training gains a little for linear networks, and nothing beyond chance for ReLU.</p>
${highlight(install, 'sh')}
<p class="links"><a href="${repository}#readme">README</a> <a href="${theoryFile}">Theory: every formula derived</a> <a href="${paper}">Paper</a> <a href="${repository}/blob/main/CITATION.cff">Cite it</a></p>
</div>
<figure><a href="${map.file}"><img src="${map.picture}" alt="${escapeHtml(map.alt)}" width="${map.width}" height="${map.height}"></a></figure>
</div>
<section aria-labelledby="explore">
<h2 id="explore">Explore</h2>
<p>Move a slider: the library computes the answer in this page.</p>
${cardsHtml(explorables)}
</section>
<section aria-labelledby="notebooks">
<h2 id="notebooks">Notebooks</h2>
<p>Every figure of the paper, step by step, beside what the authors got. Charts are interactive, and each notebook can be run in the browser.</p>
${cardsHtml(notebooks.map(notebookCard))}
</section>`,
  });
}
