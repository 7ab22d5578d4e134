# shellcheck shell=bash
# Names that the other files share, and the starting, watching and ending of
# processes.

readonly STATE=/var/lib/todo-chatbot/cluster # everything, and all of it goes with `down`
readonly RUN=/run/todo-chatbot-cluster       # containerd's sockets, mounts and network namespaces
readonly KUBECONFIG=$STATE/kubeconfig
export KUBECONFIG
PATH=$STATE/bin:$PATH # the binaries of the cluster that runs

readonly NODE=todo-ci
readonly BRIDGE=todo-ci0
# The node's address is the bridge's, so that nothing listens on the machine's
# network and a machine that has none will do.
readonly PODS=10.245.0.0/16 NODE_IP=10.245.0.1
readonly SERVICES=10.96.0.0/16 API_SERVICE_IP=10.96.0.1 DNS_IP=10.96.0.10
readonly API_SERVER=https://$NODE_IP:6443
readonly ETCD=127.0.0.1:12379 # not its usual port, which a machine's own may have

# In the order in which they end: first what would start containers again.
readonly COMPONENTS=(kubelet kube-proxy local-provisioner kube-scheduler
  kube-controller-manager kube-apiserver etcd)

say() { printf '%s\n' "$*" >&2; }
die() { say "cluster: $*"; exit 1; }

# Steps say how long they took, since the last step and in all.
step_started=$EPOCHREALTIME
all_started=$step_started
step() {
  local now=$EPOCHREALTIME
  say "$(awk -v now="$now" -v step="$step_started" -v all="$all_started" \
    'BEGIN { printf "%6.1f s %6.1f s", now - step, now - all }')  $*"
  step_started=$now
}

need_root() { ((EUID == 0)) || die "$1 needs root: sudo -E env \"PATH=\$PATH\" $0 $1"; }

# A process is known by its id and its start time together: ids come round again.
start_time() {
  local stat
  # Nothing to read is the answer "not running".
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The second field is a name in brackets that may hold blanks.
  awk '{ print $20 }' <<<"${stat##*) }"
}

alive() {
  local id started now
  [[ -r $STATE/pid/$1 ]] || return 1
  read -r id started <"$STATE/pid/$1"
  now=$(start_time "$id") && [[ $now == "$started" ]]
}

# start NAME COMMAND…: runs on after this script, with its log under NAME.
start() {
  local name=$1 id
  shift
  # A daemon that kept descriptor 9 would hold the lock.
  setsid "$@" >"$STATE/log/$name.log" 2>&1 </dev/null 9>&- &
  id=$!
  printf '%s %s\n' "$id" "$(start_time "$id")" >"$STATE/pid/$name"
}

# stop SECONDS NAME…: asks all of them to end, waits, and then insists.
stop() {
  local deadline=$((SECONDS + $1)) name
  shift
  for name; do signal TERM "$name"; done
  for name; do
    while alive "$name" && ((SECONDS < deadline)); do sleep 0.1; done
    signal KILL "$name"
    while alive "$name"; do sleep 0.1; done
    rm -f "$STATE/pid/$name"
  done
}

signal() {
  local id
  alive "$2" || return 0
  read -r id _ <"$STATE/pid/$2"
  # It may have ended since the line above.
  kill -"$1" "$id" 2>/dev/null || return 0
}

# wait_for NAME CONDITION…: until the condition holds, unless the process that
# has to bring it about ends or a minute is over.
wait_for() {
  local name=$1 deadline=$((SECONDS + 60))
  shift
  until "$@" >/dev/null 2>&1; do
    alive "$name" || { show_log "$name"; die "$name ended"; }
    ((SECONDS < deadline)) || { show_log "$name"; die "no success in a minute: $*"; }
    sleep 0.1
  done
}

show_log() { tail -n 20 "$STATE/log/$1.log" >&2; }

containerd_ctl() { ctr --address "$RUN/containerd.sock" --namespace k8s.io "$@"; }

# Debian's own client where there is one: another may lack the builder that
# belongs to the engine.
docker_ctl() {
  if [[ -x /usr/bin/docker ]]; then /usr/bin/docker "$@"; else docker "$@"; fi
}
