import { pageHtml } from './shell';

/**
 * The page at the stable address `lite/`, which leads to the present version of JupyterLab with the notebook
 * named by `?path=`.
 */
export function redirect(version: string): string {
  const lab = `${version}/lab/index.html`;
  return pageHtml({
    file: 'lite/index.html',
    title: 'The notebooks in JupyterLab – fracmoment',
    description: 'Opens the notebooks in JupyterLab, in the browser.',
    main: `<script>location.replace(${JSON.stringify(lab)} + location.search + location.hash);</script>
<h1>The notebooks in JupyterLab</h1>
<p><a href="${lab}">Open JupyterLab in this browser</a>; about 6 MB are downloaded the first time.</p>`,
  });
}
