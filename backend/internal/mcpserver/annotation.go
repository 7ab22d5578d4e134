package mcpserver

import "github.com/mark3labs/mcp-go/mcp"

// reads and writes say what a tool does to the list, for a client that decides
// whether to ask its user first (MCP specification, "Tool annotations").
type (
	reads  struct{}
	writes struct {
		destructive bool // something is lost
		idempotent  bool // doing it twice is doing it once
	}
)

type effect interface{ hints(*mcp.ToolAnnotation) }

func (reads) hints(a *mcp.ToolAnnotation) {
	a.ReadOnlyHint, a.DestructiveHint, a.IdempotentHint = new(true), new(false), new(true)
}

func (w writes) hints(a *mcp.ToolAnnotation) {
	a.ReadOnlyHint, a.DestructiveHint, a.IdempotentHint = new(false), new(w.destructive), new(w.idempotent)
}

// annotation describes a tool; none reaches beyond the user's own list.
func annotation(title string, e effect) mcp.ToolAnnotation {
	a := mcp.ToolAnnotation{Title: title, OpenWorldHint: new(false)}
	e.hints(&a)
	return a
}
