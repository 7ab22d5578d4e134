# shellcheck shell=bash
# What the commands beside this file share. They work on the current kube
# context; NAMESPACE and RELEASE may be set from outside.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT" || exit 1
export PATH="$ROOT/.bin:$PATH"
NAMESPACE=${NAMESPACE:-todo-chatbot}
RELEASE=${RELEASE:-todo-chatbot}
# Object names begin with it, as in the chart's todo-chatbot.fullname.
PREFIX=$RELEASE
[[ $RELEASE == *todo-chatbot* ]] || PREFIX=$RELEASE-todo-chatbot

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$@"
  exit 1
}

# need ends with one message that names every missing program.
need() {
  local tool missing=()
  for tool in "$@"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || die "Missing: ${missing[*]}. \`make tools\` installs kubectl, Helm, Skaffold, Minikube and Tilt into .bin/;" \
    "Docker comes from https://docs.docker.com/get-docker/."
}

reachable() { kubectl version --request-timeout=5s >/dev/null 2>&1; }

need_cluster() {
  need kubectl
  reachable || die "No cluster answers in the context '$(kubectl config current-context 2>/dev/null || echo none)'. \`make up\` starts one."
}

# need_local_cluster makes sure of a cluster on this machine into which images
# can be built, and starts one if none answers. It takes more programs to need.
need_local_cluster() {
  need docker kubectl helm "$@"
  docker info >/dev/null 2>&1 || die "Docker does not answer: start it, or join the group docker."
  reachable || start_minikube
  guard
  check_runtime
}

# Skaffold and Tilt build in Minikube's own Docker engine, which Minikube has
# only with this runtime; Minikube's default network ignores NetworkPolicies.
start_minikube() {
  need minikube
  say "No cluster answers: starting Minikube. The first time takes some minutes."
  minikube start --container-runtime=docker --cni=calico
}

# guard keeps a build for the laptop from landing in somebody's real cluster.
guard() {
  local context
  context=$(kubectl config current-context)
  case $context in
  minikube | docker-desktop | rancher-desktop | orbstack | colima | kind-* | k3d-* | "${KUBE_CONTEXT:-}") ;;
  *) die "The current context is '$context', which is no local cluster. KUBE_CONTEXT='$context' before the command says that it is meant." ;;
  esac
}

check_runtime() {
  [[ $(kubectl config current-context) == minikube ]] || return 0
  local runtime
  runtime=$(kubectl get nodes --output 'jsonpath={.items[0].status.nodeInfo.containerRuntimeVersion}')
  [[ $runtime == docker://* ]] || die "This Minikube runs ${runtime%%:*}, so images cannot be built in its Docker engine." \
    "\`minikube delete\`, then \`make up\`, makes one with --container-runtime=docker; what is in its volumes is lost."
}

k() { kubectl --namespace "$NAMESPACE" "$@"; }

# released says whether Helm, and so `make up` or Skaffold, deployed what is there.
released() { helm --namespace "$NAMESPACE" status "$RELEASE" >/dev/null 2>&1; }

deployed() { [[ -n $(k get deployments --selector "app.kubernetes.io/instance=$RELEASE" --output name 2>/dev/null) ]]; }

# need_no_tilt: Helm takes over no objects that it has not made.
need_no_tilt() {
  if deployed && ! released; then
    die "Something else than Helm, such as Tilt, has deployed to the namespace '$NAMESPACE'. \`make tilt ARGS=down\` removes it; the data stays."
  fi
}

# say_url tells how to open the pages.
say_url() {
  echo "Pages: kubectl -n $NAMESPACE port-forward svc/$PREFIX-frontend 3000   → http://localhost:3000"
  if [[ $(kubectl config current-context) == minikube ]] && command -v minikube >/dev/null; then
    echo "   or: minikube service -n $NAMESPACE $PREFIX-frontend"
  fi
  echo "API and MCP: kubectl -n $NAMESPACE port-forward svc/$PREFIX-backend 8000   → http://localhost:8000, /mcp"
}
