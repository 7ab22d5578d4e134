# shellcheck shell=bash
# Certificates, kubeconfigs and the configuration files of the programs.

write_config() {
  mkdir -p "$STATE"/{certs,cni,log,pid,plugins,pod-logs,volumes} "$RUN"
  write_certificates
  write_containerd_config
  write_cni_config
  write_kubelet_config
}

write_certificates() {
  local certs=$STATE/certs
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$certs/service-accounts.key"
  openssl pkey -in "$certs/service-accounts.key" -pubout -out "$certs/service-accounts.pub"
  authority
  certificate apiserver /CN=kube-apiserver \
    "IP:$NODE_IP,IP:$API_SERVICE_IP,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
  certificate kubelet-server "/O=system:nodes/CN=system:node:$NODE" "IP:$NODE_IP,DNS:$NODE"
  certificate apiserver-to-kubelet /O=system:masters/CN=kube-apiserver-kubelet-client
  # The names are those that the API server's own roles are bound to.
  credentials admin /O=system:masters/CN=admin
  credentials kubelet "/O=system:nodes/CN=system:node:$NODE"
  credentials kube-controller-manager /CN=system:kube-controller-manager
  credentials kube-scheduler /CN=system:kube-scheduler
  credentials kube-proxy /CN=system:kube-proxy
  credentials local-provisioner /O=system:masters/CN=local-provisioner
  # Whoever came by sudo works on without it.
  install -m 600 -o "${SUDO_UID:-0}" "$certs/admin.kubeconfig" "$KUBECONFIG"
}

# request ARGUMENT…: openssl without the machine's openssl.cnf, which would add
# extensions of its own. It reports success on the error stream.
request() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
    -config <(printf '[req]\ndistinguished_name=dn\n[dn]\n') "$@" 2>>"$STATE/log/openssl.log"
}

authority() {
  request -subj /CN=todo-ci -addext basicConstraints=critical,CA:TRUE \
    -keyout "$STATE/certs/ca.key" -out "$STATE/certs/ca.crt"
}

# certificate NAME SUBJECT [SUBJECT ALTERNATIVE NAMES]
certificate() {
  local file=$STATE/certs/$1
  request -CA "$STATE/certs/ca.crt" -CAkey "$STATE/certs/ca.key" -subj "$2" \
    -addext basicConstraints=CA:FALSE -addext extendedKeyUsage=clientAuth,serverAuth \
    ${3:+-addext "subjectAltName=$3"} -keyout "$file.key" -out "$file.crt"
}

# credentials NAME SUBJECT: a certificate, and a kubeconfig that holds it.
credentials() {
  certificate "$1" "$2"
  (umask 077 && cat >"$STATE/certs/$1.kubeconfig") <<YAML
apiVersion: v1
kind: Config
current-context: $NODE
clusters:
  - name: $NODE
    cluster: {server: "$API_SERVER", certificate-authority-data: $(base64 -w0 "$STATE/certs/ca.crt")}
users:
  - name: $1
    user:
      client-certificate-data: $(base64 -w0 "$STATE/certs/$1.crt")
      client-key-data: $(base64 -w0 "$STATE/certs/$1.key")
contexts:
  - name: $NODE
    context: {cluster: $NODE, user: $1}
YAML
}

# restrict_oom_score_adj: some virtual machines lack CAP_SYS_RESOURCE, and then
# no process may be made less likely to be killed than its parent.
# netns_mounts_under_state_dir: what is under $RUN is ours to remove.
write_containerd_config() {
  cat >"$STATE/containerd.toml" <<TOML
version = 2
root = "$STATE/containerd"
state = "$RUN/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
  address = "$RUN/containerd.sock"

[ttrpc]
  address = "$RUN/containerd-ttrpc.sock"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/todo-chatbot/cluster-pause:ci"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$(cni_plugins)"
    conf_dir = "$STATE/cni"
TOML
}

# The bridge has the packet size of the way out: a larger one gets lost there.
# The firewall plugin lets pods through where Docker has the kernel drop what it
# does not know.
write_cni_config() {
  cat >"$STATE/cni/10-bridge.conflist" <<JSON
{
  "cniVersion": "0.4.0",
  "name": "$NODE",
  "plugins": [
    {
      "type": "bridge", "bridge": "$BRIDGE", "mtu": $(uplink_mtu),
      "isDefaultGateway": true, "ipMasq": true, "hairpinMode": true,
      "ipam": {"type": "host-local", "subnet": "$PODS", "dataDir": "$RUN/addresses"}
    },
    {"type": "firewall"}
  ]
}
JSON
}

cni_plugins() {
  local directory
  for directory in /usr/lib/cni /opt/cni/bin; do
    [[ ! -x $directory/bridge ]] || { echo "$directory"; return; }
  done
  die "no CNI plugins"
}

uplink_mtu() {
  local device
  device=$(ip -4 route show default | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
  if [[ -n $device ]]; then cat "/sys/class/net/$device/mtu"; else echo 1500; fi
}

# Images cannot be pulled again, so they are never removed to make room. Memory
# for the machine's other work counts for more than the eviction of pods.
write_kubelet_config() {
  cat >"$STATE/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE_IP
tlsCertFile: $STATE/certs/kubelet-server.crt
tlsPrivateKeyFile: $STATE/certs/kubelet-server.key
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $STATE/certs/ca.crt}
authorization: {mode: Webhook}
containerRuntimeEndpoint: unix://$RUN/containerd.sock
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
clusterDNS: [$DNS_IP]
clusterDomain: cluster.local
resolvConf: $(resolv_conf)
podLogsDir: $STATE/pod-logs
volumePluginDir: $STATE/plugins
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
YAML
}

# systemd-resolved's /etc/resolv.conf names an address that pods cannot reach;
# it keeps the real one beside it.
resolv_conf() {
  local real=/run/systemd/resolve/resolv.conf
  if [[ -e $real ]]; then echo "$real"; else echo /etc/resolv.conf; fi
}
