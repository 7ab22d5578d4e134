package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// testID selects the elements that carry a data-testid.
func testID(id string) string { return fmt.Sprintf(`[data-testid=%q]`, id) }

// task is true while the list shows a task whose text contains title.
func task(title string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('[data-testid=task]')].some(e => e.innerText.includes(%q))`, title)
}

// answered is true when the page holds n answers that are whole, the last of
// which contains text.
func answered(n int, text string) string {
	return fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll('[data-testid=message-assistant]')];
		return all.length === %d && all.at(-1).innerText.includes(%q) && !document.querySelector('#send').disabled;
	})()`, n, text)
}

func signUp(t *testing.T, ctx context.Context, s *stack, email string) {
	t.Helper()
	do(t, ctx, "open the page", chromedp.Navigate(s.URL), chromedp.WaitVisible(testID("signin-form")))
	do(t, ctx, "go to sign-up", chromedp.Click(`a[href^="/signup"]`), chromedp.WaitVisible(testID("signup-form")))
	do(t, ctx, "sign up",
		chromedp.SendKeys(`input[name=email]`, email),
		chromedp.SendKeys(`input[name=password]`, "correct horse"),
		chromedp.Submit(testID("signup-form")),
		chromedp.WaitVisible(testID("composer")),
	)
}

func say(t *testing.T, ctx context.Context, message string) {
	t.Helper()
	do(t, ctx, "say "+message, chromedp.SendKeys(`#message`, message+kb.Enter))
}

func TestBrowser_ChatKeepsTheList(t *testing.T) {
	t.Parallel()
	ctx := openBrowser(t, 1280, 800)
	s := startStack(t)
	signUp(t, ctx, s, "ada@example.com")

	say(t, ctx, "add buy milk tomorrow")
	do(t, ctx, "see the answer and the task", waitFor(answered(1, "Buy milk")), waitFor(task("Buy milk")),
		chromedp.WaitVisible(testID("tool-call")))
	do(t, ctx, "the address names the conversation", waitFor(`location.pathname === '/c/1'`))

	do(t, ctx, "reload", chromedp.Reload(), waitFor(answered(1, "Buy milk")), waitFor(task("Buy milk")))

	s.KillBackend(t)
	s.StartBackend(t)
	say(t, ctx, "add call mom")
	do(t, ctx, "go on after a restart", waitFor(answered(2, "Call mom")), waitFor(task("Call mom")))

	say(t, ctx, "mark it as done")
	do(t, ctx, "the history is known", waitFor(answered(3, "Call mom")),
		waitFor(`document.querySelector('[data-testid=task].completed')?.innerText.includes('Call mom')`))
	screenshot(t, ctx, "desktop")

	do(t, ctx, "complete by hand", chromedp.Click(testID("task-complete")),
		waitFor(`document.querySelectorAll('[data-testid=task].completed').length === 2`))
	do(t, ctx, "go back to the conversation", chromedp.Click(testID("new-conversation")),
		waitFor(`location.pathname !== '/c/1' && !document.querySelector('[data-testid=message-assistant]')`),
		chromedp.Click(testID("conversation-link")), waitFor(answered(3, "Call mom")))
	do(t, ctx, "sign out", chromedp.Click(testID("signout")), chromedp.WaitVisible(testID("signin-form")))
}

func TestBrowser_PublishedSentences(t *testing.T) {
	t.Parallel()
	ctx := openBrowser(t, 1280, 800)
	s := startStack(t)
	signUp(t, ctx, s, "ben@example.com")
	for i, turn := range []struct{ say, answer, list string }{
		{"Add a task to buy groceries", "Buy groceries", task("Buy groceries")},
		{"I need to remember to pay bills", "Pay bills", task("Pay bills")},
		{"Add a task to prepare the meeting", "Prepare the meeting", task("Prepare the meeting")},
		{"Show me all my tasks", "Pay bills", task("Pay bills")},
		{"What's pending?", "Buy groceries", task("Buy groceries")},
		{"Mark task 2 as complete", "Pay bills", `document.querySelector('[data-testid=task].completed')?.innerText.includes('Pay bills')`},
		{"Delete the meeting task", "Prepare the meeting", `!(` + task("Prepare the meeting") + `)`},
		{"Change task 1 to 'Call mom tonight'", "Call mom tonight", task("Call mom tonight")},
		{"What have I completed?", "Pay bills", task("Call mom tonight")},
	} {
		say(t, ctx, turn.say)
		do(t, ctx, "answer to "+turn.say, waitFor(answered(i+1, turn.answer)), waitFor(turn.list))
	}
}

func TestBrowser_Phone(t *testing.T) {
	t.Parallel()
	ctx := openBrowser(t, 390, 844)
	s := startStack(t)
	do(t, ctx, "be a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile))
	signUp(t, ctx, s, "cleo@example.com")
	say(t, ctx, "add buy milk tomorrow")
	do(t, ctx, "answer", waitFor(answered(1, "Buy milk")))
	screenshot(t, ctx, "phone")
	do(t, ctx, "no sideways scrolling", waitFor(`document.documentElement.scrollWidth <= innerWidth`))
	do(t, ctx, "look at the list", chromedp.Click(testID("tab-tasks")), chromedp.WaitVisible(testID("task-title")))
	screenshot(t, ctx, "phone-tasks")
}

func TestBrowser_BackendAway(t *testing.T) {
	t.Parallel()
	ctx := openBrowser(t, 1280, 800)
	s := startStack(t)
	signUp(t, ctx, s, "dora@example.com")
	s.KillBackend(t)
	say(t, ctx, "add buy milk")
	do(t, ctx, "say what is wrong", chromedp.WaitVisible(testID("error")))
	screenshot(t, ctx, "backend-away")
	s.StartBackend(t)
	do(t, ctx, "try again", chromedp.Click(`button[data-testid=retry]`), waitFor(task("Buy milk")))
	shown, err := chromedp.Run(ctx, chromedp.Text(`#tasks`))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(shown, "Buy milk"); n != 1 {
		t.Errorf("the list shows it %d times:\n%s", n, shown)
	}
}
