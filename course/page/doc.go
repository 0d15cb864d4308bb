// Package page answers: how does a chapter, written as Markdown, become a page of the lecture?
//
// A chapter's zh.md and en.md are CommonMark with tables, formulas and three blocks of their own:
//
//	$x^2$ in a line, $$x^2$$ on its own      TeX; \$ is a dollar, and so is a $ before a space
//
//	```widget NAME                           <section class="widget" data-widget="NAME" data-options="{…}">, filled by the
//	{"points": 12, "label": "…"}             chapter's widget.js; named by its label, or by the heading above it
//	```
//
//	```predict KEY                           <fieldset class="predict" data-predict="KEY" data-kind="options" data-right="1">:
//	the question, one paragraph              the question is its legend, each option a radio button named p.KEY with its number
//	- an option                              from 0 as value; then button.show, which page.js names and which shows the reveal.
//	- [x] the right one                      In place of options: "? number" or "? text", an input or a textarea named p.KEY
//	---
//	the reveal
//	```
//
//	```certificate NAME                      <output class="certificate" data-certificate="NAME" data-template="…{x0}…">
//	how to earn it, one paragraph            with how to earn it in span.how
//	---
//	one plain line with {x0} and {f}
//	```
//
// A block that holds code of its own is fenced by four backticks. Other fenced blocks are code. ## Heading {#id} gives a heading
// the same id in both languages; without, the id is made of its words. Links lead to a chapter (../03-descent/), a heading of
// the page (#id) or elsewhere (https://…, marked with class external and an arrow). HTML, pictures, indented code and
// underlined headings are none of it.
//
// The HTML has no script and no style attribute, and every element is closed. Formulas are MathML, made beforehand from the
// same files by course/tools/formulas.mjs, and need [MathCSS]. Render refuses what a reader would stumble over (a mistyped
// block, a question without a right answer, bold text that is none) with the line and what would fit.
package page
