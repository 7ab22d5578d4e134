package main

import (
	"time"

	"todo-chatbot/backend/api"
)

type demoTask struct {
	api.TaskInput
	done bool
}

// list is a week of somebody who has a house, a job and a daughter.
func list(now time.Time) []demoTask {
	at := func(days, hour int) *time.Time {
		day := now.AddDate(0, 0, days)
		t := time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, now.Location())
		return &t
	}
	task := func(title string, priority api.Priority, due *time.Time, tags ...string) demoTask {
		return demoTask{TaskInput: api.TaskInput{Title: title, Priority: priority, DueAt: due, Tags: tags}}
	}
	done := func(t demoTask) demoTask { t.done = true; return t }
	offer := task("Send the offer to Larsson & Co", api.PriorityHigh, at(1, 12), "work")
	offer.Description = "Ask Mia about the discount before it goes out."
	return []demoTask{
		done(task("Book the dentist", api.PriorityMedium, at(-1, 9), "health")),
		done(task("Water the plants", api.PriorityLow, nil, "home")),
		task("Return the library books", api.PriorityMedium, at(-2, 18), "home"),
		offer,
		task("Prepare the sprint review", api.PriorityMedium, at(2, 15), "work"),
		task("Buy a present for Nora", api.PriorityHigh, at(4, 17), "family"),
		task("Renew the car insurance", api.PriorityMedium, at(9, 12), "home"),
		task("Find a tent for the summer", api.PriorityLow, nil, "family", "holiday"),
	}
}

var conversations = [][]string{
	{"What's pending?", "Add a task to order new running shoes"},
	{"I need to remember to call the plumber", "What have I completed?"},
	{"Show me all my tasks", "Add buy milk tomorrow"},
}
