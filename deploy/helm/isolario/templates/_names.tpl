{{- define "isolario.name" -}}
{{- if contains "isolario" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-isolario" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/*
Names of Kueue's objects follow the release, so that two of them may share the workers' namespace and the cluster. Those of a
release named isolario are what they always were.
*/}}
{{- define "isolario.clusterQueue" -}}
{{ .Values.kueue.clusterQueue | default (include "isolario.name" .) }}
{{- end }}
{{- define "isolario.localQueue" -}}
{{- $name := include "isolario.name" . -}}
{{ .Values.kueue.localQueue | default (eq $name "isolario" | ternary "simulations" (printf "%s-simulations" $name)) }}
{{- end }}
{{- define "isolario.cohort" -}}
{{ .Values.kueue.cohort | default (empty .Values.kueue.projects | ternary "" (include "isolario.clusterQueue" .)) }}
{{- end }}
{{/* The LocalQueues of projects and who belongs to them, as control reads them. */}}
{{- define "isolario.projects" -}}
{{- $queues := list }}
{{- range .Values.kueue.projects }}
{{- $name := .localQueue | default (printf "%s-%s" (include "isolario.localQueue" $) .name) }}
{{- $queues = append $queues (dict "localQueue" $name "users" (.users | default list) "groups" (.groups | default list)) }}
{{- end }}
{{- toJson $queues }}
{{- end }}
{{- define "isolario.flavor" -}}
{{ .Values.kueue.flavor.name | default (include "isolario.name" .) }}
{{- end }}

{{/* What never changes of a pod: selectors are immutable. Called with (list $ "control"). */}}
{{- define "isolario.selector" -}}
app.kubernetes.io/name: isolario
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "isolario.labels" -}}
{{ include "isolario.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end }}

{{/* repository[:tag][@digest]; a digest makes a tag a remark only. Called with (list $ image "image"). */}}
{{- define "isolario.image" -}}
{{- $image := index . 1 }}
{{- if not $image.repository }}{{ fail (printf "Set %s.repository: the name of the image in your registry, for example registry.example.org/isolario/control. deploy/images/README.md says how images are made." (index . 2)) }}{{ end -}}
{{ $image.repository }}{{ if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "isolario.clusterHost" -}}
{{ include "isolario.name" . }}.{{ .Release.Namespace }}.svc
{{- end }}
