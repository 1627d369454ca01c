{{/* What a schema cannot say in a sentence. Called once, by the Deployment. */}}
{{- define "isolario.checks" -}}
{{- with .Values }}
{{- if not .publicUrl }}{{ fail "Set publicUrl: the address that browsers use, for example https://isolario.example.org." }}{{ end }}
{{- if not .s3.endpoint }}{{ fail "Set s3.endpoint: the address of the object store as control and workers reach it, for example https://s3.example.org." }}{{ end }}
{{- if not (and .oidc.issuer .oidc.clientId) }}{{ fail "Set oidc.issuer and oidc.clientId: on a cluster everybody signs in by OpenID Connect." }}{{ end }}
{{- if not (concat .oidc.allowedGroups .oidc.adminGroups) }}{{ fail "Set oidc.allowedGroups: the groups whose members may sign in. Nobody may otherwise." }}{{ end }}
{{- with .engines.fluka }}
{{- if and .image.repository (not .version) }}{{ fail "Set engines.fluka.version: the version of the FLUKA in that image, as its listing tells it, for example 4-4.1 (flavour cern) or 2024.1.3 (flavour infn)." }}{{ end }}
{{- if and .image.repository (not .image.digest) (not .image.tag) }}{{ fail "Set engines.fluka.image.digest or .tag: the image is your own, and has no tag of this chart's version." }}{{ end }}
{{- if and .version (not .image.repository) }}{{ fail "Set engines.fluka.image.repository: engines.fluka.version names a FLUKA, and no image has it. deploy/images/README.md says how it is made." }}{{ end }}
{{- end }}
{{- if eq .workers.namespace $.Release.Namespace }}{{ fail (printf "workers.namespace is %s, the release's own namespace. Workers need one of their own: their network rules hold for all of it, and control may write Secrets there." .workers.namespace) }}{{ end }}
{{- if and .redis.sentinel.enabled (lt (len .redis.sentinel.addresses) 3) }}{{ fail "redis.sentinel.addresses names fewer than three Sentinels: they cannot outvote a lost one." }}{{ end }}
{{- if and .gateway.enabled .ingress.enabled }}{{ fail "gateway.enabled and ingress.enabled are both true: choose one way in." }}{{ end }}
{{- if and .gateway.enabled (not .gateway.parentRefs) }}{{ fail "Set gateway.parentRefs: the Gateway that the route hangs on, for example [{name: public, namespace: gateways}]." }}{{ end }}
{{- if and .autoscaling.enabled (lt (int .autoscaling.maxReplicas) (int .autoscaling.minReplicas)) }}{{ fail "autoscaling.maxReplicas is less than autoscaling.minReplicas." }}{{ end }}
{{- $end := add .control.preStopSeconds .control.drainSeconds 15 }}
{{- if lt (int .control.terminationGraceSeconds) (int $end) }}{{ fail (printf "control.terminationGraceSeconds is %d and must be %d or more: control.preStopSeconds, control.drainSeconds and 15 to answer what is under way all count." (int .control.terminationGraceSeconds) (int $end)) }}{{ end }}
{{- if and .kueue.projects (not .kueue.enabled) }}{{ fail "kueue.projects are named and kueue.enabled is false: without Kueue places are shared among users, not among projects." }}{{ end }}
{{- $names := dict }}
{{- range .kueue.projects }}
{{- if hasKey $names .name }}{{ fail (printf "kueue.projects has two of the name %s." .name) }}{{ end }}
{{- $_ := set $names .name true }}
{{- if not (concat (.users | default list) (.groups | default list)) }}{{ fail (printf "Set users or groups of the project %s in kueue.projects: nobody would belong to it." .name) }}{{ end }}
{{- if and $.Values.kueue.create (not .quota) }}{{ fail (printf "Set quota of the project %s in kueue.projects, for example {cpu: \"16\", memory: 44Gi, ephemeral-storage: 34Gi}." .name) }}{{ end }}
{{- if and $.Values.kueue.create .localQueue }}{{ fail (printf "The project %s in kueue.projects names a localQueue that exists already; that is for kueue.create: false." .name) }}{{ end }}
{{- if and (not $.Values.kueue.create) (not .localQueue) }}{{ fail (printf "Set localQueue of the project %s in kueue.projects: with kueue.create: false it exists already." .name) }}{{ end }}
{{- end }}
{{- if .networkPolicy.enabled }}
{{- range $name := list "database" "redis" "s3" "oidc" "apiServer" "dns" }}
{{- if not (index $.Values.networkPolicy $name).to }}{{ fail (printf "Set networkPolicy.%s.to: the peers that are allowed, for example [{ipBlock: {cidr: 192.0.2.16/28}}]. An empty list would mean anywhere; values-small.yaml shows how to say that on purpose." $name) }}{{ end }}
{{- end }}
{{- if and .tracing.endpoint (not .networkPolicy.tracing.to) }}{{ fail "Set networkPolicy.tracing.to: the pods of the collector, for example [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]." }}{{ end }}
{{- if not .networkPolicy.from }}{{ fail "Set networkPolicy.from: the pods of the gateway or ingress controller, for example [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: gateways}}}]." }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
