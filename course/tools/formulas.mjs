// Converts every formula of the lecture's Markdown into MathML:
//
//	node course/tools/formulas.mjs           writes course/page/formulas.json and course/page/testdata/formulas.json
//	node course/tools/formulas.mjs --check   writes nothing and exits with 1 if it would
//
// The first holds the formulas of the chapters, the second those of the pages that course/page is tested with. Both are
// sorted by the TeX, which stands in its dollar signs as in the Markdown. A formula that temml refuses, or whose MathML
// needs a style that math.css has no class for, ends the run with its file, line and reason.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import temml from 'temml';

const course = dirname(dirname(fileURLToPath(import.meta.url)));

/** Every .md file under a folder that keep says yes to, in order. */
function markdown(folder, keep) {
  const found = [];
  for (const e of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, e.name);
    if (e.isDirectory() && e.name !== 'node_modules') found.push(...markdown(path, keep));
    else if (e.name.endsWith('.md') && keep(path)) found.push(path);
  }
  return found.sort();
}

/**
 * The formulas of a Markdown file, by the rule written out at scanner in course/page/scan.go. What is wrong with a
 * formula's dollar signs is told there, when the page is rendered.
 */
function* formulas(source) {
  let fences = [], para = [], first = 1;
  const lines = source.replaceAll('\r\n', '\n').split('\n');
  for (const [i, line] of lines.entries()) {
    const bare = line.replace(/^[ \t>]+/, '');
    const m = /^(`{3,}|~{3,})[ \t]*([^]*?)[ \t]*$/.exec(bare);
    const fence = m && !(m[1][0] === '`' && m[2].includes('`')) ? { char: m[1][0], n: m[1].length, info: m[2] } : null;
    const inCode = fences.length > 0 && !fences.at(-1).markdown;
    const closed = fence && fence.info === '' ? fences.findIndex(f => f.char === fence.char && fence.n >= f.n) : -1;
    if (closed >= 0) {
      fences = fences.slice(0, closed);
    } else if (fence && !inCode) {
      const word = fence.info.split(' ')[0];
      fences.push({ ...fence, markdown: fences.length === 0 && (word === 'predict' || word === 'certificate') });
    } else if (!inCode && bare !== '') {
      if (para.length === 0) first = i + 1;
      para.push(line);
      continue;
    }
    yield* paragraph(para.join('\n'), first);
    para = [];
  }
  yield* paragraph(para.join('\n'), first);
}

/** The formulas between two blank lines. */
function* paragraph(text, line) {
  for (let i = 0; i < text.length;) {
    let end = i + 1;
    if (text[i] === '\\') {
      end += 1;
    } else if (text[i] === '`') {
      end = afterCode(text, i);
    } else if (text[i] === '$') {
      const display = text[i + 1] === '$';
      const mark = display ? '$$' : '$';
      if (display || (i + 1 < text.length && !' \t\n'.includes(text[i + 1]))) {
        let j = i + mark.length;
        while (j < text.length && !text.startsWith(mark, j) && (display || text[j] !== '\n')) j += text[j] === '\\' ? 2 : 1;
        const tex = text.slice(i + mark.length, j).replace(/^[ \t\n]+|[ \t\n]+$/g, '');
        if (text.startsWith(mark, j)) {
          end = j + mark.length;
          if (tex !== '' && (display || !' \t'.includes(text[j - 1]))) yield { tex, display, key: mark + tex + mark, line };
        } else {
          end = display ? i + 2 : j;
        }
      }
    }
    line += text.slice(i, end).split('\n').length - 1;
    i = end;
  }
}

/** Where code that begins with the backticks at i ends; after the backticks when nothing closes them. */
function afterCode(text, i) {
  const [run] = /^`+/.exec(text.slice(i));
  for (const m of text.slice(i + run.length).matchAll(/`+/g)) {
    if (m[0].length === run.length) return i + run.length + m.index + run.length;
  }
  return i + run.length;
}

// What temml says in style attributes, as classes of math.css; null is what is said otherwise.
const styles = {
  'display:block math': null, // math.tml-display
  'math-depth:0': 'm-depth0',
  'padding-left:0em': 'm-l0', 'padding-right:0em': 'm-r0',
  'padding-left:5.9776pt': 'm-l6', 'padding-right:5.9776pt': 'm-r6',
  'padding-left:1em': 'm-l1', 'padding-right:1em': 'm-r1',
  'padding-left:2em': 'm-l2', 'padding-right:2em': 'm-r2',
};
const css = readFileSync(join(course, 'page', 'math.css'), 'utf8');

const escape = s => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('\n', ' ');

/** MathML of a formula, without style attributes; its TeX is what a reader of text alone is given. */
function mathml({ tex, display }) {
  const made = temml.renderToString(tex, { displayMode: display, throwOnError: true, trust: false, annotate: false });
  const plain = made.replace(/<(\w+)([^>]*)>/g, (_, name, attributes) => {
    const classes = (/ class="([^"]*)"/.exec(attributes)?.[1] ?? '').split(' ').filter(c => c !== '');
    for (const style of (/ style="([^"]*)"/.exec(attributes)?.[1] ?? '').split(';').filter(s => s !== '')) {
      if (!(style in styles)) throw new Error(`math.css has no class for ${style}; write the formula without it`);
      if (styles[style] !== null) classes.push(styles[style]);
    }
    const unknown = classes.find(c => !new RegExp(`\\.${c}(?![\\w-])`).test(css));
    if (unknown !== undefined) throw new Error(`math.css says nothing of the class ${unknown}; write the formula without it`);
    const rest = attributes.replace(/ (class|style)="[^"]*"/g, '');
    return `<${name}${classes.length > 0 ? ` class="${classes.join(' ')}"` : ''}${rest}>`;
  });
  return plain.replace('<math', `<math alttext="${escape(tex)}"`);
}

/** Converts the formulas of some files into the text of a formulas.json. */
function convert(files) {
  const made = new Map();
  for (const file of files) {
    for (const f of formulas(readFileSync(file, 'utf8'))) {
      if (made.has(f.key)) continue;
      try {
        made.set(f.key, mathml(f));
      } catch (e) {
        console.error(`${relative(process.cwd(), file)}:${f.line}: ${f.key}: ${e.message}`);
        process.exitCode = 1;
      }
    }
  }
  const sorted = [...made.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted), null, 1) + '\n';
}

const arguments_ = process.argv.slice(2);
const check = arguments_.length === 1 && arguments_[0] === '--check';
if (arguments_.length > 0 && !check) {
  console.error(`unknown arguments ${arguments_.join(' ')}; what fits: --check, or none`);
  process.exit(2);
}
const tested = path => path.split(/[\\/]/).includes('testdata');
for (const [to, files] of [
  [join(course, 'page', 'formulas.json'), markdown(course, p => !tested(relative(course, p)))],
  [join(course, 'page', 'testdata', 'formulas.json'), markdown(join(course, 'page', 'testdata'), () => true)],
]) {
  const text = convert(files);
  const before = existsSync(to) ? readFileSync(to, 'utf8') : '';
  if (text === before || process.exitCode === 1) continue;
  if (check) {
    console.error(`${relative(process.cwd(), to)} is not what its pages need; make it with: node course/tools/formulas.mjs`);
    process.exitCode = 1;
  } else {
    writeFileSync(to, text);
  }
}
