package data_test

import (
	"fmt"
	"os"

	"brick/data"
)

// Batches are a pure function of seed and step: the one read alone is the one that comes along in the sequence.
func ExampleLoader() {
	s, err := data.Open("moons", data.Options{})
	if err != nil {
		panic(err)
	}
	loader := data.Loader{Set: s.Train, Batch: 32, Seed: 1}
	for step, b := range loader.From(0) {
		if step == 1000 {
			var alone data.Batch
			loader.At(&alone, 1000, 0)
			fmt.Println(b.Shape, len(b.Labels), b.X[0] == alone.X[0])
			break
		}
	}
	// Output: [32 2] 32 true
}

// A table's types are found, and what was found is applied to new rows.
func ExampleReadTable() {
	text := []byte("size,garden,city,price\n70,yes,Bern,700\n90,no,Ulm,500\n80,no,Bern,720\n")
	s, err := data.ReadTable("flats.csv", text, data.Options{Valid: -1, Test: -1})
	if err != nil {
		panic(err)
	}
	columns := s.Info().Columns
	fmt.Println(s.Info().Task, columns.Inputs())
	x, err := columns.Encode(nil, []string{"80", "yes", "Ulm"})
	fmt.Println(x, err)
	// Output:
	// regression [size garden city=Bern city=Ulm]
	// [0 1 0 1] <nil>
}

// Text is split by document, encoded, and served in windows whose labels are the tokens that follow.
func ExampleCorpus_Tokens() {
	c, err := data.NewCorpus("song", [][]byte{[]byte("la la la\n")}, data.Options{Valid: -1, Test: -1})
	if err != nil {
		panic(err)
	}
	s, err := c.Tokens(data.Options{Window: 16})
	if err != nil {
		panic(err)
	}
	var b data.Batch
	s.Train.Read(&b, []int{0}, 0)
	fmt.Println(b.IDs[:4], b.Labels[:4], b.Count(), b.Bytes)
	// Output: [256 108 97 32] [108 97 32 108] 10 9
}

func ExampleShow() {
	if err := data.Show(os.Stdout, "xor", data.Options{}); err != nil {
		panic(err)
	}
	// Output:
	// xor: classification
	// from    y = x₁ ≠ x₂
	// input   [2] numbers
	// splits  every split is the same four rows
	//          examples
	//   train         4
	//   valid         4
	//    test         4
	//
	// 2 classes, training examples of each:
	//   same             2
	//   different        2
	//
	//   -1 -1 → same
	//   1 -1 → different
	//   -1 1 → different
	//   1 1 → same
}

// What is drawn for a batch is a pure function of the seed of its reading, as everything in it is.
func ExampleAugment() {
	s, err := data.Open("digits", data.Options{})
	if err != nil {
		panic(err)
	}
	set, err := data.Augment(s.Train, []data.Transform{{Name: "crop", Amount: 2}, {Name: "mixup", Amount: 0.2}})
	if err != nil {
		panic(err)
	}
	var a, b data.Batch
	set.Read(&a, []int{3, 1, 4}, 7)
	set.Read(&b, []int{3, 1, 4}, 7)
	fmt.Println(a.Shape, a.Labels, a.Other, a.Lambda == b.Lambda && a.X[400] == b.X[400])
	_, err = data.Augment(s.Train, []data.Transform{{Name: "cutout", Amount: 30}})
	fmt.Println(err)
	// Output:
	// [3 1 28 28] [9 2 4] [4 2 9] true
	// data: cutout: side is 30; the images of digits are 28×28
}

// A line of digits is an image and what it says.
func ExampleDigitLines() {
	s, err := data.DigitLines(data.Options{})
	if err != nil {
		panic(err)
	}
	var b data.Batch
	s.Train.Read(&b, []int{0, 1}, 0)
	in := s.Info()
	fmt.Println(b.Shape, in.Said(b.Labels[:in.Targets]), in.Said(b.Labels[in.Targets:]))
	// Output: [2 1 32 160] 08408107 34239
}
