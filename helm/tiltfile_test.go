package helm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	starlarkjson "go.starlark.net/lib/json"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
	"go.yaml.in/yaml/v3"
)

// tiltFunctions are the functions of Tilt's that the Tiltfile may call, with
// their parameters by the names that Tilt gives them (internal/tiltfile in its
// repository): the interpreter refuses every other.
var tiltFunctions = map[string][]string{
	"version_settings":   {"check_updates?", "constraint?"},
	"update_settings":    {"max_parallel_updates?", "k8s_upsert_timeout_secs?", "suppress_unused_image_warnings?"},
	"ci_settings":        {"k8s_grace_period?", "timeout?", "readiness_timeout?"},
	"allow_k8s_contexts": {"contexts"},
	"docker_build":       {"ref", "context", "build_args?", "dockerfile?", "live_update?", "ignore?", "only?", "target?"},
	"sync":               {"local_path", "remote_path"},
	"run":                {"cmd", "trigger?", "echo_off?"},
	"fall_back_on":       {"paths"},
	"k8s_resource":       {"workload?", "new_name?", "port_forwards?", "trigger_mode?", "resource_deps?", "objects?", "auto_init?", "pod_readiness?", "links?", "labels?"},
	"port_forward":       {"local_port", "container_port?", "name?", "link_path?", "host?"},
	"link":               {"url", "name?"},
	"local_resource":     {"name", "cmd?", "deps?", "trigger_mode?", "resource_deps?", "ignore?", "auto_init?", "serve_cmd?", "allow_parallel?", "links?", "labels?", "env?", "dir?"},
	"v1alpha1.ui_button": {"name", "labels?", "annotations?", "location?", "text?", "icon_name?", "icon_svg?", "disabled?", "requires_confirmation?", "inputs?"},
	"v1alpha1.cmd":       {"name", "labels?", "annotations?", "args?", "dir?", "env?", "readiness_probe?", "restart_on?", "start_on?"},
	"local":              {"command", "quiet?", "command_bat?", "echo_off?", "env?", "dir?", "stdin?"},
	"helm":               {"paths", "name?", "namespace?", "values?", "set?", "kube_version?", "skip_crds?"},
	"k8s_yaml":           {"yaml", "allow_duplicates?"},
	"decode_yaml_stream": {"yaml"},
	"encode_yaml_stream": {"objs"},
	"k8s_context":        {},
	"os.getenv":          {"key", "default?"},
}

// tiltCall is one call of a function of Tilt's.
type tiltCall struct {
	function  string
	arguments map[string]starlark.Value
}

func (c *tiltCall) text(argument string) string {
	value := c.arguments[argument]
	if s, ok := starlark.AsString(value); ok {
		return s
	}
	if value == nil {
		return ""
	}
	return value.String()
}

func (c *tiltCall) values(argument string) []starlark.Value {
	iterable, ok := c.arguments[argument].(starlark.Iterable)
	if !ok {
		return nil
	}
	return slices.Collect(starlark.Elements(iterable))
}

func (c *tiltCall) list(argument string) []string {
	var all []string
	for _, v := range c.values(argument) {
		s, _ := starlark.AsString(v)
		all = append(all, s)
	}
	return all
}

// steps are arguments that are results of other calls.
func (c *tiltCall) steps(argument string) []*tiltCall {
	var all []*tiltCall
	for _, v := range c.values(argument) {
		all = append(all, v.(tiltValue).call)
	}
	return all
}

// value is an argument as data.
func (c *tiltCall) value(argument string) any {
	data := object{}
	if dict, ok := c.arguments[argument].(*starlark.Dict); ok {
		for _, item := range dict.Items() {
			key, _ := starlark.AsString(item[0])
			data[key], _ = starlark.AsString(item[1])
		}
	}
	return data
}

// tiltValue is what a call gives back to the Tiltfile.
type tiltValue struct {
	starlark.NoneType
	call *tiltCall
}

// tiltRun is one reading of the Tiltfile.
type tiltRun struct {
	command, context string
	calls            map[string][]*tiltCall
	deployed         []object
}

func newTiltRun(command, context string) *tiltRun {
	return &tiltRun{command: command, context: context, calls: map[string][]*tiltCall{}}
}

func (r *tiltRun) only(function string) *tiltCall {
	if len(r.calls[function]) != 1 {
		panic(fmt.Sprintf("%s is called %d times", function, len(r.calls[function])))
	}
	return r.calls[function][0]
}

