{{/* Pod Security "restricted", and beyond it: a read-only root, a numeric user above those of machines, no service links. */}}
{{- define "isolario.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "isolario.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "isolario.secretVariable" -}}
- name: {{ index . 0 }}
  valueFrom: { secretKeyRef: { name: {{ index . 1 }}, key: {{ index . 2 }} } }
{{- end }}

{{/* What migration needs as well: records and the authorities that are trusted. */}}
{{- define "isolario.recordsEnvironment" -}}
{{ include "isolario.secretVariable" (list "ISOLARIO_DATABASE_URL" .Values.database.secret .Values.database.key) }}
- { name: ISOLARIO_LOG_LEVEL, value: {{ .Values.control.logLevel }} }
{{- if .Values.trustedCertificates.configMap }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/isolario/certificates/{{ .Values.trustedCertificates.key }} }
{{- end }}
{{- end }}

{{- define "isolario.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .Values.trustedCertificates.configMap }}
- { name: certificates, mountPath: /etc/isolario/certificates, readOnly: true }
{{- end }}
{{- end }}

{{- define "isolario.volumes" -}}
- { name: tmp, emptyDir: { sizeLimit: 256Mi } }
{{- if .Values.trustedCertificates.configMap }}
- { name: certificates, configMap: { name: {{ .Values.trustedCertificates.configMap }} } }
{{- end }}
{{- end }}

{{- define "isolario.controlEnvironment" -}}
{{- with .Values -}}
- { name: ISOLARIO_LISTEN, value: "0.0.0.0:7411" }
- { name: ISOLARIO_METRICS_LISTEN, value: "0.0.0.0:9464" }
- { name: ISOLARIO_PUBLIC_URL, value: {{ .publicUrl | quote }} }
{{ include "isolario.recordsEnvironment" $ }}
{{- if .redis.sentinel.enabled }}
- { name: ISOLARIO_REDIS_SENTINELS, value: {{ join "," .redis.sentinel.addresses | quote }} }
- { name: ISOLARIO_REDIS_MASTER, value: {{ .redis.sentinel.master | quote }} }
{{- if .redis.sentinel.username }}
- { name: ISOLARIO_REDIS_USERNAME, value: {{ .redis.sentinel.username | quote }} }
{{- end }}
{{ include "isolario.secretVariable" (list "ISOLARIO_REDIS_PASSWORD" .redis.secret .redis.sentinel.passwordKey) }}
{{- else }}
{{ include "isolario.secretVariable" (list "ISOLARIO_REDIS_URL" .redis.secret .redis.urlKey) }}
{{- end }}
- { name: ISOLARIO_S3_ENDPOINT, value: {{ .s3.endpoint | quote }} }
- { name: ISOLARIO_S3_REGION, value: {{ .s3.region | quote }} }
- { name: ISOLARIO_S3_BUCKET, value: {{ .s3.bucket | quote }} }
{{ include "isolario.secretVariable" (list "ISOLARIO_S3_ACCESS_KEY" .s3.secret .s3.accessKeyKey) }}
{{ include "isolario.secretVariable" (list "ISOLARIO_S3_SECRET_KEY" .s3.secret .s3.secretKeyKey) }}
{{ include "isolario.secretVariable" (list "ISOLARIO_SECRET" .installation.secret .installation.key) }}
- { name: ISOLARIO_OIDC_ISSUER, value: {{ .oidc.issuer | quote }} }
- { name: ISOLARIO_OIDC_CLIENT_ID, value: {{ .oidc.clientId | quote }} }
{{ include "isolario.secretVariable" (list "ISOLARIO_OIDC_CLIENT_SECRET" .oidc.secret .oidc.clientSecretKey) }}
- { name: ISOLARIO_OIDC_GROUPS_CLAIM, value: {{ .oidc.groupsClaim | quote }} }
- { name: ISOLARIO_ALLOWED_GROUPS, value: {{ join "," .oidc.allowedGroups | quote }} }
{{- if .oidc.adminGroups }}
- { name: ISOLARIO_ADMIN_GROUPS, value: {{ join "," .oidc.adminGroups | quote }} }
{{- end }}
- { name: ISOLARIO_CLUSTER, value: kubernetes }
- { name: ISOLARIO_KUBERNETES_NAMESPACE, value: {{ .workers.namespace | quote }} }
- { name: ISOLARIO_KUBERNETES_INSTANCE, value: {{ $.Release.Name | quote }} }
{{- if .kueue.enabled }}
- { name: ISOLARIO_KUBERNETES_LOCAL_QUEUE, value: {{ include "isolario.localQueue" $ | quote }} }
{{- if .kueue.projects }}
- { name: ISOLARIO_KUBERNETES_PROJECTS, value: {{ include "isolario.projects" $ | quote }} }
{{- end }}
{{- if .kueue.priorityClass }}
- { name: ISOLARIO_KUBERNETES_PRIORITY_CLASS, value: {{ .kueue.priorityClass | quote }} }
{{- end }}
{{- if .kueue.lowPriorityClass }}
- { name: ISOLARIO_KUBERNETES_LOW_PRIORITY_CLASS, value: {{ .kueue.lowPriorityClass | quote }} }
{{- end }}
{{- end }}
- { name: ISOLARIO_WORKER_IMAGE, value: {{ include "isolario.image" (list $ .workers.image "workers.image") | quote }} }
{{- with .engines.fluka }}
{{- if .image.repository }}
- { name: ISOLARIO_FLUKA_IMAGE, value: {{ include "isolario.image" (list $ .image "engines.fluka.image") | quote }} }
- { name: ISOLARIO_FLUKA_VERSION, value: {{ printf "%s %s" .flavour .version | quote }} }
{{- if .wobbled }}
- { name: ISOLARIO_FLUKA_WOBBLED, value: in the image }
{{- end }}
{{- if .routines }}
- { name: ISOLARIO_FLUKA_ROUTINES, value: "yes" }
{{- end }}
- { name: ISOLARIO_PAYLOAD_SECCOMP, value: {{ $.Values.engines.seccompProfile | quote }} }
{{- end }}
{{- end }}
- { name: ISOLARIO_LOG_FORMAT, value: {{ .workers.logFormat }} }
{{- if .tracing.endpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .tracing.endpoint | quote }} }
- { name: OTEL_TRACES_SAMPLER_ARG, value: {{ .tracing.ratio | quote }} }
{{- end }}
- { name: ISOLARIO_DRAIN_SECONDS, value: {{ .control.drainSeconds | quote }} }
- { name: ISOLARIO_WORKER_CPU, value: {{ .workers.cpu | quote }} }
- { name: ISOLARIO_WORKER_SCRATCH_MEBIBYTES, value: {{ .workers.scratchMebibytes | quote }} }
{{- with .trustedCertificates }}
{{- if .configMap }}
- { name: ISOLARIO_WORKER_CERTIFICATES, value: {{ printf "%s/%s" .configMap .key | quote }} }
{{- end }}
{{- end }}
- { name: ISOLARIO_WORKER_SLOTS, value: {{ .workers.slots | quote }} }
- { name: ISOLARIO_LEASE_SECONDS, value: {{ .workers.leaseSeconds | quote }} }
- { name: ISOLARIO_WORKER_CONTROL_URL, value: {{ .workers.controlUrl | default (printf "http://%s:%v" (include "isolario.clusterHost" $) .service.port) | quote }} }
{{- end }}
{{- end }}
