// Package cnn is the chapter on convolution: a kernel that slides over a picture, what a trained network makes of it, and
// what part of it each cell sees.
package cnn

import (
	"embed"

	"brick/course/lesson"
	"brick/train"
)

//go:embed zh.md en.md text.json *.js
var files embed.FS

// Chapter is chapter 11.
var Chapter = &lesson.Chapter{Dir: "11-cnn", Files: files, Calls: []*lesson.Call{digit, slide, shift, learn, maps, field, moved},
	Models: []lesson.Model{small}}

// small is the network that widgets look into when the learner names no run: 8 and 16 kernels of 3×3, each with a pool.
var small = lesson.Model{Name: "learn-digits-cnn", Job: train.Job{
	Model: "conv(8,3,pad=1) relu maxpool(2) conv(16,3,pad=1) relu maxpool(2) flatten linear",
	Data:  train.DataJob{Source: "digits", Examples: 12000}, Seed: 1, Steps: 400, Batch: 64,
	Optimizer: train.Optimizer{Name: "adamw", LR: 5e-3}, Eval: train.EvalJob{Every: 50, Batches: 16}}}
