package page_test

import (
	"fmt"

	"brick/course/page"
)

func Example() {
	src := "# Roots\n\nWhere is $x^2 = 2$?\n\n```widget roots\n```\n"
	p, err := page.Render([]byte(src), page.Formulas{"$x^2 = 2$": "<math>…</math>"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Title, p.Widgets)
	fmt.Print(p.HTML)

	_, err = page.Render([]byte("# Roots\n\n```wigdet roots\n```\nIt costs $5\n"), nil)
	fmt.Println(err)
	// Output:
	// Roots [roots]
	// <h1 id="roots">Roots</h1>
	// <p>Where is <math>…</math>?</p>
	// <section class="widget" data-widget="roots" data-options="{}" aria-labelledby="roots"></section>
	// line 3: block "wigdet"; did you mean widget?
	// line 5: $ is not closed on its line ($5); close it with $, or write \$ where a dollar is meant
}
