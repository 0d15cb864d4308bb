package web_test

import (
	"fmt"
	"log"

	"brick/course/web"
)

func ExampleText() {
	text, err := web.Text()
	if err != nil {
		log.Fatal(err)
	}
	for _, lang := range web.Languages {
		fmt.Println(text[lang]["web.show"])
	}
	// Output:
	// 显示调用
	// Show the call
}
