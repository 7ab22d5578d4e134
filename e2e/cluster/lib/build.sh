# shellcheck shell=bash
# The binaries, kept outside the checkout under a hash of what they are made of.

readonly KUBERNETES=v1.34.4
readonly PROGRAMS=(kube-apiserver kube-controller-manager kube-scheduler
  kube-proxy kubelet kubectl local-provisioner)

sources_hash() {
  (
    cd "$HERE"
    go env GOVERSION GOARCH
    find lib/build.sh kube coredns pause -type f -print0 | sort -z | xargs -0 sha256sum
  ) | sha256sum | cut -c1-16
}

# locate_binaries sets bin.
locate_binaries() {
  local hash
  hash=$(sources_hash)
  bin=${XDG_CACHE_HOME:-$HOME/.cache}/todo-chatbot/cluster-$hash
}

# build fills a directory beside the final one and renames it, so that a build
# that was broken off is never taken for a whole one.
build() {
  locate_binaries
  [[ ! -d $bin ]] || return 0
  mkdir -p "$(dirname "$bin")"
  local new program
  new=$(mktemp -d "$bin.XXXXXX")
  compile kube "$new" "$(version_flags)"
  compile coredns "$new"
  compile pause "$new"
  for program in "${PROGRAMS[@]}"; do ln -s kube "$new/$program"; done
  archive_image coredns "$new"
  archive_image pause "$new"
  chmod 755 "$new"
  mv -T "$new" "$bin"
}

# compile MODULE DIRECTORY [LINKER FLAGS]
compile() {
  (
    cd "$HERE/$1"
    CGO_ENABLED=0 GOFLAGS='' GOWORK=off \
      go build -trimpath -buildvcs=false -ldflags "-s -w ${3:-}" -o "$2/$1" .
  )
  step "built $1"
}

# version_flags: without them the API server calls itself v0.0.0, and clients
# that ask for its version take it for an ancient one.
version_flags() {
  local package minor=${KUBERNETES#v1.}
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf -- '-X %s.gitVersion=%s -X %s.gitMajor=1 -X %s.gitMinor=%s ' \
      "$package" "$KUBERNETES" "$package" "$package" "${minor%%.*}"
  done
}

# archive_image NAME DIRECTORY: an image with one file, in the form that
# `docker save` has, so that no Docker engine is needed to make it.
archive_image() {
  local name=$1 work layer
  work=$(mktemp -d)
  tar --create --file "$work/layer.tar" --directory "$2" --owner 0 --group 0 --mtime @0 "$name"
  layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  cat >"$work/config.json" <<JSON
{"architecture": "$(go env GOARCH)", "os": "linux", "config": {"Entrypoint": ["/$name"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$layer"]}}
JSON
  cat >"$work/manifest.json" <<JSON
[{"Config": "config.json", "RepoTags": ["todo-chatbot/cluster-$name:ci"], "Layers": ["layer.tar"]}]
JSON
  tar --create --file "$2/$name.tar" --directory "$work" manifest.json config.json layer.tar
  rm -r "$work"
}
