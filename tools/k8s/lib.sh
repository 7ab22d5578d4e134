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

k() { kubectl --namespace "$NAMESPACE" "$@"; }

# say_url tells how to open the pages.
say_url() {
  echo "Pages: kubectl -n $NAMESPACE port-forward svc/$PREFIX-frontend 3000   → http://localhost:3000"
  if [[ $(kubectl config current-context) == minikube ]] && command -v minikube >/dev/null; then
    echo "   or: minikube service -n $NAMESPACE $PREFIX-frontend"
  fi
  echo "API and MCP: kubectl -n $NAMESPACE port-forward svc/$PREFIX-backend 8000   → http://localhost:8000, /mcp"
}
