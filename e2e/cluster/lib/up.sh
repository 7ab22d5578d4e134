# shellcheck shell=bash

up() {
  need_root up
  take_lock
  locate_binaries
  if running; then
    say "the cluster runs already; kubeconfig: $KUBECONFIG"
    [[ $(readlink "$STATE/bin") == "$bin" ]] || say "it was built from other sources: down and up renew it"
    return
  fi
  install_packages
  build
  remove_all # what an `up` that was broken off or a crash left
  write_config
  ln -s "$bin" "$STATE/bin"
  step "prepared"
  start_network # before the engine: one that has to turn forwarding on has it drop what it does not know
  start_engine
  start_api_server # takes longest to be ready, so containerd starts meanwhile
  start_runtime
  start_controllers
  start_node
  kubectl apply -f "$HERE/manifests" >/dev/null
  kubectl -n kube-system rollout status deployment/coredns --timeout=60s >/dev/null ||
    die "no DNS: $(kubectl -n kube-system describe pods -l k8s-app=kube-dns)"
  # Until it is there, a pod in the default namespace is refused.
  wait_for kube-controller-manager kubectl get serviceaccount default
  step "DNS ready"
  say "the cluster is up; kubeconfig: $KUBECONFIG"
}

running() {
  local name
  for name in containerd "${COMPONENTS[@]}"; do alive "$name" || return 1; done
  [[ $(kubectl get --raw /readyz 2>/dev/null) == ok ]]
}

# install_packages looks for the programs, not for the packages: a machine may
# have them from elsewhere.
install_packages() {
  local missing=() program package
  while read -r program package; do
    [[ -n $(command -v "$program") ]] || missing+=("$package")
  done <<'LIST'
etcd etcd-server
containerd containerd
runc runc
iptables iptables
conntrack conntrack
socat socat
ethtool ethtool
ip iproute2
modprobe kmod
openssl openssl
LIST
  [[ -x /usr/lib/cni/bridge || -x /opt/cni/bin/bridge ]] || missing+=(containernetworking-plugins)
  engine_answers || [[ -n $(command -v dockerd) ]] || missing+=(docker.io)
  ((${#missing[@]})) || return 0
  without_services apt-get update -qq
  without_services apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  step "installed ${missing[*]}"
}

# without_services keeps packages from starting what they bring: the cluster
# has an etcd and a containerd of its own.
without_services() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [[ -e $policy ]]; then
    DEBIAN_FRONTEND=noninteractive "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  DEBIAN_FRONTEND=noninteractive "$@" || status=$?
  rm "$policy"
  return "$status"
}

engine_answers() { docker_ctl info >/dev/null 2>&1; }

start_engine() {
  ! engine_answers || return 0
  start dockerd dockerd
  wait_for dockerd engine_answers
  step "Docker engine ready"
}

start_network() {
  # Built into some kernels, and then there is no module to load.
  modprobe -a br_netfilter overlay 2>/dev/null || [[ -e /proc/sys/net/bridge ]] ||
    die "the kernel has no br_netfilter"
  # Without it a pod that calls a Service on its own bridge is answered from an
  # address it did not call.
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
  echo 1 >/proc/sys/net/ipv4/ip_forward
  ip link add "$BRIDGE" mtu "$(uplink_mtu)" type bridge
  ip address add "$NODE_IP/${PODS#*/}" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  # A Service that kube-proxy has not programmed yet must lead nowhere, and not
  # out of the machine to whoever answers there. The route goes with the bridge.
  ip route add "$SERVICES" dev "$BRIDGE"
}

start_containerd() {
  start containerd containerd --config "$STATE/containerd.toml"
  wait_for containerd containerd_ctl version
}

start_runtime() {
  start_containerd
  local image
  for image in pause coredns; do containerd_ctl images import "$bin/$image.tar" >/dev/null; done
  step "containerd ready"
}

start_api_server() {
  local certs=$STATE/certs
  # A cluster that lives as long as a CI job need not outlive a power cut.
  start etcd etcd --data-dir "$STATE/etcd" --unsafe-no-fsync \
    --listen-client-urls "http://$ETCD" --advertise-client-urls "http://$ETCD" \
    --listen-peer-urls http://127.0.0.1:12380
  # An API server that is there first tries again only after a second or more.
  wait_for etcd bash -c "exec 3<>/dev/tcp/${ETCD/://}"
  start kube-apiserver kube-apiserver --etcd-servers "http://$ETCD" \
    --advertise-address "$NODE_IP" --bind-address "$NODE_IP" --service-cluster-ip-range "$SERVICES" \
    --tls-cert-file "$certs/apiserver.crt" --tls-private-key-file "$certs/apiserver.key" \
    --client-ca-file "$certs/ca.crt" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$certs/service-accounts.pub" \
    --service-account-signing-key-file "$certs/service-accounts.key" \
    --kubelet-certificate-authority "$certs/ca.crt" --kubelet-preferred-address-types InternalIP \
    --kubelet-client-certificate "$certs/apiserver-to-kubelet.crt" \
    --kubelet-client-key "$certs/apiserver-to-kubelet.key"
}

start_controllers() {
  local certs=$STATE/certs
  wait_for kube-apiserver kubectl get --raw /readyz
  step "API server ready"
  # It makes an account for each of its controllers; at its usual pace that
  # takes five seconds.
  start kube-controller-manager kube-controller-manager --leader-elect=false --bind-address 127.0.0.1 \
    --kube-api-qps 200 --kube-api-burst 400 \
    --kubeconfig "$certs/kube-controller-manager.kubeconfig" --use-service-account-credentials \
    --root-ca-file "$certs/ca.crt" --service-account-private-key-file "$certs/service-accounts.key" \
    --cluster-signing-cert-file "$certs/ca.crt" --cluster-signing-key-file "$certs/ca.key"
  start kube-scheduler kube-scheduler --leader-elect=false --bind-address 127.0.0.1 \
    --kubeconfig "$certs/kube-scheduler.kubeconfig"
  start local-provisioner local-provisioner --kubeconfig "$certs/local-provisioner.kubeconfig" \
    --directory "$STATE/volumes" --node "$NODE"
}

start_node() {
  local certs=$STATE/certs
  start kubelet kubelet --config "$STATE/kubelet.yaml" --kubeconfig "$certs/kubelet.kubeconfig" \
    --root-dir "$STATE/kubelet" --cert-dir "$certs" --hostname-override "$NODE" --node-ip "$NODE_IP"
  # Zeros leave the kernel's connection tracking as it is: not every machine
  # lets it be changed.
  start kube-proxy kube-proxy --kubeconfig "$certs/kube-proxy.kubeconfig" --hostname-override "$NODE" \
    --proxy-mode iptables --cluster-cidr "$PODS" --oom-score-adj 0 \
    --healthz-bind-address 127.0.0.1:10256 --metrics-bind-address 127.0.0.1:10249 \
    --conntrack-max-per-core 0 --conntrack-tcp-timeout-established 0s --conntrack-tcp-timeout-close-wait 0s
  wait_for kubelet kubectl wait --for=condition=Ready "node/$NODE" --timeout=5s
  step "node ready"
}
