{{/* What the pods have in common. */}}

{{/* Called with (list . .Values.backend.image). */}}
{{- define "todo-chatbot.image" -}}
{{- $image := last . -}}
{{- $image.repository }}:{{ $image.tag | default (first .).Chart.AppVersion }}{{ with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{/* Pod Security "restricted"; 65532 is distroless' nonroot. */}}
{{- define "todo-chatbot.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
{{- if .Values.dev.enabled }}
fsGroup: 65532
{{- end }}
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "todo-chatbot.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* The probes of a program that answers /api/health, called with .Values.backend. */}}
{{- define "todo-chatbot.probes" -}}
startupProbe: # a program that starts in milliseconds is asked every second, and one on a busy node has a minute
  httpGet: {path: /api/health, port: http}
  periodSeconds: 1
  failureThreshold: 60
livenessProbe: # never asks the database: a restart would not bring it back
  httpGet: {path: /api/health, port: http}
  periodSeconds: 10
  timeoutSeconds: 3
readinessProbe:
  httpGet: {path: /api/health/ready, port: http}
  periodSeconds: {{ .readinessPeriodSeconds }}
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/*
How long a pod may take to stop, called with .Values.backend: the notice, then
the drain; and five seconds, so that the program ends by itself.
*/}}
{{- define "todo-chatbot.gracePeriod" -}}
{{- $notice := .config.SHUTDOWN_NOTICE | trimSuffix "s" | int -}}
{{- $drain := .config.SHUTDOWN_DRAIN | trimSuffix "s" | int -}}
{{- .terminationGracePeriodSeconds | int | default (add $notice $drain 5) -}}
{{- end -}}

{{/* How a Deployment replaces its pods, called with .Values.backend. */}}
{{- define "todo-chatbot.rollout" -}}
{{- if not .autoscaling.enabled }}
replicas: {{ .replicas }}
{{- end }}
strategy:
  type: {{ .strategy }}
  {{- if eq .strategy "RollingUpdate" }}
  rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  {{- end }}
{{- end -}}

{{/* Where pods may run, called with (list . "backend"). */}}
{{- define "todo-chatbot.scheduling" -}}
{{- $values := index (first .).Values (last .) -}}
topologySpreadConstraints: # not two on one node if there are others, counted per rollout
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "todo-chatbot.selectorLabels" . | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
{{- include "todo-chatbot.placement" $values }}
{{- end -}}

{{- define "todo-chatbot.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "todo-chatbot.pullSecrets" -}}
{{- with .Values.imagePullSecrets -}}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The backend's environment, for serving and for migrating. */}}
{{- define "todo-chatbot.backendEnv" -}}
envFrom:
  - configMapRef: {name: {{ include "todo-chatbot.component" (list . "backend") }}}
env:
  - name: DATABASE_URL
    valueFrom: {secretKeyRef: {name: {{ include "todo-chatbot.databaseSecret" . }}, key: url}}
  {{- if not .Values.postgres.enabled }}
  - name: DATABASE_DIRECT_URL
    valueFrom: {secretKeyRef: {name: {{ include "todo-chatbot.databaseSecret" . }}, key: directUrl, optional: true}}
  {{- end }}
  - name: JWT_SECRET
    valueFrom: {secretKeyRef: {name: {{ include "todo-chatbot.authSecret" . }}, key: jwtSecret}}
  {{- if or .Values.openai.existingSecret .Values.openai.apiKey }}
  - name: OPENAI_API_KEY
    valueFrom: {secretKeyRef: {name: {{ include "todo-chatbot.openaiSecret" . }}, key: apiKey}}
  {{- end }}
  {{- with include "todo-chatbot.devEnv" (list . "backend") }}
  {{- . | trim | nindent 2 }}
  {{- end }}
{{- with include "todo-chatbot.devMounts" (list . "backend") }}
{{- . }}
{{- end }}
{{- end -}}
