package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/postgres"
)

// metrics are what Prometheus reads of one process.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	tools    *prometheus.HistogramVec
	models   *prometheus.HistogramVec
	tokens   *prometheus.CounterVec
}

func newMetrics(db *postgres.DB) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "todo_http_request_duration_seconds",
			Help:    "Time to answer requests, by route, method and status. A streamed chat counts until its end.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route", "method", "status"}),
		tools: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "todo_tool_call_duration_seconds",
			Help:    "Time of tool calls, by tool and outcome: ok, error (for the caller to mend) or failed.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .5, 1},
		}, []string{"tool", "outcome"}),
		models: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "todo_model_request_duration_seconds",
			Help:    "Time of questions to the model, retries included, by provider and outcome: ok, gone (nobody waits any more) or the kind of failure.",
			Buckets: []float64{.001, .01, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"provider", "outcome"}),
		tokens: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "todo_model_tokens_total",
			Help: "Tokens that the model has read (input) and written (output).",
		}, []string{"provider", "direction"}),
	}
	m.registry.MustRegister(m.requests, m.tools, m.models, m.tokens, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		poolGauge("in_use", "Database connections in use.", func() float64 { return float64(db.Stat().AcquiredConns()) }),
		poolGauge("idle", "Database connections that are open and idle.", func() float64 { return float64(db.Stat().IdleConns()) }),
		poolGauge("max", "Database connections that are allowed.", func() float64 { return float64(db.Stat().MaxConns()) }))
	return m
}

func poolGauge(name, help string, read func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "todo_database_connections_" + name, Help: help}, read)
}

func (m *metrics) request(route, method string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) toolCall(tool, outcome string, took time.Duration) {
	m.tools.WithLabelValues(tool, outcome).Observe(took.Seconds())
}

// metered measures a provider.
type metered struct {
	llm.Provider
	metrics *metrics
}

// Complete implements llm.Provider.
func (p metered) Complete(ctx context.Context, req llm.Request, onDelta func(string)) (llm.Response, error) {
	start := time.Now()
	response, err := p.Provider.Complete(ctx, req, onDelta)
	outcome := "ok"
	var failed *llm.Error
	switch {
	case errors.As(err, &failed):
		outcome = string(failed.Kind)
	case err != nil:
		outcome = "gone"
	}
	p.metrics.models.WithLabelValues(p.Name(), outcome).Observe(time.Since(start).Seconds())
	p.metrics.tokens.WithLabelValues(p.Name(), "input").Add(float64(response.Usage.InputTokens))
	p.metrics.tokens.WithLabelValues(p.Name(), "output").Add(float64(response.Usage.OutputTokens))
	return response, err
}

// handler serves metrics and profiles on a port of their own, which no Service
// exposes.
func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
