package chat

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func render(t *testing.T, text string) *goquery.Document {
	t.Helper()
	var html strings.Builder
	if err := Reply(text).Render(t.Context(), &html); err != nil {
		t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(strings.NewReader(html.String()))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func TestReply_Markdown(t *testing.T) {
	t.Parallel()
	d := render(t, "**Two** tasks:\n\n1. Milk\n2. ~~Bread~~\n\n| a | b |\n|--:|---|\n| 1 | 2 |")
	for _, selector := range []string{"strong", "ol li", "del", "table td"} {
		if d.Find(selector).Length() == 0 {
			t.Errorf("no %s", selector)
		}
	}
	if d.Find("[style]").Length() > 0 {
		t.Error("inline style")
	}
}

func TestReply_Links(t *testing.T) {
	t.Parallel()
	d := render(t, `[ok](https://example.com/a?b=1&c=2 "t") <http://example.org> https://example.net ada@example.com`)
	var got []string
	d.Find("a").Each(func(_ int, a *goquery.Selection) {
		got = append(got, a.AttrOr("href", ""))
		if !strings.Contains(a.AttrOr("rel", ""), "noopener") {
			t.Errorf("link without noopener: %s", a.AttrOr("href", ""))
		}
	})
	want := "https://example.com/a?b=1&c=2 http://example.org https://example.net mailto:ada@example.com"
	if strings.Join(got, " ") != want {
		t.Errorf("links %q", got)
	}
}

func TestReply_Harmless(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // and what is left to read
		`[a](javascript:alert(1))`:                   "a",
		`[b](JaVaScRiPt&colon;alert(1))`:             "b",
		`[c](data:text/html,hi)`:                     "c",
		`[d](/signout)`:                              "d",
		`[e](//evil.example)`:                        "e",
		`<javascript:alert(1)>`:                      "javascript:alert(1)",
		`![cat](https://example.com/cat.png)`:        "cat",
		`hi <img src=x onerror=alert(1)>`:            "hi <img src=x onerror=alert(1)>",
		"<script>alert(1)</script>":                  "<script>alert(1)</script>",
		"<div onclick='x'>\nhello\n</div>":           "<div onclick='x'>\nhello\n</div>",
		`<hx-partial hx-target="body"></hx-partial>`: `<hx-partial hx-target="body"></hx-partial>`,
		"<!-- secret -->":                            "<!-- secret -->",
	}
	for text, want := range tests {
		d := render(t, text)
		if n := d.Find("a, img, script, div, hx-partial, [onclick], [onerror]").Length(); n > 0 {
			t.Errorf("%s made an element", text)
		}
		if got := strings.TrimSpace(d.Find("body").Text()); got != want {
			t.Errorf("%s reads %q, want %q", text, got, want)
		}
	}
}
