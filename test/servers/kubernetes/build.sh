#!/usr/bin/env bash
# Builds what the Kubernetes suites start (test/servers/kubernetes.ts), from Go modules only, and keeps it outside the
# clone: a second call finds it and does nothing. About 8 minutes on two free cores the first time; Go 1.26 or newer.
set -euo pipefail
cd "$(dirname "$0")"
go=$(command -v go || echo /usr/local/go/bin/go)
version=$(awk '$1 == "k8s.io/kubernetes" { print $2; exit }' go.mod)
place=${XDG_CACHE_HOME:-$HOME/.cache}/isolario/kubernetes-${version#v}
stamp=$(cat main.go go.mod build.sh | sha256sum | cut -d' ' -f1)
[ "$(cat "$place/stamp" 2>/dev/null)" != "$stamp" ] || exit 0

mkdir -p "$place"
work=$(mktemp -d "$place/new.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Without its version the API server believes to be v0.0.0. More garbage between collections makes the compiler quicker.
about=k8s.io/component-base/version
export CGO_ENABLED=0 GOGC=${GOGC:-400} GOFLAGS=-trimpath
minor=${version#v1.}
nice "$go" build -o "$work/cluster" -ldflags "-s -w -X $about.gitVersion=$version -X $about.gitMajor=1 -X $about.gitMinor=${minor%%.*} -X $about.gitTreeState=clean" .
nice "$go" build -o "$work/" -ldflags '-s -w' helm.sh/helm/v4/cmd/helm sigs.k8s.io/kwok/cmd/kwok
for part in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet; do ln -s cluster "$work/$part"; done
mv -T -f "$work/cluster" "$place/cluster"
for each in helm kwok etcd kube-apiserver kube-controller-manager kube-scheduler kubelet; do mv -T -f "$work/$each" "$place/$each"; done
echo "$stamp" > "$place/stamp"
