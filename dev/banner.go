package main

import (
	"fmt"
	"io"

	"todo-chatbot/dev/localpg"
)

// printBanner says the one thing to do next, and where everything is.
func printBanner(w io.Writer, s settings, server *localpg.Server) {
	data := "the server of DATABASE_URL"
	if server != nil {
		data = "PostgreSQL " + server.Version + " in " + server.Dir
	}
	// A terminal that cannot show it can show nothing of why either.
	_, _ = fmt.Fprintf(w, "\n  Open %s\n\n  API   %s\n  Data  %s\n  Edit Go, templ, SQL, CSS or JavaScript: it is live when you look.\n  Ctrl-C stops everything.\n\n",
		localURL(s.FrontendPort), localURL(s.BackendPort), data)
}