// call is the one with this argument, or nil.
func (r *tiltRun) call(function, argument, value string) *tiltCall {
	for _, c := range r.calls[function] {
		if c.text(argument) == value {
			return c
		}
	}
	return nil
}

func runTiltfile(t *testing.T, command, context string) *tiltRun {
	t.Helper()
	r := newTiltRun(command, context)
	if err := tryTiltfile(t, r); err != nil {
		var where *starlark.EvalError
		if errors.As(err, &where) {
			t.Fatal(where.Backtrace())
		}
		t.Fatal(err)
	}
	return r
}

// tryTiltfile reads the Tiltfile as Tilt does, with functions that note their
// calls; helm renders.
func tryTiltfile(t *testing.T, r *tiltRun) error {
	t.Helper()
	modules := map[string]starlark.StringDict{"": {}, "os": {}, "v1alpha1": {}}
	for name, parameters := range tiltFunctions {
		module, function, found := strings.Cut(name, ".")
		if !found {
			module, function = "", name
		}
		modules[module][function] = r.builtin(t, name, parameters)
	}
	globals := modules[""]
	globals["os"] = starlarkstruct.FromStringDict(starlarkstruct.Default, modules["os"])
	globals["v1alpha1"] = starlarkstruct.FromStringDict(starlarkstruct.Default, modules["v1alpha1"])
	globals["config"] = starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{
		"tilt_subcommand": starlark.String(r.command), "main_dir": starlark.String("/repository"),
	})
	for _, mode := range []string{"TRIGGER_MODE_AUTO", "TRIGGER_MODE_MANUAL"} {
		globals[mode] = starlark.String(mode)
	}
	globals["fail"] = starlark.NewBuiltin("fail", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return nil, fmt.Errorf("fail: %s", args)
	})
	options := &syntax.FileOptions{Set: true, GlobalReassign: true, Recursion: true, TopLevelControl: true, While: true}
	_, err := starlark.ExecFileOptions(options, &starlark.Thread{}, "../Tiltfile", nil, globals)
	return err
}

func (r *tiltRun) builtin(t *testing.T, name string, parameters []string) *starlark.Builtin {
	t.Helper()
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		values := make([]starlark.Value, len(parameters))
		var pairs []any
		for i, p := range parameters {
			pairs = append(pairs, p, &values[i])
		}
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
			return nil, err
		}
		call := &tiltCall{function: name, arguments: map[string]starlark.Value{}}
		for i, p := range parameters {
			if values[i] != nil {
				call.arguments[strings.TrimRight(p, "?")] = values[i]
			}
		}
		r.calls[name] = append(r.calls[name], call)
		return r.answer(t, thread, call)
	})
}

func (r *tiltRun) answer(t *testing.T, thread *starlark.Thread, call *tiltCall) (starlark.Value, error) {
	t.Helper()
	switch call.function {
	case "k8s_context":
		return starlark.String(r.context), nil
	case "os.getenv":
		return call.arguments["default"], nil
	case "local":
		return starlark.String("tilt-1-2\n"), nil
	case "helm":
		return starlark.String(tiltHelm(t, call)), nil
	case "decode_yaml_stream":
		data, err := json.Marshal(decodeAll(t, call.text("yaml")))
		if err != nil {
			return nil, err
		}
		return starlark.Call(thread, starlarkjson.Module.Members["decode"], starlark.Tuple{starlark.String(data)}, nil)
	case "encode_yaml_stream":
		return starlark.Call(thread, starlarkjson.Module.Members["encode"], starlark.Tuple{call.arguments["objs"]}, nil)
	case "k8s_yaml":
		return starlark.None, yaml.Unmarshal([]byte(call.text("yaml")), &r.deployed) // JSON is YAML
	}
	return tiltValue{call: call}, nil
}

// tiltHelm renders as Tilt does, which leaves out what is in tests/.
func tiltHelm(t *testing.T, call *tiltCall) string {
	t.Helper()
	args := []string{"template", call.text("name"), "../" + call.text("paths"), "--namespace", call.text("namespace"), "--include-crds"}
	for _, file := range call.list("values") {
		args = append(args, "--values", "../"+file)
	}
	for _, value := range call.list("set") {
		args = append(args, "--set", value)
	}
	tests := regexp.MustCompile(`(?m)^# Source: .*/tests/`)
	return strings.Join(slices.DeleteFunc(strings.Split(helm(t, args...), "---\n"), tests.MatchString), "---\n")
}
