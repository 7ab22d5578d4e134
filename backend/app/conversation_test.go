package app_test

import (
	"net/http"
	"testing"

	"todo-chatbot/backend/api"
)

func TestConversations_RenameAndDelete(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t)
	ctx := t.Context()
	said, err := p.Chat(ctx, p.id, "key", api.ChatRequest{Message: "Add a task to buy milk"})
	if err != nil {
		t.Fatal(err)
	}
	renamed, err := p.RenameConversation(ctx, p.id, said.ConversationID, api.ConversationPatch{Title: " The \n milk "})
	if err != nil || renamed.Title != "The milk" || renamed.ID != said.ConversationID {
		t.Errorf("renamed %+v, %v", renamed, err)
	}
	if _, err := p.RenameConversation(ctx, p.id, said.ConversationID, api.ConversationPatch{}); codeOf(err) != api.CodeInvalid {
		t.Errorf("no title: %v", err)
	}
	if _, err := p.RenameConversation(ctx, p.id, 9, api.ConversationPatch{Title: "x"}); codeOf(err) != api.CodeNotFound {
		t.Errorf("an absent one: %v", err)
	}
	list, err := p.Conversations(ctx, p.id, api.Page{})
	if err != nil || len(list.Conversations) != 1 || list.Conversations[0].Title != "The milk" {
		t.Errorf("got %+v, %v", list, err)
	}
	if err := p.DeleteConversation(ctx, p.id, said.ConversationID); err != nil {
		t.Error(err)
	}
	if err := p.DeleteConversation(ctx, p.id, said.ConversationID); codeOf(err) != api.CodeNotFound {
		t.Errorf("twice: %v", err)
	}
	if _, err := p.Messages(ctx, p.id, said.ConversationID, api.Page{}); codeOf(err) != api.CodeNotFound {
		t.Errorf("its messages: %v", err)
	}
	if tasks, err := p.ListTasks(ctx, p.id, api.TaskQuery{}); err != nil || len(tasks.Tasks) != 1 {
		t.Errorf("its task went along: %+v, %v", tasks, err)
	}
}

func TestDeleteMe(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	ctx := t.Context()
	withTasks(t, p, "Milk")
	if _, err := p.Chat(ctx, p.id, "", api.ChatRequest{Message: "Add a task to buy bread"}); err != nil {
		t.Fatal(err)
	}
	if err := p.DeleteMe(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.DeleteMe(ctx); codeOf(err) != api.CodeUnauthenticated {
		t.Errorf("twice: %v", err)
	}
	if _, err := p.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: "correct horse"}); codeOf(err) != api.CodeUnauthenticated {
		t.Errorf("signing in: %v", err)
	}
	again := signUp(t, url, http.DefaultClient)
	if tasks, err := again.ListTasks(ctx, again.id, api.TaskQuery{}); err != nil || len(tasks.Tasks) != 0 {
		t.Errorf("the new account has %+v, %v", tasks, err)
	}
}
