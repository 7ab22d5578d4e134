package chat

import (
	"bytes"
	"net/url"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// markdown renders what the assistant says. A model may repeat what somebody
// else wrote, so its text can make nothing but text: HTML in it is shown as it
// was typed, pictures are their descriptions, links go to the web or to a
// mailbox.
var markdown = goldmark.New(
	goldmark.WithExtensions(
		extension.Strikethrough,
		extension.Linkify,
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), // the other way is inline style
	),
	goldmark.WithRendererOptions(
		html.WithHardWraps(),
		renderer.WithNodeRenderers(util.Prioritized(plain{}, 1)),
	),
)

// Reply is Markdown as a component. Text that cannot be rendered is shown raw.
func Reply(text string) templ.Component {
	var out bytes.Buffer
	if err := markdown.Convert([]byte(text), &out); err != nil {
		return rawText(text)
	}
	return templ.Raw(out.String())
}

// plain renders the nodes that could do harm.
type plain struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (p plain) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, p.rawHTML)
	r.Register(ast.KindHTMLBlock, p.htmlBlock)
	r.Register(ast.KindImage, p.image)
	r.Register(ast.KindLink, p.link)
	r.Register(ast.KindAutoLink, p.autoLink)
}

func (plain) rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if raw, ok := node.(*ast.RawHTML); ok && entering {
		_, _ = w.Write(util.EscapeHTML(raw.Segments.Value(source)))
	}
	return ast.WalkSkipChildren, nil
}

func (plain) htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	block, ok := node.(*ast.HTMLBlock)
	if !ok || !entering {
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<p>")
	_, _ = w.Write(util.EscapeHTML(block.Lines().Value(source)))
	if block.HasClosure() {
		_, _ = w.Write(util.EscapeHTML(block.ClosureLine.Value(source)))
	}
	_, _ = w.WriteString("</p>\n")
	return ast.WalkContinue, nil
}

// image leaves the description, which is what is inside of it.
func (plain) image(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
	return ast.WalkContinue, nil
}

func (plain) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	link, ok := node.(*ast.Link)
	if !ok || !allowed(string(link.Destination)) {
		return ast.WalkContinue, nil
	}
	if entering {
		openLink(w, link.Destination)
	} else {
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (plain) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	link, ok := node.(*ast.AutoLink)
	if !ok || !entering {
		return ast.WalkContinue, nil
	}
	destination := link.URL(source)
	if link.AutoLinkType == ast.AutoLinkEmail {
		destination = append([]byte("mailto:"), destination...)
	}
	label := util.EscapeHTML(link.Label(source))
	if !allowed(string(destination)) {
		_, _ = w.Write(label)
		return ast.WalkContinue, nil
	}
	openLink(w, destination)
	_, _ = w.Write(label)
	_, _ = w.WriteString("</a>")
	return ast.WalkContinue, nil
}

func openLink(w util.BufWriter, destination []byte) {
	_, _ = w.WriteString(`<a rel="noopener noreferrer" target="_blank" href="`)
	_, _ = w.Write(util.EscapeHTML(util.URLEscape(destination, true)))
	_, _ = w.WriteString(`">`)
}

func allowed(destination string) bool {
	u, err := url.Parse(destination)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "mailto")
}

// rawText is text as it is, not a space more or less.
func rawText(text string) templ.Component { return templ.Raw(templ.EscapeString(text)) }
