# shellcheck shell=bash

down() {
  need_root down
  take_lock
  remove_all
  step "the cluster is down"
}

# remove_all works on what is there, so that it also clears what is left of a
# cluster that was killed.
remove_all() {
  local engine=0
  [[ ! -e $STATE/pid/dockerd ]] || engine=1
  stop 1 "${COMPONENTS[@]}" # the API server would drain for a minute, and nobody is left to drain
  remove_containers
  stop 5 containerd
  stop 30 dockerd # it ends its containers first
  unmount_below "$RUN"
  unmount_below "$STATE"
  remove_network "$BRIDGE" 'KUBE-|CNI-'
  ((!engine)) || remove_engine_network
  remove_cgroups
  remove_log_links
  rm -rf --one-file-system "$STATE" "$RUN"
}

# remove_containers asks containerd to end them, because every pod has a parent
# process that outlives containerd: one that is gone is started once more. It
# also forgets the addresses that pods were given.
remove_containers() {
  local task tasks=$RUN/containerd/io.containerd.runtime.v2.task/k8s.io
  [[ -n $(ls -A "$tasks" 2>/dev/null) ]] || return 0
  alive containerd || start_containerd
  # Deleting a task that has not ended kills it; one may end by itself meanwhile,
  # which is as good.
  for task in $(containerd_ctl tasks list --quiet); do
    containerd_ctl tasks delete --force "$task" >/dev/null 2>&1 || continue
    rm -f /var/lib/cni/results/*-"$task"-*
  done
  [[ -z $(containerd_ctl tasks list --quiet) ]] || die "containers do not end"
}

unmount_below() {
  # The last mount first: it may lie on another.
  awk -v below="$1/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | tac |
    while read -r path; do umount "$path"; done
}

# remove_network BRIDGE CHAINS: the device, and the rules that name it or a chain
# whose name begins like that.
remove_network() {
  ! ip link show "$1" >/dev/null 2>&1 || ip link delete "$1"
  local iptables
  for iptables in iptables ip6tables; do
    [[ -n $(command -v $iptables-save) ]] || continue
    $iptables-save | rules_to_remove "$1" "$2" | $iptables-restore --noflush
  done
}

# remove_engine_network: what an engine leaves for its next start.
remove_engine_network() {
  unmount_below /run/docker/netns
  remove_network docker0 DOCKER
}

# rules_to_remove turns the rules of all tables into orders: first the rules of
# other chains that lead here go, then the contents of these chains, then they.
rules_to_remove() {
  awk -v bridge=" $1 " -v chain="^($2)" '
    /^\*/ { print; deletes = flushes = removes = "" }
    /^:/ { name = substr($1, 2); if (name ~ chain) { flushes = flushes "-F " name "\n"; removes = removes "-X " name "\n" } }
    /^-A/ && $2 !~ chain {
      ours = index($0, bridge)
      for (i = 3; i < NF; i++) if (($i == "-j" || $i == "-g") && $(i + 1) ~ chain) ours = 1
      if (ours) { sub(/^-A/, "-D"); deletes = deletes $0 "\n" }
    }
    /^COMMIT/ { printf "%s%s%s", deletes, flushes, removes; print }'
}

# Only empty groups go, the innermost first; one that is in use belongs to
# another kubelet.
remove_cgroups() {
  find /sys/fs/cgroup -depth -type d -path '*/kubepods*' -exec rmdir {} + 2>/dev/null || return 0
}

# remove_log_links: where the kubelet makes them cannot be set.
remove_log_links() {
  [[ ! -d /var/log/containers ]] || find /var/log/containers -lname "$STATE/*" -delete
}
