package ui

// icons are strokes on a grid of 20 by 20.
var icons = map[string]string{
	"check":  "m5 10.5 3.4 3.4L15.2 7",
	"cross":  "m6 6 8 8m0-8-8 8",
	"edit":   "m4.5 15.5.6-3L12.8 4.8a1.4 1.4 0 0 1 2 0l.4.4a1.4 1.4 0 0 1 0 2l-7.7 7.7zM11.5 6.2l2.3 2.3",
	"delete": "M4.5 6h11M8 6V4.5h4V6m2.5 0-.6 9.5h-7.8L5.5 6m3 3v4m3-4v4",
	"send":   "M10 15.5v-11m-4.5 4.5L10 4.5 14.5 9",
	"plus":   "M10 5v10M5 10h10",
	"flag":   "M5.5 16.5v-12m0 .5c3-1.5 5 1.5 9 0v6c-4 1.5-6-1.5-9 0",
	"clock":  "M10 6.2V10l2.5 1.7M16.5 10a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0z",
	"leave":  "M8 4.5H5v11h3m3.5-2.5 3-3-3-3m3 3H8",
}
